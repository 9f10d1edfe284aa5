//! What a connection's driver shares with the callers, handlers and handles of that connection.
//!
//! One short lock around the session: a caller encodes its request under it straight into the
//! output, a handler its reply. Nobody awaits, wakes or drops a waker while holding it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::alone::Alone;
use super::calls::{Calls, Forgotten};
use super::clock;
use super::inlet::Inlet;
use super::pumps::Started;
use super::signal::Signal;
use super::waiters::Waiters;
use crate::connection::{Connection, Handle, Security};
use crate::error::{CloseReason, Error, Fault, SchemaDiff, SchemaVersion};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::peer::Peer;
use crate::session::{CallFailure, CallId, Session};
use crate::wire::DecodeOptions;

/// One connection, as everybody but its driver sees it.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Mutex<Core>,
    /// Output that waits, as of the last look under the lock.
    backlog: AtomicUsize,
    /// The longest of what was written last: some of it is forgotten with each that is shorter, as those
    /// are that headers of fragments come to.
    wrote: AtomicUsize,
    /// One-way messages that nothing was done with.
    dropped: AtomicU64,
    pub(crate) signal: Signal,
    /// Slots whose handler was woken.
    pub(super) woken: Mutex<Vec<Woken>>,
    open: OnceLock<Open>,
    /// How the schemas of the two sides differ, once that was looked at.
    pub(crate) schema_diff: OnceLock<Box<SchemaDiff>>,
    pub(crate) limits: Arc<Limits>,
    /// How long a call waits for its answer unless it says otherwise.
    pub(crate) response_timeout: Duration,
    /// How long what is to be sent may wait for that, unless it is as long as it takes.
    pub(crate) send_timeout: Option<Duration>,
    /// What is known of the peer before the handshake.
    stranger: Peer,
    /// The handle that user code shares, while there is one.
    handle: OnceLock<Weak<Handle>>,
}

/// What is under the lock.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) session: Session,
    pub(crate) calls: Calls,
    /// Streams that come behind the messages of the peer's calls.
    pub(crate) inputs: BTreeMap<CallId, Inlet>,
    /// The last of them.
    serial: u64,
    /// Who waits for credit to send on a stream of a call, of either side.
    pub(crate) outlets: BTreeMap<CallId, Waker>,
    /// Who waits for credit for one-way messages.
    pub(crate) events: Waiters,
    /// Streams of this side's calls that the driver is to send from now on.
    pub(crate) started: Vec<Started>,
    /// Calls of this side whose streams nobody wants any more.
    pub(crate) stopped: Vec<CallId>,
    /// The peer runs no further calls.
    pub(crate) going_away: bool,
    /// Callers that wait for output to fall below high-water.
    pub(crate) room: Waiters,
    /// Callers that wait for a call to end, at the limit of calls in flight.
    pub(crate) turn: Waiters,
    /// Tasks that wait until the handshake is done.
    pub(crate) opening: Waiters,
    /// Tasks that wait for the end of the connection.
    pub(crate) closing: Waiters,
    pub(crate) pings: Vec<Ping>,
    /// What somebody asked the driver to do.
    pub(crate) command: Option<Command>,
    /// Octets taken from the session and not yet written.
    pub(super) unsent: usize,
    /// What callers need who write by themselves.
    pub(super) alone: Alone,
    /// When the driver's turn began, while it does not sleep.
    pub(crate) turn_began: Option<Instant>,
    /// Set once, when nothing more will happen on this connection.
    pub(crate) end: Option<CloseReason>,
}

/// A ping on its way.
#[derive(Debug)]
pub(crate) struct Ping {
    pub(crate) token: u64,
    pub(crate) sent: Instant,
    pub(crate) waker: Waker,
    pub(crate) answered: Option<Instant>,
}

/// What a handle asks of the driver. A later one is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Command {
    /// Take no further calls, let those that run finish, then close.
    Drain,
    /// Say goodbye and close; running handlers are dropped.
    Close,
    /// Close, because the peer may not stay.
    Expel,
    /// The same as the server goes down: the time for finishing is over.
    Cut,
}

/// What is known once the handshake is done.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) peer: Peer,
    pub(crate) protocols: Box<[Agreed]>,
    pub(crate) security: Security,
}

/// A protocol of this connection, at its index on the wire.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(crate) name: &'static str,
    /// None if both have the same schema, so that bodies are decoded exactly.
    pub(crate) differing: Option<Box<Differing>>,
}

/// The schemas of the two sides, where they are not the same.
#[derive(Debug)]
pub(crate) struct Differing {
    pub(crate) ours: SchemaVersion,
    pub(crate) theirs: SchemaVersion,
}

/// A handler's slot that wants to be polled: the protocol, and the slot among its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Woken {
    pub(super) protocol: u8,
    pub(super) slot: usize,
}

