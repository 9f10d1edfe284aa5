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

use super::shape::Shape;
use super::spare::Spare;
use super::window::{Receiving, Streams};
use crate::frame::id::{CallId, Role};

#[derive(Debug)]
pub(super) struct InFlight {
    slots: Vec<Option<Slot>>,
    taken: usize,
    max: usize,
    next: CallId,
    /// The last number that was used.
    last: Option<CallId>,
    /// Whether the numbers have started over.
    wrapped: bool,
    /// Not later than the first deadline of a slot.
    wake: Option<Instant>,
}

/// A call of this side.
#[derive(Debug)]
pub(super) struct Slot {
    call: CallId,
    /// Whether somebody waits for the answer.
    awaited: bool,
    /// When nobody waits any more, or the slot is free.
    deadline: Option<Instant>,
    /// The batch of output in which the request went out.
    batch: u64,
    pub(super) shape: Shape,
    /// Whether the answer is a stream and has begun.
    pub(super) opened: bool,
    pub(super) streams: Option<Box<Streams>>,
}

/// Calls whose slots were given up before the peer answered, and may answer yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unanswered {
    /// How many answers there may be: two where a stream did not begin.
    pub(super) answers: u32,
    /// What the peer may still send on their streams.
    pub(super) credit: u32,
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
        Self { slots: Vec::new(), taken: 0, max, next, last: None, wrapped: false, wake: None }
    }

    /// How many calls there may be at a time.
    pub(super) fn max(&self) -> u32 {
        u32::try_from(self.max).unwrap_or(u32::MAX)
    }

    /// How many more there may be now.
    pub(super) const fn left(&self) -> usize {
        self.max.saturating_sub(self.taken)
    }

    /// The number for one more call; `None` if that would be over the limit. Nothing is taken
    /// until [`begin`](Self::begin).
    #[inline]
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
    #[inline]
    pub(super) fn begin(
        &mut self,
        call: CallId,
        deadline: Option<Instant>,
        batch: u64,
        shape: Shape,
        streams: Option<Box<Streams>>,
    ) {
        let opened = false;
        self.put(Slot { call, awaited: true, deadline, batch, shape, opened, streams });
        self.taken = self.taken.saturating_add(1);
        self.wrapped |= self.last.is_some_and(|last| call < last);
        self.last = Some(call);
        self.next = call.next();
        self.wake_at(deadline);
    }

    /// What a frame for this call is for.
    #[inline]
    pub(super) fn judge(&self, call: CallId) -> Answered {
        match self.get(call) {
            Some(slot) if slot.call == call && slot.awaited => Answered::Awaited,
            Some(slot) if slot.call == call => Answered::Late,
            _ if self.was_used(call) => Answered::Over,
            _ => Answered::NeverMade,
        }
    }

    /// The call is over: its slot is free.
    pub(super) fn finish(&mut self, call: CallId) -> Answered {
        let judged = self.judge(call);
        if matches!(judged, Answered::Awaited | Answered::Late) {
            self.free(call);
        }
        judged
    }

    /// The call is over, if there is such a one: its slot is free.
    #[inline]
    pub(super) fn end(&mut self, call: CallId) {
        let at = call.slot(self.slots.len());
        let slot = self.slots.get_mut(at);
        if slot.is_some_and(|slot| slot.take_if(|slot| slot.call == call).is_some()) {
            self.taken = self.taken.saturating_sub(1);
        }
    }

    /// The call, if somebody waits for it.
    pub(super) fn awaited_mut(&mut self, call: CallId) -> Option<&mut Slot> {
        self.get_mut(call).filter(|slot| slot.awaited)
    }

    /// The call, whether or not somebody waits for it.
    #[inline]
    pub(super) fn get_mut(&mut self, call: CallId) -> Option<&mut Slot> {
        let at = call.slot(self.slots.len());
        self.slots.get_mut(at)?.as_mut().filter(|slot| slot.call == call)
    }

    /// Nobody waits for the answer any more; the slot is kept until `until`. Whether somebody did.
    pub(super) fn forget(&mut self, call: CallId, until: Option<Instant>) -> bool {
        let Some(slot) = self.awaited_mut(call) else { return false };
        slot.awaited = false;
        slot.deadline = until;
        self.wake_at(until);
        true
    }

    /// The slot of a call that nobody waits for is kept until `until`.
    pub(super) fn keep(&mut self, call: CallId, until: Option<Instant>) {
        if let Some(slot) = self.get_mut(call).filter(|slot| !slot.awaited) {
            slot.deadline = until;
            self.wake_at(until);
        }
    }

    /// Ends the wait for each call whose deadline has come, and frees each slot that was kept
    /// long enough. `timed_out` is told of the former, and the latter are returned.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        grace: Duration,
        mut timed_out: impl FnMut(CallId),
    ) -> Unanswered {
        let mut freed = Unanswered::default();
        if self.wake.is_none_or(|wake| now < wake) {
            return freed;
        }
        self.wake = None;
        for at in 0..self.slots.len() {
            let Some(Some(slot)) = self.slots.get(at) else { continue };
            let (call, awaited, deadline) = (slot.call, slot.awaited, slot.deadline);
            let stream = slot.streams.as_ref().and_then(|streams| streams.recv.as_ref());
            let credit = stream.map_or(0, Receiving::left);
            let answers = if stream.is_some() && !slot.opened { 2 } else { 1 };
            if deadline.is_none_or(|deadline| now < deadline) {
                self.wake_at(deadline);
            } else if awaited {
                timed_out(call);
                self.forget(call, now.checked_add(grace));
            } else {
                self.free(call);
                freed.answers = freed.answers.saturating_add(answers);
                freed.credit = freed.credit.saturating_add(credit);
            }
        }
        freed
    }

    /// The calls that somebody waits for and that come after `last`; all of them if there is none.
    pub(super) fn after(&self, last: Option<CallId>) -> Vec<CallId> {
        let calls = self.awaited().map(|(call, _)| call);
        calls.filter(|call| last.is_none_or(|last| call.is_after(last))).collect()
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

    /// How many slots there are.
    #[cfg(test)]
    pub(super) const fn places(&self) -> usize {
        self.slots.len()
    }

    /// Gives back the slots if none is taken.
    pub(super) fn rest(&mut self, spare: &mut Spare) {
        if self.taken == 0 {
            spare.calls.keep(&mut self.slots);
        }
    }

    /// Whether there was a call with this number. Once numbers have started over every one was
    /// used, and those ahead count as unused, since their calls are long forgotten.
    fn was_used(&self, call: CallId) -> bool {
        self.last.is_some_and(|last| if self.wrapped { !call.is_after(last) } else { call <= last })
    }

    /// Doubles the ring. Numbers with different slots have different slots in the larger one.
    fn grow(&mut self) {
        if self.slots.is_empty() {
            Spare::with(|spare| spare.calls.lend(&mut self.slots));
            if !self.slots.is_empty() {
                return;
            }
        }
        let size = self.slots.len().saturating_mul(2).max(16);
        let mut slots = Vec::new();
        slots.resize_with(size, || None);
        let old = std::mem::replace(&mut self.slots, slots);
        for slot in old.into_iter().flatten() {
            self.put(slot);
        }
    }

    /// Whatever is in the slot of this number.
    #[inline]
    fn get(&self, call: CallId) -> Option<&Slot> {
        self.slots.get(call.slot(self.slots.len()))?.as_ref()
    }

    #[inline]
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::session::tests::pair;

    const SECOND: Duration = Duration::from_secs(1);

    fn id(number: u32) -> CallId {
        CallId::new(number).unwrap()
    }

    fn begin(calls: &mut InFlight, deadline: Option<Instant>) -> u32 {
        let call = calls.next().unwrap();
        calls.begin(call, deadline, 0, Shape::default(), None);
        call.get()
    }

    #[test]
    fn numbers_rise_and_the_limit_holds() {
        let mut calls = InFlight::new(Role::Server, 3);
        assert_eq!([(); 3].map(|()| begin(&mut calls, None)), [2, 4, 6]);
        assert_eq!(calls.next(), None);
        assert_eq!(calls.finish(id(4)), Answered::Awaited);
        assert_eq!(begin(&mut calls, None), 8);
    }

    #[test]
    fn a_number_that_is_not_taken_is_given_again() {
        let mut calls = InFlight::new(Role::Client, 3);
        assert_eq!(calls.next(), calls.next());
        assert_eq!(calls.len(), 0);
        assert_eq!(calls.finish(id(1)), Answered::NeverMade);
    }

    #[test]
    fn an_answer_is_judged_by_what_became_of_its_call() {
        let mut calls = InFlight::new(Role::Client, 4);
        assert_eq!(calls.finish(id(1)), Answered::NeverMade);
        begin(&mut calls, None);
        begin(&mut calls, None);
        calls.forget(id(3), None);
        assert_eq!(calls.finish(id(1)), Answered::Awaited);
        assert_eq!(calls.finish(id(1)), Answered::Over);
        assert_eq!(calls.finish(id(3)), Answered::Late);
        assert_eq!(calls.finish(id(3)), Answered::Over);
        assert_eq!(calls.finish(id(5)), Answered::NeverMade);
    }

    #[test]
    fn a_number_far_ahead_was_never_made() {
        let mut calls = InFlight::new(Role::Client, 4);
        begin(&mut calls, None);
        for far in [3, 1 << 31 | 1, 1 << 31 | 3, u32::MAX] {
            assert_eq!(calls.finish(id(far)), Answered::NeverMade, "{far}");
        }
    }

    #[test]
    fn numbers_wrap_and_skip_slots_that_are_taken() {
        let mut calls = InFlight::new(Role::Client, 4);
        assert_eq!(begin(&mut calls, None), 1);
        calls.skip_to(id(u32::MAX));
        assert_eq!(begin(&mut calls, None), u32::MAX);
        // 1 is still open.
        assert_eq!(begin(&mut calls, None), 3);
        assert_eq!(calls.finish(id(u32::MAX)), Answered::Awaited);
        assert_eq!(calls.finish(id(u32::MAX)), Answered::Over);
        assert_eq!(calls.finish(id(1)), Answered::Awaited);
        assert_eq!(calls.finish(id(5)), Answered::NeverMade);
    }

    #[test]
    fn a_call_that_times_out_keeps_its_slot_for_the_grace() {
        let start = pair::start();
        let mut calls = InFlight::new(Role::Client, 2);
        begin(&mut calls, Some(start + SECOND));
        begin(&mut calls, None);
        assert_eq!(calls.deadline(), Some(start + SECOND));
        let mut timed_out = Vec::new();
        let mut expire =
            |calls: &mut InFlight, now| calls.expire(now, SECOND, |call| timed_out.push(call));
        expire(&mut calls, start);
        assert_eq!(calls.len(), 2);
        expire(&mut calls, start + SECOND);
        assert_eq!((calls.len(), calls.deadline()), (2, Some(start + SECOND * 2)));
        expire(&mut calls, start + SECOND * 2);
        assert_eq!((calls.len(), calls.deadline()), (1, None));
        assert_eq!(timed_out, [id(1)]);
        assert_eq!(calls.finish(id(1)), Answered::Over);
    }

    proptest! {
        /// Against a model: a list of open calls.
        #[test]
        fn it_holds_what_a_list_holds(
            from in prop_oneof![Just(1_u32), Just(u32::MAX - 40)],
            steps in prop::collection::vec((0_u8..4, 0_usize..40), 0..400),
        ) {
            let mut calls = InFlight::new(Role::Client, 32);
            calls.skip_to(id(from));
            let mut model: Vec<(CallId, bool)> = Vec::new();
            for (step, pick) in steps {
                match (step, model.get(pick).copied()) {
                    (0 | 1, _) => match calls.next() {
                        Some(call) => {
                            prop_assert!(model.iter().all(|open| open.0 != call));
                            calls.begin(call, None, 0, Shape::default(), None);
                            model.push((call, true));
                        }
                        None => prop_assert_eq!(model.len(), 32),
                    },
                    (2, Some((call, awaited))) => {
                        let expected = if awaited { Answered::Awaited } else { Answered::Late };
                        prop_assert_eq!(calls.finish(call), expected);
                        prop_assert_eq!(calls.finish(call), Answered::Over);
                        model.remove(pick);
                    }
                    (_, Some((call, _))) => {
                        calls.forget(call, None);
                        model[pick].1 = false;
                    }
                    (_, None) => {}
                }
                prop_assert_eq!(calls.len(), model.len());
                let awaited = model.iter().filter(|open| open.1).count();
                prop_assert_eq!(calls.awaited().count(), awaited);
            }
        }
    }
}
