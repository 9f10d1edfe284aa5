//! Calls both ways, their ends, and what is counted.

use std::time::Duration;

use bytes::Bytes;

use super::pair::{Pair, Protection, append, config, reply, request};
use crate::error::{CloseReason, Error, Fault, PeerText};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{
    CallFailure, CallId, CallOptions, CallRefused, Config, Dropped, Event, Role, Status, Unanswered,
};
use crate::wire::EncodeError;

const SECOND: Duration = Duration::from_secs(1);

fn failed(call: CallId, fault: Fault) -> Event {
    Event::Failed { call, error: CallFailure::Remote(fault) }
}

fn dropped(call: CallId, why: Dropped) -> Event {
    Event::Dropped { call, why }
}

/// A one-way message of the first protocol.
fn one_way(number: u16, body: Bytes) -> Event {
    let cost = body.len().max(64);
    Event::OneWay { protocol: 0, number, body, metadata: None, cost }
}

/// The client calls, and the request arrives.
fn called(pair: &mut Pair, body: &[u8], timeout: Option<Duration>) -> CallId {
    let call = pair.client.call(pair.now, body, timeout);
    pair.settle();
    call
}

#[test]
fn a_call_goes_there_and_its_reply_comes_back_over_each_protection() {
    for protection in Protection::ALL {
        let mut pair = Pair::open(protection);
        let call = called(&mut pair, b"hi", None);
        assert_eq!(pair.server.take_events(), [request(call, b"hi")]);
        assert_eq!(pair.server.session.served_in_flight(), 1);
        pair.server.session.reply(call, append(b"ho")).unwrap();
        pair.settle();
        assert_eq!(pair.client.take_events(), [reply(call, b"ho")]);
        assert_eq!(pair.client.session.calls_in_flight(), 0);
        assert_eq!(pair.server.session.served_in_flight(), 0);
    }
}

#[test]
fn both_sides_may_call_and_their_numbers_never_meet() {
    let mut pair = Pair::open(Protection::Xx);
    let up = pair.client.call(pair.now, b"up", None);
    let down = pair.server.call(pair.now, b"down", None);
    assert_eq!((up.caller(), down.caller()), (Role::Client, Role::Server));
    pair.settle();
    assert_eq!(pair.server.take_events(), [request(up, b"up")]);
    assert_eq!(pair.client.take_events(), [request(down, b"down")]);
    pair.client.session.reply(down, append(b"1")).unwrap();
    pair.server.session.reply(up, append(b"2")).unwrap();
    pair.settle();
    assert_eq!(pair.server.take_events(), [reply(down, b"1")]);
    assert_eq!(pair.client.take_events(), [reply(up, b"2")]);
}

#[test]
fn f2_many_frames_in_one_read_all_come_out_in_order() {
    for protection in Protection::ALL {
        let mut pair = Pair::open(protection);
        let calls: Vec<_> = (0..100).map(|_| pair.client.call(pair.now, b"x", None)).collect();
        pair.settle();
        let expected: Vec<_> = calls.iter().map(|call| request(*call, b"x")).collect();
        assert_eq!(pair.server.take_events(), expected);
        for call in calls.iter().rev() {
            pair.server.session.reply(*call, append(b"y")).unwrap();
        }
        pair.settle();
        let expected: Vec<_> = calls.iter().rev().map(|call| reply(*call, b"y")).collect();
        assert_eq!(pair.client.take_events(), expected);
    }
}

#[test]
fn a_one_way_message_has_no_answer() {
    let mut pair = Pair::open(Protection::Nn);
    pair.client.session.notify(0, 4_095, CallOptions::default(), append(b"news")).unwrap();
    pair.settle();
    let body = Bytes::from_static(b"news");
    assert_eq!(pair.server.take_events(), [one_way(4_095, body)]);
    assert_eq!(pair.server.session.served_in_flight(), 0);
}

