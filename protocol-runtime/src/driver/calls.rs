//! Calls of this side that wait for their answer: a ring of slots, found by the id's low bits.
//!
//! No map and no channel: a slot holds the caller's waker, then the outcome, until the caller
//! takes it; of an answer that is a stream it holds the values that were not taken. Decoding is the
//! caller's. Wakers are handed out, never called or dropped in here.

use std::collections::BTreeMap;
use std::task::{Poll, Waker};

use bytes::Bytes;

use super::inlet::Inlet;
use super::shared::Shared;
use crate::error::{CallError, CloseReason};
use crate::frame::reason::Reason;
use crate::metadata::Metadata;
use crate::session::{CallFailure, CallId};
use crate::wire::{AppError, DecodeOptions};

/// What became of a call.
pub(crate) type Outcome = Result<Answered, CallFailure>;

/// An answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Answered {
    /// `None` if it is a stream, whose values wait in the ring.
    pub(crate) body: Option<Bytes>,
    pub(crate) metadata: Option<Box<Metadata>>,
}

/// The ring. It grows to the power of two in which no two calls meet of which more is to come, as the
/// session's does; what is over and waits to be looked at makes room.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    slots: Vec<Option<Slot>>,
    /// What made room.
    aside: BTreeMap<CallId, State>,
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
    /// The caller may not have looked yet: then its waker is gone, and what came along is here.
    Stream(Box<Streaming>),
}

#[derive(Debug)]
struct Streaming {
    inlet: Inlet,
    metadata: Option<Box<Metadata>>,
}

/// The first size of a ring.
const SLOTS: usize = 16;

impl Calls {
    /// Waits for the outcome of `call`. Returns the waker of an earlier one with the same number.
    #[inline]
    #[must_use]
    pub(crate) fn insert(&mut self, call: CallId, waker: Waker) -> Option<Waker> {
        let meets = |slot: &mut Option<Slot>| {
            slot.as_ref().is_some_and(|slot| slot.call != call && slot.state.is_open())
        };
        while self.slot(call).is_none_or(meets) {
            self.grow();
        }
        let slot = Slot { call, state: State::Waiting(waker) };
        let evicted = self.slot(call)?.replace(slot)?;
        if evicted.call != call {
            self.aside.insert(evicted.call, evicted.state);
            return None;
        }
        evicted.state.into_waker()
    }

    /// Keeps the outcome for the caller and returns the waker to call. `None` if nobody waits.
    #[inline]
    #[must_use]
    pub(crate) fn finish(&mut self, call: CallId, outcome: Outcome) -> Option<Waker> {
        let state = self.taken(call)?;
        match state {
            State::Done(_) => None,
            State::Stream(stream) => stream.inlet.finish(outcome.map(|_| ())),
            State::Waiting(_) => std::mem::replace(state, State::Done(outcome)).into_waker(),
        }
    }

    /// The answer is a stream. Returns the waker of whoever waits for it.
    #[must_use]
    pub(crate) fn open(&mut self, call: CallId, metadata: Option<Box<Metadata>>) -> Option<Waker> {
        let state = self.taken(call)?;
        match state {
            State::Done(_) | State::Stream(_) => None,
            State::Waiting(_) => {
                let stream = Streaming { inlet: Inlet::default(), metadata };
                std::mem::replace(state, State::Stream(Box::new(stream))).into_waker()
            }
        }
    }

    /// Where the values of the answer wait, if it is a stream.
    pub(crate) fn inlet(&mut self, call: CallId) -> Option<&mut Inlet> {
        match self.taken(call)? {
            State::Stream(stream) => Some(&mut stream.inlet),
            State::Waiting(_) | State::Done(_) => None,
        }
    }

