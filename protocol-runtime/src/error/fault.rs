//! What a side answers to a call that it does not answer with a reply.

use std::time::Duration;

use thiserror::Error;

use super::PeerText;

/// What an Error frame says about a call, other than the typed error of its message.
///
/// Sent by the side that serves the call; what is left is the connection and all other calls.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The peer has no such message, or its handler does not implement it.
    #[error("the message is not implemented")]
    Unimplemented,
    /// The deadline of the call passed at the peer.
    #[error("the deadline passed")]
    DeadlineExceeded,
    /// The call was cancelled.
    #[error("the call was cancelled")]
    Cancelled,
    /// The peer has too much to do.
    #[error("the peer is overloaded")]
    Overloaded {
        /// When to try again, if the peer says so. Bounded by `Limits::retry_after`.
        retry_after: Option<Duration>,
    },
    /// The handler panicked.
    #[error("the handler panicked")]
    HandlerPanicked,
    /// The message could not be read by the peer.
    #[error("the message could not be read: {text}")]
    BadMessage {
        /// What is wrong with it.
        text: PeerText,
    },
    /// The reply is larger than this side takes.
    #[error("the response is too large")]
    ResponseTooLarge,
    /// The handler refused the call.
    #[error("the call was refused: {text}")]
    Refused {
        /// Why, in the handler's words.
        text: PeerText,
    },
    /// The caller may not make this call.
    #[error("the caller is not authorized")]
    Unauthorized,
    /// A code that a newer peer knows.
    #[error("the call failed with code {code}: {text}")]
    Other {
        /// The code of the Error frame.
        code: u16,
        /// What the peer says about it.
        text: PeerText,
    },
}

/// The code of an Error frame whose detail is the typed error of the message.
pub(crate) const APPLICATION: u16 = 1;

impl Fault {
    /// The code of the Error frame.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Unimplemented => 2,
            Self::DeadlineExceeded => 3,
            Self::Cancelled => 4,
            Self::Overloaded { .. } => 5,
            Self::HandlerPanicked => 6,
            Self::BadMessage { .. } => 7,
            Self::ResponseTooLarge => 8,
            Self::Refused { .. } => 9,
            Self::Unauthorized => 10,
            Self::Other { code, .. } => *code,
        }
    }

    /// The name of the outcome, for spans and metrics.
    #[cfg(feature = "net")]
    pub(crate) const fn outcome(&self) -> &'static str {
        match self {
            Self::Unimplemented => "unimplemented",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Cancelled => "cancelled",
            Self::Overloaded { .. } => "overloaded",
            Self::HandlerPanicked => "handler_panicked",
            Self::BadMessage { .. } => "bad_message",
            Self::ResponseTooLarge => "response_too_large",
            Self::Refused { .. } => "refused",
            Self::Unauthorized => "unauthorized",
            Self::Other { .. } => "other",
        }
    }

    /// The text of the Error frame.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::BadMessage { text } | Self::Refused { text } | Self::Other { text, .. } => {
                text.as_str()
            }
            Self::Unimplemented
            | Self::DeadlineExceeded
            | Self::Cancelled
            | Self::Overloaded { .. }
            | Self::HandlerPanicked
            | Self::ResponseTooLarge
            | Self::Unauthorized => "",
        }
    }

    /// What an Error frame with these fields says.
    pub(crate) fn read(code: u16, retry_after: Option<Duration>, text: PeerText) -> Self {
        match code {
            2 => Self::Unimplemented,
            3 => Self::DeadlineExceeded,
            4 => Self::Cancelled,
            5 => Self::Overloaded { retry_after },
            6 => Self::HandlerPanicked,
            7 => Self::BadMessage { text },
            8 => Self::ResponseTooLarge,
            9 => Self::Refused { text },
            10 => Self::Unauthorized,
            code => Self::Other { code, text },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_survives_its_numbers() {
        let after = Some(Duration::from_secs(1));
        for code in 2..=12 {
            let fault = Fault::read(code, after, "x".into());
            assert_eq!(fault.code(), code);
            assert_eq!(Fault::read(fault.code(), after, fault.text().into()), fault);
        }
    }
}
