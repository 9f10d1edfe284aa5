//! One connection as a state machine: octets and time go in; octets, events and one deadline come
//! out.
//!
//! Never does IO, never reads a clock, never awaits, spawns nothing and logs nothing. Randomness
//! comes from the source that is handed in. Two sessions and a hand-moved clock make a connection.
//!
//! ```text
//!   server  Preface ──► Message1 ──► Message3 ──┐
//!              └──(no Noise)───┐  └─(of two)─┐  │
//!                              ▼             ▼  ▼
//!                              └──────────► Open ──► Closed
//!                                            ▲         ▲
//!   client  Accept ──────────────────────────┘         │
//!              └──── any failure, from any state ──────┘
//! ```
//!
//! # How to drive one
//!
//! The methods are of four kinds: getters; `handle_*` inputs; commands; `poll_*` outputs. After any
//! input or command, take all events with [`poll_event`](Session::poll_event) and look at
//! [`poll_timeout`](Session::poll_timeout) again. Take octets with
//! [`poll_transmit`](Session::poll_transmit) when what was taken before is written, so that they
//! are gathered, and sealed, in batches.
//!
//! *Bounds.* The queue of events holds at most one event for each 12 octets handed in, and one for
//! each call in flight; so hand in what one read brought, and take the events, before the next.
//! Answers that the session gives by itself (pongs, refusals) are bounded by
//! [`Limits::refusal_bytes`](crate::limits::Limits::refusal_bytes) between two batches.
//!
//! *The end.* When [`Event::Closed`] came, what [`poll_transmit`](Session::poll_transmit) still
//! gives is to be written before the stream is closed; it is the Close or Reject with the reason.
//! Events before it are whole and are still to be served, though no answer can be given.

mod answers;
#[cfg(feature = "net")]
mod batch;
mod budget;
mod clock;
mod config;
mod event;
mod events;
mod handshake;
mod in_flight;
mod memory;
mod open;
mod outbox;
mod replay;
mod served;
mod shape;
mod spare;
mod stats;
#[cfg(test)]
mod tests;
mod transmit;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;

use self::events::Events;
use self::handshake::{Handshaking, Progress};
use self::open::{Done, Open};
use self::outbox::Outbox;
use crate::compress::CompressionLevel;
use crate::error::{CloseReason, Error};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::noise::Random;
use crate::wire::EncodeError;

#[cfg(feature = "net")]
pub(crate) use self::batch::Batch;
pub use self::clock::ClockPolicy;
pub use self::config::{
    Accepted, ClientSecurity, CompressionOffer, Config, Established, Security, ServerKey,
    ServerSecurity,
};
pub use self::event::{
    CallFailure, CallOptions, CallRefused, Dropped, Event, ItemRefused, Status, Unanswered,
};
#[cfg(feature = "net")]
pub(crate) use self::events::Items;
pub use self::memory::MessageMemory;
#[cfg(feature = "net")]
pub(crate) use self::open::earlier;
pub use self::replay::ReplayFilter;
#[cfg(any(feature = "net", test, feature = "testing"))]
pub(crate) use self::shape::offer;
pub use self::shape::{Compress, Shape, Shapes};
#[cfg(feature = "net")]
pub(crate) use self::spare::{Memory, PLACES_MAX, Stack};
pub use self::stats::Stats;
pub use crate::frame::id::{CallId, Role};

/// One connection.
pub struct Session {
    core: Core,
    state: State,
}

/// What outlives each state.
struct Core {
    role: Role,
    limits: Arc<Limits>,
    outbox: Outbox,
    events: Events,
    established: Option<Box<Established>>,
    stats: Stats,
    /// What is known of the messages of each protocol, by its name, until the connection is open.
    shapes: Vec<(String, Shapes)>,
    memory: memory::Share,
    /// Whether all messages are compressed that may be.
    compress: bool,
    /// How hard this side tries to.
    level: CompressionLevel,
}

/// How far the connection is. A state owns what only it needs.
enum State {
    Handshaking(Box<Handshaking>),
    Open(Box<Open>),
    Closed(CloseReason),
}

/// What becomes of octets that were not taken yet when the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// They are still to be sent.
    Sent,
    /// They never leave this side.
    Lost,
}

