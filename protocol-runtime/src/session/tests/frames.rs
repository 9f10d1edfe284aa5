//! Peers that break the rules of frames, each met by a Close with a reason and one named error.

use std::time::Duration;

use super::pair::{Pair, Protection, append, control, frame, frames, id, key, method, request};
use crate::error::{CloseReason, Error, Flood};
use crate::frame::control::{Close, ErrorBody, Ping, Pong};
use crate::frame::header::{BadFrame, Head, Kind, Method};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{CallFailure, CallOptions, Event, Role, Status};
use crate::wire::{DecodeOptions, decode_root};

/// What the server's last octets say, if they end with a Close.
fn closed_with(octets: &[u8]) -> Option<Reason> {
    let last = frames(octets).pop()?;
    assert_eq!(last.head, Head::Close);
    let close: Close = decode_root(&last.body, &DecodeOptions::default()).unwrap();
    Some(Reason::from_code(close.reason))
}

/// Octets of a client that end the connection with this error, told with this reason.
#[track_caller]
fn refused(octets: &[u8], error: Error, reason: Reason) {
    let mut pair = Pair::open(Protection::Plain);
    pair.server.receive(pair.now, octets);
    let events = pair.server.take_events();
    assert_eq!(events.last(), Some(&Event::Closed(error.into())));
    assert!(pair.server.inbox.is_empty());
    assert_eq!(closed_with(&pair.server.transmit()), Some(reason));
}

#[test]
fn each_broken_rule_of_a_header_has_an_error_of_its_own() {
    let mut unknown = frame(Head::Ping, b"");
    unknown[4] = 0x40;
    refused(&unknown, BadFrame::UnknownKind(0x40).into(), Reason::BadFrame);
    let mut flags = frame(Head::Request { call: id(1), method: method() }, b"");
    flags[5] = 16;
    let error = BadFrame::Flags { kind: Kind::Request, flags: 16 };
    refused(&flags, error.into(), Reason::BadFrame);
    let mut call = frame(Head::Ping, b"");
    call[8] = 3;
    refused(&call, BadFrame::Call { kind: Kind::Ping, call: 3 }.into(), Reason::BadFrame);
}

#[test]
fn a_call_must_have_the_parity_of_its_side() {
    let call = id(2);
    refused(
        &frame(Head::Request { call, method: method() }, b""),
        BadFrame::Parity { kind: Kind::Request, call }.into(),
        Reason::BadFrame,
    );
    for (head, kind) in
        [(Head::Reply { call: id(1) }, Kind::Reply), (Head::Error { call: id(1) }, Kind::Error)]
    {
        let error = BadFrame::Parity { kind, call: id(1) };
        refused(&frame(head, b""), error.into(), Reason::BadFrame);
    }
}

#[test]
fn an_answer_to_a_call_that_was_never_made_ends_the_connection() {
    for (head, kind) in
        [(Head::Reply { call: id(2) }, Kind::Reply), (Head::Error { call: id(2) }, Kind::Error)]
    {
        let error = BadFrame::NeverMade { kind, call: id(2) };
        refused(&frame(head, b""), error.into(), Reason::BadFrame);
    }
}

#[test]
fn a_request_on_an_open_call_ends_the_connection() {
    let call = id(7);
    let once = frame(Head::Request { call, method: method() }, b"");
    refused(&once.repeat(2), BadFrame::Open(call).into(), Reason::BadFrame);
}

#[test]
fn a_message_of_a_protocol_that_was_not_accepted_ends_the_connection() {
    let method = Method::new(1, 1).unwrap();
    for head in [Head::Request { call: id(1), method }, Head::Event { method }] {
        refused(&frame(head, b""), BadFrame::Protocol(1).into(), Reason::BadFrame);
    }
}

#[test]
fn f3_a_frame_over_the_limit_is_refused_by_its_length_alone() {
    let max = 65_536;
    for len in [max + 1, u32::MAX / 2, u32::MAX] {
        let error = Error::FrameTooLarge { len, max };
        refused(&len.to_le_bytes(), error, Reason::FrameTooLarge);
    }
    // Those of the connection itself are small, so their limit is too.
    let error = Error::FrameTooLarge { len: 1_025, max: 1_024 };
    refused(&Head::Close.to_bytes(1_025), error, Reason::FrameTooLarge);
}

