//! The time of day as a session knows it: told once, then counted on by the moments that are handed
//! in. No clock is read here, so a step of the system's clock changes nothing for a connection.

use std::time::Instant;

use crate::error::{Error, Skew};
use crate::limits::Limits;

/// What becomes of a peer whose clock is off by more than
/// [`Limits::clock_skew`](crate::limits::Limits::clock_skew).
///
/// With a shared key a server always refuses: there the time is what tells a recording from a
/// client. Elsewhere the handshake does that by itself, and availability need not hang on clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockPolicy {
    /// It is let in, and the skew stands in
    /// [`Established::clock_skew`](super::Established::clock_skew) for somebody to warn of.
    #[default]
    Warn,
    /// It is refused with [`Error::ClockSkew`], by each side that learns the peer's time.
    Enforce,
}

/// The clock of one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    unix_ms: u64,
    at: Instant,
    policy: ClockPolicy,
}

impl Clock {
    /// A clock that showed `unix_ms` at the moment `at`.
    pub(super) const fn new(unix_ms: u64, at: Instant, policy: ClockPolicy) -> Self {
        Self { unix_ms, at, policy }
    }

    /// What the clock shows, in milliseconds since 1970.
    pub(super) fn unix_ms(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.at).as_millis();
        self.unix_ms.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
    }

    /// How far the peer's clock is off.
    pub(super) fn compare(
        &self,
        now: Instant,
        theirs: u64,
        limits: &Limits,
    ) -> Result<Skew, Error> {
        let by = Skew::between(theirs, self.unix_ms(now));
        match self.policy {
            ClockPolicy::Enforce if by.size() > limits.clock_skew() => Err(Error::ClockSkew { by }),
            ClockPolicy::Enforce | ClockPolicy::Warn => Ok(by),
        }
    }
}
