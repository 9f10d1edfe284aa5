//! What came of a peer's stream and was not taken yet. Bounded by the credit that the peer has;
//! decoding is up to whoever takes.

use std::collections::VecDeque;
use std::task::Waker;

use crate::session::{CallFailure, Items};

/// Where the values of one stream wait. Wakers are handed out, never called or dropped in here.
#[derive(Debug, Default)]
pub(crate) struct Inlet {
    items: VecDeque<Items>,
    waker: Option<Waker>,
    end: Option<Result<(), CallFailure>>,
    /// Whether somebody has the other end of it.
    pub(crate) claimed: bool,
    /// Tells streams apart whose calls have the same number, one after the other.
    pub(crate) serial: u64,
}

/// What is there for whoever receives.
#[derive(Debug)]
pub(crate) enum Next {
    /// The values are in the queue that was handed in.
    Items,
    /// Nothing yet. The waker that was there before is to be dropped outside the lock.
    Wait(Option<Waker>),
    /// Nothing more.
    End(Result<(), CallFailure>),
}

impl Inlet {
    pub(crate) fn new(serial: u64) -> Self {
        Self { serial, ..Self::default() }
    }

    /// Adds values.
    #[must_use]
    pub(crate) fn push(&mut self, items: Items) -> Option<Waker> {
        if self.end.is_none() {
            self.items.push_back(items);
        }
        self.waker.take()
    }

    /// Nothing comes after what is there.
    #[must_use]
    pub(crate) fn finish(&mut self, end: Result<(), CallFailure>) -> Option<Waker> {
        self.end.get_or_insert(end);
        self.waker.take()
    }

    /// Moves everything into `into`, which is empty.
    pub(crate) fn take(&mut self, into: &mut VecDeque<Items>, waker: &Waker) -> Next {
        if !self.items.is_empty() {
            std::mem::swap(&mut self.items, into);
            return Next::Items;
        }
        match &self.end {
            Some(end) => Next::End(end.clone()),
            None if self.waker.as_ref().is_some_and(|old| old.will_wake(waker)) => Next::Wait(None),
            None => Next::Wait(self.waker.replace(waker.clone())),
        }
    }

    /// Whether more may come.
    pub(crate) const fn is_open(&self) -> bool {
        self.end.is_none()
    }
}