#[test]
fn a_body_of_the_connections_own_must_be_readable() {
    for (head, kind) in
        [(Head::Ping, Kind::Ping), (Head::Pong, Kind::Pong), (Head::Close, Kind::Close)]
    {
        let mut pair = Pair::open(Protection::Plain);
        pair.server.receive(pair.now, &frame(head, &[200, 1]));
        let events = pair.server.take_events();
        let [Event::Closed(CloseReason::Failed(error))] = &events[..] else { panic!("{events:?}") };
        assert!(matches!(&**error, Error::BadControl { kind: got, .. } if *got == kind));
        assert_eq!(closed_with(&pair.server.transmit()), Some(Reason::BadFrame));
    }
}

#[test]
fn newer_fields_of_the_connections_own_bodies_are_skipped() {
    let mut pair = Pair::open(Protection::Plain);
    let mut body = vec![12];
    body.extend_from_slice(&5_u64.to_le_bytes());
    body.extend_from_slice(&[1, 2, 3, 4]);
    pair.server.receive(pair.now, &frame(Head::Ping, &body));
    assert_eq!(pair.server.transmit(), control(Head::Pong, &Pong { token: 5 }));
}

#[test]
fn a_malformed_error_ends_its_call_and_the_connection() {
    let mut pair = Pair::open(Protection::Plain);
    let call = pair.client.call(pair.now, b"", None);
    let other = pair.client.call(pair.now, b"", None);
    pair.client.transmit();
    pair.client.receive(pair.now, &frame(Head::Error { call }, &[200]));
    let events = pair.client.take_events();
    let lost = CallFailure::ConnectionLost { maybe_executed: true };
    let ended = [call, other].map(|call| Event::Failed { call, error: lost.clone() });
    assert_eq!(events[..2], ended);
    assert!(matches!(&events[2..], [Event::Closed(_)]));
}

