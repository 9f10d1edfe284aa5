//! `#[varint]`: an integer in as few bytes as its value needs.
//!
//! 0 to 250 is the byte in the block; above, the byte says how wide the value in the tail is. A
//! signed value is folded first, so that those near zero are short on both sides of it.

use std::fmt;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::tail::Tail;
use super::writer::{Writer, put};
use crate::schema::TypeSchema;

/// How a field marked `#[varint]` is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Varint<T>(pub T);

impl<T: fmt::Debug> fmt::Debug for Varint<T> {
    /// As the integer that it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The integers that may be varints: 16 to 64 bits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a varint",
    label = "not an integer of 16 to 64 bits",
    note = "use one of u16, u32, u64, i16, i32, i64, or leave `varint` out"
)]
pub trait VarintInt: Wire + Copy + fmt::Debug {
    /// What reads as nothing.
    const ZERO: Self;

    /// The integer as an unsigned one; signed ones are folded: 0, −1, 1, −2 become 0, 1, 2, 3.
    fn fold(self) -> u64;

    /// The integer that folds to this; `None` where its type is too narrow.
    fn unfold(folded: u64) -> Option<Self>;
}

macro_rules! unsigned {
    ($($ty:ty)*) => {$(
        impl VarintInt for $ty {
            const ZERO: Self = 0;

            #[inline(always)]
            fn fold(self) -> u64 {
                u64::from(self)
            }

            #[inline(always)]
            fn unfold(folded: u64) -> Option<Self> {
                Self::try_from(folded).ok()
            }
        }
    )*};
}

macro_rules! signed {
    ($($ty:ty, $unsigned:ty;)*) => {$(
        impl VarintInt for $ty {
            const ZERO: Self = 0;

            #[inline(always)]
            fn fold(self) -> u64 {
                u64::from((self << 1 ^ self >> (Self::BITS - 1)).cast_unsigned())
            }

            #[inline(always)]
            fn unfold(folded: u64) -> Option<Self> {
                let folded = <$unsigned>::try_from(folded).ok()?;
                Some((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
            }
        }
    )*};
}

unsigned! { u16 u32 u64 }
signed! { i16, u16; i32, u32; i64, u64; }

/// The largest value that is the byte itself.
const SHORT_MAX: u64 = 250;
/// What the byte is when two, four or eight bytes follow.
const TWO: u8 = 251;
const FOUR: u8 = 252;
const EIGHT: u8 = 253;
/// The largest values in two and in four bytes.
const TWO_MAX: u64 = 0xFFFF;
const FOUR_MAX: u64 = 0xFFFF_FFFF;

/// The byte in the block.
#[inline(always)]
fn marker(folded: u64) -> u8 {
    let [low, ..] = folded.to_le_bytes();
    if folded <= SHORT_MAX {
        low
    } else if folded <= TWO_MAX {
        TWO
    } else if folded <= FOUR_MAX {
        FOUR
    } else {
        EIGHT
    }
}

/// The value with this byte in its block, and how it stands in the tail.
#[inline(always)]
fn read<T: VarintInt>(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<T, DecodeError> {
    let [first] = load(block, slot.block);
    if u64::from(first) <= SHORT_MAX {
        return T::unfold(u64::from(first)).ok_or_else(|| Kind::BadValue.into());
    }
    read_long(first, tail)
}

#[inline]
fn read_long<T: VarintInt>(first: u8, tail: &mut Reader<'_>) -> Result<T, DecodeError> {
    // A form that is wider than the type is refused before its bytes are looked at.
    let width = match first {
        TWO => 2,
        FOUR => 4,
        EIGHT => 8,
        _ => usize::MAX,
    };
    if width > T::BLOCK {
        return Err(Kind::BadValue.into());
    }
    let (folded, least) = match first {
        TWO => (u64::from(u16::from_le_bytes(tail.array()?)), SHORT_MAX + 1),
        FOUR => (u64::from(u32::from_le_bytes(tail.array()?)), TWO_MAX + 1),
        _ => (u64::from_le_bytes(tail.array()?), FOUR_MAX + 1),
    };
    if folded < least {
        return Err(Kind::NonMinimal.into());
    }
    T::unfold(folded).ok_or_else(|| Kind::BadValue.into())
}

impl<T: VarintInt> Wire for Varint<T> {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;

    type View<'a> = T;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        put(block, slot.block, [marker(self.0.fold())]);
    }

    #[inline]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        let folded = self.0.fold();
        let [a, b, c, d, ..] = folded.to_le_bytes();
        match marker(folded) {
            TWO => out.append(&[a, b]),
            FOUR => out.append(&[a, b, c, d]),
            EIGHT => out.append(&folded.to_le_bytes()),
            _ => {}
        }
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read(block, slot, tail).map(Self)
    }

    #[inline]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        read::<T>(block, slot, tail).map(|_| ())
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, mut tail: Tail<'a>) -> T {
        let folded = match load(block, slot.block) {
            [TWO] => u64::from(u16::from_le_bytes(tail.array())),
            [FOUR] => u64::from(u32::from_le_bytes(tail.array())),
            [EIGHT] => u64::from_le_bytes(tail.array()),
            [first] => u64::from(first),
        };
        // Of bytes that nobody checked, one that does not fit reads as zero.
        T::unfold(folded).unwrap_or(T::ZERO)
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        match load(block, slot.block) {
            [TWO] => tail.take(2),
            [FOUR] => tail.take(4),
            [EIGHT] => tail.take(8),
            _ => &[],
        };
    }

    fn schema() -> &'static TypeSchema {
        T::schema()
    }
}
