//! How connections and servers begin, hold and end.
#![expect(clippy::disallowed_methods, reason = "tests start tasks and let time pass")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers fail as the tests do")]

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::common::*;
use protocol_runtime::call::CallError;
use protocol_runtime::client::ClientBuilder;
use protocol_runtime::error::{CloseReason, Error, Rejected};
use protocol_runtime::frame::reason::Reason;
use protocol_runtime::limits::Limits;
use protocol_runtime::serve::Client;
use protocol_runtime::server::{Server, ServerBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

async fn anonymous(limits: Limits) -> (Server, Host) {
    let (host, _said) = Host::new();
    let builder =
        ServerBuilder::new().insecure_anonymous().limits(limits).add::<Probe, _>(host.clone());
    (builder.listen(TCP).await.unwrap(), host)
}

/// A socket to the server, without any protocol on it.
async fn socket(server: &Server) -> TcpStream {
    TcpStream::connect(server.address().trim_start_matches("tcp://")).await.unwrap()
}

/// Reads to the end, however it comes.
async fn until_closed(mut socket: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = timeout(SOON, socket.read_to_end(&mut rest)).await.expect("closed in time");
    drop(read);
    rest
}

async fn open(address: &str, client: ClientBuilder) -> Result<ProbeClient, Error> {
    timeout(SOON, client.connect(address)).await.expect("an answer in time")
}

async fn until_connected(server: &Server, count: usize) {
    while server.connections() != count {
        tokio::task::yield_now().await;
    }
}

fn rejected(error: &Error) -> Option<Rejected> {
    if let Error::Rejected(rejected) = error { Some(*rejected) } else { None }
}

/// A runtime that only runs while it is told to.
fn halting() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

// How a connection begins.

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_reason() {
    let (host, _said) = Host::new();
    let server = ServerBuilder::new().identity(key()).add::<Probe, _>(host);
    let server = server.listen(TCP).await.unwrap();
    let with_key = || ClientBuilder::new().identity(key()).server_key(server.key().unwrap());

    let anonymous =
        open(server.address(), ClientBuilder::new().insecure_anonymous()).await.unwrap_err();
    assert_eq!(rejected(&anonymous).map(|r| r.reason), Some(Reason::Security), "{anonymous}");

    let other = with_key().offer::<Other>().open(server.address()).await.unwrap_err();
    assert_eq!(rejected(&other).map(|r| r.reason), Some(Reason::NoProtocol), "{other}");

    let newer = with_key().offer::<NewProbe>().open(server.address()).await.unwrap_err();
    assert_eq!(rejected(&newer).map(|r| r.reason), Some(Reason::ProtocolVersion), "{newer}");

    assert!(open(server.address(), with_key()).await.is_ok());
}

#[tokio::test]
async fn a_protocol_that_the_server_lacks_is_named() {
    let (server, _host, _said) = plain(|builder| builder).await;
    let connection = ClientBuilder::new()
        .offer::<Probe>()
        .offer::<Other>()
        .open(server.address())
        .await
        .unwrap();
    assert!(connection.client::<ProbeClient>().is_ok());

    let (host, _said) = Host::new();
    let server = ServerBuilder::new().add::<Other, _>(host).listen(&mem()).await.unwrap();
    let connection = ClientBuilder::new()
        .offer::<Probe>()
        .offer::<Other>()
        .open(server.address())
        .await
        .unwrap();
    let error = connection.client::<ProbeClient>().unwrap_err().to_string();
    assert!(error.contains("`test::Probe` is not in use"), "{error}");
}

#[tokio::test]
async fn mistakes_in_the_setup_say_what_mends_them() {
    let host = || Host::new().0;
    let server = || ServerBuilder::new().add::<Probe, _>(host());
    let client = || ClientBuilder::new().offer::<Probe>();
    for (error, mend) in [
        (server().listen("127.0.0.1:0").await.unwrap_err(), "write `tcp://127.0.0.1:0`"),
        (ServerBuilder::new().listen(&mem()).await.unwrap_err(), ".add::<Protocol, _>(handler)"),
        (server().add::<Probe, _>(host()).listen(&mem()).await.unwrap_err(), "add it once"),
        (ClientBuilder::new().open(&mem()).await.unwrap_err(), ".offer::<Protocol>()"),
        (client().open(&mem()).await.unwrap_err(), "start it before the client"),
    ] {
        assert!(error.to_string().contains(mend), "{error}");
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error_of_listen() {
    let (server, _host) = anonymous(Limits::default()).await;
    let again = ServerBuilder::new().insecure_anonymous().add::<Probe, _>(Host::new().0);
    let error = again.listen(server.address()).await.unwrap_err();
    assert!(matches!(error, Error::Io { kind: std::io::ErrorKind::AddrInUse, .. }), "{error}");
    assert!(error.to_string().contains(server.address()), "{error}");
}

#[tokio::test]
async fn somebody_who_speaks_something_else_is_turned_away_at_once() {
    // Longer than the test may take: it is not a timeout that closes.
    let limits = Limits::default().with_handshake_timeout(SOON * 2).unwrap();
    let (server, host) = anonymous(limits).await;
    for greeting in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "\x16\x03\x01\x02\x00\x01\x00",
    ] {
        let mut socket = socket(&server).await;
        socket.write_all(greeting.as_bytes()).await.unwrap();
        until_closed(socket).await;
    }
    until_connected(&server, 0).await;
    assert_eq!(host.started.load(Ordering::SeqCst), 0);
    assert!(open(server.address(), ClientBuilder::new().insecure_anonymous()).await.is_ok());
}

#[tokio::test]
async fn a_client_of_something_else_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let elsewhere = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        until_closed(socket).await;
    });
    let error = open(&address, ClientBuilder::new().insecure_anonymous()).await.unwrap_err();
    assert!(
        matches!(error, Error::HandshakeTooLarge { .. } | Error::NotOurProtocol(_)),
        "{error:?}"
    );
    elsewhere.await.unwrap();
}

