//! Each limit of a session, set to another value, changes what happens.

use std::time::Duration;

use super::pair::{Pair, Protection, Side, append, config, control, frame, id, method, start};
use crate::error::{Error, Flood, Rejected};
use crate::frame::control::{Credit, Ping, Pong};
use crate::frame::header::Head;
use crate::frame::reason::Reason;
use crate::frame::unit;
use crate::limits::{LimitError, Limits};
use crate::session::{CallOptions, ClockPolicy, CloseReason, Config, ReplayFilter, Role, Status};

const SECOND: Duration = Duration::from_secs(1);

/// An open connection without protection, whose server has other limits.
fn served(limits: impl FnOnce(Limits) -> Result<Limits, LimitError>) -> Pair {
    with(limits, Role::Server).opened()
}

fn with(limits: impl FnOnce(Limits) -> Result<Limits, LimitError>, role: Role) -> Pair {
    let mut client = config(Protection::Plain.of(Role::Client));
    let mut server = config(Protection::Plain.of(Role::Server));
    let side = if role == Role::Client { &mut client } else { &mut server };
    side.limits = limits(Limits::default()).unwrap().into();
    Pair::with(client, server)
}

fn error(side: &Side) -> Error {
    match side.session.close_reason() {
        Some(CloseReason::Failed(error)) => (**error).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn frame_bytes_and_message_bytes() {
    let mut pair = served(|limits| limits.with_frame_bytes(2_000));
    pair.server.receive(pair.now, &2_001_u32.to_le_bytes());
    assert_eq!(error(&pair.server), Error::FrameTooLarge { len: 2_001, max: 2_000 });
    let mut pair = served(|limits| limits.with_message_bytes(1_500));
    let head = Head::Request { call: id(1), method: method() };
    pair.server.receive(pair.now, &frame(head, &[0; 1_501]));
    assert_eq!(error(&pair.server), Error::MessageTooLarge { len: 1_501, max: 1_500 });
}

#[test]
fn record_bytes() {
    let mut pair = Pair::with(
        config(Protection::Nn.of(Role::Client)),
        Config {
            limits: Limits::default().with_record_bytes(1_024).unwrap().into(),
            ..config(Protection::Nn.of(Role::Server))
        },
    )
    .opened();
    pair.client.session.notify(0, 1, CallOptions::default(), append(&[0; 3_000])).unwrap();
    // The first of three records is as long as it may be: text and tag.
    assert_eq!(pair.client.transmit()[..2], 1_040_u16.to_be_bytes());
    pair.server.receive(pair.now, &1_041_u16.to_be_bytes());
    assert!(matches!(error(&pair.server), Error::Record(_)));
}

#[test]
fn calls_in_flight() {
    let mut pair = served(|limits| limits.with_calls_in_flight(1));
    for number in [1, 3] {
        let head = Head::Request { call: id(number), method: method() };
        pair.server.receive(pair.now, &frame(head, b""));
    }
    assert_eq!(pair.server.session.stats().overloaded, 1);
}

#[test]
fn late_reply_grace() {
    let mut pair = with(|limits| limits.with_late_reply_grace(SECOND), Role::Client).opened();
    pair.client.call(pair.now, b"", Some(SECOND));
    pair.advance(SECOND);
    assert_eq!(pair.client.session.calls_in_flight(), 1);
    pair.advance(SECOND);
    assert_eq!(pair.client.session.calls_in_flight(), 0);
}

#[test]
fn first_byte_timeout_and_handshake_timeout() {
    let mut pair = with(|limits| limits.with_first_byte_timeout(SECOND), Role::Server);
    pair.advance(SECOND);
    assert_eq!(pair.server.session.status(), Status::Closed);
    for role in [Role::Client, Role::Server] {
        let mut pair = with(|limits| limits.with_handshake_timeout(SECOND), role);
        pair.server.receive(pair.now, b"N");
        pair.advance(SECOND);
        assert_eq!(pair.side(role).session.status(), Status::Closed);
        assert_eq!(pair.side(role.peer()).session.status(), Status::Handshaking);
    }
}

#[test]
fn pre_auth_bytes() {
    let limits = Limits::default().with_pre_auth_bytes(1_024).unwrap();
    let client = config(Protection::Xx.of(Role::Client));
    let mut side = Side::new(Config { limits: limits.into(), ..client }, start());
    side.receive(start(), &1_023_u16.to_be_bytes());
    side.receive(start(), b"\0\0");
    assert_eq!(error(&side), Error::HandshakeTooLarge { len: 1_025, max: 1_024 });
}

#[test]
fn pings_and_their_interval() {
    let mut pair = served(|limits| limits.with_pings(2)?.with_pings_interval(SECOND));
    let ping = control(Head::Ping, &Ping { token: 1 });
    pair.server.receive(pair.now, &ping.repeat(2));
    pair.advance(SECOND);
    pair.server.receive(pair.now, &ping.repeat(2));
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.receive(pair.now, &ping);
    assert_eq!(error(&pair.server), Error::Flood(Flood::Pings { max: 2 }));
}

#[test]
fn cancels() {
    let mut pair = served(|limits| limits.with_cancels(2));
    for number in [1, 3, 5] {
        assert_eq!(pair.server.session.status(), Status::Open);
        let head = Head::Request { call: id(number), method: method() };
        pair.server.receive(pair.now, &frame(head, b""));
        pair.server.receive(pair.now, &frame(Head::Cancel { call: id(number) }, b""));
    }
    assert_eq!(error(&pair.server), Error::Flood(Flood::Cancels { max: 2 }));
    // Of its own it sends half as many.
    let mut pair = with(|limits| limits.with_cancels(4), Role::Client).opened();
    for _ in 0..5 {
        let call = pair.client.call(pair.now, b"", None);
        pair.settle();
        pair.client.session.cancel(pair.now, call);
    }
    pair.settle();
    assert_eq!(pair.client.session.calls_in_flight(), 3);
}

#[test]
fn control_frames_and_their_interval() {
    let mut pair = served(|limits| limits.with_control_frames(1)?.with_control_interval(SECOND));
    let credit = control(Head::Credit { call: None }, &Credit { bytes: 1 });
    pair.server.receive(pair.now, &credit);
    pair.advance(SECOND);
    pair.server.receive(pair.now, &credit);
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.receive(pair.now, &credit);
    assert_eq!(error(&pair.server), Error::Flood(Flood::Control { max: 1 }));
}

#[test]
fn overhead_bytes() {
    let mut pair = served(|limits| limits.with_overhead_bytes(1_024));
    let stray = control(Head::Pong, &Pong { token: 1 });
    pair.server.receive(pair.now, &stray.repeat(1_024 / stray.len()));
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.receive(pair.now, &stray);
    assert_eq!(error(&pair.server), Error::Flood(Flood::Overhead { max: 1_024 }));
}

#[test]
fn refusal_bytes() {
    let mut pair = served(|limits| limits.with_refusal_bytes(1_024)?.with_pings(65_536));
    let ping = control(Head::Ping, &Ping { token: 1 });
    pair.server.receive(pair.now, &ping.repeat(1_024 / ping.len()));
    assert_eq!(pair.server.session.status(), Status::Open);
    pair.server.receive(pair.now, &ping);
    assert_eq!(error(&pair.server), Error::Flood(Flood::Refusals { max: 1_024 }));
}

#[test]
fn retry_after() {
    let mut pair = with(|limits| limits.with_retry_after(SECOND), Role::Client);
    let rejected = Rejected {
        reason: Reason::Busy,
        format_min: 0,
        format_max: 0,
        retry_after: Some(SECOND * 50),
    };
    let mut octets = Vec::new();
    unit::put_reject(&mut octets, rejected);
    pair.client.receive(pair.now, &octets);
    let believed = Rejected { retry_after: Some(SECOND), ..rejected };
    assert_eq!(error(&pair.client), Error::Rejected(believed));
}

#[test]
fn clock_skew() {
    let close = Limits::default().with_clock_skew(SECOND).unwrap();
    let filter = ReplayFilter::new(&close, 0);
    assert_eq!(filter.admit(5_000, 6_000, b"1"), Ok(()));
    assert!(matches!(filter.admit(5_000, 6_001, b"2"), Err(Error::ClockSkew { .. })));
    // Of a pair whose clocks are half a second apart.
    for (limit, status) in [(499, Status::Closed), (500, Status::Open)] {
        let limit = Duration::from_millis(limit);
        let client = Config {
            clock: ClockPolicy::Enforce,
            limits: Limits::default().with_clock_skew(limit).unwrap().into(),
            ..config(Protection::Xx.of(Role::Client))
        };
        let mut pair = Pair::with(client, config(Protection::Xx.of(Role::Server)));
        pair.settle();
        assert_eq!(pair.client.session.status(), status);
    }
}

#[test]
fn replay_entries() {
    let few = Limits::default().with_replay_entries(2).unwrap();
    let filter = ReplayFilter::new(&few, 0);
    assert_eq!(filter.admit(0, 0, b"1"), Ok(()));
    assert_eq!(filter.admit(0, 0, b"2"), Ok(()));
    let retry_after = Duration::from_secs(120);
    assert_eq!(filter.admit(0, 0, b"3"), Err(Error::ReplayFull { retry_after }));
    assert_eq!(filter.admit(0, 0, b"2"), Err(Error::Replayed));
}
