//! Two sessions, what is on the way between them, and a clock that is moved by hand.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::frame::control::Offer;
use crate::frame::decoder::{Decoder, Frame};
use crate::frame::header::{Head, Method};
use crate::limits::Limits;
use crate::noise::{Keypair, Pattern, PresharedKey, Random, RandomError, Suite};
use crate::schema::End;
use crate::session::{
    CallId, CallOptions, ClientSecurity, ClockPolicy, Compress, Config, Event, ReplayFilter, Role,
    Security, ServerKey, ServerSecurity, Session, Shape, Shapes, Status,
};
use crate::wire::{EncodeError, Root};

/// The only moment a test starts from; all others are counted from it.
#[expect(clippy::disallowed_methods, reason = "an `Instant` cannot be made from nothing")]
pub(crate) fn start() -> Instant {
    Instant::now()
}

/// A source of bytes that everybody can guess: the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (splitmix64).
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Random for Dice {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for chunk in out.chunks_mut(8) {
            let roll = self.roll().to_le_bytes();
            chunk.copy_from_slice(&roll[..chunk.len()]);
        }
        Ok(())
    }
}

/// The key pair with this number, from 0 to 9.
pub(crate) fn key(number: u8) -> Keypair {
    // Made once: half of a handshake's time is the making of keys.
    static KEYS: LazyLock<[Keypair; 10]> = LazyLock::new(|| {
        std::array::from_fn(|n| Keypair::from_secret([u8::try_from(n).unwrap() + 1; 32]).unwrap())
    });
    KEYS[usize::from(number)].clone()
}

/// The offer of a protocol with equal schemas on both sides.
pub(crate) fn offer(name: &str, version: u32, min: u32) -> Offer {
    Offer { name: name.into(), version, min, fingerprint: [7; 16] }
}

/// The time of day at the client of a pair.
pub(crate) const CLIENT_MS: u64 = 1_700_000_001_000;
/// The time of day at the server of a pair, which started with it.
pub(crate) const SERVER_MS: u64 = 1_700_000_000_500;

/// The secret that both sides of a pair hold.
pub(crate) fn shared() -> PresharedKey {
    PresharedKey::from_bytes([7; 32]).unwrap()
}

/// What a server that starts now has seen: nothing.
pub(crate) fn replay() -> Arc<ReplayFilter> {
    Arc::new(ReplayFilter::new(&Limits::default(), SERVER_MS))
}

/// A configuration that offers, or serves, the protocol `test::A`.
pub(crate) fn config(security: Security) -> Config {
    let unix_ms = match security {
        Security::Client(_) => CLIENT_MS,
        Security::Server(_) => SERVER_MS,
    };
    Config {
        security,
        suite: Suite::ChaChaPoly,
        offers: vec![offer("test::A", 1, 1)],
        limits: Limits::default(),
        unix_ms,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: crate::session::CompressionOffer::default(),
        memory: crate::session::MessageMemory::default(),
    }
}

/// How the connection of a pair is protected: each mode, by each of its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    Plain,
    Nn,
    Nk,
    Xx,
    Xk,
    Psk,
}

impl Protection {
    pub(crate) const ALL: [Self; 6] =
        [Self::Plain, Self::Nn, Self::Nk, Self::Xx, Self::Xk, Self::Psk];

    /// Those with a handshake and records.
    pub(crate) const NOISE: [Self; 5] = [Self::Nn, Self::Nk, Self::Xx, Self::Xk, Self::Psk];

    pub(crate) const fn pattern(self) -> Option<Pattern> {
        match self {
            Self::Plain => None,
            Self::Nn => Some(Pattern::Nn),
            Self::Nk => Some(Pattern::Nk),
            Self::Xx => Some(Pattern::Xx),
            Self::Xk => Some(Pattern::Xk),
            Self::Psk => Some(Pattern::NnPsk0),
        }
    }

