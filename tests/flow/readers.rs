//! Clients that open many streams and read nothing, and one that may have one at a time and reads
//! all.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use network_protocol::{self as np, Bytes, Client as _, Limits, Protocol as _};
use np::session::{
    ClientSecurity, ClockPolicy, CompressionOffer, Config, Event, MessageMemory, Security, Session,
};
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::common::{Flow, FlowClient, FlowDrink, FlowPour, Host, SOON};

const SECOND: Duration = Duration::from_secs(1);

/// What the pipe of a connection holds, each way.
const PIPE: usize = 64 * 1_024;

/// More than anybody here can keep.
const MANY: FlowPour = FlowPour { items: 5_000, octets: 1_000 };

/// A server, and where connections to it begin.
struct Place {
    server: np::Server,
    host: Host,
    arrive: mpsc::Sender<DuplexStream>,
}

impl Place {
    async fn new(limits: Limits) -> Self {
        let (host, _) = Host::new(Duration::ZERO);
        let (arrive, arrivals) = mpsc::channel(1);
        let server = np::server().insecure_plain().limits(limits).add::<Flow, _>(host.clone());
        let server = server.serve_on("pipes", arrivals).await.unwrap();
        Self { server, host, arrive }
    }

    async fn stream(arrive: &mpsc::Sender<DuplexStream>) -> DuplexStream {
        let (near, far) = tokio::io::duplex(PIPE);
        arrive.send(far).await.unwrap();
        near
    }

    async fn client(&self) -> FlowClient {
        let arrive = self.arrive.clone();
        let open = move || {
            let arrive = arrive.clone();
            async move { Ok(Self::stream(&arrive).await) }
        };
        let client = np::client().insecure_plain().offer::<Flow>();
        client.open_on("pipes", open).await.unwrap().client().unwrap()
    }

    /// Calls and streams of others go on.
    async fn serves(&self, honest: &FlowClient) {
        let body = Bytes::from_static(b"on");
        assert!(timeout(SOON, honest.echo(body.clone()).into_future()).await.unwrap() == Ok(body));
        let poured = honest.pour(FlowPour { items: 100, octets: 1_000 }).await.unwrap();
        let items = timeout(SOON, poured.try_collect::<Vec<_>>()).await.unwrap().unwrap();
        assert_eq!(items.len(), 100);
        self.host.made.fetch_sub(100, Ordering::SeqCst);
    }

    fn made(&self) -> u32 {
        self.host.made.load(Ordering::SeqCst)
    }

    /// All that was there for somebody is gone, and `others` are not.
    async fn is_rid_of(&self, others: usize) {
        timeout(SOON, self.host.until_alive(0)).await.unwrap();
        // Its end is told, and then it has a second to read that.
        tokio::time::sleep(SECOND * 2).await;
        let stats = self.server.stats();
        assert_eq!((stats.connections, stats.served_in_flight), (others, 0));
    }
}

fn limits(calls: u32) -> Limits {
    Limits::default().with_calls_in_flight(calls).unwrap()
}

/// Somebody who shakes hands and then keeps to nothing: what goes out is written by hand.
struct Rogue {
    stream: DuplexStream,
    calls: u32,
}

impl Rogue {
    /// One who lets the other side send whatever it likes, as far as its announced window goes.
    async fn new(place: &Place) -> Self {
        Self::over(Place::stream(&place.arrive).await, 1_073_741_824).await
    }

