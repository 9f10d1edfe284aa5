//! What a session tells its owner, and what it says to a command.

use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

use crate::error::{CloseReason, Error, Fault};
use crate::frame::id::CallId;
use crate::wire::EncodeError;

/// Something that happened.
///
/// Bodies share the memory they were read into.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The handshake is done; calls may be made. The first event, unless the handshake failed.
    Established,
    /// The peer calls. It is to be answered once, by `reply`, `reply_error` or `fail`.
    Request {
        /// The peer's call.
        call: CallId,
        /// The protocol's index, one of those in [`Established`](super::Established).
        protocol: u8,
        /// The message's number, never 0; the protocol may not know it.
        number: u16,
        /// The message.
        body: Bytes,
    },
    /// The peer sent a one-way message.
    OneWay {
        /// The protocol's index, one of those in [`Established`](super::Established).
        protocol: u8,
        /// The message's number, never 0; the protocol may not know it.
        number: u16,
        /// The message.
        body: Bytes,
    },
    /// The reply to a call of this side. The call is over.
    Reply {
        /// The call.
        call: CallId,
        /// The reply.
        body: Bytes,
    },
    /// A call of this side failed. The call is over.
    Failed {
        /// The call.
        call: CallId,
        /// How.
        error: CallFailure,
    },
    /// The peer answered a ping.
    Pong {
        /// What the ping carried.
        token: u64,
    },
    /// The connection is over. The last event; each call was ended by an event before it.
    Closed(CloseReason),
}

/// How a call ended, if not by its reply.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CallFailure {
    /// The typed error of the message, encoded.
    #[error("the call failed with an error of its own")]
    Application(Bytes),
    /// The peer answered with a fault.
    #[error(transparent)]
    Remote(Fault),
    /// No answer in time. The peer may still run the call; a late reply is dropped.
    #[error("no reply in time")]
    TimedOut,
    /// The connection ended before the answer.
    #[error("the connection was lost")]
    ConnectionLost {
        /// False if the message certainly never left this side.
        maybe_executed: bool,
    },
}

/// Why a command was not carried out. Nothing was written, unless it says so.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CallRefused {
    /// The handshake is not done yet.
    #[error("the connection is not open yet")]
    NotOpen,
    /// The connection is over.
    #[error("the connection is closed: {0}")]
    Closed(Box<CloseReason>),
    /// As many calls are open as the peer serves at a time. One that ends makes room.
    #[error("{max} calls are in flight already")]
    TooManyCalls {
        /// The limit.
        max: u32,
    },
    /// As many pings were sent as the peer may be asked to answer.
    #[error("too many pings, the next is due in {} ms", after.as_millis())]
    TooManyPings {
        /// When the next is due.
        after: Duration,
    },
    /// The protocol's index or the message's number is out of range. The caller is at fault.
    #[error("no message {number} of protocol {protocol} on this connection")]
    NoSuchMessage {
        /// The protocol's index.
        protocol: u8,
        /// The message's number.
        number: u16,
    },
    /// The message could not be encoded, or is larger than the peer takes.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl From<CallRefused> for Error {
    fn from(refused: CallRefused) -> Self {
        match refused {
            CallRefused::Closed(reason) => Self::Closed(reason),
            CallRefused::Encode(error) => Self::Encode(error),
            other @ (CallRefused::NotOpen
            | CallRefused::TooManyCalls { .. }
            | CallRefused::TooManyPings { .. }
            | CallRefused::NoSuchMessage { .. }) => Self::Call(other.to_string().into()),
        }
    }
}

/// Why an answer did not go out as it was meant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// Nobody waits for it: the call was answered already, or the connection is over. Nothing
    /// was written.
    #[error("the call is not open")]
    NotOpen,
    /// The answer could not be encoded, or is larger than the peer takes. The peer was told that
    /// the response is too large, and the call is over.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The two sides agree on how to speak.
    Handshaking,
    /// Calls go both ways.
    Open,
    /// It is over.
    Closed,
}
