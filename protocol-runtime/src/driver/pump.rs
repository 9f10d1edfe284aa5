//! Sending a stream: takes values from it while there is credit and output has room, several at a
//! time, and encodes them under one lock straight into the output.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream as _;

use super::shared::{Core, Shared};
use super::slots::discard;
use super::waiters::Ticket;
use crate::error::CallError;
use crate::session::{CallId, ItemRefused};
use crate::types::Stream;
use crate::wire::{Root, encode_root};

/// Values that are taken before any is sent, if they are small.
const AHEAD_MAX: usize = 64;
/// Octets of values that are worth taking ahead.
const AHEAD_BYTES: usize = 8 * 1024;

/// A stream on its way out, as part of a call of either side.
pub(crate) struct Pump<T, E> {
    shared: Arc<Shared>,
    call: CallId,
    stream: Stream<T, E>,
    /// Values that were taken and not sent.
    ahead: VecDeque<T>,
    /// How many are taken at a time.
    most: usize,
    /// What the stream ended with.
    end: Option<Result<(), CallError<E>>>,
    /// A place among those who wait for room in the output.
    ticket: Option<Ticket>,
    /// Whether a waker of this is left where credit is waited for.
    waits: bool,
}

/// How far the values that were taken ahead got.
enum Sent {
    All,
    Waits,
    /// The other side wants no more, or is gone.
    Over,
    Failed(CallError),
}

impl<T: Root, E> Pump<T, E> {
    pub(crate) fn new(shared: Arc<Shared>, call: CallId, stream: Stream<T, E>) -> Self {
        Self {
            shared,
            call,
            stream,
            ahead: VecDeque::new(),
            most: 1,
            end: None,
            ticket: None,
            waits: false,
        }
    }

    /// Sends all there is. Some if the stream came to its end, which is not sent; `None` if
    /// nobody waits for it any more.
    pub(crate) async fn run(&mut self) -> Option<Result<(), CallError<E>>> {
        poll_fn(|task| self.poll(task)).await
    }

    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<(), CallError<E>>>> {
        loop {
            match self.send(task.waker()) {
                Sent::All => {}
                Sent::Waits => return Poll::Pending,
                Sent::Over => return Poll::Ready(None),
                Sent::Failed(error) => return Poll::Ready(Some(Err(unlike(error)))),
            }
            if let Some(end) = self.end.take() {
                return Poll::Ready(Some(end));
            }
            match catch_unwind(AssertUnwindSafe(|| self.take_ahead(task))) {
                Ok(Poll::Ready(())) => {}
                Ok(Poll::Pending) => return Poll::Pending,
                Err(panic) => {
                    discard(panic);
                    // After what was taken before.
                    self.end = Some(Err(CallError::HandlerPanicked));
                }
            }
        }
    }

    /// Takes values from the stream. Pending if there is none yet.
    fn take_ahead(&mut self, task: &mut Context<'_>) -> Poll<()> {
        while self.ahead.len() < self.most && self.end.is_none() {
            match Pin::new(&mut self.stream).poll_next(task) {
                Poll::Ready(Some(Ok(value))) => self.ahead.push_back(value),
                Poll::Ready(Some(Err(error))) => self.end = Some(Err(error)),
                Poll::Ready(None) => self.end = Some(Ok(())),
                Poll::Pending if self.ahead.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(())
    }

    /// Sends what was taken ahead, as far as there is room.
    fn send(&mut self, waker: &Waker) -> Sent {
        if self.ahead.is_empty() {
            return Sent::All;
        }
        let shared = self.shared.clone();
        let high_water = shared.high_water();
        let mut wrote = false;
        let (sent, _dropped) = shared.with(|core| {
            let mut dropped = [None, None];
            let sent = loop {
                if self.ahead.is_empty() {
                    break Sent::All;
                }
                if core.is_full(high_water) {
                    dropped[0] = core.room.wait(&mut self.ticket, waker, None);
                    break Sent::Waits;
                }
                let ahead = self.ahead.len();
                let sent = self.items(core, high_water);
                wrote |= self.ahead.len() < ahead;
                match sent {
                    Ok(()) => {}
                    Err(ItemRefused::NoCredit | ItemRefused::Busy) => {
                        self.waits = true;
                        dropped[1] = core.outlets.insert(self.call, waker.clone());
                        break Sent::Waits;
                    }
                    Err(ItemRefused::NotOpen) => break Sent::Over,
                    Err(ItemRefused::Encode(error)) => {
                        break Sent::Failed(CallError::Encode(error));
                    }
                }
            };
            if !matches!(sent, Sent::Waits)
                && let Some(ticket) = self.ticket.take()
            {
                dropped[0] = core.room.leave(&ticket);
            }
            (sent, dropped)
        });
        if wrote {
            shared.signal.ring();
        }
        sent
    }

    /// Sends values from the first on, until output is full.
    fn items(&mut self, core: &mut Core, high_water: usize) -> Result<(), ItemRefused> {
        let (len, room) = (Cell::new(None), high_water.saturating_sub(core.unsent));
        let sent = core.session.items(self.call, &mut self.ahead, room, |value, out| {
            let before = out.len();
            encode_root(value, out)?;
            len.set(Some(out.len().saturating_sub(before)));
            Ok(())
        });
        if let Some(len) = len.get() {
            self.most = (AHEAD_BYTES / len.max(1)).clamp(1, AHEAD_MAX);
        }
        sent
    }
}

impl<T, E> Drop for Pump<T, E> {
    fn drop(&mut self) {
        if self.ticket.is_none() && !self.waits {
            return;
        }
        let _dropped = self.shared.with_wakers(|core, wakers| {
            let waker = if self.waits { core.outlets.remove(&self.call) } else { None };
            let Some(ticket) = self.ticket.take() else { return (waker, None) };
            let left = core.room.leave(&ticket);
            if left.is_none() {
                // The room that came meanwhile is for the next in line.
                core.room.wake(1, wakers);
            }
            (waker, left)
        });
    }
}

/// The same failure of another kind of call: it is not the message's own error.
fn unlike<E>(error: CallError) -> CallError<E> {
    if let CallError::Encode(error) = error {
        return CallError::Encode(error);
    }
    match error.into_answer() {
        Ok(never) => match never {},
        Err(fault) => fault.into(),
    }
}
