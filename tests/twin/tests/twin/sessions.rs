//! `schemas/vectors/session.json`: whole sessions, byte for byte, with everything that is needed to
//! have them again.
//!
//! Two sessions talk to each other; somebody who knows the secrets of both listens, opens what they
//! send with handshakes of its own, and writes down what it finds. So what stands in the file comes
//! out of the octets and not out of what was meant to be sent.

use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use network_protocol::Protocol;
use network_protocol::error::Fault;
use network_protocol::frame::control::Offer;
use network_protocol::frame::reason::Reason;
use network_protocol::limits::Limits;
use network_protocol::noise::{
    Keypair, Pattern, PresharedKey, PublicKey, Random, RandomError, Suite,
};
use network_protocol::session::{
    CallId, ClientSecurity, ClockPolicy, Config, Event, ReplayFilter, Role, Security, ServerKey,
    ServerSecurity, Session,
};
use network_protocol::wire::{EncodeError, Root, encode_root};

use golden::chat::{Body, Chat, ChatJoin, ChatSay, JoinError, Joined, Presence, User};
use golden::logs::Logs;

use crate::exchanges;
use crate::json::Json;
use crate::listener::Listener;
use crate::refusals;
use crate::vectors;

const ABOUT: &[&str] = &[
    "Whole sessions as docs/wire.md describes them. The client offers example::chat::Chat and example::logs::Logs, and in the last two sessions, which show streams, credit, cancelling, fragments, metadata, deadlines, compression and going away, example::flows::Flows and example::chat::Chat; the schemas are chat.np, logs.np, flows.np and control.np. Octets, bodies and keys are hex.",
    "keys: all that is secret or random. The ephemeral secrets are what each side draws as its Noise ephemeral key, the nonce is that of the client's Hello, shared is the pre-shared key of NNpsk0. Public keys, prologue and handshake_hash follow from them and are there to compare with.",
    "flights: what each side writes, in order; octets is exactly what goes over the connection. parts is the same, taken apart: the preface; units of the handshake with their Noise payload in clear; records with their plaintext, and the frames in that (a frame may span records; here none does). A unit stands there without its length, a record with it. Without Noise the frames follow each other as they are.",
    "In frames, protocol and number are the two halves of method. value is the body as JSON, as described in values.json.",
    "flags: what is set in the flags of a frame, if anything is. deadline_ms and metadata are what stands before the body then, in the first fragment. A fragment with more has no value; the last one has the whole body in joined, and the value of that. uncompressed is the body in clear; another compressor may write other blocks, and all that counts is what they expand to. opens says that a Reply is the empty one that begins a stream.",
    "refusals: what a server of Noise XX and XK answers to first octets that it does not take, and then closes; without an answer it just closes. reason is the code in the Reject.",
    "A client in another language plays the client's part: given the keys it must write the same octets, and read the server's.",
];

/// The time of day at the client, and when the server started.
const CLIENT_MS: u64 = 1_700_000_000_000;

/// The secret of both sides, where they have one in common.
const SHARED: [u8; 32] = *b"one secret, held by both sides..";

/// What a side draws at random, in this order: 32 bytes for its ephemeral key, and for a client 16
/// for the nonce of Hello.
#[derive(Clone)]
struct Script(Vec<Vec<u8>>);

impl Random for Script {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.copy_from_slice(&self.0.remove(0));
        Ok(())
    }
}

/// So many bytes that count up from `first`.
fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first + i as u8)
}

/// All that is secret or random in a session.
pub struct Keys {
    pub pattern: Option<Pattern>,
    pub suite: Suite,
    pub client: Keypair,
    pub server: Keypair,
    pub shared: PresharedKey,
    pub client_ephemeral: [u8; 32],
    pub server_ephemeral: [u8; 32],
    pub nonce: [u8; 16],
}

impl Keys {
    pub fn new(pattern: Option<Pattern>, suite: Suite) -> Self {
        let key = |first| Keypair::from_secret(counting(first)).expect("no zeros");
        Self {
            pattern,
            suite,
            client: key(0x01),
            server: key(0x21),
            shared: PresharedKey::from_bytes(SHARED).expect("no zeros"),
            client_ephemeral: counting(0x41),
            server_ephemeral: counting(0x61),
            nonce: counting(0x81),
        }
    }

