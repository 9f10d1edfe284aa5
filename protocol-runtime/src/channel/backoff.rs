//! How long to wait before the next attempt. No clock and no timer: randomness in, durations out.

use std::time::Duration;

use crate::noise::Random;

/// How a client comes back to its server.
///
/// The wait before an attempt is drawn evenly from nothing to a ceiling that doubles with each
/// failure (full jitter), so that clients who failed together do not come back together.
///
/// ```
/// # use protocol_runtime::channel::Reconnect;
/// let patient = Reconnect { attempts: Some(10), ..Reconnect::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// The ceiling after the first failed attempt, 100 ms by default.
    pub base_delay: Duration,
    /// The highest ceiling, 30 s by default.
    pub max_delay: Duration,
    /// The ceiling before the first attempt after a connection ended, from which it doubles then; 3 s
    /// by default. All clients of a server lose it in the same moment.
    pub spread: Duration,
    /// How many attempts may fail in a row before the client gives up, at least 1; by default it never
    /// does.
    pub attempts: Option<u32>,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            base_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(30),
            spread: Duration::from_secs(3),
            attempts: None,
        }
    }
}

/// How a call is repeated, on a client that reconnects. `docs/client.md` says which calls are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often a call is made at most, the first time included; at least 1, which repeats none, and 3
    /// by default.
    pub attempts: u32,
    /// The ceiling of the wait before the second time, 100 ms by default.
    pub base_delay: Duration,
    /// The highest ceiling, 5 s by default.
    pub max_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 3,
            base_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(5),
        }
    }
}

/// Waits that get longer.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    base: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    pub(crate) const fn new(base: Duration, max: Duration) -> Self {
        Self { base, max, failures: 0 }
    }

    /// The longest that the next wait may be.
    pub(crate) fn ceiling(&self) -> Duration {
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.max)
    }

    /// Another failure: how long to wait.
    pub(crate) fn next(&mut self, random: &mut dyn Random) -> Duration {
        let delay = jitter(self.ceiling(), random);
        self.failures = self.failures.saturating_add(1);
        delay
    }

    /// All is well again.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// From now on the first ceiling is this.
    pub(crate) fn begin_at(&mut self, base: Duration) {
        self.base = base;
    }
}

/// Any wait up to the ceiling, each as likely. Without randomness it is the ceiling.
fn jitter(ceiling: Duration, random: &mut dyn Random) -> Duration {
    let mut bytes = [0; 8];
    if random.fill(&mut bytes).is_err() {
        return ceiling;
    }
    let share = u128::from(u64::from_le_bytes(bytes));
    let nanos = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
    // Less than `nanos`, as the share is less than 2^64.
    let part = (u128::from(nanos) * share) >> 64;
    Duration::from_nanos(u64::try_from(part).unwrap_or(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::RandomError;

    /// SplitMix64: even enough, and the same in each run.
    struct Even(u64);

    impl Random for Even {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
            for bytes in out.chunks_mut(8) {
                self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut mixed = self.0;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                let mixed = (mixed ^ (mixed >> 31)).to_le_bytes();
                bytes.copy_from_slice(&mixed[..bytes.len()]);
            }
            Ok(())
        }
    }

    struct Broken;

    impl Random for Broken {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomError> {
            Err(RandomError { os_code: None })
        }
    }

    #[test]
    fn the_ceiling_doubles_up_to_the_highest() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30));
        let ceilings: Vec<_> = (0..12)
            .map(|_| {
                let ceiling = backoff.ceiling();
                assert!(backoff.next(&mut Even(7)) <= ceiling);
                ceiling.as_millis()
            })
            .collect();
        assert_eq!(ceilings[..10], [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
        for _ in 0..100 {
            assert!(backoff.next(&mut Even(7)) <= Duration::from_secs(30));
        }
        assert_eq!(backoff.ceiling(), Duration::from_secs(30));
        backoff.reset();
        assert_eq!(backoff.ceiling(), Duration::from_millis(100));
    }

    #[test]
    fn waits_are_spread_evenly_from_nothing_to_the_ceiling() {
        let mut random = Even(3);
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let delay = jitter(Duration::from_millis(1_000), &mut random);
            tenths[usize::try_from(delay.as_millis() / 100).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
        assert_eq!(jitter(Duration::from_secs(1), &mut Broken), Duration::from_secs(1));
        assert!(jitter(Duration::MAX, &mut random) > Duration::from_secs(1));
    }

    /// A thousand clients lose their server in one moment, and it stays away for a minute.
    #[test]
    fn t2_clients_that_fell_together_do_not_come_back_together() {
        let policy = Reconnect::default();
        let mut random = Even(11);
        let mut attempts: Vec<(Duration, usize)> = Vec::new();
        for client in 0..1_000 {
            let mut backoff = Backoff::new(policy.base_delay, policy.max_delay);
            backoff.begin_at(policy.spread);
            let mut at = backoff.next(&mut random);
            while at < Duration::from_secs(60) {
                attempts.push((at, client));
                at += backoff.next(&mut random);
            }
        }
        attempts.sort_unstable();
        let window = Duration::from_millis(100);
        let mut first = 0;
        for last in 0..attempts.len() {
            while attempts[last].0 - attempts[first].0 > window {
                first += 1;
            }
            let mut clients: Vec<_> = attempts[first..=last].iter().map(|found| found.1).collect();
            clients.sort_unstable();
            clients.dedup();
            assert!(clients.len() <= 100, "{} at {:?}", clients.len(), attempts[last].0);
        }
    }
}
