//! Streams of calls, of both sides: items, credit, and the end of each direction by itself.

#[cfg(feature = "net")]
use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::super::event::{Event, ItemRefused, Unanswered};
use super::super::in_flight::{Answered, InFlight};
use super::super::outbox::{Behind, Fragment, Outgoing};
use super::super::served::Served;
use super::super::shape::Shape;
use super::super::window::{Receiving, Sending, Streams};
use super::super::{Core, stats};
use super::{Open, check_len, compressor, read, take_prefix};
use crate::error::Error;
use crate::frame::control::Credit;
use crate::frame::header::{BadFrame, Flags, HEADER, Head, Kind};
use crate::frame::id::CallId;
use crate::wire::EncodeError;

impl Open {
    /// The streams of a call that is open, of either side.
    pub(super) fn streams(&mut self, call: CallId) -> Option<(Shape, &mut Streams)> {
        streams(&mut self.in_flight, &mut self.served, call)
    }

    /// This side's stream of a call.
    pub(super) fn sending(&mut self, call: CallId) -> Option<&mut Sending> {
        self.streams(call)?.1.send.as_mut()
    }

    #[cfg(feature = "net")]
    pub(in super::super) fn is_sending(&mut self, call: CallId) -> bool {
        self.sending(call).is_some()
    }

    /// Whether a call of the peer ends with an error that waits behind an item.
    pub(super) fn has_failed(&mut self, call: CallId) -> bool {
        self.streams(call).is_some_and(|(_, streams)| streams.failed)
    }

    /// The peer's stream of a call.
    fn receiving(&mut self, call: CallId) -> Option<&mut Receiving> {
        self.streams(call)?.1.recv.as_mut()
    }

    pub(in super::super) fn item(
        &mut self,
        core: &mut Core,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), ItemRefused> {
        let (message, sending) = self.next_item(core, call)?;
        write_item(core, &message, sending, encode)?;
        self.life.touch();
        Ok(())
    }

