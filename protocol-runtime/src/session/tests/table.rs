//! The table of transitions: what each state makes of each input, held against a stored copy.
//!
//! `BLESS=1` writes the copy anew; its difference is then what the change means.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

use super::pair::{Pair, Protection, Side, append, control, frame, frames, id, method};
use crate::error::{CloseReason, Error, Fault};
use crate::frame::control::{Close, Credit, ErrorBody, GoAway, Ping, Pong};
use crate::frame::header::{Flags, Head};
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
    ("client streaming", || streaming(Role::Client), Role::Client),
    ("server streaming", || streaming(Role::Server), Role::Server),
    ("server leaving", leaving, Role::Server),
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

/// Open, with calls 1 and 2 made, heard, and streaming both ways. Of this side's peer an item, and
/// of a third call a request, is not all there.
fn streaming(role: Role) -> Pair {
    let mut pair = Pair::streaming(|limits| limits);
    let now = pair.now;
    for from in [Role::Client, Role::Server] {
        let session = &mut pair.side(from).session;
        session.call(now, 0, 4, CallOptions::default(), append(b"")).unwrap();
        pair.settle();
        pair.side(from.peer()).session.open_stream(id(own(from))).unwrap();
        pair.settle();
    }
    octets(&mut pair, role, &more(Head::Item { call: id(theirs(role)) }));
    let head = Head::Request { call: id(theirs(role) + 2), method: method() };
    octets(&mut pair, role, &more(head));
    pair.client.take_events();
    pair.server.take_events();
    pair
}

/// Open, with the server about to close when calls 1 and 2 are over.
fn leaving() -> Pair {
    let mut pair = open();
    pair.server.session.go_away(Reason::ShuttingDown);
    pair.server.transmit();
    pair
}

/// The first fragment of a message.
fn more(head: Head) -> Vec<u8> {
    let body = [7; 64];
    [&head.flagged(Flags::NONE.with(Flags::MORE), 64)[..], &body].concat()
}

fn credit(pair: &mut Pair, role: Role, call: Option<u32>, bytes: u32) {
    let body = control(Head::Credit { call: call.map(id) }, &Credit { bytes });
    octets(pair, role, &body);
}

fn go_away(pair: &mut Pair, role: Role, last: u32) {
    let body = GoAway { reason: Reason::ShuttingDown.code(), last };
    octets(pair, role, &control(Head::GoAway, &body));
}

fn closed() -> Pair {
    let mut pair = open();
    pair.server.session.close(Reason::Normal, "");
    pair.server.transmit();
    pair.server.take_events();
    pair
}

/// The inputs. `own` is a call of the side itself, `theirs` one of its peer.
#[expect(clippy::too_many_lines, reason = "a table")]
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
        ("item, own", |pair, role| item(pair, role, own(role))),
        ("item, theirs", |pair, role| item(pair, role, theirs(role))),
        ("item, over", |pair, role| item(pair, role, theirs(role) + 2)),
        ("item, never", |pair, role| item(pair, role, theirs(role) + 8)),
        ("item, part", |pair, role| octets(pair, role, &more(Head::Item { call: id(own(role)) }))),
        ("end, own", |pair, role| end(pair, role, own(role))),
        ("end, theirs", |pair, role| end(pair, role, theirs(role))),
        ("end, over", |pair, role| end(pair, role, own(role) + 2)),
        ("end, never", |pair, role| end(pair, role, own(role) + 8)),
        ("credit", |pair, role| credit(pair, role, None, 64)),
        ("credit, zero", |pair, role| credit(pair, role, None, 0)),
        ("credit, much", |pair, role| credit(pair, role, None, u32::MAX)),
        ("credit, own", |pair, role| credit(pair, role, Some(own(role)), 64)),
        ("credit, never", |pair, role| credit(pair, role, Some(own(role) + 8), 64)),
        ("cancel", |pair, role| cancel(pair, role, theirs(role))),
        ("cancel, own", |pair, role| cancel(pair, role, own(role))),
        ("cancel, third", |pair, role| cancel(pair, role, theirs(role) + 2)),
        ("cancel, never", |pair, role| cancel(pair, role, theirs(role) + 8)),
        ("go away", |pair, role| go_away(pair, role, own(role))),
        ("go away, none", |pair, role| go_away(pair, role, 0)),
        ("go away, theirs", |pair, role| go_away(pair, role, theirs(role))),
        ("request, part", |pair, role| {
            let head = Head::Request { call: id(theirs(role) + 4), method: method() };
            octets(pair, role, &more(head));
        }),
        ("request, rest", |pair, role| request(pair, role, theirs(role) + 2)),
        ("reply, part", |pair, role| {
            octets(pair, role, &more(Head::Reply { call: id(own(role)) }))
        }),
        ("event, part", |pair, role| octets(pair, role, &more(Head::Event { method: method() }))),
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
        ("open_stream()", |pair, role| {
            drop(pair.side(role).session.open_stream(id(theirs(role))));
        }),
        ("item()", |pair, role| {
            drop(pair.side(role).session.item(id(own(role)), append(b"x")));
        }),
        ("end()", |pair, role| drop(pair.side(role).session.end(id(own(role))))),
        ("taken()", |pair, role| pair.side(role).session.taken(id(theirs(role)), usize::MAX)),
        ("event_done()", |pair, role| pair.side(role).session.event_done(usize::MAX)),
        ("go_away()", |pair, role| pair.side(role).session.go_away(Reason::ShuttingDown)),
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

fn item(pair: &mut Pair, role: Role, call: u32) {
    octets(pair, role, &frame(Head::Item { call: id(call) }, b"x"));
}

fn end(pair: &mut Pair, role: Role, call: u32) {
    octets(pair, role, &frame(Head::End { call: id(call) }, b""));
}

fn cancel(pair: &mut Pair, role: Role, call: u32) {
    octets(pair, role, &frame(Head::Cancel { call: id(call) }, b""));
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
