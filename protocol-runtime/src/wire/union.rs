//! Open unions: a tag in the block; a length and the variant's body in the tail.

use bytes::Bytes;

use super::body::{begin_body, read_fields};
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::structs::read_u32;
use super::tail::Tail;
use super::writer::{Writer, put};

/// A variant that this side's schema does not know, kept as it came.
///
/// Encoding it gives the same bytes again, so a proxy passes on what it cannot read. Tag 0 stands
/// for a union that its writer did not have: a field that is newer than the writer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RawVariant {
    tag: u8,
    body: Bytes,
}

impl RawVariant {
    /// The tag: 0 where the union was absent.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.tag
    }

    /// The variant's body, encoded.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }
}

/// A variant that this side's schema does not know, where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawView<'a> {
    tag: u8,
    body: &'a [u8],
}

impl<'a> RawView<'a> {
    /// The variant with this tag and this body.
    #[inline]
    #[must_use]
    pub const fn new(tag: u8, body: &'a [u8]) -> Self {
        Self { tag, body }
    }

    /// The tag: 0 where the union was absent.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.tag
    }

    /// The variant's body, encoded.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// Writes the tag of a union.
#[inline(always)]
pub fn encode_tag(tag: u8, block: &mut [u8], slot: Slot) {
    put(block, slot.block, [tag]);
}

/// Writes the tail of a variant without fields.
#[inline]
pub fn encode_unit(out: &mut Writer<'_>) {
    out.reserve(4);
}

/// Starts the tail of a variant with fields, and gives where it starts and its block.
#[inline]
pub fn begin_variant<'w>(block_len: usize, out: &'w mut Writer<'_>) -> (usize, &'w mut [u8]) {
    let at = out.reserve(4);
    (at, begin_body(block_len, out))
}

/// Ends the tail of a variant that started at `at`.
#[inline]
pub fn end_variant(at: usize, out: &mut Writer<'_>) {
    out.patch_len(at, at + 4);
}

/// Writes the tail of a variant as it came.
pub fn encode_raw(raw: &RawVariant, out: &mut Writer<'_>) {
    if raw.tag != 0 {
        let at = out.reserve(4);
        out.append(&raw.body);
        end_variant(at, out);
    }
}

/// Reads the tag and then, within the variant's own bytes, whatever `variant` makes of it.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn read_union<'a, T>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'a>,
    variant: impl FnOnce(u8, &mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let [tag] = load(block, slot.block);
    let len = match tag {
        0 if tail.exact() => return Err(Kind::Absent.into()),
        // Absent: nothing in the tail.
        0 => 0,
        u8::MAX => return Err(Kind::ReservedTag(u8::MAX).into()),
        _ => read_u32(tail)?,
    };
    tail.nested(|tail| tail.region(len, |tail| variant(tag, tail)))
}

/// Takes the tag and the variant's own bytes, which were checked.
#[inline]
#[must_use]
pub fn open_union<'a>(block: &[u8], slot: Slot, tail: &mut Tail<'a>) -> (u8, &'a [u8]) {
    match load(block, slot.block) {
        [0] => (0, &[]),
        [tag] => {
            let len = u32::from_le_bytes(tail.array());
            (tag, tail.take(usize::try_from(len).unwrap_or(usize::MAX)))
        }
    }
}

/// Moves behind a union that was checked.
#[inline]
pub fn skip_union(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
    let (_tag, _body) = open_union(block, slot, tail);
}

/// Reads a variant without fields: what it has belongs to a newer schema, and must be a body.
///
/// # Errors
///
/// `LeftOver`, when reading exactly; otherwise whatever the bytes break.
#[inline]
pub fn read_unit(tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    read_fields((0, false), tail, |_, _| Ok(()))
}

/// Goes over a variant that this side does not know.
///
/// # Errors
///
/// None so far.
#[inline]
pub fn check_raw(tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    tail.take_rest();
    Ok(())
}

/// Keeps a variant that this side does not know.
///
/// # Errors
///
/// `BudgetExceeded`.
pub fn decode_raw(tag: u8, tail: &mut Reader<'_>) -> Result<RawVariant, DecodeError> {
    let body = tail.take_rest();
    tail.charge(body.len(), 1)?;
    Ok(RawVariant { tag, body: tail.keep(body) })
}
