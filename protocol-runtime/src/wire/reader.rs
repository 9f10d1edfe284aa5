//! The bytes that values are read from: a block at constant offsets, and the tail behind a cursor.
//!
//! Every length is compared with what is left before anything is taken or allocated.

use bytes::Bytes;

use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Bit;

/// How strictly, and how far, bytes are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Refuse everything but the one canonical form of the reader's own schema.
    pub exact: bool,
    /// How many bytes of memory the value may take.
    pub budget: usize,
    /// How deep structs, unions and boxes may nest.
    pub depth: u32,
}

impl Default for DecodeOptions {
    /// Tolerant, 64 MiB, 64 levels.
    fn default() -> Self {
        Self { exact: false, budget: 64 << 20, depth: 64 }
    }
}

/// A cursor over a tail.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// What `rest` is a part of, so that byte fields can share it.
    source: Option<&'a Bytes>,
    budget: usize,
    depth: u32,
    exact: bool,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, copying what it keeps.
    #[must_use]
    pub fn new(bytes: &'a [u8], options: &DecodeOptions) -> Self {
        let DecodeOptions { exact, budget, depth } = *options;
        Self { rest: bytes, source: None, budget, depth, exact }
    }

    /// Reads `bytes`; byte fields share them.
    #[must_use]
    pub fn shared(bytes: &'a Bytes, options: &DecodeOptions) -> Self {
        Self { source: Some(bytes), ..Self::new(bytes, options) }
    }

    /// Whether only the canonical form of the reader's own schema will do.
    #[inline]
    #[must_use]
    pub fn exact(&self) -> bool {
        self.exact
    }

    /// How many bytes are left.
    #[inline]
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Takes `n` bytes.
    ///
    /// # Errors
    ///
    /// `Truncated`, when fewer are left.
    #[inline]
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(n) else {
            return Err(truncated(n, self.rest.len()));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Takes everything that is left.
    #[inline]
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Takes an array.
    ///
    /// # Errors
    ///
    /// `Truncated`, when fewer than `N` bytes are left.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            return Err(truncated(N, self.rest.len()));
        };
        self.rest = rest;
        Ok(*taken)
    }

    /// Completes a length or count whose first byte stood in the block.
    ///
    /// # Errors
    ///
    /// `Truncated`, `BadLength`, or `NonMinimal`.
    #[inline]
    pub fn length(&mut self, short: u8) -> Result<usize, DecodeError> {
        if short < u8::MAX { Ok(usize::from(short)) } else { self.long_length() }
    }

    #[cold]
    fn long_length(&mut self) -> Result<usize, DecodeError> {
        let mut len = 0_u64;
        for (i, group) in self.array::<5>()?.into_iter().enumerate() {
            if group >= 0x80 {
                return Err(Kind::BadLength.into());
            }
            len |= u64::from(group) << (7 * i);
        }
        if len < 255 {
            return Err(Kind::NonMinimal.into());
        }
        let len = u32::try_from(len).map_err(|_| Kind::BadLength)?;
        usize::try_from(len).map_err(|_| Kind::BadLength.into())
    }

    /// Reads `len` bytes as a region of their own: `read` cannot pass its end, and what it leaves
    /// is skipped, or refused when reading exactly.
    ///
    /// # Errors
    ///
    /// `Truncated`, `LeftOver`, and whatever `read` says.
    #[inline]
    pub fn region<T>(
        &mut self,
        len: usize,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let region = self.take(len)?;
        let after = std::mem::replace(&mut self.rest, region);
        let value = read(self)?;
        self.end()?;
        self.rest = after;
        Ok(value)
    }

    /// Ends a value: what is left belongs to a newer schema, and is refused when reading exactly.
    ///
    /// # Errors
    ///
    /// `LeftOver`.
    #[inline]
    pub fn end(&mut self) -> Result<(), DecodeError> {
        if self.exact && !self.rest.is_empty() {
            return Err(left_over(self.rest.len()));
        }
        Ok(())
    }

    /// Goes one level deeper for the time of `read`.
    ///
    /// # Errors
    ///
    /// `DepthLimit`, and whatever `read` says.
    #[inline]
    pub fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.depth = self.depth.checked_sub(1).ok_or(Kind::DepthLimit)?;
        let value = read(self)?;
        self.depth += 1;
        Ok(value)
    }

    /// Charges memory that is about to be allocated for `count` values of `size` bytes.
    ///
    /// # Errors
    ///
    /// `BudgetExceeded`.
    #[inline]
    pub fn charge(&mut self, count: usize, size: usize) -> Result<(), DecodeError> {
        let left = count.checked_mul(size).and_then(|cost| self.budget.checked_sub(cost));
        self.budget = left.ok_or(Kind::BudgetExceeded)?;
        Ok(())
    }

    /// Keeps bytes that were taken from this reader: shared where there is something to share.
    pub(super) fn keep(&self, taken: &[u8]) -> Bytes {
        match self.source {
            Some(source) => source.slice_ref(taken),
            None => Bytes::copy_from_slice(taken),
        }
    }
}

#[cold]
fn truncated(needed: usize, left: usize) -> DecodeError {
    let wide = |n| u64::try_from(n).unwrap_or(u64::MAX);
    Kind::Truncated { needed: wide(needed), left: wide(left) }.into()
}

#[cold]
fn left_over(left: usize) -> DecodeError {
    Kind::LeftOver(u64::try_from(left).unwrap_or(u64::MAX)).into()
}

/// Reads `N` bytes at a constant offset of a block; a block that ends before is extended by zeros.
#[inline]
pub(super) fn load<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    match block.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => *bytes,
        None => load_short(block, at),
    }
}

#[cold]
fn load_short<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes.iter_mut().zip(block.get(at..).unwrap_or_default()) {
        *to = *from;
    }
    bytes
}

/// What lies behind the start of `slot` in `block`.
#[inline]
#[must_use]
pub fn behind(block: &[u8], slot: super::Slot) -> &[u8] {
    block.get(slot.block..).unwrap_or_default()
}

/// Reads a flag bit of a block.
#[inline]
pub(super) fn bit(block: &[u8], bit: Bit) -> bool {
    block.get(bit.byte).is_some_and(|byte| byte & bit.mask() != 0)
}
