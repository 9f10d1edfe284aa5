//! Every bit and every cut of a whole session, in each mode: somebody on the way changes it, and
//! nothing that was changed is ever delivered.
//!
//! The session is the smallest one: a handshake, one call each way, and the end. The larger one
//! has bodies that span records, and takes minutes.

use std::ops::ControlFlow;
use std::time::Duration;

use super::pair::{Protection, Side};
use super::script::{Flight, Part, Recording, delivered, failure};
use crate::error::{Error, Waiting};
use crate::session::{Event, Role, Status};

/// Flips each bit of each flight, and gives the number of tries.
fn flip_each_bit(protection: Protection, len: usize) -> usize {
    let recording = Recording::new(protection, len);
    let mut tries = 0;
    for (number, flight) in recording.flights.iter().enumerate() {
        for at in 0..flight.octets.len() {
            for bit in 0..8 {
                let what = || format!("{protection:?}, flight {number}, octet {at}, bit {bit}");
                let mut changed = flight.octets.clone();
                changed[at] ^= 1_u8 << bit;
                if number == 0 {
                    never_open(&recording, &changed, &what);
                } else {
                    never_delivered(&recording, number, &changed, &what);
                }
                tries += 1;
            }
        }
    }
    tries
}

/// A changed first flight is refused; or, where nobody proves anything by it, the answer tells the
/// client that it is not what it said.
fn never_open(recording: &Recording, changed: &[u8], what: &dyn Fn() -> String) {
    let (now, mut server) = (recording.now, recording.side(Role::Server));
    server.receive(now, changed);
    let answer = server.transmit();
    if !answer.is_empty() {
        let mut client = recording.side(Role::Client);
        client.transmit();
        client.receive(now, &answer);
        let events = client.take_events();
        assert_eq!(delivered(&events), [], "{}", what());
        failure(&events);
    }
    server.session.handle_eof();
    let events = server.take_events();
    let given = delivered(&events);
    assert!(given.is_empty() || given == [Event::Established], "{}: {given:?}", what());
    failure(&events);
}

/// Whoever reads a changed flight fails, and was given what came before it and nothing else.
fn never_delivered(
    recording: &Recording,
    number: usize,
    changed: &[u8],
    what: &dyn Fn() -> String,
) {
    let flight = &recording.flights[number];
    let mut side = recording.play(flight.from.peer(), |this, octets| {
        if this == number {
            changed.clone_into(octets);
        }
        // What follows may be swallowed by a length that grew.
        ControlFlow::Continue(())
    });
    side.session.handle_eof();
    let events = side.take_events();
    assert_eq!(delivered(&events), flight.before, "{}", what());
    let failed = failure(&events);
    if let Part::Records(_) = flight.part {
        assert!(matches!(failed, Error::Record(_) | Error::Truncated), "{}: {failed}", what());
    }
}

/// Cuts each flight at each octet, and then nothing more arrives.
fn cut_each_flight(protection: Protection, len: usize) {
    let recording = Recording::new(protection, len);
    for (number, flight) in recording.flights.iter().enumerate() {
        for end in 0..flight.octets.len() {
            let cut = || {
                recording.play(flight.from.peer(), |this, octets| {
                    if this == number {
                        octets.truncate(end);
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                })
            };
            let what = format!("{protection:?}, flight {number}, cut at {end}");
            ended(cut(), flight, &what);
            if flight.part == Part::Handshake {
                stalled(cut(), &recording, number == 0 && end == 0, &what);
            }
        }
    }
}

/// The stream ends after a cut.
fn ended(mut side: Side, flight: &Flight, what: &str) {
    side.session.handle_eof();
    let events = side.take_events();
    let expected = match flight.part {
        Part::Handshake => Error::HandshakeTruncated,
        Part::Records(_) => Error::Truncated,
    };
    assert_eq!(failure(&events), expected, "{what}");
    assert_eq!(delivered(&events), flight.before, "{what}");
    assert!(side.transmit().is_empty(), "{what}: nobody is there to hear it");
}

/// Nothing arrives after a cut, and nothing ends.
fn stalled(mut side: Side, recording: &Recording, nothing: bool, what: &str) {
    // The time runs from the start, whatever came meanwhile.
    let (seconds, waiting) =
        if nothing { (3, Waiting::FirstByte) } else { (10, Waiting::Handshake) };
    let due = recording.now + Duration::from_secs(seconds);
    assert_eq!(side.session.poll_timeout(), Some(due), "{what}");
    side.session.handle_timeout(due - Duration::from_millis(1));
    assert_eq!(side.session.status(), Status::Handshaking, "{what}");
    side.session.handle_timeout(due);
    assert_eq!(failure(&side.take_events()), Error::HandshakeTimeout(waiting), "{what}");
}

/// The tests for one mode.
macro_rules! in_mode {
    ($($module:ident: $protection:ident;)*) => {$(
        mod $module {
            use super::*;

            #[test]
            fn h1_f11_r1_u3_u6_every_bit_counts() {
                assert!(flip_each_bit(Protection::$protection, 1) > 2_000);
            }

            #[test]
            #[ignore = "minutes; cargo test --release -p protocol-runtime --lib flips -- --ignored"]
            fn h1_every_bit_of_a_larger_session_counts() {
                assert!(flip_each_bit(Protection::$protection, 1_500) > 40_000);
            }

            #[test]
            fn h2_r2_u7_every_cut_has_a_name_at_its_end_and_in_its_time() {
                cut_each_flight(Protection::$protection, 1);
            }
        }
    )*};
}

in_mode! {
    nn: Nn;
    nk: Nk;
    xx: Xx;
    xk: Xk;
    psk: Psk;
}
