//! Tasks that wait in line for the same thing. Holds wakers and never calls or drops one: they
//! are handed out, because what a waker does must not happen under a lock.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Instant;

/// A line of waiting tasks, first come first served. Takes no room until somebody waits.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    line: Option<Box<Line>>,
}

#[derive(Debug, Default)]
struct Line {
    next: u64,
    waiting: BTreeMap<u64, Waiting>,
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
        let line = self.line.get_or_insert_default();
        let Ticket(place) = *ticket.get_or_insert_with(|| {
            let place = Ticket(line.next);
            line.next = line.next.wrapping_add(1);
            place
        });
        if let Some(deadline) = deadline {
            line.earliest = Some(line.earliest.map_or(deadline, |first| first.min(deadline)));
        }
        match line.waiting.get(&place) {
            Some(waiting) if waiting.waker.will_wake(waker) => None,
            _ => {
                let waiting = Waiting { waker: waker.clone(), deadline };
                line.waiting.insert(place, waiting).map(|replaced| replaced.waker)
            }
        }
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.line.as_ref().is_none_or(|line| line.waiting.is_empty())
    }

    /// Leaves the line. `None` if the place had been woken: whoever leaves without using that
    /// passes it on with [`Waiters::wake`].
    pub(crate) fn leave(&mut self, ticket: &Ticket) -> Option<Waker> {
        let line = self.line.as_mut()?;
        let left = line.waiting.remove(&ticket.0);
        if line.waiting.is_empty() {
            line.earliest = None;
        }
        left.map(|waiting| waiting.waker)
    }

    /// Takes the first `count` out of the line, for waking.
    pub(crate) fn wake(&mut self, count: usize, out: &mut Vec<Waker>) {
        let Some(line) = &mut self.line else { return };
        for _ in 0..count {
            let Some((_, waiting)) = line.waiting.pop_first() else {
                break;
            };
            out.push(waiting.waker);
        }
        if line.waiting.is_empty() {
            line.earliest = None;
        }
    }

    /// Takes everybody out of the line, for waking.
    pub(crate) fn wake_all(&mut self, out: &mut Vec<Waker>) {
        self.wake(usize::MAX, out);
    }

    /// Takes those out of the line whose deadline has come, for waking.
    pub(crate) fn wake_expired(&mut self, now: Instant, out: &mut Vec<Waker>) {
        let Some(line) = &mut self.line else { return };
        if line.earliest.is_none_or(|earliest| now < earliest) {
            return;
        }
        let due = |waiting: &Waiting| waiting.deadline.is_some_and(|deadline| deadline <= now);
        let due = line.waiting.iter().filter(|(_, waiting)| due(waiting));
        let places: Vec<_> = due.map(|(place, _)| *place).collect();
        for place in places {
            out.extend(line.waiting.remove(&place).map(|waiting| waiting.waker));
        }
        line.earliest = line.waiting.values().filter_map(|waiting| waiting.deadline).min();
    }

    /// When to call [`Waiters::wake_expired`]; may be early, never late.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.line.as_ref()?.earliest
    }
}
