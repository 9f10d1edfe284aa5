//! What can go wrong with a connection and with a call, as plain data.
//!
//! Each variant says whose fault it is and what is left. Nothing here logs, and no variant holds
//! a payload; the only text a peer can choose is [`PeerText`], which is short and escaped.

mod call;
mod fault;
mod schema;
mod skew;
mod text;
mod tls;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::compress::CompressError;
use crate::frame::header::{BadFrame, Kind};
use crate::frame::preface::{BadPreface, Guess, Mode};
use crate::frame::reason::Reason;
use crate::limits::LimitError;
use crate::noise::{NoiseError, PublicKey};
use crate::wire::{DecodeError, EncodeError};

pub use self::call::CallError;
pub(crate) use self::fault::APPLICATION;
pub use self::fault::Fault;
pub use self::schema::{
    Changes, NotCompared, ProtocolDiff, SchemaDiff, SchemaMismatch, SchemaVersion,
};
pub use self::skew::Skew;
pub use self::text::PeerText;
pub use self::tls::{Pin, TlsError};

/// Why something about a connection did not work.
///
/// Unless a variant says otherwise the connection is gone, and each call that was in flight has
/// ended with one failure of its own.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is wrong; the text says what mends it. Nothing was started.
    #[error("{0}")]
    Config(Cow<'static, str>),
    /// A limit was set outside its range. Nothing was started.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The operating system or the network failed.
    #[error("{text}")]
    Io {
        /// What kind of failure.
        kind: io::ErrorKind,
        /// What the system says about it.
        text: Cow<'static, str>,
    },
    /// A key could not be made or read. Nothing was started.
    #[error("{0}")]
    Key(#[from] NoiseError),
    /// A value of this side could not be encoded. Nothing was sent and the connection goes on.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A call failed; the text says how. The connection may well go on.
    ///
    /// This is what `?` makes of the error of a call.
    #[error("{0}")]
    Call(Cow<'static, str>),
    /// The connection is closed, and this is why. Nothing was sent.
    #[error("the connection is closed: {0}")]
    Closed(Box<CloseReason>),

    /// The peer speaks another protocol: somebody connected to the wrong port.
    #[error("the peer does not speak this protocol{0}")]
    NotOurProtocol(Guess),
    /// The peer speaks a wire format that this side does not know. One of the two needs an
    /// update.
    #[error("the peer speaks wire format {theirs}, this side speaks {min} to {max}")]
    Format {
        /// The number in the peer's preface.
        theirs: u8,
        /// The least this side speaks.
        min: u8,
        /// The most this side speaks.
        max: u8,
    },
    /// The peer broke the rules of the preface.
    #[error("malformed preface: {0}")]
    BadPreface(#[from] BadPreface),
    /// The client asked for a kind of security that this server's configuration does not take.
    #[error("the client asks for {theirs}, this server takes {ours} only: configure both alike")]
    Security {
        /// What the client's preface asks for.
        theirs: Mode,
        /// What this server takes.
        ours: Mode,
    },
    /// Nothing that the client offers is served, or not in a version that suits both: one of the
    /// two sides needs an update.
    #[error("no protocol in common: {0}")]
    NoProtocol(Box<Mismatch>),
    /// The server's schema of a protocol does not fit this side's: messages would be read as what
    /// they are not. One of the two sides needs an update. Nothing was called.
    #[error("{0}")]
    SchemaMismatch(Box<SchemaMismatch>),
    /// The server refused the connection.
    ///
    /// A refusal is not authenticated: anybody on the way can forge one, so it is a hint for
    /// people, and never a reason to try again with less security.
    #[error("refused by the peer (unauthenticated): {0}")]
    Rejected(Rejected),
    /// The server accepted something that this side did not offer. The server is at fault.
    #[error("the server accepted what was not offered: {0}")]
    BadAccept(&'static str),
    /// The cryptographic handshake failed. The peer, or somebody in between, is at fault; which of
    /// them cannot be told. A key other than the pinned one is
    /// [`NoiseError::PeerKeyMismatch`], which names both.
    #[error("the handshake failed: {0}")]
    Handshake(NoiseError),
    /// The server proved to hold another key than the one it was known by, where the first key that
    /// it showed was written down. Nothing was delivered. Either it was given a new key, or somebody
    /// stands in between; the text names the file, both fingerprints, and what to do.
    #[error("{0}")]
    ServerKeyChanged(Box<ChangedKey>),
    /// The peer's clock is further off than `Limits::clock_skew` allows. Nothing was delivered.
    #[error("the peer's clock is {by}, further than is allowed: set the clocks of both sides")]
    ClockSkew {
        /// How far, seen from this side.
        by: Skew,
    },
    /// The first message of a handshake with a shared key was seen before: somebody sent a
    /// recording of a client. The client itself is not concerned.
    #[error("a recording of a client's first message was sent again; nothing came of it")]
    Replayed,
    /// The first message of a handshake with a shared key is from before this server started, or
    /// from before its clock was set back, so that it cannot tell whether it is a recording.
    #[error(
        "the client's first message is from a time of which nothing is remembered: it is a \
         recording, or the client's clock is behind; set the clocks of both sides and connect again"
    )]
    StaleTimestamp,
    /// As many first messages as are remembered came with the shared key, so that no other can be
    /// told from a recording. Clients may wait; what is remembered was accepted.
    #[error(
        "no first message of a client can be remembered for {} ms: raise `replay_entries` if so \
         many clients connect", retry_after.as_millis()
    )]
    ReplayFull {
        /// When there will be room.
        retry_after: Duration,
    },
    /// The handshake took too long.
    #[error("{0}")]
    HandshakeTimeout(Waiting),
    /// The peer sent more bytes before the end of the handshake than are allowed.
    #[error("a handshake of {len} bytes, at most {max} are allowed")]
    HandshakeTooLarge {
        /// How many bytes the handshake would take.
        len: u32,
        /// The limit.
        max: u32,
    },
    /// The peer sent something in the handshake that has no place there.
    #[error("unexpected in the handshake: {0}")]
    Unexpected(&'static str),
    /// TLS did not come about: the certificate of one side, or what the two speak. The text names what
    /// mends it.
    #[error("{0}")]
    Tls(Box<TlsError>),
    /// The connection ended before the handshake was done.
    #[error("the connection ended during the handshake")]
    HandshakeTruncated,

    /// A record could not be opened: it was changed, lost, repeated or swapped on the way, or has
    /// a length that is not allowed. What came before it is whole.
    #[error("the record failed: {0}")]
    Record(NoiseError),
    /// The peer sent a frame that breaks the rules.
    #[error("malformed frame: {0}")]
    BadFrame(#[from] BadFrame),
    /// The peer announced a frame longer than the limit. Nothing of it was kept.
    #[error("a frame of {len} bytes, at most {max} are allowed")]
    FrameTooLarge {
        /// What was announced.
        len: u32,
        /// The limit.
        max: u32,
    },
    /// The peer sent a message longer than the limit that it was told.
    #[error("a message of {len} bytes, at most {max} are allowed")]
    MessageTooLarge {
        /// How long it is, as far as it came.
        len: u64,
        /// The limit.
        max: u32,
    },
    /// The peer sent a compressed message, and compression was not agreed on.
    #[error("a compressed {0}, and compression was not agreed on")]
    NotNegotiated(Kind),
    /// The peer sent a compressed message that cannot be read.
    #[error(transparent)]
    Compression(#[from] CompressError),
    /// The peer broke the rules of credit.
    #[error("flow control: {0}")]
    FlowControl(#[from] FlowFault),
    /// The peer gave no sign of life for too long.
    #[error("the peer gave no sign of life for {} ms", after.as_millis())]
    Dead {
        /// How long.
        after: Duration,
    },
    /// The body of a frame that concerns the connection, or of an Error, cannot be read. The peer
    /// is at fault.
    #[error("malformed {kind} frame: {error}")]
    BadControl {
        /// The kind of frame.
        kind: Kind,
        /// What is wrong with the body.
        error: DecodeError,
    },
    /// The peer sent too much of something that costs it little and this side more.
    #[error("{0}")]
    Flood(Flood),
    /// The connection ended without a Close: what came before is whole, what followed is lost.
    #[error("the connection ended without a close")]
    Truncated,
    /// The peer stopped reading for longer than the write stall limit.
    #[error("the peer does not read")]
    WriteStalled,
    /// A client gave up to connect, after as many failures in a row as it was told to bear.
    #[error("gave up after {attempts} failed attempts to connect, the last because: {last}")]
    GaveUp {
        /// How many failed.
        attempts: u32,
        /// How the last failed.
        last: Box<Self>,
    },
    /// This library broke its own rule; please report it.
    #[error("internal fault: {0}")]
    Internal(&'static str),
}

impl Error {
    /// What this side may tell the peer about the failure.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Format { .. } => Reason::Format,
            Self::Security { .. } => Reason::Security,
            Self::NotOurProtocol(_) | Self::BadPreface(_) => Reason::BadPreface,
            Self::NoProtocol(mismatch) if mismatch.by_version => Reason::ProtocolVersion,
            Self::NoProtocol(_) => Reason::NoProtocol,
            Self::SchemaMismatch(_) => Reason::ProtocolVersion,
            Self::Handshake(_)
            | Self::ServerKeyChanged(_)
            | Self::BadAccept(_)
            | Self::Tls(_)
            | Self::HandshakeTooLarge { .. }
            | Self::Unexpected(_)
            | Self::ClockSkew { .. }
            | Self::Replayed
            | Self::StaleTimestamp
            | Self::HandshakeTruncated => Reason::BadHandshake,
            Self::ReplayFull { .. } => Reason::Busy,
            Self::HandshakeTimeout(_) => Reason::Timeout,
            Self::Record(_) => Reason::BadRecord,
            Self::BadFrame(_)
            | Self::BadControl { .. }
            | Self::NotNegotiated(_)
            | Self::Compression(_)
            | Self::Truncated => Reason::BadFrame,
            Self::FrameTooLarge { .. } | Self::MessageTooLarge { .. } => Reason::FrameTooLarge,
            Self::FlowControl(_) => Reason::FlowControl,
            Self::Dead { .. } => Reason::Dead,
            Self::Flood(Flood::Refusals { .. }) | Self::WriteStalled => Reason::SlowReader,
            Self::Flood(_) => Reason::CalmDown,
            Self::Config(_)
            | Self::Limit(_)
            | Self::Key(_)
            | Self::Io { .. }
            | Self::Encode(_)
            | Self::Call(_)
            | Self::Closed(_)
            | Self::Rejected(_)
            | Self::GaveUp { .. }
            | Self::Internal(_) => Reason::Internal,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        // A stream may know better what went wrong than the system does.
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(known) => known.clone(),
            None => Self::Io { kind: error.kind(), text: error.to_string().into() },
        }
    }
}

impl From<CloseReason> for Error {
    /// A failure is itself; an orderly end becomes [`Error::Closed`].
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Failed(error) => *error,
            other @ (CloseReason::Local { .. } | CloseReason::Peer { .. }) => {
                Self::Closed(Box::new(other))
            }
        }
    }
}

/// How a connection came to its end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This side closed it.
    Local {
        /// The reason that was sent.
        reason: Reason,
    },
    /// The peer closed it in order.
    Peer {
        /// The peer's reason.
        reason: Reason,
        /// What the peer says about it.
        text: PeerText,
    },
    /// It failed.
    Failed(Box<Error>),
}

