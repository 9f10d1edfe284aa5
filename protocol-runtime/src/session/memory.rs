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
pub struct MessageMemory(Arc<Pot>);

#[derive(Debug)]
struct Pot {
    max: usize,
    used: AtomicUsize,
}

/// What one connection has of it.
#[derive(Debug)]
pub(super) struct Share {
    pot: MessageMemory,
    /// None until the first message is charged.
    used: Option<Arc<AtomicUsize>>,
}

impl MessageMemory {
    /// As much memory as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let max = usize::try_from(limits.decode_total_bytes()).unwrap_or(usize::MAX);
        Self(Arc::new(Pot { max, used: AtomicUsize::new(0) }))
    }

    /// What one more connection has of it.
    pub(super) fn share(&self) -> Share {
        Share { pot: self.clone(), used: None }
    }

    /// How many octets are charged at this moment, over all connections.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }
}

impl Default for MessageMemory {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

impl Share {
    /// Charges nothing yet.
    pub(super) fn charge(&mut self) -> Charge {
        let used = self.used.get_or_insert_default().clone();
        Charge { pot: self.pot.clone(), used, octets: 0 }
    }
}

/// What one message was charged; given back when dropped.
#[derive(Debug)]
pub(super) struct Charge {
    pot: MessageMemory,
    /// What the connection holds.
    used: Arc<AtomicUsize>,
    octets: usize,
}

impl Charge {
    /// Charges `more` octets; false, and nothing is charged, if there is not as much left then as the
    /// connection holds.
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let Pot { max, used } = &*self.pot.0;
        let own = self.used.load(Ordering::Relaxed).saturating_add(more);
        let fits =
            |used: usize| used.checked_add(more).filter(|sum| own <= max.saturating_sub(*sum));
        let grown = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if grown {
            self.used.fetch_add(more, Ordering::Relaxed);
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
        self.used.fetch_sub(self.octets, Ordering::Relaxed);
        self.pot.0.used.fetch_sub(self.octets, Ordering::Relaxed);
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
        let mut share = memory.share();
        let mut charge = share.charge();
        assert!(charge.grow(500_000));
        assert!(!share.charge().grow(24_289));
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
