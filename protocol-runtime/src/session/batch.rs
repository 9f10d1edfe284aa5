//! A batch of output in parts: what is small as one run of octets, and between its pieces the
//! fragments of large messages, which are shared and not copied. Only in clear, as what is sealed
//! has to be a run of its own. Never writes anything; it says what is to be written next.

use std::io::IoSlice;

use bytes::{Buf, BufMut};

use super::outbox::Parts;
use crate::buffers;

/// A buffer that grew beyond this is not kept for the next batch.
const KEPT_MAX: usize = 256 * 1_024;

/// Octets that were taken from a session and are not all written.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// What is in no part. It stays until all of it is written.
    run: Vec<u8>,
    /// How much of it is written.
    at: usize,
    parts: Parts,
}

impl Batch {
    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.at >= self.run.len()
    }

    /// Whether what is left is in one piece.
    pub(crate) fn is_whole(&self) -> bool {
        self.parts.is_empty()
    }

    /// The buffer of what is in no part.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.run
    }

    /// How much memory there is beside what is left. Parts keep all of their messages, however long
    /// those are.
    pub(crate) fn spare(&self) -> usize {
        let rest = self.run.len().saturating_sub(self.at);
        if self.is_whole() { self.run.capacity().saturating_sub(rest) } else { usize::MAX }
    }

    /// Keeps no more memory than for what is left.
    pub(crate) fn trim(&mut self) {
        let mut run = Vec::with_capacity(self.remaining());
        run.put(&mut *self);
        (self.run, self.at) = (run, 0);
    }

    /// Forgets what is left; keeps the buffer for the next batch, unless it is large.
    pub(super) fn begin(&mut self) -> &mut Vec<u8> {
        self.at = 0;
        if !self.parts.is_empty() {
            self.parts = Parts::new();
        }
        self.run.clear();
        if self.run.capacity() > KEPT_MAX {
            buffers::give(std::mem::take(&mut self.run));
        }
        &mut self.run
    }

    /// These come in between, `behind` so many octets of the run.
    pub(super) fn share(&mut self, parts: Parts, behind: usize) {
        if parts.is_empty() {
            return;
        }
        self.parts = parts;
        self.parts.iter_mut().for_each(|(place, _)| *place = place.saturating_add(behind));
    }

    /// What is left of the run before the next part.
    fn piece(&self) -> &[u8] {
        let end = self.parts.front().map_or(self.run.len(), |(place, _)| *place);
        self.run.get(self.at..end).unwrap_or_default()
    }
}

impl Buf for Batch {
    fn remaining(&self) -> usize {
        let run = self.run.len().saturating_sub(self.at);
        self.parts.iter().fold(run, |sum, (_, part)| sum.saturating_add(part.len()))
    }

    fn chunk(&self) -> &[u8] {
        let piece = self.piece();
        match self.parts.front() {
            Some((_, part)) if piece.is_empty() => part,
            _ => piece,
        }
    }

    fn chunks_vectored<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        let mut at = self.at;
        let pieces = self.parts.iter().flat_map(|(place, part)| {
            let piece = self.run.get(at..*place).unwrap_or_default();
            at = *place;
            [piece, part]
        });
        let last = self.parts.back().map_or(self.at, |(place, _)| *place);
        let rest = self.run.get(last..).unwrap_or_default();
        let pieces = pieces.chain([rest]).filter(|piece| !piece.is_empty());
        into.iter_mut().zip(pieces).fold(0, |count, (slot, piece)| {
            *slot = IoSlice::new(piece);
            count.saturating_add(1)
        })
    }

    fn advance(&mut self, mut count: usize) {
        while count > 0 {
            let piece = self.piece().len();
            if piece > 0 {
                self.at = self.at.saturating_add(piece.min(count));
                count = count.saturating_sub(piece);
                continue;
            }
            let Some((_, part)) = self.parts.front_mut() else { return };
            if count < part.len() {
                part.advance(count);
                return;
            }
            count = count.saturating_sub(part.len());
            self.parts.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn batch(run: &[u8], parts: &[(usize, &'static [u8])]) -> Batch {
        let mut batch = Batch::default();
        batch.begin().extend_from_slice(run);
        let shared = parts.iter().map(|(place, part)| (*place, Bytes::from_static(part)));
        batch.share(shared.collect(), 0);
        batch
    }

    #[test]
    fn parts_stand_where_they_belong() {
        let mut batch = batch(b"abcd", &[(1, b"11"), (1, b"22"), (4, b"33")]);
        let mut slices = [IoSlice::new(&[]); 3];
        assert_eq!((batch.remaining(), batch.chunks_vectored(&mut slices)), (10, 3));
        assert_eq!(slices.map(|slice| slice.to_vec()), [b"a".to_vec(), b"11".into(), b"22".into()]);
        assert_eq!(batch.copy_to_bytes(10), b"a1122bcd33"[..]);
        assert!(batch.is_empty() && batch.is_whole());
        batch.begin();
        batch.share(Parts::from([(0, Bytes::from_static(b"11"))]), 2);
        batch.run.extend_from_slice(b"abc");
        assert_eq!(batch.copy_to_bytes(5), b"ab11c"[..]);
    }

    #[test]
    fn what_is_trimmed_is_what_was_left_and_keeps_no_message() {
        let message = Bytes::from(vec![1; 1_000]);
        let mut batch = Batch::default();
        batch.begin().extend_from_slice(b"abcd");
        batch.share(Parts::from([(2, message.slice(998..))]), 0);
        batch.advance(1);
        assert!(batch.spare() > 1_000 && !message.is_unique());
        batch.trim();
        assert!(message.is_unique());
        assert_eq!(
            (batch.spare(), batch.copy_to_bytes(5)),
            (0, Bytes::from_static(b"b\x01\x01cd"))
        );
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        let mut batch = Batch::default();
        batch.begin().resize(KEPT_MAX * 2, 7);
        assert_eq!(batch.begin().capacity(), 0);
    }

    proptest! {
        #[test]
        fn however_much_is_written_at_a_time_all_is_written_in_order(
            steps in prop::collection::vec(1_usize..7, 1..20), places in prop::collection::vec(0_usize..9, 0..5),
        ) {
            let mut places = places;
            places.sort_unstable();
            let parts: Vec<(usize, &'static [u8])> =
                places.into_iter().map(|place| (place, &b"123"[..])).collect();
            let expected = batch(b"abcdefgh", &parts).copy_to_bytes(8 + 3 * parts.len());
            let mut batch = batch(b"abcdefgh", &parts);
            let (mut written, mut steps) = (Vec::new(), steps.into_iter().cycle());
            while !batch.is_empty() {
                let mut slices = [IoSlice::new(&[]); 2];
                let count = batch.chunks_vectored(&mut slices);
                let gathered: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.to_vec()).collect();
                let step = steps.next().unwrap().min(gathered.len());
                prop_assert_eq!(batch.chunk(), &slices[0][..]);
                written.extend_from_slice(&gathered[..step]);
                batch.advance(step);
            }
            prop_assert_eq!(&written[..], &expected[..]);
        }
    }
}
