//! Octets that nobody sane would send, and reads that nobody would choose.

use std::time::Instant;

use bytes::BytesMut;
use proptest::prelude::*;

use super::pair::{Dice, Pair, Protection, Side, append, config, start};
use crate::error::CloseReason;
use crate::frame::reason::Reason;
use crate::noise::Random as _;
use crate::session::{CallOptions, Event, Role, Status};

/// Everything that a client says in one connection, and what the server makes of it.
fn recorded(protection: Protection) -> (Vec<u8>, Vec<Event>) {
    let mut pair = Pair::new(protection);
    let mut octets = Vec::new();
    let mut carry = |pair: &mut Pair| {
        let said = pair.client.transmit();
        octets.extend_from_slice(&said);
        pair.server.receive(pair.now, &said);
        pair.carry(Role::Server);
    };
    carry(&mut pair);
    carry(&mut pair);
    for len in [0, 1, 100, 20_000] {
        pair.client.call(pair.now, &vec![7; len], None);
        pair.client.session.notify(0, 2, CallOptions::default(), append(&vec![8; len])).unwrap();
    }
    carry(&mut pair);
    pair.client.session.ping(pair.now, 5).unwrap();
    carry(&mut pair);
    pair.client.session.close(Reason::Normal, "bye");
    carry(&mut pair);
    let events = pair.server.take_events();
    assert!(matches!(events.last(), Some(Event::Closed(CloseReason::Peer { .. }))));
    (octets, events)
}

fn fresh_server(protection: Protection, now: Instant) -> Side {
    Side::new(config(protection.of(Role::Server)), now)
}

/// What a fresh server makes of octets that arrive in these pieces.
fn heard(protection: Protection, pieces: &mut dyn Iterator<Item = &[u8]>) -> Vec<Event> {
    let now = start();
    let mut server = fresh_server(protection, now);
    for piece in pieces {
        server.receive(now, piece);
        server.transmit();
    }
    server.take_events()
}