impl Session {
    /// A new connection. A client has its first octets ready at once.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] or [`Error::BadPreface`] if this side's own configuration breaks the
    /// rules, [`Error::Handshake`] if there is no randomness.
    pub fn new(
        config: Config,
        random: Box<dyn Random + Send>,
        now: Instant,
    ) -> Result<Self, Error> {
        let names = config.offers.iter().map(|offer| offer.name.clone());
        let mut core = Core {
            role: config.role(),
            shapes: names.zip(config.shapes.iter().cloned()).collect(),
            memory: config.memory.share(),
            compress: config.compression.enabled,
            level: config.compression.level,
            limits: config.limits.clone(),
            outbox: Outbox::default(),
            events: Events::default(),
            established: None,
            stats: Stats::default(),
        };
        let state = Handshaking::new(config, random, now, &mut core.outbox)?;
        Ok(Self { core, state: State::Handshaking(Box::new(state)) })
    }

    // Inputs.

    /// Takes whole units, records and frames from the front of `bytes`, and leaves what is
    /// incomplete for the next time.
    ///
    /// A length is judged as soon as it is there. After the end `bytes` is emptied and nothing
    /// happens.
    pub fn handle_bytes(&mut self, now: Instant, bytes: &mut BytesMut) {
        let before = bytes.len();
        self.core.prepare();
        self.take(now, bytes);
        let taken = before.saturating_sub(bytes.len());
        stats::add(&mut self.core.stats.octets_in, taken.try_into().unwrap_or(u64::MAX));
        if matches!(self.state, State::Closed(_)) {
            bytes.clear();
        }
    }

    /// The peer will send nothing more. Without a Close before it, that is a failure.
    ///
    /// Octets that were not taken yet are dropped, and calls in them were certainly not executed.
    pub fn handle_eof(&mut self) {
        self.handle_failure(match self.status() {
            Status::Handshaking => Error::HandshakeTruncated,
            Status::Open | Status::Closed => Error::Truncated,
        });
    }

    /// The stream failed: nothing more can be read or written. Otherwise as
    /// [`handle_eof`](Self::handle_eof).
    pub fn handle_failure(&mut self, error: Error) {
        if !matches!(self.state, State::Closed(_)) {
            self.core.outbox.discard();
            self.finish(error.into(), Rest::Lost);
        }
    }

    /// Time has passed; to be called at [`poll_timeout`](Self::poll_timeout), and harmless at any
    /// other time.
    pub fn handle_timeout(&mut self, now: Instant) {
        match &mut self.state {
            State::Handshaking(handshaking) => {
                if let Some(waiting) = handshaking.overdue(now) {
                    self.fail_with(Error::HandshakeTimeout(waiting));
                }
            }
            State::Open(open) => {
                if let Err(error) = open.handle_timeout(now, &mut self.core) {
                    self.fail_with(error);
                }
            }
            State::Closed(_) => {}
        }
        self.close_if_drained();
    }

    // Commands.

    /// Calls the peer: `encode` appends the message. The answer comes as one [`Event::Reply`] or
    /// [`Event::Failed`] with the call that is returned.
    ///
    /// `encode` may append only.
    ///
    /// # Errors
    ///
    /// Why there is no call. Nothing was written.
    pub fn call(
        &mut self,
        now: Instant,
        protocol: u8,
        number: u16,
        options: CallOptions<'_>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<CallId, CallRefused> {
        let State::Open(open) = &mut self.state else { return Err(self.not_open()) };
        open.call(&mut self.core, now, (protocol, number), options, encode)
    }

    /// Sends a one-way message.
    ///
    /// # Errors
    ///
    /// Why it was not sent. Nothing was written.
    pub fn notify(
        &mut self,
        protocol: u8,
        number: u16,
        options: CallOptions<'_>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), CallRefused> {
        let State::Open(open) = &mut self.state else { return Err(self.not_open()) };
        open.notify(&mut self.core, (protocol, number), options, encode)
    }

    /// Nobody waits for this call of this side any more; the peer is told. There will be no event
    /// for it, unless one is in the queue already.
    ///
    /// More than the peer might take for a flood wait until it takes them. The call counts as in
    /// flight until the peer has answered, or until [`Limits::late_reply_grace`] has passed since
    /// it was told.
    pub fn cancel(&mut self, now: Instant, call: CallId) {
        if let State::Open(open) = &mut self.state {
            open.cancel(&mut self.core, now, call);
        }
    }

    /// The application has taken items that cost so much: the peer may send as much again.
    pub fn taken(&mut self, call: CallId, octets: usize) {
        if let State::Open(open) = &mut self.state {
            open.taken(&mut self.core, call, octets);
        }
    }

