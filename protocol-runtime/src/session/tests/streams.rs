//! Streams of calls: their beginning, their credit, their ends, and what breaks their rules.

use std::time::Duration;

use bytes::Bytes;

use super::pair::{Pair, append, control, frame, id, reply};
use super::script::failure;
use crate::error::{Error, Fault, Flood, FlowFault};
use crate::frame::control::Credit;
use crate::frame::header::{BadFrame, Head, Kind, Method};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{
    CallFailure, CallId, CallOptions, Dropped, Event, ItemRefused, Role, Status, Unanswered,
};

const SECOND: Duration = Duration::from_secs(1);

/// The client calls a message, and it arrives.
fn called(pair: &mut Pair, number: u16) -> CallId {
    let options = CallOptions::default();
    let call = pair.client.session.call(pair.now, 0, number, options, append(b"")).unwrap();
    pair.settle();
    let events = pair.server.take_events();
    assert!(matches!(&events[..], [Event::Request { call: got, .. }] if *got == call));
    call
}

/// A call whose answer is a stream that is open.
fn opened(pair: &mut Pair, number: u16) -> CallId {
    let call = called(pair, number);
    pair.server.session.open_stream(call).unwrap();
    pair.settle();
    assert_eq!(pair.client.take_events(), [Event::Opened { call, metadata: None }]);
    call
}

fn item(call: CallId, body: &'static [u8]) -> Event {
    Event::Item { call, body: Bytes::from_static(body), cost: body.len().max(64) }
}

fn small_windows() -> Pair {
    Pair::streaming(|limits| limits.with_stream_window(1_024).unwrap())
}

#[test]
fn an_answer_that_is_a_stream_opens_flows_and_ends() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = opened(&mut pair, 2);
    for body in [&b"one"[..], b"two"] {
        pair.server.session.item(call, append(body)).unwrap();
    }
    pair.server.session.end(call).unwrap();
    assert_eq!(pair.server.session.end(call), Err(Unanswered::NotOpen));
    assert_eq!(pair.server.session.item(call, append(b"")), Err(ItemRefused::NotOpen));
    pair.settle();
    let expected = [item(call, b"one"), item(call, b"two"), Event::Ended { call }];
    assert_eq!(pair.client.take_events(), expected);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    assert_eq!(pair.server.session.served_in_flight(), 0);
}

#[test]
fn a_caller_streams_and_is_answered_once() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = called(&mut pair, 3);
    pair.client.session.item(call, append(b"in")).unwrap();
    pair.client.session.end(call).unwrap();
    pair.settle();
    assert_eq!(pair.server.take_events(), [item(call, b"in"), Event::Ended { call }]);
    pair.server.session.reply(call, append(b"out")).unwrap();
    pair.settle();
    assert_eq!(pair.client.take_events(), [reply(call, b"out")]);
}

#[test]
fn each_direction_of_a_call_ends_by_itself() {
    for caller_first in [true, false] {
        let mut pair = Pair::streaming(|limits| limits);
        let call = opened(&mut pair, 4);
        let (first, second) =
            if caller_first { (Role::Client, Role::Server) } else { (Role::Server, Role::Client) };
        pair.side(first).session.end(call).unwrap();
        pair.settle();
        assert_eq!(pair.side(second).take_events(), [Event::Ended { call }]);
        assert_eq!(pair.client.session.calls_in_flight(), 1);
        assert_eq!(pair.server.session.served_in_flight(), 1);
        pair.side(second).session.item(call, append(b"more")).unwrap();
        pair.side(second).session.end(call).unwrap();
        pair.settle();
        assert_eq!(pair.side(first).take_events(), [item(call, b"more"), Event::Ended { call }]);
        assert_eq!(pair.client.session.calls_in_flight(), 0);
        assert_eq!(pair.server.session.served_in_flight(), 0);
    }
}

#[test]
fn a_typed_error_ends_a_stream_both_ways() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = opened(&mut pair, 4);
    pair.client.session.item(call, append(&[1; 100_000])).unwrap();
    pair.server.session.reply_error(call, append(b"why")).unwrap();
    pair.settle();
    let error = CallFailure::Application(Bytes::from_static(b"why"));
    assert_eq!(pair.client.take_events(), [Event::Failed { call, error }]);
    assert_eq!(pair.client.session.item(call, append(b"")), Err(ItemRefused::NotOpen));
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    pair.assert_status(Status::Open);
}

