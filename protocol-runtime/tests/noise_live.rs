//! Whole connections over TCP with snow at one end: preface, handshake, a call and its reply in
//! records, and the close. What snow's end says is put together from `docs/wire.md`.
#![expect(clippy::wildcard_enum_match_arm, reason = "any other event fails the test")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which may panic"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use protocol_runtime::error::CloseReason;
use protocol_runtime::frame::control::{Accept, Close, Hello, Offer, PeerLimits, Preface};
use protocol_runtime::frame::preface::{Channel, PROLOGUE};
use protocol_runtime::frame::reason::Reason;
use protocol_runtime::limits::Limits;
use protocol_runtime::noise::{Keypair, OsRandom, Pattern, PresharedKey, Suite};
use protocol_runtime::session::{
    ClientSecurity, ClockPolicy, Config, Established, Event, ReplayFilter, Security, ServerKey,
    ServerSecurity, Session,
};
use protocol_runtime::wire::{DecodeOptions, Root, decode_root, encode_root};
use snow::{Builder, HandshakeState, TransportState};

const NOW_MS: u64 = 1_800_000_000_000;
const NUMBER: u16 = 7;
const PSK: [u8; 32] = [0x5a; 32];
const QUESTION: &[u8] = b"what a client says";
const ANSWER: &[u8] = b"what a server answers";

const REQUEST: u8 = 1;
const REPLY: u8 = 2;
const CLOSE: u8 = 12;

#[derive(Clone, Copy, Debug)]
struct Kind {
    pattern: Pattern,
    suite: Suite,
}

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        let of = |pattern| Suite::ALL.map(|suite| Self { pattern, suite });
        Pattern::ALL.into_iter().flat_map(of)
    }

    fn client_proves(self) -> bool {
        matches!(self.pattern, Pattern::Xx | Pattern::Xk)
    }

    fn server_proves(self) -> bool {
        matches!(self.pattern, Pattern::Nk | Pattern::Xx | Pattern::Xk)
    }

    fn server_known(self) -> bool {
        matches!(self.pattern, Pattern::Nk | Pattern::Xk)
    }

    fn snow(self, prologue: &[u8]) -> Builder<'_> {
        let name = format!("Noise_{}_25519_{}_SHA256", self.pattern, self.suite);
        let builder = Builder::new(name.parse().unwrap()).prologue(prologue).unwrap();
        if self.pattern == Pattern::NnPsk0 { builder.psk(0, &PSK).unwrap() } else { builder }
    }
}

fn client_key() -> Keypair {
    Keypair::from_secret([1; 32]).unwrap()
}

fn server_key() -> Keypair {
    Keypair::from_secret([2; 32]).unwrap()
}

fn offer() -> Offer {
    Offer { name: "acme::Echo".into(), version: 1, min: 1, fingerprint: [3; 16] }
}

fn limits() -> PeerLimits {
    PeerLimits {
        calls: 4,
        message: 65_536,
        frame: 65_536,
        stream_window: 262_144,
        events_window: 1_048_576,
        heartbeat_ms: 0,
    }
}

fn root<T: Root>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    encode_root(value, &mut out).unwrap();
    out
}

fn read_root<T: Root>(bytes: &[u8]) -> T {
    decode_root(&Bytes::copy_from_slice(bytes), &DecodeOptions::default()).unwrap()
}

/// Both ends of a connection on this machine.
fn connect() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    for stream in [&client, &server] {
        // So that a mistake ends the test instead of hanging it.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    }
    (client, server)
}

/// Time stands still here.
#[expect(clippy::disallowed_methods, reason = "time has to come from somewhere, once")]
fn now() -> Instant {
    static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
    *NOW
}

fn session(kind: Kind, security: Security) -> Session {
    let config = Config {
        security,
        suite: kind.suite,
        offers: vec![offer()],
        limits: Limits::default().into(),
        unix_ms: NOW_MS,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: protocol_runtime::session::CompressionOffer::default(),
        memory: protocol_runtime::session::MessageMemory::default(),
    };
    Session::new(config, Box::new(OsRandom), now()).unwrap()
}

