//! What a session tells its owner, and what it says to a command.

use std::time::{Duration, Instant};

use bytes::Bytes;
use thiserror::Error;

use crate::error::{CloseReason, Error, Fault};
use crate::frame::id::CallId;
use crate::frame::reason::Reason;
use crate::metadata::Metadata;
use crate::wire::EncodeError;

/// Something that happened.
///
/// Bodies share the memory they were read into, unless little was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The handshake is done; calls may be made. The first event, unless the handshake failed.
    Established,
    /// The peer calls. It is to be answered once: by `reply`, `reply_error` or `fail`, or, if the
    /// answer is a stream, by `open_stream`, items and `end`.
    Request {
        /// The peer's call.
        call: CallId,
        /// The protocol's index, one of those in [`Established`](super::Established).
        protocol: u8,
        /// The message's number, 0 for the question what the protocol is; the protocol may not
        /// know it.
        number: u16,
        /// The message.
        body: Bytes,
        /// When nobody waits for the answer any more. There will be [`Event::Dropped`] then.
        deadline: Option<Instant>,
        /// What came along.
        metadata: Option<Metadata>,
    },
    /// The peer sent a one-way message.
    OneWay {
        /// The protocol's index, one of those in [`Established`](super::Established).
        protocol: u8,
        /// The message's number, never 0; the protocol may not know it.
        number: u16,
        /// The message.
        body: Bytes,
        /// What came along.
        metadata: Option<Metadata>,
        /// What is to be handed to `event_done` when its handler has ended.
        cost: usize,
    },
    /// The reply to a call of this side. The call is over, both ways.
    Reply {
        /// The call.
        call: CallId,
        /// The reply.
        body: Bytes,
        /// What came along.
        metadata: Option<Metadata>,
    },
    /// The answer to a call of this side is a stream, and it begins.
    Opened {
        /// The call.
        call: CallId,
        /// What came along.
        metadata: Option<Metadata>,
    },
    /// The next value of the peer's stream of a call.
    Item {
        /// The call, of either side.
        call: CallId,
        /// The value.
        body: Bytes,
        /// What is to be handed to `taken` when the application has taken the value.
        cost: usize,
    },
    /// The peer's stream of a call is at its end. A call of this side is over if its own stream
    /// is at its end too.
    Ended {
        /// The call, of either side.
        call: CallId,
    },
    /// A call of this side failed. The call is over, both ways.
    Failed {
        /// The call.
        call: CallId,
        /// How.
        error: CallFailure,
    },
    /// A call of the peer is over before it was answered. The session has answered it; whatever
    /// serves it may stop.
    Dropped {
        /// The peer's call.
        call: CallId,
        /// Why.
        why: Dropped,
    },
    /// What was refused for want of credit, or because a message was unfinished, may be tried
    /// again.
    Credit {
        /// The call whose stream may go on; `None` for one-way messages.
        call: Option<CallId>,
    },
    /// The peer runs no further calls. Calls that it did not run have failed before this.
    GoingAway {
        /// Why.
        reason: Reason,
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
    /// The answer is larger than this side has memory for, with all its other messages. The peer
    /// was told that nobody waits for it.
    #[error("no memory for the answer")]
    NoMemory,
    /// An item of its stream could not be encoded, or is larger than the peer takes. The peer was told
    /// that nobody waits for the answer.
    #[error("the stream of the call could not be sent: {0}")]
    Unsent(EncodeError),
    /// The connection ended before the answer.
    #[error("the connection was lost")]
    ConnectionLost {
        /// False if the message certainly never left this side.
        maybe_executed: bool,
    },
}

/// Why a call of the peer is over before it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// The caller cancelled it.
    Cancelled,
    /// Its deadline passed.
    DeadlineExceeded,
    /// There was no memory for an item of its stream.
    Overloaded,
}

/// What a call or a one-way message may say beside its message.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallOptions<'a> {
    /// How long this side waits for the answer; the peer is told. For ever if `None`. Nothing to
    /// a one-way message.
    pub timeout: Option<Duration>,
    /// What goes along.
    pub metadata: Option<&'a Metadata>,
    /// Whether to compress, if both sides can: in place of what the message's shape and the
    /// configuration say. A message that holds a secret is never compressed.
    pub compress: Option<bool>,
}

impl CallOptions<'_> {
    /// Waits this long for the answer, and nothing else.
    #[must_use]
    pub const fn timeout(timeout: Option<Duration>) -> Self {
        Self { timeout, metadata: None, compress: None }
    }
}

/// Why an item was not sent. Nothing was written.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ItemRefused {
    /// The peer has to take some items first. [`Event::Credit`] says when to try again; the item
    /// was not encoded.
    #[error("no credit for an item: wait until the peer has taken some")]
    NoCredit,
    /// A message of the same direction is not all sent. [`Event::Credit`] says when to try again;
    /// the item was not encoded.
    #[error("a message of the call is not all sent: wait until it is")]
    Busy,
    /// There is no stream of this side, or it is over.
    #[error("the call has no open stream of this side")]
    NotOpen,
    /// The item could not be encoded, or is larger than the peer takes. The stream goes on.
    #[error(transparent)]
    Encode(#[from] EncodeError),
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
    /// The peer runs no further calls.
    #[error("the peer is going away")]
    GoingAway,
    /// The peer's handlers of one-way messages have to end first. [`Event::Credit`] says when to
    /// try again; the message was not encoded.
    #[error("no credit for a one-way message: wait until the peer has handled some")]
    NoCredit,
    /// A one-way message is not all sent. [`Event::Credit`] says when to try again; the message
    /// was not encoded.
    #[error("a one-way message is not all sent: wait until it is")]
    Busy,
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
            | CallRefused::GoingAway
            | CallRefused::NoCredit
            | CallRefused::Busy
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
    /// The answer to this message is a stream, or is none. Nothing was written.
    #[error("the message's answer is of another kind: a stream is opened, anything else replied")]
    Shape,
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
