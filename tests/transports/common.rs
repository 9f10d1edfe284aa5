//! A protocol with a message for each behaviour, its handlers, and where the server of a test listens.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use network_protocol::{self as np, Bytes, ClientBuilder, Keypair, Limits, ServerBuilder, Stream};
use tokio::sync::{Semaphore, mpsc, watch};

/// Time enough for whatever ends by itself.
pub(crate) const SOON: Duration = Duration::from_secs(30);

#[np::protocol(package = "test::transports")]
pub(crate) enum Suite {
    #[np(reply = Bytes)]
    Echo(Bytes),
    #[np(reply = Result<u32, Wrong>)]
    Divide { number: u32, by: u32 },
    #[np(reply = Stream<u32>)]
    Count(u32),
    #[np(reply = u64)]
    Sum { numbers: Stream<u32> },
    #[np(reply = Stream<u32>)]
    Double { numbers: Stream<u32> },
    /// Items of 16 KiB without end; a window takes 16 of them.
    #[np(reply = Stream<Bytes>)]
    Pour,
    /// Is answered when the test lets it.
    #[np(reply = u32)]
    Hold,
    #[np(reply = Caller)]
    WhoAmI,
    /// Shows the server's side of the connection to the test.
    Hello,
    #[np(from(server), reply = u32)]
    Ask(u32),
    #[np(from(server))]
    Tell(String),
}

#[derive(np::Wire, Debug, PartialEq)]
#[np(error)]
pub(crate) enum Wrong {
    ByZero {
        number: u32,
    },
    #[np(unknown)]
    Unknown(np::RawVariant),
}

#[derive(np::Wire, Debug, PartialEq)]
pub(crate) struct Caller {
    pub(crate) transport: String,
    pub(crate) address: String,
    pub(crate) identity: String,
}

/// The server's handlers, and what they show.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) gate: Arc<Semaphore>,
    /// Handlers of `Hold` that run.
    pub(crate) holding: Arc<watch::Sender<usize>>,
    /// Items that `Pour` was asked for.
    pub(crate) poured: Arc<AtomicU32>,
    peers: mpsc::Sender<SuitePeer>,
}

struct Holding(Arc<watch::Sender<usize>>);

impl Holding {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Host {
    pub(crate) fn new() -> (Self, mpsc::Receiver<SuitePeer>) {
        let (peers, seen) = mpsc::channel(8);
        let gate = Arc::new(Semaphore::new(0));
        (Self { gate, holding: Arc::default(), poured: Arc::default(), peers }, seen)
    }

    pub(crate) async fn until_holding(&self, count: usize) {
        let mut holding = self.holding.subscribe();
        soon(holding.wait_for(|holding| *holding == count)).await.unwrap();
    }
}

impl SuiteHandler for Host {
    async fn echo(&self, _: &np::Cx, body: Bytes) -> Bytes {
        body
    }

    async fn divide(&self, _: &np::Cx, message: SuiteDivide) -> Result<u32, Wrong> {
        let SuiteDivide { number, by } = message;
        number.checked_div(by).ok_or(Wrong::ByZero { number })
    }

    async fn count(&self, _: &np::Cx, to: u32) -> Stream<u32> {
        Stream::from_iter(1..=to)
    }

    async fn sum(&self, _: &np::Cx, _: SuiteSum, mut numbers: Stream<u32>) -> u64 {
        let mut sum = 0;
        while let Some(Ok(number)) = numbers.next().await {
            sum += u64::from(number);
        }
        sum
    }

    async fn double(&self, _: &np::Cx, _: SuiteDouble, mut numbers: Stream<u32>) -> Stream<u32> {
        let (sender, doubled) = Stream::channel(4);
        tokio::spawn(async move {
            while let Some(Ok(number)) = numbers.next().await {
                if sender.send(2 * number).await.is_err() {
                    return;
                }
            }
        });
        doubled
    }

    async fn pour(&self, _: &np::Cx) -> Stream<Bytes> {
        let (poured, item) = (self.poured.clone(), Bytes::from(vec![7; 16_384]));
        Stream::from_iter(std::iter::repeat_with(move || {
            poured.fetch_add(1, Ordering::SeqCst);
            item.clone()
        }))
    }

    async fn hold(&self, _: &np::Cx) -> u32 {
        let _holding = Holding::new(&self.holding);
        self.gate.acquire().await.unwrap().forget();
        7
    }

    async fn who_am_i(&self, cx: &np::Cx) -> Caller {
        let peer = cx.peer();
        Caller {
            transport: peer.transport().to_owned(),
            address: peer.address().to_owned(),
            identity: peer.identity().to_string(),
        }
    }

    async fn hello(&self, cx: &np::Cx) {
        self.peers.send(SuitePeer::from(cx)).await.unwrap();
    }
}

/// The client's handlers.
pub(crate) struct Guest {
    heard: mpsc::Sender<String>,
}

impl SuiteClientHandler for Guest {
    async fn ask(&self, _: &np::Cx, number: u32) -> u32 {
        number + 1
    }

