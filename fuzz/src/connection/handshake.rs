//! Handshakes between two sessions, with somebody on the way who changes what they say.

use network_protocol::noise::Suite;
use network_protocol::session::{CallId, Event, Role, Security};

use super::{Counted, End, KEYS, Protection, config};
use crate::input::Input;

/// What a client says is changed on its way to a server.
pub fn handshake_responder(data: &[u8]) {
    let mut input = Input::new(data);
    let protection = input.one([
        Protection::Xx,
        Protection::Nn,
        Protection::Xk,
        Protection::Nk,
        Protection::NnPsk0,
    ]);
    let suite = input.one(Suite::ALL);
    let replayed = input.below(4) == 3;
    let cuts = input.cuts();
    let seed = Counted::seed(data);
    let (mut client, mut server) = pair(protection, suite, seed, false);
    let sent = client.transmit();
    let mut stream = sent.clone();
    input.edit(&mut stream);
    server.receive(&stream, cuts);
    client.receive(&server.transmit(), &[]);
    assert!(!client.is_established() || stream.starts_with(&sent), "the client was deceived");

    let mut third = client.transmit();
    let genuine = [&sent[..], &third].concat();
    if replayed {
        third = third_of_another(protection, suite, seed);
    }
    input.edit(&mut third);
    server.receive(&third, cuts);
    stream.extend(third);
    let whole = stream.starts_with(&genuine);
    if protection.proves_client() {
        assert!(!server.is_established() || whole, "the server was deceived");
    } else if protection.proves_server() {
        // Who has no key to prove can still change nothing.
        let first = stream.starts_with(&sent);
        assert!(!server.is_established() || first, "the server took what nobody sent");
    }
    if whole && stream.len() == genuine.len() {
        finished(&mut client, &mut server, protection);
    }
    client.check();
    server.check();
}

/// What a server says is changed on its way to a client.
pub fn handshake_initiator(data: &[u8]) {
    let mut input = Input::new(data);
    let protection = input.one([
        Protection::Xx,
        Protection::Nn,
        Protection::Plain,
        Protection::Xk,
        Protection::Nk,
        Protection::NnPsk0,
    ]);
    let suite = input.one(Suite::ALL);
    let impostor = input.below(4) == 3;
    let cuts = input.cuts();
    let (mut client, mut server) = pair(protection, suite, Counted::seed(data), impostor);
    server.receive(&client.transmit(), &[]);
    let genuine = server.transmit();
    let mut answer = genuine.clone();
    input.edit(&mut answer);
    answer.extend_from_slice(input.rest());
    client.receive(&answer, cuts);
    if client.is_established() {
        let genuine = answer.starts_with(&genuine);
        assert!(genuine || protection == Protection::Plain, "the client was deceived");
        assert!(!(impostor && protection.proves_server()), "the key did not count");
        sensible(&client);
    } else if answer == genuine {
        assert!(impostor && protection.proves_server(), "{:?}", client.events);
    }
    if answer == genuine && client.is_established() {
        server.receive(&client.transmit(), cuts);
        finished(&mut client, &mut server, protection);
    }
    client.check();
    server.check();
}

fn pair(protection: Protection, suite: Suite, seed: u64, impostor: bool) -> (End, End) {
    let mut client = config(protection.of(Role::Client));
    client.suite = suite;
    let server = config(Security::Server(protection.server(if impostor { 2 } else { 1 })));
    (End::new(client, seed), End::new(server, !seed))
}

/// The last words of a client with the same key in another handshake.
fn third_of_another(protection: Protection, suite: Suite, seed: u64) -> Vec<u8> {
    let (mut client, mut server) = pair(protection, suite, seed ^ 1, false);
    server.receive(&client.transmit(), &[]);
    client.receive(&server.transmit(), &[]);
    client.transmit()
}