impl Shared {
    pub(crate) fn new(
        session: Session,
        limits: Arc<Limits>,
        response_timeout: Duration,
        stranger: Peer,
    ) -> Self {
        Self {
            core: Mutex::new(Core {
                session,
                calls: Calls::default(),
                inputs: BTreeMap::new(),
                serial: 0,
                outlets: BTreeMap::new(),
                events: Waiters::default(),
                started: Vec::new(),
                stopped: Vec::new(),
                going_away: false,
                room: Waiters::default(),
                turn: Waiters::default(),
                opening: Waiters::default(),
                closing: Waiters::default(),
                pings: Vec::new(),
                command: None,
                unsent: 0,
                alone: Alone::default(),
                turn_began: None,
                end: None,
            }),
            backlog: AtomicUsize::new(0),
            wrote: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
            signal: Signal::default(),
            woken: Mutex::default(),
            open: OnceLock::new(),
            schema_diff: OnceLock::new(),
            limits,
            response_timeout,
            send_timeout: None,
            stranger,
            handle: OnceLock::new(),
        }
    }

    /// The same where what waits too long to be sent fails.
    pub(crate) fn with_send_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.send_timeout = timeout;
        self
    }

    /// Looks at or changes what is under the lock. Ring [`Shared::signal`] after leaving work.
    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut Core) -> T) -> T {
        // A panic under the lock leaves the session in doubt; the driver sees the poison and ends
        // the connection. Until then everybody may look.
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let value = f(&mut core);
        let backlog = core.backlog();
        if let Some(more @ 1..) = backlog.checked_sub(self.backlog()) {
            let before = self.wrote.load(Ordering::Relaxed);
            self.wrote.store(more.max(before - before / 8), Ordering::Relaxed);
        }
        self.backlog.store(backlog, Ordering::Relaxed);
        value
    }

    /// Like [`Shared::with`], then calls the wakers that `f` took out.
    pub(crate) fn with_wakers<T>(&self, f: impl FnOnce(&mut Core, &mut Vec<Waker>) -> T) -> T {
        let mut wakers = Vec::new();
        let value = self.with(|core| f(core, &mut wakers));
        wakers.into_iter().for_each(Waker::wake);
        value
    }

    /// Asks the driver for something.
    pub(crate) fn command(&self, command: Command) {
        self.with(|core| core.command = core.command.max(Some(command)));
        self.signal.ring();
    }

    /// Sends a peer away that may not stay, if it was let in. Says whether it is to go now.
    pub(crate) fn expel(&self, stays: impl FnOnce(&Peer) -> bool) -> bool {
        let gone = self.with(|core| core.command >= Some(Command::Expel) || core.end.is_some());
        let expelled = !gone && self.open().is_some_and(|open| !stays(&open.peer));
        if expelled {
            self.command(Command::Expel);
        }
        expelled
    }

    /// Nobody waits for a call of this side any more: the peer is told.
    pub(crate) fn give_up(&self, call: CallId) {
        let forgotten: Option<Forgotten> = self.with(|core| {
            let forgotten = core.calls.remove(call)?;
            core.session.cancel(self.now(), call);
            core.stopped.push(call);
            Some(forgotten)
        });
        if forgotten.is_some() {
            self.signal.ring();
        }
    }

    /// Takes the receiving end of the stream behind the peer's call, once.
    pub(crate) fn claim_input(&self, call: CallId) -> Option<u64> {
        self.with(|core| {
            let inlet = core.inputs.get_mut(&call).filter(|inlet| !inlet.claimed)?;
            inlet.claimed = true;
            Some(inlet.serial)
        })
    }

    /// The call that a stream came with is over.
    pub(super) fn close_input(&self, call: CallId) {
        let _dropped = self.with_wakers(|core, wakers| {
            let inlet = core.inputs.get_mut(&call)?;
            if !inlet.claimed {
                return core.inputs.remove(&call);
            }
            wakers.extend(inlet.finish(Err(CallFailure::Remote(Fault::Cancelled))));
            None
        });
    }

    /// One-way messages that nothing was done with.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Who is at the other end; anonymous until the handshake has said otherwise.
    pub(crate) fn peer(&self) -> &Peer {
        self.open().map_or(&self.stranger, |open| &open.peer)
    }

    /// Counts a one-way message that nothing was done with.
    pub(super) fn drop_message(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether code panicked under the lock.
    pub(super) fn is_broken(&self) -> bool {
        self.core.is_poisoned()
    }

    /// How much output waits.
    pub(super) fn backlog(&self) -> usize {
        self.backlog.load(Ordering::Relaxed)
    }

    /// From how much waiting output on callers wait and no handler is started.
    ///
    /// Small messages may go beyond the limit, as they do not go far: what came together is then
    /// answered together, though there is something around each answer.
    pub(crate) fn high_water(&self) -> usize {
        let limit = usize::try_from(self.limits.write_high_water()).unwrap_or(usize::MAX);
        let small = self.wrote.load(Ordering::Relaxed) <= limit / 16;
        if small { limit.saturating_add(limit / 4) } else { limit }
    }

    /// What the handshake found, once it is done.
    pub(crate) fn open(&self) -> Option<&Open> {
        self.open.get()
    }

    pub(super) fn set_open(&self, open: Open) {
        // A session establishes once.
        let _first = self.open.set(open);
    }

    /// The handle that user code shares, while there is one.
    pub(crate) fn handle(&self) -> Option<Arc<Handle>> {
        self.handle.get().and_then(Weak::upgrade)
    }

    pub(crate) fn set_handle(&self, connection: &Connection) {
        // Set once, where the connection is made.
        let _first = self.handle.set(connection.downgrade());
    }

    /// How bodies of `protocol` are read.
    pub(crate) fn decode_options(&self, protocol: u8) -> DecodeOptions {
        let agreed = self.open().and_then(|open| open.protocols.get(usize::from(protocol)));
        DecodeOptions {
            exact: agreed.is_some_and(|agreed| agreed.differing.is_none()),
            budget: usize::try_from(self.limits.decode_bytes()).unwrap_or(usize::MAX),
            depth: self.limits.decode_depth(),
        }
    }

    /// The index of the protocol with this name, if the peer has it too.
    pub(crate) fn protocol(&self, name: &str) -> Option<u8> {
        let protocols = &self.open()?.protocols;
        let index = protocols.iter().position(|agreed| agreed.name == name)?;
        u8::try_from(index).ok()
    }

    /// The time, for callers.
    pub(crate) fn now(&self) -> Instant {
        clock::now()
    }
}

