//! The bytes that values are read from: a block at constant offsets, and the tail behind a cursor.
//!
//! Every length is compared with what is left before anything is taken or allocated.

use bytes::Bytes;

use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Bit;

/// Says of a place where a text ends that a length before it is in its five-byte form.
pub(super) const LONG_TEXT: usize = 1 << (usize::BITS - 1);

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
///
/// What is left is bytes, or text: a region whose types hold only text is checked as UTF-8 in one
/// go, and its strings are then cut from it.
#[derive(Debug)]
pub struct Reader<'a> {
    /// What is left, behind `text`.
    rest: &'a [u8],
    /// What is left first, known to be text.
    text: &'a str,
    /// What the rest is a part of, so that byte fields can share it.
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
        Self { rest: bytes, text: "", source: None, budget, depth, exact }
    }

    /// Reads `bytes`; byte fields share them.
    #[must_use]
    pub fn shared(bytes: &'a Bytes, options: &DecodeOptions) -> Self {
        Self::within(bytes, bytes, options)
    }

    /// Reads `bytes`, a part of `source`, which byte fields share.
    pub(crate) fn within(bytes: &'a [u8], source: &'a Bytes, options: &DecodeOptions) -> Self {
        Self { source: Some(source), ..Self::new(bytes, options) }
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
        self.rest.len() + self.text.len()
    }

    /// Takes `n` bytes.
    ///
    /// # Errors
    ///
    /// `Truncated`, when fewer are left.
    #[inline]
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        // Where there is text, and nothing behind it, this does not succeed.
        if let Some((taken, rest)) = self.rest.split_at_checked(n) {
            self.rest = rest;
            return Ok(taken);
        }
        let (taken, rest) = take_text(self.text, self.rest, n)?;
        (self.rest, self.text) = (rest, "");
        Ok(taken)
    }

    /// Takes everything that is left.
    #[inline]
    pub fn take_rest(&mut self) -> &'a [u8] {
        self.as_bytes();
        std::mem::take(&mut self.rest)
    }

    /// Takes an array.
    ///
    /// # Errors
    ///
    /// `Truncated`, when fewer than `N` bytes are left.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        if let Some((taken, rest)) = self.rest.split_first_chunk() {
            self.rest = rest;
            return Ok(*taken);
        }
        Ok(load(self.take(N)?, 0))
    }

    /// Completes a length or count whose first byte stood in the block.
    ///
    /// # Errors
    ///
    /// `Truncated`, `BadLength`, or `NonMinimal`.
    #[inline]
    pub fn length(&mut self, short: u8) -> Result<usize, DecodeError> {
        if short < u8::MAX {
            return Ok(usize::from(short));
        }
        self.as_bytes();
        let (len, rest) = long_length(self.rest)?;
        self.rest = rest;
        Ok(len)
    }

    /// What is left, with nothing taken.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> &'a [u8] {
        if self.text.is_empty() { self.rest } else { self.text.as_bytes() }
    }

    /// What [`length`](Self::length) would say, with nothing taken.
    ///
    /// # Errors
    ///
    /// As [`length`](Self::length).
    #[inline]
    pub fn peek_length(&self, short: u8) -> Result<usize, DecodeError> {
        if short < u8::MAX {
            return Ok(usize::from(short));
        }
        Ok(long_length(self.peek())?.0)
    }

    /// Takes a string whose length's first byte stood in the block.
    ///
    /// # Errors
    ///
    /// As [`length`](Self::length), and `InvalidUtf8`.
    #[inline(always)]
    pub fn string(&mut self, short: u8) -> Result<&'a str, DecodeError> {
        // Without text this succeeds for the empty string only.
        if short < u8::MAX
            && let Some((taken, rest)) = self.text.split_at_checked(usize::from(short))
        {
            self.text = rest;
            return Ok(taken);
        }
        // By value: a cursor whose address is given away would live in memory from here on.
        if self.text.is_empty() {
            let (taken, rest) = string_of_bytes(self.rest, short)?;
            self.rest = rest;
            Ok(taken)
        } else {
            let (taken, text) = string_of_text(self.text, short)?;
            self.text = text;
            Ok(taken)
        }
    }

    /// Reads what is left as text from here on, if it is text: the strings in it are then cut
    /// without being checked again.
    #[inline]
    pub(super) fn enter_text(&mut self) {
        if let Ok(text) = simdutf8::basic::from_utf8(self.rest) {
            (self.rest, self.text) = (&[], text);
        }
    }

    /// What is left, where no text is left first.
    #[inline(always)]
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Reads what is left up to `end`, the end of a run of texts, as text, if it is text.
    #[inline(always)]
    pub fn enter_run(&mut self, end: usize) {
        if let Some((run, behind)) = self.rest.split_at_checked(end & !LONG_TEXT)
            && let Ok(text) = simdutf8::basic::from_utf8(run)
        {
            (self.text, self.rest) = (text, behind);
        }
    }

    /// Moves behind a run of texts that ends at `end` and says so, if nothing can be wrong with
    /// it: it is ASCII, and no length in it is in its five-byte form. If not, the run is to be gone
    /// through.
    #[inline(always)]
    pub fn pass_run(&mut self, end: usize, free: bool) -> bool {
        // The mark of a long form makes `end` pass all that can be left.
        if free
            && let Some((run, behind)) = self.rest.split_at_checked(end)
            && run.is_ascii()
        {
            self.rest = behind;
            return true;
        }
        self.enter_run(end);
        false
    }

    /// Moves behind texts that end at `end` and says so, if nothing can be wrong with them. If not,
    /// nothing is moved.
    #[inline]
    pub(super) fn pass_text(&mut self, end: usize) -> bool {
        match self.rest.split_at_checked(end) {
            Some((texts, behind)) if self.text.is_empty() && texts.is_ascii() => {
                self.rest = behind;
                true
            }
            _ => false,
        }
    }

    /// Whatever is left is bytes. Where a run of texts comes first, only texts are read.
    #[inline(always)]
    fn as_bytes(&mut self) {
        if !self.text.is_empty() && self.rest.is_empty() {
            self.rest = self.text.as_bytes();
            self.text = "";
        }
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
        (self.rest, self.text) = (after, "");
        Ok(value)
    }

    /// Goes on with `rest`, which is bytes.
    #[inline(always)]
    pub(super) fn set_bytes(&mut self, rest: &'a [u8]) {
        (self.rest, self.text) = (rest, "");
    }

    /// Goes on with `text`.
    #[inline(always)]
    pub(super) fn set_text(&mut self, text: &'a str) {
        (self.rest, self.text) = (&[], text);
    }

    /// Ends a value: what is left belongs to a newer schema, and is refused when reading exactly.
    ///
    /// # Errors
    ///
    /// `LeftOver`.
    #[inline]
    pub fn end(&mut self) -> Result<(), DecodeError> {
        if self.exact && self.left() != 0 {
            return Err(left_over(self.left()));
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
        self.depth = match self.depth.checked_sub(1) {
            Some(depth) => depth,
            None => return Err(Kind::DepthLimit.into()),
        };
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
        match count.checked_mul(size).and_then(|cost| self.budget.checked_sub(cost)) {
            Some(left) => self.budget = left,
            None => return Err(Kind::BudgetExceeded.into()),
        }
        Ok(())
    }

    /// Keeps bytes that were taken from this reader: shared where there is something to share.
    #[inline]
    pub(super) fn keep(&self, taken: &[u8]) -> Bytes {
        match self.source {
            Some(source) => source.slice_ref(taken),
            None => Bytes::copy_from_slice(taken),
        }
    }
}

