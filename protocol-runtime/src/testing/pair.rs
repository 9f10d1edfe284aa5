//! Two sessions, what is on the way between them, and a clock that is moved by hand.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use bytes::BytesMut;

use crate::frame::control::Offer;
use crate::limits::Limits;
use crate::noise::{Keypair, Pattern, PresharedKey, Suite};
use crate::protocol::Protocol;
use crate::schema::End;
use crate::session::{
    self, CallId, CallOptions, ClientSecurity, ClockPolicy, Compress, CompressionOffer, Config,
    Event, MessageMemory, ReplayFilter, Role, Security, ServerKey, ServerSecurity, Session, Shape,
    Shapes, Status,
};
use crate::testing::Dice;
use crate::wire::EncodeError;

/// The only moment a test starts from; all others are counted from it.
#[expect(clippy::disallowed_methods, reason = "an `Instant` cannot be made from nothing")]
pub fn start() -> Instant {
    Instant::now()
}

/// The key pair with this number, from 0 to 9.
pub fn key(number: u8) -> Keypair {
    // Made once: half of a handshake's time is the making of keys.
    static KEYS: LazyLock<[Keypair; 10]> = LazyLock::new(|| {
        std::array::from_fn(|n| Keypair::from_secret([u8::try_from(n).unwrap() + 1; 32]).unwrap())
    });
    KEYS[usize::from(number)].clone()
}

/// The offer of a protocol with equal schemas on both sides.
pub fn offer(name: &str, version: u32, min: u32) -> Offer {
    Offer { name: name.into(), version, min, fingerprint: [7; 16] }
}

/// The time of day at the client of a pair.
pub const CLIENT_MS: u64 = 1_700_000_001_000;
/// The time of day at the server of a pair, which started with it.
pub const SERVER_MS: u64 = 1_700_000_000_500;

/// The secret that both sides of a pair hold.
pub fn shared() -> PresharedKey {
    PresharedKey::from_bytes([7; 32]).unwrap()
}

/// What a server that starts now has seen: nothing.
pub fn replay() -> Arc<ReplayFilter> {
    Arc::new(ReplayFilter::new(&Limits::default(), SERVER_MS))
}

/// A configuration that offers, or serves, the protocol `test::A`.
pub fn config(security: Security) -> Config {
    let unix_ms = match security {
        Security::Client(_) => CLIENT_MS,
        Security::Server(_) => SERVER_MS,
    };
    Config {
        security,
        suite: Suite::ChaChaPoly,
        offers: vec![offer("test::A", 1, 1)],
        limits: Limits::default().into(),
        unix_ms,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: CompressionOffer::default(),
        memory: MessageMemory::default(),
    }
}

/// How the connection of a pair is protected: each mode, by each of its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    Plain,
    /// Encrypted, with nobody knowing whom with.
    Nn,
    /// The server proves to hold its key.
    Nk,
    /// Both prove to hold their keys, and learn the other's by that.
    Xx,
    /// Both prove to hold their keys, and the client knows the server's before.
    Xk,
    /// Both hold the same secret.
    Psk,
}

impl Protection {
    /// Each of them.
    pub const ALL: [Self; 6] = [Self::Plain, Self::Nn, Self::Nk, Self::Xx, Self::Xk, Self::Psk];

    /// Those with a handshake and records.
    pub const NOISE: [Self; 5] = [Self::Nn, Self::Nk, Self::Xx, Self::Xk, Self::Psk];

    /// The pattern of its handshake, if it has one.
    pub const fn pattern(self) -> Option<Pattern> {
        match self {
            Self::Plain => None,
            Self::Nn => Some(Pattern::Nn),
            Self::Nk => Some(Pattern::Nk),
            Self::Xx => Some(Pattern::Xx),
            Self::Xk => Some(Pattern::Xk),
            Self::Psk => Some(Pattern::NnPsk0),
        }
    }

    /// What a client of a pair asks for.
    pub fn client(self) -> ClientSecurity {
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

    /// What the server of a pair takes.
    pub fn server(self) -> ServerSecurity {
        match self {
            Self::Plain => ServerSecurity::Plain,
            Self::Nn => ServerSecurity::InsecureAnonymous,
            Self::Nk => ServerSecurity::ServerAuth { local: key(2) },
            Self::Xx | Self::Xk => ServerSecurity::Mutual { local: key(2) },
            Self::Psk => ServerSecurity::SharedKey { key: shared(), replay: replay() },
        }
    }

    /// What that side of a pair has.
    pub fn of(self, role: Role) -> Security {
        match role {
            Role::Client => Security::Client(self.client()),
            Role::Server => Security::Server(self.server()),
        }
    }
}

/// One end of a connection.
#[derive(Debug)]
pub struct Side {
    /// The session.
    pub session: Session,
    /// What happened, until a test takes it.
    pub events: Vec<Event>,
    /// Octets that arrived and are not a whole frame yet.
    pub inbox: BytesMut,
}

impl Side {
    /// A side whose randomness follows from its role, so that each run is the same.
    pub fn new(config: Config, now: Instant) -> Self {
        let seed = match config.role() {
            Role::Client => 1,
            Role::Server => 2,
        };
        Self::seeded(seed, config, now)
    }