impl Core {
    /// Whether it is a call of this side.
    pub(crate) fn is_ours(&self, call: CallId) -> bool {
        call.caller() == self.session.role()
    }

    /// Where the values of the peer's stream of a call wait.
    pub(super) fn inlet(&mut self, call: CallId) -> Option<&mut Inlet> {
        if self.is_ours(call) { self.calls.inlet(call) } else { self.inputs.get_mut(&call) }
    }

    /// A stream comes behind the peer's call.
    #[must_use]
    pub(super) fn expect_input(&mut self, call: CallId) -> Option<Waker> {
        self.serial = self.serial.wrapping_add(1);
        let inlet = Inlet::new(self.serial);
        let mut former = self.inputs.insert(call, inlet)?;
        former.finish(Err(CallFailure::Remote(Fault::Cancelled)))
    }

    /// The time, as of the driver's turn if it is in one. If it sleeps, that of the first caller
    /// who then wakes it stands for all until it does.
    pub(crate) fn time(&mut self) -> Instant {
        *self.turn_began.get_or_insert_with(clock::now)
    }

    /// Output that waits.
    pub(crate) fn backlog(&self) -> usize {
        self.session.out_len().saturating_add(self.unsent)
    }

    /// Whether somebody who wants to write has to wait; nobody does at the end.
    pub(crate) fn is_full(&self, high_water: usize) -> bool {
        self.backlog() >= high_water && self.session.close_reason().is_none()
    }

    /// The failure to report for work that comes after the end.
    pub(crate) fn ended(&self) -> Error {
        let nobody = || CloseReason::Local { reason: Reason::Normal };
        Error::Closed(Box::new(self.end.clone().unwrap_or_else(nobody)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Identity;
    use crate::session::CallOptions;
    use crate::testing::{Pair, Protection, append};

    /// How much waits when callers of messages this long have to wait, too.
    fn waits(octets: usize) -> usize {
        let Pair { client, now, .. } = Pair::open(Protection::Plain);
        let stranger = Peer::new(Identity::Anonymous, "tcp", String::new());
        let (limits, wait) = (Arc::new(Limits::default()), Duration::from_secs(30));
        let shared = Shared::new(client.session, limits, wait, stranger);
        let body = vec![0; octets];
        loop {
            let high_water = shared.high_water();
            let full = shared.with(|core| {
                if core.is_full(high_water) {
                    return true;
                }
                let options = CallOptions::default();
                core.session.call(now, 0, 1, options, append(&body)).unwrap();
                false
            });
            if full {
                return shared.backlog();
            }
        }
    }

    #[test]
    fn small_messages_may_wait_a_little_beyond_high_water_and_large_ones_not() {
        let limit = usize::try_from(Limits::default().write_high_water()).unwrap();
        let together = waits(1_024);
        assert!(together > 64 * 1_024 + limit / 32 && together < limit + limit / 4 + 2_048);
        // One is enough: two would be what each reader costs that reads nothing.
        assert!(waits(limit) < limit + 1_024);
        assert!(waits(limit / 4) < limit + limit / 4 + 1_024);
    }

    #[test]
    fn what_large_messages_leave_is_not_taken_for_small_ones() {
        let Pair { client, now, .. } = Pair::open(Protection::Plain);
        let stranger = Peer::new(Identity::Anonymous, "tcp", String::new());
        let (limits, wait) = (Arc::new(Limits::default()), Duration::from_secs(30));
        let shared = Shared::new(client.session, limits, wait, stranger);
        let call = |octets: usize| {
            shared.with(|core| {
                let body = vec![0; octets];
                let options = CallOptions::default();
                core.session.call(now, 0, 1, options, append(&body)).unwrap();
            });
            shared.high_water()
        };
        let limit = usize::try_from(Limits::default().write_high_water()).unwrap();
        assert_eq!(call(limit), limit);
        assert_eq!([call(10), call(10), call(10)], [limit; 3]);
        assert!((0..30).any(|_| call(10) > limit), "it is long ago");
    }
}