#[test]
fn the_text_of_a_peer_is_cut() {
    let mut pair = Pair::open(Protection::Plain);
    let call = pair.client.call(pair.now, b"", None);
    let body = ErrorBody {
        code: 9,
        retry_after_ms: 0,
        text: "x".repeat(5_000),
        detail: bytes::Bytes::new(),
    };
    pair.client.receive(pair.now, &control(Head::Error { call }, &body));
    let events = pair.client.take_events();
    let [Event::Failed { error: CallFailure::Remote(fault), .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(fault.text().len(), 256);
}

#[test]
fn one_call_over_the_limit_is_answered_overloaded_inside() {
    let mut pair = Pair::open(Protection::Plain);
    for number in 0..130 {
        let call = id(number * 2 + 1);
        pair.server.receive(pair.now, &frame(Head::Request { call, method: method() }, b"x"));
    }
    let events = pair.server.take_events();
    assert_eq!(events.len(), 128);
    assert_eq!(events[127], request(id(255), b"x"));
    let answers = frames(&pair.server.transmit());
    let heads: Vec<_> = answers.iter().map(|answer| answer.head).collect();
    assert_eq!(heads, [Head::Error { call: id(257) }, Head::Error { call: id(259) }]);
    for answer in answers {
        let error: ErrorBody = decode_root(&answer.body, &DecodeOptions::default()).unwrap();
        assert_eq!(error.code, 5);
    }
    assert_eq!(pair.server.session.stats().overloaded, 2);
    // One that ends makes room.
    pair.server.session.reply(id(1), append(b"")).unwrap();
    pair.server.receive(pair.now, &frame(Head::Request { call: id(261), method: method() }, b"x"));
    assert_eq!(pair.server.take_events(), [request(id(261), b"x")]);
}

#[test]
fn any_number_that_is_not_open_may_be_used_by_a_caller() {
    let mut pair = Pair::open(Protection::Plain);
    for number in [u32::MAX, 1, 0x8000_0001, 1_000_001, 3] {
        let octets = frame(Head::Request { call: id(number), method: method() }, b"x");
        pair.server.receive(pair.now, &octets);
        assert_eq!(pair.server.take_events(), [request(id(number), b"x")]);
    }
}

#[test]
fn message_zero_is_a_call_and_never_one_way() {
    let mut pair = Pair::open(Protection::Plain);
    let method = Method::new(0, 0).unwrap();
    pair.server.receive(pair.now, &frame(Head::Request { call: id(1), method }, b""));
    pair.server.receive(pair.now, &frame(Head::Event { method }, b""));
    let events = pair.server.take_events();
    assert!(matches!(&events[..], [Event::Request { number: 0, .. }]), "{events:?}");
    assert_eq!(pair.server.session.stats().strays, 1);
}

#[test]
fn more_pings_than_are_answered_close_the_connection() {
    let mut pair = Pair::open(Protection::Plain);
    let ping = control(Head::Ping, &Ping { token: 1 });
    for _ in 0..3 {
        pair.server.receive(pair.now, &ping.repeat(10));
        assert_eq!(frames(&pair.server.transmit()).len(), 10);
        pair.advance(Duration::from_secs(10));
    }
    pair.server.receive(pair.now, &ping.repeat(11));
    let flood = Error::Flood(Flood::Pings { max: 10 });
    assert_eq!(pair.server.take_events(), [Event::Closed(flood.into())]);
    assert_eq!(closed_with(&pair.server.transmit()), Some(Reason::CalmDown));
}

#[test]
fn fr5_a_million_frames_without_effect_are_not_taken() {
    let mut pair = Pair::open(Protection::Plain);
    let stray = control(Head::Pong, &Pong { token: 1 });
    let mut taken = 0;
    while pair.server.session.status() == Status::Open && taken < 1_000_000 {
        pair.server.receive(pair.now, &stray);
        taken += 1;
    }
    let flood = Error::Flood(Flood::Overhead { max: 25_600 });
    assert_eq!(pair.server.take_events(), [Event::Closed(flood.into())]);
    assert_eq!(taken, 25_600 / stray.len() + 1);
}

#[test]
fn useful_frames_pay_for_those_without_effect() {
    let mut pair = Pair::open(Protection::Plain);
    let stray = control(Head::Pong, &Pong { token: 1 });
    let useful = frame(Head::Event { method: method() }, &[0; 64]);
    for _ in 0..10_000 {
        pair.server.receive(pair.now, &stray);
        pair.server.receive(pair.now, &useful);
    }
    assert_eq!(pair.server.session.status(), Status::Open);
}

#[test]
fn refusals_that_nobody_reads_do_not_pile_up() {
    let mut pair = Pair::open(Protection::Plain);
    let mut number = 1;
    while pair.server.session.status() == Status::Open {
        let head = Head::Request { call: id(number), method: method() };
        pair.server.receive(pair.now, &frame(head, b""));
        number += 2;
        assert!(pair.server.session.out_len() < 300_000);
    }
    let flood = Error::Flood(Flood::Refusals { max: 262_144 });
    assert_eq!(pair.server.session.close_reason(), Some(&flood.into()));
    assert_eq!(closed_with(&pair.server.transmit()), Some(Reason::SlowReader));
}

#[test]
fn refusals_that_are_read_may_go_on_for_ever() {
    let mut pair = Pair::open(Protection::Plain);
    for number in 0..100_000 {
        let head = Head::Request { call: id(number * 2 + 1), method: method() };
        pair.server.receive(pair.now, &frame(head, b""));
        if number % 1_000 == 0 {
            pair.server.transmit();
            pair.server.take_events();
        }
    }
    assert_eq!(pair.server.session.status(), Status::Open);
}

#[test]
fn eof_without_a_close_is_truncation_and_after_one_it_is_nothing() {
    for protection in Protection::ALL {
        let mut pair = Pair::open(protection);
        pair.server.session.handle_eof();
        assert_eq!(pair.server.take_events(), [Event::Closed(Error::Truncated.into())]);
        assert!(pair.server.transmit().is_empty());
        pair.client.session.close(Reason::Normal, "");
        pair.client.session.handle_eof();
        let local = CloseReason::Local { reason: Reason::Normal };
        assert_eq!(pair.client.take_events(), [Event::Closed(local)]);
        assert!(!pair.client.transmit().is_empty());
    }
}

#[test]
fn a_record_that_was_changed_on_the_way_ends_the_connection() {
    for protection in [Protection::Nn, Protection::Xx] {
        let mut pair = Pair::open(protection);
        pair.client.session.notify(0, 1, CallOptions::default(), append(b"first")).unwrap();
        pair.settle();
        pair.server.take_events();
        pair.client.session.notify(0, 1, CallOptions::default(), append(b"second")).unwrap();
        let mut record = pair.client.transmit();
        *record.last_mut().unwrap() ^= 1;
        pair.server.receive(pair.now, &record);
        let events = pair.server.take_events();
        let [Event::Closed(CloseReason::Failed(error))] = &events[..] else { panic!("{events:?}") };
        assert_eq!(error.to_string(), "the record failed: the peer's bytes do not authenticate");
        // What it says of that is sealed as ever.
        pair.carry(Role::Server);
        let events = pair.client.take_events();
        let [Event::Closed(CloseReason::Peer { reason, .. })] = &events[..] else { panic!() };
        assert_eq!(*reason, Reason::BadRecord);
    }
}

#[test]
fn a_record_of_a_length_that_none_has_is_refused_by_its_length() {
    let short = |limits: Limits| limits.with_record_bytes(16_384).unwrap();
    for len in [0_u16, 16, 16_384 + 17, u16::MAX] {
        let mut pair = Pair::with_streams(Protection::Xx, short);
        pair.server.receive(pair.now, &len.to_be_bytes());
        let events = pair.server.take_events();
        let [Event::Closed(CloseReason::Failed(error))] = &events[..] else { panic!("{events:?}") };
        assert!(matches!(&**error, Error::Record(_)), "{error}");
    }
}

#[test]
fn what_shows_a_session_shows_no_secret() {
    let pair = Pair::open(Protection::Xx);
    let secret = format!("{:?}", key(1).secret());
    let shown = format!("{:?}", pair.client.session);
    assert!(!shown.contains(&secret[1..20]));
    assert!(!shown.is_empty());
}

#[test]
fn answers_of_a_slow_peer_past_the_grace_are_no_flood() {
    let second = Duration::from_secs(1);
    let mut pair = Pair::streaming(|limits| limits.with_late_reply_grace(second).unwrap());
    // The server hears, and nothing of it arrives.
    for _ in 0..10 {
        for _ in 0..128 {
            pair.client.call(pair.now, b"x", Some(second));
        }
        pair.carry(Role::Client);
        pair.advance(second * 2);
    }
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    pair.settle();
    pair.assert_status(Status::Open);
    assert_eq!(pair.client.session.stats().strays, 1_280);
    // That was all of them.
    let late = frame(Head::Reply { call: id(1) }, &[0; 64]);
    pair.client.receive(pair.now, &late.repeat(25_600 / 76 + 1));
    assert_eq!(pair.client.session.status(), Status::Closed);
}

#[test]
fn a_large_answer_and_a_full_stream_past_the_grace_are_no_flood() {
    let mut pair = Pair::streaming(|limits| limits);
    let large = pair.client.call(pair.now, b"x", None);
    let options = CallOptions::default();
    let stream = pair.client.session.call(pair.now, 0, 2, options, append(b"")).unwrap();
    pair.settle();
    pair.server.session.open_stream(stream).unwrap();
    while pair.server.session.item(stream, append(b"small")).is_ok() {}
    pair.server.session.reply(large, append(&vec![1; 8 << 20])).unwrap();
    // Nothing of that arrives before its time.
    pair.client.session.cancel(pair.now, large);
    pair.client.session.cancel(pair.now, stream);
    let grace = Limits::default().late_reply_grace();
    pair.client.session.handle_timeout(pair.now + grace);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    pair.settle();
    pair.assert_status(Status::Open);
}
