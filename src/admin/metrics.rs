//! The recorder of a program that has its metrics read by Prometheus. Beside what the exporter keeps,
//! it keeps of each message how often and how long, in a fixed number of classes. Never opens a socket
//! of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::live::MessageCounts;

/// How often samples are taken together, so that they do not gather where nobody reads them.
const UPKEEP: Duration = Duration::from_secs(5);
/// The classes of durations that Prometheus is told, in seconds.
const BUCKETS: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0, 30.0,
];
/// Of how many messages there are counts; those that come later have none.
const MESSAGES_MAX: usize = 1_024;
/// How many classes an octave of microseconds has, as a power of two, and how many there are in all.
const FINENESS: u32 = 2;
const CLASSES: usize = 40 << FINENESS;

/// Metrics of this process, as Prometheus reads them. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    prometheus: PrometheusHandle,
    table: Arc<Table>,
}

/// What counts: give it to `metrics::set_global_recorder`, or have [`Metrics::install`] do so.
pub struct Recorder {
    prometheus: PrometheusRecorder,
    table: Arc<Table>,
}

/// Why the metrics of this process are not counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// Something else counts already.
    #[error(
        "the process has a recorder of metrics already: install this one instead of it, or combine the two with `metrics-util` and `Metrics::recorder()`"
    )]
    Taken,
    /// The exporter could not be made.
    #[error("metrics cannot be counted: {0}")]
    Exporter(String),
}

impl Metrics {
    /// Counts for this process, from now on: call it before servers and clients are made.
    ///
    /// # Errors
    ///
    /// [`InstallError::Taken`] if the process has a recorder of metrics already.
    pub fn install() -> Result<Self, InstallError> {
        let (recorder, metrics) = Self::recorder()?;
        ::metrics::set_global_recorder(recorder).map_err(|_| InstallError::Taken)?;
        Ok(metrics)
    }

    /// The recorder by itself, for programs that combine several.
    ///
    /// # Errors
    ///
    /// [`InstallError::Exporter`] if the system gives no thread for it.
    pub fn recorder() -> Result<(Recorder, Self), InstallError> {
        let exporter = |error: BuildError| InstallError::Exporter(error.to_string());
        let prometheus = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
            .map_err(exporter)?
            .build_recorder();
        let (table, handle) = (Arc::<Table>::default(), prometheus.handle());
        let (upkept, alive) = (handle.clone(), Arc::downgrade(&table));
        let upkeep = move || {
            while alive.strong_count() > 0 {
                thread::sleep(UPKEEP);
                upkept.run_upkeep();
            }
        };
        let spawned = thread::Builder::new().name("metrics".to_owned()).spawn(upkeep);
        spawned.map_err(|error| InstallError::Exporter(error.to_string()))?;
        Ok((Recorder { prometheus, table: table.clone() }, Self { prometheus: handle, table }))
    }

    /// The metrics as text, as Prometheus reads it.
    #[must_use]
    pub fn render(&self) -> String {
        self.prometheus.render()
    }

    pub(super) fn messages(&self) -> Vec<MessageCounts> {
        self.table.counts()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, about: SharedString) {
        self.prometheus.describe_counter(key, unit, about);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, about: SharedString) {
        self.prometheus.describe_gauge(key, unit, about);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, about: SharedString) {
        self.prometheus.describe_histogram(key, unit, about);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.prometheus.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.prometheus.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        let exported = self.prometheus.register_histogram(key, metadata);
        if key.name() != "network_protocol_call_duration_seconds" {
            return exported;
        }
        match self.table.durations(key) {
            Some(durations) => Histogram::from_arc(Arc::new(Both { exported, durations })),
            None => exported,
        }
    }
}

/// What messages took: by side, protocol and message, and whether all went well.
#[derive(Default)]
struct Table(RwLock<BTreeMap<Name, [Arc<Durations>; 2]>>);

type Name = [String; 3];

impl Table {
    /// Where the durations of the calls with these labels are counted.
    fn durations(&self, key: &Key) -> Option<Arc<Durations>> {
        let label = |name: &str| {
            let label = key.labels().find(|label| label.key() == name);
            label.map(|label| label.value().to_owned())
        };
        let name = [label("side")?, label("protocol")?, label("message")?];
        let failed = label("outcome")? != "ok";
        let of = |both: &[Arc<Durations>; 2]| {
            let [well, badly] = both;
            if failed { badly.clone() } else { well.clone() }
        };
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(both) = rows.get(&name) {
            return Some(of(both));
        }
        drop(rows);
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if rows.len() >= MESSAGES_MAX && !rows.contains_key(&name) {
            return None;
        }
        Some(of(rows.entry(name).or_default()))
    }

