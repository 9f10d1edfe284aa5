//! The receiving end of a stream that comes over a connection.
//!
//! Takes what is there all at once and decodes it one by one in the task of whoever receives. The
//! peer may send more when values were taken, told in halves of a window.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::calls::failed;
use super::inlet::{Inlet, Next};
use super::shared::Shared;
use crate::connection::Connection;
use crate::error::{CallError, Fault};
use crate::session::{CallFailure, CallId, Items};
use crate::wire::{AppError, DecodeOptions, Root, decode_root_within};

/// Whose call the stream belongs to.
#[derive(Debug)]
pub(crate) enum Of {
    /// A call of this side, whose answer this is. The connection stays as long as somebody receives.
    Ours(Connection),
    /// A call of the peer, which sends this behind its message, and which of its streams it is.
    Theirs(Arc<Shared>, u64),
}

/// Values of type `T`, then the end or an error.
pub(crate) struct Incoming<T, E> {
    of: Of,
    call: CallId,
    options: DecodeOptions,
    taken: VecDeque<Items>,
    /// What the peer gets back for values that were handed on.
    spent: usize,
    /// From how much on it does.
    enough: usize,
    over: bool,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T: Root, E: AppError> Incoming<T, E> {
    pub(crate) fn new(of: Of, call: CallId, protocol: u8) -> Self {
        let shared = of.shared();
        let options = shared.decode_options(protocol);
        let window = usize::try_from(shared.limits.stream_window()).unwrap_or(usize::MAX);
        Self {
            of,
            call,
            options,
            taken: VecDeque::new(),
            spent: 0,
            enough: window / 2,
            over: false,
            types: PhantomData,
        }
    }

    /// The next of the values that were taken.
    #[inline]
    fn decode(&mut self) -> Option<Result<T, CallError<E>>> {
        let options = &self.options;
        let (value, cost) = loop {
            let items = self.taken.front_mut()?;
            match items.read(|body, source| decode_root_within(body, source, options)) {
                Some(next) => break next,
                None => self.taken.pop_front(),
            };
        };
        self.spent = self.spent.saturating_add(cost);
        if self.spent >= self.enough {
            self.pay_back();
        }
        Some(value.map_err(CallError::Decode))
    }

    /// The peer may send more: what was spent on values that were taken is free again.
    fn pay_back(&mut self) {
        let (call, spent) = (self.call, std::mem::take(&mut self.spent));
        let shared = self.of.shared();
        shared.with(|core| core.session.taken(call, spent));
        shared.signal.ring();
    }

    /// Takes what came since the last time.
    fn refill(&mut self, task: &Context<'_>) -> Next {
        let (call, spent) = (self.call, std::mem::take(&mut self.spent));
        let shared = self.of.shared();
        let next = shared.with(|core| {
            if spent > 0 {
                core.session.taken(call, spent);
            }
            let inlet = core.inlet(call).filter(|inlet| self.of.is(inlet));
            match inlet {
                Some(inlet) => inlet.take(&mut self.taken, task.waker()),
                None => Next::End(Err(CallFailure::Remote(Fault::Cancelled))),
            }
        });
        if spent > 0 {
            shared.signal.ring();
        }
        next
    }
}

impl<T, E> Unpin for Incoming<T, E> {}

impl<T: Root, E: AppError> futures_core::Stream for Incoming<T, E> {
    type Item = Result<T, CallError<E>>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(value) = this.decode() {
                return Poll::Ready(Some(value));
            }
            if this.over {
                return Poll::Ready(None);
            }
            match this.refill(task) {
                Next::Items => {}
                Next::Wait(_replaced) => return Poll::Pending,
                Next::End(end) => {
                    this.over = true;
                    this.of.forget(this.call);
                    let end = end.err().map(|error| failed(this.of.shared(), &this.options, error));
                    return Poll::Ready(end.map(Err));
                }
            }
        }
    }
}

impl<T, E> Drop for Incoming<T, E> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        match &self.of {
            Of::Ours(connection) => connection.shared().give_up(self.call),
            // The caller sends on for as long as it has credit, and gets none any more.
            Of::Theirs(..) => self.of.forget(self.call),
        }
    }
}

impl Of {
    fn shared(&self) -> &Arc<Shared> {
        match self {
            Self::Ours(connection) => connection.shared(),
            Self::Theirs(shared, _) => shared,
        }
    }

    /// Whether the values wait there.
    fn is(&self, inlet: &Inlet) -> bool {
        match self {
            Self::Ours(_) => true,
            Self::Theirs(_, serial) => inlet.serial == *serial,
        }
    }

    /// Nothing more comes, or nobody wants it.
    fn forget(&self, call: CallId) {
        let _dropped = self.shared().with(|core| {
            let found = core.inlet(call).is_some_and(|inlet| self.is(inlet));
            match self {
                _ if !found => (None, None),
                Self::Ours(_) => (core.calls.remove(call), None),
                Self::Theirs(..) => (None, core.inputs.remove(&call)),
            }
        });
    }
}