    fn security(&self, role: Role) -> Security {
        match role {
            Role::Client => Security::Client(self.client_security()),
            Role::Server => Security::Server(self.server_security()),
        }
    }

    fn client_security(&self) -> ClientSecurity {
        let (local, theirs) = (self.client.clone(), self.server.public());
        match self.pattern {
            None => ClientSecurity::Plain,
            Some(Pattern::Nn) => ClientSecurity::InsecureAnonymous,
            Some(Pattern::Nk) => ClientSecurity::ServerAuth { server: theirs },
            Some(Pattern::Xx) => {
                ClientSecurity::Mutual { local, server: ServerKey::Pinned(theirs) }
            }
            Some(Pattern::Xk) => ClientSecurity::Mutual { local, server: ServerKey::Known(theirs) },
            Some(Pattern::NnPsk0) => ClientSecurity::SharedKey { key: self.shared.clone() },
        }
    }

    fn server_security(&self) -> ServerSecurity {
        let local = self.server.clone();
        match self.pattern {
            None => ServerSecurity::Plain,
            Some(Pattern::Nn) => ServerSecurity::InsecureAnonymous,
            Some(Pattern::Nk) => ServerSecurity::ServerAuth { local },
            Some(Pattern::Xx | Pattern::Xk) => ServerSecurity::Mutual { local },
            Some(Pattern::NnPsk0) => ServerSecurity::SharedKey {
                key: self.shared.clone(),
                replay: Arc::new(ReplayFilter::new(&Limits::default(), CLIENT_MS)),
            },
        }
    }

    /// What the client sends first of all.
    pub fn client_ephemeral_public(&self) -> [u8; 32] {
        let pair = Keypair::from_secret(self.client_ephemeral).expect("no zeros");
        *pair.public().as_bytes()
    }

    /// Whether the side proves a key of its own.
    pub fn proves(&self, role: Role) -> bool {
        match self.pattern {
            None | Some(Pattern::Nn | Pattern::NnPsk0) => false,
            Some(Pattern::Nk) => role == Role::Server,
            Some(Pattern::Xx | Pattern::Xk) => true,
        }
    }

    /// The key that the client knows its server by.
    pub fn pin(&self) -> Option<PublicKey> {
        self.proves(Role::Server).then(|| self.server.public())
    }

    /// The flight that carries Hello, counted from 1.
    pub fn hello(&self) -> Option<usize> {
        match self.pattern {
            None | Some(Pattern::Nn | Pattern::Nk) => None,
            Some(Pattern::NnPsk0) => Some(1),
            Some(Pattern::Xx | Pattern::Xk) => Some(3),
        }
    }

    pub fn random(&self, role: Role) -> impl Random + Send + use<> {
        Script(match role {
            Role::Client => vec![self.client_ephemeral.to_vec(), self.nonce.to_vec()],
            Role::Server => vec![self.server_ephemeral.to_vec()],
        })
    }

    fn json(&self) -> Json {
        let side = |ephemeral: &[u8; 32], key: &Keypair, role: Role| {
            let public = Keypair::from_secret(*ephemeral).expect("no zeros").public();
            let mut entries = vec![
                ("ephemeral_secret".to_owned(), Json::hex(ephemeral)),
                ("ephemeral_public".to_owned(), Json::hex(public.as_bytes())),
            ];
            if self.proves(role) {
                entries.push(("static_secret".into(), Json::hex(key.secret())));
                entries.push(("static_public".into(), Json::hex(key.public().as_bytes())));
            }
            if role == Role::Client && self.hello().is_some() {
                entries.push(("nonce".into(), Json::hex(&self.nonce)));
            }
            Json::Map(entries)
        };
        let mut entries = vec![
            ("client".into(), side(&self.client_ephemeral, &self.client, Role::Client)),
            ("server".into(), side(&self.server_ephemeral, &self.server, Role::Server)),
        ];
        if self.pattern == Some(Pattern::NnPsk0) {
            entries.push(("shared".into(), Json::hex(&SHARED)));
        }
        Json::Map(entries)
    }
}

pub fn offer<P: Protocol>() -> Offer {
    Offer {
        name: P::NAME.into(),
        version: P::VERSION,
        min: P::MIN_VERSION,
        fingerprint: P::fingerprint().0,
    }
}

