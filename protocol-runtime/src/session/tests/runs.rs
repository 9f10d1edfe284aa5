//! Items that come together: what is looked up once for all of them is as if each came alone.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::pair::{Pair, append, frame, id};
use super::script::failure;
use crate::error::{Error, FlowFault};
use crate::frame::header::{Flags, Head};
use crate::session::{CallId, CallOptions, Event};

/// A client with two streams that the server has opened, of calls 1 and 3.
fn receiving(window: u32) -> Pair {
    let mut pair = Pair::streaming(|limits| limits.with_stream_window(window).unwrap());
    for _ in 0..2 {
        let options = CallOptions::default();
        let call = pair.client.session.call(pair.now, 0, 2, options, append(b"")).unwrap();
        pair.settle();
        pair.server.session.open_stream(call).unwrap();
    }
    pair.settle();
    pair.client.take_events();
    pair.server.take_events();
    pair
}

/// The frames as one read brings them; with `together` taken as a driver takes them.
fn received(octets: &[Vec<u8>], window: u32, together: bool) -> (Vec<Event>, [u64; 2]) {
    let mut pair = receiving(window);
    let mut events = Vec::new();
    let mut take = |pair: &mut Pair| loop {
        let items = if together { pair.client.session.poll_items() } else { None };
        if let Some((call, items)) = items {
            events.extend(items.map(|(body, cost)| Event::Item { call, body, cost }));
        } else if let Some(event) = pair.client.session.poll_event() {
            events.push(event);
        } else {
            break;
        }
    };
    if together {
        let mut inbox = BytesMut::from(&octets.concat()[..]);
        pair.client.session.handle_bytes(pair.now, &mut inbox);
        take(&mut pair);
    } else {
        for octets in octets {
            let mut inbox = BytesMut::from(&octets[..]);
            pair.client.session.handle_bytes(pair.now, &mut inbox);
            take(&mut pair);
        }
    }
    let stats = pair.client.session.stats();
    (events, [stats.items_in, stats.frames_in])
}

#[test]
fn credit_is_judged_within_a_run_and_what_was_paid_for_arrives() {
    let octets = vec![frame(Head::Item { call: id(1) }, &[7; 300]); 4];
    for together in [false, true] {
        let (events, _) = received(&octets, 1_024, together);
        assert_eq!(events.len(), 6, "three items, the end of two calls, and the end");
        assert!(matches!(&events[2], Event::Item { body, cost: 300, .. } if body[..] == [7; 300]));
        let fault = FlowFault::Overspent { cost: 300, left: 124 };
        assert_eq!(failure(&events), Error::FlowControl(fault));
    }
}

#[test]
fn items_of_a_run_are_events_of_their_own() {
    let bodies = [&b"one"[..], b"", b"three"];
    let octets: Vec<u8> =
        bodies.iter().flat_map(|body| frame(Head::Item { call: id(1) }, body)).collect();
    let mut pair = receiving(1_024);
    pair.client.receive(pair.now, &octets);
    let expected = bodies.map(|body| {
        let body = Bytes::from_static(body);
        Event::Item { call: id(1), body, cost: 64 }
    });
    assert_eq!(pair.client.take_events(), expected);
}

fn one(which: u8, len: usize) -> Vec<u8> {
    let call: CallId = id(if which.is_multiple_of(2) { 1 } else { 3 });
    let body = vec![which; len];
    let item = |flags: Flags, body: &[u8]| {
        let len = u32::try_from(body.len()).unwrap();
        [&Head::Item { call }.flagged(flags, len)[..], body].concat()
    };
    match which {
        0..12 => item(Flags::NONE, &body),
        12 | 13 => [item(Flags::MORE, &body), item(Flags::NONE, b"end")].concat(),
        14 => frame(Head::End { call }, b""),
        15 => item(Flags::COMPRESSED, &body),
        _ => frame(Head::Item { call: id(5) }, &body),
    }
}

proptest! {
    #[test]
    fn a_run_is_what_its_items_are_alone(
        script in prop::collection::vec((0_u8..80, 0_usize..400), 1..40),
        window in prop_oneof![Just(1_024_u32), Just(8_192)],
    ) {
        // Most of what comes are items of the first stream.
        let which = |n: u8| if n < 60 { n % 3 * 2 } else { n - 60 };
        let octets: Vec<_> = script.iter().map(|(n, len)| one(which(*n), *len)).collect();
        prop_assert_eq!(received(&octets, window, true), received(&octets, window, false));
    }
}
