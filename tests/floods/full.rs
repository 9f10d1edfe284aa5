//! The floods in full: server, attackers and honest clients are processes of their own, so that none
//! of them has more than 20,000 sockets and the server's memory is the server's.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use network_protocol::Limits;

use crate::attack::{Flood, KINDS, source, visit_from};
use crate::common::builder;

/// What a process of this test is, and for whom.
const ROLE: &str = "NETWORK_PROTOCOL_FLOODS_ROLE";
/// How its lines begin.
const MARK: &str = "floods: ";
/// Honest connections in a second.
const HONEST: u32 = 100;
const BASELINE: Duration = Duration::from_secs(5);
const MEBIBYTE: u64 = 1_024 * 1_024;

/// A flood: kind, sources, sockets, new connections in a second, seconds.
type Plan = (&'static str, u16, u32, u32, u64);

const PLANS: [Plan; 8] = [
    ("silent", 1, 5_000, 1_000, 12),
    ("silent", 200, 5_000, 1_000, 12),
    ("slow", 1, 5_000, 1_000, 12),
    ("slow", 200, 5_000, 1_000, 12),
    ("garbage", 1, 5_000, 10_000, 10),
    ("garbage", 200, 5_000, 10_000, 30),
    ("announce", 200, 5_000, 1_000, 12),
    ("announce-open", 200, 5_000, 1_000, 20),
];

/// One of the processes, ended with its handle.
struct Process {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
}

impl Process {
    fn start(role: &str) -> Self {
        // Attackers elsewhere would take no time from the processors of this machine.
        let nice = if role.starts_with("attack") { "10" } else { "0" };
        let mut child = Command::new("nice")
            .args(["-n", nice])
            .arg(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "full::a_process_of_the_floods", "--nocapture"])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines = lines.filter_map(|line| Some(line.unwrap().split_once(MARK)?.1.to_owned()));
        Self { child, lines: Box::new(lines) }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("a line of the process")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The memory of a process, and its open files.
fn size(process: u32) -> (u64, usize) {
    let of = format!("/proc/{process}");
    let status = fs::read_to_string(format!("{of}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    (kib * 1_024, fs::read_dir(format!("{of}/fd")).unwrap().count())
}

/// How honest clients fared.
struct Fared {
    tried: usize,
    errors: Vec<String>,
    times: Vec<Duration>,
}

impl Fared {
    fn at(&self, per_mille: usize) -> Duration {
        self.times.get(self.times.len() * per_mille / 1_000).copied().unwrap_or(Duration::MAX)
    }

    fn success(&self) -> f64 {
        f64::from(u32::try_from(self.times.len()).unwrap()) * 100.0
            / f64::from(u32::try_from(self.tried).unwrap())
    }
}

/// Honest clients for so long, whatever the earlier ones wait for.
async fn honest(to: SocketAddr, time: Duration) -> Fared {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / HONEST);
    let (begin, mut visits) = (Instant::now(), Vec::new());
    while begin.elapsed() < time {
        ticks.tick().await;
        // Each second the same hundred, none of which attacks.
        let from = source(50_000 + u16::try_from(visits.len() % 100).unwrap());
        visits.push(tokio::spawn(visit_from(from, to)));
    }
    let mut fared = Fared { tried: visits.len(), errors: Vec::new(), times: Vec::new() };
    for visit in visits {
        match visit.await.unwrap() {
            Ok(took) => fared.times.push(took),
            Err(error) => fared.errors.push(error),
        }
    }
    fared.times.sort_unstable();
    fared
}

/// The most memory and open files that a process has until it is told to stop.
fn watch(process: u32, stop: Arc<AtomicBool>) -> JoinHandle<(u64, usize)> {
    std::thread::spawn(move || {
        let (mut memory, mut files) = (0, 0);
        while !stop.load(Ordering::Relaxed) {
            let now = size(process);
            (memory, files) = (now.0.max(memory), now.1.max(files));
            std::thread::sleep(Duration::from_millis(100));
        }
        (memory, files)
    })
}

async fn flood((kind, sources, sockets, rate, seconds): Plan, wrong: &mut Vec<String>) {
    let mut server = Process::start("server");
    let to: SocketAddr = server.line().trim_start_matches("tcp://").parse().unwrap();
    let baseline = honest(to, BASELINE).await;
    let (before, stop) = (size(server.child.id()), Arc::new(AtomicBool::new(false)));
    let watched = watch(server.child.id(), stop.clone());
    let port = to.port();
    let role = format!("attack {kind} {sources} {sockets} {rate} {seconds} {port}");
    let mut attack = Process::start(&role);
    let fared = honest(to, Duration::from_secs(seconds)).await;
    let attackers = attack.line();
    stop.store(true, Ordering::Relaxed);
    let peak = watched.join().unwrap();
    let memory = peak.0.saturating_sub(before.0);
    println!(
        "{MARK}{kind}, {sockets} sockets of {sources} sources: {attackers}\n\
         {MARK}  honest: {:.2} % of {} served, p50 {:.1?}, p99 {:.1?}, most {:.1?}; \
         alone p50 {:.1?}, p99 {:.1?}\n\
         {MARK}  server: {:.1} MiB more than {:.1}, most open files {}",
        fared.success(),
        fared.tried,
        fared.at(500),
        fared.at(990),
        fared.times.last().copied().unwrap_or_default(),
        baseline.at(500),
        baseline.at(990),
        mebibytes(memory),
        mebibytes(before.0),
        peak.1,
    );
    for error in fared.errors.iter().chain(&baseline.errors).take(3) {
        println!("{MARK}  not served: {error}");
    }
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{kind} of {sources}: {what}"));
        }
    };
    must(fared.success() >= 99.9, "fewer than 99.9 % of honest clients served");
    let p99 = (baseline.at(990) * 2).max(Duration::from_millis(250));
    must(fared.at(990) < p99, "p99 of honest clients");
    if kind == "announce-open" {
        must(memory < 100 * MEBIBYTE, "memory");
    } else {
        must(memory < 32 * MEBIBYTE, "memory");
        // Half-open ones, refused ones, and honest ones that come and go.
        must(peak.1 < 1_024 + 64 + 300, "open files");
    }
}

fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_024).unwrap()) / 1_024.0
}

