//! First octets that a server does not take, and what it answers.

use std::time::Instant;

use bytes::BytesMut;
use golden::chat::Chat;
use network_protocol::frame::control::{Offer, PeerLimits, Preface};
use network_protocol::frame::reason::Reason;
use network_protocol::noise::{Pattern, Suite};
use network_protocol::session::{Role, Session, Status};
use network_protocol::wire::encode;

use crate::json::Json;
use crate::sessions::{Keys, config, offer};

/// All of them, each as it stands in the file.
pub fn all() -> Vec<Json> {
    let nothing = [0; 32];
    let client = Keys::new(Some(Pattern::Xx), Suite::ChaChaPoly);
    let refusal = |what, octets: Vec<u8>, reason| refusal(what, &octets, reason);
    vec![
        refusal("a request of HTTP", b"GET / HTTP/1.1\r\n".to_vec(), None),
        refusal(
            "the magic and another format",
            vec![0x4e, 0x50, 0x52, 0x4f, 1],
            Some(Reason::Format),
        ),
        refusal(
            "a security that no format has",
            preface(9, 1, 0, &chat()),
            Some(Reason::BadPreface),
        ),
        refusal("a suite that no format has", preface(3, 9, 0, &chat()), Some(Reason::BadPreface)),
        refusal("no security, with a suite", preface(0, 1, 0, &chat()), Some(Reason::BadPreface)),
        refusal("the reserved byte", preface(3, 1, 1, &chat()), Some(Reason::BadPreface)),
        refusal(
            "a body of 503 bytes",
            b"NPRO\0\x03\x01\0\xf7\x01".to_vec(),
            Some(Reason::BadPreface),
        ),
        refusal("a body that is cut", cut(preface(3, 1, 0, &chat())), Some(Reason::BadPreface)),
        refusal("no offer", preface(3, 1, 0, &body(Vec::new())), Some(Reason::BadPreface)),
        refusal(
            "an offer twice",
            preface(3, 1, 0, &body(vec![offer::<Chat>(); 2])),
            Some(Reason::BadPreface),
        ),
        refusal("a limit of 1,023 bytes", preface(3, 1, 0, &low()), Some(Reason::BadPreface)),
        refusal("no security", preface(0, 0, 0, &chat()), Some(Reason::Security)),
        refusal("Noise NN", preface(1, 1, 0, &chat()), Some(Reason::Security)),
        refusal("Noise NK", preface(2, 1, 0, &chat()), Some(Reason::Security)),
        refusal("Noise NNpsk0", preface(5, 1, 0, &chat()), Some(Reason::Security)),
        refusal(
            "a protocol that is not served",
            preface(3, 1, 0, &named("a::B", 1, 1)),
            Some(Reason::NoProtocol),
        ),
        refusal(
            "a client that is too new",
            preface(3, 1, 0, &named("example::chat::Chat", 9, 9)),
            Some(Reason::ProtocolVersion),
        ),
        refusal(
            "an ephemeral key of zeros",
            [&preface(3, 1, 0, &chat())[..], &[0, 32], &nothing].concat(),
            Some(Reason::BadHandshake),
        ),
        refusal(
            "a message 1 that is too short",
            [&preface(3, 1, 0, &chat())[..], &[0, 31], &nothing[1..]].concat(),
            Some(Reason::BadHandshake),
        ),
        refusal(
            "a message 1 with a payload",
            [&preface(3, 1, 0, &chat())[..], &[0, 33], &client.client_ephemeral_public(), &[1]]
                .concat(),
            Some(Reason::BadHandshake),
        ),
        refusal(
            "a message 1 of XK to a server with another key",
            [
                &preface(4, 1, 0, &chat())[..],
                &[0, 48],
                &client.client_ephemeral_public(),
                &nothing[..16],
            ]
            .concat(),
            Some(Reason::BadHandshake),
        ),
        refusal(
            "a Reject",
            [&preface(3, 1, 0, &chat())[..], &[0, 0], &nothing].concat(),
            Some(Reason::BadHandshake),
        ),
    ]
}

/// What a server says to this, which must be a Reject with this reason, or nothing.
fn refusal(what: &str, octets: &[u8], reason: Option<Reason>) -> Json {
    let keys = Keys::new(Some(Pattern::Xx), Suite::ChaChaPoly);
    let now = Instant::now();
    let mut server =
        Session::new(config(Role::Server, &keys), Box::new(keys.random(Role::Server)), now)
            .expect("a session");
    server.handle_bytes(now, &mut BytesMut::from(octets));
    assert_eq!(server.status(), Status::Closed, "{what}");
    let mut answer = Vec::new();
    server.poll_transmit(&mut answer);
    let expected = reason.map_or(Vec::new(), |reason| {
        // No length, the code, formats 0 to 0, no advice when to try again, and zeros.
        let mut reject = vec![0; 34];
        reject[2..4].copy_from_slice(&reason.code().to_le_bytes());
        reject
    });
    assert_eq!(answer, expected, "{what}: {:?}", server.close_reason());
    let mut entries = vec![
        ("what".to_owned(), Json::text(what)),
        ("octets".to_owned(), Json::hex(octets)),
        ("answer".to_owned(), Json::hex(&answer)),
    ];
    if let Some(reason) = reason {
        entries.push(("reason".into(), Json::number(reason.code())));
        entries.push(("name".into(), Json::text(format!("{reason:?}"))));
    }
    Json::Map(entries)
}

/// A preface as bytes, right or wrong.
fn preface(security: u8, suite: u8, reserved: u8, body: &Preface) -> Vec<u8> {
    let body = encode(body).expect("a body");
    let len = u16::try_from(body.len()).expect("short").to_le_bytes();
    [&b"NPRO\0"[..], &[security, suite, reserved], &len, &body].concat()
}

fn cut(mut preface: Vec<u8>) -> Vec<u8> {
    preface.truncate(10 + 20);
    preface[8] = 20;
    preface
}

fn chat() -> Preface {
    body(vec![offer::<Chat>()])
}

fn named(name: &str, version: u32, min: u32) -> Preface {
    body(vec![Offer { name: name.into(), version, min, fingerprint: [0; 16] }])
}

fn low() -> Preface {
    let mut preface = chat();
    preface.limits.message = 1_023;
    preface
}

fn body(offers: Vec<Offer>) -> Preface {
    let limits = PeerLimits {
        calls: 128,
        message: 16_777_216,
        frame: 1_048_576,
        stream_window: 262_144,
        events_window: 1_048_576,
        heartbeat_ms: 15_000,
    };
    Preface { offers, record_max: 16_384, limits, compression: 0 }
}
