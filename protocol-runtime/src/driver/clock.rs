//! Where time enters. Everything else takes it as an argument.
#![expect(clippy::disallowed_methods, reason = "this is where the clocks are read")]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The runtime's clock, so that a test can stop it.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Milliseconds since 1970, for the handshake; 0 on a machine whose clock stands before that.
pub(crate) fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}
