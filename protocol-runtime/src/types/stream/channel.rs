//! The two ends of a stream whose values somebody sends. A bounded queue behind a short lock;
//! nobody is woken while it is held.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use thiserror::Error;

use crate::error::CallError;

/// Sends the values of a [`Stream`](super::Stream). Cheap to clone; the stream ends when the last
/// one is dropped, or one of them [`fail`](Self::fail)s it.
///
/// *What cannot be told from the end.* A sender that is dropped early, by `?`, `return` or an aborted
/// task, ends the stream as one that has sent everything does: if it may stop half way, give the
/// stream an error and [`fail`](Self::fail) it, or end it by a value that says so. One that is
/// dropped by a panic is told apart: the stream then ends with
/// [`CallError::HandlerPanicked`](crate::error::CallError::HandlerPanicked).
pub struct StreamSender<T, E = std::convert::Infallible> {
    shared: Arc<Mutex<Shared<T, E>>>,
}

/// Nobody receives any more; the value comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("nobody receives the stream any more")]
pub struct Closed<T>(pub T);

pub(super) struct Receiver<T, E> {
    shared: Arc<Mutex<Shared<T, E>>>,
    /// Values that were taken out of the queue together.
    taken: VecDeque<T>,
}

struct Shared<T, E> {
    capacity: usize,
    queue: VecDeque<T>,
    /// What the stream ends with, after the queue.
    error: Option<CallError<E>>,
    senders: usize,
    /// The stream ended, or its receiver is gone.
    closed: bool,
    /// Who waits for a value.
    receiver: Option<Waker>,
    /// Who waits for room, or for the end.
    waiting: Vec<Waker>,
}

pub(super) fn channel<T, E>(capacity: usize) -> (StreamSender<T, E>, Receiver<T, E>) {
    let shared = Arc::new(Mutex::new(Shared {
        capacity: capacity.max(1),
        queue: VecDeque::new(),
        error: None,
        senders: 1,
        closed: false,
        receiver: None,
        waiting: Vec::new(),
    }));
    (StreamSender { shared: shared.clone() }, Receiver { shared, taken: VecDeque::new() })
}

impl<T, E> StreamSender<T, E> {
    /// Sends a value, when there is room for it.
    ///
    /// # Errors
    ///
    /// [`Closed`] with the value, if nobody receives it any more.
    pub async fn send(&self, value: T) -> Result<(), Closed<T>> {
        let mut value = Some(value);
        poll_fn(|task| {
            let mut shared = lock(&self.shared);
            if !shared.closed && shared.queue.len() >= shared.capacity {
                shared.wait(task);
                return Poll::Pending;
            }
            let Some(value) = value.take() else { return Poll::Ready(Ok(())) };
            if shared.closed {
                return Poll::Ready(Err(Closed(value)));
            }
            shared.queue.push_back(value);
            let receiver = shared.receiver.take();
            drop(shared);
            receiver.into_iter().for_each(Waker::wake);
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// Ends the stream with the message's own error, after what was sent before.
    pub fn fail(self, error: E) {
        let error = CallError::Application(error);
        let mut shared = lock(&self.shared);
        let unwanted = if shared.closed { Some(error) } else { shared.error.replace(error) };
        let woken = shared.close();
        drop(shared);
        woken.wake();
        drop(unwanted);
    }

    /// Whether nobody receives any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        lock(&self.shared).closed
    }

    /// Waits until nobody receives any more.
    pub async fn closed(&self) {
        poll_fn(|task| {
            let mut shared = lock(&self.shared);
            if shared.closed {
                return Poll::Ready(());
            }
            shared.wait(task);
            Poll::Pending
        })
        .await;
    }
}

impl<T, E> Clone for StreamSender<T, E> {
    fn clone(&self) -> Self {
        let mut shared = lock(&self.shared);
        shared.senders = shared.senders.saturating_add(1);
        Self { shared: self.shared.clone() }
    }
}

impl<T, E> Drop for StreamSender<T, E> {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        shared.senders = shared.senders.saturating_sub(1);
        if std::thread::panicking() && !shared.closed {
            shared.error.get_or_insert(CallError::HandlerPanicked);
        }
        if shared.senders == 0 {
            let woken = shared.close();
            drop(shared);
            woken.wake();
        }
    }
}

impl<T, E> fmt::Debug for StreamSender<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamSender").finish_non_exhaustive()
    }
}

/// Values come out whole, and nothing in here is pinned.
impl<T, E> Unpin for Receiver<T, E> {}

impl<T, E> futures_core::Stream for Receiver<T, E> {
    type Item = Result<T, CallError<E>>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(value) = this.taken.pop_front() {
            return Poll::Ready(Some(Ok(value)));
        }
        let mut shared = lock(&this.shared);
        // All at once, so that the two ends seldom meet at the lock.
        std::mem::swap(&mut this.taken, &mut shared.queue);
        if let Some(value) = this.taken.pop_front() {
            let waiting = std::mem::take(&mut shared.waiting);
            drop(shared);
            waiting.into_iter().for_each(Waker::wake);
            return Poll::Ready(Some(Ok(value)));
        }
        if shared.closed {
            return Poll::Ready(shared.error.take().map(Err));
        }
        let replaced = shared.receiver.replace(task.waker().clone());
        drop(shared);
        drop(replaced);
        Poll::Pending
    }
}

impl<T, E> Drop for Receiver<T, E> {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        let (queue, error) = (std::mem::take(&mut shared.queue), shared.error.take());
        let woken = shared.close();
        drop(shared);
        woken.wake();
        drop((queue, error));
    }
}

/// Who has to know of the end.
struct Woken(Option<Waker>, Vec<Waker>);

impl Woken {
    fn wake(self) {
        self.0.into_iter().chain(self.1).for_each(Waker::wake);
    }
}

impl<T, E> Shared<T, E> {
    fn wait(&mut self, task: &Context<'_>) {
        if !self.waiting.iter().any(|waiting| waiting.will_wake(task.waker())) {
            self.waiting.push(task.waker().clone());
        }
    }

    fn close(&mut self) -> Woken {
        self.closed = true;
        Woken(self.receiver.take(), std::mem::take(&mut self.waiting))
    }
}

fn lock<T, E>(shared: &Mutex<Shared<T, E>>) -> MutexGuard<'_, Shared<T, E>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