#[test]
fn items_wait_for_credit_which_comes_back_when_they_are_taken() {
    let mut pair = small_windows();
    let call = opened(&mut pair, 2);
    for _ in 0..4 {
        pair.server.session.item(call, append(&[7; 256])).unwrap();
    }
    assert_eq!(pair.server.session.item(call, |_| unreachable!()), Err(ItemRefused::NoCredit));
    pair.settle();
    assert_eq!(pair.client.take_events().len(), 4);
    assert_eq!(pair.server.take_events(), []);
    pair.client.session.taken(call, 256);
    pair.settle();
    assert_eq!(pair.server.take_events(), [], "less than half of the window");
    pair.client.session.taken(call, 256);
    pair.settle();
    assert_eq!(pair.server.take_events(), [Event::Credit { call: Some(call) }]);
    pair.server.session.item(call, append(&[7; 512])).unwrap();
    assert_eq!(pair.server.session.item(call, append(b"")), Err(ItemRefused::NoCredit));
}

#[test]
fn an_item_larger_than_the_window_passes_and_ends_before_the_end() {
    let mut pair = small_windows();
    let call = opened(&mut pair, 2);
    let body: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
    pair.server.session.item(call, append(&body)).unwrap();
    assert_eq!(pair.server.session.item(call, |_| unreachable!()), Err(ItemRefused::Busy));
    pair.server.session.end(call).unwrap();
    // That is on its way, so nothing can follow.
    assert_eq!(pair.server.session.end(call), Err(Unanswered::NotOpen));
    assert_eq!(pair.server.session.item(call, |_| unreachable!()), Err(ItemRefused::NotOpen));
    pair.settle();
    let events = pair.client.take_events();
    let [Event::Item { body: got, .. }, Event::Ended { .. }] = &events[..] else { panic!() };
    assert!(*got == body);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
}

#[test]
fn s4_more_than_the_credit_is_refused_before_it_is_kept() {
    let mut pair = small_windows();
    let call = opened(&mut pair, 2);
    pair.client.receive(pair.now, &frame(Head::Item { call }, &[0; 1_025]));
    let fault = FlowFault::Overspent { cost: 1_025, left: 1_024 };
    assert_eq!(failure(&pair.client.take_events()), Error::FlowControl(fault));
}

#[test]
fn s3_credit_that_is_nothing_or_too_much_ends_the_connection() {
    for (bytes, fault) in [
        (0, FlowFault::Zero),
        (0x7fff_ffff, FlowFault::Overflow { left: 262_144, more: 0x7fff_ffff }),
        (u32::MAX, FlowFault::Overflow { left: 262_144, more: u32::MAX }),
    ] {
        let mut pair = Pair::streaming(|limits| limits);
        let call = opened(&mut pair, 2);
        let credit = control(Head::Credit { call: Some(call) }, &Credit { bytes });
        pair.server.receive(pair.now, &credit);
        assert_eq!(failure(&pair.server.take_events()), Error::FlowControl(fault));
    }
}

#[test]
fn s3_credit_for_a_stream_that_is_not_open_yet_is_kept_and_held_to_the_same_rules() {
    for (bytes, fault) in
        [(0, FlowFault::Zero), (u32::MAX, FlowFault::Overflow { left: 1_024, more: u32::MAX })]
    {
        let mut pair = small_windows();
        let call = called(&mut pair, 2);
        let credit = control(Head::Credit { call: Some(call) }, &Credit { bytes });
        pair.server.receive(pair.now, &credit);
        assert_eq!(failure(&pair.server.take_events()), Error::FlowControl(fault));
    }
    let mut pair = small_windows();
    let call = called(&mut pair, 2);
    let credit = control(Head::Credit { call: Some(call) }, &Credit { bytes: 1_024 });
    pair.server.receive(pair.now, &credit);
    pair.server.session.open_stream(call).unwrap();
    pair.server.session.item(call, append(&[7; 2_048 - 64])).unwrap();
    assert_eq!(pair.server.session.item(call, append(b"x")), Ok(()));
    let refused = pair.server.session.item(call, append(b"x"));
    assert_eq!(refused, Err(ItemRefused::NoCredit));
}

