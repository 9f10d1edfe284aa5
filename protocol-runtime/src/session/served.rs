//! The peer's calls that are not answered yet.
//!
//! A peer may choose any number that is not open, so they are found by probing: a table of a
//! power of two, at least twice as large as what is in it, that grows with use up to the limit. The
//! nearer to its home a call is, the sooner it makes room ([Robin Hood hashing]), so that one at home
//! ends every search and every removal: of numbers that follow one another, each is.
//! Never holds more than the limit, and never allocates while it does not grow.
//!
//! [Robin Hood hashing]: https://cs.uwaterloo.ca/research/tr/1986/CS-86-14.pdf

use std::time::Instant;

use super::shape::Shape;
use super::spare::Spare;
use super::window::Streams;
use crate::frame::id::CallId;

#[derive(Debug)]
pub(super) struct Served {
    slots: Vec<Option<Serving>>,
    len: usize,
    max: usize,
    /// Not later than the first deadline of a call.
    wake: Option<Instant>,
}

/// A call of the peer.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) call: CallId,
    /// When nobody waits for the answer any more.
    pub(super) deadline: Option<Instant>,
    pub(super) shape: Shape,
    /// Whether the owner knows of it: all of its message came.
    pub(super) handed: bool,
    /// Whether the answer is a stream and has begun.
    pub(super) opened: bool,
    pub(super) streams: Option<Box<Streams>>,
}

impl Serving {
    /// A call whose message has not come yet.
    pub(super) const fn new(call: CallId, deadline: Option<Instant>, shape: Shape) -> Self {
        Self { call, deadline, shape, handed: false, opened: false, streams: None }
    }
}

impl Served {
    pub(super) const fn new(max: usize) -> Self {
        Self { slots: Vec::new(), len: 0, max, wake: None }
    }

    /// Whether one more would be over the limit.
    pub(super) const fn is_full(&self) -> bool {
        self.len >= self.max
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn contains(&self, call: CallId) -> bool {
        self.find(call).is_some()
    }

    /// The call with this number.
    pub(super) fn get_mut(&mut self, call: CallId) -> Option<&mut Serving> {
        let at = self.find(call)?;
        self.slots.get_mut(at)?.as_mut()
    }

    /// Adds a call that is not in the table. The owner looked first whether it is, or full.
    pub(super) fn insert(&mut self, serving: Serving) {
        if self.slots.len() < self.len.saturating_add(1).saturating_mul(2) {
            self.grow();
        }
        if let Some(deadline) = serving.deadline {
            self.wake = Some(self.wake.map_or(deadline, |wake| wake.min(deadline)));
        }
        self.place(serving);
        self.len = self.len.saturating_add(1);
    }

    /// Takes a call out, if it is in the table.
    pub(super) fn remove(&mut self, call: CallId) -> Option<Serving> {
        self.remove_if(call, |_| true)
    }

    /// Takes a call out, if it is in the table and such a one.
    #[inline]
    pub(super) fn remove_if(
        &mut self,
        call: CallId,
        such: impl FnOnce(&Serving) -> bool,
    ) -> Option<Serving> {
        let mut free = self.find(call)?;
        let removed = self.slots.get_mut(free)?.take_if(|found| such(found))?;
        self.len = self.len.saturating_sub(1);
        // Calls behind it that are past their home move up, as far as one that is at home: those
        // behind that one are where they would be without this call.
        loop {
            let next = self.after(free);
            if self.at(next).is_none_or(|found| self.distance(next, found.call) == 0) {
                return Some(removed);
            }
            let moved = self.take(next);
            self.set(free, moved);
            free = next;
        }
    }

    /// When to call [`overdue`](Self::overdue); may be early, never late.
    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.wake
    }

