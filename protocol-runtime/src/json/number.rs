//! Numbers and `bool`. What a JavaScript number does not hold exactly is a string.

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{self, Deserialize, Deserializer, Visitor};
use serde_core::ser::{Serialize, Serializer};

use super::{Allowance, Mapped};

/// As serde has them.
macro_rules! as_it_stands {
    ($($ty:ty)*) => {$(
        impl Mapped for $ty {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.serialize(to)
            }

            fn read<'de, D: Deserializer<'de>>(from: D, _: &Allowance) -> Result<Self, D::Error> {
                Self::deserialize(from)
            }
        }
    )*};
}

as_it_stands! { bool u8 u16 u32 i8 i16 i32 }

/// As a string of digits.
macro_rules! wide {
    ($($ty:ty)*) => {$(
        impl Mapped for $ty {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { self.serialize(to) }
            }

            fn read<'de, D: Deserializer<'de>>(from: D, _: &Allowance) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    from.deserialize_any(Digits(PhantomData))
                } else {
                    Self::deserialize(from)
                }
            }
        }
    )*};
}

wide! { u64 u128 i64 i128 }

/// Reads digits in a string, or a number.
pub(super) struct Digits<T>(pub(super) PhantomData<T>);

impl<T> Visitor<'_> for Digits<T>
where
    T: std::str::FromStr + TryFrom<u64> + TryFrom<i64> + TryFrom<u128> + TryFrom<i128>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer within the range of its type, as a string of digits or a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = plain.then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        let wrong = || E::invalid_value(de::Unexpected::Unsigned(value), &self);
        T::try_from(value).map_err(|_| wrong())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        let wrong = || E::invalid_value(de::Unexpected::Signed(value), &self);
        T::try_from(value).map_err(|_| wrong())
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<T, E> {
        let wrong = || E::invalid_value(de::Unexpected::Other("a large integer"), &self);
        T::try_from(value).map_err(|_| wrong())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<T, E> {
        let wrong = || E::invalid_value(de::Unexpected::Other("a large integer"), &self);
        T::try_from(value).map_err(|_| wrong())
    }
}

/// The strings that stand for what JSON has no number for.
const NAN: &str = "NaN";
const INFINITY: &str = "Infinity";
const MINUS_INFINITY: &str = "-Infinity";

macro_rules! float {
    ($($ty:ty, $widen:expr, $narrow:expr;)*) => {$(
        impl Mapped for $ty {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if !to.is_human_readable() {
                    self.serialize(to)
                } else if self.is_finite() {
                    to.serialize_f64($widen(*self))
                } else if self.is_nan() {
                    to.serialize_str(NAN)
                } else {
                    to.serialize_str(if *self > 0.0 { INFINITY } else { MINUS_INFINITY })
                }
            }

            fn read<'de, D: Deserializer<'de>>(from: D, _: &Allowance) -> Result<Self, D::Error> {
                if !from.is_human_readable() {
                    return Self::deserialize(from);
                }
                let wide = from.deserialize_any(AnyFloat)?;
                let narrow: Option<Self> = $narrow(wide);
                narrow.ok_or_else(|| super::refuse("a number passes the range of its type"))
            }
        }
    )*};
}

float! {
    f32, widen, narrow;
    f64, f64::from, Some;
}

/// The number that has the digits that tell an f32 from others, and no more.
fn widen(narrow: f32) -> f64 {
    narrow.to_string().parse().unwrap_or_else(|_| f64::from(narrow))
}

fn narrow(wide: f64) -> Option<f32> {
    #[expect(clippy::as_conversions, reason = "the nearest one, as the text means it")]
    let narrow = wide as f32;
    (narrow.is_finite() || !wide.is_finite()).then_some(narrow)
}

struct AnyFloat;

impl Visitor<'_> for AnyFloat {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one of the strings NaN, Infinity and -Infinity")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    #[expect(clippy::as_conversions, reason = "the nearest one, as the text means it")]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    #[expect(clippy::as_conversions, reason = "the nearest one, as the text means it")]
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        match text {
            NAN => Ok(f64::NAN),
            INFINITY => Ok(f64::INFINITY),
            MINUS_INFINITY => Ok(f64::NEG_INFINITY),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}
