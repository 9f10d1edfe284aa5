//! What calls inherit from the one in whose handler they are made: its deadline, and the metadata
//! that goes on.
//!
//! It stands in a variable of the thread while a handler is polled, and never longer.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Instant;

use crate::metadata::Metadata;

thread_local! {
    static CURRENT: RefCell<Inherited> = const { RefCell::new(Inherited::NONE) };
}

/// What a call hands on.
#[derive(Clone, Debug)]
pub(crate) struct Inherited {
    pub(crate) deadline: Option<Instant>,
    pub(crate) metadata: Option<Arc<Metadata>>,
}

/// Puts back what was there before.
pub(crate) struct Entered(Inherited);

impl Inherited {
    pub(crate) const NONE: Self = Self { deadline: None, metadata: None };

    /// What stands there now.
    pub(crate) fn current() -> Self {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Calls inherit this until the guard is dropped.
    #[must_use]
    pub(crate) fn enter(&self) -> Entered {
        Entered(CURRENT.replace(self.clone()))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = std::mem::replace(&mut self.0, Inherited::NONE);
        drop(CURRENT.replace(before));
    }
}