    pub(crate) fn client(self) -> ClientSecurity {
        let (local, theirs) = (key(1), key(2).public());
        match self {
            Self::Plain => ClientSecurity::Plain,
            Self::Nn => ClientSecurity::InsecureAnonymous,
            Self::Nk => ClientSecurity::ServerAuth { server: theirs },
            Self::Xx => ClientSecurity::Mutual { local, server: ServerKey::Pinned(theirs) },
            Self::Xk => ClientSecurity::Mutual { local, server: ServerKey::Known(theirs) },
            Self::Psk => ClientSecurity::SharedKey { key: shared() },
        }
    }

    pub(crate) fn server(self) -> ServerSecurity {
        match self {
            Self::Plain => ServerSecurity::Plain,
            Self::Nn => ServerSecurity::InsecureAnonymous,
            Self::Nk => ServerSecurity::ServerAuth { local: key(2) },
            Self::Xx | Self::Xk => ServerSecurity::Mutual { local: key(2) },
            Self::Psk => ServerSecurity::SharedKey { key: shared(), replay: replay() },
        }
    }

    pub(crate) fn of(self, role: Role) -> Security {
        match role {
            Role::Client => Security::Client(self.client()),
            Role::Server => Security::Server(self.server()),
        }
    }
}

/// One end of a connection.
pub(crate) struct Side {
    pub(crate) session: Session,
    /// What happened, until a test takes it.
    pub(crate) events: Vec<Event>,
    /// Octets that arrived and are not a whole frame yet.
    pub(crate) inbox: BytesMut,
}

impl Side {
    /// A side whose randomness follows from its role, so that each run is the same.
    pub(crate) fn new(config: Config, now: Instant) -> Self {
        let seed = match config.role() {
            Role::Client => 1,
            Role::Server => 2,
        };
        Self::seeded(seed, config, now)
    }

    /// A side with randomness of its own.
    pub(crate) fn seeded(seed: u64, config: Config, now: Instant) -> Self {
        let session = Session::new(config, Box::new(Dice::new(seed)), now).unwrap();
        Self { session, events: Vec::new(), inbox: BytesMut::new() }
    }

    /// Octets arrive.
    pub(crate) fn receive(&mut self, now: Instant, octets: &[u8]) {
        self.inbox.extend_from_slice(octets);
        self.session.handle_bytes(now, &mut self.inbox);
        self.gather();
    }

    /// Octets leave.
    pub(crate) fn transmit(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let some = self.session.poll_transmit(&mut out);
        assert_eq!(some, !out.is_empty());
        self.gather();
        out
    }

    /// Takes what happened so far.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        self.gather();
        std::mem::take(&mut self.events)
    }

    /// Calls message 1 of the first protocol.
    pub(crate) fn call(&mut self, now: Instant, body: &[u8], timeout: Option<Duration>) -> CallId {
        self.session.call(now, 0, 1, CallOptions::timeout(timeout), append(body)).unwrap()
    }

    pub(crate) fn gather(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.events.push(event);
        }
    }
}

/// A connection.
pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) client: Side,
    pub(crate) server: Side,
    /// At most so many octets arrive at a time.
    pub(crate) cut: usize,
}

impl Pair {
    /// A connection whose first octets are not on the way yet.
    pub(crate) fn with(client: Config, server: Config) -> Self {
        let now = start();
        Self {
            now,
            client: Side::new(client, now),
            server: Side::new(server, now),
            cut: usize::MAX,
        }
    }

    pub(crate) fn new(protection: Protection) -> Self {
        Self::with(config(protection.of(Role::Client)), config(protection.of(Role::Server)))
    }

    /// A connection that is open on both sides.
    pub(crate) fn open(protection: Protection) -> Self {
        Self::new(protection).opened()
    }

