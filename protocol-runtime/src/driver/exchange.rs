//! Between the session and everybody else: bytes, time and commands in, events out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::calls::{Answered, Outcome};
use super::service::Kind;
use super::shared::{Agreed, Differing, Open};
use super::{Command, Core, Driver, Inherited, Message, Phase, Service};
use crate::connection::Security;
use crate::error::{CloseReason, Error, Fault, SchemaVersion};
use crate::fingerprint::Fingerprint;
use crate::frame::control::Offer;
use crate::frame::preface::Channel;
use crate::frame::reason::Reason;
use crate::noise::Pattern;
use crate::peer::Identity;
use crate::session::{CallFailure, CallId, Event, Items, Role, Status};
use crate::transport::Stream;

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
        let mut undecided = None;
        let closed = shared.with(|core| {
            core.turn_began = Some(now);
            if shared.is_broken() {
                core.session.handle_failure(Error::Internal("a panic under the lock"));
            }
            if !self.input.bytes.is_empty() {
                core.session.handle_bytes(now, &mut self.input.bytes);
                self.input.joining = core.session.is_joining();
            }
            if core.session.poll_timeout().is_some_and(|deadline| deadline <= now) {
                core.session.handle_timeout(now);
            }
            self.obey(core);
            // What the verdict holds is dropped after the lock.
            if self.door.is_some() {
                undecided = self.needless(core);
            }
            let mut closed = None;
            while !self.is_deciding() {
                if let Some((call, items)) = core.session.poll_items() {
                    self.take_items(core, call, items);
                } else if let Some(event) = core.session.poll_event() {
                    closed = self.take(core, event, now).or(closed);
                } else {
                    break;
                }
            }
            self.wake_callers(core, now);
            self.meter.look(core.session.role(), || core.session.stats());
            closed
        });
        let _dropped = catch_unwind(AssertUnwindSafe(|| drop(undecided)));
        if let Some(reason) = closed {
            let refused = self.door.as_mut().and_then(|door| door.refused.take());
            let reason = refused.map_or(reason, CloseReason::from);
            self.close(now, reason);
            return true;
        }
        let mut given_up = std::mem::take(&mut self.given_up);
        let busy = !given_up.is_empty();
        given_up.drain(..).for_each(|(call, why)| self.give_up(call, why));
        self.given_up = given_up;
        busy
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
            Some(Command::Drain) if core.session.status() == Status::Handshaking => {
                core.session.close(Reason::ShuttingDown, "");
            }
            // It closes by itself when what runs has ended.
            Some(Command::Drain) => core.session.go_away(Reason::ShuttingDown),
            Some(Command::Close) => core.session.close(Reason::Normal, ""),
            Some(Command::Expel) => core.session.close(Reason::Unauthorized, ""),
            Some(Command::Cut) => core.session.close(Reason::ShuttingDown, ""),
        }
    }

    /// Passes values of a stream on.
    fn take_items(&mut self, core: &mut Core, call: CallId, items: Items) {
        self.wakers.extend(core.inlet(call).and_then(|inlet| inlet.push(items)));
    }

    /// Passes an event on. Some if it was the last.
    fn take(&mut self, core: &mut Core, event: Event, now: Instant) -> Option<CloseReason> {
        match event {
            Event::Established => self.establish(core),
            // It was never let in.
            Event::Request { .. } | Event::OneWay { .. } if self.shared.open().is_none() => {
                self.shared.drop_message();
            }
            Event::Request { call, protocol, number, body, deadline, metadata } => {
                let kind = self.kind(protocol, number);
                if kind.is_some_and(|kind| kind.input) {
                    self.wakers.extend(core.expect_input(call));
                }
                let inherited = Inherited { deadline, metadata: metadata.map(Arc::new) };
                let (call, cost, apart) = (Some(call), 0, false);
                let message =
                    Message { call, protocol, number, kind, body, cost, inherited, apart };
                self.inbox.push_back(message);
            }
            Event::OneWay { protocol, number, body, metadata, cost } => {
                let inherited = Inherited { deadline: None, metadata: metadata.map(Arc::new) };
                let (call, kind, apart) = (None, self.kind(protocol, number), false);
                let message =
                    Message { call, protocol, number, kind, body, cost, inherited, apart };
                self.inbox.push_back(message);
            }
            Event::Dropped { call, why } => {
                let dropped = CallFailure::Remote(Fault::Cancelled);
                let inlet = core.inputs.get_mut(&call);
                self.wakers.extend(inlet.and_then(|inlet| inlet.finish(Err(dropped))));
                self.given_up.push((call, why));
            }
            Event::Reply { call, body, metadata } => {
                let metadata = metadata.map(Box::new);
                let answered = Answered { body: Some(body), metadata };
                self.finish_call(core, call, Ok(answered));
            }
            Event::Failed { call, error } => self.finish_call(core, call, Err(error)),
            Event::Opened { call, metadata } => {
                self.wakers.extend(core.calls.open(call, metadata.map(Box::new)));
            }
            Event::Item { call, body, cost } => {
                self.take_items(core, call, Items::one(body, cost));
            }
            Event::Ended { call } => {
                let inlet = core.inlet(call);
                self.wakers.extend(inlet.and_then(|inlet| inlet.finish(Ok(()))));
            }
            Event::Credit { call: Some(call) } => {
                self.wakers.extend(core.outlets.remove(&call));
            }
            Event::Credit { call: None } => core.events.wake(WOKEN_AT_ONCE, &mut self.wakers),
            Event::GoingAway { reason } => {
                tracing::debug!(%reason, "the peer takes no further calls");
                core.going_away = true;
                // Their calls go nowhere from here, and they are to learn it now.
                core.turn.wake_all(&mut self.wakers);
                core.room.wake_all(&mut self.wakers);
                core.closing.wake_all(&mut self.wakers);
            }
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

    /// A call of this side is over, both ways.
    fn finish_call(&mut self, core: &mut Core, call: CallId, outcome: Outcome) {
        if let Some(waker) = core.calls.finish(call, outcome) {
            self.wakers.push(waker);
        }
        if !self.pumps.is_empty() || !core.started.is_empty() {
            core.stopped.push(call);
        }
    }

    /// What a message of the peer is like.
    fn kind(&self, protocol: u8, number: u16) -> Option<Kind> {
        self.protocols.get(usize::from(protocol))?.service.kind(number)
    }

    /// Lets callers go on that wait in line.
    fn wake_callers(&mut self, core: &mut Core, now: Instant) {
        core.turn.wake(core.session.calls_free(), &mut self.wakers);
        if core.backlog() < self.shared.high_water() {
            // Each that writes brings on another flush, and that the next ones.
            core.room.wake(WOKEN_AT_ONCE, &mut self.wakers);
        }
        core.turn.wake_expired(now, &mut self.wakers);
        core.room.wake_expired(now, &mut self.wakers);
        core.events.wake_expired(now, &mut self.wakers);
    }

    /// The handshake is done.
    fn establish(&mut self, core: &mut Core) {
        let Some(door) = &self.door else { return };
        let Some(established) = core.session.take_established() else { return };
        let (pattern, suite) = match established.channel {
            Channel::Clear => (None, None),
            Channel::Noise { pattern, suite } => (Some(pattern), Some(suite)),
        };
        let proves = match (pattern, core.session.role()) {
            (Some(Pattern::Xx | Pattern::Xk), _) | (Some(Pattern::Nk), Role::Server) => true,
            (Some(Pattern::Nk), Role::Client) | (Some(Pattern::Nn | Pattern::NnPsk0) | None, _) => {
                false
            }
        };
        let (tls, exported) = self.stream.as_ref().and_then(Stream::channel).unzip();
        let security = Security {
            pattern,
            suite,
            handshake_hash: established.handshake_hash.or(exported.flatten()),
            local_key: door.local_key.filter(|_| proves),
            peer_key: established.peer_key,
            clock_skew: established.clock_skew,
            tls: tls.map(Box::new),
        };
        let stranger = self.shared.peer();
        let identity = match (established.peer_key, pattern) {
            (Some(key), _) => Identity::StaticKey(key),
            (None, Some(Pattern::NnPsk0)) => Identity::SharedKey,
            (None, _) => match security.tls.as_ref().and_then(|tls| tls.peer.clone()) {
                Some(certificate) => Identity::Certificate(Box::new(certificate)),
                // What the system says of it, if it does.
                None => stranger.identity().clone(),
            },
        };
        let (transport, address) = (stranger.transport(), stranger.address());
        if let Some(skew) = security.clock_skew
            && skew.size() > self.shared.limits.clock_skew()
        {
            tracing::warn!(%transport, %address, %skew, "the peer's clock is off");
        }
        let protocols = established.protocols.iter().filter_map(|accepted| {
            let named = |service: &&Arc<dyn Service>| service.name() == accepted.name();
            let name = door.services.iter().find(named)?.name();
            let differing = (!accepted.exact).then(|| {
                let [ours, theirs] = [&accepted.ours, &accepted.theirs].map(version);
                Box::new(Differing { ours, theirs })
            });
            Some(Agreed { name, differing })
        });
        let protocols = protocols.collect();
        let peer = stranger.proven(identity);
        self.ask(core, Open { peer, protocols, security });
    }
}

/// What one side says of a protocol.
const fn version(offer: &Offer) -> SchemaVersion {
    SchemaVersion {
        version: offer.version,
        min: offer.min,
        fingerprint: Fingerprint(offer.fingerprint),
    }
}
