//! Messages in fragments: how many at a time, and what becomes of them where memory is full.

use std::time::Duration;

use super::pair::{Pair, Protection, append, config, frame, id, method};
use super::script::failure;
use crate::error::{Error, Fault};
use crate::frame::header::{BadFrame, Flags, Head};
use crate::limits::Limits;
use crate::session::{
    CallFailure, CallOptions, Config, Dropped, Event, MessageMemory, Role, Status,
};

const MIB: usize = 1_024 * 1_024;

/// So much memory that a connection alone may hold 1 MiB.
fn memory() -> MessageMemory {
    MessageMemory::new(&Limits::default().with_decode_total_bytes(2 * 1_048_576).unwrap())
}

/// An open connection whose side of this role has little memory.
fn short(role: Role) -> (Pair, MessageMemory) {
    let memory = memory();
    let side = |one| {
        let config = config(Protection::Plain.of(one));
        if one == role { Config { memory: memory.clone(), ..config } } else { config }
    };
    let pair = Pair::with(side(Role::Client), side(Role::Server)).opened();
    (pair, memory)
}

/// A fragment of a request; more follow it.
fn part(call: u32, body: &[u8]) -> Vec<u8> {
    let head = Head::Request { call: id(call), method: method() };
    let len = u32::try_from(body.len()).unwrap();
    [&head.flagged(Flags::NONE.with(Flags::MORE), len), body].concat()
}

#[test]
fn a_fifth_unfinished_message_ends_the_connection() {
    let mut pair = Pair::open(Protection::Plain);
    for call in [1, 3, 5, 7] {
        pair.server.receive(pair.now, &part(call, &[0; 100]));
    }
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.receive(pair.now, &part(9, &[0; 100]));
    let error = Error::from(BadFrame::TooManyUnfinished(4));
    assert_eq!(failure(&pair.server.take_events()), error);
}