#[test]
fn s2_credit_that_nobody_needs_is_a_flood() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = opened(&mut pair, 2);
    let credit = control(Head::Credit { call: Some(call) }, &Credit { bytes: 1 });
    pair.server.receive(pair.now, &credit.repeat(100));
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.receive(pair.now, &credit);
    let flood = Error::Flood(Flood::Control { max: 100 });
    assert_eq!(failure(&pair.server.take_events()), flood);
}

#[test]
fn s5_a_frame_of_a_stream_that_is_not_there_ends_the_connection() {
    let never = |kind, call| Error::from(BadFrame::NeverMade { kind, call });
    let none = |kind, call| Error::from(BadFrame::NoStream { kind, call });
    let mut cases = Vec::new();
    for (head, kind) in [
        (Head::Item { call: id(9) }, Kind::Item),
        (Head::End { call: id(9) }, Kind::End),
        (Head::Cancel { call: id(9) }, Kind::Cancel),
    ] {
        cases.push((frame(head, b""), never(kind, id(9))));
    }
    // Call 1 is plain.
    cases.push((frame(Head::Item { call: id(1) }, b""), none(Kind::Item, id(1))));
    cases.push((frame(Head::End { call: id(1) }, b""), none(Kind::End, id(1))));
    for (octets, error) in cases {
        let mut pair = Pair::streaming(|limits| limits);
        called(&mut pair, 1);
        pair.server.receive(pair.now, &octets);
        assert_eq!(failure(&pair.server.take_events()), error);
    }
}

#[test]
fn frames_for_a_stream_that_is_over_are_dropped_and_counted() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = called(&mut pair, 3);
    // All that there is credit for is on its way when the call ends.
    for _ in 0..16 {
        pair.client.session.item(call, append(&[1; 16_000])).unwrap();
    }
    pair.server.session.fail(call, &Fault::Unimplemented).unwrap();
    pair.settle();
    pair.assert_status(Status::Open);
    assert_eq!(pair.server.session.stats().strays, 16);
    assert_eq!(pair.server.take_events(), []);
}

#[test]
fn a_reply_of_the_wrong_kind_is_told_to_both_sides() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = called(&mut pair, 2);
    assert_eq!(pair.server.session.reply(call, append(b"")), Err(Unanswered::Shape));
    let plain = called(&mut pair, 1);
    assert_eq!(pair.server.session.open_stream(plain), Err(Unanswered::Shape));
    pair.settle();
    let error = CallFailure::Remote(Fault::Unimplemented);
    let failed = [call, plain].map(|call| Event::Failed { call, error: error.clone() });
    assert_eq!(pair.client.take_events(), failed);
    let call = called(&mut pair, 2);
    pair.client.receive(pair.now, &frame(Head::Reply { call }, b"x"));
    assert_eq!(failure(&pair.client.take_events()), BadFrame::StreamReply(call).into());
}

#[test]
fn a_cancel_ends_a_stream_with_one_frame_and_its_items_are_dropped() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = opened(&mut pair, 4);
    pair.server.session.item(call, append(b"on its way")).unwrap();
    pair.client.session.cancel(pair.now, call);
    pair.settle();
    assert_eq!(pair.server.take_events(), [Event::Dropped { call, why: Dropped::Cancelled }]);
    assert_eq!(pair.client.take_events(), []);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    assert_eq!(pair.server.session.item(call, append(b"")), Err(ItemRefused::NotOpen));
    pair.assert_status(Status::Open);
}

#[test]
fn s1_calls_that_are_cancelled_faster_than_they_are_answered_close_the_connection() {
    let mut pair = Pair::streaming(|limits| limits);
    let mut started = 0;
    let mut number = 1;
    while pair.server.session.status() == Status::Open && number < 2_000_000 {
        let method = Method::new(0, 1).unwrap();
        let call = id(number);
        pair.server.receive(pair.now, &frame(Head::Request { call, method }, b""));
        pair.server.receive(pair.now, &frame(Head::Cancel { call }, b""));
        started += pair.server.take_events().len() / 2;
        pair.server.transmit();
        number += 2;
    }
    assert_eq!(pair.server.session.status(), Status::Closed);
    assert!(started <= 101, "{started}");
}