/// Bytes out of a text with nothing behind it, which is then read as bytes; and what is left.
#[cold]
#[inline(never)]
fn take_text<'a>(
    text: &'a str,
    behind: &'a [u8],
    n: usize,
) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    let bytes = if behind.is_empty() { text.as_bytes() } else { behind };
    bytes.split_at_checked(n).ok_or_else(|| truncated(n, bytes.len()))
}

/// A string out of bytes that were not checked as text before, and what is left.
#[inline(never)]
fn string_of_bytes(rest: &[u8], short: u8) -> Result<(&str, &[u8]), DecodeError> {
    let (len, behind) = match short {
        u8::MAX => long_length(rest)?,
        short => (usize::from(short), rest),
    };
    let Some((taken, rest)) = behind.split_at_checked(len) else {
        return Err(truncated(len, behind.len()));
    };
    match simdutf8::basic::from_utf8(taken) {
        Ok(taken) => Ok((taken, rest)),
        Err(_) => Err(Kind::InvalidUtf8.into()),
    }
}

/// A long string out of text, or a mistake; and what is left.
#[cold]
#[inline(never)]
fn string_of_text(text: &str, short: u8) -> Result<(&str, &str), DecodeError> {
    let (len, behind) = match short {
        u8::MAX => long_length(text.as_bytes())?,
        short => (usize::from(short), text.as_bytes()),
    };
    let text = text.get(text.len() - behind.len()..).unwrap_or_default();
    match text.split_at_checked(len) {
        Some(cut) => Ok(cut),
        None if len > text.len() => Err(truncated(len, text.len())),
        None => Err(Kind::InvalidUtf8.into()),
    }
}

