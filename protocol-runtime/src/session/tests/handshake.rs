//! How a connection comes to be open, and every way in which it does not.

use std::time::Duration;

use super::pair::{
    CLIENT_MS, Pair, Protection, SERVER_MS, Side, append, config, key, offer, request, start,
};
use crate::error::{CloseReason, Error, Rejected, Skew, Waiting};
use crate::frame::control::{Accept, PeerLimits};
use crate::frame::preface::{BadPreface, Channel, Guess, Mode};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::noise::{NoiseError, Suite};
use crate::session::{
    CallOptions, CallRefused, ClientSecurity, Config, Established, Event, Role, Security,
    ServerKey, Session, Status,
};

const SECOND: Duration = Duration::from_secs(1);

fn client(protection: Protection) -> Config {
    config(protection.of(Role::Client))
}

fn server(protection: Protection) -> Config {
    config(protection.of(Role::Server))
}

/// How a side failed.
fn error(side: &Side) -> Error {
    match side.session.close_reason() {
        Some(CloseReason::Failed(error)) => (**error).clone(),
        other => panic!("{other:?}"),
    }
}

fn rejected(reason: Reason) -> Error {
    Error::Rejected(Rejected { reason, format_min: 0, format_max: 0, retry_after: None })
}

/// These two do not come together: the server for its reason, the client because it was told.
#[track_caller]
fn no_connection(client: Config, server: Config) -> Error {
    let mut pair = Pair::with(client, server);
    pair.settle();
    pair.assert_status(Status::Closed);
    let error = error(&pair.server);
    assert_eq!(self::error(&pair.client), rejected(error.reason()));
    assert!(matches!(&pair.client.take_events()[..], [Event::Closed(_)]));
    assert!(matches!(&pair.server.take_events()[..], [Event::Closed(_)]));
    error
}

#[test]
fn both_sides_agree_on_what_the_connection_is() {
    for protection in Protection::ALL {
        for suite in Suite::ALL {
            let mut pair = Pair::with(Config { suite, ..client(protection) }, server(protection));
            pair.settle();
            let client = pair.client.session.established().unwrap().clone();
            let server = pair.server.session.established().unwrap().clone();
            assert_eq!(client.channel, server.channel);
            assert_eq!(client.handshake_hash, server.handshake_hash);
            let expected = protection
                .pattern()
                .map_or(Channel::Clear, |pattern| Channel::Noise { pattern, suite });
            assert_eq!(client.channel, expected);
            assert_eq!(client.handshake_hash.is_some(), protection != Protection::Plain);
            // Who proves which key, and tells the time to whom.
            let (proves, proved, tells) = match protection {
                Protection::Plain | Protection::Nn => (false, false, false),
                Protection::Nk => (false, true, false),
                Protection::Xx | Protection::Xk => (true, true, true),
                Protection::Psk => (false, false, true),
            };
            assert_eq!(server.peer_key, proves.then(|| key(1).public()));
            assert_eq!(client.peer_key, proved.then(|| key(2).public()));
            let skew = |side: &Established| side.clock_skew.map(Skew::as_millis);
            assert_eq!((client.peer_unix_ms, skew(&client)), (Some(SERVER_MS), Some(-500)));
            let told = (tells.then_some(CLIENT_MS), tells.then_some(500));
            assert_eq!((server.peer_unix_ms, skew(&server)), told);
            assert_eq!(
                (client.calls, client.body_bytes, client.record_bytes),
                (128, 16_777_216, 65_519)
            );
            let one = &server.protocols[0];
            assert_eq!((one.index, one.name(), one.exact), (0, "test::A", true));
        }
    }
}