#[test]
fn a_message_that_ends_makes_room_for_another_unfinished_one() {
    let mut pair = Pair::open(Protection::Plain);
    for call in [1, 3, 5, 7] {
        pair.server.receive(pair.now, &part(call, &[0; 100]));
    }
    pair.server
        .receive(pair.now, &frame(Head::Request { call: id(3), method: method() }, &[1; 50]));
    let events = pair.server.take_events();
    let [Event::Request { call, body, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((*call, body.len()), (id(3), 150));
    pair.server.receive(pair.now, &part(9, &[0; 100]));
    assert_eq!(pair.server.session.status(), Status::Open);
}

#[test]
fn decode_total_bytes() {
    let body = vec![7; 2 * MIB];
    let mut usual = Pair::open(Protection::Plain);
    usual.client.call(usual.now, &body, None);
    usual.settle();
    assert!(matches!(usual.server.take_events()[..], [Event::Request { .. }]));
    let (mut pair, memory) = short(Role::Server);
    let call = pair.client.call(pair.now, &body, None);
    pair.settle();
    let error = CallFailure::Remote(Fault::Overloaded { retry_after: None });
    assert_eq!(pair.client.take_events(), [Event::Failed { call, error }]);
    assert_eq!(pair.server.take_events(), []);
    assert_eq!((memory.used(), pair.server.session.stats().no_memory), (0, 1));
    pair.assert_status(Status::Open);
    // What fits goes on, and its memory is held for as long as the body is.
    pair.client.call(pair.now, &body[..MIB], None);
    pair.settle();
    let events = pair.server.take_events();
    assert!(matches!(events[..], [Event::Request { .. }]), "{events:?}");
    assert_eq!(memory.used(), MIB);
    drop(events);
    assert_eq!(memory.used(), 0);
}

#[test]
fn what_comes_of_a_message_there_was_no_memory_for_is_dropped() {
    let (mut pair, memory) = short(Role::Server);
    for _ in 0..30 {
        pair.server.receive(pair.now, &part(1, &[0; 60_000]));
        assert!(memory.used() <= MIB);
    }
    let last = frame(Head::Request { call: id(1), method: method() }, b"");
    pair.server.receive(pair.now, &last);
    assert_eq!(pair.server.take_events(), []);
    assert_eq!((memory.used(), pair.server.session.stats().no_memory), (0, 1));
    // It is over: the number may come again, and there is place for four more.
    for call in [1, 3, 5, 7] {
        pair.server.receive(pair.now, &part(call, &[0; 100]));
    }
    assert_eq!((pair.server.session.status(), memory.used()), (Status::Open, 400));
}

#[test]
fn an_answer_that_there_is_no_memory_for_fails_the_call() {
    // It ends where the memory does, or far behind that.
    for len in [MIB + 1, 2 * MIB] {
        let (mut pair, memory) = short(Role::Client);
        let call = pair.client.call(pair.now, b"", None);
        pair.settle();
        pair.server.session.reply(call, append(&vec![7; len])).unwrap();
        pair.settle();
        let failed = Event::Failed { call, error: CallFailure::NoMemory };
        assert_eq!(pair.client.take_events(), [failed]);
        assert_eq!((memory.used(), pair.client.session.calls_in_flight()), (0, 0));
        pair.assert_status(Status::Open);
    }
}

#[test]
fn a_one_way_message_that_there_is_no_memory_for_is_lost_and_its_credit_comes_back() {
    let (mut pair, memory) = short(Role::Server);
    let options = CallOptions::default;
    for _ in 0..3 {
        pair.client.session.notify(0, 1, options(), append(&vec![7; 2 * MIB])).unwrap();
        pair.settle();
        assert_eq!(pair.server.take_events(), []);
        assert_eq!(memory.used(), 0);
    }
    pair.client.session.notify(0, 1, options(), append(b"x")).unwrap();
    pair.settle();
    assert!(matches!(pair.server.take_events()[..], [Event::OneWay { .. }]));
    assert_eq!(pair.server.session.stats().no_memory, 3);
}

#[test]
fn an_item_that_there_is_no_memory_for_ends_the_call() {
    let memory = memory();
    let mut pair = Pair::streaming(|limits| limits);
    pair.server.session.core.memory = memory.share();
    let call = pair.client.session.call(pair.now, 0, 3, CallOptions::default(), append(b""));
    let call = call.unwrap();
    pair.settle();
    pair.server.take_events();
    pair.client.session.item(call, append(&vec![7; 2 * MIB])).unwrap();
    pair.settle();
    let why = Dropped::Overloaded;
    assert_eq!(pair.server.take_events(), [Event::Dropped { call, why }]);
    let error = CallFailure::Remote(Fault::Overloaded { retry_after: None });
    let events = pair.client.take_events();
    assert_eq!(events.last(), Some(&Event::Failed { call, error }));
    assert_eq!(memory.used(), 0);
    pair.assert_status(Status::Open);
}

#[test]
fn a_connection_holds_no_more_than_is_free_beside_it() {
    let (mut pair, memory) = short(Role::Server);
    pair.server.receive(pair.now, &part(1, &[0; 60_000]));
    let mut other = memory.share();
    let mut charge = other.charge();
    assert!(charge.grow(MIB - 60_000));
    // A mebibyte is free, and what comes would leave less than the connection has.
    for _ in 0..16 {
        pair.server.receive(pair.now, &part(1, &[0; 60_000]));
    }
    let last = frame(Head::Request { call: id(1), method: method() }, b"");
    pair.server.receive(pair.now, &last);
    assert_eq!((pair.server.take_events(), memory.used()), (vec![], MIB - 60_000));
    drop(charge);
}

#[test]
fn message_stall() {
    for (stall, given_up) in [(Duration::from_secs(2), true), (Duration::from_secs(60), false)] {
        let limits = Limits::default().with_message_stall(stall).unwrap();
        let limits = limits.with_heartbeat(Duration::ZERO).unwrap();
        let limits = std::sync::Arc::new(limits);
        let side = |one| Config { limits: limits.clone(), ..config(Protection::Plain.of(one)) };
        let mut pair = Pair::with(side(Role::Client), side(Role::Server)).opened();
        pair.server.receive(pair.now, &part(1, &[0; 100]));
        // It goes on, if slowly.
        for _ in 0..10 {
            pair.now += Duration::from_millis(1_500);
            pair.server.session.handle_timeout(pair.now);
            pair.server.receive(pair.now, &part(1, &[0; 100]));
        }
        assert_eq!(pair.server.session.served_in_flight(), 1);
        // And then no more.
        for _ in 0..5 {
            pair.now += Duration::from_millis(1_500);
            pair.server.session.handle_timeout(pair.now);
        }
        assert_eq!(pair.server.session.served_in_flight(), usize::from(!given_up));
        // Its end comes late.
        let last = frame(Head::Request { call: id(1), method: method() }, b"");
        pair.server.receive(pair.now, &last);
        let events = pair.server.take_events();
        assert_eq!(matches!(events[..], [Event::Request { .. }]), !given_up, "{events:?}");
        pair.assert_status(Status::Open);
    }
}

#[test]
fn an_item_that_waits_for_credit_does_not_stall() {
    let small = |limits: Limits| limits.with_stream_window(1_024).unwrap();
    let mut pair = Pair::streaming(|limits| {
        let limits = small(limits).with_heartbeat(Duration::ZERO).unwrap();
        limits.with_fragment_bytes(1_024).unwrap()
    });
    let call = pair.client.session.call(pair.now, 0, 3, CallOptions::default(), append(b""));
    let call = call.unwrap();
    pair.client.session.item(call, append(&[1; 100])).unwrap();
    pair.client.session.item(call, append(&[2; 4_000])).unwrap();
    pair.settle();
    let came = pair.server.take_events();
    assert!(matches!(came[..], [Event::Request { .. }, Event::Item { .. }]), "{came:?}");
    // Whoever serves it takes its time.
    for _ in 0..10 {
        pair.now += Duration::from_secs(60);
        pair.server.session.handle_timeout(pair.now);
    }
    pair.server.session.taken(call, 100);
    pair.settle();
    let came = pair.server.take_events();
    let [Event::Item { body, .. }] = &came[..] else { panic!("{came:?}") };
    assert_eq!(body.len(), 4_000);
}