impl CloseReason {
    /// The reason, in a word.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Local { reason } | Self::Peer { reason, .. } => *reason,
            Self::Failed(error) => error.reason(),
        }
    }

    /// Whether the end was an ordinary one, from either side.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        match self {
            Self::Local { reason } | Self::Peer { reason, .. } => {
                matches!(
                    reason,
                    Reason::Normal | Reason::ShuttingDown | Reason::IdleTimeout | Reason::MaxAge
                )
            }
            Self::Failed(_) => false,
        }
    }
}

impl From<Error> for CloseReason {
    fn from(error: Error) -> Self {
        if let Error::Closed(reason) = error { *reason } else { Self::Failed(Box::new(error)) }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { reason } => write!(f, "closed by this side ({reason})"),
            Self::Peer { reason, text } if text.is_empty() => {
                write!(f, "closed by the peer ({reason})")
            }
            Self::Peer { reason, text } => write!(f, "closed by the peer ({reason}: {text})"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// What a server says when it refuses a connection: a hint, not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: Reason,
    /// The least wire format the server speaks.
    pub format_min: u8,
    /// The most it speaks.
    pub format_max: u8,
    /// When to try again, if that may help. Bounded by `Limits::retry_after`.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)?;
        if self.reason == Reason::Format {
            write!(f, ", the server speaks {} to {}", self.format_min, self.format_max)?;
        } else if self.reason == Reason::Security {
            f.write_str(": configure client and server alike")?;
        } else if self.reason == Reason::BadHandshake {
            // The server tells nobody which of them it was.
            f.write_str(": compare the keys, and with a shared key the clocks, of both sides")?;
        }
        match self.retry_after {
            Some(after) => write!(f, ", retry after {} ms", after.as_millis()),
            None => Ok(()),
        }
    }
}

/// What each side has, when nothing fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What this side serves: name, version and least version.
    pub ours: Vec<(String, u32, u32)>,
    /// What the peer offers. The names are the peer's choice, at most 64 bytes each.
    pub theirs: Vec<(PeerText, u32, u32)>,
    /// Whether a name is in common, so that only the versions do not fit.
    pub by_version: bool,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn side<T: fmt::Display>(
            f: &mut fmt::Formatter<'_>,
            offers: &[(T, u32, u32)],
        ) -> fmt::Result {
            for (at, (name, version, min)) in offers.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                write!(f, "{comma}{name} version {version} (at least {min})")?;
            }
            Ok(())
        }
        f.write_str("this side has ")?;
        side(f, &self.ours)?;
        f.write_str("; the peer has ")?;
        side(f, &self.theirs)
    }
}