#[test]
fn limits_are_the_lesser_of_both_sides() {
    let few = Limits::default()
        .with_calls_in_flight(3)
        .and_then(|limits| limits.with_frame_bytes(2_000))
        .and_then(|limits| limits.with_message_bytes(1_500))
        .and_then(|limits| limits.with_record_bytes(1_100))
        .unwrap();
    for few_on_client in [false, true] {
        let (mut client, mut server) = (client(Protection::Xx), server(Protection::Xx));
        let side = if few_on_client { &mut client } else { &mut server };
        side.limits = few.clone().into();
        let mut pair = Pair::with(client, server);
        pair.settle();
        let (few, many) = if few_on_client {
            (&mut pair.client, &mut pair.server)
        } else {
            (&mut pair.server, &mut pair.client)
        };
        let seen = many.session.established().unwrap();
        assert_eq!((seen.calls, seen.body_bytes, seen.record_bytes), (3, 1_500, 1_100));
        let seen = few.session.established().unwrap();
        assert_eq!((seen.calls, seen.body_bytes, seen.record_bytes), (3, 16_777_216, 1_100));
        many.session.notify(0, 1, CallOptions::default(), append(&[0; 1_500])).unwrap();
        assert!(many.session.notify(0, 1, CallOptions::default(), append(&[0; 1_501])).is_err());
        many.session.notify(0, 1, CallOptions::default(), append(&[0; 1_500])).unwrap();
        pair.settle();
        pair.assert_status(Status::Open);
    }
}

#[test]
fn a_client_sends_no_frame_before_the_answer() {
    for protection in Protection::ALL {
        let mut pair = Pair::new(protection);
        let refused = pair.client.session.call(pair.now, 0, 1, CallOptions::default(), append(b""));
        assert_eq!(refused, Err(CallRefused::NotOpen));
        assert_eq!(
            pair.client.session.notify(0, 1, CallOptions::default(), append(b"")),
            Err(CallRefused::NotOpen)
        );
        assert_eq!(pair.client.session.ping(pair.now, 1), Err(CallRefused::NotOpen));
        assert!(pair.client.session.established().is_none());
    }
}

#[test]
fn the_third_message_and_the_first_frames_leave_together() {
    let mut pair = Pair::new(Protection::Xx);
    pair.carry(Role::Client);
    pair.carry(Role::Server);
    assert_eq!(pair.client.take_events(), [Event::Established]);
    let call = pair.client.call(pair.now, b"at once", None);
    pair.carry(Role::Client);
    assert_eq!(pair.server.take_events(), [Event::Established, request(call, b"at once")]);
}

#[test]
fn protocols_are_agreed_on_in_the_clients_order() {
    let mut client = client(Protection::Plain);
    let mut server = server(Protection::Plain);
    client.offers = vec![offer("c", 1, 1), offer("x", 1, 1), offer("a", 2, 1)];
    server.offers = vec![offer("a", 1, 1), offer("b", 1, 1), offer("c", 1, 1)];
    server.offers[0].fingerprint = [8; 16];
    let mut pair = Pair::with(client, server);
    pair.settle();
    for side in [&pair.client, &pair.server] {
        let established = side.session.established().unwrap();
        let seen: Vec<_> =
            established.protocols.iter().map(|one| (one.index, one.name(), one.exact)).collect();
        assert_eq!(seen, [(0, "c", true), (1, "a", false)]);
    }
    assert_eq!(pair.client.session.established().unwrap().protocols[1].theirs.version, 1);
    assert_eq!(pair.server.session.established().unwrap().protocols[1].theirs.version, 2);
}

#[test]
fn nothing_in_common_is_refused_with_what_each_side_has() {
    let mut unknown = client(Protection::Xx);
    unknown.offers = vec![offer("test::B", 1, 1)];
    let error = no_connection(unknown, server(Protection::Xx));
    assert_eq!(error.reason(), Reason::NoProtocol);
    assert_eq!(
        error.to_string(),
        "no protocol in common: this side has test::A version 1 (at least 1); \
         the peer has test::B version 1 (at least 1)"
    );
    let mut newer = client(Protection::Xx);
    newer.offers = vec![offer("test::A", 9, 2)];
    let error = no_connection(newer, server(Protection::Xx));
    assert_eq!(error.reason(), Reason::ProtocolVersion);
}

