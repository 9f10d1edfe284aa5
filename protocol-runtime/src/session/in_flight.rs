//! This side's calls that have no answer yet.
//!
//! A ring of a power of two, at least twice as large as what is in it; a call's slot is its
//! number halved, modulo the size, and numbers whose slot is taken are skipped. So a call is
//! found by one look. The ring grows with use up to the limit and never allocates otherwise.
//!
//! A call whose caller is gone keeps its slot for a while, so that its late answer is known for
//! what it is. A number comes again only after all others, so a late answer never meets another
//! call.

use std::time::{Duration, Instant};

use crate::frame::id::{CallId, Role};

#[derive(Debug)]
pub(super) struct InFlight {
    slots: Vec<Option<Slot>>,
    taken: usize,
    max: usize,
    next: CallId,
    /// The last number that was used.
    last: Option<CallId>,
    /// Not later than the first deadline of a slot.
    wake: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    call: CallId,
    /// Whether somebody waits for the answer.
    awaited: bool,
    /// When nobody waits any more, or the slot is free.
    deadline: Option<Instant>,
    /// The batch of output in which the request went out.
    batch: u64,
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// A call that somebody waits for.
    Awaited,
    /// A call that nobody waits for any more.
    Late,
    /// A call that was answered already, or is long over.
    Over,
    /// A number that was not used yet.
    NeverMade,
}

impl InFlight {
    pub(super) const fn new(role: Role, max: usize) -> Self {
        let next = CallId::first(role);
        Self { slots: Vec::new(), taken: 0, max, next, last: None, wake: None }
    }

    /// The number for one more call; `None` if that would be over the limit. Nothing is taken
    /// until [`begin`](Self::begin).
    pub(super) fn next(&mut self) -> Option<CallId> {
        if self.taken >= self.max {
            return None;
        }
        if self.slots.len() < self.taken.saturating_add(1).saturating_mul(2) {
            self.grow();
        }
        // At most half of the slots are taken, so this ends.
        while self.get(self.next).is_some() {
            self.next = self.next.next();
        }
        Some(self.next)
    }

    /// Begins the call with the number that [`next`](Self::next) gave.
    pub(super) fn begin(&mut self, call: CallId, deadline: Option<Instant>, batch: u64) {
        self.put(Slot { call, awaited: true, deadline, batch });
        self.taken = self.taken.saturating_add(1);
        self.last = Some(call);
        self.next = call.next();
        self.wake_at(deadline);
    }

    /// An answer came: the call is over.
    pub(super) fn finish(&mut self, call: CallId) -> Answered {
        match self.get(call) {
            Some(slot) if slot.call == call => {
                self.free(call);
                if slot.awaited { Answered::Awaited } else { Answered::Late }
            }
            _ if self.last.is_some_and(|last| !call.is_after(last)) => Answered::Over,
            _ => Answered::NeverMade,
        }
    }

    /// Nobody waits for the answer any more; the slot is kept until `until`.
    pub(super) fn forget(&mut self, call: CallId, until: Option<Instant>) {
        if let Some(slot) = self.get(call)
            && slot.call == call
            && slot.awaited
        {
            self.put(Slot { awaited: false, deadline: until, ..slot });
            self.wake_at(until);
        }
    }

    /// Ends the wait for each call whose deadline has come, and frees each slot that was kept
    /// long enough. `timed_out` is told of the former.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        grace: Duration,
        mut timed_out: impl FnMut(CallId),
    ) {
        if self.wake.is_none_or(|wake| now < wake) {
            return;
        }
        self.wake = None;
        for at in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at).copied().flatten() else { continue };
            if slot.deadline.is_none_or(|deadline| now < deadline) {
                self.wake_at(slot.deadline);
            } else if slot.awaited {
                timed_out(slot.call);
                self.forget(slot.call, now.checked_add(grace));
            } else {
                self.free(slot.call);
            }
        }
    }

    /// Each call that somebody waits for, and the batch it went out with.
    pub(super) fn awaited(&self) -> impl Iterator<Item = (CallId, u64)> {
        self.slots.iter().flatten().filter(|slot| slot.awaited).map(|slot| (slot.call, slot.batch))
    }

    /// When to call [`expire`](Self::expire); may be early, never late.
    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.wake
    }

    /// How many slots are taken.
    pub(super) const fn len(&self) -> usize {
        self.taken
    }

    /// The next call gets this number, or the next free one after it.
    #[cfg(test)]
    pub(super) fn skip_to(&mut self, next: CallId) {
        self.next = next;
    }

    /// Doubles the ring. Numbers with different slots have different slots in the larger one.
    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![None; size]);
        for slot in old.into_iter().flatten() {
            self.put(slot);
        }
    }

    /// Whatever is in the slot of this number.
    fn get(&self, call: CallId) -> Option<Slot> {
        self.slots.get(call.slot(self.slots.len())).copied().flatten()
    }

    fn put(&mut self, slot: Slot) {
        let at = slot.call.slot(self.slots.len());
        if let Some(place) = self.slots.get_mut(at) {
            *place = Some(slot);
        }
    }

    fn free(&mut self, call: CallId) {
        let at = call.slot(self.slots.len());
        if let Some(place) = self.slots.get_mut(at) {
            *place = None;
            self.taken = self.taken.saturating_sub(1);
        }
    }

    fn wake_at(&mut self, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            self.wake = Some(self.wake.map_or(deadline, |wake| wake.min(deadline)));
        }
    }
}
