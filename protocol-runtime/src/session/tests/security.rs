//! Wrong keys, bad keys, and somebody in between: what each side says to its own people, and that
//! strangers are told nothing.

use bytes::Bytes;

use super::pair::{
    CLIENT_MS, Dice, Pair, Protection, SERVER_MS, Side, config, frame, id, key, method, offer,
    start,
};
use super::script::{Part, Recording, delivered, failure};
use crate::error::{CloseReason, Error, Rejected, Skew};
use crate::frame::control::Preface;
use crate::frame::header::Head;
use crate::frame::preface::{self, BadPreface, Channel};
use crate::frame::reason::Reason;
use crate::frame::unit;
use crate::noise::{NoiseError, Pattern, PresharedKey, PublicKey, Random as _, Suite};
use crate::session::{
    ClientSecurity, Config, Event, Role, Security, ServerKey, ServerSecurity, Session, Status,
};
use crate::wire::decode_root;

fn client(security: ClientSecurity) -> Config {
    config(Security::Client(security))
}

fn server(security: ServerSecurity) -> Config {
    config(Security::Server(security))
}

fn rejected(reason: Reason) -> Error {
    Error::Rejected(Rejected { reason, format_min: 0, format_max: 0, retry_after: None })
}

fn mutual(server: ServerKey) -> ClientSecurity {
    ClientSecurity::Mutual { local: key(1), server }
}

/// What a client says first, and what follows the preface in it.
fn first_flight(config: Config) -> (Side, Vec<u8>, Vec<u8>) {
    let mut side = Side::new(config, start());
    let octets = side.transmit();
    let end = 10 + usize::from(u16::from_le_bytes([octets[8], octets[9]]));
    let (preface, rest) = octets.split_at(end);
    (side, preface.to_vec(), rest.to_vec())
}

/// What a server makes of octets, and what it says to that.
fn heard(config: Config, octets: &[u8]) -> (Vec<Event>, Vec<u8>) {
    let mut side = Side::new(config, start());
    side.receive(start(), octets);
    (side.take_events(), side.transmit())
}

#[test]
fn h8_f9_each_wrong_key_has_a_name_at_home_and_none_on_the_wire() {
    let stranger = key(9).public();
    let psk =
        |secret| ClientSecurity::SharedKey { key: PresharedKey::from_bytes([secret; 32]).unwrap() };
    let at = |unix_ms| Config { unix_ms, ..config(Protection::Psk.of(Role::Client)) };
    let filled = Protection::Psk.server();
    let (_, preface, message) = first_flight(at(SERVER_MS));
    let seen = [preface, message].concat();
    assert_eq!(heard(server(filled.clone()), &seen).0, [Event::Established]);
    let low = [&[0, 48][..], &[0; 48]].concat();
    let authentication = Error::Handshake(NoiseError::Authentication);
    let by = |theirs| Error::ClockSkew { by: Skew::between(theirs, SERVER_MS) };
    let flight = |config| {
        let (_, preface, message) = first_flight(config);
        [preface, message].concat()
    };
    let cases = [
        (
            Protection::Xk.server(),
            flight(client(mutual(ServerKey::Known(stranger)))),
            authentication.clone(),
        ),
        (
            Protection::Nk.server(),
            flight(client(ClientSecurity::ServerAuth { server: stranger })),
            authentication.clone(),
        ),
        (Protection::Psk.server(), flight(client(psk(9))), authentication),
        (Protection::Psk.server(), flight(at(CLIENT_MS + 3_600_000)), by(CLIENT_MS + 3_600_000)),
        (Protection::Psk.server(), flight(at(SERVER_MS - 1)), Error::StaleTimestamp),
        (filled, seen, Error::Replayed),
        (
            Protection::Xk.server(),
            [first_flight(client(Protection::Xk.client())).1, low].concat(),
            Error::Handshake(NoiseError::BadPeerKey),
        ),
    ];
    let mut reject = Vec::new();
    let Error::Rejected(same) = rejected(Reason::BadHandshake) else { unreachable!() };
    unit::put_reject(&mut reject, same);
    for (security, octets, expected) in cases {
        let (events, answer) = heard(server(security), &octets);
        assert_eq!(failure(&events), expected);
        assert_eq!(answer, reject, "{expected}");
        let text = expected.to_string();
        assert!(text.chars().next().is_some_and(char::is_lowercase), "{text}");
    }
    assert!(
        rejected(Reason::BadHandshake).to_string().contains("compare the keys"),
        "the client's people hear what to look at"
    );
}

