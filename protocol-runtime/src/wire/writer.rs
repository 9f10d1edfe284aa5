//! The out-buffer that values append themselves to, in one forward pass.

use super::error::EncodeError;
use super::layout::Bit;

/// Appends to a buffer; keeps the first mistake, so that encoding itself stays straight-line.
#[derive(Debug)]
pub struct Writer<'b> {
    buf: &'b mut Vec<u8>,
    error: Option<EncodeError>,
}

impl<'b> Writer<'b> {
    /// Writes behind what `buf` already holds.
    pub fn new(buf: &'b mut Vec<u8>) -> Self {
        Self { buf, error: None }
    }

    /// How many bytes the buffer holds.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.buf.len()
    }

    /// Whether the buffer holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// Appends `n` zero bytes and says where they start.
    #[inline]
    pub fn reserve(&mut self, n: usize) -> usize {
        let at = self.buf.len();
        self.buf.resize(at + n, 0);
        at
    }

    /// Appends bytes.
    #[inline]
    pub fn append(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
    }

    /// Writes into reserved bytes.
    #[inline]
    pub fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(to) = self.buf.get_mut(at..at + N) {
            to.copy_from_slice(&bytes);
        }
    }

    /// Sets a flag bit in reserved bytes.
    #[inline]
    pub fn set(&mut self, bit: Bit) {
        if let Some(byte) = self.buf.get_mut(bit.byte) {
            *byte |= bit.mask();
        }
    }

    /// Writes the one-byte form of a length at `at`; from 255 on, appends the five-byte form.
    #[inline]
    pub fn length(&mut self, at: usize, len: usize) {
        match u8::try_from(len) {
            Ok(short) if short < u8::MAX => self.put(at, [short]),
            _ => self.long_length(at, len),
        }
    }

    #[cold]
    fn long_length(&mut self, at: usize, len: usize) {
        self.put(at, [u8::MAX]);
        let Ok(mut rest) = u32::try_from(len) else { return self.too_long(len) };
        let mut groups = [0; 5];
        for group in &mut groups {
            // Seven bits, least significant first: ASCII, so that a run of strings with a long
            // one among them is still checked as text in one go.
            let [low, ..] = rest.to_le_bytes();
            *group = low & 0x7F;
            rest >>= 7;
        }
        self.append(&groups);
    }

    /// Writes the number of bytes behind `from` into the four reserved bytes at `at`.
    #[inline]
    pub fn patch_len(&mut self, at: usize, from: usize) {
        let len = self.buf.len() - from;
        match u32::try_from(len) {
            Ok(len) => self.put(at, len.to_le_bytes()),
            Err(_) => self.too_long(len),
        }
    }

    /// Reads reserved bytes back.
    pub(super) fn get<const N: usize>(&self, at: usize) -> [u8; N] {
        super::reader::load(self.buf, at)
    }

    /// Moves everything from `at` on `n` bytes back, leaving zeros in between.
    pub(super) fn insert(&mut self, at: usize, n: usize) {
        let end = self.buf.len();
        self.buf.resize(end + n, 0);
        self.buf.copy_within(at..end, at + n);
    }

    #[cold]
    pub(super) fn too_long(&mut self, len: usize) {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        self.error.get_or_insert(EncodeError::TooLong(len));
    }

    /// The first mistake, if there was one.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], when a value was too long for the encoding.
    pub fn finish(self) -> Result<(), EncodeError> {
        self.error.map_or(Ok(()), Err)
    }
}
