//! Clients that come back: through kills of the server, and not all at the same moment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use network_protocol as np;
use np::CallError;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clients::builder;
use crate::host::{LoadClient, Protection};
use crate::kill::{End, Log};
use crate::process::{MARK, Process};
use crate::raw::socket_address;

const SECOND: Duration = Duration::from_secs(1);

/// What calls of one client came to while its server was killed.
#[derive(Default)]
struct Calls {
    ends: Vec<(u64, End)>,
    repeatable: usize,
}

/// Calls until it is told to stop: every other call may be repeated, and none of these fails.
async fn call(load: LoadClient, ids: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> Calls {
    let mut calls = Calls::default();
    while !stop.load(Ordering::Relaxed) {
        let id = ids.fetch_add(1, Ordering::Relaxed);
        let end = match load.once(id).timeout(SECOND * 30).await {
            Ok(answer) if answer == id => End::Answered,
            Err(CallError::ConnectionLost { maybe_executed: true }) => End::MaybeRun,
            other => panic!("{id}: {other:?}"),
        };
        calls.ends.push((id, end));
        let number = u32::try_from(calls.repeatable).unwrap();
        let next = load.next(number).idempotent().timeout(SECOND * 30).await;
        assert_eq!(next, Ok(number + 1));
        calls.repeatable += 1;
    }
    calls
}

async fn survive(kills: u32, protection: Protection) {
    let log = Log::new(protection);
    let start = |at: &str| {
        let options = format!("listen={at} log={}", log.path.display());
        let mut server =
            Process::start(&format!("server security={} {options}", protection.word()));
        let address = server.line();
        (server, address)
    };
    let (mut server, address) = start("tcp://127.0.0.1:0");
    let reconnect = np::Reconnect {
        spread: Duration::from_millis(50),
        base_delay: Duration::from_millis(20),
        max_delay: Duration::from_millis(100),
        ..np::Reconnect::default()
    };
    let client = builder(protection).reconnect(reconnect).connections(4);
    let load: LoadClient = client.connect(&address).await.unwrap();
    let (ids, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut calling = JoinSet::new();
    for _ in 0..64 {
        calling.spawn(call(load.clone(), ids.clone(), stop.clone()));
    }
    for round in 0..kills {
        tokio::time::sleep(Duration::from_millis(u64::from(200 + round * 7 % 40))).await;
        server.kill();
        (server, _) = start(&address);
    }
    tokio::time::sleep(SECOND).await;
    stop.store(true, Ordering::Relaxed);
    let (mut ends, mut repeatable) = (Vec::new(), 0);
    while let Some(calls) = calling.join_next().await {
        let calls = calls.unwrap();
        ends.extend(calls.ends);
        repeatable += calls.repeatable;
    }
    log.check(&ends, ids.load(Ordering::Relaxed));
    let lost = ends.iter().filter(|(_, end)| *end == End::MaybeRun).count();
    println!(
        "{MARK}{kills} kills and one client, {protection:?}: of {} calls {lost} lost and maybe run, none of \
         {repeatable} that may be repeated",
        ends.len()
    );
    assert!(ends.len() > lost);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f31_a_client_outlives_its_server_and_repeats_only_what_may_be_repeated() {
    for protection in [Protection::Plain, Protection::Keys] {
        timeout(SECOND * 120, survive(3, protection)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture back::"]
async fn f31_one_client_and_a_hundred_kills() {
    for protection in [Protection::Plain, Protection::Keys] {
        timeout(SECOND * 600, survive(100, protection)).await.unwrap();
    }
}

/// When each of so many connections came.
async fn arrivals(at: SocketAddr, count: usize) -> (Vec<Instant>, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(at).unwrap();
    let listener = socket.listen(4_096).unwrap();
    let (mut times, mut held) = (Vec::new(), Vec::new());
    while times.len() < count {
        held.push(listener.accept().await.unwrap().0);
        times.push(Instant::now());
    }
    (times, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t2_a_thousand_clients_do_not_come_back_together() {
    const CLIENTS: usize = 1_000;
    let mut server = Process::start("server security=plain");
    let address = server.line();
    let mut held: Vec<LoadClient> = Vec::new();
    for _ in 0..CLIENTS {
        let client = builder(Protection::Plain).reconnect(np::Reconnect::default());
        held.push(client.connect(&address).await.unwrap());
    }
    server.kill();
    // Whoever comes is held, and asks no second time.
    let arriving = arrivals(socket_address(&address), CLIENTS);
    let (times, _held) = timeout(SECOND * 60, arriving).await.unwrap();
    let most = (0..times.len())
        .map(|at| times[at..].iter().take_while(|time| **time - times[at] < SECOND / 10).count())
        .max()
        .unwrap();
    println!(
        "{MARK}{CLIENTS} clients came back within {:.1?}, at most {most} of them in 100 ms",
        times[CLIENTS - 1] - times[0]
    );
    assert!(most <= CLIENTS / 10, "{most}");
}
