//! Handlers that panic in the middle of a stream. Their caller learns of it at once, after what came
//! before, and nobody else does.

use std::time::Duration;

use network_protocol::{Bytes, CallError, Limits, Stream};
use tokio::time::{Instant, timeout};

use crate::common::{FlowChoke, FlowFalter, FlowGarble, FlowPour, Link, SOON};

async fn link() -> Link {
    let limits = Limits::default().with_stream_window(4_096).unwrap();
    Link::new(4_096, limits, Duration::ZERO).await
}

/// The connection is as before, and so is a stream that was on it all the time.
async fn lives_on(link: &Link, beside: Stream<Bytes>, before: Instant) {
    let items: Vec<Bytes> = timeout(SOON, beside.try_collect()).await.unwrap().unwrap();
    assert_eq!(items.len(), 100);
    timeout(SOON, link.host.until_alive(0)).await.unwrap();
    timeout(SOON, link.guest.until_alive(0)).await.unwrap();
    let body = Bytes::from_static(b"on");
    assert!(link.client.echo(body.clone()).await.unwrap() == body);
    let stats = link.server.stats();
    assert_eq!((stats.served_in_flight, stats.connections), (0, 1));
    // Nobody had to wait for any limit of time.
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
}

async fn beside(link: &Link) -> Stream<Bytes> {
    link.client.pour(FlowPour { items: 100, octets: 1_000 }).await.unwrap()
}

/// So many items, then the panic, then nothing.
async fn breaks_off(mut stream: Stream<Bytes>, items: u32) {
    for _ in 0..items {
        let item = timeout(SOON, stream.next()).await.unwrap();
        assert_eq!(item.unwrap().unwrap().len(), 1_000);
    }
    let end = timeout(SOON, stream.next()).await.unwrap();
    assert_eq!(end, Some(Err(CallError::HandlerPanicked)));
    assert_eq!(stream.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn f20_a_stream_that_panics_in_the_middle_ends_after_what_it_sent() {
    for in_task in [false, true] {
        // Less than a window, and more than one.
        for items in [3, 50] {
            let (link, before) = (link().await, Instant::now());
            let other = beside(&link).await;
            let stream = link.client.falter(FlowFalter { items, in_task }).await.unwrap();
            breaks_off(stream, items).await;
            lives_on(&link, other, before).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f20_a_handler_that_panics_amid_what_it_is_sent_is_an_error_and_the_sending_ends() {
    for taken in [0, 3, 50] {
        let (link, before) = (link().await, Instant::now());
        let other = beside(&link).await;
        let endless = link.guest.items(u32::MAX, 1_000);
        let call = link.client.choke(FlowChoke { taken }, endless).into_future();
        assert_eq!(timeout(SOON, call).await.unwrap(), Err(CallError::HandlerPanicked));
        lives_on(&link, other, before).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f20_a_panic_amid_streams_both_ways_ends_both_of_them() {
    for taken in [1, 3, 50] {
        let (link, before) = (link().await, Instant::now());
        let other = beside(&link).await;
        let endless = link.guest.items(u32::MAX, 1_000);
        let stream = link.client.garble(FlowGarble { taken }, endless).await.unwrap();
        breaks_off(stream, taken).await;
        lives_on(&link, other, before).await;
    }
    // Before there is an answer at all.
    let (link, before) = (link().await, Instant::now());
    let other = beside(&link).await;
    let endless = link.guest.items(u32::MAX, 1_000);
    let refused = link.client.garble(FlowGarble { taken: 0 }, endless).await;
    assert_eq!(refused.map(drop), Err(CallError::HandlerPanicked));
    lives_on(&link, other, before).await;
}