#[test]
#[ignore = "takes three minutes: cargo test --test floods -- --ignored --nocapture full::floods_of_five_thousand"]
fn floods_of_five_thousand_sockets() {
    let only = env::var("NETWORK_PROTOCOL_FLOODS").unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut wrong = Vec::new();
    let plans = PLANS.into_iter().filter(|plan| only.is_empty() || plan.0 == only);
    let ran = plans.map(|plan| runtime.block_on(flood(plan, &mut wrong))).count();
    assert!(ran > 0, "{only}: one of {KINDS:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Server or attackers, when the test above starts it as a process.
#[test]
#[ignore = "started by the other: cargo test --test floods -- --ignored --nocapture full::floods"]
fn a_process_of_the_floods() {
    let Ok(role) = env::var(ROLE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let words: Vec<_> = role.split(' ').collect();
    match words[..] {
        ["server"] => runtime.block_on(async {
            let server = builder(Limits::default()).listen("tcp://127.0.0.1:0").await.unwrap();
            println!("{MARK}{}", server.address());
            let gone = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
            assert_eq!(gone.await.unwrap().unwrap(), 0);
        }),
        ["attack", kind, sources, sockets, rate, seconds, port] => {
            let flood = Flood {
                kind: kind.parse().unwrap(),
                sources: sources.parse().unwrap(),
                sockets: sockets.parse().unwrap(),
                rate: rate.parse().unwrap(),
                to: ([127, 0, 0, 1], port.parse().unwrap()).into(),
            };
            let time = Duration::from_secs(seconds.parse().unwrap());
            println!("{MARK}{}", runtime.block_on(flood.run(time)));
        }
        _ => panic!("{role}: server or attack"),
    }
}
