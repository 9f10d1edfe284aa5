//! Defaults: what is written is the value XOR the default, so that the default costs nothing and
//! reads from a block that ends before it.

use std::ops::BitXor;

use super::Wire;
use super::error::DecodeError;

/// A type that a field with a default may have: numbers, `bool`, scalar enums and flags.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default",
    label = "not a number, `bool`, scalar enum or flags",
    note = "leave the default out: without one a field that is absent reads as zero, `None` or empty"
)]
pub trait Xor: Wire + Copy {
    /// What its block holds: the number behind it.
    type Number: for<'a> Wire<View<'a> = Self::Number> + Copy + BitXor<Output = Self::Number>;

    /// The number of a value.
    fn to_number(self) -> Self::Number;

    /// The value of a number.
    ///
    /// # Errors
    ///
    /// `UnknownTag` for an enum that is closed.
    fn from_number(number: Self::Number) -> Result<Self, DecodeError>;
}

/// What is written for `value`.
#[inline(always)]
pub fn mask<T: Xor>(value: T, default: T) -> T::Number {
    value.to_number() ^ default.to_number()
}

/// The value for which `number` was written.
///
/// # Errors
///
/// Those of [`Xor::from_number`].
#[inline(always)]
pub fn unmask<T: Xor>(number: T::Number, default: T) -> Result<T, DecodeError> {
    T::from_number(number ^ default.to_number())
}

macro_rules! xor {
    ($($ty:ty)*) => {$(
        impl Xor for $ty {
            type Number = Self;

            #[inline(always)]
            fn to_number(self) -> Self {
                self
            }

            #[inline(always)]
            fn from_number(number: Self) -> Result<Self, DecodeError> {
                Ok(number)
            }
        }
    )*};
}

xor! { bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 }

macro_rules! float {
    ($($ty:ty, $number:ty;)*) => {$(
        impl Xor for $ty {
            type Number = $number;

            #[inline(always)]
            fn to_number(self) -> $number {
                self.to_bits()
            }

            #[inline(always)]
            fn from_number(number: $number) -> Result<Self, DecodeError> {
                Ok(Self::from_bits(number))
            }
        }
    )*};
}

float! { f32, u32; f64, u64; }