pub fn config(role: Role, keys: &Keys) -> Config {
    Config {
        security: keys.security(role),
        suite: keys.suite,
        offers: vec![offer::<Chat>(), offer::<Logs>()],
        limits: Limits::default().into(),
        unix_ms: match role {
            Role::Client => CLIENT_MS,
            Role::Server => CLIENT_MS + 250,
        },
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: network_protocol::session::CompressionOffer::default(),
        memory: network_protocol::session::MessageMemory::default(),
    }
}

/// Two sessions, and the one who listens to both.
pub struct Play<'k> {
    pub now: Instant,
    pub client: Session,
    pub server: Session,
    listener: Listener<'k>,
    flights: Vec<Json>,
}

impl<'k> Play<'k> {
    fn new(keys: &'k Keys) -> Self {
        let listener = Listener::new(keys, &["chat.np", "logs.np"], None);
        Self::with(keys, listener, |role| config(role, keys))
    }

    pub fn with(keys: &'k Keys, listener: Listener<'k>, config: impl Fn(Role) -> Config) -> Self {
        let now = Instant::now();
        let session =
            |role| Session::new(config(role), Box::new(keys.random(role)), now).expect("a session");
        let (client, server) = (session(Role::Client), session(Role::Server));
        Self { now, client, server, listener, flights: Vec::new() }
    }

