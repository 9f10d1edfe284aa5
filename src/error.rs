//! Errors: those of connections and calls, and the one that the names of earlier versions return.
//!
//! [`ProtocolError`] loses nothing of what it is made of, but that all that was too late is
//! [`Timeout`](ProtocolError::Timeout).

#[doc(inline)]
pub use protocol_runtime::error::*;

#[cfg(feature = "service")]
pub use self::protocol::{ProtocolError, Result};

#[cfg(feature = "service")]
mod protocol {
    use std::io;

    use thiserror::Error;

    use super::{CallError, Error};
    use crate::config::ConfigError;
    #[cfg(feature = "logging")]
    use crate::logging::LogError;
    use crate::{Ended, RegisterError};

    /// What the modules [`service`](crate::service) and [`protocol`](mod@crate::protocol) return.
    pub type Result<T, E = ProtocolError> = std::result::Result<T, E>;

    /// Why something could not be done.
    #[derive(Clone, Debug, PartialEq, Error)]
    #[non_exhaustive]
    pub enum ProtocolError {
        /// It took longer than the configuration allows. What was sent may have been done by the peer.
        #[error("it took longer than the configuration allows")]
        Timeout,
        /// The configuration cannot be used.
        #[error(transparent)]
        Config(ConfigError),
        /// Logs could not be set up.
        #[cfg(feature = "logging")]
        #[error(transparent)]
        Logging(LogError),
        /// What went wrong with a connection or a server.
        #[error(transparent)]
        Connection(Error),
        /// How a message failed that was sent.
        #[error(transparent)]
        Call(CallError),
        /// A handler cannot handle the message it was named for.
        #[error(transparent)]
        Register(RegisterError),
        /// Nothing protects the connection, and that is what was asked for. Nothing was sent.
        #[error(
            "nothing protects the connection: leave out `insecure_plain`, or use `send` and `receive`"
        )]
        NotSecured,
        /// So many messages were sent whose replies nobody took. Nothing was sent.
        #[error("{count} replies wait to be received: receive them before more is sent")]
        NotReceived {
            /// How many.
            count: usize,
        },
        /// The server was shut down.
        #[error("the server was shut down: make another one to serve again")]
        ShutDown,
        /// The process was asked to end, and the server cut calls that were not finished in time.
        #[error("calls that were not finished in time were cut when the process was to end")]
        Cut(Ended),
        /// What a handler says against a message. Its sender has it as [`CallError::Refused`].
        #[error("{0}")]
        Handler(String),
    }

    impl From<Error> for ProtocolError {
        fn from(error: Error) -> Self {
            let late = matches!(
                error,
                Error::HandshakeTimeout(_) | Error::Io { kind: io::ErrorKind::TimedOut, .. }
            );
            if late { Self::Timeout } else { Self::Connection(error) }
        }
    }

    impl From<CallError> for ProtocolError {
        fn from(error: CallError) -> Self {
            let late = matches!(error, CallError::DeadlineExceeded | CallError::NotSent);
            if late { Self::Timeout } else { Self::Call(error) }
        }
    }

    impl From<ConfigError> for ProtocolError {
        fn from(error: ConfigError) -> Self {
            Self::Config(error)
        }
    }

    #[cfg(feature = "logging")]
    impl From<LogError> for ProtocolError {
        fn from(error: LogError) -> Self {
            Self::Logging(error)
        }
    }

    impl From<RegisterError> for ProtocolError {
        fn from(error: RegisterError) -> Self {
            Self::Register(error)
        }
    }

    impl From<io::Error> for ProtocolError {
        fn from(error: io::Error) -> Self {
            Error::Io { kind: error.kind(), text: error.to_string().into() }.into()
        }
    }

    impl From<String> for ProtocolError {
        fn from(text: String) -> Self {
            Self::Handler(text)
        }
    }

    impl From<&str> for ProtocolError {
        fn from(text: &str) -> Self {
            Self::Handler(text.to_owned())
        }
    }
}