    /// The outcome of `call`, once; `Ready(None)` if there is no such call. A waker that was
    /// replaced comes out through `dropped`.
    #[inline]
    pub(crate) fn poll(
        &mut self,
        call: CallId,
        waker: &Waker,
        dropped: &mut Option<Waker>,
    ) -> Poll<Option<Outcome>> {
        match self.taken(call) {
            None => Poll::Ready(None),
            Some(State::Waiting(old)) => {
                if !old.will_wake(waker) {
                    *dropped = Some(std::mem::replace(old, waker.clone()));
                }
                Poll::Pending
            }
            Some(State::Stream(stream)) => {
                let metadata = stream.metadata.take();
                Poll::Ready(Some(Ok(Answered { body: None, metadata })))
            }
            Some(State::Done(_)) => match self.take(call) {
                Some(State::Done(outcome)) => Poll::Ready(Some(outcome)),
                Some(_) | None => Poll::Ready(None),
            },
        }
    }

    /// Forgets `call`, and gives out what is to be dropped outside the lock. Nothing if it had its
    /// outcome.
    #[must_use]
    pub(crate) fn remove(&mut self, call: CallId) -> Option<Forgotten> {
        let state = self.take(call)?;
        state.is_open().then_some(Forgotten { _state: state })
    }

    /// The calls of which more is to come.
    pub(crate) fn waiting(&self) -> Vec<CallId> {
        let open = self.slots.iter().flatten().filter(|slot| slot.state.is_open());
        open.map(|slot| slot.call).collect()
    }

    /// How many calls the ring has room for.
    #[cfg(test)]
    pub(crate) const fn capacity(&self) -> usize {
        self.slots.len()
    }

    #[inline]
    fn slot(&mut self, call: CallId) -> Option<&mut Option<Slot>> {
        let place = place(call, self.slots.len());
        self.slots.get_mut(place)
    }

    #[inline]
    fn taken(&mut self, call: CallId) -> Option<&mut State> {
        let place = place(call, self.slots.len());
        match self.slots.get_mut(place) {
            Some(Some(slot)) if slot.call == call => Some(&mut slot.state),
            _ if self.aside.is_empty() => None,
            _ => self.aside.get_mut(&call),
        }
    }

    #[inline]
    fn take(&mut self, call: CallId) -> Option<State> {
        match self.slot(call)?.take_if(|slot| slot.call == call) {
            Some(slot) => Some(slot.state),
            None => self.aside.remove(&call),
        }
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

/// A call that nobody waits for any more.
#[derive(Debug)]
pub(crate) struct Forgotten {
    _state: State,
}

impl State {
    fn into_waker(self) -> Option<Waker> {
        match self {
            Self::Waiting(waker) => Some(waker),
            Self::Done(_) | Self::Stream(_) => None,
        }
    }

    const fn is_open(&self) -> bool {
        match self {
            Self::Waiting(_) => true,
            Self::Done(_) => false,
            Self::Stream(stream) => stream.inlet.is_open(),
        }
    }
}

/// How a call failed, as its caller sees it.
pub(crate) fn failed<E: AppError>(
    shared: &Shared,
    options: &DecodeOptions,
    failure: CallFailure,
) -> CallError<E> {
    match failure {
        CallFailure::Application(detail) => match E::decode_detail(&detail, options) {
            Ok(error) => CallError::Application(error),
            Err(error) => CallError::Decode(error),
        },
        CallFailure::Remote(fault) => fault.into(),
        CallFailure::TimedOut => CallError::DeadlineExceeded,
        CallFailure::NoMemory => CallError::ResponseTooLarge,
        CallFailure::Unsent(error) => CallError::Encode(error),
        CallFailure::ConnectionLost { maybe_executed } => {
            shared.with(|core| lost(core.session.close_reason(), maybe_executed))
        }
    }
}

/// What the end of the connection is to a caller.
pub(crate) fn lost<E>(reason: Option<&CloseReason>, maybe_executed: bool) -> CallError<E> {
    if let Some(CloseReason::Peer { reason: Reason::Unauthorized, .. }) = reason {
        return CallError::NotLetIn { maybe_executed };
    }
    CallError::ConnectionLost { maybe_executed }
}

/// The place of `call` in a ring of `size`, a power of two or 0.
fn place(call: CallId, size: usize) -> usize {
    // Ids of one side are all odd or all even.
    let index = usize::try_from(call.get() / 2).unwrap_or(usize::MAX);
    index & size.saturating_sub(1)
}
