//! What the system knows about a process, and where it runs.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

/// The processor time of this process.
pub fn cpu() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap_or_default()
}

/// The memory of this process that is its own, in KiB.
pub fn resident_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no RssAnon")?;
    Ok(number.parse()?)
}

/// Stays on one processor.
pub fn pin(processor: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(processor);
    sched_setaffinity(None, &set).context("cannot stay on one processor")
}

/// Allows as many descriptors as the system does.
pub fn raise_descriptors() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?)
}

/// Who counts system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Counter {
    Perf,
    Strace,
    None,
}

impl Counter {
    /// The better one that works here. `strace` slows what it counts by far, so batches may come
    /// out larger than they are.
    pub fn found() -> Self {
        let works = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).arg("true").output();
            output.is_ok_and(|output| output.status.success())
        };
        if works("perf", &["stat", "-e", "raw_syscalls:sys_enter"]) {
            Self::Perf
        } else if works("strace", &["-c"]) {
            Self::Strace
        } else {
            Self::None
        }
    }

    /// Begins to count the system calls of a process.
    pub fn attach(self, process: u32) -> Result<Option<Counting>> {
        let process = process.to_string();
        let mut command = match self {
            Self::Perf => {
                let mut perf = Command::new("perf");
                perf.args(["stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p", &process]);
                perf
            }
            Self::Strace => {
                let mut strace = Command::new("strace");
                strace.args(["-f", "-c", "-q", "-p", &process]);
                strace
            }
            Self::None => return Ok(None),
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().context("the counter of system calls does not start")?;
        // Neither says when it is attached.
        std::thread::sleep(Duration::from_millis(300));
        Ok(Some(Counting { counter: self, child }))
    }
}

/// A program that counts.
pub struct Counting {
    counter: Counter,
    child: Child,
}

impl Counting {
    /// Ends it, and says how many it counted.
    pub fn finish(self) -> Result<u64> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::INT)?;
        let output = self.child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        let number = match self.counter {
            Counter::Perf => text
                .lines()
                .find(|line| line.contains("sys_enter"))
                .and_then(|line| line.split(',').next()),
            // seconds, percent, time per call, calls
            _ => text
                .lines()
                .find(|line| line.trim_end().ends_with("total"))
                .and_then(|line| line.split_whitespace().nth(3)),
        };
        let number = number.with_context(|| format!("no count of system calls: {text}"))?;
        let number = number.parse();
        ensure!(number.is_ok(), "no count of system calls: {text}");
        Ok(number?)
    }
}
