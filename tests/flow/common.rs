//! A protocol whose messages flow both ways, the same handlers for both of its sides, and a
//! connection of narrow pipes.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use network_protocol::{self as np, Bytes, Limits, Stream};
use tokio::io::DuplexStream;
use tokio::sync::{Semaphore, mpsc, watch};

#[np::protocol(package = "test::flow")]
pub(crate) enum Flow {
    /// So many items of so many octets.
    #[np(reply = Stream<Bytes>)]
    Pour {
        items: u32,
        octets: u32,
    },
    /// Says how many octets came.
    #[np(reply = u64)]
    Drink {
        items: Stream<Bytes>,
    },
    /// What comes goes back.
    #[np(reply = Stream<Bytes>)]
    Mirror {
        items: Stream<Bytes>,
    },
    #[np(reply = Bytes)]
    Echo(Bytes),
    Say {
        number: u32,
        body: Bytes,
    },
    /// Its handler panics.
    Trip(Bytes),
    /// Nobody handles it.
    Unheard(Bytes),
    /// So many items, and then a panic: of the stream, or of a task that sends it.
    #[np(reply = Stream<Bytes>)]
    Falter {
        items: u32,
        in_task: bool,
    },
    /// Takes so many items, and panics.
    #[np(reply = u64)]
    Choke {
        taken: u32,
        items: Stream<Bytes>,
    },
    /// Sends back so many items, and panics: its handler if there are none of them, a task of it
    /// otherwise.
    #[np(reply = Stream<Bytes>)]
    Garble {
        taken: u32,
        items: Stream<Bytes>,
    },
    /// Shows the server's side of the connection to the test.
    Hello,
    #[np(from(server), reply = Stream<Bytes>)]
    PourBack {
        items: u32,
        octets: u32,
    },
    #[np(from(server), reply = u64)]
    DrinkBack {
        items: Stream<Bytes>,
    },
    #[np(from(server), reply = Bytes)]
    EchoBack(Bytes),
    #[np(from(server))]
    SayBack {
        number: u32,
        body: Bytes,
    },
}

/// Time enough for whatever ends by itself. The clock stands still while anything goes on.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// What the handlers of one side do and show.
#[derive(Clone)]
pub(crate) struct Host {
    /// How long a handler takes for one item, call or message.
    pub(crate) pace: Duration,
    /// What `Say` needs one of to end, if it waits at all.
    pub(crate) gate: Option<Arc<Semaphore>>,
    /// The numbers that `Say` said.
    pub(crate) said: Arc<Mutex<Vec<u32>>>,
    /// Handlers of `Say` that run.
    pub(crate) saying: Arc<watch::Sender<usize>>,
    /// Streams that are being sent, and handlers that take one.
    pub(crate) alive: Arc<watch::Sender<usize>>,
    /// Items that were asked of streams.
    pub(crate) made: Arc<AtomicU32>,
    /// Where `Hello` puts the other side.
    pub(crate) peers: mpsc::Sender<FlowPeer>,
}

/// Counts what is there, until it is dropped.
pub(crate) struct Counted(Arc<watch::Sender<usize>>);

impl Counted {
    pub(crate) fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// So many items, of which each is there at once.
struct Items {
    left: u32,
    octets: usize,
    made: Arc<AtomicU32>,
    _counted: Counted,
}

impl Iterator for Items {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        self.left = self.left.checked_sub(1)?;
        self.made.fetch_add(1, Ordering::SeqCst);
        Some(vec![7; self.octets].into())
    }
}

impl Host {
    pub(crate) fn new(pace: Duration) -> (Self, mpsc::Receiver<FlowPeer>) {
        let (peers, seen) = mpsc::channel(8);
        let host = Self {
            pace,
            gate: None,
            said: Arc::default(),
            saying: Arc::default(),
            alive: Arc::default(),
            made: Arc::default(),
            peers,
        };
        (host, seen)
    }

    pub(crate) async fn until_alive(&self, count: usize) {
        self.alive.subscribe().wait_for(|alive| *alive == count).await.unwrap();
    }

    /// A stream of so many items.
    pub(crate) fn items(&self, items: u32, octets: u32) -> Stream<Bytes> {
        Stream::from_iter(Items {
            left: items,
            octets: octets.try_into().unwrap(),
            made: self.made.clone(),
            _counted: Counted::new(&self.alive),
        })
    }

    async fn drink_all(&self, mut items: Stream<Bytes>) -> u64 {
        let (_counted, mut octets) = (Counted::new(&self.alive), 0);
        while let Some(Ok(item)) = items.next().await {
            octets += u64::try_from(item.len()).unwrap();
            tokio::time::sleep(self.pace).await;
        }
        octets
    }

    async fn hear(&self, number: u32) {
        let _counted = Counted::new(&self.saying);
        tokio::time::sleep(self.pace).await;
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        self.said.lock().unwrap().push(number);
    }
}

