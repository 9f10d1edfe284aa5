//! What the system knows about a process, and where it runs.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;
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

    /// Counts the system calls of a process from when this returns.
    pub fn attach(self, process: u32) -> Result<Option<Counting>> {
        let id = process.to_string();
        Ok(match self {
            Self::Perf => Some(Counting::Perf(Perf::attach(&id)?)),
            Self::Strace => Some(Counting::Strace(Strace::attach(&id)?)),
            Self::None => None,
        })
    }
}

/// A program that counts.
pub enum Counting {
    Perf(Perf),
    Strace(Strace),
}

impl Counting {
    /// Ends it, and says how many it counted.
    pub fn finish(self) -> Result<u64> {
        let (text, number) = match self {
            Self::Perf(perf) => {
                let text = perf.finish()?;
                let line = text.lines().find(|line| line.contains("sys_enter"));
                let number = line.and_then(|line| line.split(',').next()).map(str::to_owned);
                (text, number)
            }
            Self::Strace(strace) => {
                let text = strace.finish()?;
                let line = text.lines().find(|line| line.trim_end().ends_with("total"));
                // Per cent, seconds, time per call, calls.
                let number = line.and_then(|line| line.split_whitespace().nth(3));
                let number = number.map(str::to_owned);
                (text, number)
            }
        };
        let number = number.and_then(|number| number.parse().ok());
        number.with_context(|| format!("no count of system calls: {text}"))
    }
}

/// `perf` with its events off until they are wanted. It says when it has done what it was told.
pub struct Perf {
    child: Child,
    tell: File,
    heard: File,
    pipes: Pipes,
}

/// Two named pipes, for as long as they are wanted.
struct Pipes {
    tell: PathBuf,
    heard: PathBuf,
}

impl Pipes {
    fn new() -> Result<Self> {
        let path = |name: &str| {
            let own = std::process::id();
            std::env::temp_dir().join(format!("peers-{own}-{name}"))
        };
        let pipes = Self { tell: path("tell"), heard: path("heard") };
        let made = Command::new("mkfifo").args([&pipes.tell, &pipes.heard]).status()?;
        ensure!(made.success(), "cannot make named pipes");
        Ok(pipes)
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        for path in [&self.tell, &self.heard] {
            // What is left in a directory for such things harms nobody.
            let _ = fs::remove_file(path);
        }
    }
}

impl Perf {
    fn attach(process: &str) -> Result<Self> {
        let pipes = Pipes::new()?;
        let control = format!("fifo:{},{}", pipes.tell.display(), pipes.heard.display());
        let mut command = Command::new("perf");
        command.args(["stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p", process]);
        command.args(["-D", "-1", "--control", &control]);
        let child = spawn(&mut command)?;
        // Both ways at once, or opening one would wait for the other program.
        let open = |path| File::options().read(true).write(true).open(path);
        let (tell, heard) = (open(&pipes.tell)?, open(&pipes.heard)?);
        let mut perf = Self { child, tell, heard, pipes };
        perf.order("enable")?;
        Ok(perf)
    }

    fn order(&mut self, order: &str) -> Result<()> {
        self.tell.write_all(format!("{order}\n").as_bytes())?;
        let mut answer = [0; 5];
        self.heard.read_exact(&mut answer)?;
        ensure!(answer.starts_with(b"ack"), "perf does not obey");
        Ok(())
    }

    fn finish(mut self) -> Result<String> {
        self.order("disable")?;
        let Self { child, pipes, .. } = self;
        let text = interrupt(child);
        drop(pipes);
        text
    }
}

/// `strace`, which says when it is attached.
pub struct Strace {
    child: Child,
}

impl Strace {
    fn attach(process: &str) -> Result<Self> {
        let mut child = spawn(Command::new("strace").args(["-f", "-c", "-p", process]))?;
        let errors = child.stderr.as_mut().context("no errors")?;
        let mut byte = [0];
        // "strace: Process 1 attached", byte by byte, so that nothing of what follows is lost.
        while byte != *b"\n" {
            errors.read_exact(&mut byte)?;
        }
        Ok(Self { child })
    }

    fn finish(self) -> Result<String> {
        interrupt(self.child)
    }
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().context("the counter of system calls does not start")
}

/// Both print what they counted when they are interrupted.
fn interrupt(child: Child) -> Result<String> {
    kill_process(Pid::from_child(&child), Signal::INT)?;
    Ok(String::from_utf8_lossy(&child.wait_with_output()?.stderr).into_owned())
}
