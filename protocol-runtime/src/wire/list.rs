//! `Vec<T>`: the count in the block, then all blocks (or the bitmap), then all tails.

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::writer::Writer;
use crate::schema::TypeSchema;

impl<T: Wire> Wire for Vec<T> {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;

    #[inline]
    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        out.length(slot.block, self.len());
        if !self.is_empty() {
            T::encode_list(self, out);
        }
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [short] = load(block, slot.block);
        let count = tail.length(short)?;
        if count == 0 { Ok(Self::new()) } else { T::decode_list(count, tail) }
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Vec(T::schema) }
    }
}

/// How many bytes the blocks, or the bitmap, of `count` elements take.
pub(super) const fn blocks_len<T: Wire>(count: usize) -> Option<usize> {
    const {
        assert!(
            T::BLOCK + T::BITS > 0,
            "NP0802: elements of a list or array must take up room in it"
        );
    }
    match count.checked_mul(if T::BITS > 0 { T::BITS } else { T::BLOCK }) {
        Some(bits) if T::BITS > 0 => Some(bits.div_ceil(8)),
        bytes => bytes,
    }
}

/// Writes the elements of a non-empty list, without its count.
#[inline]
pub(super) fn encode_elements<'i, T: Wire>(
    items: impl ExactSizeIterator<Item = &'i T>,
    out: &mut Writer<'_>,
) {
    let Some(len) = blocks_len::<T>(items.len()) else { return out.too_long(usize::MAX) };
    let base = out.reserve(len);
    for (i, item) in items.enumerate() {
        item.encode(Slot::element::<T>(base, i), out);
    }
}

/// Reads the elements of a list.
///
/// # Errors
///
/// `Truncated` before anything is allocated, `BudgetExceeded`, `PaddingBits`, and whatever the
/// elements say.
#[inline]
pub(super) fn decode_elements<T: Wire>(
    count: usize,
    tail: &mut Reader<'_>,
) -> Result<Vec<T>, DecodeError> {
    let len = blocks_len::<T>(count).ok_or(Kind::BadLength)?;
    let blocks = tail.take(len)?;
    tail.charge(count, size_of::<T>())?;
    let mut items = Vec::with_capacity(count);
    if T::BITS > 0 {
        check_padding(blocks, count * T::BITS)?;
        for i in 0..count {
            items.push(T::decode(blocks, Slot::element::<T>(0, i), tail)?);
        }
    } else {
        for block in blocks.chunks_exact(T::BLOCK.max(1)) {
            items.push(T::decode(block, Slot::START, tail)?);
        }
    }
    Ok(items)
}

/// Refuses a bitmap with a bit set behind its last one.
#[inline]
pub(super) fn check_padding(bitmap: &[u8], bits: usize) -> Result<(), DecodeError> {
    let spare = bitmap.len() * 8 - bits;
    match bitmap.last() {
        Some(last) if spare > 0 && last >> (8 - spare) != 0 => Err(Kind::PaddingBits.into()),
        _ => Ok(()),
    }
}
