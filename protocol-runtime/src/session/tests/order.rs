//! Large messages and streams, however they are cut and interleaved: every octet arrives once and
//! in order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::pair::{Dice, Pair, append, frames};
use crate::frame::header::{Flags, Head};
use crate::session::{CallId, CallOptions, Event, ItemRefused, Role, Status};

/// Octets that are told from all others.
fn octets(seed: u64, len: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    (0..len).map(|_| dice.roll().to_le_bytes()[0]).collect()
}

#[test]
fn large_messages_take_turns_and_small_ones_pass_between() {
    let mut pair = Pair::streaming(|limits| limits);
    let large: Vec<_> = (0..6).map(|_| pair.client.call(pair.now, &[1; 300_000], None)).collect();
    let small = pair.client.call(pair.now, b"small", None);
    let first = frames(&pair.client.transmit());
    assert_eq!(first[0].head.call(), Some(small));
    let calls: Vec<_> = first[1..9].iter().filter_map(|frame| frame.head.call()).collect();
    assert_eq!(calls, [&large[..4], &large[..4]].concat(), "four at a time, by turns");
    assert!(
        first[1..].iter().all(|frame| frame.flags == Flags::MORE && frame.body.len() == 32_768)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn f1_streams_and_large_messages_arrive_whole_and_in_order(
        seed in any::<u64>(),
        cut in prop::sample::select(vec![1_usize, 13, 1_000, usize::MAX]),
        fragment in prop::sample::select(vec![1_024_u32, 16_320]),
        window in prop::sample::select(vec![1_024_u32, 5_000, 262_144]),
    ) {
        let mut pair = Pair::streaming(|limits| {
            let limits = limits.with_fragment_bytes(fragment).unwrap();
            let limits = limits.with_stream_window(window).unwrap();
            limits.with_frame_bytes(20_000).unwrap()
        });
        pair.cut = cut;
        let mut dice = Dice::new(seed);
        let (mut streams, mut sent) = (Vec::new(), BTreeMap::<(bool, CallId), Vec<Vec<u8>>>::new());
        let mut plain = BTreeMap::new();
        let mut got = BTreeMap::<(bool, CallId), Vec<Vec<u8>>>::new();
        for step in 0..120 {
            match dice.roll() % 4 {
                0 if streams.len() < 5 => {
                    let call = pair.client.session
                        .call(pair.now, 0, 4, CallOptions::default(), append(b"")).unwrap();
                    pair.settle();
                    pair.server.session.open_stream(call).unwrap();
                    streams.push(call);
                }
                1 if plain.len() < 8 => {
                    let body = octets(step, usize::try_from(dice.roll() % 40_000).unwrap());
                    let call = pair.client.call(pair.now, &body, None);
                    plain.insert(call, body);
                }
                _ if !streams.is_empty() => {
                    let call = streams[usize::try_from(dice.roll()).unwrap_or(0) % streams.len()];
                    let role = if dice.roll().is_multiple_of(2) { Role::Client } else { Role::Server };
                    let len = [0, 1, 500, 9_000][usize::try_from(dice.roll() % 4).unwrap()];
                    let body = octets(step, len);
                    match pair.side(role).session.item(call, append(&body)) {
                        Ok(()) => sent.entry((role == Role::Client, call)).or_default().push(body),
                        Err(ItemRefused::NoCredit | ItemRefused::Busy) => {}
                        Err(refused) => prop_assert!(false, "{refused}"),
                    }
                }
                _ => {}
            }
            if dice.roll().is_multiple_of(3) {
                let role = if dice.roll().is_multiple_of(2) { Role::Client } else { Role::Server };
                pair.carry(role);
            }
            if step == 119 {
                for call in &streams {
                    for role in [Role::Client, Role::Server] {
                        pair.side(role).session.end(*call).unwrap();
                    }
                }
            }
            let rounds = if step == 119 { 400 } else { 1 };
            for _ in 0..rounds {
                for role in [Role::Client, Role::Server] {
                    for event in pair.side(role).take_events() {
                        match event {
                            Event::Item { call, body, cost } => {
                                got.entry((role == Role::Server, call)).or_default().push(body.to_vec());
                                pair.side(role).session.taken(call, cost);
                            }
                            Event::Request { call, number: 1, body, .. } => {
                                prop_assert_eq!(&body[..], &plain[&call][..]);
                                pair.side(role).session.reply(call, append(&body)).unwrap();
                            }
                            Event::Reply { call, body, .. } => {
                                prop_assert_eq!(&body[..], &plain.remove(&call).unwrap()[..]);
                            }
                            Event::Request { .. } | Event::Opened { .. } | Event::Ended { .. }
                            | Event::Credit { .. } => {}
                            other @ (Event::Established
                            | Event::OneWay { .. }
                            | Event::Failed { .. }
                            | Event::Dropped { .. }
                            | Event::GoingAway { .. }
                            | Event::Pong { .. }
                            | Event::Closed(_)) => prop_assert!(false, "{other:?}"),
                        }
                    }
                }
                if step == 119 {
                    pair.settle();
                }
            }
        }
        pair.assert_status(Status::Open);
        prop_assert!(plain.is_empty());
        prop_assert_eq!(sent, got);
        prop_assert_eq!(pair.client.session.calls_in_flight(), 0);
        prop_assert_eq!(pair.server.session.served_in_flight(), 0);
    }
}

#[test]
fn an_item_is_one_frame_where_it_fits() {
    let mut pair = Pair::streaming(|limits| limits);
    let options = CallOptions::default();
    let call = pair.client.session.call(pair.now, 0, 3, options, append(b"")).unwrap();
    pair.client.session.item(call, append(&[1; 32_768])).unwrap();
    let sent = frames(&pair.client.transmit());
    assert_eq!((sent.len(), sent[1].head, sent[1].flags), (2, Head::Item { call }, Flags::NONE));
}

#[test]
fn what_was_said_before_a_close_goes_out_first_and_nothing_waits_behind_it() {
    let mut pair = Pair::streaming(|limits| limits);
    let call = pair.client.call(pair.now, b"", None);
    let options = CallOptions::default();
    let stream = pair.client.session.call(pair.now, 0, 3, options, append(b"")).unwrap();
    pair.settle();
    pair.client.session.item(stream, append(&[3; 300_000])).unwrap();
    pair.server.session.reply(call, append(&[7; 1_000_000])).unwrap();
    pair.server.session.close(crate::frame::reason::Reason::Normal, "");
    pair.carry(Role::Server);
    let events = pair.client.take_events();
    assert!(matches!(&events[0], Event::Reply { body, .. } if body.len() == 1_000_000));
    for side in [&pair.client, &pair.server] {
        assert_eq!((side.session.status(), side.session.out_len()), (Status::Closed, 0));
    }
}
