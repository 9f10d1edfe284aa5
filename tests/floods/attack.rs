//! Connections that mean no good, and what becomes of them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use network_protocol as np;
use np::Protocol as _;
use np::session::{ClientSecurity, ClockPolicy, Config, Event, Security, ServerKey, Session};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::common::{Ping, client_key, server_key};

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Silent,
    /// Begins as an honest one, a byte a second.
    Slow,
    /// Begins as an honest one, with noise for a key, and goes on with noise.
    Garbage,
    /// Announces 60 KiB instead of the end of its handshake, sends seven bytes of them and stops.
    Announce,
    /// Shakes hands, announces a record of 60 KiB, sends seven bytes of it and stops.
    AnnounceOpen,
}

pub(crate) const KINDS: [(Kind, &str); 5] = [
    (Kind::Silent, "silent"),
    (Kind::Slow, "slow"),
    (Kind::Garbage, "garbage"),
    (Kind::Announce, "announce"),
    (Kind::AnnounceOpen, "announce-open"),
];

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = KINDS.into_iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| kind).ok_or_else(|| text.to_owned())
    }
}

/// Sixty kibibytes, as the length of a unit or record, and the first of them.
const ANNOUNCED: [u8; 9] = [0xf0, 0, 1, 2, 3, 4, 5, 6, 7];

/// A source of this machine, of which none is 127.0.0.1.
pub(crate) fn source(number: u16) -> Ipv4Addr {
    let [high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, 0, 1 + high, low)
}

/// Connects from there.
pub(crate) async fn connect(from: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_nodelay(true)?;
    socket.bind((from, 0).into())?;
    socket.connect(to).await
}

/// A session as an honest client begins it.
fn session() -> Session {
    let offer = np::frame::control::Offer {
        name: Ping::NAME.to_owned(),
        version: Ping::VERSION,
        min: Ping::MIN_VERSION,
        fingerprint: Ping::fingerprint().0,
    };
    let server = ServerKey::Pinned(server_key().public());
    let config = Config {
        security: Security::Client(ClientSecurity::Mutual { local: client_key(), server }),
        suite: np::noise::Suite::auto(),
        offers: vec![offer],
        limits: np::Limits::default().into(),
        unix_ms: 0,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: np::session::CompressionOffer::default(),
        memory: np::session::MessageMemory::default(),
    };
    Session::new(config, Box::new(np::OsRandom), Instant::now()).unwrap()
}

/// The preface and the first message of an honest client.
pub(crate) fn opening() -> Vec<u8> {
    // One for all: it is the server's time that a flood is after, and not its own.
    static OPENING: OnceLock<Vec<u8>> = OnceLock::new();
    let begin = || {
        let mut opening = Vec::new();
        session().poll_transmit(&mut opening);
        opening
    };
    OPENING.get_or_init(begin).clone()
}

/// An opening with noise for its key, and noise for what ends the handshake.
pub(crate) fn garbage() -> Vec<u8> {
    let mut bytes = opening();
    let key = bytes.len() - 32;
    bytes[key..].fill(0x5a);
    bytes.extend([0, 100]);
    bytes.extend([0xa5; 100]);
    bytes
}

/// What happens next on a connection.
async fn event(
    stream: &mut TcpStream,
    session: &mut Session,
    input: &mut BytesMut,
) -> io::Result<Event> {
    let mut output = Vec::new();
    loop {
        output.clear();
        session.poll_transmit(&mut output);
        stream.write_all(&output).await?;
        if let Some(event) = session.poll_event() {
            return Ok(event);
        }
        if stream.read_buf(input).await? == 0 {
            session.handle_eof();
        } else {
            session.handle_bytes(Instant::now(), input);
        }
    }
}

