//! How much of something is allowed in an interval.

use std::time::{Duration, Instant};

/// Allows so many in each interval. An interval begins with the first that is spent in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    max: u32,
    interval: Duration,
    used: u32,
    since: Option<Instant>,
}

impl Budget {
    pub(super) const fn new(max: u32, interval: Duration) -> Self {
        Self { max, interval, used: 0, since: None }
    }

    /// How many are allowed.
    pub(super) const fn max(&self) -> u32 {
        self.max
    }

    /// When the interval began in which something was last spent.
    pub(super) const fn since(&self) -> Option<Instant> {
        self.since
    }

    /// When there is all of it again, if anything was spent.
    pub(super) fn refill(&self) -> Option<Instant> {
        self.since?.checked_add(self.interval)
    }

    /// Spends one; on an error there is none left, and more after the time it names.
    pub(super) fn spend(&mut self, now: Instant) -> Result<(), Duration> {
        let passed = self.since.map(|since| now.saturating_duration_since(since));
        match passed.and_then(|passed| self.interval.checked_sub(passed)) {
            Some(left) if left > Duration::ZERO => {
                if self.used >= self.max {
                    return Err(left);
                }
                self.used = self.used.saturating_add(1);
            }
            _ => {
                self.since = Some(now);
                self.used = 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::pair;

    #[test]
    fn each_interval_allows_as_many_again() {
        let start = pair::start();
        let second = Duration::from_secs(1);
        let mut budget = Budget::new(2, second * 10);
        assert_eq!(budget.spend(start), Ok(()));
        assert_eq!(budget.spend(start + second), Ok(()));
        assert_eq!(budget.spend(start + second * 4), Err(second * 6));
        assert_eq!(budget.spend(start + second * 10), Ok(()));
        assert_eq!(budget.spend(start + second * 11), Ok(()));
        assert_eq!(budget.spend(start + second * 11), Err(second * 9));
    }
}