#[test]
fn h8_f9_a_key_that_changed_is_named_and_the_server_learns_nothing() {
    // The server was given another key, and proves that.
    let mut pair = Pair::with(
        client(mutual(ServerKey::Pinned(key(2).public()))),
        server(ServerSecurity::Mutual { local: key(9) }),
    );
    pair.settle();
    let (expected, presented) = (key(2).public(), key(9).public());
    let error = failure(&pair.client.take_events());
    assert_eq!(error, Error::Handshake(NoiseError::PeerKeyMismatch { expected, presented }));
    for key in [expected, presented] {
        assert!(error.to_string().contains(&key.to_string()), "{error}");
    }
    pair.server.session.handle_eof();
    assert_eq!(failure(&pair.server.take_events()), Error::HandshakeTruncated);
}

/// Each encoding of a point of low order: order 1, 2, 4 and 8, and those that are not canonical.
fn low_order() -> Vec<PublicKey> {
    let hex = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let keys = hex.map(|hex| <[u8; 32]>::try_from(hex::decode(hex).unwrap()).unwrap());
    let high = keys.map(|mut key| {
        // A bit that X25519 ignores.
        key[31] |= 0x80;
        key
    });
    keys.into_iter().chain(high).map(PublicKey::from_bytes).collect()
}

#[test]
fn h7_f12_a_key_of_low_order_is_refused_wherever_it_stands() {
    let bad = Error::Handshake(NoiseError::BadPeerKey);
    for point in low_order() {
        // The client's ephemeral key. With a shared key it is noticed before any point is.
        for protection in Protection::NOISE {
            let (_, preface, mut message) = first_flight(client(protection.client()));
            message[2..34].copy_from_slice(point.as_bytes());
            let (events, _) = heard(server(protection.server()), &[preface, message].concat());
            let authentication = Error::Handshake(NoiseError::Authentication);
            let expected = if protection == Protection::Psk { &authentication } else { &bad };
            assert_eq!(failure(&events), *expected, "{protection:?} {point}");
        }
        // The server's.
        for protection in Protection::NOISE {
            let mut pair = Pair::new(protection);
            pair.carry(Role::Client);
            let mut octets = pair.server.transmit();
            octets[2..34].copy_from_slice(point.as_bytes());
            pair.client.receive(pair.now, &octets);
            assert_eq!(failure(&pair.client.take_events()), bad, "{protection:?} {point}");
        }
        // The client's static key, and the server's.
        let forged = key(1).with_public(point);
        for pin in [ServerKey::Unknown, ServerKey::Known(key(2).public())] {
            let security = ClientSecurity::Mutual { local: forged.clone(), server: pin };
            let mut pair = Pair::with(client(security), server(Protection::Xx.server()));
            pair.settle();
            assert_eq!(failure(&pair.server.take_events()), bad, "{pin:?} {point}");
        }
        let mut pair = Pair::with(
            client(mutual(ServerKey::Unknown)),
            server(ServerSecurity::Mutual { local: forged }),
        );
        pair.settle();
        assert_eq!(failure(&pair.client.take_events()), bad, "{point}");
        // The key that a client was given of its server.
        for security in
            [mutual(ServerKey::Known(point)), ClientSecurity::ServerAuth { server: point }]
        {
            let refused = Session::new(client(security), Box::new(Dice::new(1)), start());
            assert_eq!(refused.unwrap_err(), bad, "{point}");
        }
    }
}

