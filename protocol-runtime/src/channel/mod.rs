//! Connections that are made again when they end, and the calls that find their way over them.
//!
//! A channel keeps a fixed number of connections to one address. It never repeats a call that may
//! have been run and did not say that this does no harm, and it never goes on where the server, or
//! a key, says that this side is not welcome.

mod backoff;
mod keep;
mod way;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::caller::Caller;
use crate::connection::Connection;
use crate::driver::{self, Ticket, Waiters};
use crate::error::Error;
use crate::noise::Random;
use crate::protocol::Protocol;
use crate::serve::Client;

pub use self::backoff::{Reconnect, Retry};
pub(crate) use self::way::{Unreached, Way};

/// How a connection of a channel comes about.
pub(crate) trait Connect: Send + Sync + 'static {
    /// Makes one, from the look-up of its address on.
    fn connect(&self) -> Connecting<'_>;

    /// Whether connections offer the protocol of this name.
    fn offers(&self, name: &str) -> bool;

    /// A connection that is closed, to stand where there is none.
    fn none(&self) -> Result<Connection, Error>;
}

/// A connection under way.
pub(crate) type Connecting<'a> =
    Pin<Box<dyn Future<Output = Result<Connection, Error>> + Send + 'a>>;

/// What a channel does by itself.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) connections: usize,
    pub(crate) reconnect: Reconnect,
    pub(crate) retry: Retry,
    pub(crate) fail_fast: bool,
}

/// One or more connections to a server, which are made again when they end. Cheap to clone.
///
/// It lives as long as one of its handles: this, a client made from it, or a call under way. When the
/// last is dropped, its connections are closed as those of a [`Connection`] are.
#[derive(Clone)]
pub struct Channel {
    handle: Arc<Handle>,
}

/// What a client that reconnects is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClientState {
    /// Nothing was called yet, and nothing was connected.
    Idle,
    /// The first connection, or the next, is being made.
    Connecting,
    /// There is a connection.
    Ready,
    /// There is none, and the next attempt is to come.
    Waiting {
        /// How long it waits, counted from when this state began.
        retry_in: Duration,
        /// Why there is no connection.
        error: Error,
    },
    /// There is none, and there will be none.
    Closed {
        /// Why, if not because this side closed it.
        error: Option<Error>,
    },
}

/// The states of a channel, one after the other. One that does not last may be left out.
#[derive(Debug)]
pub struct States {
    receiver: watch::Receiver<ClientState>,
    over: bool,
}

impl States {
    /// The present state at first, then each that follows. None after the last.
    pub async fn next(&mut self) -> Option<ClientState> {
        if self.over || self.receiver.changed().await.is_err() {
            return None;
        }
        let state = self.receiver.borrow_and_update().clone();
        self.over = matches!(state, ClientState::Closed { .. });
        Some(state)
    }
}

/// What the clones of a channel have in common. The tasks that keep the connections hold no such.
struct Handle {
    inner: Arc<Inner>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _connections = self.inner.stop();
    }
}

struct Inner {
    connect: Box<dyn Connect>,
    policy: Policy,
    random: Mutex<Box<dyn Random + Send>>,
    core: Mutex<Core>,
    state: watch::Sender<ClientState>,
    stopped: watch::Sender<bool>,
    none: Connection,
}

#[derive(Default)]
struct Core {
    slots: Vec<Slot>,
    waiters: Waiters,
    started: bool,
    /// Where the next look for a connection begins, so that the first is not always the one.
    turn: usize,
    /// Why there is no connection, after all of them gave up or were closed.
    closed: Option<Option<Error>>,
}

/// One of the connections.
enum Slot {
    Idle,
    Connecting,
    Ready(Connection),
    Waiting { until: Instant, retry_in: Duration, error: Error },
    Closed { error: Error },
}

impl Channel {
    /// A channel that does nothing until something is called or waited for.
    pub(crate) fn new(
        connect: impl Connect,
        policy: Policy,
        random: Box<dyn Random + Send>,
    ) -> Result<Self, Error> {
        let none = connect.none()?;
        let mut slots = Vec::new();
        slots.resize_with(policy.connections.max(1), || Slot::Idle);
        let inner = Inner {
            connect: Box::new(connect),
            policy,
            random: Mutex::new(random),
            core: Mutex::new(Core { slots, ..Core::default() }),
            state: watch::Sender::new(ClientState::Idle),
            stopped: watch::Sender::new(false),
            none,
        };
        Ok(Self { handle: Arc::new(Handle { inner: Arc::new(inner) }) })
    }

