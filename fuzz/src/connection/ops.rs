//! Two sessions back to back, whose owners do anything: calls, streams, credit, cancels, time.
//!
//! Neither breaks a rule, so nothing may end the connection but they; and a model of the calls
//! says what may happen to each.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use network_protocol::error::{CloseReason, Fault};
use network_protocol::frame::id::CallId;
use network_protocol::frame::reason::Reason;
use network_protocol::limits::{LimitError, Limits};
use network_protocol::schema::End as From;
use network_protocol::session::{
    CallOptions, Config, Event, MessageMemory, Role, Session, Shape, Shapes, Status,
};
use network_protocol::wire::EncodeError;

use super::{Counted, Protection, START, config};
use crate::input::{Input, pieces};

/// What may be on its way in each stream, and of one-way messages.
const WINDOW: usize = 1_024;

/// The least that messages may take of memory.
const MEMORY: u32 = 1_048_576;

const ROLES: [Role; 2] = [Role::Client, Role::Server];

/// See the module.
pub fn session_ops(data: &[u8]) {
    let mut input = Input::new(data);
    let mut world = World::new();
    for _ in 0..200 {
        if input.is_empty() {
            break;
        }
        world.step(&mut input);
    }
    world.end();
}

/// A call as one side knows it.
#[derive(Debug, Default)]
struct Call {
    number: u16,
    opened: bool,
    /// Whether this side's stream was ended, and whether the peer's was.
    ended: (bool, bool),
    /// What items cost that were not taken.
    held: usize,
}

/// One side and what its owner knows.
struct Side {
    session: Session,
    inbox: BytesMut,
    /// Its own calls that are not over, and those of its peer.
    calls: BTreeMap<CallId, Call>,
    served: BTreeMap<CallId, Call>,
    /// What one-way messages cost whose handlers have not ended.
    held: usize,
    memory: MessageMemory,
}

struct World {
    now: Instant,
    sides: [Side; 2],
    /// For how long something may have been on its way.
    held_up: Duration,
    /// How many pings there were.
    pings: usize,
}

/// Messages 1 to 4: plain, with a stream as its answer, with one of its own, with both.
fn side(role: Role) -> Side {
    let shape = |input, output| Shape { input, output, ..Shape::default() };
    let kinds = [(2, shape(false, true)), (3, shape(true, false)), (4, shape(true, true))];
    let both = [From::Client, From::Server].into_iter();
    let shapes = both.flat_map(|from| kinds.map(|(number, shape)| (from, number, shape)));
    let limits = limits().expect("each is within its range");
    let memory = MessageMemory::new(&limits);
    let config = Config {
        shapes: vec![Shapes::new(shapes), Shapes::default()],
        limits: limits.into(),
        memory: memory.clone(),
        ..config(Protection::Plain.of(role))
    };
    let session = Session::new(config, Box::new(Counted(1)), *START).expect("a session");
    let (calls, served) = (BTreeMap::new(), BTreeMap::new());
    Side { session, inbox: BytesMut::new(), calls, served, held: 0, memory }
}

fn limits() -> Result<Limits, LimitError> {
    let window = u32::try_from(WINDOW).expect("it is small");
    Limits::default()
        .with_stream_window(window)?
        .with_events_window(window)?
        .with_fragment_bytes(1_024)?
        .with_calls_in_flight(6)?
        .with_cancels(4)?
        .with_late_reply_grace(Duration::from_secs(1))?
        .with_heartbeat(Duration::ZERO)?
        .with_decode_total_bytes(MEMORY)
}

fn body(len: usize) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> {
    move |out| {
        out.extend(std::iter::repeat_n(7, len));
        Ok(())
    }
}

impl World {
    fn new() -> Self {
        let mut world =
            Self { now: *START, sides: ROLES.map(side), held_up: Duration::ZERO, pings: 0 };
        world.settle();
        assert!(world.sides.iter().all(|side| side.session.status() == Status::Open));
        world
    }

