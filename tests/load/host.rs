//! What is served, and the process that serves it.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use network_protocol as np;
use np::Limits;
use tokio::signal::unix::{SignalKind, signal};

use crate::process::{MARK, commands};

#[np::protocol(package = "test::load")]
pub(crate) enum Load {
    /// One more than that.
    #[np(reply = u32)]
    Next(u32),
    /// So many octets.
    #[np(reply = np::Bytes)]
    Fill(u32),
    /// How many octets these are.
    #[np(reply = u32)]
    Put(np::Bytes),
    /// Writes the number down, and must not be done twice. An odd one takes a moment.
    #[np(reply = u64)]
    Once(u64),
    /// Answers after so many milliseconds.
    #[np(reply = u32)]
    Wait(u32),
}

/// The handler. What it writes down is in its file before anybody has an answer.
#[derive(Default)]
pub(crate) struct Host {
    log: Option<Mutex<File>>,
    started: Arc<AtomicUsize>,
}

impl LoadHandler for Host {
    async fn next(&self, _: &np::Cx, number: u32) -> u32 {
        number + 1
    }

    async fn fill(&self, _: &np::Cx, octets: u32) -> np::Bytes {
        self.started.fetch_add(1, Ordering::Relaxed);
        vec![0x5a; octets.try_into().unwrap()].into()
    }

    async fn put(&self, _: &np::Cx, bytes: np::Bytes) -> u32 {
        bytes.len().try_into().unwrap()
    }

    async fn once(&self, _: &np::Cx, id: u64) -> u64 {
        let log = self.log.as_ref().expect("the server has a log");
        log.lock().unwrap().write_all(&id.to_le_bytes()).unwrap();
        if id % 2 == 1 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        id
    }

    async fn wait(&self, _: &np::Cx, ms: u32) -> u32 {
        self.started.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
        ms
    }
}

/// How connections are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    /// Not at all.
    Plain,
    /// With keys of both sides.
    Keys,
}

impl Protection {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Keys => "keys",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        match word {
            "plain" => Self::Plain,
            "keys" => Self::Keys,
            other => panic!("{other}: plain or keys"),
        }
    }
}

/// The server's key, which its clients know.
pub(crate) fn server_key() -> np::Keypair {
    np::Keypair::from_secret([7; 32]).unwrap()
}

pub(crate) fn client_key() -> np::Keypair {
    np::Keypair::from_secret([8; 32]).unwrap()
}

pub(crate) fn milliseconds(text: &str) -> Duration {
    Duration::from_millis(text.parse().unwrap())
}

/// Limits as a process is told them.
pub(crate) fn limit(limits: Limits, name: &str, value: &str) -> Limits {
    match name {
        "connections" => limits.with_connections(value.parse().unwrap()),
        "half_open" => limits.with_half_open(value.parse().unwrap()),
        "first_byte" => limits.with_first_byte_timeout(milliseconds(value)),
        "heartbeat" => limits.with_heartbeat(milliseconds(value)),
        "decode_total" => limits.with_decode_total_bytes(value.parse().unwrap()),
        "write_stall" => limits.with_write_stall(milliseconds(value)),
        other => panic!("{other}: a limit"),
    }
    .unwrap()
}

fn builder(options: &[&str], started: Arc<AtomicUsize>) -> (np::ServerBuilder, String) {
    let (mut host, mut limits) = (Host { log: None, started }, Limits::default());
    let (mut server, mut address) = (np::server(), "tcp://127.0.0.1:0".to_owned());
    for option in options {
        server = match option.split_once('=').unwrap() {
            ("security", "plain") => server.insecure_plain(),
            ("security", _) => server.identity(server_key()),
            ("listen", at) => {
                address = at.to_owned();
                server
            }
            ("log", path) => {
                let file = OpenOptions::new().append(true).create(true).open(path).unwrap();
                host.log = Some(Mutex::new(file));
                server
            }
            (name, value) => {
                limits = limit(limits, name, value);
                server
            }
        };
    }
    (server.limits(limits).add::<Load, _>(host), address)
}

fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// Serves until nobody commands any more, or until it is told to stop.
pub(crate) async fn serve(options: &[&str]) {
    let started = Arc::new(AtomicUsize::new(0));
    let (builder, address) = builder(options, started.clone());
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let server = builder.listen(&address).await.unwrap();
    println!("{MARK}{}", server.address());
    let mut commands = commands();
    let limit = loop {
        let command = tokio::select! {
            command = commands.recv() => command,
            _ = terminate.recv() => break Duration::from_secs(1),
        };
        let Some(command) = command else { return };
        match command.split(' ').collect::<Vec<_>>()[..] {
            ["counts"] => {
                let (connections, tasks) = (server.connections(), tasks());
                let started = started.load(Ordering::Relaxed);
                println!("{MARK}connections {connections} tasks {tasks} started {started}");
            }
            ["stop", limit] => break milliseconds(limit),
            _ => panic!("{command}: counts or stop"),
        }
    };
    let begin = Instant::now();
    server.shutdown(limit).await.unwrap();
    let took = begin.elapsed().as_millis();
    // What it ran is gone, but for what commands it.
    println!(
        "{MARK}stopped in {took} ms with {} connections, {} tasks",
        server.connections(),
        tasks()
    );
}
