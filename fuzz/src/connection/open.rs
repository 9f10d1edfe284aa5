//! An open session between a peer that says anything, an owner that does anything, and time.
//!
//! A model beside it knows which calls are open each way, and so what must come of each frame.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use network_protocol::error::{CloseReason, Error, Fault};
use network_protocol::frame::control::{Close, ErrorBody, PeerLimits, Ping};
use network_protocol::frame::decoder::Frame;
use network_protocol::frame::header::{BadFrame, HEADER, Head, Kind};
use network_protocol::frame::id::CallId;
use network_protocol::frame::reason::Reason;
use network_protocol::limits::{LimitError, Limits};
use network_protocol::session::{
    CallFailure, CallOptions, CallRefused, Event, Role, Status, Unanswered,
};
use network_protocol::wire::{EncodeError, encode};

use super::peer::Peer;
use super::{End, Protection, START, config};
use crate::input::Input;

/// A server's session.
pub fn session_server(data: &[u8]) {
    run(Role::Server, data);
}

/// A client's session.
pub fn session_client(data: &[u8]) {
    run(Role::Client, data);
}

fn run(role: Role, data: &[u8]) {
    let mut input = Input::new(data);
    let mut world = World::new(role, &mut input);
    for _ in 0..400 {
        if input.is_empty() {
            break;
        }
        world.step(&mut input);
        world.settle();
    }
    world.end.session.handle_eof();
    world.settle();
    assert!(world.closed);
}

struct World {
    end: End,
    peer: Peer,
    now: Instant,
    /// The most that the peer takes in one body.
    body_max: usize,
    /// This side's calls, and whether somebody waits for them; those over are not in it.
    calls: BTreeMap<CallId, bool>,
    last_call: Option<CallId>,
    /// The peer's calls that are not answered yet.
    served: BTreeSet<CallId>,
    /// Whether frames fed next start where one is expected.
    aligned: bool,
    closed: bool,
    /// Whether the last frame of this side was taken.
    said_last: bool,
    octets_in: usize,
    events: usize,
    calls_made: usize,
}

