//! Strings and bytes: a length in the block, the content in the tail.

use bytes::Bytes;

use super::Wire;
use super::error::DecodeError;
use super::layout::Slot;
use super::reader::{LONG_TEXT, Reader, load};
use super::tail::Tail;
use super::writer::{Writer, put, short_length};
use crate::schema::TypeSchema;

impl Wire for String {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;
    const TEXT: bool = true;
    const IS_KEY: bool = true;
    const FREE: bool = true;

    type View<'a> = &'a str;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        put(block, slot.block, short_length(self.len()));
    }

    #[inline(always)]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.content(self.as_bytes());
    }

    #[inline(always)]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [short] = load(block, slot.block);
        let text = tail.string(short)?;
        tail.charge(text.len(), 1)?;
        Ok(text.to_owned())
    }

    #[inline(always)]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        let [short] = load(block, slot.block);
        tail.string(short)?;
        Ok(())
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, mut tail: Tail<'a>) -> &'a str {
        let [short] = load(block, slot.block);
        let len = tail.length(short);
        tail.text(len)
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        let [short] = load(block, slot.block);
        let len = tail.length(short);
        tail.take(len);
    }

    #[inline(always)]
    fn text_end(block: &[u8], slot: Slot, tails: &[u8], at: usize) -> usize {
        let [short] = load(block, slot.block);
        if short < u8::MAX { at + usize::from(short) } else { long_end(tails, at) }
    }

    fn schema() -> &'static TypeSchema {
        &TypeSchema::String
    }
}

/// Where a string of 255 bytes and more ends.
#[cold]
#[inline(never)]
fn long_end(tails: &[u8], at: usize) -> usize {
    let at = at & !LONG_TEXT;
    let mut tail = Tail::new(tails.get(at..).unwrap_or_default());
    (at.saturating_add(5).saturating_add(tail.length(u8::MAX))) | LONG_TEXT
}

impl Wire for Bytes {
    const BITS: usize = 0;
    const BLOCK: usize = 1;
    const HAS_TAIL: bool = true;
    const PLAIN: bool = false;
    const IS_KEY: bool = true;

    type View<'a> = &'a [u8];

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        put(block, slot.block, short_length(self.len()));
    }

    #[inline]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.content(self);
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [short] = load(block, slot.block);
        let len = tail.length(short)?;
        let bytes = tail.take(len)?;
        tail.charge(len, 1)?;
        Ok(tail.keep(bytes))
    }

    #[inline]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        let [short] = load(block, slot.block);
        let len = tail.length(short)?;
        tail.take(len)?;
        Ok(())
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, mut tail: Tail<'a>) -> &'a [u8] {
        let [short] = load(block, slot.block);
        let len = tail.length(short);
        tail.take(len)
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        let [short] = load(block, slot.block);
        let len = tail.length(short);
        tail.take(len);
    }

    fn schema() -> &'static TypeSchema {
        &TypeSchema::Bytes
    }
}
