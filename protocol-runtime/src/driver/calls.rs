//! Calls of this side that wait for their answer: a ring of slots, found by the id's low bits.
//!
//! No map and no channel: a slot holds the caller's waker, then the outcome, until the caller
//! takes it. Decoding is the caller's. Wakers are handed out, never called or dropped in here.

use std::task::{Poll, Waker};

use bytes::Bytes;

use crate::session::{CallFailure, CallId};

/// What became of a call.
pub(crate) type Outcome = Result<Bytes, CallFailure>;

/// The ring. It grows to the power of two in which no two calls meet.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    slots: Vec<Option<Slot>>,
}

#[derive(Debug)]
struct Slot {
    call: CallId,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting(Waker),
    Done(Outcome),
}

/// The first size of a ring.
const SLOTS: usize = 16;
/// A ring never gets larger than this. Calls that meet in it are so far apart that the earlier
/// one was answered long ago and its caller never looked.
const SLOTS_MAX: usize = 1 << 24;

impl Calls {
    /// Waits for the outcome of `call`. Returns the waker of a call that had to make room.
    #[must_use]
    pub(crate) fn insert(&mut self, call: CallId, waker: Waker) -> Option<Waker> {
        while self.slot(call).is_none_or(|slot| slot.is_some()) && self.slots.len() < SLOTS_MAX {
            self.grow();
        }
        let slot = self.slot(call)?;
        let evicted = slot.replace(Slot { call, state: State::Waiting(waker) });
        evicted.and_then(Slot::into_waker)
    }

    /// Keeps the outcome for the caller and returns the waker to call. `None` if nobody waits.
    #[must_use]
    pub(crate) fn finish(&mut self, call: CallId, outcome: Outcome) -> Option<Waker> {
        let slot = self.taken(call)?;
        match std::mem::replace(&mut slot.state, State::Done(outcome)) {
            State::Waiting(waker) => Some(waker),
            State::Done(first) => {
                slot.state = State::Done(first);
                None
            }
        }
    }

    /// The outcome of `call`, once; `Ready(None)` if there is no such call. A waker that was
    /// replaced comes out through `dropped`.
    pub(crate) fn poll(
        &mut self,
        call: CallId,
        waker: &Waker,
        dropped: &mut Option<Waker>,
    ) -> Poll<Option<Outcome>> {
        match self.taken(call).map(|slot| &mut slot.state) {
            None => Poll::Ready(None),
            Some(State::Waiting(old)) => {
                if !old.will_wake(waker) {
                    *dropped = Some(std::mem::replace(old, waker.clone()));
                }
                Poll::Pending
            }
            Some(State::Done(_)) => match self.slot(call).and_then(Option::take) {
                Some(Slot { state: State::Done(outcome), .. }) => Poll::Ready(Some(outcome)),
                Some(_) | None => Poll::Ready(None),
            },
        }
    }

    /// Forgets `call`. The waker is there if it had no outcome yet.
    #[must_use]
    pub(crate) fn remove(&mut self, call: CallId) -> Option<Waker> {
        self.taken(call)?;
        self.slot(call).and_then(Option::take).and_then(Slot::into_waker)
    }

    /// The calls that have no outcome yet.
    pub(crate) fn waiting(&self) -> Vec<CallId> {
        let waits = |slot: &&Slot| matches!(slot.state, State::Waiting(_));
        self.slots.iter().flatten().filter(waits).map(|slot| slot.call).collect()
    }

    fn slot(&mut self, call: CallId) -> Option<&mut Option<Slot>> {
        let place = place(call, self.slots.len());
        self.slots.get_mut(place)
    }

    fn taken(&mut self, call: CallId) -> Option<&mut Slot> {
        self.slot(call)?.as_mut().filter(|slot| slot.call == call)
    }

    /// Doubles the ring. Slots apart before stay apart after.
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(SLOTS);
        let mut slots = Vec::new();
        slots.resize_with(size, || None);
        for slot in self.slots.drain(..).flatten() {
            if let Some(free) = slots.get_mut(place(slot.call, size)) {
                *free = Some(slot);
            }
        }
        self.slots = slots;
    }
}

impl Slot {
    fn into_waker(self) -> Option<Waker> {
        match self.state {
            State::Waiting(waker) => Some(waker),
            State::Done(_) => None,
        }
    }
}

/// The place of `call` in a ring of `size`, a power of two or 0.
fn place(call: CallId, size: usize) -> usize {
    // Ids of one side are all odd or all even.
    let index = usize::try_from(call.get() / 2).unwrap_or(usize::MAX);
    index & size.saturating_sub(1)
}