    /// A call whose deadline has come, of those that may still be answered.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<CallId> {
        if self.wake.is_none_or(|wake| now < wake) {
            return None;
        }
        let due = |one: &&Serving| one.deadline.is_some_and(|deadline| deadline <= now);
        if let Some(serving) = self.slots.iter().flatten().find(due) {
            return Some(serving.call);
        }
        self.wake = self.slots.iter().flatten().filter_map(|one| one.deadline).min();
        None
    }

    /// How many slots there are.
    #[cfg(test)]
    pub(super) const fn places(&self) -> usize {
        self.slots.len()
    }

    /// Gives back the slots if none is taken.
    pub(super) fn rest(&mut self, spare: &mut Spare) {
        if self.len == 0 {
            spare.served.keep(&mut self.slots);
        }
    }

    #[inline]
    fn find(&self, call: CallId) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(call);
        for far in 0.. {
            match self.at(at) {
                Some(found) if found.call == call => return Some(at),
                Some(found) if self.distance(at, found.call) >= far => at = self.after(at),
                // The call would have taken this place.
                Some(_) | None => break,
            }
        }
        None
    }

    /// Puts a call into the first slot from its home that is free or taken by one that is nearer
    /// to its own home, which moves on in its turn. There always is a free one: at most half of
    /// the slots are taken.
    #[inline]
    fn place(&mut self, serving: Serving) {
        let at = self.home(serving.call);
        match self.slots.get_mut(at) {
            Some(home @ None) => *home = Some(serving),
            _ => self.place_from(at, serving),
        }
    }

    /// As [`place`](Self::place), where the slot `at` is taken.
    #[inline(never)]
    fn place_from(&mut self, mut at: usize, mut serving: Serving) {
        let mut far = 0;
        while let Some(found) = self.at(at) {
            let theirs = self.distance(at, found.call);
            if theirs < far
                && let Some(Some(found)) = self.slots.get_mut(at)
            {
                std::mem::swap(found, &mut serving);
                far = theirs;
            }
            (at, far) = (self.after(at), far.saturating_add(1));
        }
        self.set(at, Some(serving));
    }

    fn grow(&mut self) {
        if self.slots.is_empty() {
            Spare::with(|spare| spare.served.lend(&mut self.slots));
            if !self.slots.is_empty() {
                return;
            }
        }
        let size = self.slots.len().saturating_mul(2).max(16);
        let mut slots = Vec::new();
        slots.resize_with(size, || None);
        let old = std::mem::replace(&mut self.slots, slots);
        for serving in old.into_iter().flatten() {
            self.place(serving);
        }
    }

    fn at(&self, at: usize) -> Option<&Serving> {
        self.slots.get(at)?.as_ref()
    }

    fn take(&mut self, at: usize) -> Option<Serving> {
        self.slots.get_mut(at)?.take()
    }

    fn set(&mut self, at: usize, serving: Option<Serving>) {
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = serving;
        }
    }

    /// How far the slot `at` is from where the call in it belongs.
    fn distance(&self, at: usize, call: CallId) -> usize {
        at.wrapping_sub(self.home(call)) & self.slots.len().wrapping_sub(1)
    }

    fn home(&self, call: CallId) -> usize {
        call.slot(self.slots.len())
    }

    const fn after(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn id(number: u32) -> CallId {
        CallId::new(number).unwrap()
    }

    fn serving(call: CallId) -> Serving {
        Serving::new(call, None, Shape::default())
    }

    #[test]
    fn numbers_with_the_same_home_are_told_apart() {
        let mut served = Served::new(8);
        let same: Vec<_> = (0..8).map(|n| id(1 + n * 2 * 4096)).collect();
        for &call in &same {
            assert!(!served.contains(call));
            served.insert(serving(call));
        }
        assert!(served.is_full());
        assert!(served.remove(same[3]).is_some());
        assert!(served.remove(same[3]).is_none());
        assert!(same.iter().all(|&call| served.contains(call) == (call != same[3])));
    }

    proptest! {
        #[test]
        fn it_holds_what_a_set_holds(
            steps in prop::collection::vec((any::<bool>(), 0_u32..64, 0_u32..4), 0..400),
        ) {
            let mut served = Served::new(64);
            let mut model = BTreeSet::new();
            for (add, low, high) in steps {
                let call = id((high << 20 | low) * 2 + 1);
                if add && !model.contains(&call) && !served.is_full() {
                    served.insert(serving(call));
                    model.insert(call);
                } else {
                    prop_assert_eq!(served.remove(call).map(|one| one.call), model.take(&call));
                }
                prop_assert_eq!(served.len(), model.len());
                prop_assert_eq!(served.is_full(), model.len() == 64);
                prop_assert!(model.iter().all(|&call| served.contains(call)));
            }
        }
    }
}
