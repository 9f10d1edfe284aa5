//! Open unions: a tag in the block; a length and the variant's body in the tail.

use bytes::Bytes;

use super::body::{begin_body, decode_fields, read_u32};
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::writer::Writer;

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

/// Writes a variant without fields.
#[inline]
pub fn encode_unit(tag: u8, slot: Slot, out: &mut Writer<'_>) {
    out.put(slot.block, [tag]);
    out.reserve(4);
}

/// Writes a variant with fields: `block_len` of block, and what `fields` puts there and behind.
#[inline]
pub fn encode_variant<'b>(
    tag: u8,
    block_len: usize,
    slot: Slot,
    out: &mut Writer<'b>,
    fields: impl FnOnce(usize, &mut Writer<'b>),
) {
    out.put(slot.block, [tag]);
    let len_at = out.reserve(4);
    let from = out.len();
    let at = begin_body(block_len, out);
    fields(at, out);
    out.patch_len(len_at, from);
}

/// Writes a variant as it came.
pub fn encode_raw(raw: &RawVariant, slot: Slot, out: &mut Writer<'_>) {
    out.put(slot.block, [raw.tag]);
    if raw.tag == 0 {
        return;
    }
    let len_at = out.reserve(4);
    let from = out.len();
    out.append(&raw.body);
    out.patch_len(len_at, from);
}

/// Reads the tag and then, within the variant's own bytes, whatever `variant` makes of it.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn decode_union<'a, T>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'a>,
    variant: impl FnOnce(u8, &mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let len = match load(block, slot.block) {
        [0] if tail.exact() => return Err(Kind::Absent.into()),
        // Absent: nothing in the tail.
        [0] => 0,
        [u8::MAX] => return Err(Kind::ReservedTag(u8::MAX).into()),
        [_] => read_u32(tail)?,
    };
    let [tag] = load(block, slot.block);
    tail.nested(|tail| tail.region(len, |tail| variant(tag, tail)))
}

/// Reads a variant without fields: what it has belongs to a newer schema, and must be a body.
///
/// # Errors
///
/// `LeftOver`, when reading exactly; otherwise whatever the bytes break.
#[inline]
pub fn decode_unit(tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    decode_fields(0, tail, |_, _| Ok(()))
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
