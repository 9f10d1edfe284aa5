//! How a connection lives and ends on every transport.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use network_protocol::frame::reason::Reason;
use network_protocol::{Bytes, Client as _, CloseReason, Error, Limits, Reconnect};

use crate::common::{Host, Link, Place, Suite, SuiteClient, connect, serve, soon};

const INTERVAL: Duration = Duration::from_millis(100);

fn beating() -> Limits {
    let limits = Limits::default().with_heartbeat(INTERVAL).unwrap();
    limits.with_heartbeats_missed(3).unwrap()
}

fn is_dead(end: &CloseReason) -> bool {
    matches!(end, CloseReason::Failed(error) if matches!(**error, Error::Dead { .. }))
}

/// A thread that does what it is told on a runtime of its own, and then nothing: its peers hear as
/// little of it as of a process that was stopped, or whose packets are lost.
struct Silent {
    go_on: Option<mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Silent {
    fn new<T, F: Future<Output = T>>(work: impl FnOnce() -> F + Send + 'static) -> Self {
        let (go_on, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let _kept = work().await;
                let _told = wait.recv();
            });
        });
        Self { go_on: Some(go_on), thread: Some(thread) }
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.go_on = None;
        let _panicked = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

pub(crate) async fn f18_a_peer_that_is_silent_is_found_dead_by_both_sides(place: &Place) {
    // The server finds out about its client …
    let (host, mut peers) = Host::new();
    let server = serve(place, beating(), host).await;
    let there = place.at(server.address());
    let silent = Silent::new(move || async move {
        let (client, heard) = connect(&there, Limits::default()).await.unwrap();
        client.hello().await.unwrap();
        // What is answered was sent, and what is before it.
        client.echo(Bytes::new()).await.unwrap();
        (client, heard)
    });
    let _peer = soon(peers.recv()).await.unwrap();
    let connection = server.connected().pop().unwrap();
    let since = Instant::now();
    let end = soon(connection.closed()).await;
    assert!(is_dead(&end), "{end}");
    assert!(since.elapsed() >= 2 * INTERVAL, "{:?}", since.elapsed());
    drop(silent);
    server.shutdown(Duration::ZERO).await.unwrap();
    drop(server);

    // … and a client about its server.
    let (address, at) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let here = place.clone();
    let silent = Silent::new(move || async move {
        let server = serve(&here, Limits::default(), Host::new().0).await;
        address.send(server.address().to_owned()).unwrap();
        let _told = stopped.await;
        server
    });
    let address = tokio::task::spawn_blocking(move || at.recv().unwrap()).await.unwrap();
    let (client, _heard) = connect(&place.at(&address), beating()).await.unwrap();
    soon(client.echo(Bytes::new()).into_future()).await.unwrap();
    stop.send(()).unwrap();
    let end = soon(client.connection().closed()).await;
    assert!(is_dead(&end), "{end}");
    drop(silent);
}

pub(crate) async fn f18_an_idle_connection_is_kept_by_its_heartbeat(place: &Place) {
    let link = Link::new(place, beating()).await;
    let idle = tokio::time::timeout(6 * INTERVAL, link.client.connection().closed()).await;
    assert!(idle.is_err(), "{idle:?}");
    soon(link.client.echo(Bytes::new()).into_future()).await.unwrap();
}

pub(crate) async fn calls_in_flight_are_finished_when_the_server_drains(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let held = tokio::spawn(link.client.hold().into_future());
    link.host.until_holding(1).await;
    let stopping = tokio::spawn({
        let server = link.server.clone();
        async move { server.shutdown(Duration::from_secs(60)).await }
    });
    // Nobody new gets in from then on.
    let there = place.at(link.server.address());
    soon(async { while connect(&there, Limits::default()).await.is_ok() {} }).await;
    assert!(!held.is_finished());
    link.host.gate.add_permits(1);
    assert_eq!(soon(held).await.unwrap(), Ok(7));
    soon(stopping).await.unwrap().unwrap();
    let end = soon(link.client.connection().closed()).await;
    assert!(matches!(end, CloseReason::Peer { reason: Reason::ShuttingDown, .. }), "{end}");
}

pub(crate) async fn one_connection_too_many_is_refused_with_a_reason(place: &Place) {
    let link = Link::new(place, Limits::default().with_connections(1).unwrap()).await;
    let there = place.at(link.server.address());
    let error = soon(connect(&there, Limits::default())).await.map(drop).unwrap_err();
    let Error::Rejected(rejected) = &error else { panic!("{error}") };
    assert_eq!(rejected.reason, Reason::Busy);
    assert!(rejected.retry_after.is_some());
    soon(link.client.echo(Bytes::new()).into_future()).await.unwrap();
}

pub(crate) async fn a_channel_reaches_the_server_that_comes_after(place: &Place) {
    let first = serve(place, Limits::default(), Host::new().0).await;
    let there = place.at(first.address());
    let client = there.client().offer::<Suite>().reconnect(Reconnect {
        base_delay: Duration::from_millis(5),
        max_delay: Duration::from_millis(20),
        ..Default::default()
    });
    let client: SuiteClient = client.connect(&there.address).await.unwrap();
    soon(client.echo(Bytes::new()).into_future()).await.unwrap();
    first.shutdown(Duration::ZERO).await.unwrap();
    drop(first);
    let waiting = tokio::spawn(client.echo(Bytes::from_static(b"later")).into_future());
    let _second = serve(&there, Limits::default(), Host::new().0).await;
    assert_eq!(soon(waiting).await.unwrap(), Ok(Bytes::from_static(b"later")));
}

pub(crate) async fn the_address_is_free_when_its_server_has_stopped(place: &Place) {
    let mut address = place.address.clone();
    for _ in 0..3 {
        let link = Link::new(&place.at(&address), Limits::default()).await;
        link.server.address().clone_into(&mut address);
        let again = place.at(&address).server().add::<Suite, _>(Host::new().0);
        let error = again.listen(&address).await.map(drop).unwrap_err();
        let Error::Io { kind, text } = &error else { panic!("{error}") };
        assert_eq!(*kind, std::io::ErrorKind::AddrInUse, "{text}");
        assert!(text.contains("listens"), "{text}");
        assert!(text.contains(&address), "{text}");
        // The server closes first, so that over TCP its end waits in TIME_WAIT.
        link.server.shutdown(Duration::ZERO).await.unwrap();
    }
}
