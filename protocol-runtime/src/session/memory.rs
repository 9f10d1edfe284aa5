//! What unfinished and large messages may take of memory, over all connections that share it.
//!
//! Each octet is charged before it is kept, and given back when the message is dropped, wherever
//! that happens. Never allocates anything itself, and never waits.
//!
//! A connection may hold as much as is free beside it: alone half of all, with `n` others that hold as
//! much as they can the `n + 2`nd part. So some is always left for one more (A. K. Choudhury, E. L. Hahne,
//! "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use crate::limits::Limits;

/// Memory for messages, shared by the sessions that have a clone of it: each may hold as much as is
/// free beside it.
#[derive(Clone, Debug)]
pub struct MessageMemory(Arc<Share>);

/// What one connection has of it.
#[derive(Debug)]
struct Share {
    pot: Arc<Pot>,
    used: AtomicUsize,
}

#[derive(Debug)]
struct Pot {
    max: usize,
    used: AtomicUsize,
}

impl MessageMemory {
    /// As much memory as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let max = usize::try_from(limits.decode_total_bytes()).unwrap_or(usize::MAX);
        Self::of(Arc::new(Pot { max, used: AtomicUsize::new(0) }))
    }

    fn of(pot: Arc<Pot>) -> Self {
        Self(Arc::new(Share { pot, used: AtomicUsize::new(0) }))
    }

    /// The same memory, for one more connection.
    pub(super) fn share(&self) -> Self {
        Self::of(self.0.pot.clone())
    }

    /// How many octets are charged at this moment, over all connections.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.pot.used.load(Ordering::Relaxed)
    }

    /// Charges nothing yet.
    pub(super) fn charge(&self) -> Charge {
        Charge { share: self.0.clone(), octets: 0 }
    }
}

impl Default for MessageMemory {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

/// What one message was charged; given back when dropped.
#[derive(Debug)]
pub(super) struct Charge {
    share: Arc<Share>,
    octets: usize,
}

impl Charge {
    /// Charges `more` octets; false, and nothing is charged, if there is not as much left then as the
    /// connection holds.
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let Share { pot, used } = &*self.share;
        let own = used.load(Ordering::Relaxed).saturating_add(more);
        let fits =
            |used: usize| used.checked_add(more).filter(|sum| own <= pot.max.saturating_sub(*sum));
        let grown = pot.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if grown {
            used.fetch_add(more, Ordering::Relaxed);
            self.octets = self.octets.saturating_add(more);
        }
        grown
    }

    /// The body of a message that stays charged for as long as anybody holds a part of it.
    pub(super) fn keep<T: AsRef<[u8]> + Send + 'static>(self, body: T) -> Bytes {
        Bytes::from_owner(Charged { body, _charge: self })
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.share.used.fetch_sub(self.octets, Ordering::Relaxed);
        self.share.pot.used.fetch_sub(self.octets, Ordering::Relaxed);
    }
}

struct Charged<T> {
    body: T,
    _charge: Charge,
}

impl<T: AsRef<[u8]>> AsRef<[u8]> for Charged<T> {
    fn as_ref(&self) -> &[u8] {
        self.body.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory of 1 MiB.
    fn memory() -> MessageMemory {
        MessageMemory::new(&Limits::default().with_decode_total_bytes(1_048_576).unwrap())
    }

    #[test]
    fn what_is_charged_comes_back_when_the_last_part_of_the_body_is_dropped() {
        let memory = memory();
        let mut charge = memory.charge();
        assert!(charge.grow(500_000));
        assert!(!memory.charge().grow(24_289));
        assert!(charge.grow(24_288));
        assert_eq!(memory.used(), 524_288);
        let body = charge.keep(vec![7; 10]);
        let part = body.slice(3..4);
        drop(body);
        assert_eq!(memory.used(), 524_288);
        drop(part);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn connections_that_take_all_they_can_leave_some_for_another() {
        let memory = memory();
        let mut greedy = Vec::new();
        for count in 1..=60 {
            let mut charge = memory.share().charge();
            while charge.grow(1_000) {}
            greedy.push(charge);
            // The first takes half, the second half of what is left, and so on.
            assert!(memory.used() < 1_048_576, "{count}");
        }
        // As messages of those that came first end, what they may hold shrinks to the part of all.
        greedy.truncate(1);
        while greedy[0].grow(1_000) {}
        assert!(memory.share().charge().grow(200_000));
    }
}
