//! Log lines that strangers cause: some of them, and how many were left out. Reads no clock.

use std::time::{Duration, Instant};

/// Lets a few through in each interval.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    since: Option<Instant>,
    passed: u32,
    left_out: u64,
}

/// Lines in one interval.
pub(super) const LINES: u32 = 10;
/// The interval.
pub(super) const INTERVAL: Duration = Duration::from_secs(10);

impl Throttle {
    /// Some if a line may be written now: how many were left out since the last one.
    pub(super) fn pass(&mut self, now: Instant) -> Option<u64> {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= INTERVAL) {
            (self.since, self.passed) = (Some(now), 0);
        }
        if self.passed == LINES {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        self.passed = self.passed.saturating_add(1);
        Some(std::mem::take(&mut self.left_out))
    }
}
