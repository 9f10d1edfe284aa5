//! Everything at once, from both sides, over narrow and slow pipes, drawn from a seed: it all comes
//! through, and nothing is left.

use std::time::Duration;

use network_protocol::testing::{Dice, Faults};
use network_protocol::{Bytes, CallError, Client as _, Limits, Stream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::common::{
    FlowClient, FlowDrink, FlowDrinkBack, FlowMirror, FlowPeer, FlowPour, FlowPourBack, FlowSay,
    FlowSayBack, Host, Link,
};

const MILLISECOND: Duration = Duration::from_millis(1);

/// One side of a connection, as whoever calls the other.
#[derive(Clone)]
enum From {
    Client(FlowClient),
    Server(FlowPeer),
}

impl From {
    async fn echo(&self, body: Bytes) -> Result<Bytes, CallError> {
        match self {
            Self::Client(client) => client.echo(body).no_timeout().await,
            Self::Server(peer) => peer.echo_back(body).no_timeout().await,
        }
    }

    async fn pour(&self, items: u32, octets: u32) -> Result<Stream<Bytes>, CallError> {
        match self {
            Self::Client(client) => client.pour(FlowPour { items, octets }).await,
            Self::Server(peer) => peer.pour_back(FlowPourBack { items, octets }).await,
        }
    }

    async fn drink(&self, items: Stream<Bytes>) -> Result<u64, CallError> {
        match self {
            Self::Client(client) => client.drink(FlowDrink {}, items).no_timeout().await,
            Self::Server(peer) => peer.drink_back(FlowDrinkBack {}, items).no_timeout().await,
        }
    }

    async fn say(&self, number: u32, body: Bytes) {
        match self {
            Self::Client(client) => client.say(FlowSay { number, body }).await.unwrap(),
            Self::Server(peer) => peer.say_back(FlowSayBack { number, body }).await.unwrap(),
        }
    }
}

fn number(dice: &mut Dice, end: u64) -> u32 {
    u32::try_from(dice.below(end)).unwrap()
}

/// One thing of many that a side may do, at its own pace.
async fn act(from: From, at: u32, mut dice: Dice) {
    let (items, octets) = (number(&mut dice, 30), number(&mut dice, 3_000));
    let body = |len: u32| Bytes::from(vec![7; len.try_into().unwrap()]);
    match dice.below(6) {
        0 => {
            let body = body(number(&mut dice, 20_000));
            assert!(from.echo(body.clone()).await.unwrap() == body);
        }
        1 => {
            let mut poured = from.pour(items, octets).await.unwrap();
            for _ in 0..items {
                assert!(poured.next().await.unwrap().unwrap() == body(octets));
                sleep(MILLISECOND * number(&mut dice, 4)).await;
            }
            assert_eq!(poured.next().await, None);
        }
        2 => {
            // Gives up half way.
            let mut poured = from.pour(items, octets).await.unwrap();
            for _ in 0..items / 2 {
                poured.next().await.unwrap().unwrap();
            }
        }
        3 => {
            let (sender, given) = Stream::channel(2);
            let (drunk, ()) = tokio::join!(from.drink(given), async move {
                for _ in 0..items {
                    sender.send(body(octets)).await.unwrap();
                    sleep(MILLISECOND * number(&mut dice, 4)).await;
                }
            });
            assert_eq!(drunk, Ok(u64::from(items * octets)));
        }
        4 if matches!(from, From::Client(_)) => {
            let From::Client(client) = from else { return };
            let (sender, given) = Stream::channel(2);
            let mut back = client.mirror(FlowMirror {}, given).await.unwrap();
            for _ in 0..items {
                sender.send(body(octets)).await.unwrap();
                assert!(back.next().await.unwrap().unwrap() == body(octets));
            }
            drop(sender);
            assert_eq!(back.next().await, None);
        }
        _ => from.say(at, body(octets)).await,
    }
}

fn limits(dice: &mut Dice) -> Limits {
    let mut draw = |end| 1_024 + number(dice, end);
    Limits::default()
        .with_write_high_water(draw(8_192))
        .and_then(|limits| limits.with_stream_window(draw(8_192)))
        .and_then(|limits| limits.with_events_window(draw(8_192)))
        .and_then(|limits| limits.with_fragment_bytes(draw(4_096)))
        .and_then(|limits| limits.with_calls_in_flight(1 + draw(8) % 8))
        .unwrap()
}

async fn everything_at_once(seed: u64) {
    let mut dice = Dice::new(seed);
    let pace = MILLISECOND * number(&mut dice, 3);
    let hosts = (Host::new(pace), Host::new(pace).0);
    let mut faults = Faults::new(seed).slices(700);
    if dice.below(2) == 0 {
        faults = faults.delays(MILLISECOND * 3);
    }
    let pipe = usize::try_from(64 + dice.below(2_000)).unwrap();
    let link = Link::of(hosts, pipe, limits(&mut dice), |stream| faults.wrap(stream)).await;
    let mut acting = JoinSet::new();
    for at in 0..60 {
        let from = match dice.below(2) {
            0 => From::Client(link.client.clone()),
            _ => From::Server(link.peer.clone()),
        };
        acting.spawn(act(from, at, Dice::new(dice.roll())));
    }
    let all = async { while acting.join_next().await.transpose().unwrap().is_some() {} };
    timeout(Duration::from_secs(600), all).await.unwrap();
    for host in [&link.host, &link.guest] {
        timeout(Duration::from_secs(60), host.until_alive(0)).await.unwrap();
        host.saying.subscribe().wait_for(|saying| *saying == 0).await.unwrap();
    }
    // What was cancelled is answered a little later.
    sleep(Duration::from_secs(5)).await;
    let (client, server) = (link.client.connection().stats(), link.server.stats());
    assert_eq!((client.calls_in_flight, client.served_in_flight), (0, 0), "{seed}");
    assert_eq!((server.calls_in_flight, server.served_in_flight), (0, 0), "{seed}");
    assert_eq!((client.waiting_octets, server.connections), (0, 1), "{seed}");
}

#[tokio::test(start_paused = true)]
async fn everything_at_once_comes_through_narrow_pipes() {
    for seed in 0..16 {
        everything_at_once(seed).await;
    }
}
