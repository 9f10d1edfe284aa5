//! `[client]`

use std::io;
use std::time::Duration;

use network_protocol::noise::{Random, RandomError};
use network_protocol::{CallError, Client as _, Error};
use tokio::time::Instant;

use crate::{Desk, DeskClient, config, connect, serve};

const SECOND: Duration = Duration::from_secs(1);

/// Each wait is as long as it may be.
struct Longest;

impl Random for Longest {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(0xFF);
        Ok(())
    }
}

#[tokio::test]
async fn address_is_where_the_client_connects_to() {
    let config = config(|_| ());
    let other = crate::config(|_| ());
    let _server = serve(&config).await;
    assert_eq!(connect(&config).await.echo("a".into()).await.unwrap(), "a");
    let refused = other.connect::<DeskClient>().await.unwrap_err();
    assert!(refused.to_string().contains(&other.client.address), "{refused}");

    // Several are tried in turn.
    let server = serve(&other).await;
    let several = crate::config(|config| {
        config.client.address = format!("mem://nobody, {}", server.address());
    });
    assert_eq!(connect(&several).await.echo("b".into()).await.unwrap(), "b");

    // A comma in a path is of the path, and what has no transport of its own has that before it.
    for (written, url) in [
        ("local://./a,b.sock", "local://./a,b.sock"),
        ("tls://a:1,b:2", "tls://a:1,b:2"),
        ("a:1,b:2", "tcp://a:1,b:2"),
    ] {
        let config = crate::config(|config| {
            config.client.address = written.into();
            config.tls.platform_roots = written.starts_with("tls");
        });
        assert_eq!(config.client_url(), url);
        assert_eq!(config.tls_client().unwrap().is_some(), written.starts_with("tls"));
    }
    let second = crate::config(|config| {
        config.client.address = "tcp://a:1,tls://b:2".into();
        config.tls.platform_roots = true;
    });
    assert!(second.tls_client().unwrap().is_some());

    // A host may be a name.
    let named = crate::config(|config| config.client.address = "localhost:1".into());
    let refused = named.client_builder().unwrap().insecure_plain();
    let refused = refused.connect::<DeskClient>(&named.client_url()).await.unwrap_err();
    assert!(refused.to_string().contains("tcp://localhost:1"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn connection_timeout_bounds_connecting_and_the_handshake() {
    for timeout in [SECOND, 8 * SECOND] {
        let config = config(|config| config.client.connection_timeout = timeout);
        let client = || config.client_builder().unwrap().insecure_plain().offer::<Desk>();

        // Nobody takes the connection.
        let began = Instant::now();
        let never = std::future::pending::<io::Result<tokio::io::DuplexStream>>;
        client().open_on("nowhere", never).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), timeout.as_secs());

        // Somebody does, and says nothing.
        let began = Instant::now();
        let (near, _far) = tokio::io::duplex(4_096);
        let near = std::sync::Arc::new(std::sync::Mutex::new(Some(near)));
        let silent = move || {
            let near = near.lock().unwrap().take();
            async move { near.ok_or(io::ErrorKind::NotConnected.into()) }
        };
        client().open_on("silent", silent).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), timeout.as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn operation_timeout_bounds_the_wait_until_a_message_is_handed_over() {
    for timeout in [SECOND, 5 * SECOND] {
        let config = config(|config| {
            config.client.operation_timeout = timeout;
            config.server.backpressure_limit = 1;
        });
        let _server = serve(&config).await;
        let client = connect(&config).await;
        let first = client.clone();
        let first = tokio::spawn(async move { first.wait(10_000).await });
        tokio::time::sleep(SECOND / 10).await;
        let began = Instant::now();
        assert_eq!(client.echo("second".into()).await, Err(CallError::NotSent));
        assert_eq!(began.elapsed().as_secs(), timeout.as_secs());
        // What was handed over waits for its answer as long as it takes.
        assert_eq!(first.await.unwrap(), Ok(10_000));
        assert_eq!(client.echo("third".into()).await.unwrap(), "third");
    }
}

#[tokio::test(start_paused = true)]
async fn response_timeout_bounds_the_wait_for_an_answer() {
    for timeout in [SECOND, 40 * SECOND] {
        let config = config(|config| config.client.response_timeout = timeout);
        let _server = serve(&config).await;
        let client = connect(&config).await;
        let began = Instant::now();
        assert_eq!(client.wait(1_000_000).await, Err(CallError::DeadlineExceeded));
        assert_eq!(began.elapsed().as_secs(), timeout.as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeat_interval_is_how_often_a_silent_server_is_asked() {
    let mut asked = Vec::new();
    for interval in [Duration::ZERO, SECOND, 10 * SECOND] {
        let config = config(|config| {
            config.server.heartbeat_interval = 1_000 * SECOND;
            config.client.heartbeat_interval = interval;
        });
        let _server = serve(&config).await;
        let client = connect(&config).await;
        tokio::time::sleep(30 * SECOND).await;
        asked.push(client.connection().stats().session.frames_in);
    }
    assert!(asked[0] == 0 && asked[1] >= 25 && (1..=4).contains(&asked[2]), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn auto_reconnect_makes_a_client_outlast_its_server() {
    for reconnect in [true, false] {
        let config = config(|config| config.client.auto_reconnect = reconnect);
        let server = serve(&config).await;
        let client = connect(&config).await;
        assert_eq!(client.echo("one".into()).await.unwrap(), "one");
        tokio::time::sleep(10 * SECOND).await;
        server.drain().await.unwrap();
        let _server = serve(&config).await;
        assert_eq!(client.echo("two".into()).await.is_ok(), reconnect);
    }
}

/// How many attempts a client that has lost its server made, and how long that took.
async fn attempts(attempts: u32, delay: Duration) -> (u32, Duration) {
    let config = config(|config| {
        config.client.auto_reconnect = true;
        config.client.max_reconnect_attempts = attempts;
        config.client.reconnect_delay = delay;
        config.client.operation_timeout = 1_000 * SECOND;
        config.client.response_timeout = 1_000 * SECOND;
    });
    let server = serve(&config).await;
    let builder = config.client_builder().unwrap().randomness(Longest);
    let client: DeskClient = builder.connect(&config.client_url()).await.unwrap();
    tokio::time::sleep(120 * SECOND).await;
    server.drain().await.unwrap();
    let began = Instant::now();
    let Err(CallError::NotConnected(error)) = client.echo("?".into()).await else {
        panic!("connected")
    };
    let Error::GaveUp { attempts, .. } = *error else { panic!("{error}") };
    (attempts, began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn max_reconnect_attempts_is_after_how_many_the_client_gives_up() {
    for count in [1, 4] {
        let (made, took) = attempts(count, SECOND).await;
        assert_eq!((made, took.as_secs_f64().round()), (count, f64::from(count)));
    }
}

#[tokio::test(start_paused = true)]
async fn reconnect_delay_is_the_longest_wait_before_an_attempt() {
    for delay in [SECOND, 7 * SECOND] {
        let (_, took) = attempts(2, delay).await;
        assert!((2 * delay - SECOND / 10..=2 * delay + SECOND / 10).contains(&took), "{took:?}");
    }
}
