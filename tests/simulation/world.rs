//! Two sessions without a runtime: each step is drawn, and a model says what may come of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use network_protocol::Fault;
use network_protocol::error::Error;
use network_protocol::frame::reason::Reason;
use network_protocol::session::{
    CallFailure, CallId, CallOptions, CallRefused, Event, Role, Status,
};
use network_protocol::testing::{Dice, Pair, Protection, append};

/// Steps of one run.
const STEPS: u64 = 300;
/// The longest body, in octets.
const BODY_MAX: u64 = 3_000;

/// What a body is: who sent it, its number, and filling.
type Serial = u64;

struct World {
    pair: Pair,
    dice: Dice,
    /// Octets on the way from the client, and from the server.
    wires: [VecDeque<u8>; 2],
    sides: [Model; 2],
    /// The next number of a message.
    serial: Serial,
    /// Messages that were handed on to the other side.
    seen: BTreeSet<Serial>,
    lost: bool,
    trace: Vec<String>,
}

/// What one side knows of its calls.
#[derive(Default)]
struct Model {
    /// Its calls that are not over, with the number of their message.
    calls: BTreeMap<CallId, Serial>,
    /// Calls it has given up.
    cancelled: BTreeMap<CallId, Serial>,
    /// Calls of the other side that it has to answer.
    served: BTreeMap<CallId, Serial>,
    /// Answers to its calls, by the number of the message.
    over: BTreeSet<Serial>,
    closed: bool,
}

fn index(role: Role) -> usize {
    match role {
        Role::Client => 0,
        Role::Server => 1,
    }
}

pub(crate) fn simulate(seed: u64) {
    World::new(seed).run();
}

