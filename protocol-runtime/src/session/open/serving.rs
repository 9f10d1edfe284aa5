//! Calls of the peer, from the request to the answer.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::event::{Dropped, Event, Unanswered};
use super::super::outbox::Outgoing;
use super::super::served::Serving;
use super::super::shape::Shape;
use super::super::window::{COST_MIN, Receiving, Sending, Streams};
use super::super::{Core, stats};
use super::joining::Prefix;
use super::{Open, check_len, compressor, take_prefix};
use crate::error::{APPLICATION, Error, Fault, Flood};
use crate::frame::control::ErrorBody;
use crate::frame::header::{BadFrame, Flags, Head, Kind, Method};
use crate::frame::id::CallId;
use crate::metadata::Metadata;
use crate::wire::{EncodeError, encode_root};

impl Open {
    pub(super) fn on_request(
        &mut self,
        now: Instant,
        call: CallId,
        method: Method,
        flags: Flags,
        mut body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        let kind = Kind::Request;
        if call.caller() == core.role {
            return Err(BadFrame::Parity { kind, call }.into());
        }
        self.check_protocol(method)?;
        if self.served.contains(call) {
            return Err(BadFrame::Open(call).into());
        }
        let prefix = take_prefix(kind, flags, &mut body, core.limits.metadata_bytes())?;
        check_len(body.len(), core)?;
        let (head, more) = (Head::Request { call, method }, flags.has(Flags::MORE));
        // Also of one that is refused more may be on its way.
        if self.newest.is_none_or(|newest| call.is_after(newest)) {
            self.newest = Some(call);
        }
        if self.drain.refuses(call) {
            // The peer learns that from the GoAway that is on its way.
            stats::count(&mut core.stats.strays);
            return self.begin_refused(head, more, &body);
        }
        if self.served.is_full() {
            stats::count(&mut core.stats.overloaded);
            self.begin_refused(head, more, &body)?;
            return self.refuse(call, &Fault::Overloaded { retry_after: None }, core);
        }
        if prefix.deadline == Some(0) {
            stats::count(&mut core.stats.expired);
            self.begin_refused(head, more, &body)?;
            return self.refuse(call, &Fault::DeadlineExceeded, core);
        }
        let wait = prefix.deadline.map(|ms| Duration::from_millis(ms.into()));
        let deadline = wait.and_then(|wait| now.checked_add(wait));
        let mut serving = Serving::new(call, deadline, self.shape(core.role.peer(), method));
        if !more && !prefix.compressed {
            self.useful(&body);
            self.hand_on(&mut serving, method, prefix.metadata, body, core);
            self.served.insert(serving);
            return Ok(());
        }
        self.served.insert(serving);
        if !more {
            return self.deliver(head, prefix, body, None, core);
        }
        let next = self.joining.begin(head, prefix, Some(&core.memory), &body)?;
        self.joined(head, next, None, core)
    }

    /// What follows of a request that is refused is dropped.
    fn begin_refused(&mut self, head: Head, more: bool, body: &Bytes) -> Result<(), Error> {
        if more {
            self.joining.begin(head, Prefix::default(), None, body)?;
        }
        Ok(())
    }

    pub(super) fn deliver_request(
        &mut self,
        call: CallId,
        method: Method,
        prefix: Prefix,
        body: Bytes,
        core: &mut Core,
    ) {
        let Some(mut serving) = self.served.remove(call) else { return };
        self.hand_on(&mut serving, method, prefix.metadata, body, core);
        self.served.insert(serving);
    }

    /// The owner learns of a call whose message is whole.
    #[inline]
    fn hand_on(
        &mut self,
        serving: &mut Serving,
        method: Method,
        metadata: Option<Metadata>,
        body: Bytes,
        core: &mut Core,
    ) {
        serving.handed = true;
        if serving.shape.input || serving.shape.output {
            let recv = serving.shape.input;
            serving.streams = Some(Box::new(Streams {
                send: None,
                recv: recv.then(|| Receiving::new(core.limits.stream_window())),
            }));
            self.streaming = self.streaming.saturating_add(1);
            stats::count(&mut core.stats.streams);
        }
        stats::count(&mut core.stats.requests);
        core.events.push_back(Event::Request {
            call: serving.call,
            protocol: method.protocol(),
            number: method.number(),
            body,
            deadline: serving.deadline,
            metadata,
        });
    }

    pub(super) fn on_cancel(
        &mut self,
        now: Instant,
        call: CallId,
        core: &mut Core,
    ) -> Result<(), Error> {
        let kind = Kind::Cancel;
        if call.caller() == core.role {
            return Err(BadFrame::Parity { kind, call }.into());
        }
        if !self.served.contains(call) {
            self.check_made(kind, call)?;
            // Its request may have been refused before all of it came.
            return if self.joining.forget(call) {
                Ok(())
            } else {
                self.stray_of_stream(&Bytes::new(), core)
            };
        }
        // A call that was answered pays for one that is cancelled.
        if self.done.0 > 0 {
            self.done.0 = self.done.0.saturating_sub(1);
        } else if self.cancels_in.spend(now).is_err() {
            return Err(Error::Flood(Flood::Cancels { max: core.limits.cancels() }));
        }
        stats::count(&mut core.stats.cancelled);
        self.drop_served(call, &Fault::Cancelled, Dropped::Cancelled, core)
    }

