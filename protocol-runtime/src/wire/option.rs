//! `Option<T>`: one flag bit; the value, if there is one, in the tail. `Box<T>`: as its content.

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, bit};
use super::writer::Writer;
use crate::schema::TypeSchema;

/// Where the value of an option lies: at the start of its own bytes, its bit behind the first.
const fn inner(slot: Slot, at: usize) -> Slot {
    let [_, value] = slot.bits;
    Slot { block: at, bits: [value, value] }
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

    #[inline]
    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        if let Some(value) = self {
            out.set(slot.bits[0]);
            let at = out.reserve(T::BLOCK);
            value.encode(inner(slot, at), out);
        }
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [present, value] = slot.bits;
        if !bit(block, present) {
            if T::BITS > 0 && bit(block, value) {
                return Err(Kind::AbsentWithValue.into());
            }
            return Ok(None);
        }
        if T::BITS > 0 {
            return T::decode(block, inner(slot, 0), tail).map(Some);
        }
        let block = tail.take(T::BLOCK)?;
        T::decode(block, Slot::START, tail).map(Some)
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

    #[inline]
    fn encode(&self, slot: Slot, out: &mut Writer<'_>) {
        T::encode(self, slot, out);
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        tail.charge(1, size_of::<T>())?;
        tail.nested(|tail| T::decode(block, slot, tail).map(Self::new))
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

    fn encode_root(&self, out: &mut Writer<'_>) {
        T::encode_root(self, out);
    }

    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode_root(reader).map(Self::new)
    }

    fn schema() -> &'static TypeSchema {
        T::schema()
    }
}
