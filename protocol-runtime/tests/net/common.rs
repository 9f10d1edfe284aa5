//! A protocol written by hand in the shape that is generated, its handlers, and ways to start it.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::manual_async_fn,
    reason = "fails like a test, and looks like generated code"
)]

use std::convert::Infallible;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use protocol_runtime::call::{Call, Notify};
use protocol_runtime::caller::Caller;
use protocol_runtime::client::ClientBuilder;
use protocol_runtime::connection::Connection;
use protocol_runtime::cx::Cx;
use protocol_runtime::error::Fault;
use protocol_runtime::fingerprint::Fingerprint;
use protocol_runtime::noise::Keypair;
use protocol_runtime::protocol::{Protocol, side};
use protocol_runtime::schema::{End, MessageSchema, ProtocolSchema, ReplySchema};
use protocol_runtime::serve::{Client, Serve};
use protocol_runtime::server::{Server, ServerBuilder};
use protocol_runtime::wire::{DecodeError, DecodeOptions, EncodeError, Root};
use tokio::sync::{Semaphore, mpsc, watch};

pub(crate) const ECHO: u16 = 1;
pub(crate) const DIVIDE: u16 = 2;
pub(crate) const SAY: u16 = 3;
pub(crate) const WAIT: u16 = 4;
pub(crate) const PANIC: u16 = 5;
pub(crate) const MISSING: u16 = 6;
pub(crate) const PUSH: u16 = 7;
pub(crate) const ASK: u16 = 8;
pub(crate) const REFUSE: u16 = 9;
pub(crate) const BIG: u16 = 10;
pub(crate) const WHO: u16 = 11;
pub(crate) const SILENT: u16 = 12;
pub(crate) const STAY: u16 = 13;
pub(crate) const TICK: u16 = 16;
pub(crate) const QUESTION: u16 = 17;
pub(crate) const UNKNOWN: u16 = 99;

/// The protocol. Tests call by number, so the enum has nothing in it.
pub(crate) enum Probe {}

/// The same protocol in a version that does not suit.
pub(crate) enum NewProbe {}

/// Another protocol that nobody here serves unless told to.
pub(crate) enum Other {}

fn text() -> Option<&'static protocol_runtime::schema::TypeSchema> {
    <String as Root>::schema()
}

fn nothing() -> Option<&'static protocol_runtime::schema::TypeSchema> {
    None
}

const fn request(number: u16, name: &'static str, from: End) -> MessageSchema {
    from_end(MessageSchema::new(number, name, text), from).reply(ReplySchema::new(text))
}

const fn one_way(number: u16, name: &'static str, from: End) -> MessageSchema {
    from_end(MessageSchema::new(number, name, nothing), from)
}

const fn from_end(message: MessageSchema, end: End) -> MessageSchema {
    match end {
        End::Client => message,
        End::Server => message.from_server(),
    }
}

static PROBE: ProtocolSchema = ProtocolSchema::new(
    "test::Probe",
    &[
        request(ECHO, "Echo", End::Client),
        request(DIVIDE, "Divide", End::Client),
        one_way(SAY, "Say", End::Client),
        request(WAIT, "Wait", End::Client),
        request(PANIC, "Panic", End::Client),
        request(MISSING, "Missing", End::Client),
        request(PUSH, "Push", End::Client),
        request(ASK, "Ask", End::Client),
        request(REFUSE, "Refuse", End::Client),
        request(BIG, "Big", End::Client),
        request(WHO, "Who", End::Client),
        request(SILENT, "Silent", End::Client),
        one_way(STAY, "Stay", End::Client),
        one_way(TICK, "Tick", End::Server),
        request(QUESTION, "Question", End::Server),
    ],
);

static OTHER: ProtocolSchema =
    ProtocolSchema::new("test::Other", &[request(ECHO, "Echo", End::Client)]);

macro_rules! protocol {
    ($name:ident, $schema:expr, $wire:literal, $version:literal, $min:literal) => {
        impl Protocol for $name {
            const NAME: &'static str = $wire;
            const VERSION: u32 = $version;
            const MIN_VERSION: u32 = $min;

            fn schema() -> &'static ProtocolSchema {
                &$schema
            }

            fn fingerprint() -> Fingerprint {
                static ONCE: OnceLock<Fingerprint> = OnceLock::new();
                *ONCE.get_or_init(|| Fingerprint([$version; 16]))
            }

            fn number(&self) -> u16 {
                match *self {}
            }

            fn encode(self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
                match self {}
            }

            fn decode(_: u16, _: &Bytes, _: &DecodeOptions) -> Result<Option<Self>, DecodeError> {
                Ok(None)
            }
        }
    };
}

