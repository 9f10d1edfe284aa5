//! What the slot of a handler shares with the [`Cx`](crate::cx::Cx) of its call, with its waker, and
//! with its task if it has one: the outcome of the call, of which the first counts.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::shared::{Shared, Woken};
use crate::error::Fault;
use crate::session::{CallId, Dropped};

/// One slot, and the call that it is taken for.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) shared: Arc<Shared>,
    place: Woken,
    /// Whether the slot is in the list of woken ones.
    queued: AtomicBool,
    /// `OPEN`, or which outcome came first.
    outcome: AtomicU8,
    /// Nobody waits for the answer any more.
    given_up: AtomicBool,
    /// Somebody waits for that.
    awaited: AtomicBool,
    /// Its task is to end.
    stopped: AtomicBool,
    /// Its task has ended.
    over: AtomicBool,
    rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
struct Rest {
    fault: Option<Fault>,
    /// Who waits until nobody waits for the answer.
    waiting: Vec<Waker>,
    /// The task, if there is one.
    task: Option<Waker>,
}

const OPEN: u8 = 0;
const ANSWERED: u8 = 1;
const FAILED: u8 = 2;
/// A stream is the answer, and is not at its end.
const STREAMING: u8 = 3;
/// Answered, with the message's own error.
const ERRED: u8 = 4;
/// Nobody waits for the answer any more, as the deadline of the call passed.
const LATE: u8 = 5;
/// Nobody waits, as there was no memory for what came of its stream.
const SHED: u8 = 6;

impl Run {
    pub(super) fn new(shared: Arc<Shared>, place: Woken) -> Self {
        Self {
            shared,
            place,
            queued: AtomicBool::new(false),
            outcome: AtomicU8::new(OPEN),
            given_up: AtomicBool::new(false),
            awaited: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            over: AtomicBool::new(false),
            rest: Mutex::default(),
        }
    }

    /// The slot is taken for another call.
    pub(super) fn begin(&self) {
        self.given_up.store(false, Ordering::Relaxed);
        self.stopped.store(false, Ordering::Relaxed);
        self.over.store(false, Ordering::Relaxed);
        if self.awaited.load(Ordering::Relaxed) && self.awaited.swap(false, Ordering::Relaxed) {
            let waited = std::mem::take(&mut self.rest().waiting);
            drop(waited);
        }
        self.outcome.store(OPEN, Ordering::Release);
    }

    /// Whether this is the first outcome of the call, which the caller then answers.
    pub(crate) fn answer(&self) -> bool {
        self.first(ANSWERED)
    }

    /// The same, where the answer is the message's own error.
    pub(crate) fn answer_error(&self) -> bool {
        self.first(ERRED)
    }

    /// Whether this is the first outcome: a stream, of which the caller then takes care.
    pub(crate) fn stream(&self) -> bool {
        self.first(STREAMING)
    }

    /// The stream is at its end, which may be the message's own error. False if something else ended it.
    pub(crate) fn streamed(&self, failed: bool) -> bool {
        let (old, new) = (STREAMING, if failed { ERRED } else { ANSWERED });
        self.outcome.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The stream is at its end, by a fault. The driver answers, unless something else ended it.
    pub(crate) fn break_off(&self, fault: Fault) {
        let mut rest = self.rest();
        let (old, new) = (STREAMING, FAILED);
        if self.outcome.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            rest.fault = Some(fault);
        }
    }

    /// Records the outcome, if it is the first. The driver answers and drops the handler.
    pub(crate) fn fail(&self, fault: Fault) {
        let mut rest = self.rest();
        if self.first(FAILED) {
            rest.fault = Some(fault);
        }
    }

    /// Whether the outcome is a fault that was not sent.
    pub(super) fn has_failed(&self) -> bool {
        self.outcome.load(Ordering::Acquire) == FAILED
    }

    /// The handler ended: answers the call if nothing did. Says what became of it.
    pub(super) fn settle(&self, call: Option<CallId>, panicked: bool) -> &'static str {
        let mut outcome = "ok";
        if self.outcome.load(Ordering::Acquire) == ANSWERED
            && !self.given_up.load(Ordering::Acquire)
        {
            return outcome;
        }
        let fault = match self.outcome.swap(ANSWERED, Ordering::AcqRel) {
            ANSWERED => {
                if self.given_up.load(Ordering::Acquire) {
                    outcome = "cancelled";
                }
                None
            }
            ERRED => {
                outcome = "application";
                None
            }
            LATE => {
                outcome = Fault::DeadlineExceeded.outcome();
                None
            }
            SHED => {
                outcome = Fault::Overloaded { retry_after: None }.outcome();
                None
            }
            FAILED => self.rest().fault.take(),
            _ if panicked => Some(Fault::HandlerPanicked),
            STREAMING => Some(Fault::Cancelled),
            // Generated code always answers. A dispatch by hand that does not has no such message.
            _ => Some(Fault::Unimplemented),
        };
        let Some(fault) = fault else { return outcome };
        outcome = fault.outcome();
        match call {
            // An error means that the peer is gone.
            Some(call) => drop(self.shared.with(|core| core.session.fail(call, &fault))),
            None => self.shared.drop_message(),
        }
        outcome
    }

    /// Nobody waits for the answer any more; the session has given one, or nobody is there. What
    /// the handler answers from now on goes to nobody, whoever has the call's number then. Of two
    /// reasons the first counts.
    pub(super) fn give_up(&self, why: Dropped) {
        if !self.given_up.load(Ordering::Acquire) {
            let outcome = match why {
                Dropped::Cancelled => ANSWERED,
                Dropped::DeadlineExceeded => LATE,
                Dropped::Overloaded => SHED,
            };
            self.outcome.store(outcome, Ordering::Release);
            self.given_up.store(true, Ordering::Release);
        }
        let waiting = std::mem::take(&mut self.rest().waiting);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until nobody waits for the answer any more.
    pub(crate) fn poll_given_up(&self, task: &Context<'_>) -> Poll<()> {
        if self.given_up.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        let mut rest = self.rest();
        if self.given_up.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        self.awaited.store(true, Ordering::Relaxed);
        if !rest.waiting.iter().any(|waiting| waiting.will_wake(task.waker())) {
            rest.waiting.push(task.waker().clone());
        }
        Poll::Pending
    }

    /// The task of the handler is to end.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        let task = self.rest().task.take();
        task.into_iter().for_each(Waker::wake);
    }

    /// Whether the task of the handler is to end; it is woken when that changes.
    pub(super) fn poll_stopped(&self, task: &Context<'_>) -> bool {
        let mut rest = self.rest();
        if !rest.task.as_ref().is_some_and(|old| old.will_wake(task.waker())) {
            let replaced = rest.task.replace(task.waker().clone());
            drop(rest);
            drop(replaced);
        }
        self.stopped.load(Ordering::Acquire)
    }

    /// The task of the handler has ended.
    pub(super) fn finish(self: &Arc<Self>) {
        self.over.store(true, Ordering::Release);
        self.wake_by_ref();
    }

    /// Whether it has.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    pub(super) fn off_the_list(&self) {
        self.queued.store(false, Ordering::Release);
    }

    fn first(&self, outcome: u8) -> bool {
        self.outcome.compare_exchange(OPEN, outcome, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
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