#[test]
fn f4_a_message_at_the_limit_passes_and_one_over_it_is_not_written() {
    // The default, and one that takes two records.
    for (protection, limit) in [(Protection::Plain, 1_048_576), (Protection::Xx, 20_000)] {
        let max = usize::try_from(limit).unwrap();
        let side = |role| Config {
            limits: Limits::default().with_message_bytes(limit).unwrap().into(),
            ..config(protection.of(role))
        };
        let mut pair = Pair::with(side(Role::Client), side(Role::Server)).opened();
        for len in [0, 1, max - 1, max] {
            let body = vec![9; len];
            let call = called(&mut pair, &body, None);
            let events = pair.server.take_events();
            let [Event::Request { body: got, .. }] = &events[..] else { panic!("{events:?}") };
            assert!(*got == body);
            pair.server.session.reply(call, append(&body)).unwrap();
            pair.settle();
            let events = pair.client.take_events();
            assert!(matches!(&events[..], [Event::Reply { body: got, .. }] if *got == body));
        }
        let max = u64::from(limit);
        let too_large = EncodeError::TooLarge { len: max + 1, max };
        let body = vec![9; usize::try_from(max).unwrap() + 1];
        let refused =
            pair.client.session.call(pair.now, 0, 1, CallOptions::default(), append(&body));
        assert_eq!(refused, Err(CallRefused::Encode(too_large)));
        let refused = pair.client.session.notify(0, 1, CallOptions::default(), append(&body));
        assert_eq!(refused, Err(CallRefused::Encode(too_large)));
        assert_eq!(pair.client.session.out_len(), 0);
        assert_eq!(pair.client.session.calls_in_flight(), 0);
        assert!(pair.client.transmit().is_empty());
        // The connection goes on, and no number was used up.
        let call = called(&mut pair, b"", None);
        assert_eq!(call.get(), 9);
    }
}

#[test]
fn a_response_over_the_limit_is_told_to_both_sides() {
    let side = |role| Config {
        limits: Limits::default().with_message_bytes(1_048_576).unwrap().into(),
        ..config(Protection::Plain.of(role))
    };
    let mut pair = Pair::with(side(Role::Client), side(Role::Server)).opened();
    let call = called(&mut pair, b"", None);
    let too_large = EncodeError::TooLarge { len: 1_048_577, max: 1_048_576 };
    let outcome = pair.server.session.reply(call, append(&vec![0; 1_048_577]));
    assert_eq!(outcome, Err(Unanswered::Encode(too_large)));
    pair.settle();
    assert_eq!(pair.client.take_events(), [failed(call, Fault::ResponseTooLarge)]);
    let call = called(&mut pair, b"", None);
    let outcome = pair.server.session.reply_error(call, append(&vec![0; 1_048_577]));
    assert!(matches!(outcome, Err(Unanswered::Encode(EncodeError::TooLarge { .. }))));
    pair.settle();
    assert_eq!(pair.client.take_events(), [failed(call, Fault::ResponseTooLarge)]);
    pair.assert_status(Status::Open);
}

#[test]
fn f20_each_fault_reaches_the_caller_as_itself() {
    let mut pair = Pair::open(Protection::Plain);
    let text = || PeerText::from("why");
    for fault in [
        Fault::Unimplemented,
        Fault::DeadlineExceeded,
        Fault::Cancelled,
        Fault::Overloaded { retry_after: None },
        Fault::Overloaded { retry_after: Some(SECOND) },
        Fault::HandlerPanicked,
        Fault::BadMessage { text: text() },
        Fault::ResponseTooLarge,
        Fault::Refused { text: text() },
        Fault::Unauthorized,
        Fault::Other { code: 4_000, text: text() },
    ] {
        let call = called(&mut pair, b"", None);
        pair.server.session.fail(call, &fault).unwrap();
        pair.settle();
        assert_eq!(pair.client.take_events(), [failed(call, fault)]);
    }
    let call = called(&mut pair, b"", None);
    pair.server.session.reply_error(call, append(b"typed")).unwrap();
    pair.settle();
    let error = CallFailure::Application(Bytes::from_static(b"typed"));
    assert_eq!(pair.client.take_events(), [Event::Failed { call, error }]);
    pair.assert_status(Status::Open);
}

#[test]
fn a_typed_error_may_be_as_large_as_a_message() {
    let mut pair = Pair::open(Protection::Plain);
    let call = called(&mut pair, b"", None);
    let detail = vec![7; 1_000_000];
    pair.server.session.reply_error(call, append(&detail)).unwrap();
    pair.settle();
    let error = CallFailure::Application(Bytes::from(detail));
    assert_eq!(pair.client.take_events(), [Event::Failed { call, error }]);
    pair.assert_status(Status::Open);
}

