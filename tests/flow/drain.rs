//! Streams and the end of their server: those that end in time, and those that do not.

use std::time::Duration;

use network_protocol::{self as np, Bytes, CallError, Client as _, CloseReason, Limits, Stream};
use np::frame::reason::Reason;
use tokio::time::{Instant, timeout};

use crate::common::{FlowDrink, FlowDrinkBack, FlowMirror, FlowPour, FlowPourBack, Link, SOON};

const SECOND: Duration = Duration::from_secs(1);

fn pour(items: u32) -> FlowPour {
    FlowPour { items, octets: 1_000 }
}

/// How many octets are left of a stream.
async fn rest(mut stream: Stream<Bytes>) -> Result<usize, CallError> {
    let mut octets = 0;
    while let Some(item) = stream.next().await {
        octets += item?.len();
    }
    Ok(octets)
}

#[tokio::test(start_paused = true)]
async fn f27_streams_that_end_in_time_end_well_on_both_sides() {
    let Link { server, client, peer, host, guest } =
        Link::new(4_096, Limits::default(), Duration::ZERO).await;
    // Of each kind one, begun and not done, from either side.
    let mut poured = client.pour(pour(2_000)).await.unwrap();
    let mut poured_back =
        peer.pour_back(FlowPourBack { items: 2_000, octets: 1_000 }).await.unwrap();
    let (drunk, items) = Stream::channel(1);
    let drink = tokio::spawn(client.drink(FlowDrink {}, items).into_future());
    let (drunk_back, items) = Stream::channel(1);
    let drink_back = tokio::spawn(peer.drink_back(FlowDrinkBack {}, items).into_future());
    let (said, items) = Stream::channel(1);
    let mut heard = client.mirror(FlowMirror {}, items).await.unwrap();
    said.send(Bytes::from_static(b"before")).await.unwrap();
    assert_eq!(heard.next().await, Some(Ok(Bytes::from_static(b"before"))));
    assert_eq!(poured.next().await.unwrap().unwrap().len(), 1_000);
    assert_eq!(poured_back.next().await.unwrap().unwrap().len(), 1_000);
    // What is sent from here on waits for a handler that takes it.
    host.until_alive(2).await;
    guest.until_alive(2).await;

    let before = Instant::now();
    let stopping = tokio::spawn({
        let server = server.clone();
        async move { server.shutdown(SECOND * 60).await }
    });
    let lost = CallError::ConnectionLost { maybe_executed: false };
    while client.pour(pour(1)).await.map(drop) != Err(lost.clone()) {
        tokio::task::yield_now().await;
    }
    // Nor does a message with a stream go out, and its stream is dropped.
    let refused = client.drink(FlowDrink {}, guest.items(5, 5)).await;
    assert_eq!(refused, Err(lost));
    guest.until_alive(2).await;

    // A minute would be enough for these, and nobody waits for it when they are done.
    tokio::time::sleep(SECOND * 30).await;
    assert!(!stopping.is_finished());
    said.send(vec![1; 5].into()).await.unwrap();
    drunk.send(vec![1; 10].into()).await.unwrap();
    drop((said, drunk));
    assert_eq!(timeout(SOON, rest(heard)).await.unwrap(), Ok(5));
    assert_eq!(timeout(SOON, drink).await.unwrap().unwrap(), Ok(10));
    assert_eq!(timeout(SOON, rest(poured)).await.unwrap(), Ok(1_999_000));
    // What the server asked for is waited for as well.
    tokio::time::sleep(SECOND).await;
    assert!(!stopping.is_finished());
    drunk_back.send(vec![1; 20].into()).await.unwrap();
    drop(drunk_back);
    assert_eq!(timeout(SOON, drink_back).await.unwrap().unwrap(), Ok(20));
    assert_eq!(timeout(SOON, rest(poured_back)).await.unwrap(), Ok(1_999_000));
    assert_eq!(stopping.await.unwrap(), Ok(()));
    assert!(before.elapsed() < SECOND * 33, "{:?}", before.elapsed());
    let told = client.connection().closed().await;
    assert!(matches!(told, CloseReason::Peer { reason: Reason::ShuttingDown, .. }), "{told}");
    assert_eq!((*host.alive.borrow(), *guest.alive.borrow()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn f27_streams_that_do_not_end_in_time_are_cut_and_say_so_after_what_came() {
    let Link { server, client, peer, host, guest } =
        Link::new(4_096, Limits::default(), Duration::ZERO).await;
    let mut poured = client.pour(pour(1_000_000)).await.unwrap();
    let mut poured_back =
        peer.pour_back(FlowPourBack { items: 1_000_000, octets: 1_000 }).await.unwrap();
    let (_drunk, items) = Stream::channel(1);
    let drink = tokio::spawn(client.drink(FlowDrink {}, items).into_future());
    let (said, items) = Stream::channel(1);
    let mut heard = client.mirror(FlowMirror {}, items).await.unwrap();
    for at in 0..10_u8 {
        said.send(vec![at].into()).await.unwrap();
    }
    host.until_alive(2).await;
    guest.until_alive(1).await;

    let before = Instant::now();
    let stopping = tokio::spawn({
        let server = server.clone();
        async move { server.shutdown(SECOND * 5).await }
    });
    // One is read as fast as it goes, and still never ends.
    let lost = CallError::ConnectionLost { maybe_executed: true };
    let end = loop {
        match timeout(SOON, poured.next()).await.unwrap().unwrap() {
            Ok(item) => assert_eq!(item.len(), 1_000),
            Err(error) => break error,
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    assert_eq!(end, lost);
    assert_eq!(poured.next().await, None);
    let took = before.elapsed();
    assert!(took >= SECOND * 5 && took < SECOND * 7, "{took:?}");
    assert_eq!(timeout(SOON, stopping).await.unwrap().unwrap(), Ok(()));
    assert_eq!(drink.await.unwrap(), Err(lost.clone()));
    // What came before the end is there, and then the end.
    for at in 0..10_u8 {
        assert_eq!(heard.next().await, Some(Ok(vec![at].into())));
    }
    assert_eq!(heard.next().await, Some(Err(lost.clone())));
    assert_eq!(heard.next().await, None);
    // The server's own call learns of it too.
    let back = async {
        loop {
            match poured_back.next().await.unwrap() {
                Ok(_) => {}
                Err(error) => break error,
            }
        }
    };
    assert_eq!(timeout(SOON, back).await.unwrap(), lost);
    assert!(said.send(Bytes::new()).await.is_err());
    timeout(SOON, host.until_alive(0)).await.unwrap();
    timeout(SOON, guest.until_alive(0)).await.unwrap();
    let told = client.connection().closed().await;
    assert!(matches!(told, CloseReason::Peer { reason: Reason::ShuttingDown, .. }), "{told}");
}