#[test]
fn a_server_takes_no_other_security_than_its_own() {
    for ours in Protection::ALL {
        let differs = |theirs: &Protection| mode(*theirs) != mode(ours);
        for theirs in Protection::ALL.into_iter().filter(differs) {
            let error = no_connection(client(theirs), server(ours));
            assert_eq!(error, Error::Security { theirs: mode(theirs), ours: mode(ours) });
        }
    }
}

fn mode(protection: Protection) -> Mode {
    let suite = Suite::ChaChaPoly;
    let noise = |pattern| Channel::Noise { pattern, suite };
    protection.pattern().map_or(Channel::Clear, noise).mode()
}

#[test]
fn a_server_with_a_key_takes_xx_and_xk() {
    for protection in [Protection::Xx, Protection::Xk] {
        let same = Pair::with(client(protection), server(Protection::Xx)).opened();
        let established = same.server.session.established().unwrap();
        assert_eq!(established.peer_key, Some(key(1).public()));
    }
}

#[test]
fn f9_a_server_with_another_key_than_the_pinned_one_is_refused_by_name() {
    let mut pinned = client(Protection::Xx);
    pinned.security = mutual(ServerKey::Pinned(key(9).public()));
    let mut pair = Pair::with(pinned, server(Protection::Xx));
    pair.settle();
    let (expected, presented) = (key(9).public(), key(2).public());
    let mismatch = NoiseError::PeerKeyMismatch { expected, presented };
    assert_eq!(error(&pair.client), Error::Handshake(mismatch));
    let text = error(&pair.client).to_string();
    assert!(text.contains(&expected.to_string()) && text.contains(&presented.to_string()));
    // The server learns nothing but that the client went away.
    assert_eq!(pair.server.session.status(), Status::Handshaking);
    pair.server.session.handle_eof();
    assert_eq!(error(&pair.server), Error::HandshakeTruncated);
}

fn mutual(server: ServerKey) -> Security {
    Security::Client(ClientSecurity::Mutual { local: key(1), server })
}

#[test]
fn a_client_that_knows_no_key_is_shown_the_one_that_was_proved() {
    let pair = Pair::with(config(mutual(ServerKey::Unknown)), server(Protection::Xx)).opened();
    let established = pair.client.session.established().unwrap();
    assert_eq!(established.peer_key, Some(key(2).public()));
}

#[test]
fn offers_that_break_the_rules_are_refused_at_home() {
    let bad = |offers| {
        let config = Config { offers, ..client(Protection::Plain) };
        Session::new(config, Box::new(super::pair::Dice::new(1)), start()).unwrap_err()
    };
    assert_eq!(bad(vec![]), BadPreface::Offers(0).into());
    let five = (0..5).map(|n| offer(&format!("p{n}"), 1, 1)).collect();
    assert_eq!(bad(five), BadPreface::Offers(5).into());
    assert_eq!(bad(vec![offer("", 1, 1)]), BadPreface::Name(0).into());
    assert_eq!(bad(vec![offer(&"x".repeat(65), 1, 1)]), BadPreface::Name(65).into());
    assert_eq!(bad(vec![offer("a", 1, 1), offer("a", 2, 1)]), BadPreface::Twice.into());
    let version = BadPreface::Version { version: 1, min: 2 };
    assert_eq!(bad(vec![offer("a", 1, 2)]), version.into());
    // The largest that is allowed fits.
    let name = |n: usize| format!("{n}{}", "x".repeat(63));
    let offers = (0..4).map(|n| offer(&name(n), u32::MAX, 0)).collect();
    let config = Config { offers, ..client(Protection::Plain) };
    Session::new(config, Box::new(super::pair::Dice::new(1)), start()).unwrap();
}

/// A server that hears these octets.
fn heard(protection: Protection, octets: &[u8]) -> Side {
    let mut side = Side::new(server(protection), start());
    side.receive(start(), octets);
    side
}

