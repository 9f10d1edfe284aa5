//! The one timer of a connection. It moves earlier at once and later only when it has fired, so a
//! deadline that moves with each call costs nothing.
#![expect(clippy::disallowed_methods, reason = "this is the one timer")]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tokio::time::{Sleep, sleep_until};

/// A timer that is made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// When `sleep` fires, until it has.
    armed: Option<Instant>,
    /// Who is woken then.
    waker: Option<Waker>,
}

impl Timer {
    /// When the task is woken, at the latest.
    pub(super) fn armed(&self) -> Option<Instant> {
        self.armed
    }

    /// Has the task woken at `deadline` or a little earlier. True if it may be due already.
    pub(super) fn poll(&mut self, deadline: Instant, now: Instant, task: &mut Context<'_>) -> bool {
        let wakes = self.waker.as_ref().is_some_and(|waker| waker.will_wake(task.waker()));
        if wakes && self.armed.is_some_and(|armed| now < armed && armed <= deadline) {
            return false;
        }
        if !wakes {
            self.waker = Some(task.waker().clone());
        }
        let at = match self.armed {
            Some(armed) if armed <= deadline => None,
            _ => Some(deadline.into()),
        };
        let sleep = match (&mut self.sleep, at) {
            (Some(sleep), Some(at)) => {
                sleep.as_mut().reset(at);
                sleep
            }
            (Some(sleep), None) => sleep,
            (none @ None, _) => none.insert(Box::pin(sleep_until(deadline.into()))),
        };
        match sleep.as_mut().poll(task) {
            Poll::Ready(()) => {
                self.armed = None;
                true
            }
            Poll::Pending => {
                self.armed = Some(self.armed.map_or(deadline, |armed| armed.min(deadline)));
                false
            }
        }
    }
}
