//! The wire encoding: every value is a block of known size and a tail of what is left.
//!
//! `docs/wire.md` is the normative text. Nothing here does IO or knows of frames; a value goes in
//! and bytes come out, or the other way round, in one forward pass.

pub mod body;
pub mod bounded;
pub mod closed;
pub mod fields;
pub mod layout;
pub mod map;
pub mod reader;
pub mod structs;
pub mod tail;
pub mod union;
pub mod varint;
pub mod view;
pub mod writer;
pub mod xor;

mod array;
mod error;
mod list;
mod number;
mod option;
mod root;
mod secret;
mod std_types;
mod text;
mod tuple;
mod verbatim;

pub use body::Body;
pub use error::{DecodeError, DecodeErrorKind, EncodeError, Place};
pub use layout::{Layout, Shape, Slot, layout};
pub use number::{check_plain_list, decode_plain_list, encode_plain_list};
pub use reader::{DecodeOptions, Reader};
#[cfg(feature = "net")]
pub(crate) use root::decode_root_within;
pub use root::{
    AppError, Root, decode, decode_exact, decode_root, encode, encode_root, view, view_exact,
};
pub use tail::Tail;
pub use union::{RawVariant, RawView};
pub use verbatim::RawBody;
pub use view::{ArrayView, ListView, OwnedView, RawList};
pub use writer::Writer;

use crate::schema::TypeSchema;

