//! One-way messages and their credit: who has none waits, and everything arrives.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use network_protocol::{Bytes, Client as _, Limits};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::common::{FlowSay, FlowSayBack, Host, Link, SOON};

/// Octets that one-way messages may have on their way.
const WINDOW: u32 = 4_096;
/// A message of which the window takes four, as long as the fourth may go over it a little.
const BODY: usize = 1_000;

/// Handlers of one-way messages wait for the gate that comes along.
async fn gated() -> (Link, Arc<Semaphore>) {
    let limits = Limits::default().with_events_window(WINDOW).unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let host = || {
        let (host, peers) = Host::new(Duration::ZERO);
        (Host { gate: Some(gate.clone()), ..host }, peers)
    };
    let link = Link::of((host(), host().0), 64 * 1_024, limits, |stream| stream).await;
    (link, gate)
}

/// Lets everything go on that can.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

fn say(number: u32) -> FlowSay {
    FlowSay { number, body: vec![0; BODY].into() }
}

#[tokio::test(start_paused = true)]
async fn a_sender_without_credit_waits_for_handlers_and_nothing_is_lost() {
    let (link, gate) = gated().await;
    let Link { server, client, peer, host, guest } = &link;
    let sent = Arc::new(AtomicUsize::new(0));
    let mut sending = JoinSet::new();
    sending.spawn({
        let (client, sent) = (client.clone(), sent.clone());
        async move {
            for number in 0..100 {
                client.say(say(number)).await.unwrap();
                sent.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    settle().await;
    // As much as the window takes, and what goes over it is not one message more.
    let running = *host.saying.borrow();
    assert!((3..=4).contains(&running), "{running}");
    let waiting = || client.connection().stats().waiting_octets;
    assert!(sent.load(Ordering::SeqCst) <= running + 1 && waiting() <= BODY + 64, "{}", waiting());
    assert!(sending.try_join_next().is_none());
    // Calls do not wait with them.
    assert_eq!(timeout(SOON, client.echo(Bytes::new())).await.unwrap(), Ok(Bytes::new()));
    // Each that ends makes room for another, though not at once: credit goes back by halves.
    gate.add_permits(3);
    settle().await;
    let (heard, running) = (host.said.lock().unwrap().len(), *host.saying.borrow());
    assert!(heard == 3 && (2..=4).contains(&running), "{heard} {running}");
    assert!(sent.load(Ordering::SeqCst) <= 8);
    // The other way round it is the same.
    sending.spawn({
        let peer = peer.clone();
        async move {
            for number in 0..100 {
                let body = vec![0; BODY].into();
                peer.say_back(FlowSayBack { number, body }).await.unwrap();
            }
        }
    });
    settle().await;
    let running = *guest.saying.borrow();
    assert!((3..=4).contains(&running), "{running}");
    gate.add_permits(200);
    let all = async { while sending.join_next().await.transpose().unwrap().is_some() {} };
    timeout(SOON, all).await.unwrap();
    settle().await;
    for side in [host, guest] {
        assert!(side.said.lock().unwrap().iter().copied().eq(0..100));
    }
    assert_eq!(server.stats().session.one_way, 101);
}

#[tokio::test(start_paused = true)]
async fn a_message_larger_than_the_credit_there_is_arrives_whole() {
    let (link, gate) = gated().await;
    gate.add_permits(10);
    for number in 0..5 {
        let body = vec![0; usize::try_from(WINDOW).unwrap() * 5].into();
        let said = link.client.say(FlowSay { number, body }).into_future();
        timeout(SOON, said).await.unwrap().unwrap();
    }
    settle().await;
    assert_eq!(*link.host.said.lock().unwrap(), [0, 1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn senders_that_give_up_when_it_is_their_turn_leave_it_to_those_behind_them() {
    let (link, gate) = gated().await;
    // More than are woken together when there is credit.
    let mut first: Vec<_> =
        (0..100).map(|number| link.client.say(say(number)).into_future()).collect();
    let mut task = Context::from_waker(Waker::noop());
    let polled = first.iter_mut().map(|sent| Pin::new(sent).poll(&mut task));
    let sent = polled.filter(Poll::is_ready).count();
    assert!(sent < 10, "{sent}");
    let behind: Vec<_> =
        (100..150).map(|number| tokio::spawn(link.client.say(say(number)).into_future())).collect();
    settle().await;
    assert!(!behind.iter().any(JoinHandle::is_finished));
    // There is credit, and nobody whose turn it is takes it.
    gate.add_permits(200);
    settle().await;
    assert!(!behind.iter().any(JoinHandle::is_finished));
    drop(first);
    for task in behind {
        timeout(SOON, task).await.unwrap().unwrap().unwrap();
    }
    settle().await;
    let said = link.host.said.lock().unwrap().clone();
    assert!(said.iter().copied().eq((0..100).take(sent).chain(100..150)), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn messages_that_nobody_handles_or_whose_handlers_panic_give_their_credit_back() {
    let (link, _gate) = gated().await;
    for _ in 0..50 {
        for sent in [
            link.client.unheard(vec![0; BODY].into()).into_future(),
            link.client.trip(vec![0; BODY].into()).into_future(),
        ] {
            timeout(SOON, sent).await.unwrap().unwrap();
        }
    }
    assert_eq!(timeout(SOON, link.client.echo(Bytes::new())).await.unwrap(), Ok(Bytes::new()));
    assert_eq!(link.server.stats().session.one_way, 101);
}