fn our_client(kind: Kind) -> Session {
    let (local, known) = (client_key(), server_key().public());
    session(
        kind,
        Security::Client(match kind.pattern {
            Pattern::Nn => ClientSecurity::InsecureAnonymous,
            Pattern::Nk => ClientSecurity::ServerAuth { server: known },
            Pattern::Xx => ClientSecurity::Mutual { local, server: ServerKey::Pinned(known) },
            Pattern::Xk => ClientSecurity::Mutual { local, server: ServerKey::Known(known) },
            Pattern::NnPsk0 => {
                ClientSecurity::SharedKey { key: PresharedKey::from_bytes(PSK).unwrap() }
            }
        }),
    )
}

fn our_server(kind: Kind) -> Session {
    let local = server_key();
    session(
        kind,
        Security::Server(match kind.pattern {
            Pattern::Nn => ServerSecurity::InsecureAnonymous,
            Pattern::Nk => ServerSecurity::ServerAuth { local },
            Pattern::Xx | Pattern::Xk => ServerSecurity::Mutual { local },
            Pattern::NnPsk0 => ServerSecurity::SharedKey {
                key: PresharedKey::from_bytes(PSK).unwrap(),
                replay: Arc::new(ReplayFilter::new(&Limits::default(), NOW_MS)),
            },
        }),
    )
}

/// Carries bytes between a session and its socket until `on` has seen its last event.
fn drive(
    mut session: Session,
    mut stream: TcpStream,
    mut on: impl FnMut(&mut Session, Event) -> bool,
) -> Established {
    let (mut out, mut read, mut established) = (Vec::new(), [0; 4_096], None);
    loop {
        let mut done = false;
        while let Some(event) = session.poll_event() {
            if event == Event::Established {
                established = session.established().cloned();
            }
            done |= on(&mut session, event);
        }
        while session.poll_transmit(&mut out) {}
        stream.write_all(&out).unwrap();
        out.clear();
        if done {
            return established.unwrap();
        }
        let len = stream.read(&mut read).unwrap();
        assert!(len > 0, "snow's end left without a close");
        session.handle_bytes(now(), &mut BytesMut::from(&read[..len]));
    }
}

/// Snow's end of a connection, once its handshake is done.
struct Snow {
    stream: TcpStream,
    transport: TransportState,
    hash: Vec<u8>,
    text: Vec<u8>,
}

fn read_unit(stream: &mut TcpStream) -> Vec<u8> {
    let mut header = [0; 2];
    stream.read_exact(&mut header).unwrap();
    let mut body = vec![0; u16::from_be_bytes(header).into()];
    assert!(!body.is_empty(), "refused");
    stream.read_exact(&mut body).unwrap();
    body
}

fn unit(body: &[u8]) -> Vec<u8> {
    [&u16::try_from(body.len()).unwrap().to_be_bytes()[..], body].concat()
}

fn write(noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![0; 2_048];
    let len = noise.write_message(payload, &mut message).unwrap();
    unit(&message[..len])
}

fn read(noise: &mut HandshakeState, message: &[u8]) -> Vec<u8> {
    let mut payload = vec![0; 2_048];
    let len = noise.read_message(message, &mut payload).unwrap();
    payload[..len].to_vec()
}

impl Snow {
    fn new(stream: TcpStream, noise: HandshakeState) -> Self {
        assert!(noise.is_handshake_finished());
        let hash = noise.get_handshake_hash().to_vec();
        Self { stream, transport: noise.into_transport_mode().unwrap(), hash, text: Vec::new() }
    }

