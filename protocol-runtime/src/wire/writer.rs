//! The out-buffer that values append themselves to, in one forward pass.
//!
//! Behind what is written the buffer holds zeros already, so that a block is reserved by moving a
//! number, and a short string is copied without asking the allocator.

use super::error::{EncodeError, Place};
use super::layout::Bit;
use crate::buffers;

/// How far ahead the buffer is filled with zeros: at least, and at most.
const AHEAD: (usize, usize) = (128, 16 * 1_024);
/// From here on bytes are appended as a whole, without zeros below them first.
const LARGE: usize = 4 * 1_024;

/// Appends to a buffer; keeps the first mistake, so that encoding itself stays straight-line.
#[derive(Debug)]
pub struct Writer<'b> {
    /// Where the bytes go in the end.
    out: &'b mut Vec<u8>,
    /// The bytes, and zeros behind them.
    buf: Vec<u8>,
    /// How many of them are written.
    len: usize,
    /// How many were written before: messages of the same batch.
    start: usize,
    /// Boxed, so that making and ending a writer moves nothing but words.
    error: Option<Box<EncodeError>>,
}

impl<'b> Writer<'b> {
    /// Writes behind what `out` already holds.
    #[inline]
    pub fn new(out: &'b mut Vec<u8>) -> Self {
        let buf = std::mem::take(out);
        Self { len: buf.len(), start: buf.len(), buf, out, error: None }
    }

    /// How many bytes are written.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends `n` zero bytes and says where they start.
    #[inline]
    pub fn reserve(&mut self, n: usize) -> usize {
        let at = self.len;
        if self.buf.len() - at < n {
            let start = self.start;
            // What begins is most often small, and ends within this.
            self.change(|mut buf| {
                if at == start && n <= AHEAD.0 / 2 {
                    buf.extend_from_slice(&[0; AHEAD.0]);
                    buf
                } else {
                    grown(buf, start, at, n)
                }
            });
        }
        self.len = at + n;
        at
    }

    /// Appends `n` zero bytes: a block to be filled.
    #[inline]
    pub fn block(&mut self, n: usize) -> &mut [u8] {
        let at = self.reserve(n);
        self.reserved(at, n)
    }

    /// The `n` reserved bytes at `at`.
    #[inline]
    pub fn reserved(&mut self, at: usize, n: usize) -> &mut [u8] {
        self.buf.get_mut(at..at + n).unwrap_or_default()
    }

    /// Writes reserved bytes.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        put(&mut self.buf, at, bytes);
    }

    /// Appends bytes.
    #[inline]
    pub fn append(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        match self.buf.get_mut(self.len..end) {
            Some(to) if bytes.len() <= 64 => {
                copy_short(to, bytes);
                self.len = end;
            }
            _ => {
                let (start, len) = (self.start, self.len);
                self.change(|buf| append_long(buf, start, len, bytes));
                self.len = end;
            }
        }
    }

    /// Appends what of the length of a string or list does not fit its one byte in the block, and
    /// then the string's bytes.
    #[inline]
    pub fn content(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.append(bytes);
    }

    /// Appends what of a length or count does not fit its one byte in the block: nothing below
    /// 255, the five-byte form from there on.
    #[inline]
    pub fn length(&mut self, len: usize) {
        if len >= usize::from(u8::MAX) {
            self.long_length(len);
        }
    }

    #[inline(always)]
    fn long_length(&mut self, len: usize) {
        match groups(len) {
            Some(groups) => self.append(&groups),
            None => self.too_long(len),
        }
    }

    /// Writes the number of bytes behind `from` into the four reserved bytes at `at`.
    #[inline]
    pub fn patch_len(&mut self, at: usize, from: usize) {
        let len = self.len - from;
        match u32::try_from(len) {
            Ok(len) => put(&mut self.buf, at, len.to_le_bytes()),
            Err(_) => self.too_long(len),
        }
    }

    /// Leaves out the five-byte form and the elements of what is too long, and keeps the mistake.
    #[inline]
    pub(super) fn too_long(&mut self, len: usize) {
        if self.error.is_none() {
            self.error = Some(too_long(len));
        }
    }

    /// Keeps the mistake that a field holds more than its `#[max]`.
    #[inline]
    pub fn over_max(&mut self, place: &'static Place, got: usize, max: u64) {
        if self.error.is_none() {
            self.error = Some(over_max(place, got, max));
        }
    }

    /// Writes by a writer of its own that ends before this one goes on: one whose address nobody
    /// has, so that it can live in registers. If `write` panics, the bytes come back all the same.
    #[inline(always)]
    pub(super) fn apart(&mut self, write: impl FnOnce(&mut Writer<'_>)) {
        let buf = std::mem::take(&mut self.buf);
        let error = self.error.take();
        let (len, start) = (self.len, self.start);
        let mut own = Writer { len, start, buf, error, out: &mut self.buf };
        write(&mut own);
        let (buf, len, error) = (std::mem::take(&mut own.buf), own.len, own.error.take());
        drop(own);
        (self.buf, self.len, self.error) = (buf, len, error);
    }

    /// Reads reserved bytes back.
    pub(super) fn get<const N: usize>(&self, at: usize) -> [u8; N] {
        super::reader::load(&self.buf, at)
    }

    /// Moves everything from `at` on `n` bytes back, leaving zeros in between.
    #[inline(always)]
    pub(super) fn insert(&mut self, at: usize, n: usize) {
        let end = self.len;
        self.reserve(n);
        self.change(|buf| inserted(buf, at, end, n));
    }

    /// Has `change` make something else of the bytes.
    #[inline(always)]
    pub(super) fn change(&mut self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        self.buf = change(std::mem::take(&mut self.buf));
    }

    /// Takes out the `n` bytes at `at`.
    pub(super) fn remove(&mut self, at: usize, n: usize) {
        self.buf.copy_within(at + n..self.len, at);
        self.len -= n;
        self.reserved(self.len, n).fill(0);
    }

    /// The first mistake, if there was one.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], when a value was too long for the encoding.
    #[inline]
    pub fn finish(mut self) -> Result<(), EncodeError> {
        match self.error.take() {
            None => Ok(()),
            Some(error) => Err(*error),
        }
    }
}