#[test]
fn h10_u2_somebody_in_between_with_keys_of_its_own_is_always_noticed() {
    let mitm = key(8);
    let authentication = Error::Handshake(NoiseError::Authentication);
    for protection in [Protection::Xx, Protection::Xk, Protection::Nk, Protection::Psk] {
        // It plays the server, as well as it can.
        let theirs = match protection.server() {
            ServerSecurity::Mutual { .. } => ServerSecurity::Mutual { local: mitm.clone() },
            ServerSecurity::ServerAuth { .. } => ServerSecurity::ServerAuth { local: mitm.clone() },
            ServerSecurity::SharedKey { replay, .. } => ServerSecurity::SharedKey {
                key: PresharedKey::from_bytes([8; 32]).unwrap(),
                replay,
            },
            other @ (ServerSecurity::Plain | ServerSecurity::InsecureAnonymous) => other,
        };
        let mut pair = Pair::with(client(protection.client()), server(theirs));
        pair.settle();
        assert_ne!(pair.client.session.status(), Status::Open);
        assert!(!pair.client.take_events().contains(&Event::Established));
        if protection == Protection::Xx {
            let (expected, presented) = (key(2).public(), mitm.public());
            let mismatch = NoiseError::PeerKeyMismatch { expected, presented };
            let CloseReason::Failed(error) = pair.client.session.close_reason().unwrap() else {
                panic!("{:?}", pair.client.session.close_reason());
            };
            assert_eq!(**error, Error::Handshake(mismatch));
        } else {
            // It cannot even read what the client says.
            assert_eq!(failure(&pair.server.take_events()), authentication);
        }
    }
    // It plays the client: the server is shown its key and not that of somebody it trusts.
    let local = mitm.clone();
    let known = ServerKey::Known(key(2).public());
    let security = ClientSecurity::Mutual { local, server: known };
    let pair = Pair::with(client(security), server(Protection::Xk.server())).opened();
    let shown = pair.server.session.established().unwrap().peer_key;
    assert_eq!(shown, Some(mitm.public()));
}

#[test]
fn h10_two_connections_of_somebody_in_between_have_two_hashes() {
    // Where nobody proves anything it can sit in between; a token that is bound to the hash of one
    // connection is of no use in the other.
    let front = Pair::open(Protection::Nn);
    let mut back = Pair::new(Protection::Nn);
    back.client = Side::seeded(8, config(Protection::Nn.of(Role::Client)), back.now);
    let back = back.opened();
    let hash = |pair: &Pair| pair.client.session.established().unwrap().handshake_hash;
    assert_ne!(hash(&front), hash(&back));
}