    async fn over(mut stream: DuplexStream, window: u32) -> Self {
        let limits = Limits::default().with_stream_window(window).unwrap();
        let config = Config {
            security: Security::Client(ClientSecurity::Plain),
            suite: np::noise::Suite::auto(),
            offers: vec![np::frame::control::Offer {
                name: Flow::NAME.to_owned(),
                version: Flow::VERSION,
                min: Flow::MIN_VERSION,
                fingerprint: Flow::fingerprint().0,
            }],
            limits: limits.into(),
            unix_ms: 0,
            clock: ClockPolicy::Warn,
            shapes: Vec::new(),
            compression: CompressionOffer::default(),
            memory: MessageMemory::default(),
        };
        let mut session = Session::new(config, Box::new(np::OsRandom), Instant::now()).unwrap();
        let (mut input, mut output) = (BytesMut::new(), Vec::new());
        loop {
            output.clear();
            session.poll_transmit(&mut output);
            stream.write_all(&output).await.unwrap();
            match session.poll_event() {
                Some(event) => assert!(matches!(event, Event::Established), "{event:?}"),
                None if session.established().is_some() => return Self { stream, calls: 0 },
                None => {
                    stream.read_buf(&mut input).await.unwrap();
                    session.handle_bytes(Instant::now(), &mut input);
                }
            }
        }
    }

    /// Opens so many streams, if the other side reads that.
    async fn pour(&mut self, count: u32) -> std::io::Result<()> {
        self.pour_these(count, MANY).await
    }

