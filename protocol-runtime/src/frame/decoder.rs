//! Frames out of a stream of bytes.

use bytes::{Buf, Bytes, BytesMut};

use super::header::{Flags, HEADER, Head};
use super::prefix;
use crate::error::Error;

/// A frame: what its header says, and its body.
///
/// The body shares the memory it was read into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What the header says.
    pub head: Head,
    /// What it says of the body.
    pub flags: Flags,
    /// The bytes after the header.
    pub body: Bytes,
}

/// Takes whole frames from the front of a buffer.
///
/// It has no buffer of its own: what is incomplete stays with the caller, and one byte more or
/// less in a read never changes what comes out.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    max: u32,
}

impl Decoder {
    /// A decoder that takes bodies of up to `max` bytes.
    #[must_use]
    pub const fn new(max: u32) -> Self {
        Self { max }
    }

    /// The next frame, or `None` if it is not all there yet.
    ///
    /// The length is judged as soon as its four bytes are there, the rest of the header as soon
    /// as the header is; neither waits for the body.
    ///
    /// # Errors
    ///
    /// [`Error::FrameTooLarge`] or [`Error::BadFrame`]: the peer broke the rules, and what follows
    /// in the buffer means nothing.
    #[inline]
    pub fn next(&self, bytes: &mut BytesMut) -> Result<Option<Frame>, Error> {
        let Some((head, flags, len)) = self.head(bytes)? else { return Ok(None) };
        bytes.advance(HEADER);
        // An empty body keeps no buffer alive.
        let body = if len == 0 { Bytes::new() } else { bytes.split_to(len).freeze() };
        Ok(Some(Frame { head, flags, body }))
    }

    /// The next of frames that share their memory already, as [`whole`](Self::whole) counted them.
    #[inline(always)]
    pub(crate) fn next_of(&self, frames: &mut Bytes) -> Result<Option<Frame>, Error> {
        let Some((head, flags, len)) = self.head(frames)? else { return Ok(None) };
        frames.advance(HEADER);
        let body = if len == 0 { Bytes::new() } else { frames.split_to(len) };
        Ok(Some(Frame { head, flags, body }))
    }

    /// How long the body of the frame at the front is, if its header is this one but for that, and
    /// all of it is there. Whatever else there is, is for [`next_of`](Self::next_of).
    #[inline(always)]
    pub(crate) fn next_like(&self, header: [u8; HEADER], bytes: &[u8]) -> Option<usize> {
        let ([a, b, c, d, rest @ ..], [_, _, _, _, like @ ..]) = (prefix::<HEADER>(bytes)?, header);
        let len = u32::from_le_bytes([a, b, c, d]);
        if rest != like || len > self.max {
            return None;
        }
        let len = usize::try_from(len).ok()?;
        (bytes.len().saturating_sub(HEADER) >= len).then_some(len)
    }

    /// How many bytes at the front are frames that are all there, by their lengths alone.
    pub(crate) fn whole(&self, bytes: &[u8]) -> usize {
        let mut whole = 0_usize;
        while let Some(len) = bytes.get(whole..).and_then(prefix).map(u32::from_le_bytes)
            && len <= self.max
            && let Ok(len) = usize::try_from(len)
            && let Some(end) = whole.checked_add(HEADER).and_then(|body| body.checked_add(len))
            && end <= bytes.len()
        {
            whole = end;
        }
        whole
    }

    /// Judges what is there of the frame at the front: what its header says and how long its body
    /// is, or `None` if it is not all there yet.
    #[inline(always)]
    pub(crate) fn head(&self, bytes: &[u8]) -> Result<Option<(Head, Flags, usize)>, Error> {
        let Some(len) = prefix(bytes).map(u32::from_le_bytes) else { return Ok(None) };
        too_large(len, self.max)?;
        let Some(header) = prefix::<HEADER>(bytes) else { return Ok(None) };
        let (head, flags) = Head::from_bytes(header)?;
        if let Some(max) = head.kind().body_max() {
            too_large(len, max)?;
        }
        let Ok(body) = usize::try_from(len) else {
            return Err(Error::FrameTooLarge { len, max: self.max });
        };
        let there = bytes.len().saturating_sub(HEADER) >= body;
        Ok(there.then_some((head, flags, body)))
    }
}

/// Refuses a length over the limit.
#[inline]
const fn too_large(len: u32, max: u32) -> Result<(), Error> {
    if len > max { Err(Error::FrameTooLarge { len, max }) } else { Ok(()) }
}