impl Drop for Writer<'_> {
    #[inline]
    fn drop(&mut self) {
        // Shortened apart from the writer, so that the vector can move in registers.
        let mut buf = std::mem::take(&mut self.buf);
        buf.truncate(self.len);
        *self.out = buf;
    }
}

// What is rare is done to the buffer by value: a writer whose address is given away would live in
// memory from there on.

/// Makes room for `n` bytes behind the first `len`, and for as many again as this writer wrote
/// behind `start`. What others wrote before it says nothing about how much will follow.
#[cold]
#[inline(never)]
fn grown(mut buf: Vec<u8>, start: usize, len: usize, n: usize) -> Vec<u8> {
    let (least, most) = AHEAD;
    buf.resize(len + n + (len - start).clamp(least, most), 0);
    buf
}

/// Puts many bytes behind the first `len`.
#[inline(never)]
fn append_long(mut buf: Vec<u8>, start: usize, len: usize, bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= LARGE {
        buf.truncate(len);
        if buf.capacity() - len < bytes.len() {
            buffers::grow(&mut buf, bytes.len());
        }
        buf.extend_from_slice(bytes);
        return buf;
    }
    if buf.len() - len < bytes.len() {
        buf = grown(buf, start, len, bytes.len());
    }
    if let Some(to) = buf.get_mut(len..len + bytes.len()) {
        to.copy_from_slice(bytes);
    }
    buf
}

/// Moves what stands from `at` to `end` on by `n` bytes, leaving zeros in between.
#[cold]
#[inline(never)]
fn inserted(mut buf: Vec<u8>, at: usize, end: usize, n: usize) -> Vec<u8> {
    buf.copy_within(at..end, at + n);
    buf.get_mut(at..at + n).unwrap_or_default().fill(0);
    buf
}

/// The five-byte form of a length: seven bits a byte, least significant first. That is ASCII, so
/// that a run of strings with a long one among them is still checked as text in one go.
#[cold]
#[inline(never)]
fn groups(len: usize) -> Option<[u8; 5]> {
    let mut rest = u32::try_from(len).ok()?;
    let mut groups = [0; 5];
    for group in &mut groups {
        let [low, ..] = rest.to_le_bytes();
        *group = low & 0x7F;
        rest >>= 7;
    }
    Some(groups)
}

#[cold]
#[inline(never)]
fn too_long(len: usize) -> Box<EncodeError> {
    Box::new(EncodeError::TooLong(u64::try_from(len).unwrap_or(u64::MAX)))
}

#[cold]
#[inline(never)]
fn over_max(place: &'static Place, got: usize, max: u64) -> Box<EncodeError> {
    let got = u64::try_from(got).unwrap_or(u64::MAX);
    Box::new(EncodeError::OverMax { place: *place, got, max })
}

/// Copies at most 64 bytes, in pieces of fixed size that overlap: cheaper than asking for a copy of
/// unknown length.
#[inline(always)]
fn copy_short(to: &mut [u8], from: &[u8]) {
    let len = from.len();
    if len >= 32 {
        copy_ends::<32>(to, from);
    } else if len >= 16 {
        copy_ends::<16>(to, from);
    } else if len >= 8 {
        copy_ends::<8>(to, from);
    } else if len >= 4 {
        copy_ends::<4>(to, from);
    } else if len >= 2 {
        copy_ends::<2>(to, from);
    } else {
        copy_ends::<1>(to, from);
    }
}

/// Copies the first and the last `N` bytes.
#[inline(always)]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<N>(), from.last_chunk::<N>()) {
        *to = *from;
    }
}

/// The one byte of a length or count that stands in the block.
#[inline(always)]
#[must_use]
pub fn short_length(len: usize) -> [u8; 1] {
    [u8::try_from(len).unwrap_or(u8::MAX)]
}

/// Writes bytes into a block.
#[inline(always)]
pub fn put<const N: usize>(block: &mut [u8], at: usize, bytes: [u8; N]) {
    if let Some(to) = block.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *to = bytes;
    }
}

/// Sets a flag bit of a block, if `truth` says so.
#[inline(always)]
pub fn set(block: &mut [u8], bit: Bit, truth: bool) {
    if let Some(byte) = block.get_mut(bit.byte) {
        *byte |= u8::from(truth) << bit.shift;
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::Writer;

    #[test]
    fn what_was_written_before_a_panic_in_a_list_is_not_lost() {
        let mut out = vec![1, 2];
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut writer = Writer::new(&mut out);
            writer.append(&[3]);
            writer.apart(|own| {
                own.append(&[4]);
                panic!("a conversion gave up");
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(out, [1, 2, 3]);
    }

    #[test]
    fn a_small_message_costs_no_more_behind_a_large_batch() {
        let mut out = Vec::with_capacity(64 * 1_024 + 200);
        out.resize(64 * 1_024, 7);
        let before = out.capacity();
        let mut writer = Writer::new(&mut out);
        writer.block(8);
        writer.append(&[9; 60]);
        drop(writer);
        assert_eq!((out.len(), out.capacity()), (64 * 1_024 + 68, before));
    }
}
