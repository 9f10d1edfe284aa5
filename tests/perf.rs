//! What messages cost between a client and a server on this machine, in small tables:
//! `cargo test --test perf -- --nocapture`. Short by default; `PERF_SECONDS` makes it longer and calmer.
//!
//! Figures are printed and never judged, as they are of the machine and its load; what fails is that nothing
//! was exchanged, or that something was lost.

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::unwrap_used,
    reason = "it prints figures, and fails where it is wrong"
)]

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use network_protocol::Error;
use network_protocol::config::NetworkConfig;
use network_protocol::error::{ProtocolError, Result};
use network_protocol::protocol::dispatcher::Dispatcher;
use network_protocol::protocol::message::Message;
use network_protocol::service::client::{self, Client};
use network_protocol::service::daemon::{self, Daemon};
use network_protocol::tls::dev::DevCertificates;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;

/// Each has the machine for itself.
static ALONE: Mutex<()> = Mutex::const_new(());

/// How long the client of each row sends.
fn time(rows: u32) -> Duration {
    let seconds = std::env::var("PERF_SECONDS").map_or(1.0, |text| text.parse().unwrap());
    Duration::from_secs_f64(seconds) / rows
}

#[derive(Clone, Copy)]
enum Transport {
    Local,
    Tcp,
    Tls,
}

impl Transport {
    const ALL: [Self; 3] = [Self::Local, Self::Tcp, Self::Tls];

    const fn name(self) -> &'static str {
        match self {
            Self::Local => "local socket, the system vouches",
            Self::Tcp => "tcp, Noise",
            Self::Tls => "tls, certificate validated",
        }
    }
}

/// A server at work, with a directory of its own.
struct Site {
    config: NetworkConfig,
    daemon: Daemon,
    run: JoinHandle<Result<()>>,
}

impl Site {
    async fn new(test: &str, transport: Transport, dispatcher: &Dispatcher) -> Self {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("perf").join(test);
        if directory.exists() {
            std::fs::remove_dir_all(&directory).unwrap();
        }
        std::fs::create_dir_all(directory.parent().unwrap()).unwrap();
        DirBuilder::new().mode(0o700).create(&directory).unwrap();
        let mut config = NetworkConfig::default_with_overrides(|config| {
            config.security.state_dir = Some(directory.clone());
            config.client.reconnect_delay = Duration::from_millis(10);
            config.client.max_reconnect_attempts = 1_000;
        });
        config.server.address = match transport {
            Transport::Local => format!("local://{}/socket", directory.display()),
            Transport::Tcp => "tcp://127.0.0.1:0".to_owned(),
            Transport::Tls => "tls://localhost:0".to_owned(),
        };
        if let Transport::Tls = transport {
            let files = DevCertificates::generate().unwrap().write(&directory, false).unwrap();
            config.tls.certificate_file = Some(files.server_certificate);
            config.tls.key_file = Some(files.server_key);
            config.tls.ca_file = Some(files.ca);
            "localhost".clone_into(&mut config.tls.server_name);
        }
        let daemon = daemon::from_config(&config, dispatcher.clone());
        let (run, address) = Self::run(&daemon).await;
        config.server.address.clone_from(&address);
        config.client.address = address;
        Self { config, daemon, run }
    }

    async fn run(daemon: &Daemon) -> (JoinHandle<Result<()>>, String) {
        let running = daemon.clone();
        let run = tokio::spawn(async move { running.run().await });
        (run, daemon.listening().await.unwrap())
    }

    async fn client(&self) -> Client {
        client::from_config(&self.config).await.unwrap()
    }