protocol!(Probe, PROBE, "test::Probe", 1, 1);
protocol!(NewProbe, PROBE, "test::Probe", 9, 8);
protocol!(Other, OTHER, "test::Other", 1, 1);

/// What the server's handlers do and show.
#[derive(Clone)]
pub(crate) struct Host {
    /// `Wait` and `Stay` need a permit to end.
    pub(crate) gate: Arc<Semaphore>,
    /// What `Say` said.
    pub(crate) said: mpsc::Sender<String>,
    /// How many of `Wait` and `Stay` run, dropped ones not counted.
    pub(crate) running: Arc<watch::Sender<usize>>,
    /// How many of them came to their end.
    pub(crate) ended: Arc<AtomicUsize>,
    /// How many handlers were started.
    pub(crate) started: Arc<AtomicUsize>,
}

/// Counts a running handler, whether it ends or is dropped.
struct Running(Arc<watch::Sender<usize>>);

impl Running {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Host {
    pub(crate) fn new() -> (Self, mpsc::Receiver<String>) {
        let (said, hear) = mpsc::channel(100_000);
        let host = Self {
            gate: Arc::new(Semaphore::new(0)),
            said,
            running: Arc::new(watch::channel(0).0),
            ended: Arc::default(),
            started: Arc::default(),
        };
        (host, hear)
    }

    /// Waits until so many of `Wait` and `Stay` run.
    pub(crate) async fn until_running(&self, count: usize) {
        self.running.subscribe().wait_for(|running| *running == count).await.expect("a sender");
    }

    async fn wait(&self) {
        let _running = Running::new(&self.running);
        self.gate.acquire().await.expect("open").forget();
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    async fn divide(&self, by: u32) -> Result<u32, String> {
        100_u32.checked_div(by).ok_or_else(|| "by zero".to_owned())
    }

    async fn push(&self, cx: &Cx, count: u32) {
        let caller = cx.caller::<Probe>();
        for tick in 0..count {
            caller.notify(TICK, tick).await.expect("an open connection");
        }
    }

    async fn ask(&self, cx: &Cx, question: String) -> String {
        let call: Call<String, String, Infallible> = cx.caller::<Probe>().call(QUESTION, question);
        call.await
            .map_or_else(|error| format!("failed: {error}"), |answer| format!("they say {answer}"))
    }
}

impl Serve<Host> for Probe {
    fn dispatch(
        handler: Arc<Host>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        async move {
            handler.started.fetch_add(1, Ordering::SeqCst);
            match number {
                ECHO => {
                    let Some(text) = cx.decode::<String>(&body) else { return };
                    drop(body);
                    cx.reply(&text);
                }
                DIVIDE => {
                    let Some(by) = cx.decode::<u32>(&body) else { return };
                    match handler.divide(by).await {
                        Ok(quotient) => cx.reply(&quotient),
                        Err(error) => cx.reply_error(&error),
                    }
                }
                SAY => {
                    let Some(text) = cx.decode::<String>(&body) else { return };
                    handler.said.send(text).await.expect("somebody hears");
                    cx.done();
                }
                WAIT => {
                    handler.wait().await;
                    cx.reply(&7_u32);
                }
                STAY => {
                    handler.wait().await;
                    cx.done();
                }
                PANIC => panic!("as told"),
                MISSING => {
                    let nothing: () = cx.unimplemented().await;
                    cx.reply(&nothing);
                }
                PUSH => {
                    let Some(count) = cx.decode::<u32>(&body) else { return };
                    handler.push(&cx, count).await;
                    cx.reply(&());
                }
                ASK => {
                    let Some(question) = cx.decode::<String>(&body) else { return };
                    let answer = handler.ask(&cx, question).await;
                    cx.reply(&answer);
                }
                REFUSE => {
                    let text = "not today".into();
                    let nothing: () = cx.fail(Fault::Refused { text }).await;
                    cx.reply(&nothing);
                }
                BIG => {
                    let Some(len) = cx.decode::<u32>(&body) else { return };
                    cx.reply(&Bytes::from(vec![7; usize::try_from(len).expect("a size")]));
                }
                WHO => {
                    let peer = cx.peer();
                    let (identity, principal) = (peer.identity(), peer.principal());
                    let name = principal.unwrap_or("nobody");
                    let who =
                        format!("{identity}, {name} {:?} over {}", peer.roles(), peer.transport());
                    cx.reply(&who);
                }
                SILENT => {}
                _ => cx.unknown(),
            }
        }
    }
}

impl Serve<Host> for NewProbe {
    fn dispatch(
        handler: Arc<Host>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        Probe::dispatch(handler, cx, number, body)
    }
}

impl Serve<Host> for Other {
    fn dispatch(
        handler: Arc<Host>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        Probe::dispatch(handler, cx, number, body)
    }
}

/// What the client does with messages from the server.
pub(crate) struct Guest {
    pub(crate) ticks: mpsc::Sender<u32>,
}

impl Guest {
    pub(crate) fn new() -> (Self, mpsc::Receiver<u32>) {
        let (ticks, seen) = mpsc::channel(100_000);
        (Self { ticks }, seen)
    }
}

impl Serve<Guest, side::Client> for Probe {
    fn dispatch(
        handler: Arc<Guest>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        async move {
            match number {
                TICK => {
                    let Some(tick) = cx.decode::<u32>(&body) else { return };
                    handler.ticks.send(tick).await.expect("somebody counts");
                    cx.done();
                }
                QUESTION => {
                    let Some(question) = cx.decode::<String>(&body) else { return };
                    // Calls back while being called.
                    let call: Call<String, String, Infallible> =
                        cx.caller::<Self>().call(ECHO, question);
                    cx.reply(&call.await.expect("an echo"));
                }
                _ => cx.unknown(),
            }
        }
    }
}

/// A typed client.
#[derive(Clone, Debug)]
pub(crate) struct ProbeClient(Caller);

impl Client for ProbeClient {
    type Protocol = Probe;

