//! Names of earlier versions for what programs need besides connections.

/// Logs, by the name of earlier versions.
pub mod logging {
    pub use crate::logging::{LogError, Logging, init, init_logging};
}