    /// Takes values off the front and sends them, as long as less than `room` octets wait.
    #[cfg(feature = "net")]
    pub(in super::super) fn items<T>(
        &mut self,
        core: &mut Core,
        call: CallId,
        (values, room): (&mut VecDeque<T>, usize),
        encode: impl Fn(&T, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), ItemRefused> {
        let (message, sending) = self.next_item(core, call)?;
        let mut refused = Ok(());
        while core.outbox.len() < room
            && let Some(value) = values.front()
        {
            refused = may_send(core, call, sending)
                .and_then(|()| write_item(core, &message, sending, |out| encode(value, out)));
            if refused.is_err() {
                break;
            }
            values.pop_front();
        }
        self.life.touch();
        refused
    }

    /// The next item of this side's stream of a call, if it may be sent now.
    fn next_item(
        &mut self,
        core: &Core,
        call: CallId,
    ) -> Result<(Outgoing<'static>, &mut Sending), ItemRefused> {
        if is_last(core, call) {
            return Err(ItemRefused::NotOpen);
        }
        let compression = self.compression;
        let message = self.outgoing(Head::Item { call }, None, core);
        let (shape, streams) = self.streams(call).ok_or(ItemRefused::NotOpen)?;
        let sending = streams.send.as_mut().ok_or(ItemRefused::NotOpen)?;
        may_send(core, call, sending)?;
        let compress = compressor(compression, shape, None, core);
        Ok((Outgoing { compress, ..message }, sending))
    }

    pub(in super::super) fn end_stream(
        &mut self,
        core: &mut Core,
        call: CallId,
    ) -> Result<(), Unanswered> {
        if self.sending(call).is_none() || is_last(core, call) {
            return Err(Unanswered::NotOpen);
        }
        if !self.end_behind(core, call, Behind::End) {
            self.write_end(core, call)?;
        }
        Ok(())
    }

    /// Ends this side's stream behind an item that is not all sent. False if there is none.
    pub(super) fn end_behind(&mut self, core: &mut Core, call: CallId, then: Behind) -> bool {
        // Nothing more is to be sent, so there is nothing to be told of any more.
        if let Some(sending) = self.sending(call) {
            sending.refused = false;
        }
        core.outbox.put_behind(call, then)
    }

    fn write_end(&mut self, core: &mut Core, call: CallId) -> Result<(), EncodeError> {
        core.outbox.frame(Head::End { call }, 0, |_| Ok(()))?;
        stats::count(&mut core.stats.frames_out);
        if let Some((_, streams)) = self.streams(call) {
            streams.send = None;
        }
        self.end_if_over(call, core);
        Ok(())
    }

    /// Ends a call whose answer is a stream, if both directions are over.
    fn end_if_over(&mut self, call: CallId, core: &mut Core) {
        if call.caller() == core.role {
            let over = self.in_flight.get_mut(call).is_some_and(|slot| {
                slot.opened && slot.streams.as_ref().is_none_or(|streams| streams.are_over())
            });
            if over {
                self.done.1 = self.done.1.saturating_add(1).min(core.limits.cancels());
                self.in_flight.finish(call);
            }
        } else {
            let over = self.served.get_mut(call).is_some_and(|serving| {
                serving.opened && serving.streams.as_ref().is_none_or(|streams| streams.are_over())
            });
            if over {
                self.done.0 = self.done.0.saturating_add(1).min(core.limits.cancels());
                self.over(call, core);
            }
        }
    }

    pub(in super::super) fn taken(&mut self, core: &mut Core, call: CallId, octets: usize) {
        let Some(receiving) = self.receiving(call) else { return };
        receiving.free(u32::try_from(octets).unwrap_or(u32::MAX));
        let due = receiving.due();
        // A Credit is small, and there is nobody to tell if it did not fit.
        let _fits = Self::give(Some(call), due, core);
        if !self.joining.is_empty() {
            self.release(Some(call), core);
        }
    }

    /// What a frame costs its sender, if it is one that costs.
    pub(super) fn charge(&mut self, head: Head, len: usize) -> Result<Option<u32>, Error> {
        match head {
            Head::Event { .. } => self.events_in.charge(len).map(Some),
            Head::Item { call } => {
                self.receiving(call).map(|receiving| receiving.charge(len)).transpose()
            }
            Head::Request { .. }
            | Head::Reply { .. }
            | Head::Error { .. }
            | Head::End { .. }
            | Head::Credit { .. }
            | Head::Cancel { .. }
            | Head::Ping
            | Head::Pong
            | Head::GoAway
            | Head::Close => Ok(None),
        }
    }

    /// Whether what a fragment cost is not free before the message is taken that it belongs to: others
    /// wait to be taken before that. If none does, the message may be longer than the window.
    pub(super) fn hold(&mut self, call: Option<CallId>, cost: Option<u32>) -> bool {
        let receiving = match call {
            Some(call) => self.receiving(call),
            None => Some(&mut self.events_in),
        };
        let used = receiving.map(|receiving| receiving.used());
        let (Some(used), Some(cost), Some(held)) = (used, cost, self.joining.held(call)) else {
            return false;
        };
        let waits = used > held.saturating_add(cost);
        if waits {
            *held = held.saturating_add(cost);
        }
        waits
    }

    /// Frees what the fragments of a message cost, if nothing waits to be taken before it.
    pub(super) fn release(&mut self, call: Option<CallId>, core: &mut Core) {
        let Some(held) = self.joining.held(call).map(|held| *held).filter(|held| *held > 0) else {
            return;
        };
        let receiving = match call {
            Some(call) => self.receiving(call),
            None => Some(&mut self.events_in),
        };
        let Some(receiving) = receiving.filter(|receiving| receiving.used() <= held) else {
            return;
        };
        receiving.free(held);
        let due = receiving.due_if_low();
        if let Some(rest) = self.joining.held(call) {
            *rest = 0;
        }
        // A Credit is small, and there is nobody to tell if it did not fit.
        let _fits = Self::give(call, due, core);
    }

    /// What a fragment cost is free again: it has joined others, or was dropped.
    pub(super) fn recover(
        &mut self,
        head: Head,
        cost: Option<u32>,
        core: &mut Core,
    ) -> Result<(), Error> {
        let Some(cost) = cost else { return Ok(()) };
        if let Head::Item { call } = head {
            let due = self.receiving(call).and_then(|receiving| {
                receiving.free(cost);
                receiving.due_if_low()
            });
            return Self::give(Some(call), due, core);
        }
        // Nothing else costs.
        self.events_in.free(cost);
        let due = self.events_in.due_if_low();
        Self::give(None, due, core)
    }

    pub(super) fn on_item(
        &mut self,
        call: CallId,
        flags: Flags,
        mut body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        let kind = Kind::Item;
        if !self.may_stream(kind, call, core)? {
            return self.stray_of_stream(&body, core);
        }
        let Some(receiving) = self.receiving(call) else {
            // Nobody waits for the call any more, and the peer has been told.
            return Ok(());
        };
        let cost = Some(receiving.charge(body.len())?);
        check_len(body.len(), core)?;
        let prefix = take_prefix(kind, flags, &mut body, 0)?;
        let head = Head::Item { call };
        let failed = self.has_failed(call);
        if !flags.has(Flags::MORE) {
            return if failed { Ok(()) } else { self.deliver(head, prefix, body, cost, core) };
        }
        let memory = (!failed).then_some(&mut core.memory);
        let next = self.joining.begin(head, prefix, memory, &body)?;
        self.joined(head, next, cost, core)
    }

    /// Takes items of the same stream right behind one that was taken, each in one frame: the
    /// stream is looked for once. Whatever is anything else, or breaks a rule, is left.
    pub(super) fn more_items(&mut self, call: CallId, frames: &mut Bytes, core: &mut Core) {
        let decoder = self.decoder;
        if !self.joining.is_empty() {
            return;
        }
        if self.has_failed(call) {
            return;
        }
        let Some(receiving) = self.receiving(call) else { return };
        let header = Head::Item { call }.flagged(Flags::NONE, 0);
        let (mut run, mut count) = (0_usize, 0_u64);
        while let Some(len) = decoder.next_like(header, frames.get(run..).unwrap_or_default())
            && check_len(len, core).is_ok()
            && receiving.charge(len).is_ok()
        {
            (run, count) =
                (run.saturating_add(HEADER).saturating_add(len), count.saturating_add(1));
        }
        if run > 0 {
            core.events.push_items(call, frames.split_to(run));
        }
        self.paid(run);
        stats::add(&mut core.stats.frames_in, count);
        stats::add(&mut core.stats.items_in, count);
    }

    pub(super) fn on_end(&mut self, call: CallId, core: &mut Core) -> Result<(), Error> {
        let kind = Kind::End;
        if !self.may_stream(kind, call, core)? {
            return self.stray_of_stream(&Bytes::new(), core);
        }
        if self.joining.has(Kind::Item, call) {
            return Err(BadFrame::Unfinished { kind, call: call.get() }.into());
        }
        match self.streams(call) {
            Some((_, streams)) => {
                streams.recv = None;
                if !streams.failed {
                    core.events.push_back(Event::Ended { call });
                }
                self.end_if_over(call, core);
            }
            None => {
                // Nobody waits for the call. If this side's stream was over, so is the call; if
                // not, the answer to the Cancel follows.
                let over = self.in_flight.get_mut(call).is_some_and(|slot| {
                    slot.streams.as_ref().is_none_or(|streams| streams.send.is_none())
                });
                if over {
                    stats::count(&mut core.stats.late_replies);
                    self.in_flight.finish(call);
                }
            }
        }
        Ok(())
    }

    /// Whether the call of a frame of the peer's stream is there; it is refused where that cannot
    /// be or its stream is not open.
    fn may_stream(&mut self, kind: Kind, call: CallId, core: &Core) -> Result<bool, Error> {
        let none = || Error::from(BadFrame::NoStream { kind, call });
        if call.caller() != core.role {
            let Some(serving) = self.served.get_mut(call) else {
                self.check_made(kind, call)?;
                return Ok(false);
            };
            if !serving.handed {
                return Err(BadFrame::Unfinished { kind, call: call.get() }.into());
            }
            let open = serving.streams.as_ref().is_some_and(|streams| streams.recv.is_some());
            return if open { Ok(true) } else { Err(none()) };
        }
        match self.in_flight.judge(call) {
            Answered::NeverMade => Err(BadFrame::NeverMade { kind, call }.into()),
            Answered::Over => Ok(false),
            Answered::Late | Answered::Awaited => {
                let open = self.in_flight.get_mut(call).is_some_and(|slot| {
                    slot.opened && slot.streams.as_ref().is_some_and(|one| one.recv.is_some())
                });
                if open { Ok(true) } else { Err(none()) }
            }
        }
    }

    pub(super) fn on_credit(
        &mut self,
        now: Instant,
        call: Option<CallId>,
        body: &Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        let kind = Kind::Credit;
        let Credit { bytes } = read(kind, body)?;
        let sending = match call {
            None => Some(&mut self.events_out),
            Some(call) => self
                .streams(call)
                .and_then(|(_, streams)| streams.send.as_mut().or(streams.soon.as_mut())),
        };
        let Some(sending) = sending else {
            if let Some(call) = call {
                if call.caller() != core.role {
                    self.check_made(kind, call)?;
                } else if self.in_flight.judge(call) == Answered::NeverMade {
                    return Err(BadFrame::NeverMade { kind, call }.into());
                }
            }
            return self.stray_of_stream(&Bytes::new(), core);
        };
        let useful = sending.grant(bytes)?;
        core.outbox.unblock(call);
        self.tell_of_credit(call, core);
        if useful { Ok(()) } else { self.little_use(now, core) }
    }

    /// Tells the owner that it may send again what was refused.
    fn tell_of_credit(&mut self, call: Option<CallId>, core: &mut Core) {
        let unfinished = core.outbox.is_unfinished(call);
        let sending = match call {
            None => Some(&mut self.events_out),
            Some(call) => self.sending(call),
        };
        if let Some(sending) = sending
            && sending.refused
            && sending.is_open()
            && !unfinished
        {
            sending.refused = false;
            core.events.push_back(Event::Credit { call });
        }
    }

    /// A fragment went out.
    pub(super) fn fragment_sent(&mut self, fragment: Fragment, core: &mut Core) {
        let call = match fragment.head {
            Head::Item { call } => {
                if let Some(sending) = self.sending(call) {
                    sending.spend(fragment.len);
                }
                Some(call)
            }
            Head::Event { .. } => {
                self.events_out.spend(fragment.len);
                None
            }
            head @ (Head::Request { .. }
            | Head::Reply { .. }
            | Head::Error { .. }
            | Head::End { .. }
            | Head::Credit { .. }
            | Head::Cancel { .. }
            | Head::Ping
            | Head::Pong
            | Head::GoAway
            | Head::Close) => head.call(),
        };
        let Some(then) = fragment.last else { return };
        self.tell_of_credit(call, core);
        let Some(call) = call else { return };
        match then {
            Behind::Open => {}
            Behind::End => {
                // As small as it is, it fits.
                let _fits = self.write_end(core, call);
            }
            Behind::Error(body) => {
                // Its length was looked at when it came here.
                let _fits = self.write_error(core, call, |out| {
                    out.extend_from_slice(&body);
                    Ok(())
                });
            }
        }
    }
}

/// The streams of a call among these.
pub(super) fn streams<'a>(
    in_flight: &'a mut InFlight,
    served: &'a mut Served,
    call: CallId,
) -> Option<(Shape, &'a mut Streams)> {
    match in_flight.awaited_mut(call) {
        Some(slot) => Some((slot.shape, slot.streams.as_deref_mut()?)),
        None => {
            let serving = served.get_mut(call)?;
            Some((serving.shape, serving.streams.as_deref_mut()?))
        }
    }
}

/// Whether nothing comes behind the item of a call that is not all sent but its end.
fn is_last(core: &Core, call: CallId) -> bool {
    core.outbox.behind(call).is_some_and(|then| *then != Behind::Open)
}

/// Whether the next item of a call may be sent. If not, its owner is told when it may.
#[inline]
fn may_send(core: &Core, call: CallId, sending: &mut Sending) -> Result<(), ItemRefused> {
    let unfinished = core.outbox.is_unfinished(Some(call));
    if !unfinished && sending.is_open() {
        return Ok(());
    }
    sending.refused = true;
    Err(if unfinished { ItemRefused::Busy } else { ItemRefused::NoCredit })
}

#[inline]
fn write_item(
    core: &mut Core,
    message: &Outgoing<'_>,
    sending: &mut Sending,
    encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<(), ItemRefused> {
    let message = Outgoing { credit: sending.left(), ..*message };
    if let Some(len) = core.outbox.message(&message, encode)? {
        stats::count(&mut core.stats.frames_out);
        stats::count(&mut core.stats.items_out);
        sending.spend(len);
    }
    Ok(())
}
