//! How a process ends that serves until a signal: real processes, and real signals.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use network_protocol as np;

use crate::common::*;

/// What a process of this test serves with: how long handlers may take to finish.
const ROLE: &str = "NETWORK_PROTOCOL_SIGNALS_TIMEOUT_MS";
const MARK: &str = "signals: ";

/// The server of the tests below; by itself it does nothing.
#[test]
#[ignore = "is the process that the other tests start, with arguments: cargo test --test admin signals"]
fn a_process_that_serves() {
    let timeout = std::env::var(ROLE).expect("only other tests start it").parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        let builder = np::server().insecure_anonymous().add::<Desk, _>(Clerk::default());
        let builder = builder.shutdown_timeout(Duration::from_millis(timeout));
        let server = builder.listen("tcp://127.0.0.1:0").await.unwrap();
        let admin = admin(&server).await;
        println!("{MARK}{} {}", server.address(), admin.address());
        server.run_until_signal().await.unwrap()
    });
    std::process::exit(ended.code().into());
}

struct Process {
    child: Child,
    // Kept, so that the process can go on writing.
    _lines: BufReader<ChildStdout>,
    address: String,
    admin: std::net::SocketAddr,
}

impl Process {
    fn start(timeout: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "signals::a_process_that_serves", "--nocapture"])
            .env(ROLE, timeout.as_millis().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let said = loop {
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended");
            if let Some((_, said)) = line.trim_end().split_once(MARK) {
                break said.to_owned();
            }
        };
        let (address, admin) = said.split_once(' ').unwrap();
        let (address, admin) = (address.to_owned(), admin.parse().unwrap());
        Self { child, _lines: lines, address, admin }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    async fn client(&self) -> DeskClient {
        np::client().insecure_anonymous().connect(&self.address).await.unwrap()
    }

    /// Waits until it answers so.
    fn until_ready_is(&self, status: u16) {
        let request = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n";
        while send(self.admin, request).is_none_or(|answer| answer.status != status) {
            std::thread::yield_now();
        }
    }

    fn until_served_are(&self, count: u64) {
        let request = b"GET /stats.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let served =
            || send(self.admin, request).unwrap().json()["servers"][0]["served_in_flight"].as_u64();
        while served() != Some(count) {
            std::thread::yield_now();
        }
    }

    fn code(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_idle_ends_well_on_either_signal() {
    for signal in ["-TERM", "-INT"] {
        let process = Process::start(LONG);
        let client = process.client().await;
        assert_eq!(client.echo("here".into()).await.unwrap(), "here");
        process.signal(signal);
        assert_eq!(process.code(), Some(0), "{signal}");
        client.echo("gone".into()).await.unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_run_past_the_time_are_cut_and_the_exit_code_says_so() {
    let process = Process::start(Duration::from_millis(300));
    let client = process.client().await;
    let call = tokio::spawn(async move { client.wait().await });
    process.until_served_are(1);
    process.signal("-TERM");
    assert_eq!(process.code(), Some(3));
    call.await.unwrap().unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_a_drain_at_once() {
    for (second, code) in [("-TERM", 143), ("-INT", 130)] {
        let process = Process::start(LONG);
        let client = process.client().await;
        let call = tokio::spawn(async move { client.wait().await });
        process.until_served_are(1);
        process.signal("-TERM");
        process.until_ready_is(503);
        process.signal(second);
        assert_eq!(process.code(), Some(code));
        call.await.unwrap().unwrap_err();
    }
}