/// What somebody in between makes of a preface.
type Edit = (&'static str, fn(&mut Channel, &mut Preface));

fn noise(channel: &mut Channel) -> (&mut Pattern, &mut Suite) {
    match channel {
        Channel::Noise { pattern, suite } => (pattern, suite),
        Channel::Clear => panic!("nothing to edit"),
    }
}

const EDITS: &[Edit] = &[
    ("a higher version", |_, preface| preface.offers[0].version += 1),
    ("a lower least version", |_, preface| preface.offers[0].min -= 1),
    ("another schema", |_, preface| preface.offers[0].fingerprint[3] ^= 1),
    ("another name", |_, preface| preface.offers[0].name = "test::C".into()),
    ("another order", |_, preface| preface.offers.reverse()),
    ("one offer less", |_, preface| drop(preface.offers.pop())),
    ("one offer more", |_, preface| preface.offers.push(offer("test::C", 1, 1))),
    ("smaller records", |_, preface| preface.record_max = 1_024),
    ("larger records", |_, preface| preface.record_max = 65_519),
    ("fewer calls", |_, preface| preface.limits.calls = 1),
    ("smaller messages", |_, preface| preface.limits.message = 1_024),
    ("smaller frames", |_, preface| preface.limits.frame = 1_024),
    ("another suite", |channel, _| *noise(channel).1 = Suite::AesGcm),
    ("NN", |channel, _| *noise(channel).0 = Pattern::Nn),
    ("NK", |channel, _| *noise(channel).0 = Pattern::Nk),
    ("XX", |channel, _| *noise(channel).0 = Pattern::Xx),
    ("XK", |channel, _| *noise(channel).0 = Pattern::Xk),
    ("NNpsk0", |channel, _| *noise(channel).0 = Pattern::NnPsk0),
    ("no protection", |channel, _| *channel = Channel::Clear),
];

#[test]
fn h9_u3_a_preface_that_was_edited_on_the_way_makes_no_connection() {
    let offers = vec![offer("test::A", 2, 1), offer("test::B", 1, 1)];
    for protection in Protection::NOISE {
        for (what, edit) in EDITS {
            let with = |role| Config { offers: offers.clone(), ..config(protection.of(role)) };
            let (mut client, original, message) = first_flight(with(Role::Client));
            let body = Bytes::copy_from_slice(&original[10..]);
            let mut body: Preface = decode_root(&body, &preface::small()).unwrap();
            let pattern = protection.pattern().unwrap();
            let mut channel = Channel::Noise { pattern, suite: Suite::ChaChaPoly };
            edit(&mut channel, &mut body);
            let mut edited = Vec::new();
            preface::put(&mut edited, channel, &body).unwrap();
            if edited == original {
                // Asked for already.
                continue;
            }
            let (events, answer) = heard(with(Role::Server), &[edited, message].concat());
            assert!(!events.contains(&Event::Established) || !answer.is_empty());
            client.receive(start(), &answer);
            client.session.handle_eof();
            let told = failure(&client.take_events());
            assert!(
                matches!(told, Error::Handshake(_) | Error::Rejected(_)),
                "{protection:?}, {what}: {told}"
            );
            assert!(client.transmit().is_empty(), "{protection:?}, {what}: it tries with less");
        }
    }
}

#[test]
fn h9_a_forged_reject_ends_the_client_and_changes_nothing_about_it() {
    for protection in Protection::ALL {
        for code in (0..20).chain([900, u16::MAX]) {
            let (mut client, _, _) = first_flight(client(protection.client()));
            let reason = Reason::from_code(code);
            let forged = Rejected { reason, format_min: 7, format_max: 9, retry_after: None };
            let mut octets = Vec::new();
            unit::put_reject(&mut octets, forged);
            client.receive(start(), &octets);
            let told = failure(&client.take_events());
            assert_eq!(told, Error::Rejected(forged));
            assert!(told.to_string().contains("unauthenticated"), "{told}");
            assert!(client.transmit().is_empty(), "{protection:?} {code}");
        }
    }
}

#[test]
fn h9_an_answer_in_clear_is_none_to_a_client_that_asked_for_more() {
    // What a server without protection says to a client without.
    let (_, preface, _) = first_flight(client(ClientSecurity::Plain));
    let (_, accept) = heard(server(ServerSecurity::Plain), &preface);
    for protection in Protection::NOISE {
        let (mut client, _, _) = first_flight(client(protection.client()));
        client.receive(start(), &accept);
        let told = failure(&client.take_events());
        assert!(matches!(told, Error::Handshake(_)), "{protection:?}: {told}");
    }
}

#[test]
fn h4_an_answer_that_comes_back_to_the_server_opens_nothing() {
    for protection in Protection::NOISE {
        let mut pair = Pair::new(protection);
        pair.carry(Role::Client);
        let answer = pair.server.transmit();
        pair.server.receive(pair.now, &answer);
        let events = pair.server.take_events();
        let given = delivered(&events);
        assert!(given.is_empty() || given == [Event::Established]);
        assert!(matches!(failure(&events), Error::Handshake(_) | Error::Record(_)));
    }
}

#[test]
fn h12_a_newer_servers_fields_in_its_answer_are_skipped_and_other_forms_are_not() {
    let (mut client, preface, _) = first_flight(client(ClientSecurity::Plain));
    let (_, mut accept) = heard(server(ServerSecurity::Plain), &preface);
    // The block grows by two bytes; they stand before its tail.
    let block = usize::from(accept[2]);
    accept[2] += 2;
    accept.splice(3 + block..3 + block, [1, 2]);
    accept[1] += 2;
    client.receive(start(), &accept);
    assert_eq!(client.take_events(), [Event::Established]);

    // A length in a longer form than it needs, on both sides.
    let mut longer = preface.clone();
    longer.splice(10..=10, [255, preface[10], 0]);
    longer[8] += 2;
    let (events, _) = heard(server(ServerSecurity::Plain), &longer);
    let refused = failure(&events);
    assert!(matches!(refused, Error::BadPreface(BadPreface::Body(_))), "{refused}");
    let (_, accept) = heard(server(ServerSecurity::Plain), &preface);
    let mut longer = accept.clone();
    longer.splice(2..=2, [255, accept[2], 0]);
    longer[1] += 2;
    let (mut client, _, _) = first_flight(self::client(ClientSecurity::Plain));
    client.receive(start(), &longer);
    let refused = failure(&client.take_events());
    assert!(matches!(refused, Error::BadPreface(BadPreface::Body(_))), "{refused}");
}

#[test]
fn f7_h12_no_message_of_a_handshake_is_waited_for_beyond_its_bound() {
    for protection in Protection::NOISE {
        let (mut client, preface, _) = first_flight(client(protection.client()));
        let mut server = Side::new(server(protection.server()), start());
        server.receive(start(), &[&preface[..], &4_096_u16.to_be_bytes()].concat());
        assert!(matches!(failure(&server.take_events()), Error::HandshakeTooLarge { .. }));
        // Four octets, as the first two might be another protocol's.
        client.receive(start(), &[0x10, 0x00, 0, 0]);
        let max = 4_096;
        assert_eq!(failure(&client.take_events()), Error::HandshakeTooLarge { len: 4_098, max });
    }
}

#[test]
fn h13_frames_before_the_end_of_the_handshake_and_messages_after_it_are_refused() {
    let request = frame(Head::Request { call: id(1), method: method() }, b"x");
    for protection in Protection::NOISE {
        // A request in clear behind the first message.
        let (_, preface, message) = first_flight(client(protection.client()));
        let mut early = Side::new(server(protection.server()), start());
        early.receive(start(), &[preface, message, request.clone()].concat());
        early.session.handle_eof();
        let events = early.take_events();
        assert!(delivered(&events).iter().all(|event| *event == Event::Established));
        failure(&events);

        // The last message of the handshake once more, from each side.
        let recording = Recording::new(protection, 1);
        for to in [Role::Server, Role::Client] {
            let mut handshake = recording
                .flights
                .iter()
                .filter(|flight| flight.part == Part::Handshake && flight.from != to);
            let last = handshake.next_back().unwrap();
            let mut pair = Pair::open(protection);
            let now = pair.now;
            let side = pair.side(to);
            side.receive(now, &last.octets[last.octets.len().saturating_sub(64)..]);
            side.session.handle_eof();
            let events = side.take_events();
            assert_eq!(delivered(&events), []);
            assert!(matches!(failure(&events), Error::Record(_) | Error::Truncated));
        }
    }
}

#[test]
fn u4_the_nonce_is_never_seen_on_the_wire() {
    // The client draws its ephemeral key, then its nonce.
    let mut dice = Dice::new(1);
    let (mut ephemeral, mut nonce) = ([0; 32], [0; 16]);
    dice.fill(&mut ephemeral).unwrap();
    dice.fill(&mut nonce).unwrap();
    for protection in [Protection::Xx, Protection::Xk, Protection::Psk] {
        let recording = Recording::new(protection, 1);
        for flight in &recording.flights {
            assert!(flight.octets.windows(16).all(|window| window != nonce), "{protection:?}");
        }
    }
}

#[test]
fn a_client_that_knows_the_key_is_known_to_nobody_on_the_way() {
    // Of XK, as of XX: the client's key is nowhere in clear; nor is the server's.
    for protection in [Protection::Xx, Protection::Xk] {
        let recording = Recording::new(protection, 1);
        for key in [key(1).public(), key(2).public()] {
            for flight in &recording.flights {
                assert!(flight.octets.windows(32).all(|window| window != key.as_bytes()));
            }
        }
    }
}

#[test]
fn a_configuration_shows_no_secret() {
    for protection in Protection::ALL {
        for role in [Role::Client, Role::Server] {
            let shown = format!("{:?}", config(protection.of(role)));
            for secret in [[1; 32], [2; 32], [7; 32]] {
                assert!(!shown.contains(&hex::encode(secret)), "{shown}");
                assert!(!shown.contains(&format!("{secret:?}")), "{shown}");
            }
        }
    }
}
