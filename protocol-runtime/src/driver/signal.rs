//! Waking the driver, only when it sleeps.
//!
//! The driver says that it is about to sleep *before* it looks a last time at what others may
//! have left for it; others leave their work *before* they look whether it sleeps. All of them
//! leave and look under a lock of their own, so one of the two sees the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Waker;

/// The driver's bell.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    asleep: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Signal {
    /// Wakes the driver if it sleeps. Call after releasing the lock under which work was left.
    pub(crate) fn ring(&self) {
        if self.asleep.load(Ordering::SeqCst) && self.asleep.swap(false, Ordering::SeqCst) {
            let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Whether the driver sleeps, and nobody has woken it yet.
    pub(crate) fn is_asleep(&self) -> bool {
        self.asleep.load(Ordering::SeqCst)
    }

    /// The driver runs: nobody needs to wake it.
    pub(crate) fn awake(&self, waker: &Waker) {
        self.asleep.store(false, Ordering::SeqCst);
        let mut current = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if !current.as_ref().is_some_and(|current| current.will_wake(waker)) {
            *current = Some(waker.clone());
        }
    }

    /// The driver is about to sleep. It looks a last time after this.
    pub(crate) fn asleep(&self) {
        self.asleep.store(true, Ordering::SeqCst);
    }
}