    /// The client of a protocol on this channel.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the protocol is not offered on its connections.
    pub fn client<C: Client>(&self) -> Result<C, Error> {
        let name = <C::Protocol as Protocol>::NAME;
        if !self.inner().connect.offers(name) {
            let text = format!("`{name}` is not offered on this channel: add `.offer::<_>()`");
            return Err(Error::Config(text.into()));
        }
        let schema = <C::Protocol as Protocol>::schema();
        Ok(C::from_caller(Caller::routed(self.clone(), schema, name)))
    }

    /// What it is doing.
    #[must_use]
    pub fn state(&self) -> ClientState {
        self.inner().state.borrow().clone()
    }

    /// What it is doing, from now on.
    #[must_use]
    pub fn states(&self) -> States {
        let mut receiver = self.inner().state.subscribe();
        receiver.mark_changed();
        States { receiver, over: false }
    }

    /// Connects if nothing did yet, and waits until there is a connection.
    ///
    /// # Errors
    ///
    /// Why there will be none.
    pub async fn ready(&self) -> Result<(), Error> {
        self.reach(false).await
    }

    /// Connects, and says how the first attempt went.
    pub(crate) async fn first(&self) -> Result<(), Error> {
        self.reach(true).await
    }

    async fn reach(&self, once: bool) -> Result<(), Error> {
        self.inner().start();
        let mut states = self.states();
        while let Some(state) = states.next().await {
            match state {
                ClientState::Ready => return Ok(()),
                ClientState::Waiting { error, .. } if once => return Err(error),
                ClientState::Closed { error: Some(error) } => return Err(error),
                ClientState::Closed { error: None } => break,
                ClientState::Idle | ClientState::Connecting | ClientState::Waiting { .. } => {}
            }
        }
        Err(self.inner().none.shared().with(|core| core.ended()))
    }

    /// Says goodbye on all connections and closes them. What was sent before goes out first; calls in
    /// flight fail, and so do later ones.
    pub async fn close(&self) {
        let connections = self.inner().stop();
        for connection in connections {
            connection.close().await;
        }
    }

    fn inner(&self) -> &Arc<Inner> {
        &self.handle.inner
    }

    /// The connection that a call would go over now; a closed one if there is none.
    pub(crate) fn current(&self) -> Connection {
        let found = self.inner().core().pick();
        found.unwrap_or_else(|| self.none().clone())
    }

    pub(crate) fn none(&self) -> &Connection {
        &self.inner().none
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.inner().policy
    }

    /// A wait that is drawn from the channel's randomness.
    fn draw<T>(&self, draw: impl FnOnce(&mut dyn Random) -> T) -> T {
        self.inner().draw(draw)
    }
}

