//! What a peer may do for nothing: frames without effect, and answers that it makes the session
//! give by itself.

use std::time::Instant;

use bytes::Bytes;

use super::super::window::{self, COST_MIN};
use super::super::{Core, stats};
use super::{Open, cost};
use crate::error::{Error, Fault, Flood};
use crate::frame::header::HEADER;
use crate::frame::id::CallId;

impl Open {
    /// Answers a call without handing it on.
    pub(super) fn refuse(
        &mut self,
        call: CallId,
        fault: &Fault,
        core: &mut Core,
    ) -> Result<(), Error> {
        let before = core.outbox.len();
        core.write_fault(call, fault)?;
        self.answered_here(before, core)
    }

    /// The session wrote something by itself; a peer that does not read may not have more and
    /// more of it.
    pub(super) fn answered_here(&mut self, before: usize, core: &Core) -> Result<(), Error> {
        let batch = core.outbox.batch();
        if self.refusals.0 != batch {
            self.refusals = (batch, 0);
        }
        let grown = core.outbox.len().saturating_sub(before);
        self.refusals.1 = self.refusals.1.saturating_add(grown);
        let max = core.limits.refusal_bytes();
        if u32::try_from(self.refusals.1).is_ok_and(|waiting| waiting <= max) {
            return Ok(());
        }
        Err(Error::Flood(Flood::Refusals { max }))
    }

    /// A frame that did something pays for others that did nothing.
    pub(super) fn useful(&mut self, body: &Bytes) {
        self.paid(body.len().saturating_add(HEADER));
    }

    /// Frames of so many octets together did something.
    pub(super) fn paid(&mut self, octets: usize) {
        self.overhead = self.overhead.saturating_sub(u32::try_from(octets).unwrap_or(u32::MAX));
    }

    /// A frame of little use.
    pub(super) fn little_use(&mut self, now: Instant, core: &Core) -> Result<(), Error> {
        let spent = self.control.spend(now);
        let max = core.limits.control_frames();
        spent.map_err(|_| Error::Flood(Flood::Control { max }))
    }

    /// A frame without effect.
    pub(super) fn stray(&mut self, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        stats::count(&mut core.stats.strays);
        self.burden(body, core)
    }

    /// What a peer had credit for may be on its way when its stream is over.
    pub(super) fn forgive(&mut self, credit: u32) {
        self.forgiven = self.forgiven.saturating_add(credit).min(i32::MAX.unsigned_abs());
    }

    /// A frame for a stream that may have ended while it was on its way.
    pub(super) fn stray_of_stream(&mut self, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        match self.forgiven.checked_sub(window::cost(body.len())) {
            Some(left) => {
                stats::count(&mut core.stats.strays);
                self.forgiven = left;
                Ok(())
            }
            None => self.stray(body, core),
        }
    }

    /// A frame that costs this side more than it costs the peer. One that is long does not.
    pub(super) fn burden(&mut self, body: &Bytes, core: &Core) -> Result<(), Error> {
        let most = u32::try_from(HEADER).unwrap_or(u32::MAX).saturating_add(COST_MIN);
        self.overhead = self.overhead.saturating_add(cost(body).min(most));
        let max = core.limits.overhead_bytes();
        if self.overhead > max { Err(Error::Flood(Flood::Overhead { max })) } else { Ok(()) }
    }
}
