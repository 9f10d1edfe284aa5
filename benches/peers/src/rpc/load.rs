//! What clients do, and what they note of it.

use std::cell::RefCell;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use bytes::Bytes;

/// A client connected to a server that echoes.
pub trait Connection: Sized + 'static {
    /// One echo.
    fn call(&mut self, body: &Bytes) -> impl Future<Output = Result<Bytes>>;

    /// Echoes without an end, so many at a time.
    fn echo(self, in_flight: usize, body: Bytes) -> impl Future<Output = Result<()>>;

    /// Takes a stream of items of so many bytes without an end.
    fn items(self, _bytes: usize) -> impl Future<Output = Result<()>> {
        async { bail!("it has no streams") }
    }
}

/// Of how many calls of one caller one is timed where many are in flight, so that the clock costs
/// little.
const TIMED: u32 = 32;

static DONE: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static TIMES: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Everything that came back until now.
pub fn done() -> u64 {
    DONE.load(Ordering::Relaxed)
}

/// Counts what came back. Only one thread does.
pub fn count(times: u64) {
    DONE.store(done() + times, Ordering::Relaxed);
}

/// Notes how long something took.
pub fn time(start: Instant) {
    let nanos = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
    TIMES.with_borrow_mut(|times| times.push(nanos));
}

/// The times that were noted since the last call, sorted, in microseconds.
pub fn take_times() -> Vec<f64> {
    let times = TIMES.with_borrow_mut(std::mem::take);
    let mut times: Vec<f64> = times.into_iter().map(|nanos| f64::from(nanos) / 1e3).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Whether an echo may be one, at little cost; the first of each connection is compared as a whole.
pub fn check(body: &[u8], echo: &[u8]) -> Result<()> {
    let right =
        body.len() == echo.len() && body.first() == echo.first() && body.last() == echo.last();
    ensure!(right, "another message came back");
    Ok(())
}

/// One caller's calls, one after the other.
pub async fn calls<C: Connection>(mut caller: C, body: Bytes, each_timed: bool) -> Result<()> {
    for number in 0_u32.. {
        let start = (each_timed || number % TIMED == 0).then(Instant::now);
        let echo = caller.call(&body).await?;
        check(&body, &echo)?;
        count(1);
        if let Some(start) = start {
            time(start);
        }
    }
    Ok(())
}

/// The calls of so many callers that share a connection, each a task.
macro_rules! share {
    ($caller:expr, $in_flight:expr, $body:expr) => {
        $crate::rpc::load::share!($caller, $in_flight, $body, tokio::spawn)
    };
    ($caller:expr, $in_flight:expr, $body:expr, $spawn:path) => {{
        let (caller, in_flight, body) = ($caller, $in_flight, $body);
        if in_flight == 1 {
            // Where tasks usually are: one that is woken beside them costs a system call more.
            return $spawn($crate::rpc::load::calls(caller, body, true)).await?;
        }
        let callers: Vec<_> = (0..in_flight)
            .map(|_| $spawn($crate::rpc::load::calls(caller.clone(), body.clone(), false)))
            .collect();
        drop(caller);
        for caller in callers {
            caller.await??;
        }
        Ok(())
    }};
}
pub(crate) use share;
