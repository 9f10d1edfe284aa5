//! Defaults: what is written is the value XOR the default, so that the default costs nothing and
//! reads from a block that ends before it.

use super::Wire;

/// A type that a field with a default may have: numbers, `bool`, scalar enums and flags.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default",
    label = "not a number, `bool`, scalar enum or flags",
    note = "leave the default out: without one a field that is absent reads as zero, `None` or empty"
)]
pub trait Xor: Wire + Copy {
    /// The value whose block is the XOR of both blocks. Twice the same gives the first value again.
    #[must_use]
    fn xor(self, other: Self) -> Self;
}

macro_rules! xor {
    ($($ty:ty)*) => {$(
        impl Xor for $ty {
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
        }
    )*};
}

xor! { bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 }

impl Xor for f32 {
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() ^ other.to_bits())
    }
}

impl Xor for f64 {
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() ^ other.to_bits())
    }
}
