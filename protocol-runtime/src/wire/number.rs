//! Numbers and `bool`: full width, little-endian, nothing in the tail.

use zerocopy::IntoBytes;

use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, bit, load};
use super::tail::Tail;
use super::writer::{Writer, put, set};
use super::{Wire, list};
use crate::schema::TypeSchema;

macro_rules! number {
    ($($ty:ty, $key:literal, $schema:expr;)*) => {$(
        impl Wire for $ty {
            const BITS: usize = 0;
            const BLOCK: usize = size_of::<Self>();
            const HAS_TAIL: bool = false;
            const PLAIN: bool = true;
            const IS_KEY: bool = $key;

            type View<'a> = Self;

            #[inline(always)]
            fn encode_block(&self, block: &mut [u8], slot: Slot) {
                put(block, slot.block, self.to_le_bytes());
            }

            #[inline(always)]
            fn decode(block: &[u8], slot: Slot, _: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Self::from_le_bytes(load(block, slot.block)))
            }

            #[inline(always)]
            fn check(_: &[u8], _: Slot, _: &mut Reader<'_>) -> Result<(), DecodeError> {
                Ok(())
            }

            #[inline(always)]
            fn view<'a>(block: &'a [u8], slot: Slot, _: Tail<'a>) -> Self {
                Self::from_le_bytes(load(block, slot.block))
            }

            #[inline]
            fn encode_list(items: &[Self], out: &mut Writer<'_>) {
                encode_plain_list(items, out);
            }

            #[inline]
            fn decode_list(count: usize, tail: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
                decode_plain_list(count, tail, Self::from_le_bytes)
            }

            fn schema() -> &'static TypeSchema {
                &$schema
            }
        }
    )*};
}

number! {
    u8, true, TypeSchema::Int { width: 1, signed: false };
    u16, true, TypeSchema::Int { width: 2, signed: false };
    u32, true, TypeSchema::Int { width: 4, signed: false };
    u64, true, TypeSchema::Int { width: 8, signed: false };
    u128, true, TypeSchema::Int { width: 16, signed: false };
    i8, true, TypeSchema::Int { width: 1, signed: true };
    i16, true, TypeSchema::Int { width: 2, signed: true };
    i32, true, TypeSchema::Int { width: 4, signed: true };
    i64, true, TypeSchema::Int { width: 8, signed: true };
    i128, true, TypeSchema::Int { width: 16, signed: true };
    f32, false, TypeSchema::Float { width: 4 };
    f64, false, TypeSchema::Float { width: 8 };
}