#[test]
fn a_retry_after_is_believed_up_to_an_hour() {
    let mut pair = Pair::open(Protection::Plain);
    let call = called(&mut pair, b"", None);
    let fault = Fault::Overloaded { retry_after: Some(Duration::MAX) };
    pair.server.session.fail(call, &fault).unwrap();
    pair.settle();
    let fault = Fault::Overloaded { retry_after: Some(SECOND * 3_600) };
    assert_eq!(pair.client.take_events(), [failed(call, fault)]);
}

#[test]
fn a_call_is_answered_once() {
    let mut pair = Pair::open(Protection::Plain);
    let call = called(&mut pair, b"", None);
    pair.server.session.reply(call, append(b"")).unwrap();
    let not_open = Err(Unanswered::NotOpen);
    assert_eq!(pair.server.session.reply(call, append(b"")), not_open);
    assert_eq!(pair.server.session.reply_error(call, append(b"")), not_open);
    assert_eq!(pair.server.session.fail(call, &Fault::Cancelled), not_open);
    pair.settle();
    assert_eq!(pair.client.take_events().len(), 1);
}

#[test]
fn f19_a_late_reply_goes_to_nobody() {
    let mut pair = Pair::open(Protection::Xx);
    let first = called(&mut pair, b"1", Some(SECOND));
    pair.server.session.reply(first, append(b"late")).unwrap();
    pair.advance(SECOND);
    let timed_out = Event::Failed { call: first, error: CallFailure::TimedOut };
    assert_eq!(pair.client.take_events(), [timed_out]);
    let second = called(&mut pair, b"2", Some(SECOND));
    assert_ne!(first, second);
    assert_eq!(pair.client.take_events(), []);
    assert_eq!(pair.client.session.stats().late_replies, 1);
    pair.server.session.reply(second, append(b"2")).unwrap();
    pair.settle();
    assert_eq!(pair.client.take_events(), [reply(second, b"2")]);
}

#[test]
fn f19_a_reply_after_the_grace_is_dropped_and_counted_too() {
    let mut pair = Pair::open(Protection::Plain);
    let call = called(&mut pair, b"", Some(SECOND));
    pair.server.session.reply(call, append(b"")).unwrap();
    pair.advance(SECOND * 31);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    pair.client.take_events();
    pair.settle();
    assert_eq!(pair.client.take_events(), []);
    assert_eq!(
        (pair.client.session.stats().late_replies, pair.client.session.stats().strays),
        (0, 1)
    );
    pair.assert_status(Status::Open);
}

#[test]
fn a_call_that_is_cancelled_has_no_event_and_makes_room_when_that_is_answered() {
    let mut pair = Pair::open(Protection::Plain);
    let call = called(&mut pair, b"", Some(SECOND));
    pair.server.take_events();
    pair.client.session.cancel(pair.now, call);
    pair.client.session.cancel(pair.now, call);
    assert_eq!(pair.client.session.calls_in_flight(), 1);
    pair.settle();
    assert_eq!(pair.client.take_events(), []);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    assert_eq!(pair.server.take_events(), [dropped(call, Dropped::Cancelled)]);
    assert_eq!(pair.server.session.reply(call, append(b"")), Err(Unanswered::NotOpen));
    assert_eq!(pair.server.session.served_in_flight(), 0);
    // And without an answer, when its grace is over.
    let call = called(&mut pair, b"", None);
    pair.client.session.cancel(pair.now, call);
    pair.advance(SECOND * 30);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
}

#[test]
fn timeouts_run_each_by_itself() {
    let mut pair = Pair::open(Protection::Plain);
    let calls = [3, 1, 2].map(|after| pair.client.call(pair.now, b"", Some(SECOND * after)));
    let unbounded = pair.client.call(pair.now, b"", None);
    for expected in [calls[1], calls[2], calls[0]] {
        pair.advance(SECOND);
        let timed_out = Event::Failed { call: expected, error: CallFailure::TimedOut };
        assert_eq!(pair.client.take_events(), [timed_out]);
    }
    pair.settle();
    pair.server.session.reply(unbounded, append(b"")).unwrap();
    pair.settle();
    assert_eq!(pair.client.take_events(), [reply(unbounded, b"")]);
}

#[test]
fn a_timeout_past_the_end_of_time_is_none() {
    let mut pair = Pair::open(Protection::Plain);
    let before = pair.client.session.poll_timeout();
    pair.client.call(pair.now, b"", Some(Duration::MAX));
    assert_eq!(pair.client.session.poll_timeout(), before);
}