    /// The handlers of one-way messages that cost so much have ended: the peer may send as much
    /// again.
    pub fn event_done(&mut self, octets: usize) {
        if let State::Open(open) = &mut self.state {
            open.event_done(&mut self.core, octets);
        }
    }

    /// This side stops reading, or goes on. While it does not read it does not expect signs of
    /// life either.
    pub fn set_paused(&mut self, now: Instant, paused: bool) {
        if let State::Open(open) = &mut self.state {
            open.set_paused(now, paused);
        }
    }

    /// Whether this side's stream of a call is not at its end.
    #[cfg(feature = "net")]
    pub(crate) fn is_sending(&mut self, call: CallId) -> bool {
        match &mut self.state {
            State::Open(open) => open.is_sending(call),
            State::Handshaking(_) | State::Closed(_) => false,
        }
    }

    /// Whether this side does not read for the time being.
    #[cfg(feature = "net")]
    pub(crate) const fn is_paused(&self) -> bool {
        match &self.state {
            State::Open(open) => open.is_paused(),
            State::Handshaking(_) | State::Closed(_) => false,
        }
    }

    /// Whether this side may stop reading: it waits for nothing from the peer. Two sides that
    /// both stop while each waits for the other would wait for ever.
    #[must_use]
    pub fn may_pause(&self) -> bool {
        match &self.state {
            State::Open(open) => open.may_pause(),
            State::Handshaking(_) | State::Closed(_) => true,
        }
    }

    /// Runs no further calls of the peer, and closes when all calls of both sides are over.
    pub fn go_away(&mut self, reason: Reason) {
        match &mut self.state {
            State::Open(open) => open.go_away(&mut self.core, reason),
            State::Handshaking(_) | State::Closed(_) => self.close(reason, ""),
        }
        self.close_if_drained();
    }

    /// Asks the peer whether it is there. The answer is one [`Event::Pong`] with the token.
    ///
    /// # Errors
    ///
    /// [`CallRefused::TooManyPings`] where the peer might take more for a flood.
    pub fn ping(&mut self, now: Instant, token: u64) -> Result<(), CallRefused> {
        let State::Open(open) = &mut self.state else { return Err(self.not_open()) };
        open.ping(&mut self.core, now, token)
    }

    /// Ends the connection, and tells the peer why: with a Close where there is a channel for
    /// it, with a Reject where a server has not answered yet.
    ///
    /// `text` is cut to 256 bytes. Nothing happens if the connection is over already.
    pub fn close(&mut self, reason: Reason, text: &str) {
        match &mut self.state {
            State::Handshaking(handshaking) => handshaking.refuse(reason, &mut self.core.outbox),
            State::Open(open) => {
                // What was said before still goes out, as far as the peer gave credit for it.
                open.pump(&mut self.core, true, false);
                self.core.write_close(reason, text);
            }
            State::Closed(_) => return,
        }
        self.finish(CloseReason::Local { reason }, Rest::Sent);
    }