    /// Ends a call of the peer before it was answered.
    pub(super) fn drop_served(
        &mut self,
        call: CallId,
        fault: &Fault,
        why: Dropped,
        core: &mut Core,
    ) -> Result<(), Error> {
        let handed = self.served.get_mut(call).is_some_and(|serving| serving.handed);
        let unfinished = self.joining.has(Kind::Request, call);
        if unfinished && why != Dropped::Cancelled {
            self.joining.refuse(call);
        } else {
            self.joining.forget(call);
        }
        self.over(call, core);
        if handed {
            core.events.push_back(Event::Dropped { call, why });
        }
        self.refuse(call, fault, core)
    }

    /// Ends calls of the peer whose deadline has come.
    pub(super) fn expire_served(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        while let Some(call) = self.served.overdue(now) {
            stats::count(&mut core.stats.expired);
            self.drop_served(call, &Fault::DeadlineExceeded, Dropped::DeadlineExceeded, core)?;
        }
        Ok(())
    }

    /// A call of the peer is over, both ways. Says whether there was one.
    pub(super) fn over(&mut self, call: CallId, core: &mut Core) -> bool {
        let Some(serving) = self.served.remove(call) else { return false };
        self.taken_out(serving, core);
        true
    }

    /// What was served is over.
    #[inline]
    fn taken_out(&mut self, serving: Serving, core: &mut Core) {
        core.outbox.abandon(serving.call);
        if let Some(streams) = serving.streams {
            self.streaming = self.streaming.saturating_sub(1);
            if let Some(recv) = streams.recv {
                // What the peer had credit for may be on its way, and a few frames beside it.
                self.forgive(recv.left().saturating_add(COST_MIN.saturating_mul(4)));
                self.joining.forget(serving.call);
            } else {
                self.forgive(COST_MIN.saturating_mul(4));
            }
        }
    }

    /// A call that is to be answered now.
    fn answering(
        &mut self,
        core: &mut Core,
        call: CallId,
        stream: bool,
    ) -> Result<Shape, Unanswered> {
        let Some(serving) = self.served.get_mut(call).filter(|one| one.handed && !one.opened)
        else {
            return Err(Unanswered::NotOpen);
        };
        let shape = serving.shape;
        if shape.output != stream {
            self.over(call, core);
            core.write_fault(call, &Fault::Unimplemented)?;
            return Err(Unanswered::Shape);
        }
        Ok(shape)
    }

    pub(in super::super) fn reply(
        &mut self,
        core: &mut Core,
        call: CallId,
        metadata: Option<&Metadata>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        let plain = |one: &Serving| one.handed && !one.opened && !one.shape.output;
        let Some(serving) = self.served.remove_if(call, plain) else {
            // Whatever it is, this is no answer to it.
            self.answering(core, call, false)?;
            return Err(Unanswered::NotOpen);
        };
        let shape = serving.shape;
        self.taken_out(serving, core);
        self.done.0 = self.done.0.saturating_add(1).min(core.limits.cancels());
        self.life.touch();
        let message = self.outgoing(Head::Reply { call }, metadata, core);
        let compress = compressor(self.compression, shape, None, core);
        let written = core.outbox.message(&Outgoing { compress, ..message }, encode);
        Self::answered(core, call, written)
    }

    pub(in super::super) fn reply_error(
        &mut self,
        core: &mut Core,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        if self.served.get_mut(call).is_none_or(|serving| !serving.handed) {
            return Err(Unanswered::NotOpen);
        }
        let half_sent = core.outbox.unfinished(call) == Some((Kind::Item, true));
        self.over(call, core);
        self.life.touch();
        let mut detail = Vec::new();
        let message = self.outgoing(Head::Error { call }, None, core);
        let written = encode(&mut detail).and_then(|()| {
            let body = ErrorBody {
                code: APPLICATION,
                retry_after_ms: 0,
                text: String::new(),
                detail: detail.into(),
            };
            core.outbox.message(&message, |out| encode_root(&body, out))
        });
        if half_sent {
            core.outbox.replaces(call);
        }
        Self::answered(core, call, written)
    }

    pub(in super::super) fn fail(
        &mut self,
        core: &mut Core,
        call: CallId,
        fault: &Fault,
    ) -> Result<(), Unanswered> {
        if self.served.get_mut(call).is_none_or(|serving| !serving.handed) {
            return Err(Unanswered::NotOpen);
        }
        self.over(call, core);
        self.life.touch();
        core.write_fault(call, fault)?;
        Ok(())
    }

    pub(in super::super) fn open_stream(
        &mut self,
        core: &mut Core,
        call: CallId,
    ) -> Result<(), Unanswered> {
        self.answering(core, call, true)?;
        core.outbox.frame(Head::Reply { call }, 0, |_| Ok(()))?;
        stats::count(&mut core.stats.frames_out);
        if let Some(serving) = self.served.get_mut(call) {
            serving.opened = true;
            if let Some(streams) = &mut serving.streams {
                streams.send = Some(Sending::new(self.stream_first));
            }
        }
        Ok(())
    }

    /// A call is over, and this is what came of its answer.
    fn answered(
        core: &mut Core,
        call: CallId,
        written: Result<Option<usize>, EncodeError>,
    ) -> Result<(), Unanswered> {
        match written {
            Ok(whole) => {
                if whole.is_some() {
                    stats::count(&mut core.stats.frames_out);
                }
                Ok(())
            }
            Err(error) => {
                core.write_fault(call, &Fault::ResponseTooLarge)?;
                Err(error.into())
            }
        }
    }

    /// Refuses a frame for a call of the peer that was never made.
    pub(super) fn check_made(&self, kind: Kind, call: CallId) -> Result<(), BadFrame> {
        if self.newest.is_some_and(|newest| !call.is_after(newest)) {
            return Ok(());
        }
        Err(BadFrame::NeverMade { kind, call })
    }
}
