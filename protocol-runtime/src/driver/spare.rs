//! Memory of drivers that rest: the queues of one that sleeps and has nothing to do are those of
//! the next one that wakes on the same thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::task::Waker;

use super::shared::Woken;
use super::{Driver, Message};
use crate::session::{CallId, PLACES_MAX, Stack};

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare::new()) };
}

struct Spare {
    inbox: Stack<VecDeque<Message>>,
    given_up: Stack<Vec<CallId>>,
    wakers: Stack<Vec<Waker>>,
    woken: Stack<Vec<Woken>>,
}

impl Driver {
    /// Takes queues for what may happen now.
    pub(super) fn prepare(&mut self) {
        if self.inbox.capacity() > 0 {
            return;
        }
        Spare::with(|spare| {
            spare.inbox.lend(&mut self.inbox);
            spare.given_up.lend(&mut self.given_up);
            spare.wakers.lend(&mut self.wakers);
            spare.woken.lend(&mut self.woken);
        });
    }

    /// Gives back queues that nothing is in.
    pub(super) fn rest(&mut self) {
        if !self.inbox.is_empty() {
            return;
        }
        Spare::with(|spare| {
            spare.inbox.keep(&mut self.inbox);
            spare.given_up.keep(&mut self.given_up);
            spare.wakers.keep(&mut self.wakers);
            spare.woken.keep(&mut self.woken);
        });
    }
}

impl Spare {
    const fn new() -> Self {
        Self {
            inbox: Stack::new(PLACES_MAX),
            given_up: Stack::new(PLACES_MAX),
            wakers: Stack::new(PLACES_MAX),
            woken: Stack::new(PLACES_MAX),
        }
    }

    /// Nothing happens on a thread that ends.
    fn with(change: impl FnOnce(&mut Self)) {
        // An error means that there is nothing to leave it with.
        let _gone = SPARE.try_with(|spare| change(&mut spare.borrow_mut()));
    }
}
