//! `[T; N]`: a body of its own: N blocks, or a bitmap of N elements' bits; then the tails.

use super::error::DecodeError;
use super::layout::Slot;
use super::list::{blocks_len, check_padding};
use super::reader::Reader;
use super::writer::Writer;
use super::{Wire, reader};
use crate::schema::TypeSchema;

const fn array_len<T: Wire>(n: usize) -> usize {
    match blocks_len::<T>(n) {
        Some(len) => len,
        None => usize::MAX,
    }
}

impl<T: Wire, const N: usize> Wire for [T; N] {
    const BITS: usize = 0;
    const BLOCK: usize = array_len::<T>(N);
    // An array with a tail has one in each element; without elements there is none.
    const HAS_TAIL: bool = T::HAS_TAIL && N > 0;
    const PLAIN: bool = T::PLAIN;

    #[inline]
    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        for (i, item) in self.iter().enumerate() {
            item.encode(Slot::element::<T>(slot.block, i), out);
        }
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if T::BITS > 0 && N > 0 {
            let last: [u8; 1] = reader::load(block, slot.block + Self::BLOCK - 1);
            let used = (N * T::BITS - 1) % 8 + 1;
            check_padding(&last, used)?;
        }
        let mut failed = None;
        let items = std::array::from_fn(|i| {
            if failed.is_some() {
                return None;
            }
            T::decode(block, Slot::element::<T>(slot.block, i), tail)
                .map_err(|error| failed = Some(error))
                .ok()
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(items.map(|item| match item {
                Some(item) => item,
                None => unreachable!("an element is missing only where one failed"),
            })),
        }
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Array(T::schema, N) }
    }
}
