//! Calls of the peer, from the request to the answer.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::event::{Dropped, Event, Unanswered};
use super::super::outbox::{Behind, Outgoing};
use super::super::served::Serving;
use super::super::shape::Shape;
use super::super::window::{COST_MIN, Receiving, Sending, Streams};
use super::super::{Core, stats};
use super::joining::Prefix;
use super::{Open, check_len, compressor, failure, take_prefix};
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
        let next = self.joining.begin(head, prefix, Some(&mut core.memory), &body)?;
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
            let Shape { input, output, .. } = serving.shape;
            serving.streams = Some(Box::new(Streams {
                soon: output.then(|| Sending::new(self.stream_first)),
                recv: input.then(|| Receiving::new(core.limits.stream_window())),
                ..Streams::default()
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
        // Its owner has said already how it ends, if that waits behind an item.
        let handed = self.served.get_mut(call).is_some_and(|serving| serving.handed);
        let handed = handed && !self.has_failed(call);
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
        self.failing(call)?;
        let mut detail = Vec::new();
        let written = encode(&mut detail).and_then(|()| {
            let body = ErrorBody {
                code: APPLICATION,
                retry_after_ms: 0,
                text: String::new(),
                detail: detail.into(),
            };
            self.end_with(core, call, &body)
        });
        if let Err(error) = written {
            self.end_with(core, call, &failure(&Fault::ResponseTooLarge))?;
            return Err(error.into());
        }
        Ok(())
    }

    pub(in super::super) fn fail(
        &mut self,
        core: &mut Core,
        call: CallId,
        fault: &Fault,
    ) -> Result<(), Unanswered> {
        self.failing(call)?;
        Ok(self.end_with(core, call, &failure(fault))?)
    }

    /// A call that is to end with an error now.
    fn failing(&mut self, call: CallId) -> Result<(), Unanswered> {
        let handed = self.served.get_mut(call).is_some_and(|serving| serving.handed);
        if !handed || self.has_failed(call) {
            return Err(Unanswered::NotOpen);
        }
        self.life.touch();
        Ok(())
    }

    /// Ends a call of the peer with an error, which comes behind an item that is not all sent: it was
    /// taken before.
    fn end_with(
        &mut self,
        core: &mut Core,
        call: CallId,
        body: &ErrorBody,
    ) -> Result<(), EncodeError> {
        if !core.outbox.is_unfinished(Some(call)) {
            return self.write_error(core, call, |out| encode_root(body, out));
        }
        let mut octets = Vec::new();
        encode_root(body, &mut octets)?;
        let max = u64::from(self.body_max);
        let len = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        if len > max {
            return Err(EncodeError::TooLarge { len, max });
        }
        self.end_behind(core, call, Behind::Error(octets.into()));
        if let Some((_, streams)) = self.streams(call) {
            streams.failed = true;
        }
        self.joining.refuse(call);
        Ok(())
    }

    /// Ends a call of the peer with an error whose body `encode` appends. If that does not fit, the call
    /// is over and the peer does not know it.
    pub(super) fn write_error(
        &mut self,
        core: &mut Core,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.over(call, core);
        let message = self.outgoing(Head::Error { call }, None, core);
        if core.outbox.message(&message, encode)?.is_some() {
            stats::count(&mut core.stats.frames_out);
        }
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
                streams.send = streams.soon.take();
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
