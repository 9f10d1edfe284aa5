//! Where values lie, so that nobody is measured with the heap that another has left behind.
//!
//! Three threads have a heap each: one prepares and checks, which leaves it full of holes; one
//! keeps the values to be serialized, close together; and the main one measures, so that what is
//! deserialized comes from a heap as tidy as that of a fresh program.

use std::hint::black_box;
use std::sync::LazyLock;
use std::sync::mpsc::{self, Sender};
use std::thread;

use anyhow::{Result, anyhow};

type Job = Box<dyn FnOnce() + Send>;

fn worker() -> Sender<Job> {
    let (jobs, queue) = mpsc::channel::<Job>();
    thread::spawn(move || queue.into_iter().for_each(|job| job()));
    jobs
}

/// Runs `job` on the thread behind `worker`.
fn run_on<T: Send + 'static>(
    worker: &Sender<Job>,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (done, result) = mpsc::channel();
    let job: Job = Box::new(move || {
        // Nobody waits for it only if the caller has gone, and then nothing is lost.
        drop(done.send(job()));
    });
    worker.send(job).map_err(|_| anyhow!("a thread ended early"))?;
    result.recv().map_err(|_| anyhow!("a preparation panicked"))
}

/// Runs what leaves holes behind.
pub fn prepare<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    static WORKER: LazyLock<Sender<Job>> = LazyLock::new(worker);
    run_on(&WORKER, job)
}

/// A copy of a value in one piece, for as long as the program runs.
pub fn keep<T: Clone + Send + Sync + 'static>(value: T) -> Result<&'static T> {
    static WORKER: LazyLock<Sender<Job>> = LazyLock::new(worker);
    let (kept, value) = run_on(&WORKER, move || {
        let kept: &'static T = Box::leak(Box::new(value.clone()));
        (kept, value)
    })?;
    // Freed here, or that thread would use its memory for the next copy.
    drop(value);
    Ok(kept)
}

/// Has the allocator keep what is freed, so that nobody is measured fetching pages from the kernel.
///
/// glibc returns the end of the heap to the kernel after each large value is dropped, until it has
/// once seen a large block freed; 32 MiB is the largest that it learns from.
pub fn retain() {
    drop(black_box(vec![1_u8; (32 << 20) - (64 << 10)]));
}
