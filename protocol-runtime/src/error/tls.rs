//! What can go wrong with TLS: one variant for each cause, whose text says what mends it.
//!
//! Nothing here knows the library that does TLS, and no variant holds a key or a certificate.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::PeerText;
use crate::noise::PublicKey;

/// Names of a certificate that an error shows.
const NAMES_SHOWN: usize = 4;

/// The SHA-256 of a public key in a certificate (its `SubjectPublicKeyInfo`), written as
/// `sha256/` and base64. A new certificate for the same key has the same one.
///
/// From a certificate it is had by
/// `openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

impl Pin {
    /// A pin of this hash.
    #[must_use]
    pub const fn new(spki_sha256: [u8; 32]) -> Self {
        Self(spki_sha256)
    }

    /// The hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Pin {
    type Err = TlsError;

    fn from_str(text: &str) -> Result<Self, TlsError> {
        // 32 bytes of base64, as keys are. Other tools write `sha256//` before them, and a hash may begin
        // with that character too.
        let hash = text.strip_prefix("sha256/").and_then(|rest| {
            let read = |hash| PublicKey::from_str(hash).ok();
            read(rest).or_else(|| read(rest.strip_prefix('/')?))
        });
        let bad = || TlsError::BadPin { text: text.chars().take(80).collect() };
        hash.map(|hash| Self(*hash.as_bytes())).ok_or_else(bad)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256/{}", PublicKey::from_bytes(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why TLS did not come about, or was not set up. Where it came about, nothing was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The time of the peer's certificate, or of one that signs it, is over.
    #[error(
        "the peer's certificate expired {} ago: have it renewed, or set the clock of this side",
        Span(*ago)
    )]
    Expired {
        /// How long ago.
        ago: Duration,
    },
    /// The time of the peer's certificate, or of one that signs it, has not begun.
    #[error(
        "the peer's certificate is valid in {} only: set the clocks of both sides, or wait",
        Span(*ahead)
    )]
    NotYetValid {
        /// In how much time it has.
        ahead: Duration,
    },
    /// The certificate is for other names than the one that was connected to.
    #[error(
        "the server's certificate is not for `{expected}` but for {}: connect by a name it is for, name one with `.server_name(..)`, or have a certificate made for this one",
        Names(presented)
    )]
    WrongName {
        /// The name that was connected to.
        expected: String,
        /// The names it is for.
        presented: Vec<PeerText>,
    },
    /// No authority that this side trusts has signed the peer's certificate.
    #[error(
        "the peer's certificate is signed by no authority that this side trusts: name the right one with `.ca(..)` at a client or `.client_ca(..)` at a server, and have the peer send the certificates in between"
    )]
    UnknownAuthority,
    /// The peer's certificate is signed by nobody but itself.
    #[error(
        "the peer's certificate is signed by itself: pin its key with `.pin(..)` and `.pin_only()`, or give the peer a certificate of an authority that this side trusts"
    )]
    SelfSigned,
    /// The peer shows the certificate of an authority as its own.
    #[error(
        "the peer shows the certificate of an authority as its own: sign one for it with that authority"
    )]
    AuthorityAsPeer,
    /// The certificate is for another use: a server's at a client, or the other way round.
    #[error(
        "the peer's certificate is for another use: a server needs the extended key usage `serverAuth`, a client `clientAuth`"
    )]
    WrongUse,
    /// The authority may not sign for the names in the certificate.
    #[error(
        "the peer's certificate is for names that its authority may not sign: have it signed by one that may"
    )]
    NameNotAllowed,
    /// A revocation list names the peer's certificate, or one that signs it.
    #[error("the peer's certificate was revoked: give the peer another one")]
    Revoked,
    /// No revocation list says anything of the peer's certificate.
    #[error(
        "no revocation list is of the authority that signed the peer's certificate: add that list with `.crl(..)`"
    )]
    RevocationUnknown,
    /// The time of the revocation list is over.
    #[error(
        "the revocation list expired {} ago: fetch the new one of the authority, and reload",
        Span(*ago)
    )]
    CrlExpired {
        /// How long ago.
        ago: Duration,
    },
    /// A signature is wrong: the peer does not hold the key of its certificate, or somebody changed
    /// that on the way.
    #[error(
        "a signature is wrong: the peer does not hold the key of the certificate that it shows, or the certificate was changed"
    )]
    BadSignature,
    /// The server's key is none of the pinned ones.
    #[error(
        "the server's key is {presented}, and pinned {}: if the server was given a new key, pin that one, and otherwise somebody stands in between",
        Pins(expected)
    )]
    PinMismatch {
        /// The key the server has.
        presented: Pin,
        /// Those that are pinned.
        expected: Vec<Pin>,
    },
    /// The peer's certificate cannot be read, or asks for something that is not known here.
    #[error("the peer's certificate cannot be used: {why}")]
    BadCertificate {
        /// What is wrong with it.
        why: PeerText,
    },

    /// The peer speaks TLS, and not `np/1` over it.
    #[error(
        "the peer speaks TLS, and does not say `np/1` (ALPN): another program answers at this port, or something in between ends TLS by itself"
    )]
    NoAlpn,
    /// The client shows no certificate, and the server asks for one.
    #[error("the client shows no certificate: have it name one with `.client_certificate(..)`")]
    NoClientCertificate,
    /// The peer speaks no version of TLS that this side takes.
    #[error(
        "the peer speaks no version of TLS that this side takes: update it to TLS 1.3, or have this side take 1.2 with the feature `tls12` and `.tls12()`"
    )]
    VersionTooOld,
    /// What the peer sent is no TLS.
    #[error("the peer does not speak TLS: use `tls://` at both sides, or `tcp://` at both of them")]
    NotTls,
    /// The peer ended the handshake, with this alert. Whoever is in between can forge one before the
    /// handshake is done.
    #[error("the peer ended TLS: {}", Alert(*alert))]
    Refused {
        /// The number of the alert, as in RFC 8446.
        alert: u8,
    },
    /// The peer broke the rules of TLS, or the two have nothing in common.
    #[error("TLS with the peer failed: {why}")]
    Protocol {
        /// How.
        why: PeerText,
    },

    /// A server or client at `tls://` was told nothing about TLS.
    #[error("{0} with `.tls(..)`")]
    Missing(&'static str),
    /// It was told about TLS, and is to use an address that has none.
    #[error("`.tls(..)` is for `tls://` addresses: write `{wanted}`")]
    NotTlsAddress {
        /// The address to write.
        wanted: String,
    },
    /// A client was not told whose certificates to trust.
    #[error(
        "whose certificates are trusted? name their authority with `.ca(file)`, take those of this system with `.platform_roots()`, or pin the server's keys with `.pin(..)` and `.pin_only()`"
    )]
    NoTrust,
    /// Options that exclude or need each other.
    #[error("{0}")]
    Options(&'static str),
    /// One pin only, so that a new key locks everybody out.
    #[error(
        "one pin is one too few: pin the key that the server has and one it will have when that is lost, or say `.allow_single_pin()`"
    )]
    SinglePin,
    /// What was named as a pin is none.
    #[error("`{text}` is no pin: write `sha256/` and 44 characters of base64")]
    BadPin {
        /// What was written.
        text: String,
    },
    /// What was named as a server is no name that a certificate can be for.
    #[error("`{name}` is no name of a server: write a host name or an IP address")]
    BadName {
        /// What was written.
        name: String,
    },
    /// A file cannot be read.
    #[error("cannot read `{}`: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`: {why}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A file that was to be made is there already.
    #[error("`{}` is there already: name another directory, or have it replaced", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file holds not what it is to hold.
    #[error("{from} holds no {wanted} in PEM: look whether it is the right one")]
    Nothing {
        /// The file, or what stands for it.
        from: String,
        /// What was looked for.
        wanted: &'static str,
    },
    /// A file holds something that cannot be used.
    #[error("the {what} in {from} cannot be used: {why}")]
    Unusable {
        /// The file, or what stands for it.
        from: String,
        /// What it is.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A key belongs to another certificate.
    #[error(
        "the key in {key} does not belong to the first certificate in {certificate}: name the two that were made together"
    )]
    KeyMismatch {
        /// The file of the certificate.
        certificate: String,
        /// The file of the key.
        key: String,
    },
    /// The time of this side's own certificate is over.
    #[error("the certificate in {from} expired {} ago: renew it", Span(*ago))]
    OwnExpired {
        /// The file.
        from: String,
        /// How long ago.
        ago: Duration,
    },
    /// The time of this side's own certificate has not begun.
    #[error(
        "the certificate in {from} is valid in {} only: set the clock of this machine, or wait",
        Span(*ahead)
    )]
    OwnNotYetValid {
        /// The file.
        from: String,
        /// In how much time it has.
        ahead: Duration,
    },
    /// The system has no list of authorities, or it cannot be read.
    #[error("no authority that this system trusts could be read: {why}")]
    NoPlatformRoots {
        /// Why not.
        why: String,
    },
}