/// A client that made so many calls that the server has, and gave all of them up.
fn gave_up(calls: u32) -> Pair {
    let mut pair = Pair::streaming(|limits| limits.with_heartbeat(Duration::ZERO).unwrap());
    let made: Vec<_> = (0..calls).map(|_| pair.client.call(pair.now, b"", None)).collect();
    pair.settle();
    for call in made {
        pair.client.session.cancel(pair.now, call);
    }
    pair.settle();
    pair
}

#[test]
fn cancels_beyond_the_budget_wait_and_go_out_when_it_is_there_again() {
    let mut pair = gave_up(120);
    assert_eq!(pair.client.session.calls_in_flight(), 70);
    assert_eq!(pair.server.session.served_in_flight(), 70);
    assert_eq!(pair.client.session.poll_timeout(), Some(pair.now + SECOND * 20));
    for left in [20, 0] {
        pair.advance(SECOND * 20);
        pair.settle();
        assert_eq!(pair.client.session.calls_in_flight(), left);
        assert_eq!(pair.server.session.served_in_flight(), left);
    }
    pair.assert_status(Status::Open);
}

#[test]
fn cancels_that_are_held_up_on_the_way_are_no_flood() {
    let mut pair = Pair::streaming(|limits| limits);
    let made: Vec<_> = (0..128).map(|_| pair.client.call(pair.now, b"", None)).collect();
    pair.settle();
    let wait = |pair: &mut Pair, ms| pair.advance(Duration::from_millis(ms));
    let cancel = |pair: &mut Pair, calls: &[CallId]| {
        for call in calls {
            pair.client.session.cancel(pair.now, *call);
        }
    };
    cancel(&mut pair, &made[..1]);
    pair.settle();
    wait(&mut pair, 9_900);
    cancel(&mut pair, &made[1..]);
    // A little longer on the way than the others.
    wait(&mut pair, 200);
    pair.settle();
    wait(&mut pair, 9_950);
    pair.settle();
    pair.assert_status(Status::Open);
}

#[test]
fn a_cancel_that_waits_goes_out_when_an_answer_has_earned_it() {
    let mut pair = gave_up(52);
    assert_eq!(pair.server.session.served_in_flight(), 2);
    let call = pair.client.call(pair.now, b"", None);
    pair.settle();
    pair.server.session.reply(call, append(b"")).unwrap();
    pair.settle();
    assert_eq!(pair.server.session.served_in_flight(), 1);
    // One that is answered meanwhile is not told of, nor waited for.
    pair.server.session.reply(id(103), append(b"")).unwrap();
    pair.settle();
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    let frames = pair.client.session.stats().frames_out;
    pair.advance(SECOND * 20);
    assert_eq!(pair.client.session.stats().frames_out, frames);
    assert_eq!(pair.server.session.stats().strays, 0);
}

#[test]
fn a_call_keeps_its_slot_until_the_peer_was_told_that_it_is_over() {
    let grace = SECOND;
    let mut pair = Pair::streaming(|limits| limits.with_late_reply_grace(grace).unwrap());
    for _ in 0..51 {
        let call = pair.client.call(pair.now, b"", None);
        pair.client.transmit();
        pair.client.session.cancel(pair.now, call);
    }
    pair.advance(SECOND * 19);
    assert_eq!(pair.client.session.calls_in_flight(), 1);
    pair.advance(SECOND);
    assert_eq!(pair.client.session.calls_in_flight(), 1);
    pair.advance(grace);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
}

#[test]
fn s12_a_churn_of_calls_that_are_cancelled_at_random_leaves_nothing() {
    let mut pair = Pair::streaming(|limits| limits);
    let mut dice = super::pair::Dice::new(3);
    for _ in 0..20_000 {
        let call = pair.client.call(pair.now, b"x", None);
        if dice.roll().is_multiple_of(2) {
            pair.settle();
        }
        if dice.roll().is_multiple_of(2) {
            pair.client.session.cancel(pair.now, call);
        }
        pair.settle();
        let _gone = pair.server.session.reply(call, append(b"y"));
        pair.settle();
        pair.client.take_events();
        pair.server.take_events();
    }
    pair.assert_status(Status::Open);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    assert_eq!(pair.server.session.served_in_flight(), 0);
}