#[test]
fn fr8_what_is_not_our_protocol_is_named_and_met_with_silence() {
    for (octets, guess) in [
        (&b"GET / HTTP/1.1\r\n"[..], Guess::Http),
        (b"POST / HTTP/1.1\r\n", Guess::Http),
        (b"PRI * HTTP/2.0\r\n", Guess::Http),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", Guess::Tls),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Guess::Ssh),
        (b"\0\0\0\0", Guess::Unknown),
        (b"NPRX", Guess::Unknown),
    ] {
        let mut side = heard(Protection::Xx, octets);
        assert_eq!(error(&side), Error::NotOurProtocol(guess));
        assert!(side.transmit().is_empty());
    }
}

#[test]
fn a_client_names_what_else_answers() {
    for (octets, guess) in [
        (&b"HTTP/1.1 400 Bad Request\r\n"[..], Guess::Http),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Guess::Ssh),
        (b"\x15\x03\x03\0\x02\x02\x0a", Guess::Tls),
    ] {
        let mut side = Side::new(client(Protection::Xx), start());
        side.receive(start(), octets);
        assert_eq!(error(&side), Error::NotOurProtocol(guess));
    }
}

#[test]
fn f13_another_wire_format_is_refused_as_such() {
    let mut side = heard(Protection::Xx, b"NPRO\x07");
    assert_eq!(error(&side), Error::Format { theirs: 7, min: 0, max: 0 });
    // The client of that format hears which ones are spoken.
    let mut client = Side::new(client(Protection::Xx), start());
    client.receive(start(), &side.transmit());
    assert_eq!(error(&client), rejected(Reason::Format));
    assert_eq!(
        error(&client).to_string(),
        "refused by the peer (unauthenticated): wire format not supported, the server speaks 0 to 0"
    );
}

#[test]
fn fr3_each_broken_rule_of_the_preface_has_an_error_of_its_own() {
    for (octets, expected) in [
        (&b"NPRO\0\x06\x01\0\0\0"[..], BadPreface::Security(6)),
        (b"NPRO\0\x03\x00\0\0\0", BadPreface::Suite { security: 3, suite: 0 }),
        (b"NPRO\0\x03\x03\0\0\0", BadPreface::Suite { security: 3, suite: 3 }),
        (b"NPRO\0\x00\x01\0\0\0", BadPreface::Suite { security: 0, suite: 1 }),
        (b"NPRO\0\x03\x01\x01\0\0", BadPreface::Reserved(1)),
        (b"NPRO\0\x03\x01\0\xf7\x01", BadPreface::Length(503)),
        (b"NPRO\0\x03\x01\0\xff\xff", BadPreface::Length(65_535)),
        (b"NPRO\0\x03\x01\0\0\0", BadPreface::Offers(0)),
    ] {
        let mut side = heard(Protection::Xx, octets);
        assert_eq!(error(&side), expected.into());
        assert!(!side.transmit().is_empty());
    }
}

#[test]
fn f7_a_handshake_over_its_budget_is_refused_by_its_length() {
    let mut pair = Pair::new(Protection::Xx);
    let octets = pair.client.transmit();
    // The first message is 32 bytes behind a length of two.
    let preface = octets.len() - 34;
    pair.server.receive(pair.now, &octets[..preface]);
    pair.server.receive(pair.now, &4_096_u16.to_be_bytes());
    let max = 4_096 - u32::try_from(preface).unwrap();
    assert_eq!(error(&pair.server), Error::HandshakeTooLarge { len: 4_098, max });
    pair.client.receive(pair.now, &65_535_u16.to_be_bytes());
    pair.client.receive(pair.now, b"\0\0");
    assert_eq!(error(&pair.client), Error::HandshakeTooLarge { len: 65_537, max: 4_096 });
}

#[test]
fn f12_a_key_of_low_order_is_refused() {
    let mut pair = Pair::new(Protection::Xx);
    let octets = pair.client.transmit();
    let preface = octets.len() - 34;
    pair.server.receive(pair.now, &octets[..preface]);
    pair.server.receive(pair.now, &[&[0, 32][..], &[0; 32]].concat());
    assert_eq!(error(&pair.server), Error::Handshake(NoiseError::BadPeerKey));
    // One reaction on the wire, whatever it was.
    let octets = pair.server.transmit();
    pair.client.receive(pair.now, &octets);
    assert_eq!(error(&pair.client), rejected(Reason::BadHandshake));
    let mut pair = Pair::new(Protection::Xx);
    pair.carry(Role::Client);
    let mut octets = pair.server.transmit();
    octets[2..34].fill(0);
    pair.client.receive(pair.now, &octets);
    assert_eq!(error(&pair.client), Error::Handshake(NoiseError::BadPeerKey));
}

