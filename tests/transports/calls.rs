//! What a call is on every transport.

use std::sync::atomic::Ordering;
use std::time::Duration;

use network_protocol::{Bytes, CallError, Client as _, Limits, Stream};

use crate::common::{Link, Place, SuiteDivide, SuiteDouble, SuiteSum, Wrong, soon};

async fn all(mut stream: Stream<u32>) -> Vec<u32> {
    let mut items = Vec::new();
    while let Some(item) = soon(stream.next()).await {
        items.push(item.unwrap());
    }
    items
}

pub(crate) async fn a_call_is_answered_and_its_error_is_typed(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let divide = |by| soon(link.client.divide(SuiteDivide { number: 42, by }).into_future());
    assert_eq!(divide(6).await, Ok(7));
    assert_eq!(divide(0).await, Err(CallError::Application(Wrong::ByZero { number: 42 })));
    assert_eq!(divide(2).await, Ok(21), "the connection goes on");
}

pub(crate) async fn streams_go_each_way(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let counted = soon(link.client.count(1_000).into_future()).await.unwrap();
    assert_eq!(all(counted).await, (1..=1_000).collect::<Vec<u32>>());
    let numbers = Stream::from_iter(1..=1_000);
    assert_eq!(soon(link.client.sum(SuiteSum {}, numbers).into_future()).await, Ok(500_500));
    let (sender, numbers) = Stream::channel(4);
    let mut doubled =
        soon(link.client.double(SuiteDouble {}, numbers).into_future()).await.unwrap();
    for number in 1..=100 {
        sender.send(number).await.unwrap();
        assert_eq!(soon(doubled.next()).await, Some(Ok(2 * number)));
    }
    drop(sender);
    assert_eq!(soon(doubled.next()).await, None);
}

pub(crate) async fn the_server_calls_and_tells_its_client(place: &Place) {
    let mut link = Link::new(place, Limits::default()).await;
    assert_eq!(soon(link.peer.ask(41).into_future()).await, Ok(42));
    soon(link.peer.tell("news".into()).into_future()).await.unwrap();
    assert_eq!(soon(link.heard.recv()).await.as_deref(), Some("news"));
}

pub(crate) async fn a_call_past_its_deadline_ends_at_both_sides(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let late = link.client.hold().timeout(Duration::from_millis(100));
    assert_eq!(soon(late.into_future()).await, Err(CallError::DeadlineExceeded));
    link.host.until_holding(0).await;
}

pub(crate) async fn a_call_that_is_dropped_is_cancelled_at_the_server(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let call = tokio::spawn(link.client.hold().into_future());
    link.host.until_holding(1).await;
    call.abort();
    link.host.until_holding(0).await;
    assert_eq!(soon(link.client.echo(Bytes::new()).into_future()).await, Ok(Bytes::new()));
}

pub(crate) async fn a_large_message_arrives_whole_both_ways(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let body: Bytes =
        (0..8_u32 << 18).flat_map(|at| at.wrapping_mul(40_503).to_le_bytes()).collect();
    assert_eq!(body.len(), 8 << 20);
    assert!(soon(link.client.echo(body.clone()).into_future()).await.unwrap() == body);
}

pub(crate) async fn many_calls_at_once_are_each_answered(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..100 {
        let call = link.client.divide(SuiteDivide { number, by: 1 });
        calls.spawn(async move { call.await == Ok(number) });
    }
    assert!(soon(calls.join_all()).await.into_iter().all(|answered| answered));
}

pub(crate) async fn a_handler_sees_who_calls_and_over_what(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let seen = soon(link.client.who_am_i().into_future()).await.unwrap();
    assert_eq!(seen.transport, place.transport);
    assert_eq!(seen.identity, place.identity);
    assert!(seen.address.starts_with(&format!("{}://", place.transport)), "{seen:?}");
    let server = link.client.connection().peer().clone();
    assert_eq!((server.transport(), server.address()), (place.transport, link.server.address()));
}

pub(crate) async fn who_does_not_read_is_not_written_for_without_end(place: &Place) {
    let link = Link::new(place, Limits::default()).await;
    let mut poured = soon(link.client.pour().into_future()).await.unwrap();
    for _ in 0..10 {
        assert_eq!(soon(poured.next()).await.unwrap().unwrap().len(), 16_384);
    }
    // Others get through, and what nobody takes is no more than its window and what is on its way.
    for _ in 0..50 {
        soon(link.client.echo(Bytes::new()).into_future()).await.unwrap();
    }
    let made = link.host.poured.load(Ordering::SeqCst);
    // A window of items on their way, and one that the stream has ready to be taken.
    assert!(made <= 10 + 2 * 16, "{made} items, 10 taken");
}