    async fn pour_these(&mut self, count: u32, what: FlowPour) -> std::io::Result<()> {
        let FlowPour { items, octets } = what;
        let (message, mut body) = (Flow::Pour { items, octets }, Vec::new());
        let number = message.number();
        message.encode(&mut body).unwrap();
        for _ in 0..count {
            let mut frame = u32::try_from(body.len()).unwrap().to_le_bytes().to_vec();
            frame.extend([1, 0]);
            frame.extend(number.to_le_bytes());
            frame.extend((2 * self.calls + 1).to_le_bytes());
            frame.extend(&body);
            self.calls += 1;
            self.stream.write_all(&frame).await?;
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn f23_streams_that_their_caller_does_not_read_cost_a_window_each() {
    for calls in [1, 2, 4, 32] {
        let place = Place::new(limits(calls).with_stream_window(4_096).unwrap()).await;
        let honest = place.client().await;
        let client = place.client().await;
        let mut opening = JoinSet::new();
        for _ in 0..200 {
            let client = client.clone();
            // A limit of time would let the next ones in.
            opening.spawn(async move { client.pour(MANY).no_timeout().await });
        }
        // None of those that are open is dropped here, nor read.
        let mut open = Vec::new();
        for _ in 0..calls {
            open.push(opening.join_next().await.unwrap().unwrap().unwrap());
        }
        tokio::time::sleep(SECOND * 60).await;
        assert!(opening.try_join_next().is_none());
        assert_eq!(*place.host.alive.borrow(), usize::try_from(calls).unwrap());
        // 256 KiB each, and what is taken ahead.
        assert!(place.made() <= calls * 275, "{calls}: {}", place.made());
        place.serves(&honest).await;
        opening.abort_all();
        drop((open, opening));
        client.connection().close().await;
        place.is_rid_of(1).await;
        place.serves(&honest).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f23_who_opens_a_hundred_thousand_streams_and_reads_nothing_is_thrown_out() {
    for calls in [1, 2, 4, 32] {
        let place = Place::new(limits(calls)).await;
        let honest = place.client().await;
        let mut rogue = Rogue::new(&place).await;
        let most = {
            let mut alive = place.host.alive.subscribe();
            tokio::spawn(async move {
                let mut most = 0;
                loop {
                    most = most.max(*alive.borrow_and_update());
                    if (most > 0 && *alive.borrow() == 0) || alive.changed().await.is_err() {
                        return most;
                    }
                }
            })
        };
        assert!(rogue.pour(100_000).await.is_err(), "nobody takes all that");
        // Its output is at its high-water, whatever the window is.
        let most_items = u32::try_from(2 * PIPE).unwrap() / 1_000 + calls * 20;
        assert!(place.made() <= most_items, "{calls}: {}", place.made());
        place.is_rid_of(1).await;
        assert!(timeout(SOON, most).await.unwrap().unwrap() <= usize::try_from(calls).unwrap());
        place.serves(&honest).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f23_who_opens_no_more_than_it_may_and_reads_nothing_has_the_time_of_a_stalled_write() {
    for calls in [1, 2, 4, 32] {
        // It is not for its silence that it goes.
        let patient = limits(calls).with_heartbeat(Duration::ZERO).unwrap();
        let place = Place::new(patient).await;
        let honest = place.client().await;
        let mut rogue = Rogue::new(&place).await;
        rogue.pour(calls).await.unwrap();
        let stall = Limits::default().write_stall();
        tokio::time::sleep(stall - SECOND).await;
        // The first of them fills the output, and the others wait for room before they begin.
        assert_eq!(*place.host.alive.borrow(), 1);
        let most_items = u32::try_from(2 * PIPE).unwrap() / 1_000 + calls * 20;
        assert!(place.made() <= most_items, "{calls}: {}", place.made());
        place.serves(&honest).await;
        tokio::time::sleep(SECOND * 4).await;
        place.is_rid_of(1).await;
        place.serves(&honest).await;
    }
}

/// Counts how often somebody looks whether there is something to read.
struct Looked(DuplexStream, Arc<AtomicU32>);

impl AsyncRead for Looked {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        // Who turns for nothing would do so for ever, with the clock standing still.
        assert!(self.1.fetch_add(1, Ordering::SeqCst) < 10_000, "it does not sleep");
        Pin::new(&mut self.0).poll_read(task, into)
    }
}

impl AsyncWrite for Looked {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(task, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(task)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(task)
    }
}

#[tokio::test(start_paused = true)]
async fn f23_who_gives_no_credit_for_many_long_items_keeps_nobody_busy() {
    let (host, _) = Host::new(Duration::ZERO);
    let (arrive, arrivals) = mpsc::channel(1);
    let silent = Limits::default().with_heartbeat(Duration::ZERO).unwrap();
    let server = np::server().insecure_plain().limits(silent).add::<Flow, _>(host.clone());
    let server = server.serve_on("pipes", arrivals).await.unwrap();
    let (near, far) = tokio::io::duplex(1_024 * 1_024);
    let looks = Arc::new(AtomicU32::new(0));
    arrive.send(Looked(far, looks.clone())).await.unwrap();
    let mut rogue = Rogue::over(near, 1_024).await;
    rogue.pour_these(10, FlowPour { items: 5, octets: 4_000 }).await.unwrap();
    tokio::time::sleep(SECOND).await;
    // Each is in the middle of its first item, or waits to begin it.
    assert_eq!(*host.alive.borrow(), 10);
    let before = looks.load(Ordering::SeqCst);
    tokio::time::sleep(SECOND * 600).await;
    let looked = looks.load(Ordering::SeqCst) - before;
    assert!(looked < 10, "{looked}");
    assert_eq!((*host.alive.borrow(), server.connections()), (10, 1));
}

#[tokio::test(start_paused = true)]
async fn f24_with_one_call_at_a_time_all_streams_come_whole() {
    let narrow = limits(1).with_stream_window(1_024).unwrap().with_write_high_water(1_024).unwrap();
    let place = Place::new(narrow).await;
    let client = place.client().await;
    let mut reading = JoinSet::new();
    for items in 0..100 {
        let client = client.clone();
        reading.spawn(async move {
            let poured = client.pour(FlowPour { items, octets: 1_500 }).await.unwrap();
            let poured: Vec<Bytes> = poured.try_collect().await.unwrap();
            assert_eq!(poured.len(), usize::try_from(items).unwrap());
            let given = np::Stream::from_iter((0..items).map(|_| Bytes::from(vec![7; 1_500])));
            let drunk = client.drink(FlowDrink {}, given).await;
            assert_eq!(drunk, Ok(u64::from(items) * 1_500));
        });
    }
    let all = async { while reading.join_next().await.transpose().unwrap().is_some() {} };
    timeout(SOON, all).await.unwrap();
    place.is_rid_of(1).await;
}