    // Outputs.

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.events.pop_front()
    }

    /// Drops what waits to be sent, as there is nothing left to send it by.
    #[cfg(feature = "net")]
    pub(crate) fn discard(&mut self) {
        self.core.outbox.discard();
    }

    /// The items that are next, all of a stream that came together, if there are any.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn poll_items(&mut self) -> Option<(CallId, Items)> {
        self.core.events.pop_items()
    }

    /// Whether there are events that nobody took yet.
    #[cfg(feature = "net")]
    pub(crate) fn has_events(&self) -> bool {
        !self.core.events.is_empty()
    }

    /// Whether one-way messages are among the events that nobody took yet.
    #[cfg(feature = "net")]
    pub(crate) fn left_messages(&self) -> bool {
        self.core.events.has_one_way()
    }

    /// Whether a message of the peer has come in part: more is likely to follow at once.
    #[cfg(feature = "net")]
    pub(crate) const fn is_joining(&self) -> bool {
        match &self.state {
            State::Open(open) => open.is_joining(),
            State::Handshaking(_) | State::Closed(_) => false,
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). It may be earlier than needed, so
    /// that it moves seldom.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Handshaking(handshaking) => handshaking.deadline(),
            State::Open(open) => open.deadline(),
            State::Closed(_) => None,
        }
    }

    /// What both sides agreed on, for who keeps what it needs of it elsewhere: a connection that
    /// rests is smaller without. From then on [`established`](Self::established) is `None`.
    #[must_use]
    pub fn take_established(&mut self) -> Option<Established> {
        self.core.established.take().map(|established| *established)
    }

    // Getters.

    /// How far the connection is.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self.state {
            State::Handshaking(_) => Status::Handshaking,
            State::Open(_) => Status::Open,
            State::Closed(_) => Status::Closed,
        }
    }

    /// How the connection came to its end, if it has.
    #[must_use]
    pub const fn close_reason(&self) -> Option<&CloseReason> {
        match &self.state {
            State::Closed(reason) => Some(reason),
            State::Handshaking(_) | State::Open(_) => None,
        }
    }

    /// What both sides agreed on. It stays when the connection is over, unless it is
    /// [taken](Self::take_established).
    #[must_use]
    pub fn established(&self) -> Option<&Established> {
        self.core.established.as_deref()
    }

    /// How many octets wait to be taken, without what sealing adds. What waits for credit is not
    /// among them.
    #[must_use]
    pub fn out_len(&self) -> usize {
        self.core.outbox.len()
    }

    /// Whether [`poll_transmit`](Self::poll_transmit) may have something. Not all that waits can be
    /// sent: a large message may have to wait for others, which wait for credit.
    #[must_use]
    pub fn has_output(&self) -> bool {
        self.core.outbox.is_ready()
    }

    /// Which side this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.core.role
    }

    /// The limits of this side.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.core.limits
    }

    // Private.

    fn take(&mut self, now: Instant, bytes: &mut BytesMut) {
        let closing = || State::Closed(Error::Internal("left a state without a next one").into());
        if matches!(self.state, State::Handshaking(_))
            && let State::Handshaking(handshaking) = std::mem::replace(&mut self.state, closing())
        {
            match handshaking.handle_bytes(now, bytes, &mut self.core) {
                Ok(Progress::Wait(handshaking)) => self.state = State::Handshaking(handshaking),
                Ok(Progress::Open(open)) => {
                    self.state = State::Open(open);
                    self.core.events.push_back(Event::Established);
                }
                Err(error) => self.finish(error.into(), Rest::Sent),
            }
        }
        if let State::Open(open) = &mut self.state {
            match open.handle_bytes(now, bytes, &mut self.core) {
                Ok(Done::Wait) => self.close_if_drained(),
                Ok(Done::Closed(reason)) => {
                    // The peer reads nothing after its Close.
                    self.core.outbox.discard();
                    self.finish(reason, Rest::Lost);
                }
                Err(error) => self.fail_with(error),
            }
        }
    }

    /// Ends the connection for a fault of the peer's, and tells it.
    fn fail_with(&mut self, error: Error) {
        match &mut self.state {
            State::Handshaking(handshaking) => {
                handshaking.refuse_for(&error, &mut self.core.outbox);
            }
            State::Open(_) => self.core.write_close(error.reason(), &error.to_string()),
            State::Closed(_) => return,
        }
        self.finish(error.into(), Rest::Sent);
    }

    /// Closes a connection that goes away and on which everything is done.
    fn close_if_drained(&mut self) {
        if let State::Open(open) = &self.state
            && let Some(reason) = open.drained(&self.core)
        {
            self.core.write_close(reason, "");
            self.finish(CloseReason::Local { reason }, Rest::Sent);
        }
    }

    /// Ends each call, and then the connection.
    fn finish(&mut self, reason: CloseReason, rest: Rest) {
        if let State::Open(open) = &self.state {
            open.end_calls(&mut self.core, rest);
        }
        self.core.outbox.discard_large();
        self.core.events.push_back(Event::Closed(reason.clone()));
        self.state = State::Closed(reason);
    }

    /// The connection, if it is open.
    #[inline]
    fn open(&mut self) -> Option<(&mut Open, &mut Core)> {
        match &mut self.state {
            State::Open(open) => Some((open, &mut self.core)),
            State::Handshaking(_) | State::Closed(_) => None,
        }
    }

    /// Why there can be no call.
    #[cold]
    fn not_open(&self) -> CallRefused {
        match &self.state {
            State::Closed(reason) => CallRefused::Closed(Box::new(reason.clone())),
            State::Handshaking(_) | State::Open(_) => CallRefused::NotOpen,
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("role", &self.core.role)
            .field("status", &self.status())
            .field("out_len", &self.out_len())
            .finish_non_exhaustive()
    }
}
