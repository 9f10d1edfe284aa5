//! The peer's calls that are not answered yet.
//!
//! A peer may choose any number that is not open, so they are found by probing: a table of a
//! power of two, at least twice as large as what is in it, that grows with use up to the limit. The
//! nearer to its home a call is, the sooner it makes room ([Robin Hood hashing]), so that one at home
//! ends every search and every removal: of numbers that follow one another, each is.
//! Never holds more than the limit, and never allocates while it does not grow.
//!
//! [Robin Hood hashing]: https://cs.uwaterloo.ca/research/tr/1986/CS-86-14.pdf

use crate::frame::id::CallId;

#[derive(Debug)]
pub(super) struct Served {
    slots: Vec<Option<CallId>>,
    len: usize,
    max: usize,
}

impl Served {
    pub(super) const fn new(max: usize) -> Self {
        Self { slots: Vec::new(), len: 0, max }
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

    /// Adds a call that is not in the table. The owner looked first whether it is, or full.
    pub(super) fn insert(&mut self, call: CallId) {
        if self.slots.len() < self.len.saturating_add(1).saturating_mul(2) {
            self.grow();
        }
        self.place(call);
        self.len = self.len.saturating_add(1);
    }

    /// Takes a call out; false if it is not in the table.
    pub(super) fn remove(&mut self, call: CallId) -> bool {
        let Some(mut free) = self.find(call) else { return false };
        self.len = self.len.saturating_sub(1);
        // Calls behind it that are past their home move up, as far as one that is at home: those
        // behind that one are where they would be without this call.
        loop {
            let next = self.after(free);
            let moved = self.get(next).filter(|found| self.distance(next, *found) > 0);
            self.set(free, moved);
            if moved.is_none() {
                return true;
            }
            free = next;
        }
    }

    fn find(&self, call: CallId) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(call);
        for far in 0.. {
            match self.get(at) {
                Some(found) if found == call => return Some(at),
                Some(found) if self.distance(at, found) >= far => at = self.after(at),
                // The call would have taken this place.
                Some(_) | None => break,
            }
        }
        None
    }

    /// Puts a call into the first slot from its home that is free or taken by one that is nearer
    /// to its own home, which moves on in its turn. There always is a free one: at most half of
    /// the slots are taken.
    fn place(&mut self, mut call: CallId) {
        let (mut at, mut far) = (self.home(call), 0);
        while let Some(found) = self.get(at) {
            let theirs = self.distance(at, found);
            if theirs < far {
                self.set(at, Some(call));
                (call, far) = (found, theirs);
            }
            (at, far) = (self.after(at), far.saturating_add(1));
        }
        self.set(at, Some(call));
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![None; size]);
        for call in old.into_iter().flatten() {
            self.place(call);
        }
    }

    fn get(&self, at: usize) -> Option<CallId> {
        self.slots.get(at).copied().flatten()
    }

    fn set(&mut self, at: usize, call: Option<CallId>) {
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = call;
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

    #[test]
    fn numbers_with_the_same_home_are_told_apart() {
        let mut served = Served::new(8);
        let same: Vec<_> = (0..8).map(|n| id(1 + n * 2 * 4096)).collect();
        for &call in &same {
            assert!(!served.contains(call));
            served.insert(call);
        }
        assert!(served.is_full());
        assert!(served.remove(same[3]));
        assert!(!served.remove(same[3]));
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
                    served.insert(call);
                    model.insert(call);
                } else {
                    prop_assert_eq!(served.remove(call), model.remove(&call));
                }
                prop_assert_eq!(served.len(), model.len());
                prop_assert_eq!(served.is_full(), model.len() == 64);
                prop_assert!(model.iter().all(|&call| served.contains(call)));
            }
        }
    }
}