    fn step(&mut self, input: &mut Input<'_>) {
        let (what, at, now) = (input.below(16), input.below(2), self.now);
        let side = &mut self.sides[at];
        let session = &mut side.session;
        match what {
            0 | 1 => {
                let number = input.one([1, 2, 3, 4]);
                let timeout = input.one([None, Some(Duration::from_secs(1))]);
                let (options, len) = (CallOptions::timeout(timeout), length(input));
                if let Ok(call) = session.call(now, 0, number, options, body(len)) {
                    let known = side.calls.insert(call, Call { number, ..Call::default() });
                    assert!(known.is_none(), "{call} is open already");
                }
            }
            2 => drop(session.notify(0, 1, CallOptions::default(), body(length(input)))),
            3 | 4 => side.answer(input),
            5 | 6 => {
                if let Some(call) = side.some(input) {
                    drop(side.session.item(call, body(length(input))));
                }
            }
            7 => {
                if let Some(call) = side.some(input)
                    && side.session.end(call).is_ok()
                    && let Some(known) = side.known(call)
                {
                    assert!(!known.ended.0, "{call} was ended twice");
                    known.ended.0 = true;
                }
            }
            8 => {
                if let Some(call) = side.some(input)
                    && let Some(known) = side.known(call)
                {
                    let held = std::mem::take(&mut known.held);
                    side.session.taken(call, held);
                }
            }
            9 => session.event_done(std::mem::take(&mut side.held)),
            10 => {
                let pick = input.byte().into();
                if let Some(call) = side.calls.keys().nth(pick).copied() {
                    session.cancel(now, call);
                    side.calls.remove(&call);
                }
            }
            11 => self.pass(Duration::from_millis(input.one([1, 500, 1_000, 10_000]))),
            // Never so many that they are a flood if they arrive together.
            12 if self.pings < 10 => {
                self.pings += 1;
                drop(session.ping(now, input.byte().into()));
            }
            13 => match input.below(16) {
                0 => session.go_away(Reason::ShuttingDown),
                1 => session.close(Reason::Normal, ""),
                _ => {}
            },
            _ => {
                let cuts = input.cuts();
                self.carry(at, cuts);
            }
        }
        self.look();
    }

    /// Time passes. Nothing is on its way for longer than cancels are counted.
    fn pass(&mut self, by: Duration) {
        if self.held_up + by > Duration::from_secs(10) {
            self.settle();
            self.held_up = Duration::ZERO;
        }
        self.held_up += by;
        self.now += by;
        for side in &mut self.sides {
            while side.session.poll_timeout().is_some_and(|due| due <= self.now) {
                let before = side.session.poll_timeout();
                side.session.handle_timeout(self.now);
                assert_ne!(side.session.poll_timeout(), before, "a deadline that stays");
            }
        }
    }

    /// What one side has to say arrives at the other. Whether it said anything.
    fn carry(&mut self, from: usize, cuts: &[u8]) -> bool {
        let mut octets = Vec::new();
        let said = self.sides[from].session.poll_transmit(&mut octets);
        let to = &mut self.sides[1 - from];
        for piece in pieces(&octets, cuts) {
            to.inbox.extend_from_slice(piece);
            to.session.handle_bytes(self.now, &mut to.inbox);
        }
        self.look();
        said
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            let said = self.carry(0, &[]);
            if !self.carry(1, &[]) && !said {
                return;
            }
        }
        panic!("they never stop talking");
    }

    /// Holds what happened against what may happen.
    fn look(&mut self) {
        for (side, role) in self.sides.iter_mut().zip(ROLES) {
            while let Some(event) = side.session.poll_event() {
                side.saw(role, event);
            }
            assert!(side.memory.used() <= usize::try_from(MEMORY).expect("64 bits"));
        }
    }

    fn end(&mut self) {
        self.settle();
        self.sides[0].session.close(Reason::Normal, "");
        self.settle();
        for side in &self.sides {
            assert_eq!(side.session.status(), Status::Closed);
            let open = side.calls.values().any(|call| call.ended != (true, true));
            assert!(!open, "a call has no end: {:?}", side.calls);
            assert_eq!(side.memory.used(), 0);
        }
    }
}

/// How long a body is: nothing, little, or more than a fragment and than a window.
fn length(input: &mut Input<'_>) -> usize {
    input.one([0, 10, 600, 5_000])
}

impl Side {
    /// A call of either side that is not over.
    fn some(&self, input: &mut Input<'_>) -> Option<CallId> {
        let pick = usize::from(input.byte());
        let count = self.calls.len() + self.served.len();
        self.calls.keys().chain(self.served.keys()).nth(pick.checked_rem(count)?).copied()
    }

    fn known(&mut self, call: CallId) -> Option<&mut Call> {
        match self.calls.get_mut(&call) {
            Some(known) => Some(known),
            None => self.served.get_mut(&call),
        }
    }

    /// Answers a call of the peer, in a way that need not be its own.
    fn answer(&mut self, input: &mut Input<'_>) {
        let pick = usize::from(input.byte());
        let Some(call) = self.served.keys().nth(pick % self.served.len().max(1)).copied() else {
            return;
        };
        let number = self.served[&call].number;
        match input.below(8) {
            0 => drop(self.session.fail(call, &Fault::Unimplemented)),
            1 => drop(self.session.reply_error(call, body(length(input)))),
            _ if matches!(number, 2 | 4) => {
                drop(self.session.open_stream(call));
                return;
            }
            _ => drop(self.session.reply(call, body(length(input)))),
        }
        assert!(self.session.fail(call, &Fault::Cancelled).is_err(), "{call} is answered twice");
        self.served.remove(&call);
    }

