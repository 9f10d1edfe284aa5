//! Takes the samples: round by round, all that competes in a case in a new order each time, so
//! that whatever the machine does meanwhile meets all alike.

use std::time::Duration;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::contestant::{Contestant, Metric, Peer, Run};

/// How much to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    /// What one sample should take.
    pub sample: Duration,
}

/// The times of one peer doing one thing once, in nanoseconds.
pub struct Timing {
    pub peer: Peer,
    pub metric: Metric,
    /// Sorted.
    samples: Vec<f64>,
}

impl Timing {
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// With interpolation between the samples on both sides.
    pub fn quantile(&self, quantile: f64) -> f64 {
        crate::common::quantile(&self.samples, quantile)
    }
}

struct Task {
    peer: Peer,
    metric: Metric,
    run: Run,
    times: u64,
    samples: Vec<f64>,
}

impl Task {
    fn sample(&mut self) -> Duration {
        let start = clock::now();
        (self.run)(self.times);
        clock::now() - start
    }

    /// Finds how many times make a sample of the wanted duration; this is the warm-up, too.
    fn calibrate(&mut self, wanted: Duration) {
        loop {
            let took = self.sample();
            if took >= wanted / 2 {
                let ratio = wanted.as_secs_f64() / took.as_secs_f64();
                self.times = ((self.times as f64 * ratio).round() as u64).max(1);
                return;
            }
            self.times *= 2;
        }
    }
}

/// Measures everything that the contestants do; `progress` hears of each round.
pub fn measure(
    contestants: Vec<Contestant>,
    effort: Effort,
    mut progress: impl FnMut(usize),
) -> Vec<Timing> {
    let mut tasks: Vec<Task> = contestants
        .into_iter()
        .flat_map(|contestant| {
            let peer = contestant.peer;
            contestant.runs.into_iter().map(move |(metric, run)| Task {
                peer,
                metric,
                run,
                times: 1,
                samples: Vec::new(),
            })
        })
        .collect();
    for task in &mut tasks {
        task.calibrate(effort.sample);
    }

    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    for round in 0..effort.rounds {
        progress(round);
        order.shuffle(&mut rng);
        for &index in &order {
            let task = &mut tasks[index];
            let took = task.sample();
            task.samples.push(took.as_secs_f64() * 1e9 / task.times as f64);
        }
    }

    tasks
        .into_iter()
        .map(|Task { peer, metric, mut samples, .. }| {
            samples.sort_by(f64::total_cmp);
            Timing { peer, metric, samples }
        })
        .collect()
}

/// The time that this thread has had a processor, so that what else runs on the machine does not
/// count.
#[cfg(unix)]
mod clock {
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    pub fn now() -> Duration {
        clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
    }
}

/// The time that has passed.
#[cfg(not(unix))]
mod clock {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    pub fn now() -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
