//! A buffer of bounded size and the thread that empties it. Whoever fills it waits for nothing but
//! others who do; whoever writes holds no lock while it does.

use std::fmt;
use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::LogError;
use super::format::Report;
use crate::config::LoggingConfig;

/// How many bytes of lines wait at most. One more line is dropped.
const WAITING_BYTES_MAX: usize = 1_024 * 1_024;

/// How often the thread looks whether anybody is left who could log.
const LOOK: Duration = Duration::from_secs(1);

/// How often a failure that goes on is told on the standard error output.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// Where lines are written to.
pub(super) trait Target: Send + 'static {
    /// Writes whole lines, and says how many bytes of them are written if it fails.
    fn put(&mut self, lines: &[u8]) -> Result<(), (usize, io::Error)>;

    /// What it is called where its failures are told; `None` if there is no other place to tell them.
    fn name(&self) -> Option<String>;
}

impl Target for io::Stderr {
    fn put(&mut self, lines: &[u8]) -> Result<(), (usize, io::Error)> {
        // How much of it was written before a failure cannot be known; none is the honest count.
        self.write_all(lines).and_then(|()| self.flush()).map_err(|error| (0, error))
    }

    fn name(&self) -> Option<String> {
        None
    }
}

/// The buffer.
pub(super) struct Sink {
    waiting: Mutex<Waiting>,
    /// There are lines, or there are none any more.
    changed: Condvar,
    /// Lines that were dropped so far.
    dropped: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Lines that did not fit since the last look.
    left_out: u64,
    /// Whether some are being written.
    writing: bool,
}

impl Sink {
    /// Starts the thread. It ends when nothing is left that could log.
    pub(super) fn start(
        target: impl Target,
        config: &LoggingConfig,
    ) -> Result<Arc<Self>, LogError> {
        let sink = Arc::new(Self {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            dropped: AtomicU64::new(0),
        });
        let writer = Writer {
            sink: Arc::downgrade(&sink),
            target,
            report: Report::new(config),
            unreported: 0,
            why: None,
            told: None,
        };
        let thread = thread::Builder::new().name("logs".to_owned());
        let started = thread.spawn(move || writer.run());
        started.map_err(|error| LogError::Thread { text: error.to_string() })?;
        Ok(sink)
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes lines in, or drops them.
    fn push(&self, lines: &[u8]) {
        let mut waiting = self.lock();
        if waiting.lines.len().saturating_add(lines.len()) > WAITING_BYTES_MAX {
            let count = count(lines);
            waiting.left_out = waiting.left_out.saturating_add(count);
            self.dropped.fetch_add(count, Ordering::Relaxed);
            return;
        }
        let first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(lines);
        drop(waiting);
        if first {
            self.changed.notify_all();
        }
    }

    /// Waits until nothing waits, at most so long.
    pub(super) fn flush(&self, limit: Duration) -> bool {
        let busy = |waiting: &mut Waiting| waiting.writing || !waiting.lines.is_empty();
        let waited = self.changed.wait_timeout_while(self.lock(), limit, busy);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// The next lines, with how many were left out before; nothing after a while.
    fn take(&self, former: Vec<u8>) -> (Vec<u8>, u64) {
        let waiting = self.lock();
        let empty = |waiting: &mut Waiting| waiting.lines.is_empty();
        let waited = self.changed.wait_timeout_while(waiting, LOOK, empty);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        waiting.writing = !waiting.lines.is_empty();
        (mem::replace(&mut waiting.lines, former), mem::take(&mut waiting.left_out))
    }

    /// What was taken is written or dropped.
    fn done(&self) {
        self.lock().writing = false;
        self.changed.notify_all();
    }
}

/// How many lines these are.
fn count(lines: &[u8]) -> u64 {
    let ends = lines.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(ends).unwrap_or(u64::MAX)
}

/// The thread's own.
struct Writer<T> {
    sink: Weak<Sink>,
    target: T,
    report: Report,
    /// Lines that were dropped, and nothing of it written yet.
    unreported: u64,
    /// What the system said of them.
    why: Option<String>,
    /// When that was told last.
    told: Option<Instant>,
}

impl<T: Target> Writer<T> {
    fn run(mut self) {
        let mut lines = Vec::new();
        while let Some(sink) = self.sink.upgrade() {
            lines.clear();
            let (taken, left_out) = sink.take(lines);
            self.unreported = self.unreported.saturating_add(left_out);
            lines = taken;
            if !lines.is_empty() {
                self.write(&sink, &lines);
                sink.done();
            }
        }
    }

    fn write(&mut self, sink: &Sink, lines: &[u8]) {
        if self.unreported > 0 {
            let line = self.report.line(self.unreported, self.why.as_deref());
            if let Err((_, error)) = self.target.put(line.as_bytes()) {
                return self.fail(sink, lines, &error);
            }
            self.unreported = 0;
            (self.why, self.told) = (None, None);
        }
        if let Err((written, error)) = self.target.put(lines) {
            self.fail(sink, lines.get(written..).unwrap_or_default(), &error);
        }
    }

    /// Drops what could not be written.
    fn fail(&mut self, sink: &Sink, lines: &[u8], error: &io::Error) {
        let count = count(lines);
        sink.dropped.fetch_add(count, Ordering::Relaxed);
        self.unreported = self.unreported.saturating_add(count);
        self.why = Some(error.to_string());
        let Some(name) = self.target.name() else { return };
        if self.told.is_none_or(|told| told.elapsed() >= TOLD_AGAIN) {
            self.told = Some(Instant::now());
            let dropped = self.unreported;
            // Where even that cannot be said there is nobody to say it to.
            writeln!(
                io::stderr(),
                "cannot write logs to {name}: {error}; dropped so far: {dropped}"
            )
            .ok();
        }
    }
}

/// The end of a buffer where lines go in.
pub(super) struct Lines(pub(super) Arc<Sink>);

impl Write for &Lines {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.0.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("dropped", &self.0.dropped()).finish()
    }
}