/// Connects in good faith, calls once, and says how long all that took.
pub(crate) async fn visit_from(from: Ipv4Addr, to: SocketAddr) -> Result<Duration, String> {
    let begin = Instant::now();
    let (mut session, mut input) = (session(), BytesMut::new());
    let visit = async {
        let mut stream = connect(from, to).await.map_err(|error| error.to_string())?;
        loop {
            let event = event(&mut stream, &mut session, &mut input).await;
            match event.map_err(|error| error.to_string())? {
                Event::Established => {
                    let call = |out: &mut Vec<u8>| Ping::Next(1).encode(out);
                    session
                        .call(Instant::now(), 0, 1, np::session::CallOptions::default(), call)
                        .unwrap();
                }
                Event::Reply { .. } => {
                    session.close(np::frame::reason::Reason::Normal, "");
                    let mut bye = Vec::new();
                    session.poll_transmit(&mut bye);
                    // What was asked for has come.
                    _ = stream.write_all(&bye).await;
                    return Ok(begin.elapsed());
                }
                other => return Err(format!("{other:?}")),
            }
        }
    };
    timeout(Duration::from_secs(10), visit).await.unwrap_or_else(|late| Err(late.to_string()))
}

/// Shakes hands as an honest client does.
pub(crate) async fn shake_hands(stream: &mut TcpStream) -> io::Result<()> {
    match event(stream, &mut session(), &mut BytesMut::new()).await? {
        Event::Established => Ok(()),
        _ => Err(io::ErrorKind::ConnectionRefused.into()),
    }
}

/// Does what its kind does, until the server has enough.
pub(crate) async fn misbehave(kind: Kind, stream: &mut TcpStream) -> io::Result<()> {
    match kind {
        Kind::Silent => {}
        Kind::Slow => {
            let mut seen = [0; 64];
            for byte in opening() {
                stream.write_all(&[byte]).await?;
                match timeout(Duration::from_secs(1), stream.read(&mut seen)).await {
                    Ok(Ok(0)) => return Ok(()),
                    Ok(read) => _ = read?,
                    Err(_) => {}
                }
            }
        }
        Kind::Garbage => stream.write_all(&garbage()).await?,
        Kind::Announce => {
            stream.write_all(&opening()).await?;
            stream.write_all(&ANNOUNCED).await?;
        }
        Kind::AnnounceOpen => {
            shake_hands(stream).await?;
            stream.write_all(&ANNOUNCED).await?;
        }
    }
    tokio::io::copy(stream, &mut tokio::io::sink()).await.map(|_| ())
}

/// Many of them, that come again when they are thrown out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flood {
    pub(crate) kind: Kind,
    /// How many sources they come from, one after the other.
    pub(crate) sources: u16,
    /// How many there are at a time.
    pub(crate) sockets: u32,
    /// How many begin in a second, at most.
    pub(crate) rate: u32,
    pub(crate) to: SocketAddr,
}

/// What became of them.
#[derive(Debug, Default)]
struct Counts {
    begun: AtomicU64,
    failed: AtomicU64,
    longest_ms: AtomicU64,
}

impl Flood {
    /// Floods for so long, and says what became of it.
    pub(crate) async fn run(self, time: Duration) -> String {
        let counts = Arc::new(Counts::default());
        let begin = Instant::now();
        let tasks: Vec<_> =
            (0..self.sockets).map(|at| tokio::spawn(self.one(at, begin, counts.clone()))).collect();
        tokio::time::sleep(time).await;
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let (begun, failed, longest) =
            (count(&counts.begun), count(&counts.failed), count(&counts.longest_ms));
        let rate = begun / time.as_secs().max(1);
        format!("{begun} connections ({rate}/s), {failed} not made, longest {longest} ms")
    }

    async fn one(self, at: u32, begin: Instant, counts: Arc<Counts>) {
        // Each waits for its turn, all of them together keep the rate.
        let each = Duration::from_secs(1) * self.sockets / self.rate;
        let mut next = begin + each * at / self.sockets;
        let source = source(u16::try_from(at % u32::from(self.sources)).unwrap());
        loop {
            tokio::time::sleep_until(next.into()).await;
            next = (next + each).max(Instant::now());
            let since = Instant::now();
            let Ok(mut stream) = connect(source, self.to).await else {
                counts.failed.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            counts.begun.fetch_add(1, Ordering::Relaxed);
            // Thrown out is thrown out, however it shows.
            _ = misbehave(self.kind, &mut stream).await;
            let lived = u64::try_from(since.elapsed().as_millis()).unwrap();
            counts.longest_ms.fetch_max(lived, Ordering::Relaxed);
        }
    }
}
