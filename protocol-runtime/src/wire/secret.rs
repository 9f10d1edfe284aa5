//! `Secret<T>`: on the wire what it holds, in every place. Its view is a secret as well.

use std::cmp::Ordering;

use super::Wire;
use super::error::DecodeError;
use super::layout::Slot;
use super::map::Key;
use super::reader::Reader;
use super::tail::Tail;
use super::view::RawList;
use super::writer::Writer;
use crate::schema::TypeSchema;
use crate::types::Secret;

impl<T: Wire> Wire for Secret<T> {
    const BITS: usize = T::BITS;
    const BLOCK: usize = T::BLOCK;
    const HAS_TAIL: bool = T::HAS_TAIL;
    const PLAIN: bool = T::PLAIN;
    const IS_OPTION: bool = T::IS_OPTION;
    const TEXT: bool = T::TEXT;
    // Not a key, whatever is in it: a key is compared, ordered and printed.
    const IS_KEY: bool = false;

    type View<'a> = Secret<T::View<'a>>;

    #[inline]
    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        T::encode_block(self.expose(), block, slot);
    }

    #[inline]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        T::encode_tail(self.expose(), out);
    }

    #[inline]
    fn text_end(block: &[u8], slot: Slot, tails: &[u8], at: usize) -> usize {
        T::text_end(block, slot, tails, at)
    }

    // Lists and roots of structs stand in a form of their own, and so must these.
    #[inline]
    fn encode_elements<'i>(items: impl ExactSizeIterator<Item = &'i Self>, out: &mut Writer<'_>) {
        T::encode_elements(items.map(Self::expose), out);
    }

    #[inline]
    fn check_list(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        T::check_list(count, tail)
    }

    #[inline]
    fn open_list<'a>(count: usize, tail: Tail<'a>) -> RawList<'a> {
        T::open_list(count, tail)
    }

    #[inline]
    fn skip_list(count: usize, tail: &mut Tail<'_>) {
        T::skip_list(count, tail);
    }

    #[inline]
    fn encode_root(&self, out: &mut Writer<'_>) {
        T::encode_root(self.expose(), out);
    }

    #[inline]
    fn check_root(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        T::check_root(reader)
    }

    #[inline]
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode(block, slot, tail).map(Self::new)
    }

    #[inline]
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        T::check(block, slot, tail)
    }

    #[inline]
    fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> Secret<T::View<'a>> {
        Secret::new(T::view(block, slot, tail))
    }

    #[inline]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        T::skip(block, slot, tail);
    }

    fn decode_list(count: usize, tail: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        Ok(T::decode_list(count, tail)?.into_iter().map(Self::new).collect())
    }

    #[inline]
    fn next_element<'a>(list: &RawList<'a>, i: usize, tails: &mut Tail<'a>) -> Self::View<'a> {
        Secret::new(T::next_element(list, i, tails))
    }

    #[inline]
    fn element<'a>(list: &RawList<'a>, i: usize) -> Self::View<'a> {
        Secret::new(T::element(list, i))
    }

    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode_root(reader).map(Self::new)
    }

    #[inline]
    fn view_root(bytes: &[u8]) -> Self::View<'_> {
        Secret::new(T::view_root(bytes))
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Secret(T::schema) }
    }
}

impl<T: Key> Key for Secret<T> {
    #[inline]
    fn cmp_views(one: Self::View<'_>, other: Self::View<'_>) -> Ordering {
        T::cmp_views(one.into_inner(), other.into_inner())
    }

    #[inline]
    fn cmp_view(&self, view: Self::View<'_>) -> Ordering {
        self.expose().cmp_view(view.into_inner())
    }
}
