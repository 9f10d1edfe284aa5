//! The loop of one connection: the only place where bytes, time and handlers meet.
//!
//! One task per connection. A turn of the loop polls the handlers that were woken, reads once in
//! bulk, hands the bytes to the session, starts a handler for each message, and writes what came
//! of all that in one go. It decides nothing about the protocol; that is the session's.
//!
//! *Back-pressure.* While output is at high-water no handler is started and no stream is sent on,
//! and while messages wait to be started nothing is read: the peer notices by its own writes. Only
//! a side that waits for nothing may stop reading, or two of them could wait for each other for
//! ever; the others read on, and what they read is bounded by calls in flight and by credit.
//!
//! *The end.* When a connection is over, handlers of calls are dropped: nobody waits for them.
//! Handlers of one-way messages run on to their end, because their sender may have closed in the
//! belief that they will, and so do those of calls that say so.

mod admit;
mod alone;
mod calls;
mod clock;
mod detached;
mod end;
mod exchange;
mod half_open;
mod incoming;
mod inlet;
mod input;
mod output;
mod pump;
mod pumps;
mod run;
mod scope;
mod serve;
mod service;
mod shared;
mod signal;
mod slots;
mod spare;
mod timer;
mod untyped;
mod waiters;
mod watch;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use tracing::Span;

use self::admit::Door;
use self::alone::Alone;
use self::input::Input;
use self::output::{Output, Written};
use self::pumps::Pumps;
use self::service::Kind;
use self::shared::Woken;
use self::slots::Handlers;
use self::timer::Timer;
use self::watch::span;
use crate::error::{CloseReason, Error};
use crate::measure::{self, Meter, OpenConnection};
use crate::noise::PublicKey;
use crate::session::{CallId, Dropped, earlier};
use crate::transport::Stream;

pub(crate) use self::admit::Gate;
pub(crate) use self::calls::{Answered, failed, lost};
pub use self::clock::TimeSource;
pub(crate) use self::clock::{WallClock, now};
pub(crate) use self::half_open::HalfOpen;
pub(crate) use self::incoming::{Incoming, Of};
pub(crate) use self::pump::Pump;
pub(crate) use self::pumps::{Input as CallInput, input};
pub(crate) use self::run::Run;
pub(crate) use self::scope::Inherited;
pub(crate) use self::service::{Service, called, served};
pub(crate) use self::shared::{Agreed, Command, Core, Ping, Shared};
#[cfg(feature = "reflect")]
pub(crate) use self::untyped::listing;
pub(crate) use self::untyped::{raw_called, raw_served};
pub(crate) use self::waiters::{Ticket, Waiters};
pub(crate) use self::watch::{Side, Watch, Watched, parent};

/// Turns of the loop before other tasks get theirs.
const TURNS_MAX: u32 = 16;

/// A connection at work. Done when the connection is over and nothing of it runs any more.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    /// Gone when the connection is over.
    stream: Option<Stream>,
    /// Gone when the peer was let in.
    door: Option<Box<Door>>,
    /// By the protocol's index on this connection.
    protocols: Vec<Protocol>,
    input: Input,
    output: Output,
    timer: Timer,
    /// When the last turn began.
    turn_began: Instant,
    /// Whether there was nothing to read, and the task is woken when there is.
    reader_waits: bool,
    inbox: VecDeque<Message>,
    /// Streams of this side's calls.
    pumps: Pumps,
    /// Calls of the peer that nobody waits for any more; kept for its memory.
    given_up: Vec<(CallId, Dropped)>,
    /// What the one-way messages cost whose handlers ended.
    spent: usize,
    /// Handlers in their slots.
    running: usize,
    /// Whether this side does not read.
    paused: bool,
    /// Whether callers that were woken may be about to call again.
    expecting: bool,
    /// The last command that was looked at.
    command: Option<Command>,
    phase: Phase,
    /// Why the session is over, until everybody has been told.
    reason: Option<CloseReason>,
    /// Wakers to call once the lock is released; kept for its memory.
    wakers: Vec<Waker>,
    /// Slots to poll; kept for its memory.
    woken: Vec<Woken>,
    /// What all that is logged of the connection belongs to.
    span: Span,
    meter: Meter,
    /// It is counted as open.
    counted: Option<OpenConnection>,
}

struct Protocol {
    service: Arc<dyn Service>,
    handlers: Option<Box<dyn Handlers>>,
}

