//! Fields that are not written as their type alone says: removed ones, those with a default, and
//! those that a type of the application stands for.

use std::fmt;

use super::bounded::{self, Bounded};
use super::error::{DecodeError, DecodeErrorKind as Kind, Place};
use super::layout::Slot;
use super::reader::{Reader, bit, part};
use super::tail::Tail;
use super::varint::{Varint, VarintInt};
use super::xor::{Xor, unmask};
use super::{Wire, check_field, field};

/// Where an error in each field of a type happened.
#[must_use]
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a slip is an error")]
pub const fn places<const N: usize>(owner: &'static str, fields: [&'static str; N]) -> [Place; N] {
    let mut places = [Place { owner, field: "" }; N];
    let mut i = 0;
    while i < N {
        places[i].field = fields[i];
        i += 1;
    }
    places
}

/// Refuses flag bits that no field has, where a newer schema might: when reading exactly.
///
/// # Errors
///
/// `UnknownBits`, if there are any.
#[inline(always)]
pub fn unknown_bits(any: bool) -> Result<(), DecodeError> {
    if any { Err(Kind::UnknownBits.into()) } else { Ok(()) }
}

/// Refuses flag bits that no field can ever have.
///
/// # Errors
///
/// `PaddingBits`, if there are any.
#[inline(always)]
pub fn padding_bits(any: bool) -> Result<(), DecodeError> {
    if any { Err(Kind::PaddingBits.into()) } else { Ok(()) }
}

/// Whether nothing stands in a slot.
fn is_empty<T: Wire>(block: &[u8], slot: Slot) -> bool {
    let bits = slot.bits.iter().take(T::BITS).any(|one| bit(block, *one));
    let bytes = part(block, slot.block, T::BLOCK).iter().any(|byte| *byte != 0);
    !bits && !bytes
}

/// Goes over what an older version of the schema left in the slot of a field that is removed.
///
/// # Errors
///
/// `RemovedNotZero`, when reading exactly; otherwise those of the field's type.
pub fn removed<T: Wire>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
) -> Result<(), DecodeError> {
    if is_empty::<T>(block, slot) {
        return Ok(());
    }
    if tail.exact() {
        return Err(DecodeError::new(Kind::RemovedNotZero).at(place));
    }
    check_field::<T>(block, slot, tail, place)
}

/// Moves behind what stands in the slot of a field that is removed.
pub fn skip_removed<T: Wire>(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
    if !is_empty::<T>(block, slot) {
        T::skip(block, slot, tail);
    }
}

/// Reads a varint.
///
/// # Errors
///
/// Whatever rule the bytes break.
#[inline(always)]
pub fn varint<T: VarintInt>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
) -> Result<T, DecodeError> {
    field::<Varint<T>>(block, slot, tail, place).map(|value| value.0)
}

/// Reads a field with a default.
///
/// # Errors
///
/// Whatever rule the bytes break.
#[inline(always)]
pub fn masked<T: Xor>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
    default: T,
) -> Result<T, DecodeError> {
    let number = field::<T::Number>(block, slot, tail, place)?;
    unmask(number, default).map_err(|error| error.at(place))
}

/// Reads a varint with a default.
///
/// # Errors
///
/// Whatever rule the bytes break.
#[inline(always)]
pub fn masked_varint<T: Xor>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
    default: T,
) -> Result<T, DecodeError>
where
    T::Number: VarintInt,
{
    let Varint(number) = field(block, slot, tail, place)?;
    unmask(number, default).map_err(|error| error.at(place))
}

/// The value of a field with a default, from what a view reads there.
#[inline(always)]
#[must_use]
pub fn unmask_view<T: Xor>(number: T::Number, default: T) -> T {
    // A number without a value is refused when the bytes are checked.
    unmask(number, default).unwrap_or(default)
}

/// Refuses what announces more than `max`, before anything is read or allocated.
///
/// # Errors
///
/// `OverMax`, and those of a length.
#[inline]
pub fn check_max<T: Bounded>(
    block: &[u8],
    slot: Slot,
    tail: &Reader<'_>,
    max: u64,
    place: &'static Place,
) -> Result<(), DecodeError> {
    bounded::check_max::<T>(block, slot, tail, max).map_err(|error| error.at(place))
}

/// What the application's own type makes of a value.
///
/// # Errors
///
/// `Refused`.
pub fn accepted<T, E: fmt::Display>(
    made: Result<T, E>,
    place: &'static Place,
) -> Result<T, DecodeError> {
    made.map_err(|why| {
        tracing::debug!(%place, %why, "a value was refused");
        DecodeError::new(Kind::Refused).at(place)
    })
}
