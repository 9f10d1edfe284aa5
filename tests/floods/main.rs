//! Floods of connections that mean no good, and honest clients beside them. Each address of
//! 127.0.0.0/8 is a source here.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails where it is wrong, and the long one shows figures"
)]

mod attack;
mod common;
mod full;
mod limits;

use std::time::Duration;

use network_protocol as np;
use np::Limits;

use crate::attack::{KINDS, Kind, connect, misbehave, source};
use crate::common::{builder, visit};

const SOCKETS: u16 = 200;

/// Two hundred sockets of eight sources against a server that has room for few of them.
async fn small(kind: Kind) {
    let half_open: u16 = 40;
    let limits = Limits::default().with_half_open(half_open.into()).unwrap();
    let server = builder(limits).listen("tcp://127.0.0.1:0").await.unwrap();
    let address = server.address().to_owned();
    let to = address.trim_start_matches("tcp://").parse().unwrap();
    let mut bad = Vec::new();
    for number in 0..SOCKETS {
        let mut stream = connect(source(number % 8), to).await.unwrap();
        bad.push(tokio::spawn(async move { misbehave(kind, &mut stream).await }));
        if number % 10 == 0 {
            visit(&address).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        }
        if kind != Kind::AnnounceOpen {
            // One honest connection may be on its way out.
            assert!(server.connections() <= usize::from(half_open) + 1, "{kind:?}");
        }
    }
    // The server is done with them before they are with it.
    server.shutdown(Duration::ZERO).await.unwrap();
    for task in bad {
        // Whether it was closed or reset is the same here.
        _ = task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_clients_are_served_beside_two_hundred_others() {
    for (kind, _) in KINDS {
        small(kind).await;
    }
}