/// What happened in a run, line by line.
pub(crate) fn trace(seed: u64) -> Vec<String> {
    let mut world = World::new(seed);
    world.run();
    world.trace
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // Handshakes cost most of the time; each kind has its share.
        let protections = [Protection::Plain, Protection::Plain, Protection::Xx, Protection::Psk];
        let protection = protections[usize::try_from(dice.below(4)).unwrap()];
        Self {
            pair: Pair::open(protection),
            dice,
            wires: Default::default(),
            sides: Default::default(),
            serial: 1,
            seen: BTreeSet::new(),
            lost: false,
            trace: Vec::new(),
        }
    }

    fn run(&mut self) {
        for _ in 0..STEPS {
            self.step();
            self.gather();
        }
        self.finish();
    }

    fn step(&mut self) {
        let role = if self.dice.happens(500_000) { Role::Client } else { Role::Server };
        match self.dice.below(100) {
            0..=24 => self.call(role),
            25..=29 => self.notify(role),
            30..=49 => self.answer(role),
            50..=56 => self.cancel(role),
            57..=88 => self.carry(role),
            89..=97 => self.pass(),
            98 if self.dice.happens(100_000) => self.lose(),
            99 if self.dice.happens(50_000) => {
                self.pair.side(role).session.close(Reason::Normal, "");
            }
            _ => {}
        }
    }

    /// A message of its own: its number, then filling.
    fn message(&mut self) -> (Serial, Vec<u8>) {
        let serial = self.serial;
        self.serial += 1;
        let mut body = serial.to_le_bytes().to_vec();
        let filling = self.dice.below(BODY_MAX);
        body.resize(body.len() + usize::try_from(filling).unwrap(), 0xa5);
        (serial, body)
    }

    fn call(&mut self, role: Role) {
        let (serial, body) = self.message();
        let timeout = Duration::from_millis(1 + self.dice.below(5_000));
        let options = CallOptions::timeout(Some(timeout).filter(|_| serial % 3 != 0));
        let now = self.pair.now;
        let called = self.pair.side(role).session.call(now, 0, 1, options, append(&body));
        match called {
            Ok(call) => {
                let model = &mut self.sides[index(role)];
                assert!(model.calls.insert(call, serial).is_none(), "{call:?} is open already");
                assert!(!model.cancelled.contains_key(&call), "{call:?} is not over yet");
            }
            Err(CallRefused::TooManyCalls { .. }) => {}
            Err(refused) => assert!(self.is_over(role), "{refused}"),
        }
    }

    fn notify(&mut self, role: Role) {
        let (_, body) = self.message();
        let options = CallOptions::default();
        match self.pair.side(role).session.notify(0, 1, options, append(&body)) {
            Ok(()) | Err(CallRefused::NoCredit | CallRefused::Busy) => {}
            Err(refused) => assert!(self.is_over(role), "{refused}"),
        }
    }

    fn answer(&mut self, role: Role) {
        let waiting = self.sides[index(role)].served.len();
        let nth = usize::try_from(self.dice.below(waiting.try_into().unwrap())).unwrap();
        let Some((&call, &serial)) = self.sides[index(role)].served.iter().nth(nth) else { return };
        let kind = self.dice.below(4);
        self.reply(role, call, serial, kind);
    }

    /// Answers: with the number of the message, whatever the answer is.
    fn reply(&mut self, role: Role, call: CallId, serial: Serial, kind: u64) {
        self.sides[index(role)].served.remove(&call);
        let mut body = serial.to_le_bytes().to_vec();
        let session = &mut self.pair.side(role).session;
        let answered = match kind {
            0 => session.fail(call, &Fault::Refused { text: serial.to_string().as_str().into() }),
            1 => session.reply_error(call, append(&body)),
            _ => {
                body.resize(body.len() + 700, 0x5a);
                session.reply(call, append(&body))
            }
        };
        // The deadline may have passed, or the connection may be over, which events tell.
        drop(answered);
    }

    fn cancel(&mut self, role: Role) {
        let open = self.sides[index(role)].calls.len();
        let nth = usize::try_from(self.dice.below(open.try_into().unwrap())).unwrap();
        let now = self.pair.now;
        let model = &mut self.sides[index(role)];
        let Some((&call, &serial)) = model.calls.iter().nth(nth) else { return };
        model.calls.remove(&call);
        model.cancelled.insert(call, serial);
        self.pair.side(role).session.cancel(now, call);
    }

    /// Some octets leave, and some that are on the way arrive.
    fn carry(&mut self, from: Role) {
        let octets = self.pair.side(from).transmit();
        if self.lost {
            return;
        }
        let wire = &mut self.wires[index(from)];
        wire.extend(octets);
        let waiting = u64::try_from(wire.len()).unwrap();
        let some = usize::try_from(self.dice.below(waiting + 1)).unwrap();
        let part: Vec<u8> = wire.drain(..some).collect();
        let now = self.pair.now;
        self.pair.side(from.peer()).receive(now, &part);
    }

    fn pass(&mut self) {
        let by = Duration::from_millis(self.dice.below(400));
        self.pair.advance(by);
    }

    /// The connection breaks; what was on the way never arrives.
    fn lose(&mut self) {
        self.lost = true;
        self.wires = Default::default();
        for role in [Role::Client, Role::Server] {
            let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            self.pair.side(role).session.handle_failure(Error::from(error));
        }
    }

    fn is_over(&mut self, role: Role) -> bool {
        self.pair.side(role).session.status() == Status::Closed
    }

    /// Takes what happened, and holds it against the model.
    fn gather(&mut self) {
        for role in [Role::Client, Role::Server] {
            for event in self.pair.side(role).take_events() {
                self.take(role, event);
            }
        }
    }

    fn take(&mut self, role: Role, event: Event) {
        let own = index(role);
        assert!(!self.sides[own].closed, "{event:?} after the end");
        self.trace.push(match &event {
            // A deadline is counted from when the run began.
            Event::Request { call, body, .. } => format!("{role:?} {call:?} {}", number(body)),
            event => format!("{role:?} {event:?}"),
        });
        match event {
            Event::Request { call, body, .. } => {
                let serial = number(&body);
                assert!(self.seen.insert(serial), "message {serial} is handed on twice");
                let twice = self.sides[own].served.insert(call, serial);
                assert_eq!(twice, None, "{call:?} is being served already");
            }
            Event::OneWay { body, cost, .. } => {
                let serial = number(&body);
                assert!(self.seen.insert(serial), "message {serial} is handed on twice");
                self.pair.side(role).session.event_done(cost);
            }
            Event::Reply { call, body, .. } => self.over(role, call, Some(number(&body))),
            Event::Failed { call, error } => {
                let serial = match &error {
                    CallFailure::Application(body) => Some(number(body)),
                    CallFailure::Remote(Fault::Refused { text }) => {
                        Some(text.to_string().parse().unwrap())
                    }
                    _ => None,
                };
                if let CallFailure::ConnectionLost { maybe_executed: false } = error {
                    let serial = self.sides[own].calls.get(&call);
                    let seen = serial.is_some_and(|serial| self.seen.contains(serial));
                    assert!(!seen, "{call:?} was said not to be executed, and was");
                }
                self.over(role, call, serial);
            }
            Event::Dropped { call, .. } => {
                let served = self.sides[own].served.remove(&call);
                assert!(served.is_some(), "{call:?} is not being served");
            }
            Event::Closed(_) => {
                self.sides[own].closed = true;
                assert!(self.sides[own].calls.is_empty(), "calls outlive the connection");
                self.sides[own].served.clear();
            }
            Event::Credit { call: None } | Event::GoingAway { .. } => {}
            other => panic!("nobody asked for {other:?}"),
        }
    }

    /// A call is over, by an answer to this message.
    fn over(&mut self, role: Role, call: CallId, answered: Option<Serial>) {
        let model = &mut self.sides[index(role)];
        let called = model.calls.remove(&call).or_else(|| model.cancelled.remove(&call));
        let Some(called) = called else { panic!("{call:?} ended and is not open") };
        assert!(model.over.insert(called), "the call of message {called} ended twice");
        if let Some(answered) = answered {
            assert_eq!(answered, called, "{call:?} got the answer of another call");
        }
    }

    /// Everything is answered and arrives; then nothing may be left.
    fn finish(&mut self) {
        for _ in 0..1_000 {
            let mut still = true;
            for role in [Role::Client, Role::Server] {
                while let Some((&call, &serial)) = self.sides[index(role)].served.iter().next() {
                    self.reply(role, call, serial, 2);
                    still = false;
                }
                let mut octets = self.pair.side(role).transmit();
                if self.lost {
                    octets.clear();
                }
                let wire = &mut self.wires[index(role)];
                wire.extend(octets);
                let part: Vec<u8> = wire.drain(..).collect();
                still &= part.is_empty();
                let now = self.pair.now;
                self.pair.side(role.peer()).receive(now, &part);
                self.gather();
            }
            if still {
                break;
            }
        }
        // What was given up gets its time to be over.
        self.pair.advance(Duration::from_secs(10));
        self.gather();
        for role in [Role::Client, Role::Server] {
            let over = self.is_over(role);
            let session = &self.pair.side(role).session;
            assert_eq!(session.calls_in_flight(), 0, "calls of the {role:?}");
            assert_eq!(session.served_in_flight(), 0, "served by the {role:?}");
            let model = &self.sides[index(role)];
            assert!(model.calls.is_empty(), "{role:?}: {:?} never ended", model.calls);
            assert_eq!(model.closed, over, "an end that nobody was told of");
        }
    }
}

/// The number of the message that this is, or answers.
fn number(body: &[u8]) -> Serial {
    let (serial, filling) = body.split_first_chunk().unwrap();
    assert!(filling.windows(2).all(|pair| pair[0] == pair[1]), "a body is broken");
    u64::from_le_bytes(*serial)
}
