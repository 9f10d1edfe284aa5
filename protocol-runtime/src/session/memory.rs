//! What unfinished and large messages may take of memory, over all connections that share it.
//!
//! Each octet is charged before it is kept, and given back when the message is dropped, wherever
//! that happens. Never allocates anything itself, and never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use crate::limits::Limits;

/// Memory for messages, shared by the sessions that have a clone of it.
#[derive(Clone, Debug)]
pub struct MessageMemory(Arc<Pot>);

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
        Self(Arc::new(Pot { max, used: AtomicUsize::new(0) }))
    }

    /// How many octets are charged at this moment.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Charges nothing yet.
    pub(super) fn charge(&self) -> Charge {
        Charge { pot: self.0.clone(), octets: 0 }
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
    pot: Arc<Pot>,
    octets: usize,
}

impl Charge {
    /// Charges `more` octets; false, and nothing is charged, if that is over the limit.
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let max = self.pot.max;
        let fits = |used: usize| used.checked_add(more).filter(|sum| *sum <= max);
        let grown = self.pot.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if grown {
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
        self.pot.used.fetch_sub(self.octets, Ordering::Relaxed);
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

    #[test]
    fn what_is_charged_comes_back_when_the_last_part_of_the_body_is_dropped() {
        let limits = Limits::default().with_decode_total_bytes(1_048_576).unwrap();
        let memory = MessageMemory::new(&limits);
        let mut charge = memory.charge();
        assert!(charge.grow(1_000_000));
        assert!(!memory.charge().grow(48_577));
        assert!(charge.grow(48_576));
        assert_eq!(memory.used(), 1_048_576);
        let body = charge.keep(vec![7; 10]);
        let part = body.slice(3..4);
        drop(body);
        assert_eq!(memory.used(), 1_048_576);
        drop(part);
        assert_eq!(memory.used(), 0);
    }
}
