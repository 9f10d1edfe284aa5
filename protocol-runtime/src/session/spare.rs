//! Memory of sessions that rest.
//!
//! A session with no call in flight and nothing to send needs none of its tables and buffers. It
//! leaves them here, and takes some when something happens again. So idle connections hold none of
//! them, and busy ones take theirs without allocating. What is here is empty, it is a few of each
//! kind, and each thread has its own.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::events::Entry;
use super::in_flight::Slot;
use super::served::Serving;
use super::{Core, Session, State};

/// How many of a kind a thread keeps, and of how many places together: as many as eight of the largest.
const KEPT: usize = 64;
const LARGEST: usize = 8;

/// A table or queue with more places than this is not worth keeping.
pub(crate) const PLACES_MAX: usize = 1_024;

/// Nor is a buffer that grew beyond this many bytes.
pub(super) const BYTES_MAX: usize = 256 * 1_024;

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare::new()) };
}

/// Empty memory of one thread, by what it is for.
pub(super) struct Spare {
    pub(super) frames: Stack<Vec<u8>>,
    pub(super) events: Stack<VecDeque<Entry>>,
    pub(super) served: Stack<Vec<Option<Serving>>>,
    pub(super) calls: Stack<Vec<Option<Slot>>>,
}

/// A few empty collections that have kept their memory.
pub(crate) struct Stack<T> {
    kept: Vec<T>,
    /// Of all that are kept.
    places: usize,
    places_max: usize,
}

impl Session {
    /// Gives back memory that is needed only while something happens, that of `out` included if it
    /// is empty. To be called before the owner waits; what is needed again is taken again.
    pub fn rest(&mut self, out: &mut Vec<u8>) {
        if let State::Open(open) = &mut self.state {
            let core = &mut self.core;
            Spare::with(|spare| {
                open.rest(spare);
                core.outbox.rest(spare, out);
                if core.events.is_empty() {
                    spare.events.keep(core.events.queue());
                }
            });
        }
    }
}

impl Core {
    /// Takes memory for what may happen now.
    pub(super) fn prepare(&mut self) {
        if self.events.queue().capacity() == 0 {
            Spare::with(|spare| spare.events.lend(self.events.queue()));
        }
    }
}

/// A collection that may have memory without anything in it.
pub(crate) trait Memory: Default {
    /// For how much it has.
    fn places(&self) -> usize;
}

impl<T> Memory for Vec<T> {
    fn places(&self) -> usize {
        self.capacity()
    }
}

impl<T> Memory for VecDeque<T> {
    fn places(&self) -> usize {
        self.capacity()
    }
}

impl Spare {
    const fn new() -> Self {
        Self {
            frames: Stack::new(BYTES_MAX),
            events: Stack::new(PLACES_MAX),
            served: Stack::new(PLACES_MAX),
            calls: Stack::new(PLACES_MAX),
        }
    }

    /// Leaves memory here, or takes some. Nothing happens on a thread that ends.
    pub(super) fn with(change: impl FnOnce(&mut Self)) {
        // An error means that there is nothing to leave it with.
        let _gone = SPARE.try_with(|spare| change(&mut spare.borrow_mut()));
    }
}

impl<T: Memory> Stack<T> {
    /// For collections of at most so many places.
    pub(crate) const fn new(places_max: usize) -> Self {
        Self { kept: Vec::new(), places: 0, places_max }
    }

    /// Takes what is in `place`, which is empty, and keeps it if that is worth it.
    pub(crate) fn keep(&mut self, place: &mut T) {
        let left = std::mem::take(place);
        let (places, all) = (left.places(), self.places_max.saturating_mul(LARGEST));
        let room = all.saturating_sub(self.places);
        if self.kept.len() < KEPT && (1..=self.places_max.min(room)).contains(&places) {
            self.places = self.places.saturating_add(places);
            self.kept.push(left);
        }
    }

    /// Puts memory into `place`, which has none.
    pub(crate) fn lend(&mut self, place: &mut T) {
        if let Some(kept) = self.kept.pop() {
            self.places = self.places.saturating_sub(kept.places());
            *place = kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::pair::{Pair, Protection, append, reply, request};

    /// What a session has memory for: calls of its own and of its peer, octets and events.
    fn held(session: &Session) -> [usize; 4] {
        let State::Open(open) = &session.state else { panic!("not open") };
        let (calls, served) = open.places();
        [calls, served, session.core.outbox.capacity(), session.core.events.capacity()]
    }

    fn rest(pair: &mut Pair) {
        for side in [&mut pair.client, &mut pair.server] {
            let mut out = Vec::with_capacity(100);
            side.session.rest(&mut out);
            assert_eq!(out.capacity(), 0);
        }
    }

    #[test]
    fn a_session_at_rest_holds_no_memory_and_goes_on_from_there() {
        for protection in [Protection::Plain, Protection::Xx] {
            let mut pair = Pair::open(protection);
            for _ in 0..3 {
                let call = pair.client.call(pair.now, b"there", None);
                pair.settle();
                assert_eq!(pair.server.take_events(), [request(call, b"there")]);
                rest(&mut pair);
                let (client, server) = (held(&pair.client.session), held(&pair.server.session));
                assert!(client[0] > 0 && server[1] > 0, "the call is still in flight");
                assert_eq!((client[2..].to_vec(), server[2..].to_vec()), (vec![0; 2], vec![0; 2]));
                pair.server.session.reply(call, append(b"back")).unwrap();
                pair.settle();
                assert_eq!(pair.client.take_events(), [reply(call, b"back")]);
                rest(&mut pair);
                assert_eq!(held(&pair.client.session), [0; 4]);
                assert_eq!(held(&pair.server.session), [0; 4]);
            }
        }
    }

    #[test]
    fn what_waits_to_be_sent_stays() {
        let mut pair = Pair::open(Protection::Xx);
        let call = pair.client.call(pair.now, b"there", None);
        rest(&mut pair);
        pair.settle();
        assert_eq!(pair.server.take_events(), [request(call, b"there")]);
    }

    #[test]
    fn a_few_of_a_kind_are_kept_and_none_that_is_large() {
        for (places, kept) in [(64, LARGEST), (32, 2 * LARGEST), (1, KEPT)] {
            let mut stack = Stack::<Vec<u8>>::new(64);
            for _ in 0..2 * KEPT {
                stack.keep(&mut Vec::with_capacity(places));
                stack.keep(&mut Vec::with_capacity(65));
                stack.keep(&mut Vec::new());
            }
            for _ in 0..2 {
                let mut lent = [(); 2 * KEPT].map(|()| Vec::new());
                lent.iter_mut().for_each(|place| stack.lend(place));
                assert!(lent[..kept].iter().all(|one| one.capacity() == places));
                assert!(lent[kept..].iter().all(|one| one.capacity() == 0));
                lent[..kept].iter_mut().for_each(|place| stack.keep(place));
            }
        }
    }
}
