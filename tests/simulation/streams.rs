//! Streams each way, large values beside small calls and messages that nobody answers, over pipes
//! that are slow, narrow and at times cut. A ledger knows what was sent; what arrives is held
//! against it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use network_protocol::testing::{Dice, Faults};
use network_protocol::{self as np, Bytes, CallError, Client as _, Limits, Stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Streams whose items say where they belong.
#[np::protocol(package = "test::streams")]
enum Rivers {
    /// So many items.
    #[np(reply = Stream<Bytes>)]
    Pour {
        run: u64,
        items: u32,
    },
    /// Says how many items came.
    #[np(reply = u32)]
    Drink {
        run: u64,
        items: Stream<Bytes>,
    },
    /// What comes goes back.
    #[np(reply = Stream<Bytes>)]
    Mirror {
        run: u64,
        items: Stream<Bytes>,
    },
    #[np(reply = Bytes)]
    Echo(Bytes),
    Say {
        number: u32,
        filling: Bytes,
    },
}

const MILLISECOND: Duration = Duration::from_millis(1);
/// The longest item, in octets: several fragments of the largest size that is drawn.
const ITEM_MAX: u64 = 12_000;
/// The longest of items that are cut only where credit ends.
const ITEM_SHORT: u64 = 900;
/// What is done on one connection.
const ACTS: u64 = 6;

/// What is known of one stream.
#[derive(Default)]
struct Run {
    sent: u32,
    /// Its sender was at its end, and not only given up.
    ended: bool,
}

/// What both ends of a connection did.
#[derive(Clone)]
struct Ledger {
    runs: Arc<Mutex<BTreeMap<u64, Run>>>,
    said: Arc<Mutex<BTreeMap<u32, usize>>>,
    /// Streams and handlers that are not over.
    alive: Arc<AtomicUsize>,
    /// Whether the connection may be cut.
    lossy: bool,
    item_max: u64,
}

/// Octets that do not compress.
fn filling(run: u64, len: u64) -> Vec<u8> {
    let mut dice = Dice::new(run ^ len << 16);
    let words = (0..=len / 8).flat_map(|_| dice.roll().to_le_bytes());
    words.take(usize::try_from(len).unwrap()).collect()
}

/// Counts what is there, until it is dropped.
struct Alive(Arc<AtomicUsize>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Ledger {
    fn alive(&self) -> Alive {
        self.alive.fetch_add(1, Ordering::SeqCst);
        Alive(self.alive.clone())
    }

    /// The next item of a stream: its place, then filling whose length follows from that.
    fn send(&self, run: u64) -> Bytes {
        let mut runs = self.runs.lock().unwrap();
        let known = runs.entry(run).or_default();
        let mut item = run.to_le_bytes().to_vec();
        item.extend(known.sent.to_le_bytes());
        let len = Dice::new(run ^ u64::from(known.sent) << 32).below(self.item_max);
        item.extend(filling(run, len));
        known.sent += 1;
        item.into()
    }

    fn end(&self, run: u64) {
        self.runs.lock().unwrap().entry(run).or_default().ended = true;
    }

    /// A stream that makes its items when they are asked for.
    fn pour(&self, run: u64, items: u32) -> Stream<Bytes> {
        let (ledger, alive, mut left) = (self.clone(), self.alive(), items);
        Stream::from_iter(std::iter::from_fn(move || {
            let _alive = &alive;
            let Some(fewer) = left.checked_sub(1) else {
                ledger.end(run);
                return None;
            };
            left = fewer;
            Some(ledger.send(run))
        }))
    }

    /// Takes up to `most` items, and holds each and the end against what was sent.
    async fn take(&self, run: u64, items: &mut Stream<Bytes>, at: &mut u32, most: u32) -> bool {
        for _ in 0..most {
            let item = match items.next().await {
                Some(Ok(item)) => item,
                None => {
                    let runs = self.runs.lock().unwrap();
                    let (ended, sent) = runs.get(&run).map_or((false, 0), |it| (it.ended, it.sent));
                    assert!(ended, "run {run} ended cleanly before its sender did");
                    assert_eq!(*at, sent, "run {run} lacks items before a clean end");
                    return false;
                }
                Some(Err(error)) => {
                    self.excuse(&error);
                    assert_eq!(items.next().await, None, "a stream goes on after it failed");
                    return false;
                }
            };
            let mut runs = self.runs.lock().unwrap();
            let known = runs.get_mut(&run).unwrap();
            let mut place = run.to_le_bytes().to_vec();
            place.extend(at.to_le_bytes());
            assert_eq!(item[..12], place, "run {run}: not item {at}");
            let len = Dice::new(run ^ u64::from(*at) << 32).below(self.item_max);
            assert_eq!(u64::try_from(item.len()).unwrap(), 12 + len, "run {run}: item {at}");
            assert!(item[12..] == *filling(run, len), "run {run}: item {at} is broken");
            assert!(*at < known.sent, "run {run}: item {at} is invented");
            *at += 1;
        }
        true
    }

    /// Only a connection that is cut may end what nobody gave up, and it says so.
    fn excuse<E: std::fmt::Debug>(&self, error: &CallError<E>) {
        let lost = matches!(error, CallError::ConnectionLost { .. });
        assert!(self.lossy && lost, "{error:?}, and the connection may be cut: {}", self.lossy);
    }
}

impl RiversHandler for Ledger {
    async fn pour(&self, _: &np::Cx, message: RiversPour) -> Stream<Bytes> {
        Self::pour(self, message.run, message.items)
    }

    async fn drink(&self, _: &np::Cx, message: RiversDrink, mut items: Stream<Bytes>) -> u32 {
        let (_alive, mut at) = (self.alive(), 0);
        while self.take(message.run, &mut items, &mut at, 1).await {
            sleep(MILLISECOND * (at % 3)).await;
        }
        at
    }

    /// Its task outlives the connection, and is told of its end.
    async fn mirror(
        &self,
        _: &np::Cx,
        message: RiversMirror,
        mut items: Stream<Bytes>,
    ) -> Stream<Bytes> {
        let (sender, back) = Stream::channel(1);
        let (ledger, alive, run) = (self.clone(), self.alive(), message.run);
        tokio::spawn(async move {
            let (_alive, mut at) = (alive, 0);
            while ledger.take(run, &mut items, &mut at, 1).await {
                if sender.send(ledger.send(!run)).await.is_err() {
                    return;
                }
            }
            ledger.end(!run);
        });
        back
    }

    async fn echo(&self, _: &np::Cx, body: Bytes) -> Bytes {
        body
    }

    async fn say(&self, _: &np::Cx, message: RiversSay) {
        let _alive = self.alive();
        assert!(message.filling.iter().all(|octet| *octet == 0x5a), "a message is broken");
        *self.said.lock().unwrap().entry(message.number).or_default() += 1;
        sleep(MILLISECOND * (message.number % 4)).await;
    }
}

fn number(dice: &mut Dice, end: u64) -> u32 {
    u32::try_from(dice.below(end)).unwrap()
}

/// One thing that the client does.
async fn act(ledger: Ledger, client: RiversClient, run: u64, mut dice: Dice) {
    let items = number(&mut dice, 12 * ITEM_MAX / ledger.item_max);
    let mut at = 0;
    match dice.below(6) {
        // Reads all, or drops its end in the middle.
        0 | 1 => {
            let most = if dice.below(2) == 0 { items / 2 } else { items + 1 };
            match client.pour(RiversPour { run, items }).await {
                Ok(mut poured) => {
                    sleep(MILLISECOND * number(&mut dice, 50)).await;
                    ledger.take(run, &mut poured, &mut at, most).await;
                }
                Err(error) => ledger.excuse(&error),
            }
        }
        2 => {
            let given = Ledger::pour(&ledger, run, items);
            match client.drink(RiversDrink { run }, given).no_timeout().await {
                Ok(drunk) => assert_eq!(drunk, items, "run {run}: not all were taken"),
                Err(error) => ledger.excuse(&error),
            }
        }
        3 => mirror(&ledger, &client, run, items, dice).await,
        4 => {
            let len = usize::try_from(dice.below(3 * ITEM_MAX)).unwrap();
            let body = Bytes::from(vec![0x3c; len]);
            match client.echo(body.clone()).no_timeout().await {
                Ok(echoed) => assert_eq!(echoed, body, "the answer of another call"),
                Err(error) => ledger.excuse(&error),
            }
        }
        _ => {
            let filling = vec![0x5a; usize::try_from(dice.below(ITEM_MAX)).unwrap()].into();
            let number = u32::try_from(run).unwrap();
            ledger.said.lock().unwrap().insert(number, 0);
            let said = client.say(RiversSay { number, filling }).await;
            assert!(said.is_ok() || ledger.lossy, "{said:?}");
        }
    }
}

/// Sends some, is done with that while the answers still come, and reads those to their end, or
/// drops them.
async fn mirror(ledger: &Ledger, client: &RiversClient, run: u64, items: u32, mut dice: Dice) {
    let (sender, given) = Stream::channel(1);
    let mut back = match client.mirror(RiversMirror { run }, given).await {
        Ok(back) => back,
        Err(error) => return ledger.excuse(&error),
    };
    let sending = async {
        for _ in 0..items {
            if sender.send(ledger.send(run)).await.is_err() {
                return;
            }
        }
        ledger.end(run);
        drop(sender);
    };
    let reading = async {
        let most = items.saturating_sub(number(&mut dice, 2) * 4) + 1;
        let mut at = 0;
        if most > items {
            while ledger.take(!run, &mut back, &mut at, 1).await {}
        } else {
            let goes_on = ledger.take(!run, &mut back, &mut at, most).await;
            // A reader that stops for a while holds its sender up, and no other.
            sleep(MILLISECOND * 20).await;
            while goes_on && ledger.take(!run, &mut back, &mut at, 1).await {}
        }
    };
    tokio::join!(sending, reading);
}

pub(crate) fn simulate(seed: u64) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(run(seed));
}

async fn run(seed: u64) {
    let mut dice = Dice::new(seed);
    let window = 1_024 + number(&mut dice, 16_000);
    let limits = Limits::default()
        .with_stream_window(window)
        .and_then(|limits| limits.with_events_window(1_024 + number(&mut dice, 16_000)))
        .and_then(|limits| limits.with_fragment_bytes(1_024 + number(&mut dice, 4_000)))
        .and_then(|limits| limits.with_calls_in_flight(1 + number(&mut dice, 8)))
        .unwrap();
    let lossy = dice.below(2) == 0;
    let mut faults = Faults::new(dice.roll()).slices(2_000).delays(MILLISECOND * 2);
    if lossy {
        faults = faults.losses(200_000);
    }
    let ledger = Ledger {
        runs: Arc::default(),
        said: Arc::default(),
        alive: Arc::default(),
        lossy,
        item_max: if dice.below(2) == 0 { ITEM_SHORT } else { ITEM_MAX },
    };
    let (near, far) = tokio::io::duplex(512 + usize::try_from(dice.below(4_000)).unwrap());
    let (arrive, arrivals) = mpsc::channel(1);
    arrive.try_send(faults.wrap(far)).ok();
    let server = np::server().insecure_plain().limits(limits.clone());
    let server = server.add::<Rivers, _>(ledger.clone()).serve_on("pipes", arrivals).await.unwrap();
    let near = Mutex::new(Some(faults.wrap(near)));
    let open = move || {
        let near = near.lock().unwrap().take();
        async move { near.ok_or(std::io::ErrorKind::NotConnected.into()) }
    };
    let client = np::client().insecure_plain().limits(limits).offer::<Rivers>();
    let connection = match client.open_on("pipes", open).await {
        Ok(connection) => connection,
        Err(error) => return assert!(lossy, "{error}"),
    };
    let client: RiversClient = connection.client().unwrap();
    let mut acting = JoinSet::new();
    for run in 0..ACTS {
        acting.spawn(act(ledger.clone(), client.clone(), run, Dice::new(dice.roll())));
    }
    let all = async { while acting.join_next().await.transpose().unwrap().is_some() {} };
    timeout(Duration::from_secs(600), all).await.unwrap();
    // What was cancelled is answered a little later.
    sleep(Duration::from_secs(30)).await;
    let (ours, theirs) = (client.connection().stats(), server.stats());
    assert_eq!((ours.calls_in_flight, ours.served_in_flight, ours.waiting_octets), (0, 0, 0));
    assert_eq!((theirs.served_in_flight, theirs.waiting_octets), (0, 0));
    assert_eq!(ledger.alive.load(Ordering::SeqCst), 0, "streams or handlers outlive their calls");
    for (number, times) in ledger.said.lock().unwrap().iter() {
        assert!(*times == 1 || lossy && *times == 0, "message {number} came {times} times");
    }
}
