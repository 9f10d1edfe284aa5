//! The way of one call over a channel: to a connection, and after a failure perhaps to the next.
#![expect(
    clippy::disallowed_methods,
    reason = "without a connection there is no driver with a timer"
)]

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep, sleep_until};

use super::Channel;
use super::backoff::Backoff;
use crate::connection::Connection;
use crate::driver::{self, Ticket};
use crate::error::{CallError, CloseReason, Error};
use crate::frame::reason::Reason;

/// Where a call on a channel stands.
pub(crate) struct Way {
    channel: Channel,
    fail_fast: bool,
    attempts: u32,
    backoff: Backoff,
    /// Whether an earlier attempt may have been run.
    maybe_executed: bool,
    pause: Option<Pin<Box<Sleep>>>,
    late: Option<Pin<Box<Sleep>>>,
    ticket: Option<Ticket>,
}

/// Why a call did not get to a connection.
pub(crate) enum Unreached {
    /// Its time is over.
    Late,
    /// There is no connection, and it does not wait for one.
    NotConnected(Error),
}

impl Way {
    pub(crate) fn new(channel: &Channel, wait_for_ready: Option<bool>) -> Self {
        let policy = channel.policy();
        Self {
            fail_fast: wait_for_ready.map_or(policy.fail_fast, |wait| !wait),
            attempts: 1,
            backoff: Backoff::new(policy.retry.base_delay, policy.retry.max_delay),
            channel: channel.clone(),
            maybe_executed: false,
            pause: None,
            late: None,
            ticket: None,
        }
    }

    /// Waits until the next attempt may be made, before which it asks for no connection.
    pub(crate) fn poll_pause(&mut self, task: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(task));
            self.pause = None;
        }
        Poll::Ready(())
    }

    /// A connection for the next attempt.
    pub(crate) fn poll(
        &mut self,
        task: &mut Context<'_>,
        deadline: Option<Instant>,
    ) -> Poll<Result<Connection, Unreached>> {
        let picked = self.channel.inner().poll_pick(task, &mut self.ticket, self.fail_fast);
        if let Poll::Ready(picked) = picked {
            self.late = None;
            return Poll::Ready(picked.map_err(Unreached::NotConnected));
        }
        let Some(deadline) = deadline else { return Poll::Pending };
        let late = self.late.get_or_insert_with(|| Box::pin(sleep_until(deadline.into())));
        late.as_mut().poll(task).map(|()| Err(Unreached::Late))
    }

    /// Whether a call that failed is made once more. If so, it waits before it asks for a
    /// connection.
    pub(crate) fn again<E>(
        &mut self,
        error: &CallError<E>,
        idempotent: bool,
        deadline: Option<Instant>,
    ) -> bool {
        let least = if let CallError::ConnectionLost { maybe_executed } = error {
            self.maybe_executed |= maybe_executed;
            (!maybe_executed || idempotent).then_some(Duration::ZERO)
        } else if let CallError::Overloaded { retry_after } = error {
            Some(retry_after.unwrap_or_default())
        } else {
            None
        };
        let more = self.attempts < self.channel.policy().retry.attempts;
        let Some(least) = least.filter(|_| more) else {
            return false;
        };
        let delay = self.channel.draw(|random| self.backoff.next(random)).max(least);
        let next = driver::now().checked_add(delay);
        if deadline.is_some_and(|deadline| next.is_none_or(|next| next >= deadline)) {
            return false;
        }
        self.attempts = self.attempts.saturating_add(1);
        self.pause = Some(Box::pin(sleep(delay)));
        true
    }

    /// What the caller is told in the end: what the last attempt says, and the truth of the earlier
    /// ones.
    pub(crate) fn told<E>(&self, error: CallError<E>) -> CallError<E> {
        if !self.maybe_executed {
            return error;
        }
        if let CallError::ConnectionLost { .. }
        | CallError::NotConnected(_)
        | CallError::NotSent
        | CallError::Overloaded { .. }
        | CallError::Encode(_) = error
        {
            return CallError::ConnectionLost { maybe_executed: true };
        }
        if let CallError::NotLetIn { .. } = error {
            return CallError::NotLetIn { maybe_executed: true };
        }
        error
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let _waker = self.channel.inner().core().waiters.leave(&ticket);
        }
    }
}

impl<E> From<Unreached> for CallError<E> {
    fn from(unreached: Unreached) -> Self {
        match unreached {
            Unreached::Late => Self::DeadlineExceeded,
            Unreached::NotConnected(Error::Closed(reason))
                if matches!(*reason, CloseReason::Peer { reason: Reason::Unauthorized, .. }) =>
            {
                Self::NotLetIn { maybe_executed: false }
            }
            Unreached::NotConnected(error) => Self::NotConnected(Box::new(error)),
        }
    }
}
