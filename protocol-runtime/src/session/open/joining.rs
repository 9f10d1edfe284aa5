//! Messages of the peer that came in part: their fragments are put together as they come, and
//! memory is charged by what came, never by what was announced.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::memory::{Charge, Share};
use crate::buffers::Long;
use crate::error::Error;
use crate::frame::header::{BadFrame, Head, Kind};
use crate::frame::id::CallId;
use crate::metadata::Metadata;

/// Messages of the peer that may be unfinished at the same time.
const MAX: usize = super::super::outbox::UNFINISHED_MAX;

/// What stands before the body of a message.
#[derive(Debug, Default)]
pub(super) struct Prefix {
    /// How long the caller waits, in milliseconds.
    pub(super) deadline: Option<u32>,
    pub(super) metadata: Option<Metadata>,
    pub(super) compressed: bool,
}

/// The unfinished messages; usually none.
#[derive(Debug, Default)]
pub(super) struct Joining {
    messages: Vec<Joined>,
    /// When to look which of them did not go on since the last time.
    look: Option<Instant>,
}

/// An unfinished message.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) head: Head,
    pub(super) prefix: Prefix,
    body: Long,
    /// What its fragments cost and is not free yet.
    held: u32,
    /// Whether some of it came since somebody looked.
    goes_on: bool,
    /// None if the message is refused already, and what comes of it is dropped.
    charge: Option<Charge>,
}

/// What became of a fragment.
pub(super) enum Next {
    /// There is more to come.
    Wait,
    /// There is more to come, and there is no memory for it: all of it is dropped. So much of what its
    /// fragments cost is not free yet.
    Full(u32),
    /// The message is whole, and so much of what its fragments cost is not free yet.
    Whole(Prefix, Bytes, u32),
    /// The message was dropped, and this was the last of it.
    Dropped,
}

impl Joining {
    pub(super) const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The unfinished message that a frame goes on with, if any.
    pub(super) fn find(&self, head: Head) -> Result<Option<usize>, BadFrame> {
        if self.messages.is_empty() {
            return Ok(None);
        }
        let same = |one: &Joined| one.head.kind() == head.kind() && one.head.call() == head.call();
        let Some(at) = self.messages.iter().position(same) else { return Ok(None) };
        if self.messages.get(at).is_some_and(|one| one.head == head) {
            return Ok(Some(at));
        }
        let call = head.call().map_or(0, CallId::get);
        Err(BadFrame::Unfinished { kind: head.kind(), call })
    }

    /// Whether a message of this kind and call is unfinished.
    pub(super) fn has(&self, kind: Kind, call: CallId) -> bool {
        self.messages.iter().any(|one| one.head.kind() == kind && one.head.call() == Some(call))
    }

    /// Begins a message, or, if it is refused, what is dropped until it ends.
    pub(super) fn begin(
        &mut self,
        head: Head,
        prefix: Prefix,
        memory: Option<&mut Share>,
        body: &[u8],
    ) -> Result<Next, Error> {
        if self.messages.len() >= MAX {
            return Err(BadFrame::TooManyUnfinished(MAX).into());
        }
        let charge = memory.map(Share::charge);
        self.messages.push(Joined {
            head,
            prefix,
            body: Long::default(),
            held: 0,
            goes_on: true,
            charge,
        });
        let at = self.messages.len().saturating_sub(1);
        Ok(self.add(at, body, false))
    }

    /// Adds a fragment to the message at this place.
    pub(super) fn add(&mut self, at: usize, body: &[u8], last: bool) -> Next {
        let Some(one) = self.messages.get_mut(at) else { return Next::Dropped };
        let full = one.charge.as_mut().is_some_and(|charge| !charge.grow(body.len()));
        let held = one.held;
        one.goes_on = true;
        if full {
            one.charge = None;
            one.body = Long::default();
        }
        if one.charge.is_some() {
            one.body.append(body);
        }
        if !last {
            return if full { Next::Full(held) } else { Next::Wait };
        }
        let one = self.messages.swap_remove(at);
        match one.charge {
            Some(charge) => {
                let mut body = one.body;
                body.fit();
                Next::Whole(one.prefix, charge.keep(body), one.held)
            }
            None if full => Next::Full(held),
            None => Next::Dropped,
        }
    }

    /// What the fragments of the unfinished item of this call, or one-way message, cost and is not free
    /// yet.
    pub(super) fn held(&mut self, call: Option<CallId>) -> Option<&mut u32> {
        let kind = if call.is_some() { Kind::Item } else { Kind::Event };
        let same = |one: &&mut Joined| {
            one.head.kind() == kind && one.head.call() == call && one.charge.is_some()
        };
        self.messages.iter_mut().find(same).map(|one| &mut one.held)
    }

    /// How long the message at this place is so far, and its kind.
    pub(super) fn len(&self, at: usize) -> usize {
        self.messages.get(at).map_or(0, |one| one.body.len())
    }

    /// From now on somebody looks now and then whether they go on.
    pub(super) fn watch(&mut self, now: Instant, every: Duration) {
        if self.look.is_none() && !self.messages.is_empty() {
            self.look = now.checked_add(every);
        }
    }

    /// When to look.
    pub(super) fn look(&self) -> Option<Instant> {
        self.look.filter(|_| !self.messages.is_empty())
    }

    /// Looks for messages of which nothing came since the last time, without those that `may_wait`:
    /// what came of them is dropped, and what follows. With each, what its fragments cost and is not free.
    pub(super) fn stalled(
        &mut self,
        now: Instant,
        every: Duration,
        mut may_wait: impl FnMut(Head) -> bool,
    ) -> Vec<(Head, u32)> {
        let mut stalled = Vec::new();
        if self.look.is_none_or(|look| now < look) {
            return stalled;
        }
        self.look = None;
        self.watch(now, every);
        for one in &mut self.messages {
            let goes_on = std::mem::replace(&mut one.goes_on, false) || may_wait(one.head);
            if !goes_on && one.charge.take().is_some() {
                one.body = Long::default();
                stalled.push((one.head, std::mem::take(&mut one.held)));
            }
        }
        stalled
    }

    /// Drops what came of this call's messages. Says whether there was any.
    pub(super) fn forget(&mut self, call: CallId) -> bool {
        let before = self.messages.len();
        self.messages.retain(|one| one.head.call() != Some(call));
        self.messages.len() != before
    }

    /// What still comes of this call's request is dropped until it ends.
    pub(super) fn refuse(&mut self, call: CallId) {
        for one in self.messages.iter_mut().filter(|one| one.head.call() == Some(call)) {
            one.charge = None;
            one.body = Long::default();
        }
    }
}