/// A server's key that is not the one it was known by.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("{text}")]
pub struct ChangedKey {
    /// The key it was known by.
    pub known: PublicKey,
    /// The key it proved to hold.
    pub presented: PublicKey,
    /// All of it in words.
    pub text: Box<str>,
}

/// What a handshake waited for when its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Waiting {
    /// The client sent nothing at all.
    #[error("the client sent nothing in time")]
    FirstByte,
    /// The handshake was not done in time.
    #[error("the handshake was not done in time")]
    Handshake,
}

/// Something cheap of which the peer sent too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Flood {
    /// More pings in an interval than are answered.
    #[error("too many pings: more than {max} in an interval")]
    Pings {
        /// The limit.
        max: u32,
    },
    /// Frames that had no effect, without useful ones in between.
    #[error("too many frames without effect: more than {max} bytes of them")]
    Overhead {
        /// The limit.
        max: u32,
    },
    /// More calls cancelled in an interval than are allowed beyond those that were answered.
    #[error("too many calls cancelled: more than {max} in an interval")]
    Cancels {
        /// The limit.
        max: u32,
    },
    /// More frames of little use in an interval than are allowed.
    #[error("too many frames of little use: more than {max} in an interval")]
    Control {
        /// The limit.
        max: u32,
    },
    /// Requests over the limit and pings, while the answers are not read.
    #[error("too many refusals that the peer does not read: more than {max} bytes")]
    Refusals {
        /// The limit.
        max: u32,
    },
}