/// A length in its five bytes, and what is behind them.
#[cold]
fn long_length(bytes: &[u8]) -> Result<(usize, &[u8]), DecodeError> {
    let Some((groups, rest)) = bytes.split_first_chunk::<5>() else {
        return Err(truncated(5, bytes.len()));
    };
    let mut len = 0_u64;
    for (i, group) in groups.iter().enumerate() {
        if *group >= 0x80 {
            return Err(Kind::BadLength.into());
        }
        len |= u64::from(*group) << (7 * i);
    }
    if len < 255 {
        return Err(Kind::NonMinimal.into());
    }
    let len = u32::try_from(len).map_err(|_| Kind::BadLength)?;
    let len = usize::try_from(len).map_err(|_| Kind::BadLength)?;
    Ok((len, rest))
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
#[inline(always)]
#[must_use]
pub fn load<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    match block.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => *bytes,
        None => load_short(block, at),
    }
}

#[cold]
#[inline(never)]
fn load_short<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes.iter_mut().zip(block.get(at..).unwrap_or_default()) {
        *to = *from;
    }
    bytes
}

/// The block at `at` of `block`, where it is as long as this side's schema has it, or longer.
#[inline(always)]
#[must_use]
pub fn own_block<const N: usize>(block: &[u8], at: usize) -> Option<&[u8; N]> {
    block.get(at..).and_then(<[u8]>::first_chunk)
}

/// The block at `at` of a block that is being written.
#[inline(always)]
#[must_use]
pub fn own_block_mut<const N: usize>(block: &mut [u8], at: usize) -> Option<&mut [u8; N]> {
    block.get_mut(at..).and_then(<[u8]>::first_chunk_mut)
}

/// The block at `at` of `block`, extended by zeros.
#[cold]
#[inline(never)]
#[must_use]
pub fn extended<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    load_short(block, at)
}

/// Whether a block holds a field: its writer's version of the schema had it.
#[inline]
#[must_use]
pub fn has_field<T: super::Wire>(block: &[u8], slot: super::Slot) -> bool {
    block.len() > if T::BITS > 0 { slot.bits[0].byte } else { slot.block }
}

/// The `len` bytes at the start of `slot` in `block`, or as many as there are.
#[inline(always)]
#[must_use]
pub fn part(block: &[u8], at: usize, len: usize) -> &[u8] {
    match block.get(at..at + len) {
        Some(part) => part,
        None => block.get(at..).unwrap_or_default(),
    }
}

/// Reads a flag bit of a block.
#[inline(always)]
#[must_use]
pub fn bit(block: &[u8], bit: Bit) -> bool {
    block.get(bit.byte).is_some_and(|byte| byte & bit.mask() != 0)
}
