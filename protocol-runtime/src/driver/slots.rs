//! Where handlers run: slots in the driver, reused for one call after the other.
//!
//! A slot is taken, the dispatch future is put in, and it is polled at once, in place. If it is
//! done, the reply is in the output already and the slot is free again; if not, it waits for its
//! own waker. Nothing is spawned and, once the slots exist, nothing is allocated. A panic is
//! caught here and ends one call.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;

use super::shared::{Shared, Woken};
use crate::cx::Cx;
use crate::error::Fault;
use crate::session::CallId;

/// The handlers of one protocol on one connection. Erases the type of their futures.
pub(crate) trait Handlers: Send {
    /// Runs the handler of a message as far as it goes. A one-way message has no `call`.
    fn start(&mut self, call: Option<CallId>, number: u16, body: Bytes) -> Progress;

    /// Runs a handler on that was woken. `Idle` if that handler is gone already.
    fn resume(&mut self, slot: usize) -> Progress;

    /// Drops the handlers that run: those of calls, which get no answer, or also those of one-way
    /// messages. Says how many that were.
    fn clear(&mut self, all: bool) -> usize;
}

/// How far a handler got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It waits for something.
    Running,
    /// It ended, and its call is answered.
    Ended,
    /// There was none.
    Idle,
}

/// The slots of one protocol, for dispatch futures of type `F`.
struct Pool<D, F> {
    dispatch: D,
    shared: Arc<Shared>,
    protocol: u8,
    slots: Vec<Slot<F>>,
    free: Vec<usize>,
}

struct Slot<F> {
    /// Stays where it is; only its content comes and goes.
    future: Pin<Box<Option<F>>>,
    call: Option<CallId>,
    run: Arc<Run>,
    waker: Waker,
}

/// What a slot shares with the [`Cx`] of its call and with its waker.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) shared: Arc<Shared>,
    place: Woken,
    /// Whether the slot is in the list of woken ones.
    queued: AtomicBool,
    /// `OPEN`, or which outcome came first.
    outcome: AtomicU8,
    fault: Mutex<Option<Fault>>,
}

const OPEN: u8 = 0;
const ANSWERED: u8 = 1;
const FAILED: u8 = 2;

/// The handlers of a protocol, `dispatch` making the future of a message.
pub(crate) fn handlers<D, F>(shared: Arc<Shared>, protocol: u8, dispatch: D) -> Box<dyn Handlers>
where
    D: Fn(Cx, u16, Bytes) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    Box::new(Pool { dispatch, shared, protocol, slots: Vec::new(), free: Vec::new() })
}

impl<D, F> Handlers for Pool<D, F>
where
    D: Fn(Cx, u16, Bytes) -> F + Send,
    F: Future<Output = ()> + Send + 'static,
{
    fn start(&mut self, call: Option<CallId>, number: u16, body: Bytes) -> Progress {
        let index = self.free.pop().unwrap_or_else(|| self.add());
        let Some(slot) = self.slots.get_mut(index) else {
            return Progress::Idle;
        };
        slot.call = call;
        slot.run.begin();
        let cx = Cx::new(slot.run.clone(), call, self.protocol);
        match catch_unwind(AssertUnwindSafe(|| (self.dispatch)(cx, number, body))) {
            Ok(future) => {
                slot.future.set(Some(future));
                self.poll(index)
            }
            Err(panic) => {
                self.vacate(index, Some(panic));
                Progress::Ended
            }
        }
    }

    fn resume(&mut self, slot: usize) -> Progress {
        let Some(found) = self.slots.get(slot) else {
            return Progress::Idle;
        };
        // Taken off the list before the poll: a wake-up during it counts.
        found.run.queued.store(false, Ordering::Release);
        if found.future.is_none() {
            return Progress::Idle;
        }
        self.poll(slot)
    }

    fn clear(&mut self, all: bool) -> usize {
        let mut count = 0;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.future.is_some() && (all || slot.call.is_some()) {
                slot.empty();
                slot.call = None;
                self.free.push(index);
                count += 1;
            }
        }
        count
    }
}