impl World {
    fn new(role: Role, input: &mut Input<'_>) -> Self {
        let noise = input.below(4) == 3;
        let protection = if noise { Protection::Nn } else { Protection::Plain };
        let mut config = config(protection.of(role));
        config.limits = limits(input).expect("each is within its range").into();
        let theirs = PeerLimits {
            calls: input.one([0, 1, 4, u32::MAX]),
            message: input.one([1_024, 65_536]),
            frame: input.one([1_024, u32::MAX]),
            stream_window: 1_024,
            events_window: 1_048_576,
            heartbeat_ms: 0,
        };
        let body_max = usize::try_from(theirs.message.min(theirs.frame)).expect("64 bits");
        let mut end = End::new(config, 2);
        let peer = Peer::open(&mut end, noise, theirs);
        Self {
            end,
            peer,
            now: *START,
            body_max,
            calls: BTreeMap::new(),
            last_call: None,
            served: BTreeSet::new(),
            aligned: true,
            closed: false,
            said_last: false,
            octets_in: 0,
            events: 0,
            calls_made: 0,
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.below(16) {
            0..=4 => self.frame(input),
            5 => self.raw(input),
            6 => self.call(input),
            7 => self.notify(input),
            8..=10 => self.answer(input),
            11 => {
                let call = self.some_call(input);
                self.end.session.cancel(self.now, call);
                if let Some(awaited) = self.calls.get_mut(&call) {
                    *awaited = false;
                }
            }
            12 => drop(self.end.session.ping(self.now, input.byte().into())),
            13 => self.pass(input.one([1, 500, 5_000, 60_000])),
            14 => self.transmit(),
            _ => match input.below(8) {
                0 => self.end.session.close(Reason::Normal, "enough"),
                1 => self.end.session.handle_eof(),
                2 => self.end.session.handle_failure(Error::WriteStalled),
                _ => {}
            },
        }
    }

    /// A call that may be open on either side, or may never have been made.
    fn some_call(&self, input: &mut Input<'_>) -> CallId {
        let pick = usize::from(input.byte());
        let known = match pick % 4 {
            0 if !self.calls.is_empty() => self.calls.keys().nth(pick / 4 % self.calls.len()),
            1 if !self.served.is_empty() => self.served.iter().nth(pick / 4 % self.served.len()),
            _ => None,
        };
        let number = match pick % 4 {
            2 => input.u32(),
            _ => u32::try_from(pick / 4).expect("a byte"),
        };
        let first = CallId::new(1).expect("not zero");
        known.copied().or_else(|| CallId::new(number)).unwrap_or(first)
    }

    // What the peer says.

    /// Feeds octets of frames. More than one record or read may bring them.
    fn feed(&mut self, octets: Vec<u8>, input: &mut Input<'_>) {
        let size = input.one([1_024, 7, 100]);
        let cuts = input.cuts();
        let octets = self.peer.wrap(octets, size);
        self.feed_wire(&octets, cuts);
    }

    fn feed_wire(&mut self, octets: &[u8], cuts: &[u8]) {
        let waiting = self.end.session.out_len();
        self.octets_in += octets.len();
        for piece in crate::input::pieces(octets, cuts) {
            self.end.inbox.extend_from_slice(piece);
            self.end.session.handle_bytes(self.now, &mut self.end.inbox);
        }
        let limits = self.end.session.limits();
        let refusals = usize::try_from(limits.refusal_bytes()).expect("64 bits");
        let frame = usize::try_from(limits.frame_bytes()).expect("64 bits") + HEADER;
        assert!(self.end.session.out_len() <= waiting + refusals + 1_024, "it talks on and on");
        assert!(self.end.inbox.len() < frame.max(1_024 + 18), "it waits for too much");
    }

    fn raw(&mut self, input: &mut Input<'_>) {
        self.aligned = false;
        let octets = input.some().to_vec();
        if input.below(2) == 0 {
            self.feed(octets, input);
        } else {
            self.feed_wire(&octets, &[]);
        }
    }

    /// Feeds a frame with a header that obeys the rules, and expects what must come of it.
    fn frame(&mut self, input: &mut Input<'_>) {
        let call = self.some_call(input);
        let number = u16::from(input.byte()) << 8 | u16::from(input.byte() % 4);
        let kind = input.one(KINDS);
        let (method, id) = match kind {
            Kind::Request => (number, call.get()),
            Kind::Reply | Kind::Error | Kind::Item | Kind::End | Kind::Credit | Kind::Cancel => {
                (0, call.get())
            }
            Kind::Event => (number, 0),
            Kind::Ping | Kind::Pong | Kind::GoAway | Kind::Close => (0, 0),
        };
        let body = body(kind, input);
        let len = u32::try_from(body.len()).expect("short");
        let header = [len.to_le_bytes(), [kind.number(), 0, 0, 0], id.to_le_bytes()];
        let mut octets = [&header.concat()[..], &body].concat();
        octets[6..8].copy_from_slice(&method.to_le_bytes());
        let expected = self.aligned && self.end.session.status() == Status::Open;
        let before = self.end.session.stats();
        self.feed(octets, input);
        if expected {
            assert_eq!(self.end.session.stats().frames_in, before.frames_in + 1);
            self.expect(kind, call, method, &body);
        }
    }

    /// What must have come of a frame.
    fn expect(&mut self, kind: Kind, call: CallId, method: u16, body: &[u8]) {
        let event = self.end.session.poll_event();
        let ours = call.caller() == self.end.session.role();
        let bad = match (kind, ours) {
            (Kind::Request | Kind::Event, _) if method >> 12 > 1 => {
                Some(BadFrame::Protocol(u8::try_from(method >> 12).expect("four bits")))
            }
            (Kind::Request, false) if self.served.contains(&call) => Some(BadFrame::Open(call)),
            (Kind::Reply | Kind::Error, true) if self.last_call.is_none_or(|last| call > last) => {
                Some(BadFrame::NeverMade { kind, call })
            }
            _ => None,
        };
        let bad = match (kind, ours) {
            (Kind::Request, true) | (Kind::Reply | Kind::Error, false) => {
                Some(BadFrame::Parity { kind, call })
            }
            _ => bad,
        };
        let is_full = self.served.len() >= self.calls_max();
        match (kind, &event) {
            _ if bad.is_some() => {
                // Each call that is open fails before the connection is over.
                let mut last = event.clone();
                let mut failed = Vec::new();
                while let Some(Event::Failed { .. }) = last {
                    failed.extend(last);
                    last = self.end.session.poll_event();
                }
                failed.into_iter().for_each(|event| self.on_event(&event));
                let error = Error::BadFrame(bad.expect("it is some"));
                let reason = CloseReason::Failed(Box::new(error));
                assert_eq!(last, Some(Event::Closed(reason)));
                last.iter().for_each(|event| self.on_event(event));
                return;
            }
            (Kind::Request, Some(Event::Request { call: asked, number, body: text, .. })) => {
                assert_eq!((*asked, *number, &text[..]), (call, method & 0x0fff, body));
                assert!(!is_full);
            }
            (Kind::Request, _) => {
                let closed = self.end.session.status() == Status::Closed;
                assert!(is_full || closed, "a call was lost");
            }
            (Kind::Event, Some(Event::OneWay { number, body: text, .. })) => {
                assert_eq!((*number, &text[..]), (method & 0x0fff, body));
            }
            (Kind::Reply, _) if self.calls.get(&call) == Some(&true) => {
                let Some(Event::Reply { call: of, body: text, .. }) = &event else {
                    unreachable!("a reply was lost: {event:?}")
                };
                assert_eq!((*of, &text[..]), (call, body));
            }
            (Kind::Error, _) if self.calls.get(&call) == Some(&true) => {
                assert!(matches!(&event, Some(Event::Failed { call: of, .. }) if *of == call));
            }
            (Kind::Reply | Kind::Error, _) => {
                assert!(event.is_none() || self.end.session.status() == Status::Closed);
                self.calls.remove(&call);
            }
            _ => {}
        }
        event.into_iter().for_each(|event| self.on_event(&event));
    }

    // What the owner does.

    fn call(&mut self, input: &mut Input<'_>) {
        let timeout = input.one([None, Some(0), Some(1), Some(1_000)]).map(Duration::from_millis);
        let (protocol, number) = (input.byte() % 3, u16::from(input.byte() % 4));
        let encode = encoder(input, self.body_max);
        let waiting = self.end.session.out_len();
        match self.end.session.call(
            self.now,
            protocol,
            number,
            CallOptions::timeout(timeout),
            encode,
        ) {
            Ok(call) => {
                assert!(!self.closed && protocol < 2);
                assert_eq!(call.caller(), self.end.session.role());
                assert!(self.last_call.is_none_or(|last| call > last));
                assert_eq!(self.calls.insert(call, true), None);
                self.last_call = Some(call);
                self.calls_made += 1;
            }
            Err(refused) => {
                assert_eq!(self.end.session.out_len(), waiting);
                assert_eq!(self.closed, matches!(refused, CallRefused::Closed(_)), "{refused}");
                if let CallRefused::TooManyCalls { max } = refused {
                    let max = usize::try_from(max).expect("64 bits");
                    assert_eq!(self.end.session.calls_in_flight(), max);
                }
            }
        }
    }

    fn notify(&mut self, input: &mut Input<'_>) {
        let encode = encoder(input, self.body_max);
        let number = u16::from(input.byte() % 4);
        let waiting = self.end.session.out_len();
        if self.end.session.notify(0, number, CallOptions::default(), encode).is_err() {
            assert_eq!(self.end.session.out_len(), waiting);
        }
    }

    fn answer(&mut self, input: &mut Input<'_>) {
        let call = self.some_call(input);
        let (kind, encode) = (input.below(4), encoder(input, self.body_max));
        let answered = match kind {
            0 | 1 => self.end.session.reply(call, encode),
            2 => self.end.session.reply_error(call, encode),
            _ => self.end.session.fail(call, &fault(input)),
        };
        let open = !self.closed && self.served.remove(&call);
        assert_eq!(open, answered != Err(Unanswered::NotOpen));
    }

    /// Time passes, and each deadline on the way is met.
    fn pass(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while let Some(due) = self.end.session.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.end.session.handle_timeout(self.now);
            let next = self.end.session.poll_timeout();
            assert!(next.is_none_or(|next| next > self.now), "a deadline that stays");
            self.settle();
        }
        self.now = end;
    }

