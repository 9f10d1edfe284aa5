//! Peers that begin a message and stop, and messages that come all at once: memory goes by what
//! came, and there is a most of it.

use std::io;
use std::time::{Duration, Instant};

use network_protocol as np;
use np::CallError;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;

use crate::clients::{call_for, client, clients};
use crate::host::Protection;
use crate::place::{Ceiling, Place};
use crate::process::{MARK, Process, mebibytes, most};
use crate::raw::{Raw, until_closed};

const MEBIBYTE: u64 = 1_024 * 1_024;

/// The header of a request of 60 KiB, and nine of its octets.
const BEGUN: [u8; 21] = [0, 0xf0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/// The length of the longest record, and nine of its octets.
const SEALED: [u8; 11] = [0x40, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/// Announces 60 KiB, sends nine octets of them, and stops.
async fn begin(address: &str, protection: Protection) -> io::Result<Raw> {
    let mut raw = Raw::open(address, protection).await?;
    match protection {
        Protection::Plain => raw.stream.write_all(&BEGUN).await?,
        Protection::Keys => raw.stream.write_all(&SEALED).await?,
    }
    Ok(raw)
}

async fn announce(sockets: usize, protection: Protection) {
    let heartbeat = 2_000;
    let role = format!("server security={} heartbeat={heartbeat}", protection.word());
    let mut server = Process::start(&role);
    let address = server.line();
    let honest = clients(&address, protection, 10).await;
    let alone = call_for(&honest, Duration::from_secs(1)).await;
    let before = server.size();
    let ((begun, beside), most) = most(server.id(), async {
        let (mut begun, mut opening) = (Vec::new(), JoinSet::new());
        for at in 0..sockets {
            let address = address.clone();
            opening.spawn(async move { begin(&address, protection).await.unwrap() });
            if at >= 50 {
                begun.push(opening.join_next().await.unwrap().unwrap());
            }
        }
        begun.extend(opening.join_all().await);
        (begun, call_for(&honest, Duration::from_secs(1)).await)
    })
    .await;
    // They are closed as whoever is silent is.
    let since = Instant::now();
    for mut raw in begun {
        _ = tokio::time::timeout(Duration::from_secs(60), until_closed(&mut raw.stream))
            .await
            .expect("closed in a minute");
    }
    server.until("connections", |now| now == honest.len()).await;
    let after = server.size();
    let more = most.saturating_sub(before.bytes);
    println!(
        "{MARK}{sockets} begun messages of 60 KiB, {protection:?}: {:.1} MiB at most, {:.1} before, {:.1} \
         after; closed {:.1?} later; others p99 {:.1?} beside them, {:.1?} alone",
        mebibytes(most),
        mebibytes(before.bytes),
        mebibytes(after.bytes),
        since.elapsed(),
        beside.at(990),
        alone.at(990),
    );
    assert_eq!((beside.errors.len(), alone.errors.len()), (0, 0), "{:?}", beside.errors.first());
    assert!(more < 100 * MEBIBYTE && more < u64::try_from(sockets).unwrap() * 32 * 1_024, "{more}");
    assert_eq!(after.files, before.files);
    assert!(since.elapsed() < Duration::from_millis(heartbeat) * 6, "{:?}", since.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fr2_who_announces_much_and_stops_holds_little_and_not_for_long() {
    for protection in [Protection::Plain, Protection::Keys] {
        announce(200, protection).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture stall::fr2"]
async fn fr2_five_thousand_that_announce_much_and_stop() {
    for protection in [Protection::Plain, Protection::Keys] {
        announce(5_000, protection).await;
    }
}

/// So many clients that send a mebibyte each, all at once and again and again.
async fn pour(count: usize, protection: Protection, ceiling_mib: u64, shared_mib: u64) {
    let ceiling = Ceiling::new("pour", ceiling_mib * MEBIBYTE);
    let place = Place { memory: ceiling, ..Place::default() };
    let role =
        format!("server security={} decode_total={}", protection.word(), shared_mib * MEBIBYTE);
    let mut server = Process::start_in(&place, &role);
    let address = server.line();
    let pouring = clients(&address, protection, count).await;
    let body = np::Bytes::from(vec![0x5a; 1_024 * 1_024]);
    let (ends, most) = most(server.id(), async {
        let mut calls = JoinSet::new();
        for load in &pouring {
            let (load, body) = (load.clone(), body.clone());
            calls.spawn(async move {
                let mut ends = [0_u32; 2];
                for _ in 0..3 {
                    match load.put(body.clone()).timeout(Duration::from_secs(120)).await {
                        Ok(octets) => {
                            assert_eq!(octets, 1_024 * 1_024);
                            ends[0] += 1;
                        }
                        Err(CallError::Overloaded { .. }) => ends[1] += 1,
                        Err(other) => panic!("{other:?}"),
                    }
                }
                ends
            });
        }
        let mut ends = [0_u32; 2];
        while let Some(one) = calls.join_next().await {
            let one = one.unwrap();
            ends = [ends[0] + one[0], ends[1] + one[1]];
        }
        ends
    })
    .await;
    let kills = place.memory.as_ref().map_or(0, Ceiling::kills);
    println!(
        "{MARK}{count} clients with 1 MiB each, three times, {protection:?}: {} taken, {} refused as too much, \
         the server has {:.1} MiB at most",
        ends[0],
        ends[1],
        mebibytes(most)
    );
    assert!(server.is_running() && kills == 0, "{kills}");
    assert!(ends[0] > 0);
    assert!(most < ceiling_mib * MEBIBYTE, "{most}");
    // And when it is over everything is as before.
    drop(pouring);
    let load = client(&address, protection).await.unwrap();
    assert_eq!(load.put(body).await, Ok(1_024 * 1_024));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t7_messages_that_are_too_much_together_are_refused() {
    for protection in [Protection::Plain, Protection::Keys] {
        pour(100, protection, 64, 16).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture stall::t7"]
async fn t7_two_thousand_mebibytes_in_a_quarter_of_a_gibibyte() {
    for protection in [Protection::Plain, Protection::Keys] {
        pour(2_000, protection, 256, 64).await;
    }
}