#[test]
fn a_caller_that_crosses_a_go_away_may_stream_and_cancel() {
    for cancels in [false, true] {
        let mut pair = Pair::streaming(|limits| limits);
        called(&mut pair, 1);
        pair.server.session.go_away(Reason::ShuttingDown);
        let options = CallOptions::default();
        let call = pair.client.session.call(pair.now, 0, 3, options, append(b"")).unwrap();
        pair.client.session.item(call, append(b"on its way")).unwrap();
        if cancels {
            pair.carry(Role::Client);
            pair.client.session.cancel(pair.now, call);
        } else {
            pair.client.session.end(call).unwrap();
        }
        pair.settle();
        pair.assert_status(Status::Open);
    }
}

#[test]
fn one_way_messages_wait_for_the_handlers_of_earlier_ones() {
    let mut pair = Pair::streaming(|limits| limits.with_events_window(1_024).unwrap());
    let notify = |pair: &mut Pair, len: usize| {
        pair.client.session.notify(0, 1, CallOptions::default(), append(&vec![0; len]))
    };
    notify(&mut pair, 600).unwrap();
    assert!(!pair.client.session.may_pause());
    notify(&mut pair, 424).unwrap();
    assert!(notify(&mut pair, 1).is_err());
    pair.settle();
    assert_eq!(pair.server.take_events().len(), 2);
    pair.server.session.event_done(600);
    pair.settle();
    assert_eq!(pair.client.take_events(), [Event::Credit { call: None }]);
    pair.server.session.event_done(424);
    pair.settle();
    assert!(pair.client.session.may_pause());
}

#[test]
fn a_deadline_goes_along_and_ends_the_call_where_it_is_served() {
    let mut pair = Pair::streaming(|limits| limits);
    let options = CallOptions::timeout(Some(SECOND));
    let call = pair.client.session.call(pair.now, 0, 4, options, append(b"")).unwrap();
    pair.settle();
    let events = pair.server.take_events();
    let [Event::Request { deadline, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*deadline, Some(pair.now + SECOND));
    assert_eq!(pair.server.session.poll_timeout(), Some(pair.now + SECOND));
    pair.advance(SECOND);
    let why = Dropped::DeadlineExceeded;
    assert_eq!(pair.server.take_events(), [Event::Dropped { call, why }]);
    let late = Event::Failed { call, error: CallFailure::TimedOut };
    assert_eq!(pair.client.take_events(), [late]);
    pair.settle();
    assert_eq!(pair.client.session.calls_in_flight(), 0);
    assert_eq!(pair.server.session.stats().expired, 1);
}

#[test]
fn a_stream_that_was_ended_behind_an_item_is_told_of_no_credit() {
    let mut pair = small_windows();
    let call = opened(&mut pair, 2);
    pair.server.session.item(call, append(&[7; 3_000])).unwrap();
    assert_eq!(pair.server.session.item(call, append(b"x")), Err(ItemRefused::Busy));
    pair.server.session.end(call).unwrap();
    pair.settle();
    assert!(matches!(&pair.client.take_events()[..], [Event::Item { .. }, Event::Ended { .. }]));
    assert_eq!(pair.server.take_events(), []);
}

#[test]
fn what_waits_behind_four_messages_without_credit_is_nothing_to_send() {
    let mut pair = Pair::streaming(|limits| limits.with_stream_window(1_024).unwrap());
    let calls: Vec<_> = (0..6).map(|_| opened(&mut pair, 2)).collect();
    for &call in &calls {
        // Longer than its credit, so that it waits half way.
        pair.server.session.item(call, append(&[7; 4_000])).unwrap();
    }
    while pair.carry(Role::Server) {
        assert!(pair.server.session.out_len() > 0);
    }
    // Two of the six could not begin, and who asks in vain would ask for ever.
    assert!(pair.server.session.out_len() >= 8_000);
    assert!(!pair.server.session.has_output());
    pair.settle();
    let items = pair.client.take_events();
    assert_eq!(items.len(), 6, "{items:?}");
    assert!(!pair.server.session.has_output() && pair.server.session.out_len() == 0);
}

/// Half of a request went out when it was given up.
fn half_sent(pair: &mut Pair) -> CallId {
    let call = pair.client.call(pair.now, &[7; 1_000_000], None);
    let mut out = Vec::new();
    assert!(pair.client.session.poll_transmit(&mut out));
    assert!(out.len() < 500_000, "{}", out.len());
    pair.server.session.handle_bytes(pair.now, &mut bytes::BytesMut::from(&out[..]));
    pair.client.session.cancel(pair.now, call);
    pair.settle();
    call
}

#[test]
fn cancels_of_what_is_half_sent_are_held_against_the_same_budget_on_both_sides() {
    let mut pair = Pair::streaming(|limits| limits);
    for _ in 0..120 {
        half_sent(&mut pair);
    }
    pair.assert_status(Status::Open);
    // Of the others the peer has all, and is told when it takes that.
    assert_eq!(pair.client.session.calls_in_flight(), 70);
    assert_eq!(pair.server.session.served_in_flight(), 70);
    for left in [20, 0] {
        pair.advance(SECOND * 20);
        pair.settle();
        assert_eq!(pair.client.session.calls_in_flight(), left);
        assert_eq!(pair.server.session.served_in_flight(), left);
    }
    pair.assert_status(Status::Open);
}

/// A call whose server has half sent an item of 4,000 octets, and then failed with a typed error as long.
fn failed_behind_half_an_item(pair: &mut Pair) -> CallId {
    let call = opened(pair, 2);
    pair.server.session.item(call, append(&[7; 4_000])).unwrap();
    assert!(pair.carry(Role::Server));
    pair.server.session.reply_error(call, append(&[8; 4_000])).unwrap();
    call
}

#[test]
fn an_error_comes_behind_the_item_that_is_half_sent() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    for _ in 0..5 {
        let call = failed_behind_half_an_item(&mut pair);
        // There is nothing else to be said of the call.
        let server = &mut pair.server.session;
        assert_eq!(server.item(call, append(b"more")), Err(ItemRefused::NotOpen));
        assert_eq!(server.end(call), Err(Unanswered::NotOpen));
        assert_eq!(server.reply_error(call, append(b"again")), Err(Unanswered::NotOpen));
        assert_eq!(server.fail(call, &Fault::HandlerPanicked), Err(Unanswered::NotOpen));
        assert_eq!(pair.client.take_events(), []);
        pair.settle();
        let events = pair.client.take_events();
        let [Event::Item { body, .. }, Event::Failed { error, .. }] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(body, &[7; 4_000][..]);
        assert_eq!(*error, CallFailure::Application(vec![8; 4_000].into()));
        assert_eq!(pair.server.session.served_in_flight(), 0);
    }
    pair.assert_status(Status::Open);
}

