//! `[limits]`

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use network_protocol::config::{LimitsConfig, NetworkConfig};
use network_protocol::{CallError, Client as _, Error};
use tokio::io::DuplexStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use crate::server::{From, over};
use crate::{Clerk, Desk, DeskClient, config, connect, serve};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// For how long a connection stays open that a call is made on every so often; no longer than two
/// days.
async fn open_for(every: Duration, change: impl FnOnce(&mut NetworkConfig)) -> Duration {
    let config = config(|config| {
        config.server.heartbeat_interval = HOUR;
        config.client.heartbeat_interval = HOUR;
        change(config);
    });
    let _server = serve(&config).await;
    let client = connect(&config).await;
    let began = Instant::now();
    let connection = client.connection();
    let calls = async {
        loop {
            tokio::time::sleep(every).await;
            // The one that finds it closed ends nothing: that it is closed does.
            drop(client.wait(0).await);
        }
    };
    tokio::select! {
        _ = connection.closed() => (),
        () = calls => (),
        () = tokio::time::sleep(48 * HOUR) => (),
    }
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn idle_timeout_closes_a_connection_that_nobody_uses() {
    for (timeout, least) in [(60, 60), (600, 600)] {
        let idle = |config: &mut NetworkConfig| config.limits.idle_timeout = timeout * SECOND;
        let open = open_for(100 * HOUR, idle).await.as_secs();
        assert!((least..least + 30).contains(&open), "{open}");
        // One that is used stays, up to its age.
        assert!(open_for(50 * SECOND, idle).await >= 12 * HOUR);
    }
    assert!(open_for(100 * HOUR, |_| ()).await >= 12 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn max_age_is_how_old_a_connection_may_become() {
    for (age, least) in [(HOUR, 0.5), (3 * HOUR, 1.5), (Duration::ZERO, 47.0)] {
        let open = open_for(150 * SECOND, |config| config.limits.max_age = age).await;
        let (hours, most) = (open.as_secs_f64() / 3_600.0, age.as_secs_f64() / 3_600.0 + 0.1);
        assert!(hours >= least && (age.is_zero() || hours <= most), "{hours}");
    }
}

/// Two ends of a wire that can be cut without either end noticing.
fn wire(cut: Arc<Notify>) -> (DuplexStream, DuplexStream) {
    let ((near, mut one), (mut two, far)) = (tokio::io::duplex(4_096), tokio::io::duplex(4_096));
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut one, &mut two) => (),
            () = cut.notified() => std::future::pending().await,
        }
    });
    (near, far)
}

