//! `#[max]`: what says how much it holds before any of it is read.
#![expect(
    clippy::disallowed_types,
    reason = "users hold them; the hasher is drawn at random, and the order is not used"
)]

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind, Place};
use super::layout::Slot;
use super::map::{HashMap, HashSet, Key};
use super::reader::{DecodeOptions, Reader, bit, load};
use super::writer::Writer;
use crate::types::Secret;

/// A type that a field with `#[max]` may have: strings, bytes, lists, maps, sets, and options of
/// them.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a maximum",
    label = "not a string, bytes, list, map or set, nor an option of one",
    note = "leave `max` out"
)]
pub trait Bounded: Wire {
    /// How many bytes or elements there are.
    fn count(&self) -> usize;

    /// How many bytes or elements are announced. Nothing is taken from `tail`, and whether they
    /// are there is not looked at.
    ///
    /// # Errors
    ///
    /// Those of a length.
    fn announced(block: &[u8], slot: Slot, tail: &Reader<'_>) -> Result<usize, DecodeError>;
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
) -> Result<(), DecodeError> {
    let got = wide(T::announced(block, slot, tail)?);
    if got > max { Err(Kind::OverMax { got, max }.into()) } else { Ok(()) }
}

/// Keeps it as a mistake when `value` holds more than `max`.
#[inline]
pub fn keep_max<T: Bounded>(value: &T, max: u64, place: &'static Place, out: &mut Writer<'_>) {
    if wide(value.count()) > max {
        out.over_max(place, value.count(), max);
    }
}

fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Those whose length stands in the block, and continues at the start of the tail.
macro_rules! bounded {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> Bounded for $ty {
            #[inline]
            fn count(&self) -> usize {
                self.len()
            }

            #[inline]
            fn announced(
                block: &[u8],
                slot: Slot,
                tail: &Reader<'_>,
            ) -> Result<usize, DecodeError> {
                let [short] = load(block, slot.block);
                tail.peek_length(short)
            }
        }
    )*};
}

bounded! {
    [] String;
    [] Bytes;
    [T: Wire] Vec<T>;
    [K: Key, V: Wire] BTreeMap<K, V>;
    [K: Key + std::hash::Hash, V: Wire] HashMap<K, V>;
    [K: Key] BTreeSet<K>;
    [K: Key + std::hash::Hash] HashSet<K>;
}

impl<T: Bounded> Bounded for Option<T> {
    #[inline]
    fn count(&self) -> usize {
        self.as_ref().map_or(0, T::count)
    }

    #[inline]
    fn announced(block: &[u8], slot: Slot, tail: &Reader<'_>) -> Result<usize, DecodeError> {
        let [present, _] = slot.bits;
        if !bit(block, present) {
            return Ok(0);
        }
        // The value has its block and its tail in the tail.
        let mut inner = Reader::new(tail.peek(), &DecodeOptions::default());
        let block = inner.take(T::BLOCK)?;
        T::announced(block, Slot::START, &inner)
    }
}

impl<T: Bounded> Bounded for Box<T> {
    #[inline]
    fn count(&self) -> usize {
        T::count(self)
    }

    #[inline]
    fn announced(block: &[u8], slot: Slot, tail: &Reader<'_>) -> Result<usize, DecodeError> {
        T::announced(block, slot, tail)
    }
}

impl<T: Bounded> Bounded for Secret<T> {
    #[inline]
    fn count(&self) -> usize {
        self.expose().count()
    }

    #[inline]
    fn announced(block: &[u8], slot: Slot, tail: &Reader<'_>) -> Result<usize, DecodeError> {
        T::announced(block, slot, tail)
    }
}
