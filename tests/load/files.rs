//! Resources that run out: descriptors, memory, places.

use std::time::{Duration, Instant};

use network_protocol as np;
use np::Error;
use np::frame::reason::Reason;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clients::client;
use crate::host::Protection;
use crate::place::Place;
use crate::process::{MARK, Process};
use crate::raw::connect;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t4_without_descriptors_nothing_spins_and_all_goes_on_when_there_are_some() {
    let place = Place { files: Some(64), ..Place::default() };
    let mut server = Process::start_in(&place, "server security=plain first_byte=600000");
    let address = server.line();
    let first = client(&address, Protection::Plain).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(connect(&address).await.unwrap());
    }
    while server.size().files < 64 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Somebody waits to be accepted from now on.
    let before = server.size().cpu;
    let begin = Instant::now();
    let mut calls = 0_u32;
    while begin.elapsed() < SECOND * 3 {
        assert_eq!(first.next(calls).await, Ok(calls + 1));
        calls += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let share = (server.size().cpu - before).as_secs_f64() / begin.elapsed().as_secs_f64();
    drop(held);
    let begin = Instant::now();
    let second = timeout(SECOND * 10, client(&address, Protection::Plain)).await.unwrap().unwrap();
    let recovered = begin.elapsed();
    assert_eq!(second.next(1).await, Ok(2));
    println!(
        "{MARK}without descriptors: {:.1} % of a processor, {calls} calls on a connection meanwhile, \
         the next one {recovered:.1?} after there were some",
        share * 100.0
    );
    assert!(share < 0.05, "{share}");
    assert!(recovered <= SECOND, "{recovered:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f25_more_than_the_limit_are_refused_with_a_reason_and_each_place_is_used_again() {
    const PLACES: usize = 8;
    let mut server = Process::start(&format!("server security=plain connections={PLACES}"));
    let address = server.line();
    let mut visitors = JoinSet::new();
    for _ in 0..PLACES * 4 {
        let address = address.clone();
        visitors.spawn(async move {
            let (mut served, mut refused) = (0_u32, 0_u32);
            let begin = Instant::now();
            while begin.elapsed() < SECOND * 2 {
                match client(&address, Protection::Plain).await {
                    Ok(load) => {
                        assert_eq!(load.wait(5).await, Ok(5));
                        served += 1;
                    }
                    Err(Error::Rejected(rejected)) => {
                        assert_eq!(rejected.reason, Reason::Busy);
                        assert!(rejected.retry_after.is_some());
                        refused += 1;
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
            (served, refused)
        });
    }
    let (mut served, mut refused) = (0, 0);
    while let Some(visitor) = visitors.join_next().await {
        let (one, other) = visitor.unwrap();
        (served, refused) = (served + one, refused + other);
    }
    println!(
        "{MARK}{PLACES} places for {} visitors: {served} served, {refused} refused",
        PLACES * 4
    );
    assert!(served > 50 && refused > 50, "{served} {refused}");
    server.until("connections", |now| now == 0).await;
    // Each place is there again, and no other.
    let mut held = Vec::new();
    for _ in 0..PLACES {
        held.push(client(&address, Protection::Plain).await.unwrap());
    }
    let error = client(&address, Protection::Plain).await.err().unwrap();
    assert!(matches!(error, Error::Rejected(rejected) if rejected.reason == Reason::Busy));
}

#[tokio::test]
async fn f25_however_many_are_refused_at_once_each_is_told() {
    let mut server = Process::start("server security=plain connections=1");
    let address = server.line();
    let load = client(&address, Protection::Plain).await.unwrap();
    assert_eq!(load.wait(5).await, Ok(5));
    let mut refused = Vec::new();
    for _ in 0..300 {
        let at = address.trim_start_matches("tcp://");
        refused.push(tokio::net::TcpStream::connect(at).await.unwrap());
    }
    // None of them has closed yet, so that the server waits for them.
    for stream in &mut refused {
        let mut told = [0];
        assert_eq!(stream.read(&mut told).await.unwrap(), 1);
    }
    match client(&address, Protection::Plain).await.err() {
        Some(Error::Rejected(rejected)) => assert_eq!(rejected.reason, Reason::Busy),
        other => panic!("{other:?}"),
    }
}
