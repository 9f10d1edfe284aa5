//! What calls inherit from the one in whose handler they are made: its deadline, and the metadata
//! that goes on.
//!
//! It stands in variables of the thread while a handler is polled, and never longer. Few messages
//! have metadata, so that what is shared is touched for those alone.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Instant;

use crate::metadata::Metadata;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    /// Whether there is metadata.
    static ALONG: Cell<bool> = const { Cell::new(false) };
    static METADATA: RefCell<Option<Arc<Metadata>>> = const { RefCell::new(None) };
}

/// What a call hands on.
#[derive(Clone, Debug)]
pub(crate) struct Inherited {
    pub(crate) deadline: Option<Instant>,
    pub(crate) metadata: Option<Arc<Metadata>>,
}

/// Puts back what was there before.
pub(crate) struct Entered {
    deadline: Option<Instant>,
    /// `None` where there was no metadata and is none.
    metadata: Option<Option<Arc<Metadata>>>,
}

impl Inherited {
    /// What stands there now.
    #[inline]
    pub(crate) fn current() -> Self {
        let along = || METADATA.with_borrow(Clone::clone);
        Self { deadline: DEADLINE.get(), metadata: ALONG.get().then(along).flatten() }
    }

    /// Calls inherit this until the guard is dropped.
    #[must_use]
    #[inline]
    pub(crate) fn enter(&self) -> Entered {
        let deadline = DEADLINE.replace(self.deadline);
        let along = self.metadata.is_some() || ALONG.get();
        Entered { deadline, metadata: along.then(|| replaced(self.metadata.clone())) }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        DEADLINE.set(self.deadline);
        if let Some(before) = self.metadata.take() {
            drop(replaced(before));
        }
    }
}

/// Has this metadata stand there, and gives what stood there before.
fn replaced(metadata: Option<Arc<Metadata>>) -> Option<Arc<Metadata>> {
    ALONG.set(metadata.is_some());
    METADATA.replace(metadata)
}
