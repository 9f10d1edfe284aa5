//! Signs of life, ends without use, and going away.

use std::time::Duration;

use super::pair::{Pair, Protection, append, config, frame, id, method};
use super::script::failure;
use crate::error::{CloseReason, Error};
use crate::frame::header::Head;
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{CallFailure, CallRefused, Config, Event, Role, Status};

const SECOND: Duration = Duration::from_secs(1);

fn with(limits: impl Fn(Limits) -> Limits) -> Pair {
    let side = |role| Config {
        limits: limits(Limits::default()).into(),
        ..config(Protection::Plain.of(role))
    };
    Pair::with(side(Role::Client), side(Role::Server)).opened()
}

#[test]
fn f18_a_peer_that_says_nothing_is_dead_after_three_heartbeats() {
    for every in [15, 2] {
        let mut pair = with(|limits| limits.with_heartbeat(SECOND * every).unwrap());
        let every = SECOND * every;
        pair.advance(every * 3 - Duration::from_millis(1));
        pair.assert_status(Status::Open);
        pair.advance(Duration::from_millis(1));
        pair.assert_status(Status::Closed);
        let dead = Error::Dead { after: every * 3 };
        assert_eq!(failure(&pair.client.take_events()), dead);
        assert_eq!(failure(&pair.server.take_events()), dead);
    }
}

#[test]
fn any_octet_is_a_sign_of_life_and_octets_that_were_there_before_are_none() {
    let mut pair = Pair::open(Protection::Plain);
    let long = frame(Head::Request { call: id(1), method: method() }, &[0; 1_000]);
    for octet in &long[..5] {
        pair.advance(SECOND * 40);
        pair.server.receive(pair.now, &[*octet]);
    }
    assert_eq!(pair.server.session.status(), Status::Open);
    for _ in 0..3 {
        pair.advance(SECOND * 15);
        pair.server.receive(pair.now, &[]);
    }
    assert_eq!(pair.server.session.status(), Status::Closed);
}

#[test]
fn a_side_that_does_not_read_expects_no_sign_of_life() {
    let mut pair = Pair::open(Protection::Plain);
    pair.server.session.set_paused(pair.now, true);
    pair.advance(SECOND * 1_000);
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.session.set_paused(pair.now, false);
    pair.advance(SECOND * 44);
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.advance(SECOND);
    assert_eq!(pair.server.session.status(), Status::Closed);
}

#[test]
fn without_heartbeats_nobody_is_asked() {
    let mut pair = with(|limits| {
        let limits = limits.with_heartbeat(Duration::ZERO).unwrap();
        limits.with_max_age(Duration::ZERO).unwrap()
    });
    assert_eq!(pair.client.session.poll_timeout(), None);
    pair.advance(SECOND * 100_000);
    pair.assert_status(Status::Open);
}

#[test]
fn a_connection_that_is_not_used_or_is_old_is_closed_in_order() {
    for (limits, reason) in [
        (Limits::default().with_idle_timeout(SECOND * 20).unwrap(), Reason::IdleTimeout),
        (Limits::default().with_max_age(SECOND * 20).unwrap(), Reason::MaxAge),
    ] {
        let mut pair = with(|_| limits.clone());
        let call = pair.client.call(pair.now, b"", None);
        pair.settle();
        for _ in 0..4 {
            pair.advance(SECOND * 10);
            pair.settle();
        }
        // The call is under way.
        pair.assert_status(Status::Open);
        pair.server.session.reply(call, append(b"")).unwrap();
        for _ in 0..6 {
            pair.settle();
            pair.advance(SECOND * 10);
        }
        let events = pair.client.take_events();
        assert!(events.iter().any(|event| matches!(event, Event::Reply { .. })), "{events:?}");
        pair.assert_status(Status::Closed);
        let ends = [pair.client.session.close_reason(), pair.server.session.close_reason()];
        let local = CloseReason::Local { reason };
        assert!(ends.contains(&Some(&local)), "{ends:?}");
    }
}

#[test]
fn f27_who_goes_away_runs_what_was_begun_and_nothing_after_it() {
    let mut pair = Pair::open(Protection::Plain);
    let first = pair.client.call(pair.now, b"1", None);
    pair.settle();
    pair.server.take_events();
    pair.server.session.go_away(Reason::ShuttingDown);
    let second = pair.client.call(pair.now, &[2; 50_000], None);
    pair.settle();
    let lost = CallFailure::ConnectionLost { maybe_executed: false };
    let expected = [
        Event::Failed { call: second, error: lost },
        Event::GoingAway { reason: Reason::ShuttingDown },
    ];
    assert_eq!(pair.client.take_events(), expected);
    assert_eq!(pair.server.take_events(), []);
    let refused = pair.client.session.call(pair.now, 0, 1, super::pair::options(), append(b""));
    assert_eq!(refused, Err(CallRefused::GoingAway));
    // The other direction goes on.
    let back = pair.server.call(pair.now, b"back", None);
    pair.server.session.reply(first, append(b"done")).unwrap();
    pair.settle();
    pair.assert_status(Status::Open);
    pair.client.session.reply(back, append(b"")).unwrap();
    pair.settle();
    pair.assert_status(Status::Closed);
    let local = CloseReason::Local { reason: Reason::ShuttingDown };
    assert_eq!(pair.server.session.close_reason(), Some(&local));
}
