//! Calls of this side, from the request to the end.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::event::{CallFailure, CallOptions, CallRefused, Event};
use super::super::in_flight::Answered;
use super::super::outbox::Outgoing;
use super::super::window::{COST_MIN, Receiving, Sending, Streams};
use super::super::{Core, stats};
use super::joining::Prefix;
use super::{Open, check_len, compressor, read_failure, take_prefix};
use crate::error::Error;
use crate::frame::header::{BadFrame, Flags, Head, Kind};
use crate::frame::id::CallId;
use crate::wire::EncodeError;

impl Open {
    pub(in super::super) fn call(
        &mut self,
        core: &mut Core,
        now: Instant,
        (protocol, number): (u8, u16),
        options: CallOptions<'_>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<CallId, CallRefused> {
        let method = self.method(protocol, number)?;
        if self.drain.peer_is_leaving() {
            return Err(CallRefused::GoingAway);
        }
        let Some(call) = self.in_flight.next() else {
            return Err(CallRefused::TooManyCalls { max: self.in_flight.max() });
        };
        let deadline = options.timeout.and_then(milliseconds);
        let message = self.outgoing(Head::Request { call, method }, options.metadata, core);
        let shape = self.shape(core.role, method);
        let compress = compressor(self.compression, shape, options.compress, core);
        core.outbox.message(&Outgoing { deadline, compress, ..message }, encode)?;
        stats::count(&mut core.stats.frames_out);
        stats::count(&mut core.stats.calls);
        self.life.used(now);
        let streams = (shape.input || shape.output).then(|| {
            stats::count(&mut core.stats.streams);
            Box::new(Streams {
                send: shape.input.then(|| Sending::new(self.stream_first)),
                recv: shape.output.then(|| Receiving::new(core.limits.stream_window())),
                ..Streams::default()
            })
        });
        let deadline = options.timeout.and_then(|timeout| now.checked_add(timeout));
        self.in_flight.begin(call, deadline, core.outbox.batch(), shape, streams);
        Ok(call)
    }

    pub(in super::super) fn cancel(&mut self, core: &mut Core, now: Instant, call: CallId) {
        if !self.in_flight.forget(call, None) {
            return;
        }
        self.joining.forget(call);
        if core.outbox.unfinished(call) == Some((Kind::Request, false)) {
            // The peer knows nothing of it.
            core.outbox.abandon(call);
            self.in_flight.finish(call);
            return;
        }
        self.cancel_later(call);
        self.send_cancels(now, core);
    }

    /// The peer is told of a call that was given up when it is the call's turn.
    fn cancel_later(&mut self, call: CallId) {
        // Of calls that were answered meanwhile nothing is left to be said.
        if self.cancels_due.len() >= self.in_flight.len() {
            let calls = &self.in_flight;
            self.cancels_due.retain(|call| calls.judge(*call) == Answered::Late);
        }
        self.cancels_due.push_back(call);
    }

    /// Tells the peer of calls that were given up, as many as it does not take for a flood. The
    /// others wait, and keep their slots until the peer was told. Until then what is half sent of them
    /// goes on, since the peer has it among the few messages that may be unfinished.
    pub(super) fn send_cancels(&mut self, now: Instant, core: &mut Core) {
        while let Some(call) = self.cancels_due.front().copied() {
            if self.in_flight.judge(call) == Answered::Late {
                if self.done.1 > 0 {
                    self.done.1 = self.done.1.saturating_sub(1);
                } else if self.cancels_out.spend(now).is_err() {
                    return;
                }
                self.in_flight.keep(call, now.checked_add(core.limits.late_reply_grace()));
                core.outbox.abandon(call);
                self.write_cancel(call, core);
            }
            self.cancels_due.pop_front();
        }
    }

    /// When to call [`send_cancels`](Self::send_cancels), if any wait.
    pub(super) fn cancels_deadline(&self) -> Option<Instant> {
        self.cancels_due.front()?;
        // One that is earned goes at once.
        if self.done.1 > 0 { self.cancels_out.since() } else { self.cancels_out.refill() }
    }

    fn write_cancel(&self, call: CallId, core: &mut Core) {
        if core.outbox.frame(Head::Cancel { call }, 0, |_| Ok(())).is_ok() {
            stats::count(&mut core.stats.frames_out);
        }
    }

    /// An answer came that cannot be kept: the call fails, and the peer may stop if there is more
    /// to come.
    pub(super) fn give_up_unread(&mut self, head: Head, call: CallId, core: &mut Core) {
        let all_came = head.kind() != Kind::Item && !self.joining.has(head.kind(), call);
        self.joining.forget(call);
        if self.in_flight.forget(call, None) {
            core.events.push_back(Event::Failed { call, error: CallFailure::NoMemory });
            if all_came {
                self.call_over(call, core);
            } else {
                self.cancel_later(call);
            }
        }
    }