    /// Connects as a client.
    fn client(kind: Kind, mut stream: TcpStream) -> Self {
        let body = root(&Preface {
            offers: vec![offer()],
            record_max: 16_384,
            limits: limits(),
            compression: 0,
        });
        let fixed = [b'N', b'P', b'R', b'O', 0, kind.pattern.code(), kind.suite.code(), 0];
        let len = u16::try_from(body.len()).unwrap().to_le_bytes();
        let preface = [&fixed[..], &len, &body].concat();

        let (ours, theirs) = (client_key(), server_key().public());
        let prologue = [PROLOGUE, &preface].concat();
        let mut builder = kind.snow(&prologue);
        if kind.client_proves() {
            builder = builder.local_private_key(ours.secret()).unwrap();
        }
        if kind.server_known() {
            builder = builder.remote_public_key(theirs.as_bytes()).unwrap();
        }
        let mut noise = builder.build_initiator().unwrap();
        let hello = root(&Hello { unix_ms: NOW_MS, nonce: [9; 16] });
        let first: &[u8] = if kind.pattern == Pattern::NnPsk0 { &hello } else { &[] };
        stream.write_all(&[preface, write(&mut noise, first)].concat()).unwrap();

        let accept: Accept = read_root(&read(&mut noise, &read_unit(&mut stream)));
        assert_eq!((accept.format, accept.unix_ms, accept.protocols), (0, NOW_MS, vec![offer()]));
        if kind.client_proves() {
            stream.write_all(&write(&mut noise, &hello)).unwrap();
        }
        if kind.server_proves() {
            assert_eq!(noise.get_remote_static(), Some(&theirs.as_bytes()[..]));
        }
        Self::new(stream, noise)
    }

    /// Answers as a server.
    fn server(kind: Kind, mut stream: TcpStream) -> Self {
        let mut preface = vec![0; 10];
        stream.read_exact(&mut preface).unwrap();
        assert_eq!(preface[..4], *b"NPRO");
        assert_eq!(preface[4..8], [0, kind.pattern.code(), kind.suite.code(), 0]);
        let mut body = vec![0; u16::from_le_bytes([preface[8], preface[9]]).into()];
        stream.read_exact(&mut body).unwrap();
        let asked: Preface = read_root(&body);
        assert_eq!(asked.offers, [offer()]);
        preface.extend_from_slice(&body);

        let (ours, theirs) = (server_key(), client_key().public());
        let prologue = [PROLOGUE, &preface].concat();
        let mut builder = kind.snow(&prologue);
        if kind.server_proves() {
            builder = builder.local_private_key(ours.secret()).unwrap();
        }
        let mut noise = builder.build_responder().unwrap();
        let mut hello = read(&mut noise, &read_unit(&mut stream));
        let accept = Accept {
            format: 0,
            protocols: vec![offer()],
            record_max: 16_384,
            limits: limits(),
            unix_ms: NOW_MS,
            compression: 0,
        };
        stream.write_all(&write(&mut noise, &root(&accept))).unwrap();
        if kind.client_proves() {
            assert_eq!(hello, b"");
            hello = read(&mut noise, &read_unit(&mut stream));
            assert_eq!(noise.get_remote_static(), Some(&theirs.as_bytes()[..]));
        }
        if kind.client_proves() || kind.pattern == Pattern::NnPsk0 {
            let hello: Hello = read_root(&hello);
            assert_eq!(hello.unix_ms, NOW_MS);
        } else {
            assert_eq!(hello, b"");
        }
        Self::new(stream, noise)
    }

    fn send(&mut self, kind: u8, method: u16, call: u32, body: &[u8]) {
        let len = u32::try_from(body.len()).unwrap().to_le_bytes();
        let head = [&len[..], &[kind, 0], &method.to_le_bytes(), &call.to_le_bytes()].concat();
        let mut record = vec![0; 2_048];
        let len = self.transport.write_message(&[&head, body].concat(), &mut record).unwrap();
        self.stream.write_all(&unit(&record[..len])).unwrap();
    }

