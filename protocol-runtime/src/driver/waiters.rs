//! Tasks that wait in line for the same thing. Holds wakers and never calls or drops one: they
//! are handed out, because what a waker does must not happen under a lock.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Instant;

/// A line of waiting tasks, first come first served.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    next: u64,
    line: BTreeMap<u64, Waiting>,
    /// Not later than the first deadline in the line.
    earliest: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    waker: Waker,
    deadline: Option<Instant>,
}

/// A place in the line, kept across wake-ups so that nobody loses it by waiting again.
#[derive(Debug)]
pub(crate) struct Ticket(u64);

impl Waiters {
    /// Waits, or goes on waiting at the same place. Returns a waker to drop outside the lock.
    #[must_use]
    pub(crate) fn wait(
        &mut self,
        ticket: &mut Option<Ticket>,
        waker: &Waker,
        deadline: Option<Instant>,
    ) -> Option<Waker> {
        let Ticket(place) = *ticket.get_or_insert_with(|| {
            let place = Ticket(self.next);
            self.next = self.next.wrapping_add(1);
            place
        });
        if let Some(deadline) = deadline {
            self.earliest = Some(self.earliest.map_or(deadline, |first| first.min(deadline)));
        }
        match self.line.get(&place) {
            Some(waiting) if waiting.waker.will_wake(waker) => None,
            _ => {
                let waiting = Waiting { waker: waker.clone(), deadline };
                self.line.insert(place, waiting).map(|replaced| replaced.waker)
            }
        }
    }

    /// Leaves the line. `None` if the place had been woken: whoever leaves without using that
    /// passes it on with [`Waiters::wake`].
    pub(crate) fn leave(&mut self, ticket: &Ticket) -> Option<Waker> {
        let left = self.line.remove(&ticket.0);
        if self.line.is_empty() {
            self.earliest = None;
        }
        left.map(|waiting| waiting.waker)
    }

    /// Takes the first `count` out of the line, for waking.
    pub(crate) fn wake(&mut self, count: usize, out: &mut Vec<Waker>) {
        for _ in 0..count {
            let Some((_, waiting)) = self.line.pop_first() else {
                break;
            };
            out.push(waiting.waker);
        }
        if self.line.is_empty() {
            self.earliest = None;
        }
    }

    /// Takes everybody out of the line, for waking.
    pub(crate) fn wake_all(&mut self, out: &mut Vec<Waker>) {
        self.wake(self.line.len(), out);
    }

    /// Takes those out of the line whose deadline has come, for waking.
    pub(crate) fn wake_expired(&mut self, now: Instant, out: &mut Vec<Waker>) {
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return;
        }
        let due = |waiting: &Waiting| waiting.deadline.is_some_and(|deadline| deadline <= now);
        let places: Vec<_> =
            self.line.iter().filter(|(_, waiting)| due(waiting)).map(|(place, _)| *place).collect();
        for place in places {
            out.extend(self.line.remove(&place).map(|waiting| waiting.waker));
        }
        self.earliest = self.line.values().filter_map(|waiting| waiting.deadline).min();
    }

    /// When to call [`Waiters::wake_expired`]; may be early, never late.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.earliest
    }
}
