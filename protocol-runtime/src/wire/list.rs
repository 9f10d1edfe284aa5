//! `Vec<T>`: the count in the block, then all blocks (or the bitmap), then all tails.

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{LONG_TEXT, Reader, load};
use super::tail::Tail;
use super::view::{ListView, RawList};
use super::writer::{Writer, put, short_length};
use crate::schema::TypeSchema;

impl<T: Wire> Wire for Vec<T> {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;

    type View<'a> = ListView<'a, T>;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        put(block, slot.block, short_length(self.len()));
    }

    #[inline]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.length(self.len());
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

    #[inline]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        let [short] = load(block, slot.block);
        let count = tail.length(short)?;
        if count == 0 { Ok(()) } else { T::check_list(count, tail) }
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, mut tail: Tail<'a>) -> ListView<'a, T> {
        let [short] = load(block, slot.block);
        let count = tail.length(short);
        if count == 0 { ListView::default() } else { ListView::new(T::open_list(count, tail)) }
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        let [short] = load(block, slot.block);
        let count = tail.length(short);
        if count > 0 {
            T::skip_list(count, tail);
        }
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Vec(T::schema) }
    }
}

/// How many bytes the blocks, or the bitmap, of `count` elements take.
#[inline]
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
    if T::BITS > 0 {
        for (i, item) in items.enumerate() {
            item.encode_block(out.reserved(base, len), Slot::element::<T>(0, i));
            item.encode_tail(out);
        }
    } else if T::HAS_TAIL {
        for (i, item) in items.enumerate() {
            item.encode_block(out.reserved(base + i * T::BLOCK, T::BLOCK), Slot::START);
            item.encode_tail(out);
        }
    } else {
        let blocks = out.reserved(base, len).chunks_exact_mut(T::BLOCK.max(1));
        for (block, item) in blocks.zip(items) {
            item.encode_block(block, Slot::START);
        }
    }
}

/// Goes over the elements of a list: `read` makes something of each, and `each` takes it.
#[inline(always)]
fn elements<'a, T: Wire, V>(
    count: usize,
    blocks: &'a [u8],
    tail: &mut Reader<'a>,
    read: impl Fn(&[u8], Slot, &mut Reader<'a>) -> Result<V, DecodeError>,
    mut each: impl FnMut(V),
) -> Result<(), DecodeError> {
    if T::BITS > 0 {
        check_padding(blocks, count * T::BITS)?;
        for i in 0..count {
            each(read(blocks, Slot::element::<T>(0, i), tail)?);
        }
        return Ok(());
    }
    let blocks = blocks.chunks_exact(T::BLOCK.max(1));
    if !T::TEXT {
        for block in blocks {
            each(read(block, Slot::START, tail)?);
        }
        return Ok(());
    }
    let tails = tail.take_rest();
    let end = blocks.clone().fold(0, |at, block| T::text_end(block, Slot::START, tails, at));
    let Some((text, after)) = tails.split_at_checked(end & !LONG_TEXT) else {
        // Some text is cut off; which, is found on the way.
        tail.set_bytes(tails);
        for block in blocks {
            each(read(block, Slot::START, tail)?);
        }
        return Ok(());
    };
    tail.set_bytes(text);
    tail.enter_text();
    for block in blocks {
        each(read(block, Slot::START, tail)?);
    }
    tail.set_bytes(after);
    Ok(())
}

/// Takes the blocks of a list.
#[inline]
fn take_blocks<'a, T: Wire>(count: usize, tail: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    match blocks_len::<T>(count) {
        Some(len) => tail.take(len),
        None => Err(Kind::BadLength.into()),
    }
}

/// Takes the bitmap of a list.
///
/// # Errors
///
/// `Truncated`, `PaddingBits`.
pub(super) fn take_bits<'a, T: Wire>(
    count: usize,
    tail: &mut Reader<'a>,
) -> Result<&'a [u8], DecodeError> {
    let bits = take_blocks::<T>(count, tail)?;
    check_padding(bits, count * T::BITS)?;
    Ok(bits)
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
    let blocks = take_blocks::<T>(count, tail)?;
    tail.charge(count, size_of::<T>())?;
    let mut items = Vec::with_capacity(count);
    elements::<T, T>(count, blocks, tail, T::decode, |item| items.push(item))?;
    Ok(items)
}

/// Goes through the elements of a list.
///
/// # Errors
///
/// As [`decode_elements`], but for the budget.
#[inline]
pub(super) fn check_elements<T: Wire>(
    count: usize,
    tail: &mut Reader<'_>,
) -> Result<(), DecodeError> {
    let blocks = take_blocks::<T>(count, tail)?;
    if T::FREE && !T::HAS_TAIL {
        return Ok(());
    }
    if T::FREE && T::TEXT {
        let all = blocks.chunks_exact(T::BLOCK.max(1));
        let end = all.fold(0, |at, block| T::text_end(block, Slot::START, &[], at));
        if tail.pass_text(end) {
            return Ok(());
        }
    }
    elements::<T, ()>(count, blocks, tail, T::check, |()| ())
}

/// Where the elements of a list lie.
#[inline]
pub(super) fn open_elements<'a, T: Wire>(count: usize, mut tail: Tail<'a>) -> RawList<'a> {
    let blocks = tail.take(blocks_len::<T>(count).unwrap_or(usize::MAX));
    RawList::new(count, blocks, tail)
}

/// Moves behind the elements of a list.
#[inline]
pub(super) fn skip_elements<T: Wire>(count: usize, tail: &mut Tail<'_>) {
    let blocks = tail.take(blocks_len::<T>(count).unwrap_or(usize::MAX));
    if !T::HAS_TAIL {
        return;
    }
    // Where nobody checked there may be fewer blocks than elements.
    let per_byte = 8_usize.checked_div(T::BITS).unwrap_or(1);
    for i in 0..count.min(blocks.len().saturating_mul(per_byte)) {
        T::skip(blocks, Slot::element::<T>(0, i), tail);
    }
}

/// The next element of a list.
#[inline]
pub(super) fn next_element<'a, T: Wire>(
    list: &RawList<'a>,
    i: usize,
    tails: &mut Tail<'a>,
) -> T::View<'a> {
    let slot = Slot::element::<T>(0, i);
    let view = T::view(list.blocks(), slot, *tails);
    T::skip(list.blocks(), slot, tails);
    view
}

/// Any element of a list: at once where there are no tails.
#[inline]
pub(super) fn element<'a, T: Wire>(list: &RawList<'a>, i: usize) -> T::View<'a> {
    let mut tails = list.tails();
    if T::HAS_TAIL {
        for before in 0..i {
            T::skip(list.blocks(), Slot::element::<T>(0, before), &mut tails);
        }
    }
    T::view(list.blocks(), Slot::element::<T>(0, i), tails)
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