    /// An open connection with messages that have streams: 2 answers with one, 3 sends one, 4 both.
    pub(crate) fn streaming(limits: impl Fn(Limits) -> Limits) -> Self {
        let shape = |input, output| Shape { input, output, compress: Compress::Never };
        let shapes = [End::Client, End::Server].into_iter().flat_map(|from| {
            [(2, shape(false, true)), (3, shape(true, false)), (4, shape(true, true))]
                .map(|(number, shape)| (from, number, shape))
        });
        let shapes = Shapes::new(shapes);
        let side = |role| Config {
            shapes: vec![shapes.clone()],
            limits: limits(Limits::default()),
            ..config(Protection::Plain.of(role))
        };
        Self::with(side(Role::Client), side(Role::Server)).opened()
    }

    /// Opens the connection, and forgets the events of that.
    pub(crate) fn opened(mut self) -> Self {
        self.settle();
        assert_eq!(self.client.take_events(), [Event::Established]);
        assert_eq!(self.server.take_events(), [Event::Established]);
        self
    }

    pub(crate) fn side(&mut self, role: Role) -> &mut Side {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    /// What `from` has to say arrives at the other side; false if it has nothing to say.
    pub(crate) fn carry(&mut self, from: Role) -> bool {
        let octets = self.side(from).transmit();
        let (now, cut) = (self.now, self.cut);
        for part in octets.chunks(cut) {
            self.side(from.peer()).receive(now, part);
        }
        !octets.is_empty()
    }

    /// Carries octets both ways until nobody has anything to say.
    pub(crate) fn settle(&mut self) {
        for _ in 0..100 {
            let client = self.carry(Role::Client);
            if !self.carry(Role::Server) && !client {
                return;
            }
        }
        panic!("they never stop talking");
    }

    /// Time passes, and each deadline on the way is met. Nothing is carried.
    pub(crate) fn advance(&mut self, by: Duration) {
        let end = self.now + by;
        for role in [Role::Client, Role::Server] {
            while let Some(due) = self.side(role).session.poll_timeout().filter(|due| *due <= end) {
                let side = self.side(role);
                side.session.handle_timeout(due);
                side.gather();
                assert_ne!(side.session.poll_timeout(), Some(due), "a deadline that stays");
            }
        }
        self.now = end;
    }

    /// Both ends, once they are closed, for the reason each gives.
    pub(crate) fn assert_status(&self, status: Status) {
        assert_eq!((self.client.session.status(), self.server.session.status()), (status, status));
    }
}

/// An encoder that appends these bytes.
pub(crate) fn append(body: &[u8]) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> {
    move |out| {
        out.extend_from_slice(body);
        Ok(())
    }
}

/// The event of a request for message 1 of the first protocol.
pub(crate) fn request(call: CallId, body: &'static [u8]) -> Event {
    Event::Request {
        call,
        protocol: 0,
        number: 1,
        body: Bytes::from_static(body),
        deadline: None,
        metadata: None,
    }
}

/// The event of a reply.
pub(crate) fn reply(call: CallId, body: &'static [u8]) -> Event {
    Event::Reply { call, body: Bytes::from_static(body), metadata: None }
}

/// A frame as octets.
pub(crate) fn frame(head: Head, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap();
    [&head.to_bytes(len), body].concat()
}

/// A frame with a body that the connection itself reads, as octets.
pub(crate) fn control<T: Root>(head: Head, body: &T) -> Vec<u8> {
    frame(head, &crate::wire::encode(body).unwrap())
}

/// The frames in these octets, and their bodies.
pub(crate) fn frames(octets: &[u8]) -> Vec<Frame> {
    let mut octets = BytesMut::from(octets);
    let decoder = Decoder::new(u32::MAX);
    let frames = std::iter::from_fn(|| decoder.next(&mut octets).unwrap()).collect();
    assert!(octets.is_empty());
    frames
}

/// The call with this number.
pub(crate) fn id(number: u32) -> CallId {
    CallId::new(number).unwrap()
}

/// Message 1 of the first protocol.
pub(crate) fn method() -> Method {
    Method::new(0, 1).unwrap()
}

/// A call without a timeout.
pub(crate) fn options() -> CallOptions<'static> {
    CallOptions::default()
}
