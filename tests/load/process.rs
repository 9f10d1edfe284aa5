//! Processes that the tests start, command and measure. What they do is said elsewhere.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::{clients, host};

/// What a process of this test is, in words of which the first says most.
const ROLE: &str = "NETWORK_PROTOCOL_LOAD_ROLE";
/// How its lines begin.
pub(crate) const MARK: &str = "load: ";

/// A process, ended with its handle.
pub(crate) struct Process {
    child: Child,
    commands: ChildStdin,
    lines: Box<dyn Iterator<Item = String> + Send>,
}

/// What a process takes of the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) bytes: u64,
    pub(crate) files: usize,
    /// Processor time that it has used.
    pub(crate) cpu: Duration,
}

impl Process {
    /// Starts it in the usual place.
    pub(crate) fn start(role: &str) -> Self {
        Self::start_in(&Place::default(), role)
    }

    pub(crate) fn start_in(place: &Place, role: &str) -> Self {
        let mut command: Vec<String> = place.command();
        command.push(env::current_exe().unwrap().to_str().unwrap().to_owned());
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .args(["--ignored", "--exact", "process::a_process_of_the_load", "--nocapture"])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines = lines.filter_map(|line| Some(line.unwrap().split_once(MARK)?.1.to_owned()));
        Self { child, commands, lines: Box::new(lines) }
    }

    /// What it says next.
    pub(crate) fn line(&mut self) -> String {
        self.lines.next().expect("a line of the process")
    }

    /// Tells it something, and has its answer.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        writeln!(self.commands, "{command}").unwrap();
        self.line()
    }

    /// A number that it counts.
    pub(crate) fn count(&mut self, what: &str) -> usize {
        let counts = self.ask("counts");
        let mut words = counts.split(' ');
        words.find(|word| *word == what).unwrap_or_else(|| panic!("{what} in {counts}"));
        words.next().unwrap().parse().unwrap()
    }

    /// Waits until it counts so many, for a minute.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(usize) -> bool) {
        self.until_within(Duration::from_secs(60), what, holds).await;
    }

    /// Waits until it counts so many, for so long.
    pub(crate) async fn until_within(
        &mut self,
        limit: Duration,
        what: &str,
        holds: impl Fn(usize) -> bool,
    ) {
        let start = Instant::now();
        let mut last = self.count(what);
        while !holds(last) {
            assert!(start.elapsed() < limit, "{what} is {last} after {limit:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            last = self.count(what);
        }
    }

    /// Sends it a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
        assert!(sent.success(), "{name}");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Whether it ended by itself, and well.
    pub(crate) fn ended_well(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn size(&self) -> Size {
        size(self.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub(crate) fn size(process: u32) -> Size {
    let of = format!("/proc/{process}");
    let status = fs::read_to_string(format!("{of}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    // What stands behind the name, from the state on: user and system time are the 12th and 13th.
    let stat = fs::read_to_string(format!("{of}/stat")).unwrap();
    let behind = stat.rsplit_once(") ").unwrap().1;
    let ticks: u64 =
        behind.split(' ').skip(11).take(2).map(|word| word.parse::<u64>().unwrap()).sum();
    Size {
        bytes: kib * 1_024,
        files: fs::read_dir(format!("{of}/fd")).unwrap().count(),
        cpu: Duration::from_millis(ticks * 10),
    }
}

pub(crate) fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_024).unwrap()) / 1_024.0
}

/// The most that a process took while something else went on.
pub(crate) async fn most<T>(process: u32, of: impl Future<Output = T>) -> (T, u64) {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while stopped
            .recv_timeout(Duration::from_millis(50))
            .is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            most = size(process).bytes.max(most);
        }
        most
    });
    let value = of.await;
    drop(stop);
    (value, watch.join().unwrap())
}

/// What a process is told, until nobody is left to tell it anything.
pub(crate) fn commands() -> tokio::sync::mpsc::Receiver<String> {
    let (sender, commands) = tokio::sync::mpsc::channel(1);
    // A thread that nothing waits for when the process ends.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if sender.blocking_send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    commands
}

/// Server or client, when another test starts it as a process.
#[test]
#[ignore = "started by the others: cargo test --test load"]
fn a_process_of_the_load() {
    let Ok(role) = env::var(ROLE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let words: Vec<&str> = role.split(' ').collect();
    match words[..] {
        ["server", ref options @ ..] => runtime.block_on(host::serve(options)),
        ["client", ref options @ ..] => runtime.block_on(clients::connect_and_wait(options)),
        _ => panic!("{role}: server or client"),
    }
}