    /// The octets go to the peer, who sees that they are in order.
    fn transmit(&mut self) {
        let octets = self.end.transmit();
        assert_eq!(self.end.session.out_len(), 0);
        for Frame { head, body, .. } in self.peer.read(&octets) {
            assert!(!self.said_last, "it talks after its last word");
            // A deadline may stand before the body.
            assert!(body.len() <= self.body_max + 4);
            let role = self.end.session.role();
            match head {
                Head::Request { call, method } => {
                    assert!(call.caller() == role && self.last_call.is_some_and(|l| call <= l));
                    assert!(method.protocol() < 2);
                }
                Head::Reply { call } | Head::Error { call } => {
                    // The peer may have called again with that number in the meantime.
                    assert_ne!(call.caller(), role);
                }
                Head::Close => {
                    assert!(self.closed);
                    self.said_last = true;
                }
                Head::Item { .. }
                | Head::End { .. }
                | Head::Credit { .. }
                | Head::Cancel { .. }
                | Head::GoAway
                | Head::Event { .. }
                | Head::Ping
                | Head::Pong => {}
            }
        }
    }

    // What holds at any time.

    fn settle(&mut self) {
        while let Some(event) = self.end.session.poll_event() {
            self.on_event(&event);
        }
        assert!(self.events <= self.octets_in / HEADER + self.calls_made + 1, "too many events");
        assert_eq!(self.closed, self.end.session.status() == Status::Closed);
        if self.closed {
            assert!(self.calls.values().all(|awaited| !awaited), "a call was not ended");
            assert_eq!(self.end.session.poll_timeout(), None);
            assert!(self.end.inbox.is_empty() || self.end.session.calls_in_flight() == 0);
            self.transmit();
            return;
        }
        let awaited = self.calls.values().filter(|awaited| **awaited).count();
        assert!((awaited..=self.calls.len()).contains(&self.end.session.calls_in_flight()));
        assert_eq!(self.end.session.served_in_flight(), self.served.len());
        assert!(self.served.len() <= self.calls_max());
    }

