//! Between the session and everybody else: bytes, time and commands in, events out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;
use std::time::Instant;

use super::shared::{Agreed, Open};
use super::{Command, Core, Driver, Message, Phase};
use crate::connection::Security;
use crate::error::{CloseReason, Error, Fault};
use crate::frame::preface::Channel;
use crate::frame::reason::Reason;
use crate::noise::Pattern;
use crate::peer::{Identity, Peer};
use crate::session::{Accepted, Event, Role, Status};

/// Callers woken at a time when output has room again.
const WOKEN_AT_ONCE: usize = 64;

impl Driver {
    /// Hands bytes, time and commands to the session, and takes its events.
    pub(super) fn exchange(&mut self, now: Instant) -> bool {
        let shared = self.shared.clone();
        if !matches!(self.phase, Phase::Open) {
            self.input.bytes.clear();
            let command = shared.with(|core| core.command);
            if command != self.command && command == Some(Command::Cut) {
                self.cut(now);
            }
            self.command = command;
            return false;
        }
        let calling = self.calling;
        let mut undecided = None;
        let closed = shared.with(|core| {
            if shared.is_broken() {
                core.session.handle_failure(Error::Internal("a panic under the lock"));
            }
            if !self.input.bytes.is_empty() {
                core.session.handle_bytes(now, &mut self.input.bytes);
            }
            if core.session.poll_timeout().is_some_and(|deadline| deadline <= now) {
                core.session.handle_timeout(now);
            }
            self.obey(core);
            // What the verdict holds is dropped after the lock.
            undecided = self.needless(core);
            let mut closed = None;
            while self.deciding.is_none()
                && let Some(event) = core.session.poll_event()
            {
                closed = self.take(core, event, now).or(closed);
            }
            self.calling = core.session.calls_in_flight() > 0;
            self.wake_callers(core, now);
            closed
        });
        let _dropped = catch_unwind(AssertUnwindSafe(|| drop(undecided)));
        if let Some(reason) = closed {
            let reason = self.refused.take().map_or(reason, CloseReason::from);
            self.close(now, reason);
            return true;
        }
        self.calling && !calling
    }

    /// Lets those go on whose answers came.
    ///
    /// After the handlers of what came before them were started: a caller that is woken by a reply
    /// finds that the one-way messages sent before it are in their handlers' hands.
    pub(super) fn wake(&mut self) {
        self.expecting |= self.wakers.len() > 1;
        self.wakers.drain(..).for_each(Waker::wake);
    }

    /// Does what a handle asked for.
    fn obey(&mut self, core: &mut Core) {
        self.command = core.command;
        match core.command {
            None => {}
            Some(Command::Drain) => {
                let served = self.running == 0 && self.inbox.is_empty();
                let idle = served && core.backlog() == 0;
                if idle || core.session.status() == Status::Handshaking {
                    core.session.close(Reason::ShuttingDown, "");
                }
            }
            Some(Command::Close) => core.session.close(Reason::Normal, ""),
            Some(Command::Expel) => core.session.close(Reason::Unauthorized, ""),
            Some(Command::Cut) => core.session.close(Reason::ShuttingDown, ""),
        }
    }

    /// Passes an event on. Some if it was the last.
    fn take(&mut self, core: &mut Core, event: Event, now: Instant) -> Option<CloseReason> {
        match event {
            Event::Established => self.establish(core),
            // It was never let in.
            Event::Request { .. } | Event::OneWay { .. } if self.shared.open().is_none() => {
                self.shared.drop_message();
            }
            Event::Request { call, .. } if self.command.is_some() => {
                // An error means that the peer is gone.
                let _gone =
                    core.session.fail(call, &Fault::Refused { text: "shutting down".into() });
            }
            Event::OneWay { cost, .. } if self.command.is_some() => {
                core.session.event_done(cost);
                self.shared.drop_message();
            }
            Event::Request { call, protocol, number, body, .. } => {
                self.inbox.push_back(Message { call: Some(call), protocol, number, body });
            }
            Event::OneWay { protocol, number, body, cost, .. } => {
                core.session.event_done(cost);
                let message = Message { call: None, protocol, number, body };
                self.held = self.held.saturating_add(message.held());
                self.inbox.push_back(message);
            }
            Event::Reply { call, body, .. } => {
                self.wakers.extend(core.calls.finish(call, Ok(body)))
            }
            Event::Failed { call, error } => {
                self.wakers.extend(core.calls.finish(call, Err(error)));
            }
            // No shapes are told to the session, so no call has a stream; and what is refused for
            // want of credit fails.
            Event::Opened { .. }
            | Event::Item { .. }
            | Event::Ended { .. }
            | Event::Dropped { .. }
            | Event::Credit { .. }
            | Event::GoingAway { .. } => {}
            Event::Pong { token } => {
                if let Some(ping) = core.pings.iter_mut().find(|ping| ping.token == token) {
                    ping.answered = Some(now);
                    self.wakers.push(ping.waker.clone());
                }
            }
            Event::Closed(reason) => return Some(reason),
        }
        None
    }

    /// Lets callers go on that wait in line.
    fn wake_callers(&mut self, core: &mut Core, now: Instant) {
        if let Some(established) = core.session.established() {
            let limit = usize::try_from(established.calls).unwrap_or(usize::MAX);
            let free = limit.saturating_sub(core.session.calls_in_flight());
            core.turn.wake(free, &mut self.wakers);
        }
        if core.backlog() < self.shared.high_water() {
            // Each that writes brings on another flush, and that the next ones.
            core.room.wake(WOKEN_AT_ONCE, &mut self.wakers);
        }
        core.turn.wake_expired(now, &mut self.wakers);
        core.room.wake_expired(now, &mut self.wakers);
    }

    /// The handshake is done.
    fn establish(&mut self, core: &mut Core) {
        let Some(established) = core.session.established() else {
            return;
        };
        let (pattern, suite) = match established.channel {
            Channel::Clear => (None, None),
            Channel::Noise { pattern, suite } => (Some(pattern), Some(suite)),
        };
        let agreed = |accepted: &Accepted| Agreed {
            name: accepted.name().to_owned(),
            exact: accepted.exact,
        };
        let proves = match (pattern, core.session.role()) {
            (Some(Pattern::Xx | Pattern::Xk), _) | (Some(Pattern::Nk), Role::Server) => true,
            (Some(Pattern::Nk), Role::Client) | (Some(Pattern::Nn | Pattern::NnPsk0) | None, _) => {
                false
            }
        };
        let security = Security {
            pattern,
            suite,
            handshake_hash: established.handshake_hash,
            local_key: self.local_key.filter(|_| proves),
            peer_key: established.peer_key,
            clock_skew: established.clock_skew,
        };
        let identity = match (established.peer_key, pattern) {
            (Some(key), _) => Identity::StaticKey(key),
            (None, Some(Pattern::NnPsk0)) => Identity::SharedKey,
            (None, _) => Identity::Anonymous,
        };
        let stranger = self.shared.peer();
        let (transport, address) = (stranger.transport(), stranger.address().to_owned());
        if let Some(skew) = security.clock_skew
            && skew.size() > self.shared.limits.clock_skew()
        {
            tracing::warn!(%transport, %address, %skew, "the peer's clock is off");
        }
        let protocols = established.protocols.iter().map(agreed).collect();
        let peer = Peer::new(identity, transport, address);
        self.ask(core, Open { peer, protocols, security });
    }
}