#[test]
fn a_message_that_cannot_be_on_this_connection_is_not_sent() {
    let mut pair = Pair::open(Protection::Plain);
    for (protocol, number) in [(1, 1), (0, 4_096), (16, 1), (255, u16::MAX)] {
        let refused = CallRefused::NoSuchMessage { protocol, number };
        let call = pair.client.session.call(
            pair.now,
            protocol,
            number,
            CallOptions::default(),
            append(b""),
        );
        assert_eq!(call, Err(refused.clone()));
        assert_eq!(
            pair.client.session.notify(protocol, number, CallOptions::default(), append(b"")),
            Err(refused)
        );
    }
    assert_eq!(pair.client.session.out_len(), 0);
}

#[test]
fn f21_a_message_number_nobody_knows_yet_does_not_end_the_connection() {
    let mut pair = Pair::open(Protection::Plain);
    let call = pair
        .client
        .session
        .call(pair.now, 0, 4_000, CallOptions::default(), append(b"new"))
        .unwrap();
    pair.client.session.notify(0, 4_001, CallOptions::default(), append(b"new")).unwrap();
    pair.settle();
    let body = Bytes::from_static(b"new");
    let expected = [
        Event::Request {
            call,
            protocol: 0,
            number: 4_000,
            body: body.clone(),
            deadline: None,
            metadata: None,
        },
        one_way(4_001, body),
    ];
    assert_eq!(pair.server.take_events(), expected);
    pair.server.session.fail(call, &Fault::Unimplemented).unwrap();
    pair.settle();
    assert_eq!(pair.client.take_events(), [failed(call, Fault::Unimplemented)]);
    pair.assert_status(Status::Open);
}

#[test]
fn f17_a_ping_is_answered_inside_and_is_no_answer_to_a_call() {
    for protection in Protection::ALL {
        let mut pair = Pair::open(protection);
        let call = called(&mut pair, b"", None);
        pair.server.take_events();
        pair.client.session.ping(pair.now, 77).unwrap();
        pair.server.session.ping(pair.now, 78).unwrap();
        pair.settle();
        assert_eq!(pair.client.take_events(), [Event::Pong { token: 77 }]);
        assert_eq!(pair.server.take_events(), [Event::Pong { token: 78 }]);
        assert_eq!(pair.client.session.calls_in_flight(), 1);
        pair.server.session.reply(call, append(b"")).unwrap();
        pair.settle();
        assert_eq!(pair.client.take_events(), [reply(call, b"")]);
    }
}

#[test]
fn this_side_never_pings_so_often_that_the_peer_takes_it_for_a_flood() {
    let mut pair = Pair::open(Protection::Plain);
    let mut sent = 0;
    for _ in 0..100 {
        match pair.client.session.ping(pair.now, 1) {
            Ok(()) => sent += 1,
            Err(refused) => {
                let CallRefused::TooManyPings { after } = refused else { panic!("{refused:?}") };
                pair.advance(after);
            }
        }
        pair.settle();
    }
    assert!(sent > 50);
    pair.assert_status(Status::Open);
}

#[test]
fn each_call_in_flight_fails_once_when_the_connection_is_closed() {
    let mut pair = Pair::open(Protection::Xx);
    let sent = called(&mut pair, b"1", Some(SECOND));
    let forgotten = called(&mut pair, b"2", None);
    pair.client.session.cancel(pair.now, forgotten);
    pair.server.take_events();
    pair.client.session.close(Reason::Normal, "bye");
    let lost = CallFailure::ConnectionLost { maybe_executed: true };
    let reason = CloseReason::Local { reason: Reason::Normal };
    let expected = [Event::Failed { call: sent, error: lost }, Event::Closed(reason)];
    assert_eq!(pair.client.take_events(), expected);
    pair.settle();
    let reason = CloseReason::Peer { reason: Reason::Normal, text: "bye".into() };
    let cancelled = dropped(forgotten, Dropped::Cancelled);
    assert_eq!(pair.server.take_events(), [cancelled, Event::Closed(reason)]);
    pair.assert_status(Status::Closed);
    pair.advance(SECOND * 100);
    assert_eq!(pair.client.take_events(), []);
}

