//! `[T; N]`: a body of its own: N blocks, or a bitmap of N elements' bits; then the tails.

use super::error::DecodeError;
use super::layout::Slot;
use super::list::{blocks_len, check_padding};
use super::reader::{Reader, part};
use super::tail::Tail;
use super::view::{ArrayView, BodyView};
use super::writer::Writer;
use super::{Wire, reader};
use crate::schema::TypeSchema;

const fn array_len<T: Wire>(n: usize) -> usize {
    match blocks_len::<T>(n) {
        Some(len) => len,
        None => usize::MAX,
    }
}

/// Refuses padding bits.
#[inline(always)]
fn check_bits<T: Wire, const N: usize>(block: &[u8], slot: Slot) -> Result<(), DecodeError> {
    if T::BITS > 0 && N > 0 {
        let last: [u8; 1] = reader::load(block, slot.block + <[T; N]>::BLOCK - 1);
        check_padding(&last, (N * T::BITS - 1) % 8 + 1)?;
    }
    Ok(())
}

impl<T: Wire, const N: usize> Wire for [T; N] {
    const BITS: usize = 0;
    const BLOCK: usize = array_len::<T>(N);
    // An array with a tail has one in each element; without elements there is none.
    const HAS_TAIL: bool = T::HAS_TAIL && N > 0;
    const PLAIN: bool = T::PLAIN;
    const TEXT: bool = T::TEXT && N > 0;
    const IS_KEY: bool = T::IS_KEY;
    const FREE: bool = T::FREE && T::BITS == 0;

    type View<'a> = ArrayView<'a, T, N>;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        for (i, item) in self.iter().enumerate() {
            item.encode_block(block, Slot::element::<T>(slot.block, i));
        }
    }

    #[inline(always)]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        if T::HAS_TAIL {
            for item in self {
                item.encode_tail(out);
            }
        }
    }

    #[inline(always)]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        check_bits::<T, N>(block, slot)?;
        let mut failed = None;
        let items = std::array::from_fn(|i| {
            if failed.is_some() {
                return None;
            }
            match T::decode(block, Slot::element::<T>(slot.block, i), tail) {
                Ok(item) => Some(item),
                Err(error) => {
                    failed = Some(error);
                    None
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(items.map(|item| match item {
                Some(item) => item,
                None => unreachable!("an element is missing only where one failed"),
            })),
        }
    }

    #[inline(always)]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        check_bits::<T, N>(block, slot)?;
        if !T::PLAIN {
            for i in 0..N {
                T::check(block, Slot::element::<T>(slot.block, i), tail)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> ArrayView<'a, T, N> {
        ArrayView::new(BodyView { block: part(block, slot.block, Self::BLOCK), tail })
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        if T::HAS_TAIL {
            for i in 0..N {
                T::skip(block, Slot::element::<T>(slot.block, i), tail);
            }
        }
    }

    #[inline(always)]
    fn text_end(block: &[u8], slot: Slot, tails: &[u8], at: usize) -> usize {
        (0..N).fold(at, |at, i| T::text_end(block, Slot::element::<T>(slot.block, i), tails, at))
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Array(T::schema, N) }
    }
}
