//! What the TLS library says went wrong, as errors of ours.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enums are of another crate, and much of them means the same here"
)]

use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};
use rustls_pki_types::UnixTime;

use crate::error::{Error, PeerText, Rejected, TlsError};
use crate::frame::preface::{FORMAT_MAX, FORMAT_MIN};
use crate::frame::reason::Reason;

/// The alert of a server that has no room: sent before TLS begins, so that it costs nothing.
pub(super) const BUSY: AlertDescription = AlertDescription::InternalError;
/// When a client may try again that was told so.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// An error of a stream that says what TLS said. The driver takes it out again.
pub(super) fn to_io(error: Error) -> io::Error {
    io::Error::other(error)
}

/// An error of a stream, which may hold one of the TLS library. `begun` says that it is of the
/// handshake.
pub(super) fn from_io(error: io::Error, shaking: bool) -> io::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) if shaking && *alert == BUSY => {
            to_io(Error::Rejected(Rejected {
                reason: Reason::Busy,
                format_min: FORMAT_MIN,
                format_max: FORMAT_MAX,
                retry_after: Some(RETRY_AFTER),
            }))
        }
        Some(tls) => to_io(Error::Tls(Box::new(explain(tls)))),
        None => error,
    }
}

/// What an error of the TLS library means.
pub(super) fn explain(error: &rustls::Error) -> TlsError {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate(error),
        rustls::Error::NoCertificatesPresented => TlsError::NoClientCertificate,
        rustls::Error::NoApplicationProtocol => TlsError::NoAlpn,
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) => TlsError::NoAlpn,
        rustls::Error::AlertReceived(alert) => TlsError::Refused { alert: u8::from(*alert) },
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::InvalidEmptyPayload,
        ) => TlsError::NotTls,
        rustls::Error::PeerIncompatible(
            PeerIncompatible::SupportedVersionsExtensionRequired
            | PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => TlsError::VersionTooOld,
        other => TlsError::Protocol { why: PeerText::new(other.to_string()) },
    }
}

/// What an error about a certificate means.
fn certificate(error: &CertificateError) -> TlsError {
    use CertificateError as Is;
    match error {
        Is::ExpiredContext { time, not_after } => TlsError::Expired { ago: since(time, not_after) },
        Is::Expired => TlsError::Expired { ago: Duration::ZERO },
        Is::NotValidYetContext { time, not_before } => {
            TlsError::NotYetValid { ahead: since(not_before, time) }
        }
        Is::NotValidYet => TlsError::NotYetValid { ahead: Duration::ZERO },
        Is::NotValidForNameContext { expected, presented } => TlsError::WrongName {
            expected: expected.to_str().into_owned(),
            presented: presented.iter().map(|name| name_of(name)).collect(),
        },
        Is::UnknownIssuer => TlsError::UnknownAuthority,
        Is::InvalidPurpose | Is::InvalidPurposeContext { .. } => TlsError::WrongUse,
        Is::Revoked => TlsError::Revoked,
        Is::UnknownRevocationStatus => TlsError::RevocationUnknown,
        Is::ExpiredRevocationListContext { time, next_update } => {
            TlsError::CrlExpired { ago: since(time, next_update) }
        }
        Is::ExpiredRevocationList => TlsError::CrlExpired { ago: Duration::ZERO },
        Is::BadSignature => TlsError::BadSignature,
        Is::Other(other) => other_certificate(other),
        other => TlsError::BadCertificate { why: PeerText::new(other.to_string()) },
    }
}

/// What our own verifier said, or what there is no kind of error for.
fn other_certificate(error: &rustls::OtherError) -> TlsError {
    if let Some(ours) = error.0.downcast_ref::<TlsError>() {
        return ours.clone();
    }
    match error.0.downcast_ref::<webpki::Error>() {
        Some(webpki::Error::CaUsedAsEndEntity) => TlsError::AuthorityAsPeer,
        Some(webpki::Error::NameConstraintViolation) => TlsError::NameNotAllowed,
        Some(other) => TlsError::BadCertificate { why: PeerText::new(format!("{other:?}")) },
        None => TlsError::BadCertificate { why: PeerText::new(error.to_string()) },
    }
}

/// `DnsName("a.example")` as `a.example`.
fn name_of(shown: &str) -> PeerText {
    let inner = shown.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    PeerText::from(inner.unwrap_or(shown).trim_matches('"'))
}

fn since(later: &UnixTime, earlier: &UnixTime) -> Duration {
    Duration::from_secs(later.as_secs().saturating_sub(earlier.as_secs()))
}
