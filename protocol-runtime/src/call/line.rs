//! Where callers wait for their turn. Wakers are handed out and dropped outside the lock.

use std::task::Waker;
use std::time::{Duration, Instant};

use crate::driver::{Core, Shared, Ticket, Waiters};

/// Which line a caller waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// For output to fall below high-water.
    Room,
    /// For a call to end.
    Turn,
    /// For the peer to have handled one-way messages.
    Credit,
}

/// A caller's place in one of the lines.
#[derive(Debug, Default)]
pub(super) struct InLine {
    place: Option<(Line, Ticket)>,
    /// Until when the message has to be sent.
    by: Option<Instant>,
}

/// Wakers to drop outside the lock.
pub(super) type Dropped = [Option<Waker>; 2];

impl InLine {
    /// Waits in `line`, at the place it had if it was in this line before; no longer than until the
    /// deadline, nor than until the message has to be sent.
    pub(super) fn wait(
        &mut self,
        core: &mut Core,
        line: Line,
        waker: &Waker,
        deadline: Option<Instant>,
    ) -> Dropped {
        let (mut ticket, left) = match self.place.take() {
            Some((old, ticket)) if old == line => (Some(ticket), None),
            Some((old, ticket)) => (None, old.of(core).leave(&ticket)),
            None => (None, None),
        };
        let replaced = line.of(core).wait(&mut ticket, waker, earlier(deadline, self.by));
        self.place = ticket.map(|ticket| (line, ticket));
        [left, replaced]
    }

    /// Until when the message has to be sent, which counts from the first time that this is asked.
    pub(super) fn by(&mut self, now: Instant, limit: Option<Duration>) -> Option<Instant> {
        if self.by.is_none() {
            self.by = limit.and_then(|limit| now.checked_add(limit));
        }
        self.by
    }

    /// Whether it waited too long.
    pub(super) fn is_late(&mut self, now: Instant, limit: Option<Duration>) -> bool {
        self.by(now, limit).is_some_and(|by| by <= now)
    }

    /// Whether it waits already.
    pub(super) const fn is_kept(&self) -> bool {
        self.place.is_some()
    }

    /// Got what it waited for.
    pub(super) fn served(&mut self, core: &mut Core) -> Option<Waker> {
        let (line, ticket) = self.place.take()?;
        line.of(core).leave(&ticket)
    }

    /// Gives up. A turn that came meanwhile goes to the next in line.
    pub(super) fn leave(mut self, shared: &Shared) {
        let Some((line, ticket)) = self.place.take() else {
            return;
        };
        let _left = shared.with_wakers(|core, wakers| {
            let left = line.of(core).leave(&ticket);
            if left.is_none() {
                line.of(core).wake(1, wakers);
            }
            left
        });
    }
}

/// The earlier of two deadlines.
pub(super) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}

impl Line {
    fn of(self, core: &mut Core) -> &mut Waiters {
        match self {
            Self::Room => &mut core.room,
            Self::Turn => &mut core.turn,
            Self::Credit => &mut core.events,
        }
    }
}
