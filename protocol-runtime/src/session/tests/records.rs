//! Records that are lost, repeated, swapped, sent back or taken from elsewhere: each ends the
//! connection, in one way, and what came before is what was delivered.

use std::io;

use super::pair::{Pair, Protection, Side, append, config};
use super::script::{delivered, failure};
use crate::error::{CloseReason, Error};
use crate::frame::reason::Reason;
use crate::noise::NoiseError;
use crate::session::{CallOptions, Event, Role, Status};

/// How many records a client has ready, each with one message.
const RECORDS: u8 = 70;

/// An open connection, and what the client says in records of one message each.
fn spoken(protection: Protection) -> (Pair, Vec<Vec<u8>>) {
    let mut pair = Pair::open(protection);
    let records = (0..RECORDS)
        .map(|n| {
            pair.client.session.notify(0, 1, CallOptions::default(), append(&[n])).unwrap();
            pair.client.transmit()
        })
        .collect();
    (pair, records)
}

/// The server hears these records: it has the first `whole` of them, then the connection ends. What
/// it tells the client is always the same.
#[track_caller]
fn ends(mut pair: Pair, heard: &[&[u8]], whole: usize) {
    for record in heard {
        pair.server.receive(pair.now, record);
    }
    let events = pair.server.take_events();
    let given: Vec<_> = delivered(&events)
        .into_iter()
        .map(|event| {
            let Event::OneWay { body, .. } = event else { panic!("{event:?}") };
            usize::from(body[0])
        })
        .collect();
    assert_eq!(given, (0..whole).collect::<Vec<_>>());
    assert_eq!(failure(&events), Error::Record(NoiseError::Authentication));
    let answer = pair.server.transmit();
    assert_eq!(answer.len(), 89, "no reaction is told from another");
    pair.client.receive(pair.now, &answer);
    let text = "the record failed: the peer's bytes do not authenticate".into();
    let told = CloseReason::Peer { reason: Reason::BadRecord, text };
    assert_eq!(pair.client.take_events(), [Event::Closed(told)]);
}

/// Some of the records, by their numbers.
fn some(records: &[Vec<u8>], numbers: impl IntoIterator<Item = usize>) -> Vec<&[u8]> {
    numbers.into_iter().map(|number| &records[number][..]).collect()
}

#[test]
fn f11_r1_u6_a_record_that_is_lost_repeated_or_swapped_ends_the_connection() {
    for protection in Protection::NOISE {
        let last = usize::from(RECORDS) - 1;
        for at in [0, 1, 33, last - 1] {
            let (pair, records) = spoken(protection);
            ends(pair, &some(&records, (0..at).chain(at + 1..=last)), at);
            let (pair, records) = spoken(protection);
            ends(pair, &some(&records, (0..=at).chain(at..=last)), at + 1);
            let (pair, records) = spoken(protection);
            ends(pair, &some(&records, (0..at).chain([at + 1, at])), at);
        }
        for back in (0..7).map(|power| 1_usize << power) {
            let (pair, records) = spoken(protection);
            ends(pair, &some(&records, (0..=last).chain([last + 1 - back])), last + 1);
        }
    }
}

#[test]
fn r1_u6_a_record_of_another_session_or_direction_opens_nothing() {
    for protection in Protection::NOISE {
        // The same place in a session with the same keys of both sides.
        let mut other = Pair::new(protection);
        other.client = Side::seeded(8, config(protection.of(Role::Client)), other.now);
        let mut other = other.opened();
        other.client.session.notify(0, 1, CallOptions::default(), append(&[0])).unwrap();
        let foreign = other.client.transmit();
        let (pair, _) = spoken(protection);
        ends(pair, &[&foreign], 0);
        // Back to the one who said it: the first record of each direction, so that the counters
        // are the same.
        let (mut pair, records) = spoken(protection);
        pair.client.receive(pair.now, &records[0]);
        let events = pair.client.take_events();
        assert_eq!(delivered(&events), []);
        assert_eq!(failure(&events), Error::Record(NoiseError::Authentication));
    }
}

#[test]
fn r2_u7_an_end_without_a_close_is_told_from_a_failure() {
    let reset = || Error::from(io::Error::from(io::ErrorKind::ConnectionReset));
    for protection in Protection::ALL {
        let mut pair = Pair::open(protection);
        pair.client.session.handle_eof();
        pair.server.session.handle_failure(reset());
        assert_eq!(failure(&pair.client.take_events()), Error::Truncated);
        assert_eq!(failure(&pair.server.take_events()), reset());
    }
}

#[test]
fn r3_a_length_that_no_record_has_is_refused_by_itself() {
    let open =
        || Pair::with_streams(Protection::Psk, |limits| limits.with_record_bytes(16_384).unwrap());
    for len in [0, 1, 15, 16, 16_401, 65_535] {
        let mut pair = open();
        pair.server.receive(pair.now, &u16::try_from(len).unwrap().to_be_bytes());
        let failed = failure(&pair.server.take_events());
        let (min, max) = (17, 16_400);
        assert_eq!(failed, Error::Record(NoiseError::RecordLength { len, min, max }));
    }
    for len in [17_u16, 16_400] {
        let mut pair = open();
        pair.server.receive(pair.now, &len.to_be_bytes());
        assert_eq!(pair.server.session.status(), Status::Open);
    }
}

#[test]
fn r6_after_a_record_that_failed_the_right_one_is_too_late() {
    for protection in Protection::NOISE {
        let (mut pair, records) = spoken(protection);
        let mut bad = records[0].clone();
        bad[5] ^= 1;
        pair.server.receive(pair.now, &bad);
        assert_eq!(pair.server.session.status(), Status::Closed);
        for record in &records {
            pair.server.receive(pair.now, record);
        }
        let events = pair.server.take_events();
        assert_eq!(delivered(&events), []);
        assert_eq!(failure(&events), Error::Record(NoiseError::Authentication));
        assert!(pair.server.inbox.is_empty());
    }
}