/// A client and its server at the two ends of a wire.
async fn wired(
    config: &NetworkConfig,
    (near, far): (DuplexStream, DuplexStream),
) -> (network_protocol::Server, DeskClient) {
    let (sender, receiver) = mpsc::channel(1);
    let builder = config.server_builder().unwrap().insecure_plain();
    let server = builder.add::<Desk, _>(Clerk::default()).serve_on("wire", receiver).await.unwrap();
    sender.send(far).await.unwrap();
    let near = std::sync::Mutex::new(Some(near));
    let open = config.client_builder().unwrap().insecure_plain().offer::<Desk>();
    let connection = open.open_on("wire", move || {
        let near = near.lock().unwrap().take();
        async move { near.ok_or(std::io::ErrorKind::NotConnected.into()) }
    });
    let client = connection.await.unwrap().client().unwrap();
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn message_stall_is_how_long_half_a_message_may_wait_for_its_rest() {
    for (stall, answer) in
        [(SECOND, CallError::Overloaded { retry_after: None }), (HOUR, CallError::DeadlineExceeded)]
    {
        let config = config(|config| {
            config.limits.message_stall = stall;
            config.server.heartbeat_interval = HOUR;
        });
        let ((near, one), (two, far)) = (tokio::io::duplex(4_096), tokio::io::duplex(4_096));
        tokio::spawn(async move {
            let ((from_client, mut to_client), (mut from_server, mut to_server)) =
                (tokio::io::split(one), tokio::io::split(two));
            // The greeting and half of the message, and then no more.
            let mut some = tokio::io::AsyncReadExt::take(from_client, 500_000);
            let up = tokio::io::copy(&mut some, &mut to_server);
            let down = tokio::io::copy(&mut from_server, &mut to_client);
            let _ended = tokio::join!(up, down);
            drop((some, to_server));
        });
        let (_server, client) = wired(&config, (near, far)).await;
        assert_eq!(client.count(vec!["x".repeat(1_000_000)]).await, Err(answer));
    }
}

#[tokio::test(start_paused = true)]
async fn write_stall_is_how_long_who_does_not_read_is_kept() {
    for stall in [SECOND, 20 * SECOND] {
        let config = config(|config| {
            config.limits.write_stall = stall;
            config.server.heartbeat_interval = HOUR;
        });
        let cut = Arc::new(Notify::new());
        let (server, client) = wired(&config, wire(cut.clone())).await;
        let stream = client.flood().await.unwrap();
        cut.notify_one();
        tokio::task::yield_now().await;
        // What it sends goes nowhere.
        let began = Instant::now();
        while server.connections() > 0 {
            tokio::time::sleep(SECOND / 10).await;
        }
        assert_eq!(began.elapsed().as_secs(), stall.as_secs());
        drop(stream);
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeats_missed_is_after_how_many_a_peer_counts_as_dead() {
    for missed in [2, 10] {
        let config = config(|config| {
            config.limits.heartbeats_missed = missed;
            config.client.heartbeat_interval = SECOND;
        });
        let (sender, receiver) = mpsc::channel(1);
        let builder = config.server_builder().unwrap().insecure_plain();
        let builder = builder.add::<Desk, _>(Clerk::default());
        let _server = builder.serve_on("wire", receiver).await.unwrap();
        let cut = Arc::new(Notify::new());
        let (near, far) = wire(cut.clone());
        sender.send(far).await.unwrap();
        let near = std::sync::Mutex::new(Some(near));
        let open = config.client_builder().unwrap().insecure_plain().offer::<Desk>();
        let connection = open.open_on("wire", move || {
            let near = near.lock().unwrap().take();
            async move { near.ok_or(std::io::ErrorKind::NotConnected.into()) }
        });
        let connection = connection.await.unwrap();
        let client: DeskClient = connection.client().unwrap();
        assert_eq!(client.wait(0).await.unwrap(), 0);
        let began = Instant::now();
        cut.notify_one();
        connection.closed().await;
        let (took, least) = (began.elapsed(), missed * SECOND);
        assert!((least..=least + 3 * SECOND).contains(&took), "{missed}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn stream_window_is_how_much_of_a_stream_comes_before_some_is_taken() {
    let mut sent = Vec::new();
    for window in [16 * 1_024, 160 * 1_024] {
        let config = config(|config| config.limits.stream_window = window);
        let clerk = Clerk::default();
        let _server = config.serve::<Desk, _>(clerk.clone()).await.unwrap();
        let client = connect(&config).await;
        let stream = client.flood().await.unwrap();
        tokio::time::sleep(SECOND).await;
        sent.push(clerk.sent.load(Ordering::Relaxed));
        drop(stream);
    }
    assert!((12..40).contains(&sent[0]) && (120..200).contains(&sent[1]), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn events_window_is_how_many_one_way_messages_come_before_some_are_handled() {
    let mut sent = Vec::new();
    for window in [16 * 1_024, 160 * 1_024] {
        let config = config(|config| {
            config.limits.events_window = window;
            config.server.backpressure_limit = 1_000;
        });
        let _server = serve(&config).await;
        let client = connect(&config).await;
        let mut count = 0;
        while client.note("x".repeat(1_000)).await.is_ok() {
            count += 1;
        }
        sent.push(count);
    }
    assert!((10..25).contains(&sent[0]) && (130..180).contains(&sent[1]), "{sent:?}");
    // Long ones, which come in parts, are no way around it.
    let config = config(|config| config.limits.events_window = 1_024 * 1_024);
    let _server = serve(&config).await;
    let client = connect(&config).await;
    let mut count = 0;
    while client.note("x".repeat(100_000)).await.is_ok() {
        count += 1;
    }
    assert!((10..=12).contains(&count), "{count}");
}

#[tokio::test]
async fn decode_total_bytes_is_the_memory_for_large_messages() {
    let text = "x".repeat(2 * 1_024 * 1_024);
    for (bytes, taken) in [(1_024 * 1_024, false), (16 * 1_024 * 1_024, true)] {
        let config = config(|config| config.limits.decode_total_bytes = bytes);
        let _server = serve(&config).await;
        // The client has what it needs for the answer.
        let mut roomy = config.clone();
        roomy.limits = LimitsConfig::default();
        let answer = connect(&roomy).await.echo(text.clone()).await;
        assert_eq!(answer.is_ok(), taken);
        assert!(taken || matches!(answer, Err(CallError::Overloaded { .. })));
    }
}

/// How many connections from one source are let in, of three.
async fn from_one_source(change: impl FnOnce(&mut NetworkConfig)) -> usize {
    let config = config(change);
    let (sender, receiver) = mpsc::channel(8);
    let builder = config.server_builder().unwrap().insecure_plain();
    let listener = From(receiver, "10.1.2.3".parse().unwrap());
    let _server =
        builder.add::<Desk, _>(Clerk::default()).serve_on("pipes", listener).await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..3 {
        let client = config.client_builder().unwrap().insecure_plain();
        clients.extend(over(client, sender.clone()).await);
    }
    clients.len()
}

#[tokio::test]
async fn connections_per_source_is_how_many_one_source_may_have() {
    for limit in [1, 2] {
        let let_in = from_one_source(|config| config.limits.connections_per_source = limit).await;
        assert_eq!(Ok(limit), let_in.try_into());
    }
    assert_eq!(from_one_source(|_| ()).await, 3);
}

/// Whether a client is let in while so many streams say nothing. They come from a source, or from
/// nowhere that limits on one source are about.
async fn beside(
    silent: u32,
    source: Option<&str>,
    change: impl FnOnce(&mut NetworkConfig),
) -> bool {
    let config = config(change);
    let (sender, receiver) = mpsc::channel(8);
    let builder = config.server_builder().unwrap().insecure_plain();
    let builder = builder.add::<Desk, _>(Clerk::default());
    let server = match source {
        Some(source) => builder.serve_on("pipes", From(receiver, source.parse().unwrap())).await,
        None => builder.serve_on("pipes", receiver).await,
    };
    let server = server.unwrap();
    let mut held = Vec::new();
    for number in 0..silent {
        let (near, far) = tokio::io::duplex(64);
        held.push(near);
        sender.send(far).await.unwrap();
        while server.connections() <= usize::try_from(number).unwrap() {
            tokio::task::yield_now().await;
        }
    }
    let client = config.client_builder().unwrap().insecure_plain();
    match over(client, sender).await {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error, Error::Rejected(_)), "{error}");
            false
        }
    }
}

#[tokio::test]
async fn half_open_is_how_many_handshakes_go_on_at_a_time() {
    for (limit, let_in) in [(2, false), (3, true)] {
        assert_eq!(beside(2, None, |config| config.limits.half_open = limit).await, let_in);
    }
}

#[tokio::test]
async fn half_open_per_source_is_how_many_of_them_one_source_may_have() {
    for (limit, let_in) in [(2, false), (3, true)] {
        let change = |config: &mut NetworkConfig| config.limits.half_open_per_source = limit;
        assert_eq!(beside(2, Some("10.1.2.3"), change).await, let_in);
        // The limit is on none that has no address.
        assert!(beside(2, None, change).await);
    }
}
