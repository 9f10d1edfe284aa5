//! How calls and streams fail, as their users see it.

use std::convert::Infallible;
use std::time::Duration;

use thiserror::Error;

use super::{Fault, PeerText};
use crate::wire::{DecodeError, EncodeError};

/// How a call failed.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The handler answered with the message's own error.
    #[error(transparent)]
    Application(E),
    /// The peer has no such message, or its handler does not implement it.
    #[error("the message is not implemented by the peer")]
    Unimplemented,
    /// No answer in time. The peer may still have run the call.
    #[error("no answer in time")]
    DeadlineExceeded,
    /// The peer gave the call up.
    #[error("the call was cancelled")]
    Cancelled,
    /// The peer has too much to do. The call was not run.
    #[error("the peer is overloaded")]
    Overloaded {
        /// When to try again, if the peer said so.
        retry_after: Option<Duration>,
    },
    /// The peer's handler panicked.
    #[error("the handler panicked")]
    HandlerPanicked,
    /// The peer could not read the message: the two sides' schemas do not fit.
    #[error("the peer could not read the message: {text}")]
    BadMessage {
        /// What the peer says is wrong.
        text: PeerText,
    },
    /// The reply is larger than this side takes. The call was run.
    #[error("the reply is too large")]
    ResponseTooLarge,
    /// The handler refused the call, or the peer is closing.
    #[error("the call was refused: {text}")]
    Refused {
        /// Why.
        text: PeerText,
    },
    /// This side may not make the call.
    #[error("not authorized to make the call")]
    Unauthorized,
    /// The connection ended.
    #[error("the connection was lost{}", if *.maybe_executed { ", the call may have been run" } else { " before the call was sent" })]
    ConnectionLost {
        /// False if the peer certainly did not run the call.
        maybe_executed: bool,
    },
    /// There is no connection, and the call did not wait for one, or there will be none. The call was
    /// not sent. Only clients that reconnect fail like this.
    #[error("not connected: {0}")]
    NotConnected(Box<super::Error>),
    /// The message could not be handed to the connection in time: see
    /// [`ClientBuilder::send_timeout`](crate::client::ClientBuilder::send_timeout). It was not sent.
    #[error("the message was not sent in time")]
    NotSent,
    /// The peer let this side not in, or does not any more, and closed the connection.
    #[error("the peer does not let this side in{}: whoever runs it has to allow this side's key", if *.maybe_executed { ", the call may have been run" } else { "" })]
    NotLetIn {
        /// False if the peer certainly did not run the call.
        maybe_executed: bool,
    },
    /// The message could not be encoded, or is larger than the peer takes. Nothing was sent; where it is an
    /// item of the call's stream, what came before it was, and the call is cancelled.
    #[error("the message was not sent: {0}")]
    Encode(EncodeError),
    /// The answer could not be read. The call was run.
    #[error("the answer could not be read: {0}")]
    Decode(DecodeError),
    /// The peer answered with a code that this version does not know.
    #[error("the call failed with code {code}: {text}")]
    Other {
        /// The code.
        code: u16,
        /// What the peer says.
        text: PeerText,
    },
}

#[cfg(feature = "net")]
impl<E> CallError<E> {
    /// The name of the outcome, for spans and metrics.
    pub(crate) const fn outcome(&self) -> &'static str {
        match self {
            Self::Application(_) => "application",
            Self::Unimplemented => "unimplemented",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Cancelled => "cancelled",
            Self::Overloaded { .. } => "overloaded",
            Self::HandlerPanicked => "handler_panicked",
            Self::BadMessage { .. } => "bad_message",
            Self::ResponseTooLarge => "response_too_large",
            Self::Refused { .. } => "refused",
            Self::Unauthorized => "unauthorized",
            Self::ConnectionLost { .. } => "connection_lost",
            Self::NotConnected(_) => "not_connected",
            Self::NotSent => "not_sent",
            Self::NotLetIn { .. } => "not_let_in",
            Self::Encode(_) => "not_encoded",
            Self::Decode(_) => "not_decoded",
            Self::Other { .. } => "other",
        }
    }
}

impl<E> From<Fault> for CallError<E> {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unimplemented => Self::Unimplemented,
            Fault::DeadlineExceeded => Self::DeadlineExceeded,
            Fault::Cancelled => Self::Cancelled,
            Fault::Overloaded { retry_after } => Self::Overloaded { retry_after },
            Fault::HandlerPanicked => Self::HandlerPanicked,
            Fault::BadMessage { text } => Self::BadMessage { text },
            Fault::ResponseTooLarge => Self::ResponseTooLarge,
            Fault::Refused { text } => Self::Refused { text },
            Fault::Unauthorized => Self::Unauthorized,
            Fault::Other { code, text } => Self::Other { code, text },
        }
    }
}

#[cfg(feature = "net")]
impl<E> CallError<E> {
    /// What a side that serves a call tells its caller, when this failure ended what it was doing:
    /// the message's own error, or a fault.
    ///
    /// # Errors
    ///
    /// The fault.
    pub(crate) fn into_answer(self) -> Result<E, Fault> {
        Err(match self {
            Self::Application(error) => return Ok(error),
            Self::Unimplemented => Fault::Unimplemented,
            Self::DeadlineExceeded => Fault::DeadlineExceeded,
            Self::Overloaded { retry_after } => Fault::Overloaded { retry_after },
            Self::HandlerPanicked => Fault::HandlerPanicked,
            Self::BadMessage { text } => Fault::BadMessage { text },
            Self::ResponseTooLarge | Self::Encode(_) => Fault::ResponseTooLarge,
            Self::Refused { text } => Fault::Refused { text },
            Self::Unauthorized => Fault::Unauthorized,
            Self::Other { code, text } => Fault::Other { code, text },
            // What went wrong between this side and a third is no business of the caller.
            Self::Cancelled
            | Self::ConnectionLost { .. }
            | Self::NotConnected(_)
            | Self::NotSent
            | Self::NotLetIn { .. }
            | Self::Decode(_) => Fault::Cancelled,
        })
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<CallError<E>> for super::Error {
    /// The text is kept, the type of the message's own error is not.
    fn from(error: CallError<E>) -> Self {
        if let CallError::Encode(error) = error {
            return Self::Encode(error);
        }
        Self::Call(error.to_string().into())
    }
}
