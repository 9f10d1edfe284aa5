//! What a server with a shared key remembers of first messages, so that it takes none twice.
//!
//! With a shared key the first message of a client is all that the server sees before it is open,
//! and whoever recorded one can send it again. So each carries a time and random octets, and this is
//! where both are judged: the time has to be near the server's own, and the message new. Never
//! reads a clock, never forgets what might still be accepted: when it is full it refuses.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::error::{Error, Skew};
use crate::limits::Limits;

/// First messages that were seen, for all connections of one server.
///
/// A message is taken once, whatever the clock does: it is refused if its time is not within
/// [`Limits::clock_skew`] of the server's, if its time lies before this filter was made (what was
/// seen before a restart is not known), if it is not later than all that was forgotten, or if it is
/// remembered. One that is remembered is forgotten only after its time has left the window.
pub struct ReplayFilter {
    window_ms: u64,
    max: usize,
    started_unix_ms: u64,
    seen: Mutex<Seen>,
}

/// Half of a SHA-256: nobody finds two messages with the same one.
type Id = [u8; 16];

/// Two generations. The older one goes as a whole, once nothing in it can be accepted any more.
#[derive(Default)]
struct Seen {
    current: Generation,
    previous: Generation,
    /// What the clock showed when the current generation began.
    begun: u64,
    /// The latest time of a message that is not remembered any more.
    forgotten: Option<u64>,
}

#[derive(Default)]
struct Generation {
    messages: BTreeSet<Id>,
    /// The latest time in it.
    latest: Option<u64>,
}

impl ReplayFilter {
    /// An empty filter of a server that starts now.
    #[must_use]
    pub fn new(limits: &Limits, started_unix_ms: u64) -> Self {
        let window_ms = u64::try_from(limits.clock_skew().as_millis()).unwrap_or(u64::MAX);
        Self {
            window_ms,
            max: usize::try_from(limits.replay_entries()).unwrap_or(usize::MAX),
            started_unix_ms,
            seen: Mutex::new(Seen { begun: started_unix_ms, ..Seen::default() }),
        }
    }

    /// Takes a first message that authenticated and says to be from the time `theirs`, or says why
    /// not. `ours` is what the server's clock shows.
    ///
    /// # Errors
    ///
    /// [`Error::ClockSkew`], [`Error::StaleTimestamp`], [`Error::Replayed`], and
    /// [`Error::ReplayFull`] for a good message that cannot be remembered.
    pub fn admit(&self, ours: u64, theirs: u64, message: &[u8]) -> Result<(), Error> {
        let id = id(message);
        let mut seen = self.lock();
        seen.advance(ours, self.window_ms);
        if theirs.abs_diff(ours) > self.window_ms {
            return Err(Error::ClockSkew { by: Skew::between(theirs, ours) });
        }
        if theirs < self.started_unix_ms || seen.forgotten >= Some(theirs) {
            return Err(Error::StaleTimestamp);
        }
        if seen.contains(&id) {
            return Err(Error::Replayed);
        }
        if seen.len() >= self.max {
            return Err(Error::ReplayFull { retry_after: seen.room_in(ours, self.window_ms) });
        }
        seen.current.insert(id, theirs);
        Ok(())
    }

    /// How many messages are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Begins new generations, each two windows long.
    ///
    /// A message is taken up to a window before its own time, and its time is in the window for
    /// another one after it; so what was taken in a generation has left the window two windows after
    /// its end.
    fn advance(&mut self, clock: u64, window_ms: u64) {
        // Set back, the clock has to reach the end of the generation again; what was forgotten
        // meanwhile stays refused.
        self.begun = self.begun.min(clock);
        let generation = window_ms.saturating_mul(2);
        let ended = clock.abs_diff(self.begun).checked_div(generation).unwrap_or(0);
        for _ in 0..ended.min(2) {
            let current = std::mem::take(&mut self.current);
            let gone = std::mem::replace(&mut self.previous, current);
            self.forgotten = self.forgotten.max(gone.latest);
        }
        self.begun = self.begun.saturating_add(ended.saturating_mul(generation));
    }

    fn contains(&self, id: &Id) -> bool {
        self.current.messages.contains(id) || self.previous.messages.contains(id)
    }

    fn len(&self) -> usize {
        self.current.messages.len().saturating_add(self.previous.messages.len())
    }

    /// In how long something will be forgotten.
    fn room_in(&self, clock: u64, window_ms: u64) -> Duration {
        let generation = window_ms.saturating_mul(2);
        let left = generation.saturating_sub(clock.abs_diff(self.begun));
        let more = if self.previous.messages.is_empty() { generation } else { 0 };
        Duration::from_millis(left.saturating_add(more))
    }
}

impl Generation {
    fn insert(&mut self, id: Id, time: u64) {
        self.messages.insert(id);
        self.latest = self.latest.max(Some(time));
    }
}

fn id(message: &[u8]) -> Id {
    let digest: [u8; 32] = Sha256::digest(message).into();
    // A digest has a first half.
    digest.first_chunk().copied().unwrap_or_default()
}

impl fmt::Debug for ReplayFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayFilter")
            .field("remembered", &self.remembered())
            .field("max", &self.max)
            .finish_non_exhaustive()
    }
}
