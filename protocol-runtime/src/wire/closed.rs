//! Closed enums and unions: what they do not know is an error, and a union's variants have a fixed
//! layout, so that neither says how long it is.

use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};

/// The tag of a closed union.
#[inline]
#[must_use]
pub fn tag(block: &[u8], slot: Slot) -> u8 {
    let [tag] = load(block, slot.block);
    tag
}

/// Reads the tag of a closed union, and then whatever `variant` makes of it.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn read_closed<'a, T>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'a>,
    variant: impl FnOnce(u8, &mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    tail.nested(|t| variant(tag(block, slot), t))
}

/// Why a tag is none of a closed union's.
#[cold]
#[must_use]
pub fn unknown_tag(tag: u8) -> DecodeError {
    match tag {
        u8::MAX => Kind::ReservedTag(tag).into(),
        tag => unknown_number(tag.into()),
    }
}

/// Why a number is none of a closed enum's: 0 stands for a value that is absent.
#[cold]
#[must_use]
pub fn unknown_number(number: u64) -> DecodeError {
    match number {
        0 => Kind::Missing.into(),
        number => Kind::UnknownTag(number).into(),
    }
}