#[test]
fn a_client_that_is_silent_is_dropped_before_one_that_is_slow() {
    let mut pair = Pair::new(Protection::Xx);
    assert_eq!(pair.server.session.poll_timeout(), Some(pair.now + SECOND * 3));
    pair.advance(SECOND * 3);
    assert_eq!(error(&pair.server), Error::HandshakeTimeout(Waiting::FirstByte));
    assert!(pair.server.transmit().is_empty());
    let mut pair = Pair::new(Protection::Xx);
    let octets = pair.client.transmit();
    for octet in &octets[..9] {
        pair.server.receive(pair.now, &[*octet]);
        pair.advance(SECOND);
        assert_eq!(pair.server.session.status(), Status::Handshaking);
    }
    pair.advance(SECOND);
    assert_eq!(error(&pair.server), Error::HandshakeTimeout(Waiting::Handshake));
    // The client has its own limit, and hears of the server's.
    assert_eq!(error(&pair.client), Error::HandshakeTimeout(Waiting::Handshake));
    assert!(!pair.server.transmit().is_empty());
}

#[test]
fn f16_f17_an_open_connection_outlives_every_limit_of_the_handshake() {
    let mut pair = Pair::open(Protection::Xx);
    for _ in 0..1_000 {
        pair.advance(SECOND * 15);
        pair.settle();
    }
    pair.assert_status(Status::Open);
    assert_eq!(pair.client.take_events(), []);
    assert_eq!(pair.server.take_events(), []);
}

#[test]
fn a_close_during_the_handshake_is_told_to_a_client_that_can_hear_it() {
    let mut pair = Pair::new(Protection::Xx);
    pair.server.session.close(Reason::Busy, "");
    pair.settle();
    assert_eq!(error(&pair.client), rejected(Reason::Busy));
    let mut pair = Pair::new(Protection::Xx);
    pair.carry(Role::Client);
    pair.server.transmit();
    pair.server.session.close(Reason::Busy, "");
    assert!(pair.server.transmit().is_empty());
    let mut pair = Pair::new(Protection::Xx);
    pair.client.session.close(Reason::Normal, "");
    assert!(pair.client.transmit().is_empty());
}

#[test]
fn the_end_of_the_stream_during_the_handshake_has_a_name_of_its_own() {
    let mut pair = Pair::new(Protection::Xx);
    pair.client.session.handle_eof();
    pair.server.session.handle_eof();
    assert_eq!(error(&pair.client), Error::HandshakeTruncated);
    assert_eq!(error(&pair.server), Error::HandshakeTruncated);
    assert!(pair.client.transmit().is_empty());
}

/// A client over plain octets that hears this Accept.
fn answered(accept: &Accept) -> Side {
    let body = crate::wire::encode(accept).unwrap();
    let mut side = Side::new(client(Protection::Plain), start());
    let len = u16::try_from(body.len()).unwrap();
    side.receive(start(), &[&len.to_be_bytes()[..], &body].concat());
    side
}

fn accept() -> Accept {
    Accept {
        format: 0,
        protocols: vec![offer("test::A", 1, 1)],
        record_max: 16_384,
        limits: PeerLimits {
            calls: 1,
            message: 1_024,
            frame: 1_024,
            stream_window: 1_024,
            events_window: 1_024,
            heartbeat_ms: 0,
        },
        unix_ms: 0,
        compression: 0,
    }
}

