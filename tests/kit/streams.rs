//! Streams and listeners of the application's own, and what a server counts.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use network_protocol::{self as np, Arrival, Connection, Error, Keypair, Listen};
use tokio::io::DuplexStream;
use tokio::sync::{Mutex, mpsc};

use crate::{Kit, KitClient, Plain};

/// A network of one server: each stream that a client opens is handed to it.
fn network() -> (Opener, mpsc::Receiver<DuplexStream>) {
    let (sender, receiver) = mpsc::channel(8);
    (Opener(sender), receiver)
}

#[derive(Clone)]
struct Opener(mpsc::Sender<DuplexStream>);

impl Opener {
    async fn open(self) -> io::Result<DuplexStream> {
        let (near, far) = tokio::io::duplex(4_096);
        self.0.send(far).await.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        Ok(near)
    }
}

async fn echoes(connection: &Connection) {
    let kit: KitClient = connection.client().unwrap();
    let long = "x".repeat(100_000);
    assert_eq!(kit.echo(long.clone()).await.unwrap(), long);
}

#[tokio::test]
async fn streams_of_the_application_carry_connections() {
    let (opener, listener) = network();
    let identity = Keypair::generate().unwrap();
    let key = identity.public();
    let builder = np::server().identity(identity).add::<Kit, _>(Plain);
    let server = builder.serve_on("pipes", listener).await.unwrap();
    assert_eq!(server.address(), "other://pipes");

    let client = || np::client().identity(Keypair::generate().unwrap()).offer::<Kit>();
    let from = opener.clone();
    let open = client().server_key(key).open_on("pipes", move || from.clone().open());
    let connection = open.await.unwrap();
    assert!(connection.security().is_encrypted());
    assert_eq!(
        (connection.peer().transport(), connection.peer().address()),
        ("other", "other://pipes")
    );
    echoes(&connection).await;

    // There is nothing that a key could be remembered by.
    let from = opener.clone();
    let refused = client().open_on("pipes", move || from.clone().open()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Config(text) if text.contains(".server_key(key)")),
        "{refused}"
    );
    // And nothing is taken to be protected already.
    let from = opener.clone();
    let plain = np::client().insecure_plain().offer::<Kit>();
    plain.open_on("pipes", move || from.clone().open()).await.unwrap_err();
    server.shutdown(Duration::from_secs(5)).await.unwrap();
}

#[tokio::test]
async fn one_connection_that_was_handed_over_is_served() {
    let (opener, listener) = network();
    let builder = np::server().insecure_plain().add::<Kit, _>(Plain);
    let server = builder.serve_on("inherited", listener).await.unwrap();
    let stream = Arc::new(Mutex::new(Some(opener.open().await.unwrap())));
    let client = np::client().insecure_plain().offer::<Kit>();
    let open = client.open_on("inherited", move || {
        let stream = stream.clone();
        async move { stream.lock().await.take().ok_or(io::ErrorKind::NotConnected.into()) }
    });
    // Nobody can send more streams by now.
    echoes(&open.await.unwrap()).await;
    assert_eq!(server.stats().accepted, 1);
}

#[tokio::test]
async fn a_listening_socket_that_was_inherited_is_served() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let address = format!("tcp://{}", socket.local_addr().unwrap());
    let socket = tokio::net::TcpListener::from_std(socket).unwrap();
    let builder = np::server().insecure_plain().add::<Kit, _>(Plain);
    let _server = builder.serve_on("inherited", socket).await.unwrap();
    echoes(&np::client().insecure_plain().offer::<Kit>().open(&address).await.unwrap()).await;
}

/// Fails as a system does, each error once, and then goes on.
struct Failing {
    errors: VecDeque<i32>,
    streams: mpsc::Receiver<DuplexStream>,
}

impl Listen for Failing {
    type Stream = DuplexStream;

    async fn accept(&mut self) -> io::Result<Arrival<DuplexStream>> {
        match self.errors.pop_front() {
            Some(code) => Err(io::Error::from_raw_os_error(code)),
            None => self.streams.accept().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn t5_no_error_of_accept_ends_or_spins_the_loop() {
    // EMFILE, ENFILE, ECONNABORTED, EPROTO, EINTR and ENOMEM, as Linux numbers them.
    const ERRORS: [i32; 6] = [24, 23, 103, 71, 4, 12];
    let (opener, streams) = network();
    let listener = Failing { errors: ERRORS.into(), streams };
    let builder = np::server().insecure_plain().add::<Kit, _>(Plain);
    let before = tokio::time::Instant::now();
    let server = builder.serve_on("failing", listener).await.unwrap();
    let client = np::client().insecure_plain().offer::<Kit>();
    echoes(&client.open_on("failing", move || opener.clone().open()).await.unwrap()).await;
    let (took, stats) = (before.elapsed(), server.stats());
    assert_eq!((stats.accept_errors, stats.accepted), (6, 1));
    assert!(took >= Duration::from_millis(5 * 63) && took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_server_says_what_it_did_and_does() {
    let (opener, listener) = network();
    let limits = np::Limits::default().with_connections(2).unwrap();
    let builder = np::server().insecure_plain().limits(limits).add::<Kit, _>(Plain);
    let server = builder.serve_on("counted", listener).await.unwrap();
    assert_eq!(server.stats(), np::ServerStats::default());
    let open = || {
        let opener = opener.clone();
        let client = np::client().insecure_plain().offer::<Kit>();
        client.open_on("counted", move || opener.clone().open())
    };
    let (one, two) = (open().await.unwrap(), open().await.unwrap());
    open().await.unwrap_err();
    let kit: KitClient = one.client().unwrap();
    let waiting = tokio::spawn(kit.clone().wait(100_000).into_future());
    echoes(&two).await;
    while server.stats().served_in_flight == 0 {
        tokio::task::yield_now().await;
    }
    let stats = server.stats();
    assert_eq!((stats.connections, stats.half_open, stats.accepted, stats.refused), (2, 0, 2, 1));
    assert_eq!((stats.served_in_flight, stats.session.requests), (1, 2));
    assert!(stats.session.octets_in > 100_000 && stats.session.octets_out > 100_000, "{stats:?}");

    // What is over still counts.
    two.close().await;
    while server.stats().connections == 2 {
        tokio::task::yield_now().await;
    }
    let later = server.stats();
    assert_eq!(later.session.requests, 2);
    assert!(later.session.octets_in >= stats.session.octets_in);
    waiting.abort();
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_counts_the_calls_that_it_cuts() {
    let server = np::server().add::<Kit, _>(Plain).listen("mem://cut").await.unwrap();
    let kit: KitClient = np::client().connect("mem://cut").await.unwrap();
    let calls = [500, 5_000, 6_000].map(|millis| tokio::spawn(kit.wait(millis).into_future()));
    while server.stats().served_in_flight < 3 {
        tokio::task::yield_now().await;
    }
    server.shutdown(Duration::from_secs(1)).await.unwrap();
    assert_eq!(server.stats().cut, 2);
    let [first, second, third] = calls;
    assert_eq!(first.await.unwrap(), Ok(500));
    for cut in [second, third] {
        cut.await.unwrap().unwrap_err();
    }
    // One that has no call to cut says so.
    let server = np::server().add::<Kit, _>(Plain).listen("mem://cut").await.unwrap();
    let _idle: KitClient = np::client().connect("mem://cut").await.unwrap();
    server.shutdown(Duration::ZERO).await.unwrap();
    assert_eq!(server.stats().cut, 0);
}
