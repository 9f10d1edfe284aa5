//! The table of transitions: what each state makes of each input, held against a stored copy.
//!
//! `BLESS=1` writes the copy anew; its difference is then what the change means.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

use super::pair::{Pair, Protection, Side, append, control, frame, frames, id, method};
use crate::error::{CloseReason, Error, Fault};
use crate::frame::control::{Close, ErrorBody, Ping, Pong};
use crate::frame::header::Head;
use crate::frame::reason::Reason;
use crate::session::{CallId, CallOptions, Event, Role, State};

/// A state: its name, a way into it, and the side that is then looked at.
type Reached = (&'static str, fn() -> Pair, Role);

/// An input: its name, and how a side gets it.
type Input = (&'static str, fn(&mut Pair, Role));

const STATES: &[Reached] = &[
    ("server preface", || Pair::new(Protection::Xx), Role::Server),
    ("server message-1", message_1, Role::Server),
    ("server message-3", message_3, Role::Server),
    ("client accept", accept, Role::Client),
    ("client open", open, Role::Client),
    ("server open", open, Role::Server),
    ("server closed", closed, Role::Server),
];

fn message_1() -> Pair {
    let mut pair = Pair::new(Protection::Xx);
    let octets = pair.client.transmit();
    pair.server.receive(pair.now, &octets[..octets.len() - 34]);
    pair
}

fn message_3() -> Pair {
    let mut pair = Pair::new(Protection::Xx);
    pair.carry(Role::Client);
    pair.server.transmit();
    pair
}

fn accept() -> Pair {
    let mut pair = Pair::new(Protection::Xx);
    pair.client.transmit();
    pair
}

/// Open, with calls 1 and 2 made and heard, calls 3 and 4 over, and a ping on the way.
fn open() -> Pair {
    let mut pair = Pair::open(Protection::Plain);
    let now = pair.now;
    let timeout = Some(Duration::from_secs(1));
    let first = pair.client.call(now, b"", timeout);
    let second = pair.server.call(now, b"", timeout);
    let third = pair.client.call(now, b"", timeout);
    let fourth = pair.server.call(now, b"", timeout);
    assert_eq!([first, second, third, fourth], [1, 2, 3, 4].map(id));
    pair.settle();
    pair.server.session.reply(third, append(b"")).unwrap();
    pair.client.session.reply(fourth, append(b"")).unwrap();
    pair.settle();
    pair.client.session.ping(now, 1).unwrap();
    pair.server.session.ping(now, 1).unwrap();
    pair.client.transmit();
    pair.server.transmit();
    pair.client.take_events();
    pair.server.take_events();
    pair
}

fn closed() -> Pair {
    let mut pair = open();
    pair.server.session.close(Reason::Normal, "");
    pair.server.transmit();
    pair.server.take_events();
    pair
}

/// The inputs. `own` is a call of the side itself, `theirs` one of its peer.
fn inputs() -> Vec<Input> {
    vec![
        ("half a header", |pair, role| octets(pair, role, &[0, 0, 0])),
        ("http", |pair, role| octets(pair, role, b"GET / HTTP/1.1\r\n")),
        ("preface", |pair, role| octets(pair, role, &Pair::new(Protection::Xx).client.transmit())),
        ("reject", |pair, role| octets(pair, role, &[0; 34])),
        ("short unit", |pair, role| octets(pair, role, &[0, 1, 9])),
        ("request", |pair, role| {
            request(pair, role, if role == Role::Server { 5 } else { 6 });
        }),
        ("request, open", |pair, role| request(pair, role, theirs(role))),
        ("request, own", |pair, role| request(pair, role, own(role))),
        ("event", |pair, role| octets(pair, role, &frame(Head::Event { method: method() }, b"x"))),
        ("reply", |pair, role| reply(pair, role, own(role))),
        ("reply, over", |pair, role| reply(pair, role, own(role) + 2)),
        ("reply, never", |pair, role| reply(pair, role, own(role) + 4)),
        ("reply, theirs", |pair, role| reply(pair, role, theirs(role))),
        ("error", |pair, role| {
            let body =
                ErrorBody { code: 2, retry_after_ms: 0, text: String::new(), detail: Bytes::new() };
            octets(pair, role, &control(Head::Error { call: id(own(role)) }, &body));
        }),
        ("ping", |pair, role| octets(pair, role, &control(Head::Ping, &Ping { token: 1 }))),
        ("pong", |pair, role| octets(pair, role, &control(Head::Pong, &Pong { token: 1 }))),
        ("pong, unasked", |pair, role| {
            octets(pair, role, &control(Head::Pong, &Pong { token: 2 }))
        }),
        ("close", |pair, role| {
            let body = Close { reason: 1, text: "bye".into() };
            octets(pair, role, &control(Head::Close, &body));
        }),
        ("unknown kind", |pair, role| octets(pair, role, &[0, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0])),
        ("too large", |pair, role| octets(pair, role, &[0, 0, 0x20, 0])),
        ("eof", |pair, role| pair.side(role).session.handle_eof()),
        ("io failure", |pair, role| pair.side(role).session.handle_failure(Error::WriteStalled)),
        ("timeout, 1 s", |pair, role| timeout(pair, role, 1)),
        ("timeout, 3 s", |pair, role| timeout(pair, role, 3)),
        ("timeout, 10 s", |pair, role| timeout(pair, role, 10)),
        ("call()", |pair, role| {
            let now = pair.now;
            drop(pair.side(role).session.call(now, 0, 1, CallOptions::default(), append(b"")));
        }),
        ("notify()", |pair, role| {
            drop(pair.side(role).session.notify(0, 1, CallOptions::default(), append(b"")))
        }),
        ("reply()", |pair, role| {
            drop(pair.side(role).session.reply(id(theirs(role)), append(b"")));
        }),
        ("reply_error()", |pair, role| {
            drop(pair.side(role).session.reply_error(id(theirs(role)), append(b"")));
        }),
        ("fail()", |pair, role| {
            drop(pair.side(role).session.fail(id(theirs(role)), &Fault::Cancelled));
        }),
        ("cancel()", |pair, role| {
            let now = pair.now;
            pair.side(role).session.cancel(now, id(own(role)));
        }),
        ("ping()", |pair, role| {
            let now = pair.now;
            drop(pair.side(role).session.ping(now, 2));
        }),
        ("close()", |pair, role| pair.side(role).session.close(Reason::ShuttingDown, "")),
    ]
}

fn own(role: Role) -> u32 {
    if role == Role::Client { 1 } else { 2 }
}

fn theirs(role: Role) -> u32 {
    own(role.peer())
}

fn octets(pair: &mut Pair, role: Role, octets: &[u8]) {
    let now = pair.now;
    pair.side(role).receive(now, octets);
}

fn request(pair: &mut Pair, role: Role, call: u32) {
    octets(pair, role, &frame(Head::Request { call: id(call), method: method() }, b"x"));
}

fn reply(pair: &mut Pair, role: Role, call: u32) {
    octets(pair, role, &frame(Head::Reply { call: id(call) }, b"x"));
}

fn timeout(pair: &mut Pair, role: Role, seconds: u64) {
    let now = pair.now + Duration::from_secs(seconds);
    pair.side(role).session.handle_timeout(now);
}

/// The name of the state.
fn state(side: &Side) -> String {
    match &side.session.state {
        State::Handshaking(handshaking) => handshaking.step().into(),
        State::Open(open) => format!("open {}/{}", open.calls(), open.served()),
        State::Closed(CloseReason::Local { .. }) => "closed by us".into(),
        State::Closed(CloseReason::Peer { .. }) => "closed by peer".into(),
        State::Closed(CloseReason::Failed(_)) => "failed".into(),
    }
}

fn event(event: &Event) -> String {
    match event {
        Event::Established => "Established".into(),
        Event::Request { call, .. } => format!("Request {call}"),
        Event::OneWay { .. } => "OneWay".into(),
        Event::Reply { call, .. } => format!("Reply {call}"),
        Event::Opened { call, .. } => format!("Opened {call}"),
        Event::Item { call, .. } => format!("Item {call}"),
        Event::Ended { call } => format!("Ended {call}"),
        Event::Dropped { call, why } => format!("Dropped {call} ({why:?})"),
        Event::Credit { call } => format!("Credit {}", call.map_or(0, CallId::get)),
        Event::GoingAway { reason } => format!("GoingAway ({reason})"),
        Event::Failed { call, error } => format!("Failed {call} ({error})"),
        Event::Pong { token } => format!("Pong {token}"),
        Event::Closed(reason) => format!("Closed ({reason})"),
    }
}

/// What was said, as far as it is in clear.
fn said(octets: &[u8]) -> String {
    if octets.len() == 34 && octets.starts_with(&[0, 0]) {
        let code = u16::from_le_bytes([octets[2], octets[3]]);
        return format!("Reject ({})", Reason::from_code(code));
    }
    if octets.starts_with(&[0]) && octets.len() > 34 {
        return "a message of the handshake".into();
    }
    let heads = frames(octets).into_iter().map(|frame| match frame.head {
        Head::Request { call, .. } => format!("Request {call}"),
        Head::Reply { call } => format!("Reply {call}"),
        Head::Error { call } => format!("Error {call}"),
        Head::Item { call } => format!("Item {call}"),
        Head::End { call } => format!("End {call}"),
        Head::Credit { call } => format!("Credit {}", call.map_or(0, CallId::get)),
        Head::Cancel { call } => format!("Cancel {call}"),
        Head::Event { .. } => "Event".into(),
        Head::Ping | Head::Pong | Head::GoAway | Head::Close => frame.head.kind().to_string(),
    });
    heads.collect::<Vec<_>>().join(", ")
}

#[test]
fn each_state_makes_of_each_input_what_is_written_down() {
    let mut table = String::new();
    for (name, reach, role) in STATES {
        writeln!(table, "{name}").unwrap();
        for (input, apply) in inputs() {
            let mut pair = reach();
            assert_eq!(pair.side(*role).events, []);
            apply(&mut pair, *role);
            let side = pair.side(*role);
            let events: Vec<_> = side.take_events().iter().map(event).collect();
            let said = said(&side.transmit());
            let state = state(side);
            write!(table, "  {input:<14} -> {state}").unwrap();
            if !events.is_empty() {
                write!(table, "; {}", events.join(", ")).unwrap();
            }
            if !said.is_empty() {
                write!(table, "; says {said}").unwrap();
            }
            table.push('\n');
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/session/tests/transitions.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (stored, now)) in stored.lines().zip(table.lines()).enumerate() {
        assert_eq!(stored, now, "line {} of {path}; BLESS=1 accepts", line + 1);
    }
    assert_eq!(stored.lines().count(), table.lines().count(), "{path}; BLESS=1 accepts");
}
