//! What reading a value may take, in memory and in depth.

use std::cell::Cell;

use serde_core::de;

use crate::wire::{DecodeErrorKind, DecodeOptions};

/// What is left of the limits while one value is read.
#[derive(Debug)]
pub struct Allowance {
    budget: Cell<usize>,
    depth: Cell<u32>,
}

impl Allowance {
    /// The whole of `options`.
    #[must_use]
    pub fn new(options: &DecodeOptions) -> Self {
        Self { budget: Cell::new(options.budget), depth: Cell::new(options.depth) }
    }

    /// Charges memory for `count` values of `size` bytes.
    pub(super) fn charge<E: de::Error>(&self, count: usize, size: usize) -> Result<(), E> {
        let left = count.checked_mul(size).and_then(|cost| self.budget.get().checked_sub(cost));
        self.budget.set(left.ok_or_else(|| E::custom(DecodeErrorKind::BudgetExceeded))?);
        Ok(())
    }

    /// Goes one level deeper for the time of `read`.
    pub(super) fn nested<T, E: de::Error>(
        &self,
        read: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let depth = self.depth.get();
        let deeper = depth.checked_sub(1).ok_or_else(|| E::custom(DecodeErrorKind::DepthLimit))?;
        self.depth.set(deeper);
        let value = read()?;
        self.depth.set(depth);
        Ok(value)
    }
}
