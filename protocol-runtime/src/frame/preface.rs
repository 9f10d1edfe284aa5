//! The first bytes of a connection, in clear: which format, which security, and what is offered.
//!
//! `"NPRO" ‖ u8 format ‖ u8 security ‖ u8 suite ‖ u8 0 ‖ u16 length ‖ Preface`, the length
//! little-endian and at most 502. Everything that can be said by the first ten bytes is said by
//! them. The exact bytes become the prologue of the handshake, so that changing them breaks it.

use std::fmt;

use bytes::{Bytes, BytesMut};
use thiserror::Error;

use super::control;
use super::prefix;
use crate::error::Error;
use crate::noise::{Pattern, Suite};
use crate::wire::{DecodeError, DecodeOptions, decode_root, encode_root};

/// The least number of the wire format that this side speaks.
pub const FORMAT_MIN: u8 = 0;

/// The highest number of the wire format that this side speaks, and the one it writes.
pub const FORMAT_MAX: u8 = 0;

/// The most bytes the body of a preface has.
pub const BODY_MAX: usize = 502;

/// The most protocols a preface offers.
pub const OFFERS_MAX: usize = 4;

/// The most bytes the name of a protocol has.
pub const NAME_MAX: usize = 64;

/// The least that a peer may announce as its limit of records, frames and messages: what any
/// frame of the connection itself needs.
pub const LEAST: u32 = 1_024;

const MAGIC: [u8; 4] = *b"NPRO";
const FIXED: usize = 10;

/// The label before the preface in the prologue of the handshake.
pub const PROLOGUE: &[u8] = b"np-secure/1\0";

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Not by this library: in memory, on a local socket, inside TLS.
    Clear,
    /// By a Noise handshake and records.
    Noise {
        /// Who proves what to whom.
        pattern: Pattern,
        /// With which algorithms.
        suite: Suite,
    },
}

/// What a side wants of the protection of its connections. Client and server have to want the same;
/// which pattern a client then uses depends on what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// None.
    Plain,
    /// Encryption, and nobody proves anything.
    InsecureAnonymous,
    /// The server proves its key.
    ServerAuth,
    /// Both prove their keys.
    Mutual,
    /// Both prove to hold the same secret.
    SharedKey,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "no protection",
            Self::InsecureAnonymous => "encryption without authentication (NN)",
            Self::ServerAuth => "a server with a key and clients without (NK)",
            Self::Mutual => "keys on both sides (XX or XK)",
            Self::SharedKey => "a shared key (NNpsk0)",
        })
    }
}

impl Channel {
    /// What this is the protection of.
    #[must_use]
    pub const fn mode(self) -> Mode {
        match self {
            Self::Clear => Mode::Plain,
            Self::Noise { pattern, .. } => match pattern {
                Pattern::Nn => Mode::InsecureAnonymous,
                Pattern::Nk => Mode::ServerAuth,
                Pattern::Xx | Pattern::Xk => Mode::Mutual,
                Pattern::NnPsk0 => Mode::SharedKey,
            },
        }
    }

    /// The number of the security in the preface.
    #[must_use]
    pub const fn security(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Noise { pattern, .. } => pattern.code(),
        }
    }

    /// The number of the suite in the preface.
    const fn suite(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Noise { suite, .. } => suite.code(),
        }
    }

    fn read(security: u8, suite: u8) -> Result<Self, BadPreface> {
        let wrong = BadPreface::Suite { security, suite };
        if security == 0 {
            return if suite == 0 { Ok(Self::Clear) } else { Err(wrong) };
        }
        let pattern = Pattern::from_code(security).ok_or(BadPreface::Security(security))?;
        let suite = Suite::from_code(suite).ok_or(wrong)?;
        Ok(Self::Noise { pattern, suite })
    }
}

/// Which rule of the preface the peer broke.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadPreface {
    /// No such security is defined.
    #[error("unknown security {0}")]
    Security(u8),
    /// No such suite is defined, or not with this security.
    #[error("suite {suite} with security {security}")]
    Suite {
        /// The number of the security.
        security: u8,
        /// The number of the suite.
        suite: u8,
    },
    /// A byte that must be zero is not.
    #[error("reserved byte {0:#04x}")]
    Reserved(u8),
    /// The body would be longer than it may be.
    #[error("a body of {0} bytes")]
    Length(u16),
    /// The body cannot be read.
    #[error("{0}")]
    Body(#[from] DecodeError),
    /// Not one to four protocols are offered.
    #[error("{0} protocols offered")]
    Offers(usize),
    /// The name of a protocol is empty or too long.
    #[error("a protocol's name of {0} bytes")]
    Name(usize),
    /// A protocol is offered twice.
    #[error("a protocol is offered twice")]
    Twice,
    /// The least version of a protocol is above its version.
    #[error("a protocol of version {version} that needs at least {min}")]
    Version {
        /// The version.
        version: u32,
        /// The least version.
        min: u32,
    },
    /// A limit is too low for the connection to work.
    #[error("a limit of {value} for {name}")]
    Limit {
        /// What the limit is of.
        name: &'static str,
        /// What the peer announced.
        value: u32,
    },
}

/// What else the first bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guess {
    /// A request or response of HTTP.
    Http,
    /// A TLS handshake or alert.
    Tls,
    /// The banner of SSH.
    Ssh,
    /// Nothing that is known here.
    Unknown,
}