#[tokio::test]
async fn somebody_silent_is_dropped_while_others_are_served() {
    let limits = Limits::default().with_first_byte_timeout(Duration::from_millis(100)).unwrap();
    let (server, _host) = anonymous(limits).await;
    let silent = socket(&server).await;
    let probe = open(server.address(), ClientBuilder::new().insecure_anonymous()).await.unwrap();
    assert_eq!(probe.echo("meanwhile").await, Ok("meanwhile".to_owned()));
    until_closed(silent).await;
    until_connected(&server, 1).await;
    assert_eq!(probe.echo("after").await, Ok("after".to_owned()));
}

#[tokio::test]
async fn no_more_connections_than_the_limit_and_each_place_is_used_again() {
    let limits = Limits::default().with_connections(2).unwrap();
    let (server, _host) = anonymous(limits).await;
    let client = || ClientBuilder::new().insecure_anonymous();
    let first = open(server.address(), client()).await.unwrap();
    let second = open(server.address(), client()).await.unwrap();
    for _ in 0..3 {
        let error = open(server.address(), client()).await.unwrap_err();
        let rejected = rejected(&error).unwrap_or_else(|| panic!("{error}"));
        assert_eq!((rejected.reason, rejected.retry_after), (Reason::Busy, Some(SECOND)));
    }
    assert_eq!(first.echo("a").await, Ok("a".to_owned()));
    drop(first);
    until_connected(&server, 1).await;
    let third = open(server.address(), client()).await.unwrap();
    assert_eq!(third.echo("c").await, Ok("c".to_owned()));
    assert_eq!(second.echo("b").await, Ok("b".to_owned()));
}