    pub fn side(&mut self, role: Role) -> &mut Session {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    /// What `from` has to say goes to the other side, which says what happened.
    pub fn flight(&mut self, from: Role, what: &str) -> Vec<Event> {
        let mut octets = Vec::new();
        assert!(self.side(from).poll_transmit(&mut octets), "{what}: nothing to say");
        let parts = self.listener.hear(from, &octets);
        self.flights.push(Json::map([
            ("from", Json::text(format!("{from:?}").to_lowercase())),
            ("what", Json::text(what)),
            ("octets", Json::hex(&octets)),
            ("parts", Json::List(parts)),
        ]));
        let (now, mut bytes) = (self.now, BytesMut::from(&octets[..]));
        let to = self.side(from.peer());
        to.handle_bytes(now, &mut bytes);
        assert!(bytes.is_empty());
        std::iter::from_fn(|| to.poll_event()).collect()
    }

    pub fn call(&mut self, from: Role, number: u16, message: &impl Root) -> CallId {
        let now = self.now;
        self.side(from)
            .call(now, 0, number, network_protocol::session::CallOptions::default(), body(message))
            .expect("a call")
    }

    pub fn open(&mut self, keys: &Keys) {
        let what = match keys.pattern {
            None => ["preface", "Accept"],
            Some(_) => ["preface and message 1", "message 2"],
        };
        self.flight(Role::Client, what[0]);
        self.flight(Role::Server, what[1]);
        if keys.hello() == Some(3) {
            let events = self.flight(Role::Client, "message 3");
            assert_eq!(events, [Event::Established]);
        }
        let established = [&self.client, &self.server].map(|side| side.established().cloned());
        let [client, server] = established.map(|one| one.expect("both sides are open"));
        assert_eq!(client.handshake_hash, server.handshake_hash);
        assert_eq!(client.handshake_hash, self.listener.hash);
        assert!(client.protocols.iter().all(|accepted| accepted.exact));
    }

    /// The session as it stands in the file.
    pub fn json(self, keys: &Keys) -> Json {
        let mut entries = Vec::new();
        match keys.pattern {
            None => entries.push(("security".into(), Json::text("none"))),
            Some(pattern) => {
                let name = format!("Noise_{}_25519_{}_SHA256", pattern.name(), keys.suite);
                entries.push(("security".into(), Json::text(name)));
                entries.push(("keys".into(), keys.json()));
                entries.push(("prologue".into(), Json::hex(&self.listener.prologue)));
                let hash = self.listener.hash.expect("a handshake");
                entries.push(("handshake_hash".into(), Json::hex(&hash)));
            }
        }
        entries.push(("flights".into(), Json::List(self.flights)));
        Json::Map(entries)
    }

    fn talk(&mut self) {
        let join = ChatJoin { room: 7, nick: "ada".into() };
        let call = self.call(Role::Client, 1, &join);
        let events = self.flight(Role::Client, "a call: Join");
        assert!(matches!(&events[..], [Event::Request { call: found, .. }] if *found == call));
        self.server.reply(call, body(&joined())).expect("a reply");
        let events = self.flight(Role::Server, "its reply");
        assert!(matches!(&events[..], [Event::Reply { call: found, .. }] if *found == call));

        let call = self.call(Role::Client, 1, &ChatJoin { room: 13, nick: "ada".into() });
        self.flight(Role::Client, "another call: Join");
        let banned = JoinError::Banned { until: 1_800_000_000_000 };
        self.server.reply_error(call, body(&banned)).expect("a reply");
        self.flight(Role::Server, "its typed error");

        let say = ChatSay { room: 7, body: Body::Text("hi".into()) };
        self.client
            .notify(0, 2, network_protocol::session::CallOptions::default(), body(&say))
            .expect("an event");
        self.client
            .notify(
                1,
                1,
                network_protocol::session::CallOptions::default(),
                body(&"a.log".to_owned()),
            )
            .expect("an event");
        let now = self.now;
        self.client.ping(now, 0x0102_0304_0506_0708).expect("a ping");
        self.flight(Role::Client, "one-way Say, one-way Open of the other protocol, and a ping");
        self.server
            .notify(
                0,
                4,
                network_protocol::session::CallOptions::default(),
                body(&"welcome".to_owned()),
            )
            .expect("an event");
        let events = self.flight(Role::Server, "the pong, and one-way Notice");
        assert!(matches!(&events[..], [Event::Pong { .. }, Event::OneWay { .. }]), "{events:?}");
        self.talk_back();
    }

    fn talk_back(&mut self) {
        let call = self.call(Role::Server, 5, &());
        self.flight(Role::Server, "a call of the server's: AreYouThere");
        self.client.reply(call, body(&true)).expect("a reply");
        self.flight(Role::Client, "its reply");

        let call = self.call(Role::Client, 99, &());
        self.flight(Role::Client, "a call of a message that nobody knows");
        self.server.fail(call, &Fault::Unimplemented).expect("a fault");
        self.flight(Role::Server, "its fault: Unimplemented");

        self.client.close(Reason::Normal, "done");
        let events = self.flight(Role::Client, "the end");
        assert!(matches!(&events[..], [Event::Closed(_)]));
        let mut rest = Vec::new();
        assert!(!self.server.poll_transmit(&mut rest), "a Close is not answered");
    }
}

fn joined() -> Joined {
    let ada = User {
        id: 7,
        name: "Ada".into(),
        presence: Presence::Online,
        avatar: None,
        score: -1,
        admin: true,
        balance: 0,
    };
    Joined { room: 7, people: vec![ada] }
}

pub fn body<T: Root>(value: &T) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> {
    move |out| encode_root(value, out)
}

#[test]
fn whole_sessions_are_these_octets() {
    let kinds = [
        (None, Suite::ChaChaPoly),
        (Some(Pattern::Nn), Suite::ChaChaPoly),
        (Some(Pattern::Nn), Suite::AesGcm),
        (Some(Pattern::Xx), Suite::ChaChaPoly),
        (Some(Pattern::Xx), Suite::AesGcm),
        (Some(Pattern::Nk), Suite::ChaChaPoly),
        (Some(Pattern::Nk), Suite::AesGcm),
        (Some(Pattern::Xk), Suite::ChaChaPoly),
        (Some(Pattern::Xk), Suite::AesGcm),
        (Some(Pattern::NnPsk0), Suite::ChaChaPoly),
        (Some(Pattern::NnPsk0), Suite::AesGcm),
    ];
    let sessions = kinds.into_iter().map(|(pattern, suite)| {
        let keys = Keys::new(pattern, suite);
        let mut play = Play::new(&keys);
        play.open(&keys);
        play.talk();
        play.json(&keys)
    });
    let sessions = sessions.chain(exchanges::all());
    let file = Json::map([
        ("about", Json::List(ABOUT.iter().map(|line| Json::text(*line)).collect())),
        ("sessions", Json::List(sessions.collect())),
        ("refusals", Json::List(refusals::all())),
    ]);
    vectors::check("session.json", &file.file());
}
