//! Starting handlers for what came in, and running them on.

use std::sync::PoisonError;

use super::service::Kind;
use super::shared::Woken;
use super::slots::Progress;
use super::{Driver, Message, Phase, Shared};
use crate::cx::not_a_call;
use crate::error::Fault;
use crate::frame::reason::Reason;
use crate::session::CallId;

impl Driver {
    /// Polls the handlers that were woken.
    pub(super) fn resume_woken(&mut self) -> bool {
        let mut woken = std::mem::take(&mut self.woken);
        std::mem::swap(
            &mut woken,
            &mut self.shared.woken.lock().unwrap_or_else(PoisonError::into_inner),
        );
        let busy = !woken.is_empty();
        for Woken { protocol, slot } in woken.drain(..) {
            let protocol = self.protocols.get_mut(usize::from(protocol));
            let handlers = protocol.and_then(|protocol| protocol.handlers.as_mut());
            if handlers.is_some_and(|handlers| handlers.resume(slot) == Progress::Ended) {
                self.running = self.running.saturating_sub(1);
            }
        }
        self.woken = woken;
        busy
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
            self.held = self.held.saturating_sub(message.held());
            self.start(message);
        }
        let held_max = usize::try_from(self.shared.limits.frame_bytes()).unwrap_or(usize::MAX);
        if self.calling && self.held > held_max {
            let text = "one-way messages come faster than they are handled";
            self.shared.with(|core| core.session.close(Reason::CalmDown, text));
            busy = true;
        }
        busy
    }

    fn start(&mut self, message: Message) {
        let Message { call, protocol, number, body } = message;
        let found = self.protocols.get_mut(usize::from(protocol));
        let kind = found.as_ref().and_then(|protocol| protocol.service.kind(number));
        let fault = match (kind, call, found.and_then(|protocol| protocol.handlers.as_mut())) {
            (Some(Kind::Call), Some(_), Some(handlers))
            | (Some(Kind::OneWay), None, Some(handlers)) => {
                if handlers.start(call, number, body) == Progress::Running {
                    self.running = self.running.saturating_add(1);
                }
                return;
            }
            (Some(Kind::OneWay), ..) => not_a_call(),
            (Some(Kind::Call) | None, ..) => Fault::Unimplemented,
        };
        answer(&self.shared, call, &fault);
    }

    /// Drops handlers: of calls, or those of one-way messages too.
    pub(super) fn drop_handlers(&mut self, all: bool) {
        for protocol in &mut self.protocols {
            if let Some(handlers) = &mut protocol.handlers {
                self.running = self.running.saturating_sub(handlers.clear(all));
            }
        }
    }
}

impl Message {
    /// What it counts towards the messages held back. Calls have a limit of their own.
    pub(super) fn held(&self) -> usize {
        if self.call.is_some() { 0 } else { self.body.len().saturating_add(size_of::<Self>()) }
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