/// An untouched handshake is done on both sides, and carries a call.
fn finished(client: &mut End, server: &mut End, protection: Protection) {
    assert!(client.is_established() && server.is_established());
    let ours = client.session.established().expect("it is");
    let theirs = server.session.established().expect("it is");
    assert_eq!(ours.handshake_hash, theirs.handshake_hash);
    assert_eq!(ours.handshake_hash.is_none(), protection == Protection::Plain);
    let [client_key, server_key, _] = &*KEYS;
    let held = protection.proves_server() && protection != Protection::NnPsk0;
    assert_eq!(ours.peer_key, held.then(|| server_key.public()));
    assert_eq!(theirs.peer_key, protection.proves_client().then(|| client_key.public()));
    let call = client
        .session
        .call(*super::START, 0, 1, network_protocol::session::CallOptions::default(), |_| Ok(()))
        .expect("it is open");
    server.receive(&client.transmit(), &[]);
    let asked = server.events.last();
    assert!(matches!(asked, Some(Event::Request { call: asked, .. }) if *asked == call));
    assert_eq!(CallId::new(1), Some(call));
}

/// A client never agrees to what it did not offer.
fn sensible(client: &End) {
    let established = client.session.established().expect("it is");
    let offered = config(Protection::Plain.of(Role::Client)).offers;
    assert!(!established.protocols.is_empty());
    for (index, one) in (0_u8..).zip(&established.protocols) {
        assert_eq!(one.index, index);
        assert!(offered.contains(&one.ours) && one.ours.name == one.theirs.name);
        assert!(one.ours.version >= one.theirs.min && one.theirs.version >= one.ours.min);
        assert!(one.theirs.min <= one.theirs.version);
    }
    assert!((1_024..=client.session.limits().record_bytes()).contains(&established.record_bytes));
    assert!(established.calls <= client.session.limits().calls_in_flight());
}

pub(super) fn responder_seeds() -> Vec<(String, Vec<u8>)> {
    let seeds: [(&str, &[u8]); 15] = [
        ("xk", &[2, 0]),
        ("xk-replayed", &[2, 1, 3]),
        ("nk", &[3, 0]),
        ("nk-flip", &[3, 0, 0, 0, 1, 120, 0, 120, 0, 0]),
        ("psk", &[4, 1]),
        ("psk-flip", &[4, 0, 0, 0, 1, 120, 0, 120, 0, 0]),
        ("xx", &[0, 0]),
        ("xx-aes", &[0, 1]),
        ("xx-cut", &[0, 0, 0, 2, 1, 50]),
        ("xx-replayed", &[0, 0, 3]),
        ("nn", &[1, 0]),
        ("nn-aes", &[1, 1]),
        ("xx-flip-first", &[0, 0, 0, 0, 1, 120, 0, 120, 0, 0]),
        ("xx-flip-third", &[0, 0, 0, 0, 0, 1, 20, 0, 20, 0, 0]),
        ("xx-short-third", &[0, 0, 0, 0, 0, 1, 30, 0, 60, 0, 1]),
    ];
    seeds.map(|(name, seed)| (name.to_owned(), seed.to_vec())).into()
}

pub(super) fn initiator_seeds() -> Vec<(String, Vec<u8>)> {
    let reject = [&[2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 1, 3, 10, 0, 0], &[0; 26][..]];
    let seeds: [(&str, &[u8]); 16] = [
        ("xk", &[3, 0]),
        ("xk-impostor", &[3, 0, 3]),
        ("nk", &[4, 0]),
        ("nk-impostor", &[4, 1, 3]),
        ("psk", &[5, 0]),
        ("psk-impostor", &[5, 1, 3]),
        ("xx", &[0, 0]),
        ("xx-aes", &[0, 1]),
        ("xx-cut", &[0, 0, 0, 2, 1, 50]),
        ("xx-impostor", &[0, 0, 3]),
        ("nn", &[1, 0]),
        ("nn-flip", &[1, 0, 0, 0, 1, 40, 0, 40, 0, 0]),
        ("plain", &[2, 0]),
        ("plain-flip", &[2, 0, 0, 0, 1, 4, 0, 4, 0, 0]),
        ("plain-frames", &[2, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]),
        ("reject", &reject.concat()),
    ];
    seeds.map(|(name, seed)| (name.to_owned(), seed.to_vec())).into()
}