impl TlsError {
    /// Whether it is about what this side was told and the files that it has: nobody was connected to,
    /// and nothing was started.
    #[must_use]
    pub const fn is_setup(&self) -> bool {
        match self {
            Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::WrongName { .. }
            | Self::UnknownAuthority
            | Self::SelfSigned
            | Self::AuthorityAsPeer
            | Self::WrongUse
            | Self::NameNotAllowed
            | Self::Revoked
            | Self::RevocationUnknown
            | Self::CrlExpired { .. }
            | Self::BadSignature
            | Self::PinMismatch { .. }
            | Self::BadCertificate { .. }
            | Self::NoAlpn
            | Self::NoClientCertificate
            | Self::VersionTooOld
            | Self::NotTls
            | Self::Refused { .. }
            | Self::Protocol { .. } => false,
            Self::Missing(_)
            | Self::NotTlsAddress { .. }
            | Self::NoTrust
            | Self::Options(_)
            | Self::SinglePin
            | Self::BadPin { .. }
            | Self::BadName { .. }
            | Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::Exists { .. }
            | Self::Nothing { .. }
            | Self::Unusable { .. }
            | Self::KeyMismatch { .. }
            | Self::OwnExpired { .. }
            | Self::OwnNotYetValid { .. }
            | Self::NoPlatformRoots { .. } => true,
        }
    }
}

