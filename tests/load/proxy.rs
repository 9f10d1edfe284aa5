//! Somebody in between who cuts: resets, closes one direction, or goes quiet, after so many octets.

use std::net::SocketAddr;
use std::time::Duration;

use network_protocol as np;
use np::CallError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clients::client;
use crate::host::Protection;
use crate::process::Process;
use crate::raw::socket_address;

/// What happens to a connection.
#[derive(Clone, Copy, Debug)]
enum How {
    /// Both ends are reset.
    Reset,
    /// Whoever reads sees the end, and whoever writes goes on.
    HalfClose,
    /// Both ends see the end.
    Close,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Counts what the client sends, or what the server does.
    of_client: bool,
    after: usize,
    how: How,
}

/// Passes on so many octets. False if the sender closed before.
async fn pass(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, mut most: usize) -> bool {
    let mut buffer = [0; 4_096];
    while most > 0 {
        let room = most.min(buffer.len());
        let Ok(read @ 1..) = from.read(&mut buffer[..room]).await else { return false };
        if to.write_all(&buffer[..read]).await.is_err() {
            return false;
        }
        most -= read;
    }
    true
}

async fn relay(client: TcpStream, server: TcpStream, cut: Cut) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
        if matches!(cut.how, How::Reset) {
            stream.set_zero_linger().unwrap();
        }
    }
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let most = |cuts| if cuts { cut.after } else { usize::MAX };
    let (mut up, mut down) = (
        Box::pin(pass(&mut from_client, &mut to_server, most(cut.of_client))),
        Box::pin(pass(&mut from_server, &mut to_client, most(!cut.of_client))),
    );
    let up_first = tokio::select! {
        _ = &mut up => true,
        _ = &mut down => false,
    };
    if matches!(cut.how, How::HalfClose) {
        // The other direction goes on until somebody has enough.
        let rest = Duration::from_secs(20);
        if up_first {
            drop(up);
            _ = to_server.shutdown().await;
            _ = timeout(rest, down).await;
        } else {
            drop(down);
            _ = to_client.shutdown().await;
            _ = timeout(rest, up).await;
        }
    }
}

/// A place in between, for one connection.
async fn between(server: SocketAddr, cut: Cut) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        relay(client, TcpStream::connect(server).await.unwrap(), cut).await;
    });
    address
}

/// Connects through a cut, and calls. Says how many calls were answered.
async fn visit(server: SocketAddr, protection: Protection, cut: Cut) -> Option<usize> {
    let address = between(server, cut).await;
    // Whatever it is, it is said soon.
    let opened = timeout(Duration::from_secs(5), client(&address, protection)).await;
    let load = opened.unwrap_or_else(|_| panic!("{cut:?}: neither connected nor failed")).ok()?;
    let calls: Vec<_> = (0..8).map(|_| tokio::spawn(load.fill(500).into_future())).collect();
    let mut answered = 0;
    for call in calls {
        let ended = timeout(Duration::from_secs(10), call).await;
        match ended.unwrap_or_else(|_| panic!("{cut:?}: a call waits for ever")).unwrap() {
            Ok(octets) => {
                assert_eq!(octets.len(), 500);
                answered += 1;
            }
            Err(CallError::ConnectionLost { .. }) => {}
            Err(other) => panic!("{cut:?}: {other:?}"),
        }
    }
    Some(answered)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t1_however_a_connection_is_cut_each_call_ends_once_and_nothing_is_left() {
    for protection in [Protection::Plain, Protection::Keys] {
        let mut server = Process::start(&format!("server security={}", protection.word()));
        let address = server.line();
        let tasks = server.count("tasks");
        let (mut visits, mut some) = (JoinSet::new(), [0_usize; 3]);
        for of_client in [true, false] {
            let last = if of_client { 700 } else { 5_000 };
            for how in [How::Reset, How::HalfClose, How::Close] {
                for after in (0..last).step_by(last / 40) {
                    let to = socket_address(&address);
                    visits.spawn(visit(to, protection, Cut { of_client, after, how }));
                }
                while let Some(visited) = visits.join_next().await {
                    match visited.unwrap() {
                        None => some[0] += 1,
                        Some(0..8) => some[1] += 1,
                        Some(_) => some[2] += 1,
                    }
                }
            }
        }
        // Cut in the handshake, and among the calls.
        assert!(some[0] > 10 && some[1] > 10, "{some:?}");
        server.until("connections", |now| now == 0).await;
        server.until("tasks", |now| now == tasks).await;
        assert_eq!(client(&address, protection).await.unwrap().next(1).await, Ok(2));
    }
}