    /// The next frame: its kind, method and call, and its body.
    fn receive(&mut self) -> (u8, u16, u32, Vec<u8>) {
        loop {
            if let Some((head, rest)) = self.text.split_first_chunk::<12>() {
                let [a, b, c, d, kind, flags, e, f, g, h, i, j] = *head;
                let len = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap();
                if rest.len() >= len {
                    assert_eq!(flags, 0);
                    let body = rest[..len].to_vec();
                    self.text.drain(..12 + len);
                    return (
                        kind,
                        u16::from_le_bytes([e, f]),
                        u32::from_le_bytes([g, h, i, j]),
                        body,
                    );
                }
            }
            let record = read_unit(&mut self.stream);
            let mut text = vec![0; record.len()];
            let len = self.transport.read_message(&record, &mut text).unwrap();
            self.text.extend_from_slice(&text[..len]);
        }
    }
}

fn assert_agreed(kind: Kind, established: &Established, hash: &[u8]) {
    let Kind { pattern, suite } = kind;
    assert_eq!(established.channel, Channel::Noise { pattern, suite });
    assert_eq!(established.handshake_hash.as_ref().map(|hash| &hash[..]), Some(hash));
}

#[test]
fn a_client_made_of_snow_is_served() {
    for kind in Kind::all() {
        let (client, server) = connect();
        let serving = thread::spawn(move || {
            drive(our_server(kind), server, |session, event| match event {
                Event::Request { call, protocol, number, body, .. } => {
                    assert_eq!((protocol, number, &body[..]), (0, NUMBER, QUESTION));
                    let answer = |out: &mut Vec<u8>| {
                        out.extend_from_slice(ANSWER);
                        Ok(())
                    };
                    session.reply(call, answer).unwrap();
                    false
                }
                Event::Established => false,
                Event::Closed(CloseReason::Peer { reason: Reason::Normal, .. }) => true,
                other => unreachable!("{kind:?}: {other:?}"),
            })
        });
        let mut snow = Snow::client(kind, client);
        snow.send(REQUEST, NUMBER, 1, QUESTION);
        assert_eq!(snow.receive(), (REPLY, 0, 1, ANSWER.to_vec()), "{kind:?}");
        let reason = Reason::Normal.code();
        snow.send(CLOSE, 0, 0, &root(&Close { reason, text: String::new() }));
        let established = serving.join().unwrap();
        assert_agreed(kind, &established, &snow.hash);
        let proved = kind.client_proves().then(|| client_key().public());
        assert_eq!(established.peer_key, proved, "{kind:?}");
    }
}

#[test]
fn a_server_made_of_snow_is_called() {
    for kind in Kind::all() {
        let (client, server) = connect();
        let calling = thread::spawn(move || {
            drive(our_client(kind), client, |session, event| match event {
                Event::Established => {
                    let question = |out: &mut Vec<u8>| {
                        out.extend_from_slice(QUESTION);
                        Ok(())
                    };
                    session
                        .call(
                            now(),
                            0,
                            NUMBER,
                            protocol_runtime::session::CallOptions::default(),
                            question,
                        )
                        .unwrap();
                    false
                }
                Event::Reply { body, .. } => {
                    assert_eq!(&body[..], ANSWER, "{kind:?}");
                    session.close(Reason::Normal, "");
                    false
                }
                other => {
                    let closed = CloseReason::Local { reason: Reason::Normal };
                    assert_eq!(other, Event::Closed(closed), "{kind:?}");
                    true
                }
            })
        });
        let mut snow = Snow::server(kind, server);
        assert_eq!(snow.receive(), (REQUEST, NUMBER, 1, QUESTION.to_vec()), "{kind:?}");
        snow.send(REPLY, 0, 1, ANSWER);
        let (frame, _, _, body) = snow.receive();
        assert_eq!((frame, read_root::<Close>(&body).reason), (CLOSE, Reason::Normal.code()));
        let established = calling.join().unwrap();
        assert_agreed(kind, &established, &snow.hash);
        let proved = kind.server_proves().then(|| server_key().public());
        assert_eq!(established.peer_key, proved, "{kind:?}");
    }
}
