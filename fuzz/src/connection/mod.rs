//! What a connection reads from a peer: frames, prefaces, handshakes, records, and calls.
//!
//! Everything is repeatable: keys are fixed, randomness is counted up, and time is moved by hand.

mod frame;
mod handshake;
mod open;
mod ops;
mod peer;
mod preface;
mod record;

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use bytes::BytesMut;
use network_protocol::frame::control::Offer;
use network_protocol::limits::Limits;
use network_protocol::noise::{Keypair, PresharedKey, Random, RandomError, Suite};
use network_protocol::session::{
    ClientSecurity, ClockPolicy, Config, Event, ReplayFilter, Role, Security, ServerKey,
    ServerSecurity, Session, Status,
};

pub use self::frame::frame_decode;
pub use self::handshake::{handshake_initiator, handshake_responder};
pub use self::open::{session_client, session_server};
pub use self::ops::session_ops;
pub use self::preface::preface;
pub use self::record::record_open;
use crate::corpus::Target;
use crate::input::pieces;

/// Every target of this module.
pub const TARGETS: [Target; 8] = [
    Target { name: "frame_decode", run: frame_decode, seeds: frame::seeds },
    Target { name: "preface", run: preface, seeds: preface::seeds },
    Target {
        name: "handshake_responder",
        run: handshake_responder,
        seeds: handshake::responder_seeds,
    },
    Target {
        name: "handshake_initiator",
        run: handshake_initiator,
        seeds: handshake::initiator_seeds,
    },
    Target { name: "record_open", run: record_open, seeds: record::seeds },
    Target { name: "session_server", run: session_server, seeds: open::seeds },
    Target { name: "session_client", run: session_client, seeds: open::seeds },
    Target { name: "session_ops", run: session_ops, seeds: ops::seeds },
];

/// The moment from which all others are counted.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What both clocks show.
const UNIX_MS: u64 = 1_000;

static KEYS: LazyLock<[Keypair; 3]> =
    LazyLock::new(|| [1, 2, 3].map(|n| Keypair::from_secret([n; 32]).expect("not zero")));

/// A source of bytes that everybody can guess: the same for the same seed.
struct Counted(u64);

impl Counted {
    /// A seed that no other input has. A fuzzer remembers what was compared in earlier runs, so
    /// with the keys of those it could send what was sent there, and nobody could tell.
    fn seed(data: &[u8]) -> u64 {
        data.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

impl Random for Counted {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for octet in out {
            self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let [.., high] = self.0.to_le_bytes();
            *octet = high;
        }
        Ok(())
    }
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    Plain,
    Nn,
    Xx,
    Xk,
    Nk,
    NnPsk0,
}

impl Protection {
    const ALL: [Self; 6] = [Self::Plain, Self::Nn, Self::Xx, Self::Xk, Self::Nk, Self::NnPsk0];

    /// A client knows or pins the second key.
    fn of(self, role: Role) -> Security {
        match role {
            Role::Client => Security::Client(self.client()),
            Role::Server => Security::Server(self.server(1)),
        }
    }

    fn client(self) -> ClientSecurity {
        let [client, server, _] = &*KEYS;
        let (local, server) = (client.clone(), server.public());
        match self {
            Self::Plain => ClientSecurity::Plain,
            Self::Nn => ClientSecurity::InsecureAnonymous,
            Self::Xx => ClientSecurity::Mutual { local, server: ServerKey::Pinned(server) },
            Self::Xk => ClientSecurity::Mutual { local, server: ServerKey::Known(server) },
            Self::Nk => ClientSecurity::ServerAuth { server },
            Self::NnPsk0 => ClientSecurity::SharedKey { key: shared(1) },
        }
    }

    /// A server with one of the keys; the second is the one that clients expect.
    fn server(self, key: usize) -> ServerSecurity {
        let local = KEYS[key].clone();
        match self {
            Self::Plain => ServerSecurity::Plain,
            Self::Nn => ServerSecurity::InsecureAnonymous,
            Self::Xx | Self::Xk => ServerSecurity::Mutual { local },
            Self::Nk => ServerSecurity::ServerAuth { local },
            Self::NnPsk0 => {
                let replay = Arc::new(ReplayFilter::new(&Limits::default(), UNIX_MS));
                ServerSecurity::SharedKey { key: shared(key), replay }
            }
        }
    }

    /// Whether a client learns that it speaks with its server.
    const fn proves_server(self) -> bool {
        !matches!(self, Self::Plain | Self::Nn)
    }

    /// Whether a server learns who speaks, by a last message of the client.
    const fn proves_client(self) -> bool {
        matches!(self, Self::Xx | Self::Xk)
    }
}

fn shared(index: usize) -> PresharedKey {
    let octet = u8::try_from(index).expect("few keys") + 0x51;
    PresharedKey::from_bytes([octet; 32]).expect("not zero")
}

fn offer(name: &str, version: u32, min: u32) -> Offer {
    Offer { name: name.into(), version, min, fingerprint: [7; 16] }
}

fn config(security: Security) -> Config {
    Config {
        security,
        suite: Suite::ChaChaPoly,
        offers: vec![offer("test::A", 3, 2), offer("test::B", 1, 1)],
        limits: Limits::default().into(),
        unix_ms: UNIX_MS,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: network_protocol::session::CompressionOffer::default(),
        memory: network_protocol::session::MessageMemory::default(),
    }
}

/// One end of a connection.
struct End {
    session: Session,
    events: Vec<Event>,
    inbox: BytesMut,
}

impl End {
    fn new(config: Config, seed: u64) -> Self {
        let session = Session::new(config, Box::new(Counted(seed)), *START).expect("a session");
        Self { session, events: Vec::new(), inbox: BytesMut::new() }
    }

    fn receive(&mut self, octets: &[u8], cuts: &[u8]) {
        for piece in pieces(octets, cuts) {
            self.inbox.extend_from_slice(piece);
            self.session.handle_bytes(*START, &mut self.inbox);
            self.events.extend(std::iter::from_fn(|| self.session.poll_event()));
        }
    }

    fn transmit(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let some = self.session.poll_transmit(&mut out);
        assert_eq!(some, !out.is_empty());
        out
    }

    fn is_established(&self) -> bool {
        let established = self.events.first() == Some(&Event::Established);
        assert_eq!(established, self.session.established().is_some());
        established
    }

    /// What holds of any session at any time, and that time ends a handshake.
    fn check(&mut self) {
        self.is_established();
        let closed = self.events.iter().filter(|event| matches!(event, Event::Closed(_))).count();
        let is_closed = self.session.status() == Status::Closed;
        assert_eq!(closed, usize::from(is_closed));
        if is_closed {
            assert!(matches!(self.events.last(), Some(Event::Closed(_))));
            assert!(self.inbox.is_empty());
            assert_eq!(self.session.poll_timeout(), None);
        } else if self.session.status() == Status::Handshaking {
            let due = self.session.poll_timeout().expect("a handshake has a limit of time");
            self.session.handle_timeout(due);
            assert_eq!(self.session.status(), Status::Closed);
        }
    }
}