    /// Ends the wait for calls that are late.
    pub(super) fn expire_calls(&mut self, now: Instant, core: &mut Core) {
        let grace = core.limits.late_reply_grace();
        let mut late = Vec::new();
        let Core { events, stats, .. } = core;
        let freed = self.in_flight.expire(now, grace, |call| {
            stats::count(&mut stats.calls_timed_out);
            events.push_back(Event::Failed { call, error: CallFailure::TimedOut });
            late.push(call);
        });
        // The peer may be slow, and is not at fault for what it says of them.
        self.unanswered = self.unanswered.saturating_add(freed.answers);
        let credit =
            freed.answers.saturating_mul(COST_MIN.saturating_mul(4)).saturating_add(freed.credit);
        self.forgive(credit);
        for call in late {
            self.joining.forget(call);
            // The peer knows when nobody waits any more, but not that the rest of a message does not come.
            if matches!(core.outbox.unfinished(call), Some((_, true))) {
                self.cancel_later(call);
            } else {
                core.outbox.abandon(call);
            }
        }
    }

    pub(super) fn on_answer(
        &mut self,
        kind: Kind,
        call: CallId,
        flags: Flags,
        mut body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        if call.caller() != core.role {
            return Err(BadFrame::Parity { kind, call }.into());
        }
        match self.in_flight.judge(call) {
            Answered::NeverMade => return Err(BadFrame::NeverMade { kind, call }.into()),
            Answered::Over => return self.on_answer_past(flags, &body, core),
            Answered::Late => return self.on_late(kind, call, flags, &body, core),
            Answered::Awaited => {}
        }
        let prefix = take_prefix(kind, flags, &mut body, core.limits.metadata_bytes())?;
        check_len(body.len(), core)?;
        let head = if kind == Kind::Error { Head::Error { call } } else { Head::Reply { call } };
        if kind == Kind::Error {
            // Whatever else was on its way does not come any more.
            self.joining.forget(call);
        } else if let Some(slot) = self.in_flight.get_mut(call).filter(|slot| slot.shape.output) {
            if slot.opened {
                return Err(BadFrame::NoStream { kind, call }.into());
            }
            if flags.has(Flags::MORE) || !body.is_empty() {
                return Err(BadFrame::StreamReply(call).into());
            }
            slot.opened = true;
            self.useful(&body);
            core.events.push_back(Event::Opened { call, metadata: prefix.metadata });
            return Ok(());
        }
        if !flags.has(Flags::MORE) {
            if kind == Kind::Reply && !prefix.compressed {
                self.useful(&body);
                self.deliver_reply(call, prefix, body, core);
                return Ok(());
            }
            return self.deliver(head, prefix, body, None, core);
        }
        let next = self.joining.begin(head, prefix, Some(&mut core.memory), &body)?;
        self.joined(head, next, None, core)
    }

    /// An answer to a call that has no slot any more. There is one for each that was given up.
    fn on_answer_past(&mut self, flags: Flags, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        let Some(left) = self.unanswered.checked_sub(1) else { return self.stray(body, core) };
        stats::count(&mut core.stats.strays);
        if !flags.has(Flags::MORE) {
            self.unanswered = left;
        }
        Ok(())
    }

    /// An answer to a call that nobody waits for.
    fn on_late(
        &mut self,
        kind: Kind,
        call: CallId,
        flags: Flags,
        body: &Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        if flags.has(Flags::MORE) {
            return Ok(());
        }
        let opens = kind == Kind::Reply
            && self.in_flight.get_mut(call).is_some_and(|slot| {
                slot.shape.output && !std::mem::replace(&mut slot.opened, true)
            });
        if opens && body.is_empty() {
            return Ok(());
        }
        stats::count(&mut core.stats.late_replies);
        self.call_over(call, core);
        Ok(())
    }

    pub(super) fn deliver_reply(
        &mut self,
        call: CallId,
        prefix: Prefix,
        body: Bytes,
        core: &mut Core,
    ) {
        self.done.1 = self.done.1.saturating_add(1).min(core.limits.cancels());
        self.call_over(call, core);
        core.events.push_back(Event::Reply { call, body, metadata: prefix.metadata });
    }

    pub(super) fn deliver_error(
        &mut self,
        call: CallId,
        body: &Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        let failure = read_failure(body, core);
        self.call_over(call, core);
        // The call ends even if what the peer says about it cannot be read.
        let lost = CallFailure::ConnectionLost { maybe_executed: true };
        let error = failure.clone().unwrap_or(lost);
        core.events.push_back(Event::Failed { call, error });
        failure.map(|_| ())
    }

    /// The call is over, both ways.
    pub(super) fn call_over(&mut self, call: CallId, core: &mut Core) {
        self.in_flight.end(call);
        // The peer answered before it had all of the message: it is told that no more will come.
        if core.outbox.abandon(call) == Some((Kind::Request, true)) {
            self.write_cancel(call, core);
        }
    }
}

/// As many milliseconds, the started one included; none if they cannot be told.
fn milliseconds(timeout: Duration) -> Option<u32> {
    let started = u64::from(timeout.subsec_nanos().div_ceil(1_000_000));
    let ms = timeout.as_secs().checked_mul(1_000)?.checked_add(started)?;
    u32::try_from(ms).ok()
}
