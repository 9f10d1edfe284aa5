//! One whole session, flight by flight, recorded, and played again to one side by somebody who may
//! change what passes.
//!
//! It is the same each time, to the octet, since what is random comes from dice with the same seed.
//! So a side can be played to alone: it says what it said in the recording, and what it is told may
//! come from there.

use std::ops::ControlFlow;
use std::time::Instant;

use super::pair::{Pair, Protection, Side, append, config, id};
use crate::error::{CloseReason, Error};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{CallOptions, Config, Event, Role};

/// What a flight is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Handshake,
    /// One of them for each step of the talk, with one frame in it.
    Records(usize),
}

/// What one side says before it waits for the other.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) part: Part,
    pub(crate) from: Role,
    pub(crate) octets: Vec<u8>,
    /// What happened at the other side before this arrived.
    pub(crate) before: Vec<Event>,
}

/// A session that nobody disturbed.
#[derive(Debug)]
pub(crate) struct Recording {
    protection: Protection,
    len: usize,
    /// When it began, each time.
    pub(crate) now: Instant,
    pub(crate) flights: Vec<Flight>,
}

/// Who speaks in each step of the talk: a call each way, and the end.
const TALK: [Role; 5] = [Role::Client, Role::Server, Role::Server, Role::Client, Role::Client];

/// What the speaker of a step does, with bodies of `len` octets. Who is closed does nothing.
fn talk(side: &mut Side, now: Instant, step: usize, len: usize) {
    let (session, body) = (&mut side.session, vec![0x5a; len]);
    match step {
        0 | 2 => drop(session.call(now, 0, 1, CallOptions::default(), append(&body))),
        1 => drop(session.reply(id(1), append(&body))),
        3 => drop(session.reply(id(2), append(&body))),
        _ => session.close(Reason::Normal, "x"),
    }
}

/// Small records, so that a body need not be large to span them.
fn small(protection: Protection, role: Role) -> Config {
    let limits = Limits::default().with_record_bytes(1_024).unwrap();
    Config { limits: limits.into(), ..config(protection.of(role)) }
}

impl Recording {
    /// The session of a pair with this protection.
    pub(crate) fn new(protection: Protection, len: usize) -> Self {
        let mut pair = Pair::with(small(protection, Role::Client), small(protection, Role::Server));
        let (mut flights, mut seen) = (Vec::new(), [Vec::new(), Vec::new()]);
        let mut carry = |pair: &mut Pair, from: Role, part| {
            let octets = pair.side(from).transmit();
            if octets.is_empty() {
                return;
            }
            let seen = &mut seen[usize::from(from == Role::Client)];
            let before = seen.clone();
            let now = pair.now;
            let to = pair.side(from.peer());
            to.receive(now, &octets);
            seen.extend(to.take_events());
            flights.push(Flight { part, from, octets, before });
        };
        for from in [Role::Client, Role::Server, Role::Client] {
            carry(&mut pair, from, Part::Handshake);
        }
        for (step, from) in TALK.into_iter().enumerate() {
            let now = pair.now;
            talk(pair.side(from), now, step, len);
            carry(&mut pair, from, Part::Records(step));
        }
        let [client, mut server] = seen;
        server.extend(pair.server.take_events());
        let end = CloseReason::Peer { reason: Reason::Normal, text: "x".into() };
        assert_eq!(server.last(), Some(&Event::Closed(end)));
        assert_eq!((client.len(), server.len()), (3, 4), "{client:?} {server:?}");
        Self { protection, len, now: pair.now, flights }
    }

    /// A side that has heard nothing yet.
    pub(crate) fn side(&self, role: Role) -> Side {
        Side::new(small(self.protection, role), self.now)
    }

    /// All that the client says.
    pub(crate) fn of_client(&self) -> impl Iterator<Item = &[u8]> {
        let flights = self.flights.iter().filter(|flight| flight.from == Role::Client);
        flights.map(|flight| &flight.octets[..])
    }

    /// Plays the session to one side. `meddle` gets what arrives there, with the number of the
    /// flight; nothing arrives after it says so.
    pub(crate) fn play(
        &self,
        to: Role,
        mut meddle: impl FnMut(usize, &mut Vec<u8>) -> ControlFlow<()>,
    ) -> Side {
        let (now, mut side) = (self.now, self.side(to));
        for (number, flight) in self.flights.iter().enumerate() {
            if flight.from == to {
                match flight.part {
                    // Who still waits for something does not leave.
                    Part::Records(step) if step < 4 || side.events.len() == 3 => {
                        talk(&mut side, now, step, self.len);
                    }
                    Part::Records(_) | Part::Handshake => {}
                }
                side.transmit();
                continue;
            }
            let mut octets = flight.octets.clone();
            let then = meddle(number, &mut octets);
            side.receive(now, &octets);
            if then.is_break() {
                break;
            }
        }
        side
    }
}

/// What happened before the end, without calls that were lost with the connection.
pub(crate) fn delivered(events: &[Event]) -> Vec<Event> {
    let kept = |event: &&Event| !matches!(event, Event::Closed(_) | Event::Failed { .. });
    events.iter().filter(kept).cloned().collect()
}

/// How a side failed, by its last event.
#[track_caller]
pub(crate) fn failure(events: &[Event]) -> Error {
    match events.last() {
        Some(Event::Closed(CloseReason::Failed(error))) => (**error).clone(),
        other => panic!("{other:?}"),
    }
}
