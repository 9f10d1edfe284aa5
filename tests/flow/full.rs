//! Both ends of a connection full in both directions. A side that waits for the other may not stop
//! reading, or the two would wait for each other for ever.

use std::time::Duration;

use network_protocol::{Bytes, CallError, Limits};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::common::{FlowDrink, FlowPour, FlowSay, FlowSayBack, Link, SOON};

const MILLISECOND: Duration = Duration::from_millis(1);

/// Little room everywhere.
fn narrow(calls: u32) -> Limits {
    Limits::default()
        .with_calls_in_flight(calls)
        .and_then(|limits| limits.with_write_high_water(1_024))
        .and_then(|limits| limits.with_stream_window(1_024))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn two_sides_that_call_each_other_get_all_their_answers() {
    let Link { server: _server, client, peer, .. } = Link::new(1_024, narrow(4), MILLISECOND).await;
    let mut calls = JoinSet::new();
    for at in 0..100_u8 {
        let body = Bytes::from(vec![at; 5_000]);
        let (there, back) = (client.echo(body.clone()), peer.echo_back(body.clone()));
        let same = body.clone();
        calls.spawn(async move { assert!(there.await.unwrap() == same) });
        calls.spawn(async move { assert!(back.await.unwrap() == body) });
    }
    let all = async { while calls.join_next().await.transpose().unwrap().is_some() {} };
    timeout(SOON, all).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn two_sides_that_tell_each_other_much_hear_it_all() {
    let Link { server: _server, client, peer, host, guest } =
        Link::new(1_024, narrow(4), MILLISECOND).await;
    let mut telling = JoinSet::new();
    telling.spawn(async move {
        for at in 0..500 {
            client.say(FlowSay { number: at, body: vec![0; 3_000].into() }).await.unwrap();
        }
        client.echo(Bytes::new()).await.unwrap();
    });
    telling.spawn(async move {
        for at in 0..500 {
            peer.say_back(FlowSayBack { number: at, body: vec![0; 3_000].into() }).await.unwrap();
        }
        peer.echo_back(Bytes::new()).await.unwrap();
    });
    let all = async { while telling.join_next().await.transpose().unwrap().is_some() {} };
    timeout(SOON, all).await.unwrap();
    for said in [host.said, guest.said] {
        let mut said = said.lock().unwrap().clone();
        said.sort_unstable();
        // The last of them may still run, with the clock standing still.
        assert!(
            said.len() >= 496 && said.iter().copied().eq((0..500).take(said.len())),
            "{said:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_side_that_sends_a_stream_hears_of_credit_though_a_message_waits() {
    let Link { server: _server, client, host, .. } =
        Link::new(1_024, narrow(1), Duration::ZERO).await;
    let poured = client.pour(FlowPour { items: 200, octets: 1_000 }).await.unwrap();
    // The only handler that may run is busy with the stream.
    client.say(FlowSay { number: 1, body: Bytes::new() }).await.unwrap();
    let items: Vec<Bytes> = timeout(SOON, poured.try_collect()).await.unwrap().unwrap();
    assert_eq!(items.len(), 200);
    client.echo(Bytes::new()).await.unwrap();
    assert_eq!(*host.said.lock().unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_too_large_ends_its_call_and_says_so() {
    let limits = Limits::default().with_message_bytes(4_096).unwrap();
    let Link { server: _server, client, guest, .. } = Link::new(65_536, limits, MILLISECOND).await;
    let drunk = client.drink(FlowDrink {}, guest.items(3, 5_000)).await;
    assert!(matches!(drunk, Err(CallError::Encode(_))), "{drunk:?}");
    assert_eq!(client.drink(FlowDrink {}, guest.items(3, 4_000)).await, Ok(12_000));
}