#[test]
fn what_comes_for_a_call_that_failed_behind_half_an_item_is_told_nobody() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    for len in [10, 5_000] {
        let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
        let call = opened(&mut pair, 4);
        pair.client.session.item(call, append(&[6; 5_000])).unwrap();
        assert!(pair.carry(Role::Client));
        pair.server.take_events();
        pair.server.session.item(call, append(&[7; 4_000])).unwrap();
        assert!(pair.carry(Role::Server));
        pair.server.session.reply_error(call, append(b"no")).unwrap();
        pair.carry(Role::Client);
        drop(pair.client.session.item(call, append(&vec![6; len])));
        drop(pair.client.session.end(call));
        pair.carry(Role::Client);
        assert_eq!(pair.server.take_events(), []);
        pair.settle();
        assert_eq!(pair.server.take_events(), []);
        let events = pair.client.take_events();
        assert!(matches!(events[..], [Event::Item { .. }, Event::Failed { .. }]), "{events:?}");
        assert_eq!(pair.server.session.served_in_flight(), 0);
        pair.assert_status(Status::Open);
    }
}

#[test]
fn an_error_that_is_too_long_behind_half_an_item_is_told_as_such() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    let small = |limits: Limits| small(limits).with_message_bytes(8_192).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    let call = opened(&mut pair, 2);
    pair.server.session.item(call, append(&[7; 4_000])).unwrap();
    assert!(pair.carry(Role::Server));
    let refused = pair.server.session.reply_error(call, append(&[8; 10_000]));
    assert!(matches!(refused, Err(Unanswered::Encode(_))), "{refused:?}");
    pair.settle();
    let events = pair.client.take_events();
    let [Event::Item { .. }, Event::Failed { error, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(*error, CallFailure::Remote(Fault::ResponseTooLarge));
}

#[test]
fn a_call_that_is_cancelled_before_its_error_went_out_leaves_nothing() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    for _ in 0..5 {
        let call = failed_behind_half_an_item(&mut pair);
        pair.client.session.cancel(pair.now, call);
        pair.settle();
        assert_eq!(pair.server.session.served_in_flight(), 0);
        assert_eq!(pair.server.session.out_len(), 0);
        assert_eq!(pair.client.take_events(), []);
    }
    pair.assert_status(Status::Open);
}

