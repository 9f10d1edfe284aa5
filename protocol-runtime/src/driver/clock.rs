//! Where time enters. Everything else takes it as an argument.
#![expect(clippy::disallowed_methods, reason = "this is where the clocks are read")]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What tells a server or a client the time of day, for handshakes and for lists whose entries end.
///
/// By default the clock of the machine is read once, when the server starts or the client connects,
/// and counted on from there: a step of the machine's clock changes nothing for what runs.
pub trait TimeSource: Send + Sync + 'static {
    /// The time of day, in milliseconds since 1970.
    fn unix_ms(&self) -> u64;
}

/// The time of day when it was made, and the time that has passed since.
#[derive(Debug)]
pub(crate) struct WallClock {
    unix_ms: u64,
    at: Instant,
}

impl WallClock {
    /// Reads the clock of the machine; 0 on one whose clock stands before 1970.
    pub(crate) fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { unix_ms: since.as_millis().try_into().unwrap_or(u64::MAX), at: now() }
    }
}

impl TimeSource for WallClock {
    fn unix_ms(&self) -> u64 {
        let passed = now().saturating_duration_since(self.at).as_millis();
        self.unix_ms.saturating_add(passed.try_into().unwrap_or(u64::MAX))
    }
}

/// The runtime's clock, so that a test can stop it.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