    fn on_event(&mut self, event: &Event) {
        assert!(!self.closed, "something after the end: {event:?}");
        self.events += 1;
        match *event {
            Event::Established => unreachable!("it was established before"),
            Event::Request { call, protocol, .. } => {
                assert!(protocol < 2);
                assert_ne!(call.caller(), self.end.session.role());
                assert!(self.served.insert(call), "a call came twice");
            }
            Event::OneWay { protocol, number, .. } => assert!(protocol < 2 && number > 0),
            Event::Reply { call, .. } => assert_eq!(self.calls.remove(&call), Some(true)),
            Event::Failed { call, error: CallFailure::TimedOut } => {
                assert_eq!(self.calls.insert(call, false), Some(true));
            }
            Event::Failed { call, .. } => assert_eq!(self.calls.remove(&call), Some(true)),
            Event::Dropped { call, .. } => assert!(self.served.remove(&call)),
            Event::Opened { .. }
            | Event::Item { .. }
            | Event::Ended { .. }
            | Event::Credit { .. }
            | Event::GoingAway { .. }
            | Event::Pong { .. } => {}
            Event::Closed(_) => self.closed = true,
        }
    }

    fn calls_max(&self) -> usize {
        usize::try_from(self.end.session.limits().calls_in_flight()).expect("64 bits")
    }
}

/// The kinds of calls without streams.
const KINDS: [Kind; 7] =
    [Kind::Request, Kind::Reply, Kind::Error, Kind::Event, Kind::Ping, Kind::Pong, Kind::Close];