#[test]
fn a_call_that_times_out_with_half_an_item_sent_is_given_up_at_its_peer() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    for _ in 0..5 {
        let options = CallOptions::timeout(Some(SECOND));
        let call = pair.client.session.call(pair.now, 0, 3, options, append(b"")).unwrap();
        pair.client.session.item(call, append(&[7; 4_000])).unwrap();
        assert!(pair.carry(Role::Client));
        pair.server.take_events();
        // Only here has the time come.
        pair.now += SECOND;
        pair.client.session.handle_timeout(pair.now);
        assert!(matches!(&pair.client.take_events()[..], [Event::Failed { .. }]));
        assert!(pair.carry(Role::Client), "it is told");
        let events = pair.server.take_events();
        assert!(
            matches!(&events[..], [Event::Dropped { why: Dropped::Cancelled, .. }]),
            "{events:?}"
        );
        pair.settle();
    }
    pair.assert_status(Status::Open);
}

/// So many octets of items came to the client, and cost so much.
fn came(pair: &mut Pair) -> (usize, usize) {
    pair.client.take_events().iter().fold((0, 0), |(octets, costs), event| {
        let Event::Item { body, cost, .. } = event else { return (octets, costs) };
        (octets + body.len(), costs + cost)
    })
}

#[test]
fn long_items_that_nobody_takes_are_little_more_than_the_window() {
    let small = |limits: Limits| limits.with_stream_window(4_096).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    let call = opened(&mut pair, 2);
    let mut sent = 0;
    for _ in 0..20 {
        let (mut octets, mut costs) = (0, 0);
        while pair.server.session.item(call, append(&[7; 1_500])).is_ok() {
            sent += 1_500;
            pair.settle();
            let (more, cost) = came(&mut pair);
            (octets, costs) = (octets + more, costs + cost);
        }
        // The first joins while nothing waits, and costs only its last fragment.
        assert!((3_000..=4_096 + 1_500).contains(&octets), "{octets}");
        assert!(costs <= 4_096);
        // What is taken makes room for as much.
        pair.client.session.taken(call, costs);
        pair.settle();
        let (_, cost) = came(&mut pair);
        pair.client.session.taken(call, cost);
        pair.settle();
    }
    assert!(sent > 60_000, "{sent}");
    pair.assert_status(Status::Open);
}

#[test]
fn an_item_longer_than_the_window_passes_behind_one_that_waits_when_that_is_taken() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    let call = opened(&mut pair, 2);
    pair.server.session.item(call, append(&[1; 100])).unwrap();
    pair.server.session.item(call, append(&[2; 10_000])).unwrap();
    pair.settle();
    assert_eq!(came(&mut pair), (100, 100));
    pair.client.session.taken(call, 100);
    pair.settle();
    assert_eq!(came(&mut pair).0, 10_000);
}

#[test]
fn a_long_one_way_message_passes_behind_one_that_is_handled_when_that_has_ended() {
    let small = |limits: Limits| limits.with_events_window(1_024).unwrap();
    let mut pair = Pair::streaming(|limits| small(limits).with_fragment_bytes(1_024).unwrap());
    let notify = |pair: &mut Pair, len| {
        pair.client.session.notify(0, 1, CallOptions::default(), append(&vec![7; len])).unwrap();
        pair.settle();
        pair.server.take_events()
    };
    let events = notify(&mut pair, 100);
    let [Event::OneWay { cost, .. }] = events[..] else { panic!("{events:?}") };
    assert_eq!(notify(&mut pair, 10_000), []);
    pair.server.session.event_done(cost);
    pair.settle();
    let events = pair.server.take_events();
    assert!(matches!(&events[..], [Event::OneWay { body, .. }] if body.len() == 10_000));
}
