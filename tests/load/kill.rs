//! A server that is killed in mid-load: each call ends, none was run twice, and what callers were
//! told is true of what was written down.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use network_protocol as np;
use np::CallError;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clients::client;
use crate::host::{LoadClient, Protection};
use crate::process::{MARK, Process};

const CONNECTIONS: usize = 4;
const AT_ONCE: usize = 16;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Answered,
    NotRun,
    MaybeRun,
}

/// Calls again and again, each time with another number, until a call fails.
async fn call_until_lost(load: LoadClient, ids: Arc<AtomicU64>) -> Vec<(u64, End)> {
    let mut ends = Vec::new();
    loop {
        let id = ids.fetch_add(1, Ordering::Relaxed);
        match load.once(id).await {
            Ok(answer) => {
                assert_eq!(answer, id, "an answer to another call");
                ends.push((id, End::Answered));
            }
            Err(CallError::ConnectionLost { maybe_executed }) => {
                ends.push((id, if maybe_executed { End::MaybeRun } else { End::NotRun }));
                return ends;
            }
            Err(other) => panic!("{id}: {other:?}"),
        }
    }
}

/// What servers write down, taken away with its handle.
pub(crate) struct Log {
    pub(crate) path: PathBuf,
}

impl Log {
    pub(crate) fn new(protection: Protection) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let (id, made) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let name = format!("load-{}-{id}-{made}", protection.word());
        Self { path: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) }
    }

    /// How often each number was written down.
    fn run(&self) -> HashMap<u64, usize> {
        let mut times = HashMap::new();
        for id in fs::read(&self.path).unwrap().chunks_exact(8) {
            *times.entry(u64::from_le_bytes(id.try_into().unwrap())).or_default() += 1;
        }
        times
    }

    /// Whether what callers were told is true of what was written down, for each of so many calls.
    pub(crate) fn check(&self, ends: &[(u64, End)], begun: u64) {
        let (run, mut told) = (self.run(), HashMap::new());
        for (id, end) in ends {
            assert_eq!(told.insert(*id, *end), None, "call {id} ended twice");
        }
        assert_eq!(u64::try_from(told.len()).unwrap(), begun, "calls that never ended");
        for (id, times) in &run {
            assert_eq!(*times, 1, "call {id}");
            assert_ne!(told[id], End::NotRun, "call {id} was run");
        }
        for (id, end) in told {
            let answered = end == End::Answered;
            assert!(!answered || run.contains_key(&id), "call {id} was answered but not run");
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Whoever never wrote has none.
        _ = fs::remove_file(&self.path);
    }
}

/// Starts the server again and again, and kills it in mid-load.
async fn kill(times: u32, protection: Protection) {
    let log = Log::new(protection);
    let (ids, mut ends, mut address) = (Arc::new(AtomicU64::new(0)), Vec::new(), None);
    for round in 0..times {
        // The second and later ones come back at the address of the first.
        let at: String = address.unwrap_or_else(|| "tcp://127.0.0.1:0".to_owned());
        let role =
            format!("server security={} listen={at} log={}", protection.word(), log.path.display());
        let mut server = Process::start(&role);
        let at = server.line();
        let mut calling = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let load = client(&at, protection).await.unwrap();
            for _ in 0..AT_ONCE {
                calling.spawn(call_until_lost(load.clone(), ids.clone()));
            }
        }
        // At another moment each time.
        tokio::time::sleep(Duration::from_millis(u64::from(10 + round * 7 % 40))).await;
        server.kill();
        while let Some(ended) = calling.join_next().await {
            ends.extend(ended.unwrap());
        }
        address = Some(at);
    }
    log.check(&ends, ids.load(Ordering::Relaxed));
    let of = |end| ends.iter().filter(|(_, is)| *is == end).count();
    println!(
        "{MARK}killed {times} times, {protection:?}: of {} calls {} answered, {} lost and maybe run, \
         {} lost and not run",
        ends.len(),
        of(End::Answered),
        of(End::MaybeRun),
        of(End::NotRun),
    );
    assert!(of(End::Answered) > 0 && of(End::MaybeRun) > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t8_no_call_is_lost_in_silence_or_run_twice_when_the_server_is_killed() {
    for protection in [Protection::Plain, Protection::Keys] {
        timeout(Duration::from_secs(120), kill(4, protection)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture kill::"]
async fn t8_killed_a_hundred_times() {
    for protection in [Protection::Plain, Protection::Keys] {
        timeout(Duration::from_secs(600), kill(100, protection)).await.unwrap();
    }
}

/// What a process that was told to stop says of it.
fn stopped(line: &str) -> (Duration, &str) {
    let (took, left) = line.strip_prefix("stopped in ").unwrap().split_once(" ms with ").unwrap();
    (Duration::from_millis(took.parse().unwrap()), left)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t8_whoever_is_told_to_stop_under_load_drains_in_time() {
    for protection in [Protection::Plain, Protection::Keys] {
        let mut server = Process::start(&format!("server security={}", protection.word()));
        let address = server.line();
        let mut calling = JoinSet::new();
        for worker in 0..32 {
            let load = client(&address, protection).await.unwrap();
            calling.spawn(async move {
                // Some would go on for longer than anybody waits.
                let ms = if worker == 0 { 60_000 } else { 20 };
                let mut answered = 0;
                loop {
                    match load.wait(ms).await {
                        Ok(_) => answered += 1,
                        Err(error) => return (ms, answered, error),
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.signal("TERM");
        let line = server.line();
        let (took, left) = stopped(&line);
        // A second is what it gives them, and linger what its peers have to take their leave.
        assert!(took < Duration::from_millis(2_500), "{took:?}");
        assert!(left.starts_with("0 connections"), "{left}");
        assert!(server.ended_well());
        let mut cut = 0;
        while let Some(ended) = calling.join_next().await {
            match ended.unwrap() {
                (60_000, 0, CallError::ConnectionLost { maybe_executed: true }) => cut += 1,
                // What was begun was answered.
                (
                    20,
                    1..,
                    CallError::Refused { .. } | CallError::ConnectionLost { maybe_executed: false },
                ) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(cut, 1);
    }
}
