//! Each limit on peers that were not let in yet, set to another value, changes what happens.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use network_protocol as np;
use np::frame::reason::Reason;
use np::{Error, Limits, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::attack::{Kind, connect, garbage, misbehave, shake_hands, source};
use crate::common::{builder, client, visit};

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

async fn listen(builder: np::ServerBuilder) -> (Server, SocketAddr) {
    let server = builder.listen("tcp://127.0.0.1:0").await.unwrap();
    let to = server.address().trim_start_matches("tcp://").parse().unwrap();
    (server, to)
}

async fn until_connected(server: &Server, count: usize) {
    while server.connections() != count {
        tokio::task::yield_now().await;
    }
}

/// Connections of a source that say nothing, and the server has seen them.
async fn silent(server: &Server, number: u16, count: usize) -> Vec<TcpStream> {
    let to = server.address().trim_start_matches("tcp://").parse().unwrap();
    let before = server.connections();
    let mut streams = Vec::new();
    for at in 1..=count {
        streams.push(connect(source(number), to).await.unwrap());
        until_connected(server, before + at).await;
    }
    streams
}

/// What the server refuses a connection with: the reason, and when to come back.
async fn refused(stream: &mut TcpStream) -> (Reason, Duration) {
    let mut reject = [0; 34];
    stream.read_exact(&mut reject).await.expect("a reject");
    assert_eq!(reject[..2], [0, 0]);
    let reason = Reason::from_code(u16::from_le_bytes([reject[2], reject[3]]));
    let millis = u32::from_le_bytes([reject[6], reject[7], reject[8], reject[9]]);
    (reason, Duration::from_millis(millis.into()))
}

/// A handshake that fails. Done when the server has forgotten the connection.
async fn fail(server: &Server, number: u16) {
    let to = server.address().trim_start_matches("tcp://").parse().unwrap();
    let before = server.connections();
    let mut stream = connect(source(number), to).await.unwrap();
    stream.write_all(&garbage()).await.unwrap();
    let mut answer = Vec::new();
    // It may be reset as well as closed.
    _ = stream.read_to_end(&mut answer).await;
    drop(stream);
    until_connected(server, before).await;
}

/// Whether a connection from there is let in.
async fn let_in(to: SocketAddr, number: u16) -> bool {
    let mut stream = connect(source(number), to).await.unwrap();
    shake_hands(&mut stream).await.is_ok()
}

#[tokio::test]
async fn half_open_per_source() {
    for max in [1_u16, 4] {
        let limits = Limits::default().with_half_open_per_source(max.into()).unwrap();
        let (server, to) = listen(builder(limits)).await;
        let held = silent(&server, 2, max.into()).await;
        let mut more = connect(source(2), to).await.unwrap();
        assert_eq!(refused(&mut more).await, (Reason::Busy, SECOND));
        visit(server.address()).await.expect("another source");
        drop(held);
        until_connected(&server, 0).await;
    }
}

#[tokio::test]
async fn some_sources_have_no_limit_of_their_own() {
    let limits = || Limits::default().with_half_open_per_source(1).unwrap();
    let trusted = [source(2).to_string(), "10.0.0.0/8".to_owned()];
    let (server, to) = listen(builder(limits()).trusted_sources(trusted)).await;
    let _held = silent(&server, 2, 5).await;
    let _other = silent(&server, 3, 1).await;
    let mut more = connect(source(3), to).await.unwrap();
    assert_eq!(refused(&mut more).await.0, Reason::Busy);
    // All of this machine, unless it is said otherwise.
    let (server, _) = listen(builder(limits()).exempt_loopback(true)).await;
    let _held = silent(&server, 2, 5).await;
}

#[tokio::test]
async fn what_is_no_network_is_said_before_anything_listens() {
    let builder = builder(Limits::default()).trusted_sources(["10.0.0.1/8"]);
    let error = builder.listen("tcp://127.0.0.1:0").await.unwrap_err();
    let Error::Config(text) = error else { panic!("{error}") };
    let says = "in `.trusted_sources(…)`: `10.0.0.1/8` is no network: it would begin at 10.0.0.0/8";
    assert_eq!(text.to_string(), says);
}

#[tokio::test]
async fn connections_per_source() {
    for max in [1_u32, 3] {
        let limits = Limits::default().with_connections_per_source(max).unwrap();
        let (server, to) = listen(builder(limits)).await;
        let mut held = Vec::new();
        for _ in 0..max {
            held.push(client(server.address()).await.unwrap());
        }
        let error = client(server.address()).await.err().unwrap();
        let Error::Rejected(rejected) = error else { panic!("{error}") };
        assert_eq!((rejected.reason, rejected.retry_after), (Reason::Busy, Some(SECOND)));
        assert!(let_in(to, 2).await);
        drop(held);
        until_connected(&server, 0).await;
        visit(server.address()).await.unwrap();
    }
}

#[tokio::test]
async fn failures_count_for_as_long_as_they_are_remembered() {
    for (memory, forgotten) in [(HOUR, false), (MILLISECOND, true)] {
        let limits = Limits::default()
            .with_half_open_per_source(4)
            .and_then(|limits| limits.with_failure_memory(memory))
            .unwrap();
        let (server, to) = listen(builder(limits)).await;
        for _ in 0..4 {
            fail(&server, 2).await;
        }
        assert_eq!(let_in(to, 2).await, forgotten);
        assert!(let_in(to, 3).await);
        if !forgotten {
            let mut more = connect(source(2), to).await.unwrap();
            let (reason, retry_after) = refused(&mut more).await;
            assert_eq!(reason, Reason::Busy);
            assert!(retry_after > HOUR / 4 - SECOND * 60 && retry_after <= HOUR / 4);
        }
    }
}

#[tokio::test]
async fn sources() {
    for (max, remembered) in [(1, false), (2, true)] {
        let limits = Limits::default()
            .with_half_open_per_source(1)
            .and_then(|limits| limits.with_failure_memory(HOUR))
            .and_then(|limits| limits.with_sources(max))
            .unwrap();
        let (server, to) = listen(builder(limits)).await;
        fail(&server, 2).await;
        assert!(!let_in(to, 2).await);
        fail(&server, 3).await;
        assert_eq!(let_in(to, 2).await, !remembered, "{max}");
    }
}

#[tokio::test]
async fn half_open() {
    for max in [1_u16, 3] {
        let limits = Limits::default().with_half_open(max.into()).unwrap();
        let (server, to) = listen(builder(limits)).await;
        let mut held = Vec::new();
        for number in 0..max {
            held.extend(silent(&server, number, 1).await);
        }
        // The one that came first gives way, and is told why.
        let mut more = connect(source(99), to).await.unwrap();
        assert_eq!(refused(&mut held[0]).await.0, Reason::Busy);
        assert_eq!(server.connections(), usize::from(max));
        assert!(shake_hands(&mut more).await.is_ok());
        visit(server.address()).await.unwrap();
    }
}

#[tokio::test]
async fn who_has_most_unfinished_handshakes_gives_way() {
    let limits = Limits::default().with_half_open(4).unwrap();
    let (server, to) = listen(builder(limits)).await;
    let mut first = silent(&server, 1, 1).await;
    let mut crowd = silent(&server, 2, 3).await;
    let mut own = connect(source(2), to).await.unwrap();
    assert_eq!(refused(&mut crowd[0]).await.0, Reason::Busy);
    let _other = connect(source(3), to).await.unwrap();
    assert_eq!(refused(&mut crowd[1]).await.0, Reason::Busy);
    // These were not thrown out.
    for stream in [&mut first[0], &mut crowd[2], &mut own] {
        assert!(shake_hands(stream).await.is_ok());
    }
}

#[tokio::test]
async fn half_open_connections_take_no_place_from_honest_ones() {
    let limits = Limits::default().with_connections(2).unwrap();
    let (server, _) = listen(builder(limits)).await;
    let mut held = silent(&server, 1, 1).await;
    held.extend(silent(&server, 2, 1).await);
    let honest = client(server.address()).await.unwrap();
    let second = client(server.address()).await.unwrap();
    for stream in &mut held {
        assert_eq!(refused(stream).await.0, Reason::Busy);
    }
    // Those that were let in stay.
    let error = client(server.address()).await.err().unwrap();
    assert!(matches!(error, Error::Rejected(rejected) if rejected.reason == Reason::Busy));
    assert_eq!((honest.next(1).await, second.next(1).await), (Ok(2), Ok(2)));
}

#[tokio::test]
async fn who_is_silent_or_slow_is_thrown_out_in_time_and_others_are_served() {
    let limits = |first_byte, whole| {
        Limits::default()
            .with_first_byte_timeout(MILLISECOND * first_byte)
            .and_then(|limits| limits.with_handshake_timeout(MILLISECOND * whole))
            .unwrap()
    };
    for (kind, first_byte, whole, least) in
        [(Kind::Silent, 100, 60_000, 100), (Kind::Slow, 60_000, 400, 400)]
    {
        let (server, to) = listen(builder(limits(first_byte, whole))).await;
        let mut stream = connect(source(2), to).await.unwrap();
        let since = Instant::now();
        let bad = tokio::spawn(async move {
            // Closed or reset.
            _ = misbehave(kind, &mut stream).await;
            since.elapsed()
        });
        if kind == Kind::Silent {
            visit(server.address()).await.unwrap();
        }
        let lived = bad.await.unwrap();
        assert!(lived >= MILLISECOND * least && lived < SECOND * 30, "{kind:?} {lived:?}");
    }
}
