//! The cursor of views: it goes over bytes that were checked before, and never fails.
//!
//! Past the end it reads zeros and nothing, so that bytes that nobody checked do no harm either.

/// How deep what stands in boxes is skipped.
const DEPTH: u8 = 64;

/// A cursor over a tail that was checked before.
#[derive(Clone, Copy)]
pub struct Tail<'a> {
    rest: &'a [u8],
    depth: u8,
}

impl<'a> Tail<'a> {
    /// Goes over `bytes`.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: DEPTH }
    }

    /// What is left.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes `n` bytes, or as many as there are.
    #[inline]
    pub fn take(&mut self, n: usize) -> &'a [u8] {
        match self.rest.split_at_checked(n) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => std::mem::take(&mut self.rest),
        }
    }

    /// Takes an array; zeros where there are no bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        super::reader::load(self.take(N), 0)
    }

    /// Completes a length or count whose first byte stood in the block.
    #[inline]
    pub fn length(&mut self, short: u8) -> usize {
        if short < u8::MAX { usize::from(short) } else { self.long_length() }
    }

    #[cold]
    fn long_length(&mut self) -> usize {
        let groups: [u8; 5] = self.array();
        let len = groups.iter().rev().fold(0_u64, |len, group| len << 7 | u64::from(*group & 0x7F));
        usize::try_from(len).unwrap_or(usize::MAX)
    }

    /// Takes `n` bytes of text.
    #[inline]
    pub fn text(&mut self, n: usize) -> &'a str {
        std::str::from_utf8(self.take(n)).unwrap_or_default()
    }

    /// Skips something that may hold more of its own kind; bytes that were checked do not nest too
    /// deep for that, and of others nothing is left.
    #[inline]
    pub fn nested(&mut self, skip: impl FnOnce(&mut Self)) {
        match self.depth.checked_sub(1) {
            None => self.rest = &[],
            Some(depth) => {
                self.depth = depth;
                skip(self);
                self.depth = depth + 1;
            }
        }
    }
}

impl std::fmt::Debug for Tail<'_> {
    /// Only how much is left: what the bytes mean, and whether they may be shown, is not known.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tail({} bytes)", self.rest.len())
    }
}
