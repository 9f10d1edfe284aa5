use std::convert::Infallible;
use std::io;
use std::sync::{Mutex, OnceLock};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::accept::pause;
use super::*;
use crate::client::ClientBuilder;
use crate::cx::Cx;
use crate::fingerprint::Fingerprint;
use crate::noise::{OsRandom, Suite};
use crate::peer::{Authorizer, Decision, Peer};
use crate::protocol::Protocol;
use crate::schema::ProtocolSchema;
use crate::session::{ClientSecurity, ClockPolicy, Config, MessageMemory, Security, Session};
use crate::transport::{LocalUsers, Stream, fail_accept};

static USERS: LocalUsers = LocalUsers::same();
use crate::wire::{DecodeError, DecodeOptions, EncodeError};

/// A protocol without messages.
struct Empty(Infallible);

impl Protocol for Empty {
    const NAME: &'static str = "test::Empty";
    const VERSION: u32 = 1;
    const MIN_VERSION: u32 = 1;

    fn schema() -> &'static ProtocolSchema {
        static SCHEMA: ProtocolSchema = ProtocolSchema::new("test::Empty", &[]);
        &SCHEMA
    }

    fn fingerprint() -> Fingerprint {
        static ONCE: OnceLock<Fingerprint> = OnceLock::new();
        *ONCE.get_or_init(|| Fingerprint::of(Self::schema()))
    }

    fn number(&self) -> u16 {
        match self.0 {}
    }

    fn encode(self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self.0 {}
    }

    fn decode(_: u16, _: &Bytes, _: &DecodeOptions) -> Result<Option<Self>, DecodeError> {
        Ok(None)
    }
}

impl Serve<()> for Empty {
    async fn dispatch(_: Arc<()>, cx: Cx, _: u16, _: Bytes) {
        cx.unknown();
    }
}

#[tokio::test(start_paused = true)]
async fn errors_of_accept_neither_end_nor_spin_the_loop() {
    let server =
        ServerBuilder::new().add::<Empty, _>(()).listen("mem://accept-errors").await.unwrap();
    let open = || ClientBuilder::new().offer::<Empty>().open("mem://accept-errors");
    let first = open().await.unwrap();
    let before = driver::now();
    for kind in [io::ErrorKind::ConnectionAborted, io::ErrorKind::Interrupted, io::ErrorKind::Other]
    {
        for _ in 0..4 {
            fail_accept("accept-errors", kind.into()).await;
        }
    }
    let second = open().await.unwrap();
    // Twelve failures took the pauses of twelve, and the next connection begins anew.
    let passed = driver::now() - before;
    let pauses: Duration = (0..12).map(pause).sum();
    assert!(passed >= pauses && passed < pauses + Duration::from_secs(1), "{passed:?} {pauses:?}");
    assert_eq!(server.connections(), 2);
    let before = driver::now();
    let third = open().await.unwrap();
    assert_eq!(driver::now(), before);
    drop((first, second, third));
    server.shutdown(Duration::from_secs(5)).await.unwrap();
}

#[test]
fn pauses_double_up_to_half_a_second() {
    let millis = |failures| pause(failures).as_millis();
    assert_eq!([0, 1, 2, 6, 7, 31, 32, u32::MAX].map(millis), [5, 10, 20, 320, 500, 500, 500, 500]);
}

#[test]
fn of_two_limits_of_a_shutdown_the_earlier_counts() {
    let (soon, late) = (driver::now(), driver::now() + Duration::from_secs(9));
    let mut stop = Stop::Running;
    assert!(stop.by(None));
    assert!(stop.by(Some(late)));
    assert!(stop.by(Some(soon)));
    assert!(!stop.by(Some(late)));
    assert!(!stop.by(None));
    assert_eq!(stop, Stop::By(Some(soon)));
}

#[test]
fn places_come_back_when_dropped_even_by_a_panic() {
    let limits = Limits::default().with_half_open(1).unwrap();
    let exempt = Exempt { loopback: true, networks: Vec::new() };
    let registry = Arc::new(Registry::new(&limits, exempt));
    let place = registry.admit(None, driver::now()).unwrap();
    assert_eq!(registry.admit(None, driver::now()).unwrap_err().limit, "half_open");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _place = place;
        panic!("while holding it");
    }));
    assert!(panicked.is_err());
    assert_eq!(registry.len(), 0);
    assert!(registry.admit(None, driver::now()).is_ok());
}

/// Takes note of what is logged, and panics at a line if it is told to.
#[derive(Clone)]
struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    panics_at: Option<&'static str>,
}

/// The fields of a line, one after the other.
struct Line(String);

