//! Connecting and leaving, again and again, after which nothing is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::clients::client;
use crate::host::Protection;
use crate::process::{MARK, Process, mebibytes};

/// Connects, calls and leaves so many times, some at a time and to many addresses, for each address
/// has its own ports.
async fn cycle(port: &str, protection: Protection, times: usize) {
    let left = Arc::new(AtomicUsize::new(times));
    let mut workers = JoinSet::new();
    for _ in 0..16 {
        let (left, port) = (left.clone(), port.to_owned());
        workers.spawn(async move {
            let take = |left: usize| left.checked_sub(1);
            while let Ok(now) = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
                let address = format!("tcp://127.0.0.{}:{port}", 1 + now % 200);
                let load = client(&address, protection).await.unwrap();
                // Some leave without a word, some with an answer, some without theirs.
                match now % 3 {
                    0 => {}
                    1 => assert_eq!(load.next(1).await, Ok(2)),
                    _ => {
                        let waiting =
                            load.wait(60_000).timeout(std::time::Duration::from_millis(1));
                        assert!(waiting.await.is_err());
                    }
                }
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}

async fn drift(times: usize, protection: Protection) -> f64 {
    let role = format!("server security={} listen=tcp://0.0.0.0:0", protection.word());
    let mut server = Process::start(&role);
    let address = server.line();
    let port = address.rsplit_once(':').unwrap().1.to_owned();
    let tasks = server.count("tasks");
    cycle(&port, protection, times / 10).await;
    server.until("connections", |now| now == 0).await;
    server.until("tasks", |now| now == tasks).await;
    let before = server.size();
    cycle(&port, protection, times).await;
    server.until("connections", |now| now == 0).await;
    server.until("tasks", |now| now == tasks).await;
    let after = server.size();
    assert_eq!(after.files, before.files);
    let drift = mebibytes(after.bytes) - mebibytes(before.bytes);
    println!(
        "{MARK}{times} connections one after the other, {protection:?}: {drift:+.1} MiB from {:.1}, \
         {tasks} tasks and {} files as before, {:.2} ms of the server's processor each",
        mebibytes(before.bytes),
        after.files,
        (after.cpu - before.cpu).as_secs_f64() * 1_000.0 / f64::from(u32::try_from(times).unwrap()),
    );
    drift
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_connections_that_went() {
    for protection in [Protection::Plain, Protection::Keys] {
        let drift = drift(400, protection).await;
        assert!(drift < 5.0, "{protection:?}: {drift} MiB");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture cycles::"]
async fn a_hundred_thousand_connections_one_after_the_other() {
    for protection in [Protection::Plain, Protection::Keys] {
        let drift = drift(100_000, protection).await;
        assert!(drift < 5.0, "{protection:?}: {drift} MiB");
    }
}
