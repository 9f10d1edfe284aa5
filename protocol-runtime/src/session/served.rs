//! The peer's calls that are not answered yet.
//!
//! A peer may choose any number that is not open, so they are found by probing: a table of a
//! power of two, at least twice as large as what is in it, that grows with use up to the limit.
//! Never holds more than the limit, and never allocates while it does not grow.

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
        let Some(at) = self.find(call) else { return false };
        self.clear(at);
        self.len = self.len.saturating_sub(1);
        // Calls behind it may have been placed past their home because of it.
        let mut next = self.after(at);
        while let Some(moved) = self.get(next) {
            self.clear(next);
            self.place(moved);
            next = self.after(next);
        }
        true
    }

    fn find(&self, call: CallId) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(call);
        while let Some(found) = self.get(at) {
            if found == call {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    /// Puts a call into the first free slot from its home. There always is one: at most half of
    /// the slots are taken.
    fn place(&mut self, call: CallId) {
        let mut at = self.home(call);
        while self.get(at).is_some() {
            at = self.after(at);
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Some(call);
        }
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

    fn clear(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = None;
        }
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