/// A message that waits for its handler to start.
#[derive(Debug)]
pub(crate) struct Message {
    /// `None` if it is one-way.
    call: Option<CallId>,
    protocol: u8,
    number: u16,
    /// `None` if there is no such message.
    kind: Option<Kind>,
    body: Bytes,
    /// What the peer gets back when the handler of a one-way message ended.
    cost: usize,
    inherited: Inherited,
    /// Whether the body has memory of its own, if it is small.
    apart: bool,
}

/// How far the stream is.
enum Phase {
    /// Bytes go both ways.
    Open,
    /// The session is over and its last octets go out, for as long as the peer takes some of
    /// them; to a peer at fault at most `until` then.
    Flushing { until: Option<Instant> },
    /// Everything is written; the peer gets the time to read it and to close, because a stream
    /// closed with input unread may take back what was written.
    Lingering { until: Instant },
    /// The stream is done with.
    Over,
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let span = this.span.clone();
        let _entered = span.enter();
        this.go_on(task)
    }
}

impl Driver {
    /// Turns, until there is nothing to do or others are to get their turn.
    fn go_on(&mut self, task: &mut Context<'_>) -> Poll<()> {
        self.shared.signal.awake(task.waker());
        self.prepare();
        if std::mem::take(&mut self.expecting) {
            // Several callers were woken together, and the first of them has written: let the
            // others do so too, and write once for all.
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Whoever woke the task may have left anything; after a busy turn little can be left.
        let mut whole = true;
        for _ in 0..TURNS_MAX {
            let busy = self.turn(task, whole);
            if self.is_done() {
                return Poll::Ready(());
            }
            whole = !busy;
            if !busy {
                self.shared.signal.asleep();
                if self.sleep(task) {
                    self.rest();
                    return Poll::Pending;
                }
                self.shared.signal.awake(task.waker());
            }
        }
        task.waker().wake_by_ref();
        Poll::Pending
    }

    pub(crate) fn new(
        shared: Arc<Shared>,
        stream: Stream,
        services: Arc<[Arc<dyn Service>]>,
        local_key: Option<PublicKey>,
        half_open: Option<Box<dyn HalfOpen>>,
        gate: Option<Gate>,
    ) -> Self {
        let now = now();
        let span = span(&shared);
        shared.with(|core| core.alone = Alone::new(&stream));
        let decided_by = now.checked_add(shared.limits.handshake_timeout()).unwrap_or(now);
        let door = Door::new(services, local_key, half_open, gate, decided_by);
        Self {
            shared,
            stream: Some(stream),
            door: Some(Box::new(door)),
            protocols: Vec::new(),
            input: Input::default(),
            output: Output::default(),
            timer: Timer::default(),
            turn_began: now,
            reader_waits: false,
            inbox: VecDeque::new(),
            pumps: Pumps::default(),
            given_up: Vec::new(),
            spent: 0,
            running: 0,
            paused: false,
            expecting: false,
            command: None,
            phase: Phase::Open,
            reason: None,
            wakers: Vec::new(),
            woken: Vec::new(),
            span,
            meter: Meter::default(),
            counted: None,
        }
    }

    /// One turn. Says whether anything happened.
    ///
    /// One that is not `whole` ends where nothing came and nothing waits: what remains is for
    /// [`sleep`](Self::sleep) to find.
    fn turn(&mut self, task: &mut Context<'_>, whole: bool) -> bool {
        if whole {
            self.turn_began = now();
        }
        let mut busy = self.resume_woken();
        if whole || self.paused || !self.reader_waits {
            busy |= self.read(task, self.turn_began);
        }
        if !whole {
            if !busy && self.is_quiet() {
                return false;
            }
            self.turn_began = now();
        }
        let now = self.turn_began;
        busy |= self.exchange(now);
        busy |= self.decide(task, now);
        busy |= self.start_waiting();
        busy |= self.start_pumps();
        self.wake();
        busy |= self.write(task, now);
        busy |= self.advance(task, now);
        busy
    }

    /// Sees to it that the task is woken when there is something to do. False if there is.
    fn sleep(&mut self, task: &mut Context<'_>) -> bool {
        if !self.shared.woken.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return false;
        }
        let (open, deciding) = (matches!(self.phase, Phase::Open), self.is_deciding());
        let (left, mut deadline) = self.shared.with(|core| {
            core.turn_began = None;
            let left = core.alone.has_left()
                || core.command != self.command
                || !core.started.is_empty()
                || !core.stopped.is_empty()
                || (open && !deciding && core.session.has_events())
                || (!core.room.is_empty() && !core.is_full(self.shared.high_water()))
                || (self.paused && !core.session.may_pause())
                || (open && self.output.is_empty() && core.session.has_output());
            if !left {
                core.session.rest(self.output.buffer());
            }
            let waiting = earlier(core.room.deadline(), core.turn.deadline());
            let waiting = earlier(waiting, core.events.deadline());
            let deadline = earlier(if open { core.session.poll_timeout() } else { None }, waiting);
            core.alone.driver_sleeps(earlier(deadline, self.timer.armed()), self.expecting);
            (left, deadline)
        });
        if left {
            return false;
        }
        deadline = earlier(deadline, earlier(self.stalls(), self.output.trims()));
        deadline = earlier(deadline, self.decided_by());
        deadline = match self.phase {
            Phase::Flushing { until } => earlier(deadline, until),
            Phase::Lingering { until } => earlier(deadline, Some(until)),
            Phase::Open | Phase::Over => deadline,
        };
        let now = self.turn_began;
        !deadline.is_some_and(|deadline| self.timer.poll(deadline, now, task))
    }