    /// Ends the server as a crash would, and serves again at the same address.
    async fn restart(&mut self, dispatcher: &Dispatcher) {
        self.run.abort();
        assert!((&mut self.run).await.unwrap_err().is_cancelled());
        // The port is free when the task that listened is gone, and no client happens to connect from it.
        loop {
            self.daemon = daemon::from_config(&self.config, dispatcher.clone());
            let running = self.daemon.clone();
            self.run = tokio::spawn(async move { running.run().await });
            match self.daemon.listening().await {
                Ok(_) => return,
                Err(ProtocolError::Connection(Error::Io {
                    kind: ErrorKind::AddrInUse, ..
                })) => {
                    tokio::task::yield_now().await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    async fn end(self) {
        self.daemon.shutdown(Some(Duration::from_secs(1))).await;
        self.run.await.unwrap().unwrap();
    }
}

/// Times that were measured.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn take(&mut self, began: Instant) {
        self.0.push(began.elapsed());
    }

    /// So much of a hundred took no longer than this.
    fn percentile(&mut self, percent: usize) -> String {
        self.0.sort_unstable();
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        let micros = self.0.get(at).copied().unwrap_or_default().as_secs_f64() * 1e6;
        if micros < 10_000.0 {
            format!("{micros:.0} µs")
        } else {
            format!("{:.1} ms", micros / 1e3)
        }
    }
}

async fn alone(title: &str, columns: &str) -> MutexGuard<'static, ()> {
    let alone = ALONE.lock().await;
    println!("\n{title}\n{columns}");
    alone
}

fn echo(bytes: usize) -> Message {
    Message::Echo("x".repeat(bytes))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benchmark_roundtrip_latency() {
    let columns = format!(
        "{:<34}{:>10}{:>10}{:>10}{:>14}",
        "64 B, one at a time", "p50", "p99", "messages", "connect p50"
    );
    let _alone = alone("round trip", &columns).await;
    for transport in Transport::ALL {
        let site = Site::new("latency", transport, &daemon::built_in()).await;
        let mut connects = Times::default();
        for _ in 0..8 {
            let began = Instant::now();
            let client = site.client().await;
            assert_eq!(client.request(Message::Ping).await.unwrap(), Message::Pong);
            connects.take(began);
            client.close().await.unwrap();
        }
        let (client, message, mut times) = (site.client().await, echo(64), Times::default());
        let end = Instant::now() + time(3);
        while Instant::now() < end {
            let began = Instant::now();
            assert_eq!(client.request(message.clone()).await.unwrap(), message);
            times.take(began);
        }
        let count = times.0.len();
        assert!(count > 0, "nothing was exchanged");
        println!(
            "{:<34}{:>10}{:>10}{count:>10}{:>14}",
            transport.name(),
            times.percentile(50),
            times.percentile(99),
            connects.percentile(50)
        );
        site.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benchmark_throughput() {
    const AT_A_TIME: usize = 32;
    let columns =
        format!("{:<34}{:>8}{:>16}{:>10}", "32 on their way", "bytes", "messages/s", "MiB/s");
    let _alone = alone("throughput, one connection", &columns).await;
    for transport in Transport::ALL {
        let site = Site::new("throughput", transport, &daemon::built_in()).await;
        for bytes in [64, 1_024] {
            let (mut client, message) = (site.client().await, echo(bytes));
            let (began, end) = (Instant::now(), Instant::now() + time(6));
            let (mut sent, mut received) = (0_usize, 0_u32);
            while Instant::now() < end {
                while sent < AT_A_TIME {
                    client.send(message.clone()).await.unwrap();
                    sent += 1;
                }
                assert_eq!(client.receive().await.unwrap(), message);
                (sent, received) = (sent - 1, received + 1);
            }
            for _ in 0..sent {
                assert_eq!(client.receive().await.unwrap(), message);
                received += 1;
            }
            assert!(received > 0, "nothing was exchanged");
            let rate = f64::from(received) / began.elapsed().as_secs_f64();
            let mebibytes = rate * f64::from(u32::try_from(bytes).unwrap()) / f64::from(1 << 20);
            println!("{:<34}{bytes:>8}{rate:>16.0}{mebibytes:>10.1}", transport.name());
            client.close().await.unwrap();
        }
        site.end().await;
    }
}

/// Handlers at work, and the most that ever were.
#[derive(Default)]
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benchmark_backpressure() {
    let columns = format!(
        "{:<34}{:>10}{:>10}{:>12}{:>22}",
        "512 callers, handlers of 1 ms", "answered", "a second", "at a time", "others' p50, p99"
    );
    let _alone = alone("more calls than a server takes", &columns).await;
    let (dispatcher, busy) = (daemon::built_in(), Arc::new(Busy::default()));
    let seen = busy.clone();
    dispatcher.register_async("ECHO", move |message| {
        let busy = seen.clone();
        async move {
            let now = busy.now.fetch_add(1, Ordering::SeqCst) + 1;
            busy.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(1)).await;
            busy.now.fetch_sub(1, Ordering::SeqCst);
            Ok(message)
        }
    });
    let site = Site::new("backpressure", Transport::Tcp, &dispatcher).await;
    let limit = usize::try_from(site.config.server.backpressure_limit).unwrap();
    let (flood, other) = (Arc::new(site.client().await), site.client().await);
    let (began, end) = (Instant::now(), Instant::now() + time(1));
    let callers = (0..512).map(|_| {
        let flood = flood.clone();
        tokio::spawn(async move {
            let mut answered = 0_u32;
            while Instant::now() < end {
                assert_eq!(flood.request(echo(64)).await.unwrap(), echo(64));
                answered += 1;
            }
            answered
        })
    });
    let callers: Vec<_> = callers.collect();
    let mut times = Times::default();
    while Instant::now() < end {
        let began = Instant::now();
        assert_eq!(other.request(Message::Ping).await.unwrap(), Message::Pong);
        times.take(began);
    }
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.unwrap();
    }
    let rate = f64::from(answered) / began.elapsed().as_secs_f64();
    let most = busy.most.load(Ordering::SeqCst);
    assert!(answered > 0 && !times.0.is_empty(), "nothing was exchanged");
    assert!(most > 1 && most <= limit, "{most} at a time, and the limit is {limit}");
    println!(
        "{:<34}{answered:>10}{rate:>10.0}{most:>12}{:>22}",
        Transport::Tcp.name(),
        format!("{}, {}", times.percentile(50), times.percentile(99))
    );
    site.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benchmark_recovery() {
    let columns = format!(
        "{:<34}{:>10}{:>10}{:>10}",
        "from the new server's first moment", "restarts", "p50", "longest"
    );
    let _alone = alone("until a client is back after its server was gone", &columns).await;
    let dispatcher = daemon::built_in();
    let mut site = Site::new("recovery", Transport::Tcp, &dispatcher).await;
    let client = site.client().await;
    let (mut times, end) = (Times::default(), Instant::now() + time(1));
    while Instant::now() < end || times.0.is_empty() {
        assert_eq!(client.request(Message::Ping).await.unwrap(), Message::Pong);
        let gone = client.connection();
        site.restart(&dispatcher).await;
        let began = Instant::now();
        gone.closed().await;
        assert_eq!(client.request(Message::Ping).await.unwrap(), Message::Pong);
        times.take(began);
    }
    println!(
        "{:<34}{:>10}{:>10}{:>10}",
        "tcp, Noise, reconnect_delay 10 ms",
        times.0.len(),
        times.percentile(50),
        times.percentile(100)
    );
    client.close().await.unwrap();
    site.end().await;
}
