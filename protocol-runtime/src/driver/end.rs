//! From the end of the session to the end of the task.

use std::pin::Pin;
use std::task::Context;
use std::time::Instant;

use tokio::io::AsyncWrite;

use super::{Command, Driver, Phase};
use crate::error::CloseReason;
use crate::frame::reason::Reason;
use crate::measure;
use crate::session::{CallFailure, Event};
use crate::transport::Stream;

impl Driver {
    /// The session is over: what it still has goes out, and what nobody waits for ends.
    pub(super) fn close(&mut self, now: Instant, reason: CloseReason) {
        self.log_end(now, &reason);
        let (role, open) = self.shared.with(|core| (core.session.role(), self.counted.is_some()));
        self.counted = None;
        measure::connection_ended(role, open, reason.reason());
        // First, so that who reads a stream learns this and not that its handler was dropped.
        self.shared.with_wakers(|core, wakers| {
            for inlet in core.inputs.values_mut() {
                let lost = CallFailure::ConnectionLost { maybe_executed: true };
                wakers.extend(inlet.finish(Err(lost)));
            }
        });
        self.inbox.retain(|message| message.call.is_none());
        self.drop_handlers(false);
        // A peer at fault gets less time to learn of it.
        let late = now.checked_add(self.shared.limits.linger()).unwrap_or(now);
        self.phase = Phase::Flushing { until: (!reason.is_clean()).then_some(late) };
        self.reason = Some(reason);
        let left = self.shared.with_wakers(|core, wakers| {
            core.turn.wake_all(wakers);
            core.room.wake_all(wakers);
            core.events.wake_all(wakers);
            wakers.extend(std::mem::take(&mut core.outlets).into_values());
            core.session.out_len()
        });
        if left == 0 && !self.stream.as_ref().is_some_and(Stream::has_told) {
            // The peer is gone, or has said that it reads no more.
            self.leave();
        }
        if self.command == Some(Command::Cut) {
            self.cut(now);
        }
    }

    /// Takes the connection from its last octets to its end.
    pub(super) fn advance(&mut self, task: &mut Context<'_>, now: Instant) -> bool {
        let over = match self.phase {
            Phase::Flushing { until } => until.is_some_and(|until| now >= until),
            Phase::Lingering { until } => now >= until,
            Phase::Open | Phase::Over => return false,
        };
        if over {
            self.leave();
            return true;
        }
        let Some(stream) = &mut self.stream else { return false };
        let written = self.output.is_empty() && matches!(self.phase, Phase::Flushing { .. });
        // Whether the peer takes notice shows in what it does, not in a result here.
        if !written || Pin::new(stream).poll_shutdown(task).is_pending() {
            return false;
        }
        self.finish();
        let until = now.checked_add(self.shared.limits.linger()).unwrap_or(now);
        self.phase = Phase::Lingering { until };
        true
    }

    /// Drops everything that runs, and does not wait for the peer.
    pub(super) fn cut(&mut self, now: Instant) {
        self.inbox.clear();
        self.drop_handlers(true);
        match &mut self.phase {
            // What can be written at once still is.
            Phase::Flushing { until } => *until = Some(now),
            Phase::Lingering { .. } => self.leave(),
            Phase::Open | Phase::Over => {}
        }
    }

    /// Lets go of the stream.
    pub(super) fn leave(&mut self) {
        self.finish();
        self.output.discard();
        self.shared.with(|core| {
            core.unsent = 0;
            core.alone.discard();
            core.session.discard();
        });
        self.stream = None;
        self.phase = Phase::Over;
    }

    /// Tells everybody who waits that the connection is over.
    fn finish(&mut self) {
        let Some(reason) = self.reason.take() else {
            return;
        };
        let _unsent = self.shared.with_wakers(|core, wakers| {
            self.meter.look(core.session.role(), || core.session.stats());
            core.end.get_or_insert(reason);
            for call in core.calls.waiting() {
                let lost = CallFailure::ConnectionLost { maybe_executed: true };
                wakers.extend(core.calls.finish(call, Err(lost)));
            }
            core.opening.wake_all(wakers);
            core.closing.wake_all(wakers);
            wakers.extend(core.pings.iter().map(|ping| ping.waker.clone()));
            // They refer to what they are in.
            std::mem::take(&mut core.started)
        });
    }

    fn log_end(&self, now: Instant, reason: &CloseReason) {
        let peer = self.shared.peer();
        let (transport, address) = (peer.transport(), peer.address());
        if self.shared.open().is_none() {
            // Strangers can cause as many of these as they like.
            let half_open = self.door.as_ref().and_then(|door| door.half_open.as_ref());
            let left_out = half_open.map_or(Some(0), |held| held.note(now));
            if let Some(left_out) = left_out {
                tracing::warn!(%transport, %address, %reason, left_out, "connection not opened");
            }
        } else if reason.is_clean() {
            tracing::info!(%transport, %address, %reason, "connection closed");
        } else {
            tracing::warn!(%transport, %address, %reason, "connection lost");
        }
    }
}

impl Drop for Driver {
    /// A driver that is dropped before its end, because the runtime goes away, leaves nobody
    /// waiting.
    fn drop(&mut self) {
        if matches!(self.phase, Phase::Open) {
            let reason = CloseReason::Local { reason: Reason::ShuttingDown };
            self.shared.with_wakers(|core, wakers| {
                core.session.close(Reason::ShuttingDown, "");
                while let Some(event) = core.session.poll_event() {
                    if let Event::Failed { call, error } = event {
                        wakers.extend(core.calls.finish(call, Err(error)));
                    }
                }
            });
            self.reason = Some(reason);
        }
        self.finish();
    }
}