#[test]
fn f1_one_octet_at_a_time_gives_the_same_events() {
    for protection in Protection::ALL {
        let (octets, expected) = recorded(protection);
        assert_eq!(heard(protection, &mut octets.chunks(1)), expected);
        assert_eq!(heard(protection, &mut octets.chunks(octets.len())), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn f1_any_slicing_gives_the_same_events(
        protection in prop::sample::select(&Protection::ALL[..]),
        mut cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let (octets, expected) = recorded(protection);
        let mut ends: Vec<_> = cuts.drain(..).map(|cut| cut.index(octets.len())).collect();
        ends.push(octets.len());
        ends.sort_unstable();
        let mut from = 0;
        let mut pieces = ends.iter().map(|&end| {
            let piece = &octets[from..end];
            from = end;
            piece
        });
        prop_assert_eq!(heard(protection, &mut pieces), expected);
    }

    #[test]
    fn f6_garbage_at_any_stage_never_panics_and_is_not_kept(
        protection in prop::sample::select(&Protection::ALL[..]),
        seed in any::<u64>(),
        victim in prop::sample::select(&[Role::Client, Role::Server][..]),
        stage in any::<prop::sample::Index>(),
        lens in prop::collection::vec(0_usize..4_000, 1..8),
    ) {
        let mut pair = Pair::new(protection);
        let mut dice = Dice::new(seed);
        for _ in 0..stage.index(4) {
            pair.carry(Role::Client);
            pair.carry(Role::Server);
        }
        if pair.client.session.status() == Status::Open {
            pair.client.call(pair.now, b"", None);
        }
        for len in lens {
            let mut garbage = vec![0; len];
            dice.fill(&mut garbage).unwrap();
            let now = pair.now;
            pair.side(victim).receive(now, &garbage);
            prop_assert!(pair.side(victim).inbox.len() <= 65_537 + 32);
            prop_assert!(pair.side(victim).session.out_len() < 10_000);
        }
        pair.settle();
        let closed = |events: &[Event]| events.iter().filter(|e| matches!(e, Event::Closed(_))).count();
        prop_assert!(closed(&pair.client.take_events()) <= 1);
        prop_assert!(closed(&pair.server.take_events()) <= 1);
    }

    #[test]
    fn f6_frames_with_plausible_headers_never_panic(
        frames in prop::collection::vec(
            (0_u8..14, prop::sample::select(&[0_u8, 0, 0, 0, 1, 8, 255][..]),
             prop::sample::select(&[0_u16, 1, 2, 0x1001, 0xffff][..]), 0_u32..12,
             prop::collection::vec(any::<u8>(), 0..40)),
            1..60,
        ),
        victim in prop::sample::select(&[Role::Client, Role::Server][..]),
    ) {
        let mut pair = Pair::open(Protection::Plain);
        let now = pair.now;
        for side in [&mut pair.client, &mut pair.server] {
            side.call(now, b"", None);
            side.call(now, b"", None);
            side.session.ping(now, 1).unwrap();
        }
        pair.settle();
        for (kind, flags, method, call, body) in frames {
            let mut octets = u32::try_from(body.len()).unwrap().to_le_bytes().to_vec();
            octets.extend_from_slice(&[kind, flags]);
            octets.extend_from_slice(&method.to_le_bytes());
            octets.extend_from_slice(&call.to_le_bytes());
            octets.extend_from_slice(&body);
            pair.side(victim).receive(now, &octets);
        }
        let side = pair.side(victim);
        let closed = side.session.status() == Status::Closed;
        let events = side.take_events();
        prop_assert_eq!(closed, matches!(events.last(), Some(Event::Closed(_))));
        if closed {
            prop_assert_eq!(side.session.calls_in_flight(), 0);
        }
    }
}

#[test]
fn h2_every_truncation_ends_with_a_name_and_delivers_a_prefix() {
    for protection in Protection::ALL {
        let (octets, expected) = recorded(protection);
        // A sample where each try takes key exchanges.
        let step = if protection == Protection::Plain { 1 } else { 13 };
        let ends = (0..900).step_by(step).chain((900..octets.len()).step_by(1_997));
        for end in ends {
            let now = start();
            let mut server = fresh_server(protection, now);
            server.receive(now, &octets[..end]);
            server.session.handle_eof();
            let mut events = server.take_events();
            let Some(Event::Closed(CloseReason::Failed(_))) = events.pop() else {
                panic!("{protection:?} {end}");
            };
            assert!(expected.starts_with(&events));
        }
    }
}

#[test]
fn octets_after_the_end_are_dropped_at_once() {
    let (octets, expected) = recorded(Protection::Plain);
    let now = start();
    let mut server = fresh_server(Protection::Plain, now);
    server.receive(now, &[&octets[..], &[9; 5_000]].concat());
    assert!(server.inbox.is_empty());
    server.receive(now, &[9; 5_000]);
    assert!(server.inbox.is_empty());
    assert_eq!(server.take_events(), expected);
}

#[test]
fn fr1_u8_an_announced_length_allocates_nothing() {
    let mut pair = Pair::open(Protection::Plain);
    let mut inbox = BytesMut::with_capacity(64);
    inbox.extend_from_slice(&[0xff, 0xff, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 9]);
    pair.server.session.handle_bytes(pair.now, &mut inbox);
    // The frame of almost 64 KiB is waited for, in the buffer that was there.
    assert_eq!((inbox.len(), inbox.capacity()), (13, 64));
    assert_eq!(pair.server.session.status(), Status::Open);
}

#[test]
fn bodies_share_the_memory_that_was_read_into_unless_they_are_little() {
    let mut pair = Pair::open(Protection::Plain);
    let mut shares = |len: usize| {
        pair.client.call(pair.now, &vec![5; len], None);
        let mut inbox = BytesMut::from(&pair.client.transmit()[..]);
        let memory = inbox.as_ptr_range();
        pair.server.session.handle_bytes(pair.now, &mut inbox);
        let Some(Event::Request { body, .. }) = pair.server.session.poll_event() else { panic!() };
        assert_eq!(body.len(), len);
        memory.contains(&body.as_ptr())
    };
    assert!(shares(2_000));
    // What is kept of one small message is not to be the buffer of a whole read.
    assert!(!shares(64));
}

#[test]
fn a_read_buffer_is_free_again_when_its_bodies_are_gone() {
    for protection in Protection::ALL {
        let mut pair = Pair::open(protection);
        let mut inbox = BytesMut::with_capacity(4_096);
        let memory = inbox.as_ptr();
        for _ in 0..100 {
            pair.client.session.notify(0, 1, CallOptions::default(), append(&[5; 1_000])).unwrap();
            inbox.reserve(2_000);
            inbox.extend_from_slice(&pair.client.transmit());
            pair.server.session.handle_bytes(pair.now, &mut inbox);
            while pair.server.session.poll_event().is_some() {}
            assert!(inbox.is_empty());
        }
        inbox.reserve(4_096);
        assert_eq!(inbox.as_ptr(), memory, "{protection:?}");
    }
}
