//! Who is connected. A place is taken before anything is spent on a connection, and given back by
//! dropping it, so that no panic can keep one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::driver::{Command, Shared};

/// The connections of a server.
#[derive(Debug, Default)]
pub(super) struct Registry {
    connections: Mutex<Connections>,
    half_open: Arc<AtomicUsize>,
    refusals: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct Connections {
    next: u64,
    open: BTreeMap<u64, Arc<Shared>>,
}

/// A connection's place. Gives it back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    number: u64,
}

/// One of a count. Gives it back when dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<AtomicUsize>);

impl Registry {
    pub(super) fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Enters a connection.
    pub(super) fn enter(self: &Arc<Self>, shared: Arc<Shared>) -> Place {
        let mut connections = self.lock();
        let number = connections.next;
        connections.next = number.wrapping_add(1);
        connections.open.insert(number, shared);
        Place { registry: self.clone(), number }
    }

    /// One more handshake under way, unless there are `max`.
    pub(super) fn half_open(&self, max: usize) -> Option<Permit> {
        Permit::take(&self.half_open, max)
    }

    /// One more connection being refused, unless there are `max`.
    pub(super) fn refusal(&self, max: usize) -> Option<Permit> {
        Permit::take(&self.refusals, max)
    }

    /// Tells every connection.
    pub(super) fn command(&self, command: Command) {
        let all: Vec<_> = self.lock().open.values().cloned().collect();
        for shared in all {
            shared.command(command);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    fn take(count: &Arc<AtomicUsize>, max: usize) -> Option<Self> {
        let more = |taken: usize| (taken < max).then(|| taken.saturating_add(1));
        count.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Self(count.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The connection is dropped after the lock.
        let _shared = self.registry.lock().open.remove(&self.number);
    }
}
