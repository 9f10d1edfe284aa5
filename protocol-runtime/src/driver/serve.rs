//! Starting handlers for what came in, and running them on.

use std::sync::PoisonError;

use super::pumps::PUMPS;
use super::service::Kind;
use super::shared::Woken;
use super::slots::Progress;
use super::watch::Watch;
use super::{Driver, Message, Phase, Shared};
use crate::cx::not_a_call;
use crate::error::Fault;
use crate::protocol::DESCRIBE;
use crate::session::{CallId, Dropped};

impl Driver {
    /// Polls the handlers and streams that were woken.
    pub(super) fn resume_woken(&mut self) -> bool {
        let mut woken = {
            let mut list = self.shared.woken.lock().unwrap_or_else(PoisonError::into_inner);
            if list.is_empty() {
                return false;
            }
            std::mem::replace(&mut *list, std::mem::take(&mut self.woken))
        };
        for Woken { protocol, slot } in woken.drain(..) {
            if protocol == PUMPS {
                self.pumps.resume(slot);
                continue;
            }
            let protocol = self.protocols.get_mut(usize::from(protocol));
            let handlers = protocol.and_then(|protocol| protocol.handlers.as_mut());
            if let Some(Progress::Ended(cost)) = handlers.map(|handlers| handlers.resume(slot)) {
                self.running = self.running.saturating_sub(1);
                self.spent = self.spent.saturating_add(cost);
            }
        }
        self.woken = woken;
        self.return_credit();
        true
    }

    /// Starts handlers for the messages that wait, as far as the limits allow.
    pub(super) fn start_waiting(&mut self) -> bool {
        let limit = usize::try_from(self.shared.limits.calls_in_flight()).unwrap_or(usize::MAX);
        let mut busy = false;
        while self.running < limit
            && (self.shared.backlog() < self.shared.high_water()
                || !matches!(self.phase, Phase::Open))
            && let Some(message) = self.inbox.pop_front()
        {
            busy = true;
            self.start(message);
        }
        self.return_credit();
        busy
    }

    fn start(&mut self, message: Message) {
        let Message { call, protocol, number, kind, cost, .. } = message;
        let found = self.protocols.get_mut(usize::from(protocol));
        let fault = match (kind, found.and_then(|protocol| protocol.handlers.as_mut())) {
            (Some(kind), Some(handlers)) if kind.call == call.is_some() => {
                match handlers.start(message, kind) {
                    Progress::Running => self.running = self.running.saturating_add(1),
                    Progress::Ended(cost) => self.spent = self.spent.saturating_add(cost),
                    Progress::Idle => {}
                }
                return;
            }
            _ if number == DESCRIBE => return self.describe(call, protocol),
            (Some(Kind { call: false, .. }), _) => not_a_call(),
            (Some(_) | None, _) => Fault::Unimplemented,
        };
        let service = self.protocols.get(usize::from(protocol)).map(|found| &found.service);
        let mut inherited = message.inherited;
        let watch =
            service.and_then(|found| Watch::serve(found.schema(), number, call, &mut inherited));
        answer(&self.shared, call, &fault);
        if let Some(watch) = watch {
            watch.end(fault.outcome());
        }
        self.spent = self.spent.saturating_add(cost);
    }

    /// Tells the peer what the protocol is.
    fn describe(&self, call: Option<CallId>, protocol: u8) {
        #[cfg(feature = "reflect")]
        if let Some(call) = call
            && let Some(protocol) = self.protocols.get(usize::from(protocol))
            && let Some(text) = protocol.service.text()
        {
            let text = text.to_owned();
            // An error means that the peer is gone, or that it was told that this is too large.
            drop(
                self.shared.with(|core| {
                    core.session.reply(call, |out| crate::wire::encode_root(&text, out))
                }),
            );
            return;
        }
        let _index = protocol;
        answer(&self.shared, call, &Fault::Unimplemented);
    }

    /// Nobody waits for this call of the peer any more.
    pub(super) fn give_up(&mut self, call: CallId, why: Dropped) {
        self.inbox.retain(|message| message.call != Some(call));
        for protocol in &mut self.protocols {
            let handlers = protocol.handlers.as_mut();
            match handlers.map_or(Progress::Idle, |handlers| handlers.give_up(call, why)) {
                Progress::Idle => {}
                Progress::Running => return,
                Progress::Ended(_) => {
                    self.running = self.running.saturating_sub(1);
                    return;
                }
            }
        }
    }

    /// Drops handlers: of calls, or those of one-way messages too.
    pub(super) fn drop_handlers(&mut self, all: bool) {
        self.pumps.clear();
        for protocol in &mut self.protocols {
            if let Some(handlers) = &mut protocol.handlers {
                self.running = self.running.saturating_sub(handlers.clear(all));
            }
        }
    }

    /// The peer may send as many one-way messages as were handled.
    pub(super) fn return_credit(&mut self) {
        if self.spent > 0 {
            let spent = std::mem::take(&mut self.spent);
            self.shared.with(|core| core.session.event_done(spent));
        }
    }
}

/// Answers a message without a handler.
fn answer(shared: &Shared, call: Option<CallId>, fault: &Fault) {
    match call {
        // An error means that the peer is gone.
        Some(call) => drop(shared.with(|core| core.session.fail(call, fault))),
        None => shared.drop_message(),
    }
}
