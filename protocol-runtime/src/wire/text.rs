//! Strings and bytes: a length in the block, the content in the tail.

use bytes::Bytes;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::writer::Writer;
use crate::schema::TypeSchema;

#[inline]
fn encode_bytes(bytes: &[u8], slot: Slot, out: &mut Writer<'_>) {
    out.length(slot.block, bytes.len());
    out.append(bytes);
}

#[inline]
fn decode_bytes<'a>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'a>,
) -> Result<&'a [u8], DecodeError> {
    let [short] = load(block, slot.block);
    let len = tail.length(short)?;
    tail.take(len)
}

impl Wire for String {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;

    #[inline]
    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        encode_bytes(self.as_bytes(), slot, out);
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = decode_bytes(block, slot, tail)?;
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| Kind::InvalidUtf8)?;
        tail.charge(text.len(), 1)?;
        Ok(text.to_owned())
    }

    fn schema() -> &'static TypeSchema {
        &TypeSchema::String
    }
}

impl Wire for Bytes {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;

    #[inline]
    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        encode_bytes(self, slot, out);
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = decode_bytes(block, slot, tail)?;
        tail.charge(bytes.len(), 1)?;
        Ok(tail.keep(bytes))
    }

    fn schema() -> &'static TypeSchema {
        &TypeSchema::Bytes
    }
}
