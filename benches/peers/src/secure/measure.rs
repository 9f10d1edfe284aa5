//! Takes the samples: round by round, all that competes in a case in a new order each time, so
//! that whatever the machine does meanwhile meets all alike.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::subject::{Case, Contestant, Metric, Peer};

/// Does something so many times, and says how long that took.
pub type Run = Box<dyn FnMut(u64) -> Result<Duration>>;

/// How much to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    /// What one sample should take.
    pub sample: Duration,
}

/// How often a second one peer did one thing.
pub struct Rate {
    pub peer: Peer,
    pub metric: Metric,
    /// Sorted.
    samples: Vec<f64>,
}

impl Rate {
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// With interpolation between the samples on both sides.
    pub fn quantile(&self, quantile: f64) -> f64 {
        crate::common::quantile(&self.samples, quantile)
    }
}

struct Task {
    contestant: Contestant,
    times: u64,
    samples: Vec<f64>,
}

impl Task {
    fn new(contestant: Contestant) -> Self {
        Self { contestant, times: 1, samples: Vec::new() }
    }

    fn sample(&mut self) -> Result<Duration> {
        let Contestant { peer, metric, run } = &mut self.contestant;
        run(self.times).with_context(|| format!("{peer} {metric}"))
    }

    /// Finds how many times make a sample of the wanted duration; this is the warm-up, too.
    fn calibrate(&mut self, wanted: Duration) -> Result<()> {
        loop {
            let took = self.sample()?;
            if took >= wanted / 2 {
                let ratio = wanted.as_secs_f64() / took.as_secs_f64();
                self.times = ((self.times as f64 * ratio).round() as u64).max(1);
                return Ok(());
            }
            self.times *= 2;
        }
    }
}

/// Measures everything that the contestants do; `progress` hears of each round.
pub fn measure(
    case: Case,
    contestants: Vec<Contestant>,
    effort: Effort,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Rate>> {
    let mut tasks: Vec<Task> = contestants.into_iter().map(Task::new).collect();
    for task in &mut tasks {
        task.calibrate(effort.sample)?;
    }

    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    for round in 0..effort.rounds {
        progress(round);
        order.shuffle(&mut rng);
        for &index in &order {
            let task = &mut tasks[index];
            let took = task.sample()?;
            ensure!(!took.is_zero(), "nothing was done in a sample");
            task.samples.push(task.times as f64 * case.amount() / took.as_secs_f64());
        }
    }

    let rates = tasks.into_iter().map(|Task { contestant, mut samples, .. }| {
        samples.sort_by(f64::total_cmp);
        Rate { peer: contestant.peer, metric: contestant.metric, samples }
    });
    Ok(rates.collect())
}

/// Does something so many times, and says how long that took.
pub fn timed(times: u64, mut once: impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = clock::now();
    for _ in 0..times {
        once()?;
    }
    Ok(clock::now() - start)
}

/// The time that this thread has had a processor, so that what else runs on the machine does not
/// count. What the kernel does for the thread counts.
#[cfg(unix)]
pub mod clock {
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    pub fn now() -> Duration {
        clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
    }
}

/// The time that has passed.
#[cfg(not(unix))]
pub mod clock {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    pub fn now() -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
