//! `Option<T>`: one flag bit; the value, if there is one, in the tail. `Box<T>`: as its content.

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, bit};
use super::tail::Tail;
use super::view::{Lazy, RawList};
use super::writer::{Writer, set};
use crate::schema::TypeSchema;

/// The slot of an optional bool's value: its bit is the second.
const fn inner(slot: Slot) -> Slot {
    let [_, value] = slot.bits;
    Slot { block: 0, bits: [value, value] }
}

/// Whether there is a value.
#[inline(always)]
fn present<T: Wire>(block: &[u8], slot: Slot) -> Result<bool, DecodeError> {
    let [present, value] = slot.bits;
    if bit(block, present) {
        return Ok(true);
    }
    if T::BITS > 0 && bit(block, value) {
        return Err(Kind::AbsentWithValue.into());
    }
    Ok(false)
}

impl<T: Wire> Wire for Option<T> {
    const BITS: usize = {
        assert!(!T::IS_OPTION, "NP0803: an Option of an Option has no encoding");
        1 + T::BITS
    };
    const BLOCK: usize = 0;
    // The bits hold all of an optional bool.
    const HAS_TAIL: bool = T::BITS == 0;
    const PLAIN: bool = false;
    const IS_OPTION: bool = true;

    type View<'a> = Option<T::View<'a>>;

    #[inline(always)]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        set(block, slot.bits[0], self.is_some());
        if T::BITS > 0
            && let Some(value) = self
        {
            value.encode_block(block, inner(slot));
        }
    }

    #[inline(always)]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        if T::BITS == 0
            && let Some(value) = self
        {
            value.encode_block(out.block(T::BLOCK), Slot::START);
            value.encode_tail(out);
        }
    }

    #[inline(always)]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if !present::<T>(block, slot)? {
            return Ok(None);
        }
        let value = if T::BITS > 0 {
            T::decode(block, inner(slot), tail)?
        } else {
            T::decode(tail.take(T::BLOCK)?, Slot::START, tail)?
        };
        Ok(Some(value))
    }

    #[inline(always)]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        if !present::<T>(block, slot)? {
            return Ok(());
        }
        if T::BITS > 0 {
            T::check(block, inner(slot), tail)
        } else {
            T::check(tail.take(T::BLOCK)?, Slot::START, tail)
        }
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, mut tail: Tail<'a>) -> Option<T::View<'a>> {
        if !bit(block, slot.bits[0]) {
            return None;
        }
        Some(if T::BITS > 0 {
            T::view(block, inner(slot), tail)
        } else {
            T::view(tail.take(T::BLOCK), Slot::START, tail)
        })
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        if T::BITS == 0 && bit(block, slot.bits[0]) {
            T::skip(tail.take(T::BLOCK), Slot::START, tail);
        }
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Option(T::schema) }
    }
}

impl<T: Wire> Wire for Box<T> {
    const BITS: usize = T::BITS;
    const BLOCK: usize = T::BLOCK;
    const HAS_TAIL: bool = T::HAS_TAIL;
    const PLAIN: bool = false;
    const IS_OPTION: bool = T::IS_OPTION;
    const TEXT: bool = T::TEXT;

    // A type that holds itself must not hold its own view.
    type View<'a> = Lazy<'a, T>;

    #[inline]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        T::encode_block(self, block, slot);
    }

    #[inline]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        T::encode_tail(self, out);
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        tail.charge(1, size_of::<T>())?;
        tail.nested(|tail| T::decode(block, slot, tail).map(Self::new))
    }

    #[inline]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        tail.nested(|tail| T::check(block, slot, tail))
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> Lazy<'a, T> {
        Lazy::field(block, slot, tail)
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        tail.nested(|tail| T::skip(block, slot, tail));
    }

    #[inline]
    fn text_end(block: &[u8], slot: Slot, tails: &[u8], at: usize) -> usize {
        T::text_end(block, slot, tails, at)
    }

    #[inline]
    fn encode_elements<'i>(items: impl ExactSizeIterator<Item = &'i Self>, out: &mut Writer<'_>) {
        // Lists of structs stand in a form of their own, and a list of boxes must take the same.
        T::encode_elements(items.map(|item| &**item), out);
    }

    fn decode_list(count: usize, tail: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        tail.charge(count, size_of::<T>())?;
        Ok(T::decode_list(count, tail)?.into_iter().map(Self::new).collect())
    }

    fn check_list(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        T::check_list(count, tail)
    }

    fn open_list<'a>(count: usize, tail: Tail<'a>) -> RawList<'a> {
        T::open_list(count, tail)
    }

    fn skip_list(count: usize, tail: &mut Tail<'_>) {
        T::skip_list(count, tail);
    }

    fn next_element<'a>(list: &RawList<'a>, i: usize, tails: &mut Tail<'a>) -> Lazy<'a, T> {
        T::next_element(list, i, tails);
        Lazy::element(*list, i)
    }

    fn element<'a>(list: &RawList<'a>, i: usize) -> Lazy<'a, T> {
        Lazy::element(*list, i)
    }

    fn encode_root(&self, out: &mut Writer<'_>) {
        T::encode_root(self, out);
    }

    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode_root(reader).map(Self::new)
    }

    fn check_root(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        T::check_root(reader)
    }

    fn view_root(bytes: &[u8]) -> Lazy<'_, T> {
        Lazy::root(bytes)
    }

    fn schema() -> &'static TypeSchema {
        T::schema()
    }
}
