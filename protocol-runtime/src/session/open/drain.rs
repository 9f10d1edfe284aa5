//! The end in order: no further calls, those that run finish, then the connection is closed.

use std::time::Instant;

use bytes::Bytes;

use super::super::Core;
use super::super::event::{CallFailure, Event};
use super::{Open, read};
use crate::error::Error;
use crate::frame::control::GoAway;
use crate::frame::header::{BadFrame, Head, Kind};
use crate::frame::id::CallId;
use crate::frame::reason::Reason;

/// Which side goes away.
#[derive(Debug, Default)]
pub(super) struct Drain {
    /// This one, for this reason, and the last call of the peer that it runs.
    sent: Option<(Reason, Option<CallId>)>,
    /// The peer.
    heard: bool,
}

impl Drain {
    /// Whether this side goes away.
    pub(super) const fn is_begun(&self) -> bool {
        self.sent.is_some()
    }

    /// Whether the peer runs no further calls.
    pub(super) const fn peer_is_leaving(&self) -> bool {
        self.heard
    }

    /// Whether this call of the peer is not run.
    pub(super) fn refuses(&self, call: CallId) -> bool {
        let Some((_, last)) = self.sent else { return false };
        last.is_none_or(|last| call.is_after(last))
    }
}

impl Open {
    pub(in super::super) fn go_away(&mut self, core: &mut Core, reason: Reason) {
        if self.drain.is_begun() {
            return;
        }
        self.drain.sent = Some((reason, self.newest));
        let last = self.newest.map_or(0, CallId::get);
        // As small as it is, it fits.
        let _fits = core.write_small(Head::GoAway, &GoAway { reason: reason.code(), last });
    }

    /// Why this side closes now, if it goes away and everything is done.
    pub(in super::super) fn drained(&self, core: &Core) -> Option<Reason> {
        let (reason, _) = self.drain.sent?;
        self.is_quiet(core).then_some(reason)
    }

    /// Whether nothing is under way, in either direction.
    pub(super) fn is_quiet(&self, core: &Core) -> bool {
        self.served.len() == 0
            && core.outbox.is_whole()
            && self.events_in.is_idle()
            && self.in_flight.awaited().next().is_none()
    }

    pub(super) fn on_go_away(
        &mut self,
        now: Instant,
        body: &Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        let kind = Kind::GoAway;
        let GoAway { reason, last } = read(kind, body)?;
        let last = CallId::new(last);
        if let Some(call) = last.filter(|last| last.caller() != core.role) {
            return Err(BadFrame::Parity { kind, call }.into());
        }
        if std::mem::replace(&mut self.drain.heard, true) {
            return self.little_use(now, core);
        }
        for call in self.in_flight.after(last) {
            self.in_flight.finish(call);
            self.joining.forget(call);
            core.outbox.abandon(call);
            let error = CallFailure::ConnectionLost { maybe_executed: false };
            core.events.push_back(Event::Failed { call, error });
        }
        core.events.push_back(Event::GoingAway { reason: Reason::from_code(reason) });
        Ok(())
    }
}