    async fn tell(&self, _: &np::Cx, text: String) {
        self.heard.send(text).await.ok();
    }
}

/// Where the server of a test listens, and what both sides say of how they are protected there.
#[derive(Clone)]
pub(crate) struct Place {
    /// What handlers see.
    pub(crate) transport: &'static str,
    pub(crate) address: String,
    /// How a handler sees the client.
    pub(crate) identity: String,
    server: Arc<dyn Fn(ServerBuilder) -> ServerBuilder + Send + Sync>,
    client: Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>,
    /// Removed with the last of them.
    _folder: Option<Arc<Folder>>,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A server that was dropped may not have come to its end yet.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

impl Place {
    /// A place where nothing has to be said for what `transport` gives by itself.
    fn plain(transport: &'static str, address: String, identity: String) -> Self {
        let (server, client) = (Arc::new(|builder| builder), Arc::new(|builder| builder));
        Self { transport, address, identity, server, client, _folder: None }
    }

    /// TCP, with a key on either side.
    pub(crate) fn tcp(host: &str) -> Self {
        let (server, client) = (Keypair::generate().unwrap(), Keypair::generate().unwrap());
        let (key, identity) = (server.public(), format!("key {}", client.public().fingerprint()));
        Self {
            server: Arc::new(move |builder| builder.identity(server.clone())),
            client: Arc::new(move |builder| builder.identity(client.clone()).server_key(key)),
            ..Self::plain("tcp", format!("tcp://{host}:0"), identity)
        }
    }

    /// TLS, whose clients show a certificate or not.
    #[cfg(feature = "tls")]
    pub(crate) fn tls(mutual: bool) -> Self {
        use network_protocol::tls::ClientConfig;
        use network_protocol::tls::dev::DevCertificates;

        let dev = DevCertificates::generate().unwrap();
        let (mut server, mut client) = (dev.server_config(), ClientConfig::new().ca_pem(&dev.ca));
        if mutual {
            (server, client) = (server.client_ca_pem(&dev.ca), dev.client_config());
        }
        Self {
            server: Arc::new(move |builder| builder.tls(server.clone())),
            client: Arc::new(move |builder| builder.tls(client.clone())),
            ..Self::plain("tls", "tls://127.0.0.1:0".to_owned(), identity(mutual, &dev))
        }
    }

    /// A socket in a folder of the test's own.
    #[cfg(unix)]
    pub(crate) fn local_path() -> Self {
        let path = std::env::temp_dir().join(unique());
        std::fs::create_dir(&path).unwrap();
        let address = format!("local://{}/socket", path.display());
        Self {
            _folder: Some(Arc::new(Folder(path))),
            ..Self::plain("local", address, this_process())
        }
    }

    /// A name that is nowhere on a disk.
    pub(crate) fn local_name() -> Self {
        Self::plain("local", format!("local://{}", unique()), this_process())
    }

    pub(crate) fn mem() -> Self {
        Self::plain("mem", format!("mem://{}", unique()), "anonymous".to_owned())
    }

    pub(crate) fn server(&self) -> ServerBuilder {
        (self.server)(np::server())
    }

    pub(crate) fn client(&self) -> ClientBuilder {
        (self.client)(np::client())
    }

    /// The same place at the address that a server has there.
    pub(crate) fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }
}

/// How a handler sees a client over TLS.
#[cfg(feature = "tls")]
fn identity(mutual: bool, dev: &network_protocol::tls::dev::DevCertificates) -> String {
    use rcgen::PublicKeyData as _;
    use sha2::Digest as _;

    if !mutual {
        return "anonymous".to_owned();
    }
    let key = rcgen::KeyPair::from_pem(&dev.client_key).unwrap();
    let pin =
        network_protocol::tls::Pin::new(sha2::Sha256::digest(key.subject_public_key_info()).into());
    format!("certificate {pin} of dev-client")
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("np-suite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn this_process() -> String {
    #[cfg(unix)]
    let user = {
        use std::os::unix::fs::MetadataExt;
        let uid = std::fs::metadata("/proc/self").map(|own| own.uid()).unwrap_or_default();
        format!("user {uid}, ")
    };
    #[cfg(not(unix))]
    let user = String::new();
    format!("{user}process {}", std::process::id())
}

/// A server, one connection to it, and both of its ends.
pub(crate) struct Link {
    pub(crate) server: np::Server,
    pub(crate) client: SuiteClient,
    pub(crate) peer: SuitePeer,
    pub(crate) host: Host,
    pub(crate) heard: mpsc::Receiver<String>,
}

impl Link {
    pub(crate) async fn new(place: &Place, limits: Limits) -> Self {
        let (host, mut peers) = Host::new();
        let server = serve(place, limits.clone(), host.clone()).await;
        let (client, heard) = connect(&place.at(server.address()), limits).await.unwrap();
        client.hello().await.unwrap();
        let peer = soon(peers.recv()).await.unwrap();
        Self { server, client, peer, host, heard }
    }
}

pub(crate) async fn serve(place: &Place, limits: Limits, host: Host) -> np::Server {
    let builder = place.server().limits(limits).add::<Suite, _>(host);
    builder.listen(&place.address).await.unwrap()
}

pub(crate) async fn connect(
    place: &Place,
    limits: Limits,
) -> np::Result<(SuiteClient, mpsc::Receiver<String>)> {
    let (heard, hear) = mpsc::channel(8);
    let builder = place.client().limits(limits).on::<Suite, _>(Guest { heard });
    Ok((builder.connect(&place.address).await?, hear))
}

/// What comes of this, which ends by itself.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, work).await.expect("it ends by itself")
}
