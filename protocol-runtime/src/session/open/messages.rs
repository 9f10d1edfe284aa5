//! Messages, from their first frame to the event: joined of fragments, opened if compressed, and
//! given to whom they are for.

use std::time::Instant;

use bytes::Bytes;

use super::super::event::{Dropped, Event};
use super::super::window::COST_MIN;
use super::super::{Core, stats};
use super::joining::{Next, Prefix};
use super::streams::streams;
use super::{Open, check_len};
use crate::compress;
use crate::error::{Error, Fault};
use crate::frame::header::{BadFrame, Flags, Head, Kind};

impl Open {
    /// A message, or the first or a later fragment of one.
    pub(super) fn on_message(
        &mut self,
        now: Instant,
        head: Head,
        flags: Flags,
        body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        self.life.used(now);
        if flags.has(Flags::MORE) && body.len() < 64 {
            // Many of them are work without use.
            self.burden(&body, core)?;
        }
        if flags.has(Flags::COMPRESSED) && self.compression.is_none() {
            return Err(Error::NotNegotiated(head.kind()));
        }
        if !self.joining.is_empty()
            && let Some(at) = self.joining.find(head)?
        {
            return self.on_fragment(at, head, flags, &body, core);
        }
        let more = flags.has(Flags::MORE);
        match head {
            Head::Request { call, method } => self.on_request(now, call, method, flags, body, core),
            Head::Event { method } => self.on_one_way(method, flags, body, core),
            Head::Item { call } => self.on_item(call, flags, body, core),
            Head::Reply { call } => self.on_answer(Kind::Reply, call, flags, body, core),
            Head::Error { call } => self.on_answer(Kind::Error, call, flags, body, core),
            Head::End { .. }
            | Head::Credit { .. }
            | Head::Cancel { .. }
            | Head::Ping
            | Head::Pong
            | Head::GoAway
            | Head::Close => Ok(()),
        }?;
        if more {
            self.joining.watch(now, core.limits.message_stall());
        }
        Ok(())
    }

    /// Gives up messages that do not go on, though nothing keeps the peer.
    pub(super) fn expire_messages(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        let Self { joining, events_in, in_flight, served, life, .. } = self;
        let stalled = joining.stalled(now, core.limits.message_stall(), |head| {
            let receiving = match head {
                _ if life.is_paused() => return true,
                Head::Event { .. } => Some(&*events_in),
                Head::Item { call } => {
                    streams(in_flight, served, call).and_then(|(_, streams)| streams.recv.as_ref())
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
                | Head::Close => None,
            };
            receiving.is_some_and(|receiving| receiving.left() < COST_MIN)
        });
        for (head, held) in stalled {
            self.recover(head, Some(held).filter(|held| *held > 0), core)?;
            self.no_memory(head, core)?;
        }
        Ok(())
    }

    /// A later fragment.
    pub(super) fn on_fragment(
        &mut self,
        at: usize,
        head: Head,
        flags: Flags,
        body: &Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        let kind = head.kind();
        if flags.without(Flags::MORE) != Flags::NONE {
            return Err(BadFrame::Flags { kind, flags: flags.bits() }.into());
        }
        check_len(self.joining.len(at).saturating_add(body.len()), core)?;
        let cost = self.charge(head, body.len())?;
        let more = flags.has(Flags::MORE);
        let next = self.joining.add(at, body, !more);
        self.joined(head, next, cost, core)
    }

    /// What becomes of a message with one more fragment, which cost so much credit.
    pub(super) fn joined(
        &mut self,
        head: Head,
        next: Next,
        cost: Option<u32>,
        core: &mut Core,
    ) -> Result<(), Error> {
        match next {
            Next::Whole(prefix, body, held) => {
                let cost = cost.map(|cost| cost.saturating_add(held));
                self.deliver(head, prefix, body, cost, core)
            }
            Next::Wait if self.hold(head.call(), cost) => Ok(()),
            Next::Wait | Next::Dropped => self.recover(head, cost, core),
            Next::Full(held) => {
                self.recover(head, cost.map(|cost| cost.saturating_add(held)), core)?;
                self.no_memory(head, core)
            }
        }
    }

    /// Hands a message on that is whole.
    pub(super) fn deliver(
        &mut self,
        head: Head,
        prefix: Prefix,
        body: Bytes,
        cost: Option<u32>,
        core: &mut Core,
    ) -> Result<(), Error> {
        self.useful(&body);
        let body = match self.compression.filter(|_| prefix.compressed) {
            None => body,
            Some(algorithm) => {
                let max = usize::try_from(core.limits.message_bytes()).unwrap_or(usize::MAX);
                let mut charge = core.memory.charge();
                if !charge.grow(compress::raw_len(&body, max)?) {
                    self.recover(head, cost, core)?;
                    return self.no_memory(head, core);
                }
                charge.keep(compress::decompress(algorithm, &body, max)?)
            }
        };
        let cost = cost.map_or(0, |cost| usize::try_from(cost).unwrap_or(usize::MAX));
        match head {
            Head::Request { call, method } => {
                self.deliver_request(call, method, prefix, body, core)
            }
            Head::Event { method } => self.deliver_one_way(method, prefix, body, cost, core)?,
            Head::Item { call } => {
                stats::count(&mut core.stats.items_in);
                core.events.push_back(Event::Item { call, body, cost });
            }
            Head::Reply { call } => self.deliver_reply(call, prefix, body, core),
            Head::Error { call } => self.deliver_error(call, &body, core)?,
            Head::End { .. }
            | Head::Credit { .. }
            | Head::Cancel { .. }
            | Head::Ping
            | Head::Pong
            | Head::GoAway
            | Head::Close => {}
        }
        Ok(())
    }

    /// There is no memory for a message.
    pub(super) fn no_memory(&mut self, head: Head, core: &mut Core) -> Result<(), Error> {
        stats::count(&mut core.stats.no_memory);
        match head {
            Head::Request { call, .. } => {
                self.over(call, core);
                self.refuse(call, &Fault::Overloaded { retry_after: None }, core)
            }
            Head::Reply { call } | Head::Error { call } => {
                self.give_up_unread(head, call, core);
                Ok(())
            }
            Head::Item { call } if call.caller() == core.role => {
                self.give_up_unread(head, call, core);
                Ok(())
            }
            Head::Item { call } => self.drop_served(
                call,
                &Fault::Overloaded { retry_after: None },
                Dropped::Overloaded,
                core,
            ),
            // The rest is dropped as it comes.
            Head::Event { .. }
            | Head::End { .. }
            | Head::Credit { .. }
            | Head::Cancel { .. }
            | Head::Ping
            | Head::Pong
            | Head::GoAway
            | Head::Close => Ok(()),
        }
    }
}