impl FlowHandler for Host {
    async fn pour(&self, _: &np::Cx, message: FlowPour) -> Stream<Bytes> {
        self.items(message.items, message.octets)
    }

    async fn drink(&self, _: &np::Cx, _: FlowDrink, items: Stream<Bytes>) -> u64 {
        self.drink_all(items).await
    }

    async fn mirror(&self, _: &np::Cx, _: FlowMirror, items: Stream<Bytes>) -> Stream<Bytes> {
        items
    }

    async fn echo(&self, _: &np::Cx, body: Bytes) -> Bytes {
        tokio::time::sleep(self.pace).await;
        body
    }

    async fn say(&self, _: &np::Cx, message: FlowSay) {
        self.hear(message.number).await;
    }

    async fn trip(&self, _: &np::Cx, body: Bytes) {
        panic!("as told by {} octets", body.len());
    }

    async fn falter(&self, _: &np::Cx, message: FlowFalter) -> Stream<Bytes> {
        let items = (0..=message.items).map(move |at| match at < message.items {
            true => Bytes::from(vec![7; 1_000]),
            false => panic!("as told"),
        });
        if !message.in_task {
            return Stream::from_iter(items);
        }
        let (sender, stream) = Stream::channel(1);
        tokio::spawn(async move {
            for item in items {
                sender.send(item).await.unwrap();
            }
        });
        stream
    }

    async fn choke(&self, _: &np::Cx, message: FlowChoke, mut items: Stream<Bytes>) -> u64 {
        let _counted = Counted::new(&self.alive);
        for _ in 0..message.taken {
            items.next().await.unwrap().unwrap();
        }
        panic!("as told");
    }

    async fn garble(
        &self,
        _: &np::Cx,
        message: FlowGarble,
        mut items: Stream<Bytes>,
    ) -> Stream<Bytes> {
        assert!(message.taken > 0, "as told");
        let (sender, stream) = Stream::channel(1);
        let counted = Counted::new(&self.alive);
        tokio::spawn(async move {
            let _counted = counted;
            for _ in 0..message.taken {
                sender.send(items.next().await.unwrap().unwrap()).await.unwrap();
            }
            panic!("as told");
        });
        stream
    }

    async fn hello(&self, cx: &np::Cx) {
        self.peers.send(FlowPeer::from(cx)).await.unwrap();
    }
}

impl FlowClientHandler for Host {
    async fn pour_back(&self, _: &np::Cx, message: FlowPourBack) -> Stream<Bytes> {
        self.items(message.items, message.octets)
    }

    async fn drink_back(&self, _: &np::Cx, _: FlowDrinkBack, items: Stream<Bytes>) -> u64 {
        self.drink_all(items).await
    }

    async fn echo_back(&self, _: &np::Cx, body: Bytes) -> Bytes {
        tokio::time::sleep(self.pace).await;
        body
    }

    async fn say_back(&self, _: &np::Cx, message: FlowSayBack) {
        self.hear(message.number).await;
    }
}

/// A server, one connection to it, and both of its ends.
pub(crate) struct Link {
    pub(crate) server: np::Server,
    pub(crate) client: FlowClient,
    pub(crate) peer: FlowPeer,
    /// The handlers of the server.
    pub(crate) host: Host,
    /// The handlers of the client.
    pub(crate) guest: Host,
}

impl Link {
    /// Over pipes that hold so many octets each way, with these limits for both sides and
    /// handlers of this pace.
    pub(crate) async fn new(pipe: usize, limits: Limits, pace: Duration) -> Self {
        let hosts = (Host::new(pace), Host::new(pace).0);
        Self::of(hosts, pipe, limits, |stream| stream).await
    }

    pub(crate) async fn of<S: np::ByteStream>(
        ((host, mut peers), guest): ((Host, mpsc::Receiver<FlowPeer>), Host),
        pipe: usize,
        limits: Limits,
        mut wrap: impl FnMut(DuplexStream) -> S,
    ) -> Self {
        let (near, far) = tokio::io::duplex(pipe);
        let (arrive, arrivals) = mpsc::channel(1);
        arrive.try_send(wrap(far)).ok();
        let server = np::server().insecure_plain().limits(limits.clone());
        let server = server.add::<Flow, _>(host.clone()).serve_on("pipes", arrivals).await.unwrap();
        let near = Mutex::new(Some(wrap(near)));
        let open = move || {
            let near = near.lock().unwrap().take();
            async move { near.ok_or(std::io::ErrorKind::NotConnected.into()) }
        };
        let client = np::client().insecure_plain().limits(limits).on::<Flow, _>(guest.clone());
        let connection = client.open_on("pipes", open).await.unwrap();
        let client: FlowClient = connection.client().unwrap();
        client.hello().await.unwrap();
        let peer = peers.recv().await.unwrap();
        Self { server, client, peer, host, guest }
    }
}
