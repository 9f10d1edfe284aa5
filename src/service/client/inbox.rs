//! What comes to a client, in the order in which it comes: that there is news of a call, and messages that
//! the server pushed.
//!
//! It is as long as calls are under way, and as the server has credit for pushed messages: their
//! handlers end when somebody takes them, and not before.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use tokio::sync::oneshot;

use crate::protocol::message::Message;

/// What came next.
pub(super) enum Arrived {
    /// A message.
    Message(Message),
    /// The call of this number may have been answered.
    News(u64),
}

#[derive(Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// With each message whoever waits until it is taken.
    queue: VecDeque<(Arrived, Option<oneshot::Sender<()>>)>,
    waker: Option<Waker>,
}

impl Inbox {
    /// Who is woken when something comes.
    pub(super) fn watch(&self, waker: &Waker) {
        let mut state = self.lock();
        let old = match &state.waker {
            Some(old) if old.will_wake(waker) => None,
            Some(_) | None => state.waker.replace(waker.clone()),
        };
        drop(state);
        drop(old);
    }

    /// What came first of all that is there.
    pub(super) fn take(&self) -> Option<Arrived> {
        let (arrived, waits) = self.lock().queue.pop_front()?;
        // Nobody waits any more if its connection has ended.
        waits.map(|waits| waits.send(()).ok());
        Some(arrived)
    }

    /// A message for which nobody waits.
    pub(super) fn put(&self, message: Message) {
        self.push(Arrived::Message(message), None);
    }

    /// A message; done when it was taken.
    pub(super) async fn deliver(&self, message: Message) {
        let (waits, taken) = oneshot::channel();
        self.push(Arrived::Message(message), Some(waits));
        taken.await.ok();
    }

    fn push(&self, arrived: Arrived, waits: Option<oneshot::Sender<()>>) {
        let mut state = self.lock();
        state.queue.push_back((arrived, waits));
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call rings when there is news of it. It stands in the queue once at most.
pub(super) struct Bell {
    number: u64,
    inbox: Arc<Inbox>,
    rung: AtomicBool,
}

impl Bell {
    pub(super) const fn new(number: u64, inbox: Arc<Inbox>) -> Self {
        Self { number, inbox, rung: AtomicBool::new(false) }
    }

    /// The news was taken, and somebody looks after the call.
    pub(super) fn heard(&self) {
        self.rung.store(false, Ordering::Release);
    }

    /// Somebody looks after the call before it was sent: what was rung so far is no news of an answer.
    pub(super) fn reset(&self) {
        let mut state = self.inbox.lock();
        if self.rung.load(Ordering::Acquire) {
            state.queue.retain(
                |(arrived, _)| !matches!(arrived, Arrived::News(number) if *number == self.number),
            );
            self.rung.store(false, Ordering::Release);
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.inbox.push(Arrived::News(self.number), None);
        }
    }
}