    fn counts(&self) -> Vec<MessageCounts> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let counts = rows.iter().map(|([side, protocol, message], [well, badly])| {
            let took = well.classes().into_iter().zip(badly.classes());
            let took: Vec<u64> = took.map(|(well, badly)| well.saturating_add(badly)).collect();
            let max = well.max.load(Ordering::Relaxed).max(badly.max.load(Ordering::Relaxed));
            MessageCounts {
                side: side.clone(),
                protocol: protocol.clone(),
                message: message.clone(),
                ok: well.classes().into_iter().sum(),
                failed: badly.classes().into_iter().sum(),
                p50_us: quantile(&took, 50).min(max),
                p90_us: quantile(&took, 90).min(max),
                p99_us: quantile(&took, 99).min(max),
                max_us: max,
            }
        });
        counts.collect()
    }
}

/// Durations, by classes.
struct Durations {
    classes: [AtomicU64; CLASSES],
    /// The longest, in microseconds.
    max: AtomicU64,
}

impl Default for Durations {
    fn default() -> Self {
        Self { classes: [const { AtomicU64::new(0) }; CLASSES], max: AtomicU64::new(0) }
    }
}

impl Durations {
    fn classes(&self) -> Vec<u64> {
        self.classes.iter().map(|class| class.load(Ordering::Relaxed)).collect()
    }

    fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.max.fetch_max(micros, Ordering::Relaxed);
        let class = class(micros).min(CLASSES.saturating_sub(1));
        if let Some(class) = self.classes.get(class) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The class of so many microseconds: the highest bit, and the two behind it.
fn class(micros: u64) -> usize {
    let micros = micros.max(1);
    let octave = micros.ilog2();
    let behind = match octave.checked_sub(FINENESS) {
        Some(shift) => micros >> shift,
        None => micros << FINENESS.saturating_sub(octave),
    };
    let behind = behind & ((1 << FINENESS) - 1);
    let class = u64::from(octave << FINENESS) | behind;
    usize::try_from(class).unwrap_or(usize::MAX)
}

/// The most microseconds that are of a class.
fn most(class: usize) -> u64 {
    let next = u64::try_from(class).unwrap_or(u64::MAX).saturating_add(1);
    let (octave, behind) = (next >> FINENESS, next & ((1 << FINENESS) - 1));
    let octave = u32::try_from(octave).unwrap_or(u32::MAX);
    let least = (1_u64 << FINENESS | behind).checked_shl(octave).unwrap_or(u64::MAX);
    least.div_ceil(1 << FINENESS).saturating_sub(1)
}

/// What so many of a hundred did not exceed, by the end of its class.
fn quantile(classes: &[u64], percent: u64) -> u64 {
    let all: u64 = classes.iter().sum();
    let wanted = all.saturating_mul(percent).div_ceil(100).max(1);
    let mut seen = 0_u64;
    for (class, count) in classes.iter().enumerate() {
        seen = seen.saturating_add(*count);
        if seen >= wanted {
            return most(class);
        }
    }
    0
}

/// A histogram of the exporter, and the classes beside it.
struct Both {
    exported: Histogram,
    durations: Arc<Durations>,
}

impl HistogramFn for Both {
    fn record(&self, seconds: f64) {
        self.exported.record(seconds);
        self.durations.add(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_a_class_that_ends_at_most_a_quarter_above_it() {
        for micros in (1..5_000).chain([1 << 20, (1 << 30) + 12_345, 1 << 38]) {
            let end = most(class(micros));
            assert!(end >= micros && end <= micros + micros / 4, "{micros}: {end}");
        }
    }

    #[test]
    fn classes_rise_and_the_last_takes_the_rest() {
        let classes: Vec<_> = (1..10_000).map(class).collect();
        assert!(classes.is_sorted());
        let durations = Durations::default();
        durations.add(Duration::MAX);
        assert_eq!(durations.classes().last(), Some(&1));
    }

    #[test]
    fn quantiles_say_what_most_did_not_exceed() {
        let durations = Durations::default();
        (0..90).for_each(|_| durations.add(Duration::from_micros(100)));
        (0..10).for_each(|_| durations.add(Duration::from_millis(50)));
        let classes = durations.classes();
        assert!((100..125).contains(&quantile(&classes, 50)));
        assert!((100..125).contains(&quantile(&classes, 90)));
        assert!((50_000..62_500).contains(&quantile(&classes, 99)));
        assert_eq!(quantile(&[0; CLASSES], 99), 0);
    }

    #[test]
    fn there_are_no_more_rows_than_the_limit() {
        let table = Table::default();
        for number in 0..=MESSAGES_MAX {
            let labels = [
                ("side", "handler".into()),
                ("protocol", "P".into()),
                ("message", format!("M{number}")),
                ("outcome", "ok".to_owned()),
            ];
            let labels: Vec<_> = labels
                .iter()
                .map(|(name, value)| metrics::Label::new(*name, value.clone()))
                .collect();
            let key = Key::from_parts("network_protocol_call_duration_seconds", labels);
            assert_eq!(table.durations(&key).is_some(), number < MESSAGES_MAX);
        }
        assert_eq!(table.counts().len(), MESSAGES_MAX);
    }
}
