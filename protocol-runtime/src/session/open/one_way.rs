//! One-way messages. Each spends credit until its handler has ended.

use bytes::Bytes;

use super::super::event::{CallOptions, CallRefused, Event};
use super::super::outbox::Outgoing;
use super::super::{Core, stats};
use super::joining::Prefix;
use super::{Open, check_len, compressor, take_prefix};
use crate::error::Error;
use crate::frame::header::{Flags, Head, Kind, Method};
use crate::wire::EncodeError;

impl Open {
    pub(in super::super) fn notify(
        &mut self,
        core: &mut Core,
        (protocol, number): (u8, u16),
        options: CallOptions<'_>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), CallRefused> {
        let method = self.method(protocol, number)?;
        if number == 0 {
            return Err(CallRefused::NoSuchMessage { protocol, number });
        }
        let unfinished = core.outbox.is_unfinished(None);
        if unfinished || !self.events_out.is_open() {
            self.events_out.refused = true;
            return Err(if unfinished { CallRefused::Busy } else { CallRefused::NoCredit });
        }
        let credit = self.events_out.left();
        let message = self.outgoing(Head::Event { method }, options.metadata, core);
        let compress =
            compressor(self.compression, self.shape(core.role, method), options.compress, core);
        let written = core.outbox.message(&Outgoing { credit, compress, ..message }, encode)?;
        self.life.touch();
        if let Some(len) = written {
            stats::count(&mut core.stats.frames_out);
            self.events_out.spend(len);
        }
        Ok(())
    }

    pub(super) fn on_one_way(
        &mut self,
        method: Method,
        flags: Flags,
        mut body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        self.check_protocol(method)?;
        let cost = Some(self.events_in.charge(body.len())?);
        let max = core.limits.metadata_bytes();
        let prefix = take_prefix(Kind::Event, flags, &mut body, max)?;
        check_len(body.len(), core)?;
        let head = Head::Event { method };
        if !flags.has(Flags::MORE) {
            return self.deliver(head, prefix, body, cost, core);
        }
        let next = self.joining.begin(head, prefix, Some(&mut core.memory), &body)?;
        self.joined(head, next, cost, core)
    }

    pub(super) fn deliver_one_way(
        &mut self,
        method: Method,
        prefix: Prefix,
        body: Bytes,
        cost: usize,
        core: &mut Core,
    ) -> Result<(), Error> {
        let (protocol, number) = (method.protocol(), method.number());
        if number == 0 {
            self.event_done(core, cost);
            return self.stray(&body, core);
        }
        stats::count(&mut core.stats.one_way);
        let metadata = prefix.metadata;
        core.events.push_back(Event::OneWay { protocol, number, body, metadata, cost });
        Ok(())
    }

    pub(in super::super) fn event_done(&mut self, core: &mut Core, octets: usize) {
        self.life.touch();
        self.events_in.free(u32::try_from(octets).unwrap_or(u32::MAX));
        // When none is left the peer learns it at once, since it may not stop reading before.
        let idle = self.events_in.is_idle();
        let due = if idle { self.events_in.due_at_once() } else { self.events_in.due() };
        // A Credit is small, and there is nobody to tell if it did not fit.
        let _fits = Self::give(None, due, core);
        if !self.joining.is_empty() {
            self.release(None, core);
        }
    }
}