impl Guess {
    /// What `start` looks like.
    #[must_use]
    pub fn from_start(start: [u8; 4]) -> Self {
        match &start {
            b"GET " | b"HEAD" | b"POST" | b"PUT " | b"DELE" | b"CONN" | b"OPTI" | b"TRAC"
            | b"PATC" | b"PRI " | b"HTTP" => Self::Http,
            b"SSH-" => Self::Ssh,
            [0x15 | 0x16, 3, 0..=4, _] => Self::Tls,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => " (it looks like HTTP)",
            Self::Tls => " (it looks like TLS)",
            Self::Ssh => " (it looks like SSH)",
            Self::Unknown => "",
        })
    }
}

/// A preface that obeys the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Preface {
    /// The protection that the client asks for.
    pub channel: Channel,
    /// What it offers.
    pub body: control::Preface,
    /// The bytes as they came, for the prologue.
    pub raw: Bytes,
}

/// Takes the preface from the front of a buffer, or says `None` if it is not all there yet.
///
/// # Errors
///
/// [`Error::NotOurProtocol`] after four bytes, [`Error::Format`] after five,
/// [`Error::BadPreface`] after ten or by the body; none of them waits for more than it judges.
pub fn take(bytes: &mut BytesMut) -> Result<Option<Preface>, Error> {
    let Some(magic) = prefix(bytes) else { return Ok(None) };
    if magic != MAGIC {
        return Err(Error::NotOurProtocol(Guess::from_start(magic)));
    }
    let Some([_, _, _, _, theirs]) = prefix(bytes) else { return Ok(None) };
    if !(FORMAT_MIN..=FORMAT_MAX).contains(&theirs) {
        return Err(Error::Format { theirs, min: FORMAT_MIN, max: FORMAT_MAX });
    }
    let Some(fixed) = prefix::<FIXED>(bytes) else { return Ok(None) };
    let [_, _, _, _, _, security, suite, reserved, l0, l1] = fixed;
    let channel = Channel::read(security, suite)?;
    if reserved != 0 {
        return Err(BadPreface::Reserved(reserved).into());
    }
    let length = u16::from_le_bytes([l0, l1]);
    if usize::from(length) > BODY_MAX {
        return Err(BadPreface::Length(length).into());
    }
    let whole = FIXED.saturating_add(length.into());
    if bytes.len() < whole {
        return Ok(None);
    }
    let raw = bytes.split_to(whole).freeze();
    let body = decode_root(&raw.slice(FIXED..), &small()).map_err(BadPreface::Body)?;
    check(&body)?;
    Ok(Some(Preface { channel, body, raw }))
}

/// Appends a preface.
///
/// # Errors
///
/// [`Error::BadPreface`] if this side's own offers break the rules; `out` is as it was.
pub fn put(out: &mut Vec<u8>, channel: Channel, body: &control::Preface) -> Result<(), Error> {
    check(body)?;
    let start = out.len();
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[FORMAT_MAX, channel.security(), channel.suite(), 0, 0, 0]);
    let body_start = out.len();
    encode_root(body, out)?;
    let length = u16::try_from(out.len().saturating_sub(body_start)).unwrap_or(u16::MAX);
    if usize::from(length) > BODY_MAX {
        out.truncate(start);
        return Err(BadPreface::Length(length).into());
    }
    let place = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut::<FIXED>);
    if let Some([.., l0, l1]) = place {
        [*l0, *l1] = length.to_le_bytes();
    }
    Ok(())
}

/// How the bodies of the handshake and of the connection's own frames are decoded: tolerant of
/// newer peers, and within small bounds, since the bytes are bounded already.
#[must_use]
pub fn small() -> DecodeOptions {
    DecodeOptions { exact: false, budget: 64 * 1_024, depth: 8 }
}

fn check(body: &control::Preface) -> Result<(), BadPreface> {
    let count = body.offers.len();
    if count == 0 || count > OFFERS_MAX {
        return Err(BadPreface::Offers(count));
    }
    check_offers(&body.offers)?;
    check_limits(body.record_max, &body.limits)
}

/// Checks what holds for any list of offers, whoever made it.
///
/// # Errors
///
/// The rule that is broken.
pub fn check_offers(offers: &[control::Offer]) -> Result<(), BadPreface> {
    for (at, offer) in offers.iter().enumerate() {
        if offer.name.is_empty() || offer.name.len() > NAME_MAX {
            return Err(BadPreface::Name(offer.name.len()));
        }
        if offer.min > offer.version {
            return Err(BadPreface::Version { version: offer.version, min: offer.min });
        }
        if offers.iter().take(at).any(|earlier| earlier.name == offer.name) {
            return Err(BadPreface::Twice);
        }
    }
    Ok(())
}

/// Checks the limits that a side announces.
///
/// # Errors
///
/// The first limit that is too low.
pub fn check_limits(record_max: u32, limits: &control::PeerLimits) -> Result<(), BadPreface> {
    let rows = [
        ("records", record_max),
        ("frames", limits.frame),
        ("messages", limits.message),
        ("items", limits.stream_window),
        ("one-way messages", limits.events_window),
    ];
    match rows.into_iter().find(|(_, value)| *value < LEAST) {
        Some((name, value)) => Err(BadPreface::Limit { name, value }),
        None => Ok(()),
    }
}
