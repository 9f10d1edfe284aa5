//! What waits to be sent: octets of the handshake in clear, then frames.
//!
//! A frame is encoded in place behind room for its header, which is filled in when the length is
//! known. Frames are gathered until the owner takes them, and are then sealed as one batch. It
//! has no limit of its own: who may write how much is the business of whoever writes.

use crate::frame::header::{HEADER, Head};
use crate::noise::{NoiseError, RECORD_HEADER, Sealer};
use crate::wire::EncodeError;

/// A buffer that grew beyond this many bytes is not kept for the next batch.
const KEPT_MAX: usize = 256 * 1_024;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Octets of the handshake, never sealed.
    clear: Vec<u8>,
    /// Frames; with a sealer, behind room for the header of the first record.
    frames: Vec<u8>,
    sealer: Option<Sealer>,
    batch: u64,
}

impl Outbox {
    /// Where a handshake writes.
    pub(super) const fn clear(&mut self) -> &mut Vec<u8> {
        &mut self.clear
    }

    /// From here on frames are sealed.
    pub(super) fn seal_with(&mut self, sealer: Sealer) {
        self.sealer = Some(sealer);
    }

    /// Appends a frame whose body `encode` appends.
    ///
    /// If that fails, writes more than `max` bytes, or panics, nothing was written.
    #[inline]
    pub(super) fn frame(
        &mut self,
        head: Head,
        max: u32,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        if self.frames.is_empty() && self.sealer.is_some() {
            self.frames.extend_from_slice(&[0; RECORD_HEADER]);
        }
        let frame = Unfinished::start(&mut self.frames);
        encode(frame.frames)?;
        frame.finish(head, max)
    }

    /// Moves everything that waits behind `out`, and seals it there.
    ///
    /// On an error `out` is as it was, and nothing can be sent any more.
    pub(super) fn take(&mut self, out: &mut Vec<u8>) -> Result<(), NoiseError> {
        let start = out.len();
        self.batch = self.batch.wrapping_add(1);
        out.append(&mut self.clear);
        let from = out.len();
        if from == 0 {
            std::mem::swap(out, &mut self.frames);
        } else {
            out.append(&mut self.frames);
        }
        if self.frames.capacity() > KEPT_MAX {
            self.frames = Vec::new();
        }
        match &mut self.sealer {
            Some(sealer) if out.len() > from => {
                sealer.seal_reserved(out, from).inspect_err(|_| out.truncate(start))
            }
            _ => Ok(()),
        }
    }

    /// Drops everything that waits.
    pub(super) fn discard(&mut self) {
        self.clear = Vec::new();
        self.frames = Vec::new();
    }

    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        let room = if self.sealer.is_some() { RECORD_HEADER } else { 0 };
        self.clear.len().saturating_add(self.frames.len().saturating_sub(room))
    }

    /// The number of the batch that is being gathered.
    pub(super) const fn batch(&self) -> u64 {
        self.batch
    }
}

/// A frame that is being encoded. Unless it is finished, its bytes are taken back.
struct Unfinished<'a> {
    frames: &'a mut Vec<u8>,
    start: usize,
    finished: bool,
}

impl<'a> Unfinished<'a> {
    fn start(frames: &'a mut Vec<u8>) -> Self {
        let start = frames.len();
        frames.extend_from_slice(&[0; HEADER]);
        Self { frames, start, finished: false }
    }

    fn finish(mut self, head: Head, max: u32) -> Result<(), EncodeError> {
        let len = self.frames.len().saturating_sub(self.start).saturating_sub(HEADER);
        let fitting = u32::try_from(len).ok().filter(|len| *len <= max);
        let place = self.frames.get_mut(self.start..).and_then(<[u8]>::first_chunk_mut);
        let (Some(fitting), Some(place)) = (fitting, place) else {
            let len = len.try_into().unwrap_or(u64::MAX);
            return Err(EncodeError::TooLarge { len, max: max.into() });
        };
        *place = head.to_bytes(fitting);
        self.finished = true;
        Ok(())
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.frames.truncate(self.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn bytes(len: usize) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> {
        move |out| {
            out.resize(out.len() + len, 7);
            Ok(())
        }
    }

    #[test]
    fn frames_are_gathered_and_taken_behind_the_handshake() {
        let mut outbox = Outbox::default();
        outbox.clear().extend_from_slice(b"hello");
        outbox.frame(Head::Ping, 8, bytes(8)).unwrap();
        outbox.frame(Head::Pong, 8, bytes(2)).unwrap();
        assert_eq!(outbox.len(), 5 + 12 + 8 + 12 + 2);
        let mut out = Vec::new();
        outbox.take(&mut out).unwrap();
        assert_eq!((out.len(), outbox.len()), (39, 0));
        assert!(out.starts_with(b"hello\x08\0\0\0\x09"));
    }

    #[test]
    fn a_frame_that_fails_leaves_nothing() {
        let mut outbox = Outbox::default();
        outbox.frame(Head::Ping, 8, bytes(8)).unwrap();
        let too_large = EncodeError::TooLarge { len: 9, max: 8 };
        assert_eq!(outbox.frame(Head::Ping, 8, bytes(9)), Err(too_large));
        let failing = |out: &mut Vec<u8>| {
            out.push(1);
            Err(EncodeError::TooLong(1))
        };
        assert_eq!(outbox.frame(Head::Ping, 8, failing), Err(EncodeError::TooLong(1)));
        let panicking = AssertUnwindSafe(|| outbox.frame(Head::Ping, 8, |_| panic!("by the test")));
        assert!(catch_unwind(panicking).is_err());
        assert_eq!(outbox.len(), 20);
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        let mut outbox = Outbox::default();
        outbox.frame(Head::Ping, u32::MAX, bytes(KEPT_MAX * 2)).unwrap();
        outbox.take(&mut vec![1]).unwrap();
        assert_eq!(outbox.frames.capacity(), 0);
    }
}