    /// Whether nothing of what the driver has to itself waits to be done.
    fn is_quiet(&self) -> bool {
        matches!(self.phase, Phase::Open)
            && self.door.is_none()
            && self.inbox.is_empty()
            && self.given_up.is_empty()
            && self.output.is_empty()
    }

    /// Whether the connection is over and nothing of it runs.
    fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Over) && self.running == 0 && self.inbox.is_empty()
    }

    /// Reads once, unless the peer has to wait.
    fn read(&mut self, task: &mut Context<'_>, now: Instant) -> bool {
        let waits = matches!(self.phase, Phase::Open) && self.pause(now);
        match self.phase {
            Phase::Open if waits || self.may_read() == 0 => return false,
            Phase::Open | Phase::Lingering { .. } => {}
            Phase::Flushing { .. } | Phase::Over => return false,
        }
        let most = self.may_read();
        let Some(stream) = &mut self.stream else {
            return false;
        };
        let read = self.input.poll_read(stream, task, most);
        self.reader_waits = read.is_pending();
        let Poll::Ready(read) = read else { return false };
        self.has_read(*read.as_ref().unwrap_or(&0));
        let error = match read {
            Ok(0) => None,
            Ok(_) => return true,
            Err(error) => Some(error),
        };
        if matches!(self.phase, Phase::Open) {
            // What was read before is whole and counts.
            self.exchange(now);
            self.shared.with(|core| match error {
                Some(error) => core.session.handle_failure(error.into()),
                None => core.session.handle_eof(),
            });
        } else {
            self.leave();
        }
        true
    }

    /// Whether the peer has to wait, because there is enough to do.
    fn pause(&mut self, now: Instant) -> bool {
        let full = !self.inbox.is_empty() || self.shared.backlog() >= self.shared.high_water();
        if full || self.paused {
            self.paused = self.shared.with(|core| {
                let pause = full && core.session.may_pause();
                if pause && !self.paused {
                    measure::paused(core.session.role());
                }
                if pause != self.paused {
                    core.session.set_paused(now, pause);
                }
                pause
            });
        }
        self.paused
    }

    fn write(&mut self, task: &mut Context<'_>, now: Instant) -> bool {
        let Some(stream) = &mut self.stream else {
            return false;
        };
        if matches!(self.phase, Phase::Lingering { .. } | Phase::Over) {
            return false;
        }
        let error = match self.output.poll_write(&self.shared, stream, task, now) {
            Written::Nothing => return false,
            Written::All | Written::Blocked(true) => return true,
            Written::Blocked(false) if self.stalls().is_none_or(|until| now < until) => {
                self.output.trim(now);
                return false;
            }
            Written::Blocked(false) => Error::WriteStalled,
            Written::Failed(error) => error.into(),
        };
        if matches!(self.phase, Phase::Open) {
            self.output.discard();
            self.shared.with(|core| {
                core.unsent = 0;
                core.alone.discard();
                core.session.handle_failure(error);
            });
        } else {
            self.leave();
        }
        true
    }

    /// When a write that makes no progress ends the connection.
    fn stalls(&self) -> Option<Instant> {
        self.output.stalled()?.checked_add(self.shared.limits.write_stall())
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("peer", self.shared.peer())
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}

/// Runs a task of its own: a connection or a listener, nothing smaller.
#[expect(clippy::disallowed_methods, reason = "this is where tasks begin")]
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}