#[tokio::test]
async fn no_more_handshakes_than_the_limit() {
    let limits = Limits::default().with_half_open(1).unwrap();
    let (server, _host) = anonymous(limits).await;
    let silent = socket(&server).await;
    until_connected(&server, 1).await;
    let client = || ClientBuilder::new().insecure_anonymous();
    let error = open(server.address(), client()).await.unwrap_err();
    assert_eq!(rejected(&error).map(|rejected| rejected.reason), Some(Reason::Busy), "{error}");
    drop(silent);
    until_connected(&server, 0).await;
    // A finished handshake counts no more.
    let _first = open(server.address(), client()).await.unwrap();
    let _second = open(server.address(), client()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_outlives_every_timeout_of_the_handshake() {
    let (server, _host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    sleep(Limits::default().handshake_timeout() * 10).await;
    assert_eq!(probe.echo("still").await, Ok("still".to_owned()));
}

// How a connection ends.

#[tokio::test]
async fn closing_sends_what_was_said_before() {
    let (server, _host, mut said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    for number in 0..100 {
        probe.say(number.to_string()).await.unwrap();
    }
    let connection = connection(&probe);
    connection.close().await;
    connection.close().await;
    assert_eq!(connection.closed().await, CloseReason::Local { reason: Reason::Normal });
    for number in 0..100 {
        assert_eq!(said.recv().await.unwrap(), number.to_string());
    }
    assert_eq!(probe.echo("late").await, Err(CallError::ConnectionLost { maybe_executed: false }));
    assert!(matches!(probe.say("late").await, Err(Error::Closed(_))));
    assert!(matches!(connection.ping().await, Err(Error::Closed(_))));
    until_connected(&server, 0).await;
}

#[tokio::test]
async fn dropping_the_last_handle_closes_and_the_ones_before_do_not() {
    let (server, _host, mut said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let (clone, connection) = (probe.clone(), connection(&probe));
    drop(probe);
    assert_eq!(clone.echo("one left").await, Ok("one left".to_owned()));
    clone.say("goodbye").await.unwrap();
    drop(connection);
    drop(clone);
    assert_eq!(said.recv().await.unwrap(), "goodbye");
    until_connected(&server, 0).await;
}

#[tokio::test]
async fn when_the_caller_goes_calls_are_dropped_and_one_way_messages_finish() {
    let (server, host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let call = tokio::spawn({
        let probe = probe.clone();
        async move { probe.wait().await }
    });
    host.until_running(1).await;
    probe.stay().await.unwrap();
    host.until_running(2).await;
    connection(&probe).close().await;
    assert_eq!(call.await.unwrap(), Err(CallError::ConnectionLost { maybe_executed: true }));
    host.until_running(1).await;
    assert_eq!(host.ended.load(Ordering::SeqCst), 0);
    host.gate.add_permits(1);
    host.until_running(0).await;
    assert_eq!(host.ended.load(Ordering::SeqCst), 1);
    until_connected(&server, 0).await;
}

#[test]
fn when_the_server_vanishes_each_call_fails_once() {
    let away = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (server, host) = away.block_on(anonymous(Limits::default()));
    halting().block_on(async move {
        let probe =
            open(server.address(), ClientBuilder::new().insecure_anonymous()).await.unwrap();
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let probe = probe.clone();
                tokio::spawn(async move { probe.wait().await })
            })
            .collect();
        host.until_running(20).await;
        away.shutdown_background();
        for call in calls {
            let lost = timeout(SOON, call).await.unwrap().unwrap();
            assert_eq!(lost, Err(CallError::ConnectionLost { maybe_executed: true }));
        }
        let reason = timeout(SOON, connection(&probe).closed()).await.unwrap();
        assert!(!reason.is_clean(), "{reason}");
        assert_eq!(probe.echo("x").await, Err(CallError::ConnectionLost { maybe_executed: false }));
        // The server's handlers went with it.
        host.until_running(0).await;
    });
}

#[test]
fn when_the_runtime_goes_nobody_is_left_waiting() {
    let here = halting();
    let (server, probe, waiting) = here.block_on(async {
        let (server, host, _said) = plain(|builder| builder).await;
        let probe = connect(&server).await;
        let waiting = probe.clone();
        let call = probe.wait().into_future();
        let mut call = Box::pin(call);
        tokio::select! {
            biased;
            _ = &mut call => panic!("nobody answers"),
            () = host.until_running(1) => {}
        }
        (server, waiting, call)
    });
    drop(here);
    halting().block_on(async {
        let lost = timeout(SOON, waiting).await.unwrap();
        assert_eq!(lost, Err(CallError::ConnectionLost { maybe_executed: true }));
        timeout(SOON, connection(&probe).closed()).await.unwrap();
        timeout(SOON, server.shutdown(SECOND)).await.unwrap().unwrap();
    });
}

// How much a peer can make this side hold.

#[test]
fn somebody_who_does_not_read_gets_no_more_handlers() {
    let (away, here) = (halting(), halting());
    let (server, host, _said) = here.block_on(plain(|builder| builder));
    // The client's runtime runs only while the server is asked to be there, so it reads nothing.
    let probe = std::thread::scope(|scope| {
        let opening = scope.spawn(|| away.block_on(connect(&server)));
        here.block_on(until_connected(&server, 1));
        here.block_on(async {
            while !opening.is_finished() {
                tokio::task::yield_now().await;
            }
        });
        opening.join().unwrap()
    });
    let calls: Vec<_> = (0..100).map(|_| away.spawn(probe.big(512 * 1024).into_future())).collect();
    let stats = || probe.connection().stats();
    while stats().session.calls < 100 || stats().waiting_octets > 0 {
        away.block_on(tokio::task::yield_now());
    }
    here.block_on(async {
        while host.started.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(host.started.load(Ordering::SeqCst), 1);
    // When it reads, everything comes.
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            away.block_on(async {
                for call in calls {
                    assert_eq!(call.await.unwrap().unwrap().len(), 512 * 1024);
                }
            });
        });
        here.block_on(async {
            while !reading.is_finished() {
                tokio::task::yield_now().await;
            }
        });
        reading.join().unwrap();
    });
}

#[tokio::test(start_paused = true)]
async fn somebody_who_does_not_read_for_long_is_cut_off() {
    let (server, host, _said) = plain(|builder| builder).await;
    let (guest, _ticks) = Guest::new();
    // A client whose runtime stands still after it has called.
    let address = server.address().to_owned();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let (called, calling) = tokio::sync::oneshot::channel();
    let away = std::thread::spawn(move || {
        halting().block_on(async {
            let probe: ProbeClient =
                ClientBuilder::new().on::<Probe, _>(guest).connect(&address).await.unwrap();
            let calls: Vec<_> =
                (0..8).map(|_| tokio::spawn(probe.big(512 * 1024).into_future())).collect();
            let stats = || probe.connection().stats();
            while stats().session.calls < 8 || stats().waiting_octets > 0 {
                tokio::task::yield_now().await;
            }
            called.send(()).unwrap();
            stopped.recv().unwrap();
            for call in calls {
                assert!(call.await.unwrap().is_err());
            }
        });
    });
    // Time stands still here as long as there is something to do.
    let mut calling = calling;
    while calling.try_recv().is_err() {
        tokio::task::yield_now().await;
    }
    while host.started.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let before = Instant::now();
    while server.connections() > 0 {
        sleep(SECOND).await;
    }
    let stall = Limits::default().write_stall();
    assert!(
        before.elapsed() >= stall - SECOND && before.elapsed() < stall * 2,
        "{:?}",
        before.elapsed()
    );
    stop.send(()).unwrap();
    away.join().unwrap();
}

#[tokio::test]
async fn one_way_messages_wait_when_all_handlers_are_busy() {
    let limits = Limits::default().with_calls_in_flight(4).unwrap();
    let (server, host, _said) = plain(|builder| builder.limits(limits)).await;
    let probe = connect(&server).await;
    let sending = tokio::spawn({
        let probe = probe.clone();
        async move {
            for _ in 0..50_000 {
                probe.stay().await.unwrap();
            }
        }
    });
    host.until_running(4).await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    // Nothing is lost, nothing more is started, and the sender waits.
    assert_eq!(host.started.load(Ordering::SeqCst), 4);
    assert!(!sending.is_finished());
    assert!(probe.connection().stats().waiting_octets < 256 * 1024);
    host.gate.add_permits(50_000);
    sending.await.unwrap();
    while host.ended.load(Ordering::SeqCst) < 50_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn with_one_call_at_a_time_all_answers_come() {
    let limits =
        Limits::default().with_calls_in_flight(1).unwrap().with_write_high_water(1024).unwrap();
    let (server, _host, _said) = plain(|builder| builder.limits(limits.clone())).await;
    let client = ClientBuilder::new().limits(limits);
    let probe: ProbeClient = client.connect(server.address()).await.unwrap();
    let calls: Vec<_> = (0..500)
        .map(|number| {
            let probe = probe.clone();
            tokio::spawn(async move {
                probe.echo(format!("{number:0>2000}")).await.map(|text| text.len())
            })
        })
        .collect();
    for call in calls {
        assert_eq!(timeout(SOON, call).await.unwrap().unwrap(), Ok(2000));
    }
}

// How a server ends.

#[tokio::test(start_paused = true)]
async fn shutdown_lets_running_handlers_finish_and_refuses_new_calls() {
    let (server, host, _said) = plain(|builder| builder).await;
    let (busy, idle) = (connect(&server).await, connect(&server).await);
    let running = tokio::spawn({
        let busy = busy.clone();
        async move { busy.wait().await }
    });
    host.until_running(1).await;
    let stopping = tokio::spawn({
        let server = server.clone();
        async move { server.shutdown(SECOND * 60).await }
    });
    // Idle connections are told at once, and nobody new gets in.
    let before = Instant::now();
    let told = connection(&idle).closed().await;
    assert!(matches!(told, CloseReason::Peer { reason: Reason::ShuttingDown, .. }), "{told}");
    assert!(ClientBuilder::new().connect::<ProbeClient>(server.address()).await.is_err());
    let lost = CallError::ConnectionLost { maybe_executed: false };
    assert_eq!(busy.echo("new").await, Err(lost));
    assert!(!stopping.is_finished());

    host.gate.add_permits(1);
    assert_eq!(running.await.unwrap(), Ok(7));
    assert_eq!(stopping.await.unwrap(), Ok(()));
    assert!(before.elapsed() < SECOND, "{:?}", before.elapsed());
    // Again, and the address is free.
    server.shutdown(SECOND).await.unwrap();
    assert_eq!(server.connections(), 0);
    let again = ServerBuilder::new().add::<Probe, _>(Host::new().0);
    again.listen(server.address()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn shutdown_cuts_what_does_not_end_in_time() {
    let (server, host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let hanging = tokio::spawn({
        let probe = probe.clone();
        async move { probe.wait().await }
    });
    probe.stay().await.unwrap();
    host.until_running(2).await;
    let before = Instant::now();
    // The sooner of two limits counts.
    let (one, two) = tokio::join!(server.shutdown(SECOND * 100), server.shutdown(SECOND * 5));
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert!(
        before.elapsed() >= SECOND * 5 && before.elapsed() < SECOND * 6,
        "{:?}",
        before.elapsed()
    );
    assert_eq!(hanging.await.unwrap(), Err(CallError::ConnectionLost { maybe_executed: true }));
    assert_eq!((*host.running.borrow(), host.ended.load(Ordering::SeqCst)), (0, 0));
    let told = connection(&probe).closed().await;
    assert!(matches!(told, CloseReason::Peer { reason: Reason::ShuttingDown, .. }), "{told}");
}

#[tokio::test(start_paused = true)]
async fn shutdown_during_a_handshake_waits_for_nobody() {
    let (server, _host) = anonymous(Limits::default()).await;
    let silent = socket(&server).await;
    until_connected(&server, 1).await;
    let before = Instant::now();
    let closed = tokio::spawn(until_closed(silent));
    server.shutdown(SECOND * 60).await.unwrap();
    assert!(before.elapsed() <= SECOND, "{:?}", before.elapsed());
    closed.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_of_a_server_stops_it_at_once() {
    let (server, host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let hanging = tokio::spawn({
        let probe = probe.clone();
        async move { probe.wait().await }
    });
    host.until_running(1).await;
    let (clone, address) = (server.clone(), server.address().to_owned());
    drop(server);
    assert_eq!(probe.echo("one left").await, Ok("one left".to_owned()));
    let before = Instant::now();
    drop(clone);
    assert_eq!(hanging.await.unwrap(), Err(CallError::ConnectionLost { maybe_executed: true }));
    host.until_running(0).await;
    assert!(before.elapsed() < SECOND);
    assert!(ClientBuilder::new().connect::<ProbeClient>(&address).await.is_err());
}

#[tokio::test]
async fn nothing_is_left_of_a_server_and_its_clients() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    for round in 0..3 {
        let (server, host) = anonymous(Limits::default()).await;
        let mut clients = Vec::new();
        for _ in 0..5 {
            clients.push(
                open(server.address(), ClientBuilder::new().insecure_anonymous()).await.unwrap(),
            );
        }
        for client in &clients {
            client.echo("x").await.unwrap();
            client.plain(PANIC).await.unwrap_err();
            client.stay().await.unwrap();
        }
        host.until_running(5).await;
        assert_eq!(alive(), before + 11);
        if round == 0 {
            drop(server);
        } else {
            host.gate.add_permits(5);
            server.shutdown(SECOND * 20).await.unwrap();
            assert_eq!(server.connections(), 0);
        }
        drop(clients);
        while alive() > before {
            tokio::task::yield_now().await;
        }
        assert_eq!(*host.running.borrow(), 0);
    }
}