#[test]
fn what_was_sent_before_a_close_is_still_delivered() {
    let mut pair = Pair::open(Protection::Nn);
    pair.client.session.notify(0, 1, CallOptions::default(), append(b"last words")).unwrap();
    pair.client.session.close(Reason::ShuttingDown, "");
    pair.settle();
    let events = pair.server.take_events();
    assert!(matches!(&events[..], [Event::OneWay { .. }, Event::Closed(_)]), "{events:?}");
    assert!(pair.server.session.established().is_some());
}

#[test]
fn a_call_that_never_left_is_known_not_to_be_executed() {
    let mut pair = Pair::open(Protection::Plain);
    let sent = called(&mut pair, b"1", None);
    let unsent = pair.client.call(pair.now, b"2", None);
    pair.client.session.handle_eof();
    let lost = |call, maybe_executed| Event::Failed {
        call,
        error: CallFailure::ConnectionLost { maybe_executed },
    };
    let closed = Event::Closed(CloseReason::from(Error::Truncated));
    assert_eq!(pair.client.take_events(), [lost(sent, true), lost(unsent, false), closed]);
    assert!(pair.client.transmit().is_empty());
}

#[test]
fn commands_after_the_end_say_why_it_ended() {
    let mut pair = Pair::open(Protection::Plain);
    let call = called(&mut pair, b"", None);
    pair.server.session.close(Reason::Unauthorized, "");
    pair.settle();
    let reason = CloseReason::Peer { reason: Reason::Unauthorized, text: "".into() };
    assert_eq!(pair.client.session.close_reason(), Some(&reason));
    let closed = CallRefused::Closed(Box::new(reason));
    let refused = pair.client.session.call(pair.now, 0, 1, CallOptions::default(), append(b""));
    assert_eq!(refused, Err(closed.clone()));
    assert_eq!(
        pair.client.session.notify(0, 1, CallOptions::default(), append(b"")),
        Err(closed.clone())
    );
    assert_eq!(pair.client.session.ping(pair.now, 1), Err(closed));
    assert_eq!(pair.server.session.reply(call, append(b"")), Err(Unanswered::NotOpen));
    pair.client.take_events();
    pair.client.session.close(Reason::Normal, "");
    pair.client.session.handle_eof();
    pair.client.session.handle_timeout(pair.now + SECOND);
    assert_eq!(pair.client.take_events(), []);
    assert!(pair.client.transmit().is_empty());
}

#[test]
fn a_caller_stops_at_what_the_peer_serves() {
    let server = Config {
        limits: Limits::default().with_calls_in_flight(2).unwrap().into(),
        ..config(Protection::Plain.of(Role::Server))
    };
    let client = config(Protection::Plain.of(Role::Client));
    let mut pair = Pair::with(client, server).opened();
    let first = called(&mut pair, b"", None);
    called(&mut pair, b"", None);
    let refused = pair.client.session.call(pair.now, 0, 1, CallOptions::default(), append(b""));
    assert_eq!(refused, Err(CallRefused::TooManyCalls { max: 2 }));
    pair.server.session.reply(first, append(b"")).unwrap();
    pair.settle();
    called(&mut pair, b"", None);
    assert_eq!(pair.server.session.stats().overloaded, 0);
    // The server's own calls are bounded by its own limit, not by the client's higher one.
    pair.server.call(pair.now, b"", None);
    pair.server.call(pair.now, b"", None);
    let refused = pair.server.session.call(pair.now, 0, 1, CallOptions::default(), append(b""));
    assert_eq!(refused, Err(CallRefused::TooManyCalls { max: 2 }));
}

#[test]
fn what_happens_is_counted() {
    let mut pair = Pair::open(Protection::Xx);
    let before = pair.server.session.stats();
    let call = called(&mut pair, b"", None);
    pair.client.session.notify(0, 1, CallOptions::default(), append(b"")).unwrap();
    pair.client.session.ping(pair.now, 1).unwrap();
    pair.server.session.reply(call, append(b"")).unwrap();
    pair.settle();
    let after = pair.server.session.stats();
    assert_eq!((after.requests, after.one_way, after.pings), (1, 1, 1));
    assert_eq!((after.frames_in, after.frames_out), (3, 2));
    let client = pair.client.session.stats();
    assert_eq!((client.octets_out, client.octets_in), (after.octets_in, after.octets_out));
    assert!(after.octets_in > before.octets_in + 3 * 12);
    assert_eq!((client.calls, client.frames_out), (1, 3));
}
