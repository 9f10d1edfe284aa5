//! Buffers for long messages, kept by the thread that used them last: to ask the system for fresh
//! memory, page by page, costs more than all that is done with it. And for little ones, which share
//! theirs. Never a limit: what is not kept is allocated.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};

/// The sizes that are kept, from the least to the most: each four times the one before, and a
/// little, as lengths are often powers of two with something around it.
const LEAST: usize = 64 * 1_024;
const MOST: usize = 1_024 * 1_024;
const LITTLE: usize = 4 * 1_024;
/// Buffers that a thread keeps.
const POOL: usize = 8;

/// What little messages are copied into together.
const SHEET_BYTES: usize = 2 * 1_024;

thread_local! {
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static SHEET: RefCell<BytesMut> = RefCell::new(BytesMut::new());
}

/// A copy of a few octets, which shares one piece of memory with those before and after it: a copy that
/// stays keeps at most [`SHEET_BYTES`] octets, and when all of them are gone the next are where they were.
pub(crate) fn little(octets: &[u8]) -> Bytes {
    let copied = SHEET.try_with(|sheet| {
        let sheet = &mut *sheet.borrow_mut();
        if sheet.capacity() < octets.len() && !sheet.try_reclaim(octets.len()) {
            *sheet = BytesMut::with_capacity(SHEET_BYTES);
        }
        sheet.extend_from_slice(octets);
        sheet.split().freeze()
    });
    copied.unwrap_or_else(|_| Bytes::copy_from_slice(octets))
}

/// An empty buffer with room for so many octets.
pub(crate) fn take(len: usize) -> Vec<u8> {
    let sizes = [LEAST, LEAST * 4, MOST].map(|size| size + LITTLE);
    let size = sizes.into_iter().find(|size| *size >= len);
    let Some(size) = size.filter(|_| len >= LEAST / 2) else { return Vec::with_capacity(len) };
    let found = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        let fits = free.iter().enumerate().filter(|(_, buffer)| buffer.capacity() >= size);
        let (at, _) = fits.min_by_key(|(_, buffer)| buffer.capacity())?;
        Some(free.swap_remove(at))
    });
    found.ok().flatten().unwrap_or_else(|| Vec::with_capacity(size))
}

/// Keeps a buffer for the next who takes one.
pub(crate) fn give(mut buffer: Vec<u8>) {
    if !(LEAST..=MOST + LITTLE).contains(&buffer.capacity()) {
        return;
    }
    buffer.clear();
    // A thread that ends keeps nothing.
    let _ended = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < POOL {
            free.push(buffer);
        }
    });
}

/// Moves what a buffer holds to one with room for `more`, and twice as large at least.
pub(crate) fn grow(buffer: &mut Vec<u8>, more: usize) {
    let len = buffer.len().saturating_add(more).max(buffer.capacity().saturating_mul(2));
    let mut larger = take(len);
    larger.extend_from_slice(buffer);
    give(std::mem::replace(buffer, larger));
}

/// A long message. Its buffer is kept when nobody holds a part of it any more.
#[derive(Debug, Default)]
pub(crate) struct Long(Vec<u8>);

impl Long {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds a piece. The room is at most about four times what came: the whole is moved seldom,
    /// and what is not used of fresh memory costs none yet.
    pub(crate) fn append(&mut self, piece: &[u8]) {
        if self.0.capacity().saturating_sub(self.0.len()) < piece.len() {
            grow(&mut self.0, piece.len());
        }
        self.0.extend_from_slice(piece);
    }

    /// Lets go of room that is much more than what there is.
    pub(crate) fn fit(&mut self) {
        let len = self.0.len();
        if self.0.capacity() / 2 > len.saturating_add(LITTLE) {
            let mut exact = Vec::with_capacity(len);
            exact.extend_from_slice(&self.0);
            give(std::mem::replace(&mut self.0, exact));
        }
    }
}

impl From<Vec<u8>> for Long {
    fn from(buffer: Vec<u8>) -> Self {
        Self(buffer)
    }
}

impl AsRef<[u8]> for Long {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Long {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_messages_share_memory_and_those_after_them_have_it_again() {
        let [first, second] = [b"first", b"other"].map(|octets| little(octets));
        assert_eq!((&first[..], &second[..]), (&b"first"[..], &b"other"[..]));
        let place = first.as_ptr();
        assert_eq!(second.as_ptr(), place.wrapping_add(5), "side by side");
        // While one is there, it is not written over.
        let more: Vec<Bytes> = (0..10).map(|n| little(&[n; 1_000])).collect();
        assert!((0..10).zip(&more).all(|(n, one)| one[..] == [n; 1_000]));
        assert_eq!(&first[..], b"first");
        drop((first, second, more));
        let places: Vec<_> = (0..100).map(|_| little(&[1; 1_000]).as_ptr()).collect();
        assert!(places.iter().all(|place| places[..2].contains(place)), "two to a sheet");
    }

    fn kept() -> Vec<usize> {
        FREE.with_borrow(|free| free.iter().map(Vec::capacity).collect())
    }

    #[test]
    fn a_buffer_is_used_again_by_whom_it_fits_best() {
        let capacities = [LEAST + LITTLE, 4 * LEAST + LITTLE, MOST + LITTLE];
        for capacity in capacities {
            assert_eq!(take(capacity - LITTLE).capacity(), capacity);
        }
        capacities.into_iter().rev().for_each(|capacity| give(Vec::with_capacity(capacity)));
        let before = kept().len();
        assert_eq!(take(LEAST + LITTLE + 1).capacity(), capacities[1]);
        assert_eq!(take(LEAST + LITTLE + 1).capacity(), capacities[2], "the next that fits");
        assert_eq!(kept().len(), before - 2);
        assert_eq!((take(1).capacity(), take(2 * MOST).capacity()), (1, 2 * MOST));
    }

    #[test]
    fn a_few_are_kept_and_none_that_is_short_or_huge() {
        for capacity in [LEAST - 1, MOST + LITTLE + 1] {
            give(Vec::with_capacity(capacity));
        }
        assert_eq!(kept(), Vec::<usize>::new());
        (0..POOL + 1).for_each(|_| give(Vec::with_capacity(LEAST)));
        assert_eq!(kept().len(), POOL);
    }

    #[test]
    fn a_long_message_grows_in_large_steps_and_keeps_no_more_than_it_needs() {
        let mut long = Long::default();
        let pieces: Vec<Vec<u8>> = (0..32).map(|n| vec![n; 32_768]).collect();
        let mut moves = 0;
        for piece in &pieces {
            let before = long.0.capacity();
            long.append(piece);
            moves += usize::from(long.0.capacity() != before);
            assert!(long.0.capacity() <= 4 * long.len() + LITTLE);
        }
        assert_eq!((moves, long.as_ref()), (3, &pieces.concat()[..]));
        drop(long);
        assert_eq!(kept(), [LEAST + LITTLE, 4 * LEAST + LITTLE, MOST + LITTLE]);
        let mut long = Long::from(take(MOST));
        long.append(&[1; LEAST]);
        long.fit();
        assert_eq!((long.0.capacity(), long.as_ref()), (LEAST, &[1; LEAST][..]));
        assert_eq!(kept().len(), 3, "it went back");
    }
}