/// Limits that are soon reached.
fn limits(input: &mut Input<'_>) -> Result<Limits, LimitError> {
    let seconds = Duration::from_secs(input.one([1, 30]));
    Limits::default()
        .with_calls_in_flight(input.one([1, 2, 17, 128]))?
        .with_frame_bytes(input.one([1_024, 65_536]))?
        .with_message_bytes(input.one([1_024, 65_536]))?
        .with_record_bytes(1_024)?
        .with_pings(input.one([2, 10]))?
        .with_overhead_bytes(input.one([1_024, 25_600]))?
        .with_refusal_bytes(1_024)?
        .with_late_reply_grace(seconds)
}

/// A body as a peer would write it, or any octets.
fn body(kind: Kind, input: &mut Input<'_>) -> Vec<u8> {
    if input.below(2) == 1 {
        return input.some().to_vec();
    }
    match kind {
        Kind::Ping | Kind::Pong => encode(&Ping { token: input.byte().into() }),
        Kind::Close => encode(&Close { reason: input.byte().into(), text: text(input) }),
        Kind::Error => encode(&ErrorBody {
            code: u16::from(input.byte() % 16),
            retry_after_ms: input.u32(),
            text: text(input),
            detail: input.some().to_vec().into(),
        }),
        Kind::Request
        | Kind::Reply
        | Kind::Event
        | Kind::Item
        | Kind::End
        | Kind::Credit
        | Kind::Cancel
        | Kind::GoAway => Ok(Vec::new()),
    }
    .expect("it is small")
}

fn text(input: &mut Input<'_>) -> String {
    String::from_utf8_lossy(input.some()).into_owned()
}

fn fault(input: &mut Input<'_>) -> Fault {
    let text = || "no".into();
    match input.below(4) {
        0 => Fault::Unimplemented,
        1 => Fault::Overloaded { retry_after: Some(Duration::from_secs(input.u32().into())) },
        2 => Fault::Refused { text: text() },
        _ => Fault::Other { code: input.byte().into(), text: text() },
    }
}

/// Writes a body that fits, or one that does not, or fails.
fn encoder(
    input: &mut Input<'_>,
    body_max: usize,
) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> + use<> {
    let len = match input.byte() {
        255 => body_max + 1,
        254 => body_max,
        len => usize::from(len),
    };
    let fails = input.below(8) == 7;
    move |out| {
        out.resize(out.len() + len, 7);
        if fails { Err(EncodeError::TooLong(1)) } else { Ok(()) }
    }
}

pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    // How limits and protection are chosen: the first of each, and Noise.
    let clear = [0, 0, 2, 1, 0, 0, 0, 2, 1, 0];
    let noise = [3, 1, 3, 1, 1, 1, 1, 3, 1, 1];
    // Frames with calls of either side, answers of each kind, and time.
    let request = |id: u8| [0, id * 4, 0, 1, 0, 0, 0, 0];
    let steps: [(&str, Vec<u8>); 10] = [
        ("requests", [request(1), request(3), request(2), request(3)].concat()),
        ("answered", [&request(1)[..], &request(3), &[8, 1, 0, 5, 0, 8, 1, 2, 9, 0, 14]].concat()),
        ("overloaded", (0..8).flat_map(|n| request(2 * n + 1)).collect()),
        (
            "called",
            vec![6, 0, 0, 1, 9, 0, 6, 2, 1, 2, 9, 0, 14, 0, 0, 0, 0, 1, 1, 3, 1, 2, 3, 0, 0],
        ),
        ("late", vec![6, 2, 0, 1, 9, 0, 13, 1, 0, 0, 0, 0, 1, 0, 0, 0, 13, 3, 6, 0, 0, 1, 9, 0]),
        ("pings", [[0, 0, 0, 0, 4, 0, 1, 0, 0]; 4].concat()),
        ("closed", vec![6, 0, 0, 1, 9, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0]),
        ("never-made", vec![0, 5 * 4, 0, 0, 1, 0, 0, 0]),
        ("never-made-far", vec![6, 0, 0, 1, 9, 0, 0, 2, 5, 0, 0, 128, 0, 0, 1, 0, 0, 0]),
        ("raw", vec![5, 12, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 5]),
    ];
    let both = steps.into_iter().flat_map(|(name, steps)| {
        [("clear", clear), ("noise", noise)]
            .map(|(how, head)| (format!("{name}-{how}"), [&head[..], &steps].concat()))
    });
    both.collect()
}