/// Which rule of credit the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FlowFault {
    /// A frame costs more than was left.
    #[error("a frame that costs {cost} bytes of credit, {left} are left")]
    Overspent {
        /// What the frame costs.
        cost: u32,
        /// What was left.
        left: u32,
    },
    /// Credit of nothing.
    #[error("credit of 0 bytes")]
    Zero,
    /// More credit than can be counted.
    #[error("credit of {more} bytes beside {left}, which is more than 2147483647")]
    Overflow {
        /// What was there.
        left: u32,
        /// What was to be added.
        more: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_io_error_keeps_its_kind_and_text() {
        let error = Error::from(io::Error::new(io::ErrorKind::ConnectionReset, "gone"));
        assert_eq!(error, Error::Io { kind: io::ErrorKind::ConnectionReset, text: "gone".into() });
    }

    #[test]
    fn a_failure_passes_through_a_close_reason_unchanged() {
        let reason = CloseReason::from(Error::Truncated);
        assert!(!reason.is_clean());
        assert_eq!(Error::from(reason), Error::Truncated);
        let local = CloseReason::Local { reason: Reason::Normal };
        assert!(local.is_clean());
        assert_eq!(CloseReason::from(Error::from(local.clone())), local);
    }

    #[test]
    fn an_error_stays_small_enough_to_pass_around() {
        assert!(size_of::<Error>() <= 80, "{}", size_of::<Error>());
    }
}
