//! `[server]`

use std::io;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use network_protocol::error::Rejected;
use network_protocol::{self as np, Arrival, Client as _, Error, Listen};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::{Clerk, Desk, config, connect, serve, tcp};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn address_is_where_the_server_is_found() {
    let config = config(|_| ());
    let server = serve(&config).await;
    assert_eq!(server.address(), config.server.address);
    assert_eq!(connect(&config).await.echo("a".into()).await.unwrap(), "a");
    let elsewhere = crate::config(|_| ());
    elsewhere.connect::<crate::DeskClient>().await.unwrap_err();

    // One without a transport is of TCP.
    let (config, _folder) = tcp(|_| ());
    assert!(serve(&config).await.address().starts_with("tcp://127.0.0.1:"));
}

#[tokio::test(start_paused = true)]
async fn backpressure_limit_is_how_many_calls_are_served_at_a_time() {
    for limit in [1_u8, 3] {
        let config = config(|config| config.server.backpressure_limit = limit.into());
        let clerk = Clerk::default();
        let _server = config.serve::<Desk, _>(clerk.clone()).await.unwrap();
        let client = connect(&config).await;
        let calls: Vec<_> = (0..5)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.wait(1_000).await })
            })
            .collect();
        // Time goes on when nothing else does.
        tokio::time::sleep(SECOND / 2).await;
        assert_eq!(clerk.busy.load(Ordering::Relaxed), usize::from(limit));
        drop(calls);
    }
}

/// How long a server keeps a client that says nothing after its first bytes.
async fn kept(timeout: Duration, first: &[u8]) -> Duration {
    let config = config(|config| config.server.connection_timeout = timeout);
    let (sender, receiver) = mpsc::channel(1);
    let builder = config.server_builder().unwrap().insecure_plain();
    let _server =
        builder.add::<Desk, _>(Clerk::default()).serve_on("pipes", receiver).await.unwrap();
    let (mut near, far) = tokio::io::duplex(1_024);
    sender.send(far).await.unwrap();
    let began = Instant::now();
    near.write_all(first).await.unwrap();
    let mut rest = Vec::new();
    // What it says at the end does not matter here.
    drop(near.read_to_end(&mut rest).await);
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn connection_timeout_bounds_the_handshake_and_not_the_connection() {
    for timeout in [SECOND / 2, 20 * SECOND] {
        let kept = kept(timeout, b"N").await;
        assert!((timeout..timeout + SECOND).contains(&kept), "{kept:?} instead of {timeout:?}");
    }
    let silent = kept(SECOND / 2, b"").await;
    assert!(silent < SECOND, "{silent:?}");

    let config = config(|config| config.server.connection_timeout = SECOND);
    let _server = serve(&config).await;
    let client = connect(&config).await;
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(client.echo("still here".into()).await.unwrap(), "still here");
}

#[tokio::test(start_paused = true)]
async fn heartbeat_interval_is_how_often_a_silent_client_is_asked() {
    let mut asked = Vec::new();
    for interval in [SECOND, 10 * SECOND] {
        let config = config(|config| {
            config.server.heartbeat_interval = interval;
            config.client.heartbeat_interval = Duration::ZERO;
        });
        let _server = serve(&config).await;
        let client = connect(&config).await;
        tokio::time::sleep(30 * SECOND).await;
        asked.push(client.connection().stats().session.frames_in);
    }
    assert!(asked[0] >= 25 && (1..=4).contains(&asked[1]), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn shutdown_timeout_is_how_long_handlers_may_finish() {
    for (timeout, finished) in [(SECOND, false), (20 * SECOND, true)] {
        let config = config(|config| config.server.shutdown_timeout = timeout);
        let server = serve(&config).await;
        let client = connect(&config).await;
        let call = tokio::spawn(async move { client.wait(10_000).await });
        tokio::time::sleep(SECOND).await;
        let began = Instant::now();
        server.drain().await.unwrap();
        assert_eq!(call.await.unwrap().is_ok(), finished);
        let took = began.elapsed();
        assert!(took < if finished { 12 * SECOND } else { 3 * SECOND }, "{took:?}");
    }
}

#[tokio::test]
async fn max_connections_is_how_many_are_let_in() {
    for limit in [1, 2] {
        let config = config(|config| config.server.max_connections = limit);
        let _server = serve(&config).await;
        let mut clients = Vec::new();
        for _ in 0..limit {
            clients.push(connect(&config).await);
        }
        let refused = config.connect::<crate::DeskClient>().await.unwrap_err();
        assert!(
            matches!(&refused, Error::Rejected(Rejected { retry_after: Some(_), .. })),
            "{refused}"
        );
    }
}

/// Streams that come from an address.
pub(crate) struct From(pub(crate) mpsc::Receiver<DuplexStream>, pub(crate) IpAddr);

impl Listen for From {
    type Stream = DuplexStream;

    async fn accept(&mut self) -> io::Result<Arrival<DuplexStream>> {
        match self.0.recv().await {
            Some(stream) => Ok(Arrival::new(stream, self.1.to_string()).with_ip(self.1)),
            None => std::future::pending().await,
        }
    }
}

/// A client over streams that are handed to a listener.
pub(crate) async fn over(
    builder: np::ClientBuilder,
    sender: mpsc::Sender<DuplexStream>,
) -> Result<crate::DeskClient, Error> {
    let connection = builder
        .offer::<Desk>()
        .open_on("pipes", move || {
            let sender = sender.clone();
            async move {
                let (near, far) = tokio::io::duplex(4_096);
                sender.send(far).await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
                Ok(near)
            }
        })
        .await?;
    connection.client()
}