/// A type that can be a field.
///
/// Implemented by `#[derive(Wire)]` and by `npgen`; the consts say where values of the type lie,
/// so that layout is computed by the compiler and never from a type's name.
///
/// A block passed to any of these may be shorter than the slot says, where an older version of the
/// schema wrote it: what is missing reads as zeros.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire encoding",
    label = "not a type of the schema language",
    note = "a type of your own gets one by `#[derive(Wire)]`, a type of others by `#[np(with = module, wire = T)]`",
    note = "for `usize` and `isize`, which differ between machines, write `u64` and `i64`; for `char` write `u32` or `String`",
    note = "what is borrowed is owned on the wire: `String` for `&str`, `Bytes` or `Vec<T>` for slices",
    note = "built in are bool, integers, floats, String, Bytes, Vec, Option, Box, arrays, tuples, maps and sets"
)]
pub trait Wire: Sized + 'static {
    /// Flag bits that a value takes in the body it is a field of: 0, 1 or 2.
    const BITS: usize;
    /// Bytes that a value takes in the block. A type with bits has none.
    const BLOCK: usize;
    /// Whether a value may have a tail.
    const HAS_TAIL: bool;
    /// Whether the block holds only full-width numbers, so that any bytes are a value.
    const PLAIN: bool;
    /// Whether this is an `Option`.
    const IS_OPTION: bool = false;
    /// Whether there is a tail and all of it is text in one piece: [`text_end`](Self::text_end)
    /// must then say where it ends.
    const TEXT: bool = false;
    /// Whether this may be the key of a map or set.
    const IS_KEY: bool = false;
    /// Whether nothing but its texts, if it has any, can be wrong with a value.
    const FREE: bool = Self::PLAIN;

    /// The value where it lies in the bytes.
    type View<'a>: Copy + std::fmt::Debug;

    /// Writes the value's block at `slot`, into zeros, and nothing else.
    fn encode_block(&self, block: &mut [u8], slot: Slot);

    /// Appends the value's tail.
    #[inline(always)]
    fn encode_tail(&self, out: &mut Writer<'_>) {
        let _ = out;
    }

    /// Reads the value's block at `slot` of `block`, and its tail.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break.
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Goes through everything that [`decode`](Self::decode) goes through, allocating nothing.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break; the same as `decode`, but for the budget.
    fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError>;

    /// The value where it lies: in bytes that [`check`](Self::check) has seen. Of others it reads
    /// something, and never panics.
    fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> Self::View<'a>;

    /// Moves `tail` behind the value's own.
    #[inline(always)]
    fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
        let _ = (block, slot, tail);
    }

    /// Where the value's text ends, if it starts at `at` of `tails`: for types of
    /// [`TEXT`](Self::TEXT), and those without a tail. Nothing needs to be right about the bytes;
    /// what is wrong with them is found when they are read. The top bit of a place says that a
    /// length before it is in its five-byte form.
    #[inline(always)]
    fn text_end(block: &[u8], slot: Slot, tails: &[u8], at: usize) -> usize {
        let _ = (block, slot, tails);
        at
    }

    /// Writes the elements of a non-empty list from anything that yields them.
    #[inline]
    fn encode_elements<'i>(items: impl ExactSizeIterator<Item = &'i Self>, out: &mut Writer<'_>) {
        list::encode_elements(items, out);
    }

    /// Writes the elements of a non-empty list.
    #[inline]
    fn encode_list(items: &[Self], out: &mut Writer<'_>) {
        Self::encode_elements(items.iter(), out);
    }

    /// Reads the elements of a non-empty list.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break; lengths are checked before anything is allocated.
    #[inline]
    fn decode_list(count: usize, tail: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        list::decode_elements(count, tail)
    }

    /// Goes through the elements of a non-empty list as [`decode_list`](Self::decode_list) does.
    ///
    /// # Errors
    ///
    /// As `decode_list`, but for the budget.
    #[inline]
    fn check_list(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        list::check_elements::<Self>(count, tail)
    }

    /// Where the elements of a non-empty list lie.
    #[inline]
    fn open_list<'a>(count: usize, tail: Tail<'a>) -> RawList<'a> {
        list::open_elements::<Self>(count, tail)
    }

    /// Moves `tail` behind the elements of a non-empty list.
    #[inline]
    fn skip_list(count: usize, tail: &mut Tail<'_>) {
        list::skip_elements::<Self>(count, tail);
    }

    /// Element `i` of a list, whose tail starts where `tails` stands and is then behind it.
    #[inline]
    fn next_element<'a>(list: &RawList<'a>, i: usize, tails: &mut Tail<'a>) -> Self::View<'a> {
        list::next_element::<Self>(list, i, tails)
    }

    /// Element `i` of a list that has one.
    #[inline]
    fn element<'a>(list: &RawList<'a>, i: usize) -> Self::View<'a> {
        list::element::<Self>(list, i)
    }

    /// Writes the value as a whole message: the body of one field, unless it is a struct.
    #[inline]
    fn encode_root(&self, out: &mut Writer<'_>) {
        body::Single::encode_root(self, out);
    }

    /// Reads the value as a whole message.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break.
    #[inline]
    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        body::decode_root::<body::Single<Self>>(reader).map(|single| single.0)
    }

    /// Goes through a whole message as [`decode_root`](Self::decode_root) does.
    ///
    /// # Errors
    ///
    /// As `decode_root`, but for the budget.
    #[inline]
    fn check_root(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        body::check_root::<body::Single<Self>>(reader)
    }

    /// The value of a whole message that [`check_root`](Self::check_root) has seen.
    #[inline]
    fn view_root(bytes: &[u8]) -> Self::View<'_> {
        body::view_root::<body::Single<Self>>(bytes)
    }

    /// What the type asks of a body that it is a field of. Like the two below, it is not for
    /// implementers: the macros reach everything of a type through this trait, so that rustc says
    /// once, and at the type, that it has no encoding.
    #[doc(hidden)]
    const SHAPE: Shape = Shape::of::<Self>();

    /// As [`field`].
    #[doc(hidden)]
    #[inline(always)]
    fn field(
        block: &[u8],
        slot: Slot,
        tail: &mut Reader<'_>,
        place: &'static Place,
    ) -> Result<Self, DecodeError> {
        field(block, slot, tail, place)
    }

    /// As [`check_field`].
    #[doc(hidden)]
    #[inline(always)]
    fn check_field(
        block: &[u8],
        slot: Slot,
        tail: &mut Reader<'_>,
        place: &'static Place,
    ) -> Result<(), DecodeError> {
        check_field::<Self>(block, slot, tail, place)
    }

    /// The type as data.
    fn schema() -> &'static TypeSchema;
}

/// Reads one field, and says which it was if that fails.
///
/// # Errors
///
/// Whatever rule the bytes break.
#[inline(always)]
pub fn field<T: Wire>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
) -> Result<T, DecodeError> {
    match T::decode(block, slot, tail) {
        Ok(value) => Ok(value),
        Err(error) => Err(error.at(place)),
    }
}

/// Goes through one field, and says which it was if that fails.
///
/// # Errors
///
/// Whatever rule the bytes break.
#[inline(always)]
pub fn check_field<T: Wire>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
) -> Result<(), DecodeError> {
    match T::check(block, slot, tail) {
        Ok(()) => Ok(()),
        Err(error) => Err(error.at(place)),
    }
}