/// Writes a list of plain values: as memory where memory is little-endian.
pub fn encode_plain_list<T>(items: &[T], out: &mut Writer<'_>)
where
    T: Wire + IntoBytes + zerocopy::Immutable,
{
    const { assert!(size_of::<T>() == T::BLOCK, "NP0804: a plain type must be its bytes") };
    if cfg!(target_endian = "little") {
        out.append(items.as_bytes());
    } else {
        list::encode_elements(items.iter(), out);
    }
}

/// Reads a list of plain values, of which `make` makes one from its bytes: as memory where memory is
/// little-endian.
///
/// # Errors
///
/// `Truncated`, `BudgetExceeded`.
pub fn decode_plain_list<T: Wire, const N: usize>(
    count: usize,
    tail: &mut Reader<'_>,
    make: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, DecodeError> {
    const {
        assert!(
            size_of::<T>() == T::BLOCK && T::BLOCK == N,
            "NP0804: a plain type must be its bytes"
        );
    };
    if cfg!(target_endian = "little") {
        if N == 0 {
            // A struct without fields; lists of such are refused, where their size is asked for.
            return Err(Kind::BadLength.into());
        }
        let len = count.checked_mul(N).ok_or(Kind::BadLength)?;
        let (items, _) = tail.take(len)?.as_chunks::<N>();
        tail.charge(count, N)?;
        // By value at each step, so that what the compiler makes of this is one copy.
        Ok(items.iter().copied().map(make).collect())
    } else {
        list::decode_elements(count, tail)
    }
}

/// Goes over a list of plain values: any bytes are some.
///
/// # Errors
///
/// `Truncated`.
#[inline]
pub fn check_plain_list<T: Wire>(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    list::check_elements::<T>(count, tail)
}

/// The eight bits of every byte: reading a bitmap is then copying.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a slip is an error")]
static EIGHT: [[bool; 8]; 256] = {
    let mut table = [[false; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte][bit] = byte >> bit & 1 != 0;
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// The lowest bits of eight bytes as the bits of one.
#[inline(always)]
const fn pack(eight: u64) -> u8 {
    let [.., bits] = eight.wrapping_mul(0x0102_0408_1020_4080).to_le_bytes();
    bits
}

/// At most eight bytes as one number, from the least significant.
#[inline(always)]
fn gather(bytes: &[u8]) -> Option<u64> {
    let len = bytes.len();
    let at = |byte: Option<&u8>, i: usize| byte.map(|byte| u64::from(*byte) << (8 * i));
    let ends = |first: u64, last: u64, width: usize| first | last << ((len - width) * 8);
    match (len, bytes.first_chunk(), bytes.last_chunk()) {
        (4..=8, Some(first), Some(last)) => {
            Some(ends(u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into(), 4))
        }
        // Of three or less: the first, the one in the middle, and the last, which may be one.
        (1..=3, ..) => {
            let (middle, last) = (len / 2, len - 1);
            Some(at(bytes.first(), 0)? | at(bytes.get(middle), middle)? | at(bytes.last(), last)?)
        }
        (0, ..) => Some(0),
        _ => None,
    }
}

/// Writes a bitmap from the bytes of more than eight bools.
#[inline(never)]
fn encode_bitmap(bools: &[u8], bits: &mut [u8]) {
    let (eights, rest) = bools.as_chunks::<8>();
    let mut bits = bits.iter_mut();
    for (eight, byte) in eights.iter().zip(bits.by_ref()) {
        *byte = pack(u64::from_le_bytes(*eight));
    }
    if let (Some(byte), Some(last)) = (bits.next(), bools.last_chunk()) {
        *byte = pack(u64::from_le_bytes(*last)) >> (8 - rest.len());
    }
}

#[expect(clippy::use_self, reason = "the consts are bools for every type")]
impl Wire for bool {
    const BITS: usize = 1;
    const BLOCK: usize = 0;
    const HAS_TAIL: bool = false;
    const PLAIN: bool = false;
    const IS_KEY: bool = true;

    type View<'a> = bool;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        set(block, slot.bits[0], *self);
    }

    #[inline(always)]
    fn decode(block: &[u8], slot: Slot, _: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(bit(block, slot.bits[0]))
    }

    fn decode_list(count: usize, tail: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        let bits = list::take_bits::<Self>(count, tail)?;
        tail.charge(count, 1)?;
        let eight = |byte: &u8| EIGHT.get(usize::from(*byte)).copied().unwrap_or_default();
        let mut items = bits.iter().map(eight).collect::<Vec<_>>().into_flattened();
        items.truncate(count);
        Ok(items)
    }

    #[inline]
    fn encode_list(items: &[Self], out: &mut Writer<'_>) {
        match gather(items.as_bytes()) {
            Some(all) => out.append(&[pack(all)]),
            None => encode_bitmap(items.as_bytes(), out.block(items.len().div_ceil(8))),
        }
    }

    fn check_list(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        list::take_bits::<Self>(count, tail)?;
        Ok(())
    }

    #[inline(always)]
    fn check(_: &[u8], _: Slot, _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    #[inline(always)]
    fn view<'a>(block: &'a [u8], slot: Slot, _: Tail<'a>) -> bool {
        bit(block, slot.bits[0])
    }

    fn schema() -> &'static TypeSchema {
        &TypeSchema::Bool
    }
}

#[cfg(test)]
mod tests {
    use super::super::{decode_exact, encode, view_exact};

    #[test]
    fn a_list_of_bools_is_a_bitmap_of_any_length() {
        for count in 0..40_usize {
            let value: Vec<bool> = (0..count).map(|i| i * i % 7 < 3).collect();
            let bytes = encode(&value).unwrap();
            assert_eq!(bytes.len(), 2 + count.div_ceil(8));
            assert_eq!(decode_exact::<Vec<bool>>(&bytes).as_ref(), Ok(&value));
            let view = view_exact::<Vec<bool>>(&bytes).unwrap();
            assert!(view.iter().eq(value));
        }
    }

    #[test]
    fn plain_lists_need_no_alignment() {
        let value: Vec<u32> = (0..250).map(|i| i * 0x0101_0101).collect();
        let mut bytes = encode(&value).unwrap();
        for _ in 0..4 {
            bytes.insert(0, 0);
            let skip = bytes.iter().take_while(|byte| **byte == 0).count();
            assert_eq!(decode_exact::<Vec<u32>>(&bytes[skip..]).as_ref(), Ok(&value));
        }
    }
}