impl Inner {
    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut dyn Random) -> T) -> T {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        draw(random.as_mut())
    }

    /// Begins to keep the connections, once.
    fn start(self: &Arc<Self>) {
        let count = {
            let mut core = self.core();
            if core.started || core.closed.is_some() {
                return;
            }
            core.started = true;
            core.slots.iter_mut().for_each(|slot| *slot = Slot::Connecting);
            core.slots.len()
        };
        self.publish();
        for index in 0..count {
            driver::spawn(keep::keep(self.clone(), index));
        }
    }

    /// Ends all of it; gives out the connections there were.
    #[must_use]
    fn stop(&self) -> Vec<Connection> {
        self.stopped.send_replace(true);
        let connections = {
            let mut core = self.core();
            core.closed.get_or_insert(None);
            core.slots.iter_mut().filter_map(Slot::take).collect()
        };
        self.publish();
        connections
    }

    /// One of the connections is something else now. What it was is dropped outside the lock.
    fn set(&self, index: usize, now: Slot) {
        let _former = {
            let mut core = self.core();
            if core.closed.is_some() {
                return;
            }
            let Some(slot) = core.slots.get_mut(index) else { return };
            let former = std::mem::replace(slot, now);
            core.closed = core.all_closed().map(Some);
            former
        };
        self.publish();
    }

    /// Tells everybody who looks or waits.
    fn publish(&self) {
        let mut wakers: Vec<Waker> = Vec::new();
        {
            let mut core = self.core();
            let state = core.state();
            self.state.send_if_modified(|old| {
                let modified = *old != state;
                *old = state;
                modified
            });
            core.waiters.wake_all(&mut wakers);
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A connection to call on, or a place among those who wait for one.
    fn poll_pick(
        self: &Arc<Self>,
        task: &mut Context<'_>,
        ticket: &mut Option<Ticket>,
        fail_fast: bool,
    ) -> Poll<Result<Connection, Error>> {
        self.start();
        // Wakers are dropped outside the lock.
        let (polled, _dropped) = {
            let mut core = self.core();
            let found = core.pick().map(Ok).or_else(|| self.failure(&core, fail_fast).map(Err));
            match found {
                Some(found) => {
                    let left = ticket.take().and_then(|ticket| core.waiters.leave(&ticket));
                    (Poll::Ready(found), left)
                }
                None => (Poll::Pending, core.waiters.wait(ticket, task.waker(), None)),
            }
        };
        polled
    }

    /// Why a call is not to wait for a connection, if so.
    fn failure(&self, core: &Core, fail_fast: bool) -> Option<Error> {
        match core.state() {
            ClientState::Closed { error: Some(error) } => Some(error),
            ClientState::Closed { error: None } => {
                Some(self.none.shared().with(|core| core.ended()))
            }
            ClientState::Waiting { error, .. } if fail_fast => Some(error),
            ClientState::Idle
            | ClientState::Connecting
            | ClientState::Ready
            | ClientState::Waiting { .. } => None,
        }
    }
}

impl Core {
    /// The connection with the fewest calls in flight, of those that take calls.
    fn pick(&mut self) -> Option<Connection> {
        self.turn = self.turn.wrapping_add(1);
        let count = self.slots.len();
        let from = self.turn.checked_rem(count)?;
        let turned = self.slots.iter().cycle().skip(from).take(count);
        let ready = turned.filter_map(|slot| match slot {
            Slot::Ready(connection) => Some((connection.load()?, connection)),
            Slot::Idle | Slot::Connecting | Slot::Waiting { .. } | Slot::Closed { .. } => None,
        });
        ready.min_by_key(|(load, _)| *load).map(|(_, connection)| connection.clone())
    }

    /// What all of them are together.
    fn state(&self) -> ClientState {
        if let Some(error) = &self.closed {
            return ClientState::Closed { error: error.clone() };
        }
        let mut best = ClientState::Idle;
        let mut soonest: Option<Instant> = None;
        for slot in &self.slots {
            match slot {
                Slot::Ready(_) => return ClientState::Ready,
                Slot::Connecting => best = ClientState::Connecting,
                Slot::Waiting { until, retry_in, error } => {
                    let sooner = soonest.is_none_or(|soonest| *until < soonest);
                    if best != ClientState::Connecting && sooner {
                        soonest = Some(*until);
                        best = ClientState::Waiting { retry_in: *retry_in, error: error.clone() };
                    }
                }
                Slot::Idle | Slot::Closed { .. } => {}
            }
        }
        best
    }

    /// Why there is no connection any more, if all gave up.
    fn all_closed(&self) -> Option<Error> {
        let mut errors = self.slots.iter().map(|slot| match slot {
            Slot::Closed { error } => Some(error),
            Slot::Idle | Slot::Connecting | Slot::Ready(_) | Slot::Waiting { .. } => None,
        });
        let first = errors.next()??;
        errors.all(|error| error.is_some()).then(|| first.clone())
    }
}

impl Slot {
    fn take(&mut self) -> Option<Connection> {
        match std::mem::replace(self, Self::Idle) {
            Self::Ready(connection) => Some(connection),
            Self::Idle | Self::Connecting | Self::Waiting { .. } | Self::Closed { .. } => None,
        }
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("state", &self.state()).finish_non_exhaustive()
    }
}