impl tracing::field::Visit for Line {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let panics = self.panics_at.is_some_and(|text| line.0.contains(text));
        self.lines.lock().unwrap().push(line.0);
        assert!(!panics, "the injected fault");
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

impl Log {
    /// From now on, on this thread.
    fn start(panics_at: Option<&'static str>) -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self { lines: Arc::default(), panics_at };
        let guard = tracing::subscriber::set_default(log.clone());
        (log, guard)
    }

    fn with(&self, text: &str) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| line.contains(text)).cloned().collect()
    }
}

/// Connects and says what is no preface. Done when the server has forgotten it.
async fn intrude(server: &Server, address: &str) {
    let mut stream = Stream::connect(&address.parse().unwrap(), &USERS, None).await.unwrap().stream;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // It may end in any way.
    let _end = stream.read_to_end(&mut answer).await;
    drop(stream);
    while server.connections() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_panic_in_a_handshake_gives_its_place_back() {
    let (log, _guard) = Log::start(Some("connection not opened"));
    let limits = Limits::default().with_half_open(1).unwrap();
    let builder = ServerBuilder::new().limits(limits).add::<Empty, _>(());
    let server = builder.listen("mem://panic-in-handshake").await.unwrap();
    for round in 1..=3 {
        intrude(&server, "mem://panic-in-handshake").await;
        assert_eq!(log.with("connection not opened").len(), round);
    }
    let client = ClientBuilder::new().offer::<Empty>();
    assert!(client.open("mem://panic-in-handshake").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn strangers_fill_no_log() {
    let (log, _guard) = Log::start(None);
    let limits = Limits::default().with_connections(1).unwrap();
    let builder = ServerBuilder::new().limits(limits).add::<Empty, _>(());
    let server = builder.listen("mem://no-log").await.unwrap();
    for _ in 0..100 {
        intrude(&server, "mem://no-log").await;
    }
    assert_eq!(log.with("connection not opened").len(), 10);
    let open = || ClientBuilder::new().offer::<Empty>().open("mem://no-log");
    tokio::time::advance(Duration::from_secs(10)).await;
    let _first = open().await.unwrap();
    for _ in 0..100 {
        open().await.unwrap_err();
    }
    // The first line after the pause says how many there were in between.
    let refused = log.with("connection refused: too many");
    assert_eq!(refused.len(), 10);
    assert!(refused[0].contains("left_out=90") && refused[1].contains("left_out=0"), "{refused:?}");
}

/// Decides about nobody.
struct Undecided;

impl Authorizer for Undecided {
    async fn authorize(&self, _: &Peer) -> Decision {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "a stream that is full shows in time alone")]
async fn of_whoever_was_not_let_in_yet_little_is_read() {
    const ADDRESS: &str = "mem://little-is-read";
    /// What fits into the stream without anybody who reads.
    const PIPE: usize = 64 * 1024;
    let builder = ServerBuilder::new().authorizer(Undecided).add::<Empty, _>(());
    let _server = builder.listen(ADDRESS).await.unwrap();
    let connect =
        || async { Stream::connect(&ADDRESS.parse().unwrap(), &USERS, None).await.unwrap().stream };

    // A message longer than that, as a client that is open sends it.
    let config = Config {
        security: Security::Client(ClientSecurity::Plain),
        suite: Suite::auto(),
        offers: vec![driver::called::<Empty>().offer()],
        limits: Limits::default().into(),
        unix_ms: 0,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: CompressionOffer::default(),
        memory: MessageMemory::default(),
    };
    let mut session = Session::new(config, Box::new(OsRandom), driver::now()).unwrap();
    let (mut preface, mut answer, mut message) = (Vec::new(), BytesMut::new(), Vec::new());
    assert!(session.poll_transmit(&mut preface));
    let mut stream = connect().await;
    stream.write_all(&preface).await.unwrap();
    while session.established().is_none() {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        session.handle_bytes(driver::now(), &mut answer);
    }
    let encode = |out: &mut Vec<u8>| {
        out.resize(out.len() + 4 * PIPE, 0);
        Ok(())
    };
    session.notify(0, 1, crate::session::CallOptions::default(), encode).unwrap();
    assert!(session.poll_transmit(&mut message));
    drop(stream);

    // With it in the same read as the end of the handshake.
    let mut stream = connect().await;
    let bytes = [preface, message].concat();
    let mut written = 0;
    let write = async {
        while written < bytes.len() {
            written += stream.write(&bytes[written..]).await.unwrap();
        }
    };
    let _full = tokio::time::timeout(Duration::from_secs(1), write).await;
    let most = 2 * usize::try_from(Limits::default().pre_auth_bytes()).unwrap();
    assert!((PIPE..=PIPE + most).contains(&written), "{written}");
}