impl<D, F: Future<Output = ()>> Pool<D, F> {
    fn add(&mut self) -> usize {
        let index = self.slots.len();
        let run = Arc::new(Run {
            shared: self.shared.clone(),
            place: Woken { protocol: self.protocol, slot: index },
            queued: AtomicBool::new(false),
            outcome: AtomicU8::new(OPEN),
            fault: Mutex::new(None),
        });
        let waker = Waker::from(run.clone());
        self.slots.push(Slot { future: Box::pin(None), call: None, run, waker });
        index
    }

    fn poll(&mut self, index: usize) -> Progress
    where
        F: Send + 'static,
    {
        let Some(slot) = self.slots.get_mut(index) else {
            return Progress::Idle;
        };
        let mut task = Context::from_waker(&slot.waker);
        let future = slot.future.as_mut();
        let polled = catch_unwind(AssertUnwindSafe(|| match future.as_pin_mut() {
            Some(future) => future.poll(&mut task),
            None => Poll::Ready(()),
        }));
        match polled {
            Ok(Poll::Pending) if slot.run.outcome.load(Ordering::Acquire) != FAILED => {
                return Progress::Running;
            }
            Ok(_) => self.vacate(index, None),
            Err(panic) => self.vacate(index, Some(panic)),
        }
        Progress::Ended
    }

    /// Ends a handler: drops it, answers its call if nothing did, frees the slot.
    fn vacate(&mut self, index: usize, panic: Option<Box<dyn Any + Send>>) {
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        let panicked = panic.is_some_and(discard);
        let panicked = slot.empty() || panicked;
        match (slot.run.end(panicked), slot.call.take()) {
            // An error means that the peer is gone.
            (Some(fault), Some(call)) => {
                drop(self.shared.with(|core| core.session.fail(call, &fault)));
            }
            (Some(_), None) => self.shared.drop_message(),
            (None, _) => {}
        }
        self.free.push(index);
    }
}

impl<F> Slot<F> {
    /// Drops the future. Says whether that panicked.
    fn empty(&mut self) -> bool {
        let future = self.future.as_mut();
        let mut future = AssertUnwindSafe(future);
        catch_unwind(move || future.set(None)).is_err_and(discard)
    }
}

/// Drops what a panic carried, which may panic again. Always true, for [`Result::is_err_and`].
fn discard(panic: Box<dyn Any + Send>) -> bool {
    if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(panic))) {
        // Whoever does this twice loses a few bytes, and nobody else anything.
        std::mem::forget(again);
    }
    true
}

impl Run {
    fn begin(&self) {
        self.outcome.store(OPEN, Ordering::Release);
    }

    /// What to answer for a handler that ended, if it was not answered.
    fn end(&self, panicked: bool) -> Option<Fault> {
        match self.outcome.swap(ANSWERED, Ordering::AcqRel) {
            ANSWERED => None,
            FAILED => self.fault.lock().unwrap_or_else(PoisonError::into_inner).take(),
            _ if panicked => Some(Fault::HandlerPanicked),
            // Generated code always answers. A dispatch by hand that does not has no such message.
            _ => Some(Fault::Unimplemented),
        }
    }

    /// Whether this is the first outcome of the call, which the caller then answers.
    pub(crate) fn answer(&self) -> bool {
        self.outcome.compare_exchange(OPEN, ANSWERED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Records the outcome, if it is the first. The driver answers and drops the handler.
    pub(crate) fn fail(&self, fault: Fault) {
        let mut recorded = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if self.outcome.compare_exchange(OPEN, FAILED, Ordering::AcqRel, Ordering::Acquire).is_ok()
        {
            *recorded = Some(fault);
        }
    }
}

impl Wake for Run {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.shared.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.place);
            self.shared.signal.ring();
        }
    }
}