    fn from_caller(caller: Caller) -> Self {
        Self(caller)
    }

    fn caller(&self) -> &Caller {
        &self.0
    }
}

impl ProbeClient {
    pub(crate) fn echo(&self, text: impl Into<String>) -> Call<String, String> {
        self.0.call(ECHO, text.into())
    }

    pub(crate) fn divide(&self, by: u32) -> Call<u32, u32, String> {
        self.0.call(DIVIDE, by)
    }

    pub(crate) fn say(&self, text: impl Into<String>) -> Notify<String> {
        self.0.notify(SAY, text.into())
    }

    pub(crate) fn stay(&self) -> Notify<()> {
        self.0.notify(STAY, ())
    }

    pub(crate) fn wait(&self) -> Call<(), u32> {
        self.0.call(WAIT, ())
    }

    pub(crate) fn plain(&self, number: u16) -> Call<(), ()> {
        self.0.call(number, ())
    }

    pub(crate) fn push(&self, count: u32) -> Call<u32, ()> {
        self.0.call(PUSH, count)
    }

    pub(crate) fn ask(&self, question: &str) -> Call<String, String> {
        self.0.call(ASK, question.to_owned())
    }

    pub(crate) fn big(&self, len: u32) -> Call<u32, Bytes> {
        self.0.call(BIG, len)
    }

    pub(crate) fn who(&self) -> Call<(), String> {
        self.0.call(WHO, ())
    }

    pub(crate) fn raw<M: Root, T: Root>(&self, number: u16, message: M) -> Call<M, T> {
        self.0.call(number, message)
    }
}

pub(crate) fn key() -> Keypair {
    Keypair::generate().expect("randomness")
}

/// A directory of one test, empty at first.
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("net").join(test);
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("removed");
        }
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        // Renamed, as nobody is to see a half.
        let (new, path) = (self.path("new"), self.path(name));
        std::fs::write(&new, text).expect("written");
        std::fs::rename(&new, &path).expect("renamed");
        path
    }
}

/// An address that no other test has.
pub(crate) fn mem() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("mem://net-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) const TCP: &str = "tcp://127.0.0.1:0";

/// Time enough for whatever ends by itself.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A server of [`Probe`] without security, in memory.
pub(crate) async fn plain(
    build: impl FnOnce(ServerBuilder) -> ServerBuilder,
) -> (Server, Host, mpsc::Receiver<String>) {
    let (host, said) = Host::new();
    let builder = ServerBuilder::new().add::<Probe, _>(host.clone());
    let server = build(builder).listen(&mem()).await.expect("a server");
    (server, host, said)
}

/// A client of such a server.
pub(crate) async fn connect(server: &Server) -> ProbeClient {
    ClientBuilder::new().connect(server.address()).await.expect("a client")
}

pub(crate) fn connection(client: &ProbeClient) -> Connection {
    client.caller().connection()
}