#[test]
fn a_client_takes_no_answer_that_it_did_not_ask_for() {
    assert_eq!(answered(&accept()).session.status(), Status::Open);
    let bad = |accept: Accept| error(&answered(&accept));
    let nothing = Accept { protocols: vec![], ..accept() };
    assert!(matches!(bad(nothing), Error::BadAccept(_)));
    let other = Accept { protocols: vec![offer("test::B", 1, 1)], ..accept() };
    assert!(matches!(bad(other), Error::BadAccept(_)));
    let newer = Accept { protocols: vec![offer("test::A", 9, 9)], ..accept() };
    assert!(matches!(bad(newer), Error::BadAccept(_)));
    let twice = Accept { protocols: vec![offer("test::A", 1, 1); 2], ..accept() };
    assert_eq!(bad(twice), BadPreface::Twice.into());
    assert!(matches!(bad(Accept { format: 1, ..accept() }), Error::BadAccept(_)));
    for record_max in [0, 1_023, 65_520] {
        assert!(matches!(bad(Accept { record_max, ..accept() }), Error::BadAccept(_)));
    }
    let small = PeerLimits { frame: 1_023, ..accept().limits };
    let limit = BadPreface::Limit { name: "frames", value: 1_023 };
    assert_eq!(bad(Accept { limits: small, ..accept() }), limit.into());
}

#[test]
fn f8_a_hundred_handshakes_in_one_process_do_not_disturb_each_other() {
    let mut pairs: Vec<_> = (0..100_u8)
        .map(|n| {
            let mut pair = Pair::new(Protection::ALL[usize::from(n) % 6]);
            pair.cut = usize::from(n) + 1;
            pair
        })
        .collect();
    for _ in 0..3 {
        for pair in &mut pairs {
            pair.carry(Role::Client);
        }
        for pair in pairs.iter_mut().rev() {
            pair.carry(Role::Server);
        }
    }
    for pair in &pairs {
        pair.assert_status(Status::Open);
    }
}

#[test]
fn u3_a_changed_octet_anywhere_in_the_handshake_is_noticed() {
    // Every octet where it is cheap, and a sample where each try takes many key exchanges.
    for (protection, step) in [(Protection::Nn, 1), (Protection::Xx, 7)] {
        for flight in [Role::Client, Role::Server] {
            let len = first_flight(&mut Pair::new(protection), flight).len();
            for at in (0..len).step_by(step) {
                let mut pair = Pair::new(protection);
                let mut octets = first_flight(&mut pair, flight);
                octets[at] ^= 1 << (at % 8);
                let now = pair.now;
                pair.side(flight.peer()).receive(now, &octets);
                pair.settle();
                pair.client.session.handle_eof();
                pair.server.session.handle_eof();
                pair.assert_status(Status::Closed);
                // A changed greeting of an anonymous server is noticed by the first record.
                let opened = |events: Vec<Event>| events.contains(&Event::Established);
                let both = opened(pair.client.take_events()) && opened(pair.server.take_events());
                assert!(!both, "{protection:?} {flight:?} {at}");
            }
        }
    }
}

/// What a side says first, where the client has been heard if it is the server's turn.
fn first_flight(pair: &mut Pair, from: Role) -> Vec<u8> {
    if from == Role::Server {
        pair.carry(Role::Client);
    }
    pair.side(from).transmit()
}

#[test]
fn h4_octets_that_come_back_to_their_sender_open_nothing() {
    for protection in Protection::ALL {
        let mut pair = Pair::new(protection);
        let octets = pair.client.transmit();
        pair.client.receive(pair.now, &octets);
        assert_eq!(pair.client.session.status(), Status::Closed);
    }
}

#[test]
fn h12_a_newer_peers_fields_in_the_preface_are_skipped() {
    let mut pair = Pair::new(Protection::Plain);
    let mut octets = pair.client.transmit();
    // The block of the preface grows by two bytes; they stand before its tail.
    let block = usize::from(octets[10]);
    octets[10] += 2;
    octets.splice(11 + block..11 + block, [1, 2]);
    octets[8] += 2;
    pair.server.receive(pair.now, &octets);
    assert_eq!(pair.server.session.status(), Status::Open);
}

#[test]
fn a_session_may_be_moved_to_another_thread() {
    fn send<T: Send>() {}
    send::<Session>();
    send::<Event>();
}