    fn saw(&mut self, role: Role, event: Event) {
        match event {
            Event::Established | Event::Credit { .. } => {}
            Event::GoingAway { .. } | Event::Pong { .. } => {}
            Event::Request { call, number, .. } => {
                assert_ne!(call.caller(), role);
                let known = self.served.insert(call, Call { number, ..Call::default() });
                assert!(known.is_none(), "{call} came twice");
            }
            Event::OneWay { cost, .. } => {
                self.held += cost;
                assert!(self.held <= WINDOW);
            }
            Event::Reply { call, .. } => {
                let known = self.calls.remove(&call).expect("somebody waits for it");
                assert!(matches!(known.number, 1 | 3), "{call} is answered with a stream");
            }
            Event::Failed { call, .. } => {
                assert!(self.calls.remove(&call).is_some(), "{call} is over, or nobody's");
            }
            Event::Opened { call, .. } => {
                let known = self.calls.get_mut(&call).expect("somebody waits for it");
                assert!(matches!(known.number, 2 | 4) && !known.opened);
                known.opened = true;
            }
            Event::Item { call, cost, .. } => {
                let known = self.streaming(call);
                known.held += cost;
                assert!(known.held <= WINDOW, "{call} has more than its window");
            }
            Event::Ended { call } => self.streaming(call).ended.1 = true,
            Event::Dropped { call, .. } => {
                assert!(self.served.remove(&call).is_some(), "{call} is answered, or nobody's");
            }
            Event::Closed(reason) => {
                let failed = matches!(reason, CloseReason::Failed(_));
                assert!(!failed, "nobody broke a rule: {reason}");
            }
        }
    }

    /// A call whose peer's stream is open.
    fn streaming(&mut self, call: CallId) -> &mut Call {
        let own = self.calls.contains_key(&call);
        let known = self.known(call).expect("a call that is open");
        let open = if own { known.opened } else { matches!(known.number, 3 | 4) };
        assert!(open && !known.ended.1, "{call} has no stream");
        if own && known.number == 2 {
            // It has no stream of this side.
            known.ended.0 = true;
        }
        known
    }
}

/// What was thought of: calls of each kind, both ways.
pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    // A call; both sides speak.
    let call = |number: u8, timeout: u8, len: u8| [0, 0, number, timeout, len];
    let talk = [14, 0, 0, 14, 1, 0];
    let join = |parts: &[&[u8]]| parts.concat();
    let item = |side: u8, len: u8| [5, side, 0, len];
    let seeds: [(&str, Vec<u8>); 8] = [
        ("unary", join(&[&call(0, 0, 1), &talk, &[3, 1, 0, 2, 2], &talk])),
        (
            "answer-stream",
            join(&[
                &call(1, 0, 0),
                &talk,
                &[3, 1, 0, 2],
                &item(1, 1),
                &item(1, 3),
                &talk,
                &[8, 0, 0],
                &talk,
                &[7, 1, 0],
                &talk,
            ]),
        ),
        (
            "caller-stream",
            join(&[&call(2, 0, 0), &item(0, 2), &[7, 0, 0], &talk, &[3, 1, 0, 2, 1], &talk]),
        ),
        (
            "both-streams",
            join(&[
                &call(3, 0, 0),
                &item(0, 3),
                &talk,
                &[3, 1, 0, 2],
                &item(1, 2),
                &talk,
                &[7, 0, 0, 7, 1, 0],
                &talk,
            ]),
        ),
        (
            "cancels",
            join(&[&join(&[&call(0, 0, 1), &talk, &[10, 0, 0]]).repeat(6), &talk, &[11, 0, 3]]),
        ),
        ("deadline", join(&[&call(3, 1, 3), &talk, &[11, 0, 2], &talk, &[3, 1, 0, 2], &talk])),
        ("one-way", join(&[&[2, 0, 2, 2, 0, 3], &talk, &[9, 1], &talk, &[2, 1, 1], &talk])),
        (
            "leaving",
            join(&[
                &call(0, 0, 1),
                &talk,
                &[13, 1, 0],
                &call(2, 0, 0),
                &item(0, 1),
                &talk,
                &[10, 0, 1],
                &talk,
            ]),
        ),
    ];
    seeds.map(|(name, seed)| (name.to_owned(), seed)).into()
}