    /// A side with randomness of its own.
    pub fn seeded(seed: u64, config: Config, now: Instant) -> Self {
        let session = Session::new(config, Box::new(Dice::new(seed)), now).unwrap();
        Self { session, events: Vec::new(), inbox: BytesMut::new() }
    }

    /// Octets arrive.
    pub fn receive(&mut self, now: Instant, octets: &[u8]) {
        self.inbox.extend_from_slice(octets);
        self.session.handle_bytes(now, &mut self.inbox);
        self.gather();
    }

    /// Octets leave.
    pub fn transmit(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let some = self.session.poll_transmit(&mut out);
        assert_eq!(some, !out.is_empty());
        self.gather();
        out
    }

    /// Takes what happened so far.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.gather();
        std::mem::take(&mut self.events)
    }

    /// Calls message 1 of the first protocol.
    pub fn call(&mut self, now: Instant, body: &[u8], timeout: Option<Duration>) -> CallId {
        self.session.call(now, 0, 1, CallOptions::timeout(timeout), append(body)).unwrap()
    }

    /// Has the session say what happened.
    pub fn gather(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.events.push(event);
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Pair {
    /// The time. Move it with [`Pair::advance`].
    pub now: Instant,
    /// The side that connected.
    pub client: Side,
    /// The side that listened.
    pub server: Side,
    /// At most so many octets arrive at a time.
    pub cut: usize,
}

impl Pair {
    /// A connection whose first octets are not on the way yet.
    pub fn with(client: Config, server: Config) -> Self {
        let now = start();
        Self {
            now,
            client: Side::new(client, now),
            server: Side::new(server, now),
            cut: usize::MAX,
        }
    }

    /// A connection of two sides that have one protocol, `test::A`, with first octets not on the way yet.
    pub fn new(protection: Protection) -> Self {
        Self::with(config(protection.of(Role::Client)), config(protection.of(Role::Server)))
    }

    /// A connection that is open on both sides.
    pub fn open(protection: Protection) -> Self {
        Self::new(protection).opened()
    }

    /// An open connection of two sides that have the protocol `P`. Messages go by their
    /// [numbers](Protocol::number), and in octets as [`Protocol::encode`] writes them.
    pub fn of<P: Protocol>(protection: Protection) -> Self {
        let side = |role| Config {
            offers: vec![session::offer::<P>()],
            shapes: vec![Shapes::of(P::schema())],
            ..config(protection.of(role))
        };
        Self::with(side(Role::Client), side(Role::Server)).opened()
    }

    /// An open connection with messages that have streams: 2 answers with one, 3 sends one, 4 both.
    pub fn streaming(limits: impl Fn(Limits) -> Limits) -> Self {
        Self::with_streams(Protection::Plain, limits)
    }

    /// The same, protected like this.
    pub fn with_streams(protection: Protection, limits: impl Fn(Limits) -> Limits) -> Self {
        let shape = |input, output| Shape { input, output, compress: Compress::Never };
        let shapes = [End::Client, End::Server].into_iter().flat_map(|from| {
            [(2, shape(false, true)), (3, shape(true, false)), (4, shape(true, true))]
                .map(|(number, shape)| (from, number, shape))
        });
        let shapes = Shapes::new(shapes);
        let side = |role| Config {
            shapes: vec![shapes.clone()],
            limits: limits(Limits::default()).into(),
            ..config(protection.of(role))
        };
        Self::with(side(Role::Client), side(Role::Server)).opened()
    }

    /// Opens the connection, and forgets the events of that.
    pub fn opened(mut self) -> Self {
        self.settle();
        assert_eq!(self.client.take_events(), [Event::Established]);
        assert_eq!(self.server.take_events(), [Event::Established]);
        self
    }

    /// One of the sides.
    pub fn side(&mut self, role: Role) -> &mut Side {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    /// What `from` has to say arrives at the other side; false if it has nothing to say.
    pub fn carry(&mut self, from: Role) -> bool {
        let octets = self.side(from).transmit();
        let (now, cut) = (self.now, self.cut);
        for part in octets.chunks(cut) {
            self.side(from.peer()).receive(now, part);
        }
        !octets.is_empty()
    }

    /// Carries octets both ways until nobody has anything to say.
    pub fn settle(&mut self) {
        for _ in 0..100 {
            let client = self.carry(Role::Client);
            if !self.carry(Role::Server) && !client {
                return;
            }
        }
        panic!("they never stop talking");
    }

    /// Time passes, and each deadline on the way is met. Nothing is carried.
    pub fn advance(&mut self, by: Duration) {
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
    pub fn assert_status(&self, status: Status) {
        assert_eq!((self.client.session.status(), self.server.session.status()), (status, status));
    }
}

/// An encoder that appends these bytes.
pub fn append(body: &[u8]) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> {
    move |out| {
        out.extend_from_slice(body);
        Ok(())
    }
}