/// A time as people say it.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs();
        let (count, unit) = match secs {
            0..60 => (secs, "second"),
            60..3_600 => (secs / 60, "minute"),
            3_600..86_400 => (secs / 3_600, "hour"),
            _ => (secs / 86_400, "day"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

/// Names, not too many of them.
struct Names<'a>(&'a [PeerText]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no name at all");
        }
        for (at, name) in self.0.iter().take(NAMES_SHOWN).enumerate() {
            write!(f, "{}`{name}`", if at == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(NAMES_SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

struct Pins<'a>(&'a [Pin]);

impl fmt::Display for Pins<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.len() == 1 { "is " } else { "are " })?;
        for (at, pin) in self.0.iter().enumerate() {
            write!(f, "{}{pin}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// An alert in words.
struct Alert(u8);

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            40 => "handshake_failure: the two have no way in common, update the older one",
            42 => {
                "bad_certificate: it cannot use this side's certificate, which may be for another name"
            }
            43 => "unsupported_certificate: this side's certificate is for another use",
            44 => "certificate_revoked: give this side another certificate",
            45 => "certificate_expired: renew this side's certificate, or set the clocks",
            46 => {
                "certificate_unknown: it does not take this side's certificate, by its pins or otherwise"
            }
            48 => "unknown_ca: it does not trust the authority that signed this side's certificate",
            49 => "access_denied: it does not let this side in",
            51 => "decrypt_error: it found a signature of this side wrong",
            70 => "protocol_version: it takes no version of TLS that this side speaks",
            116 => {
                "certificate_required: it asks for a certificate, name one with `.client_certificate(..)`"
            }
            120 => {
                "no_application_protocol: it does not speak `np/1` (ALPN), another program answers there"
            }
            other => return write!(f, "alert {other}"),
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_it_is_written() {
        // The second begins with a slash.
        for pin in [Pin::new([7; 32]), Pin::new([0xFF; 32])] {
            assert_eq!(pin.to_string().parse(), Ok(pin));
            assert_eq!(pin.to_string().replacen("sha256/", "sha256//", 1).parse(), Ok(pin));
        }
        for wrong in
            ["", "sha256/", "sha1/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "sha256/AA=="]
        {
            let error = wrong.parse::<Pin>().unwrap_err();
            assert!(error.to_string().contains("44 characters"), "{error}");
        }
    }

    #[test]
    fn times_names_and_pins_are_said_as_people_say_them() {
        let error = TlsError::Expired { ago: Duration::from_secs(3 * 86_400 + 5) };
        assert!(error.to_string().contains("expired 3 days ago"), "{error}");
        let error = TlsError::CrlExpired { ago: Duration::from_secs(1) };
        assert!(error.to_string().contains("1 second ago"), "{error}");
        let presented = (0..6).map(|at| PeerText::new(format!("h{at}\n"))).collect();
        let error = TlsError::WrongName { expected: "here".into(), presented };
        let text = error.to_string();
        assert!(text.contains("`here`") && text.contains("and 2 more"), "{text}");
        assert!(!text.contains('\n'), "{text}");
        let (presented, expected) = (Pin::new([1; 32]), vec![Pin::new([2; 32]), Pin::new([3; 32])]);
        let text = TlsError::PinMismatch { presented, expected: expected.clone() }.to_string();
        for pin in expected.iter().chain([&presented]) {
            assert!(text.contains(&pin.to_string()), "{text}");
        }
    }
}
