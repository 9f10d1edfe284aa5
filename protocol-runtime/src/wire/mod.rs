//! The wire encoding: every value is a block of known size and a tail of what is left.
//!
//! `docs/wire.md` is the normative text. Nothing here does IO or knows of frames; a value goes in
//! and bytes come out, or the other way round, in one forward pass.

pub mod body;
pub mod layout;
pub mod reader;
pub mod union;
pub mod writer;

mod array;
mod error;
mod list;
mod number;
mod option;
mod text;

use std::convert::Infallible;

use bytes::Bytes;

pub use body::Body;
pub use error::{DecodeError, DecodeErrorKind, EncodeError, Place};
pub use layout::{Layout, Shape, Slot, layout};
pub use number::{decode_plain_list, encode_plain_list};
pub use reader::{DecodeOptions, Reader};
pub use union::RawVariant;
pub use writer::Writer;

use crate::schema::TypeSchema;

/// A type that can be a field.
///
/// Implemented by `#[derive(Wire)]` and by `npgen`; the consts say where values of the type lie,
/// so that layout is computed by the compiler and never from a type's name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire encoding",
    label = "not a type of the schema language",
    note = "add `#[derive(Wire)]` to it, or use one of: bool, integers, floats, String, Bytes, Vec, Option, arrays"
)]
pub trait Wire: Sized + 'static {
    /// Flag bits that a value takes in the body it is a field of: 0, 1 or 2.
    const BITS: usize;
    /// Bytes that a value takes in the block. A type with bits has none.
    const BLOCK: usize;
    /// Whether a value may have a tail.
    const HAS_TAIL: bool;
    /// Whether the block holds only full-width numbers.
    const PLAIN: bool;
    /// Whether this is an `Option`.
    const IS_OPTION: bool = false;

    /// Writes the value's block at `slot`, into bytes reserved as zeros, and appends its tail.
    fn encode(&self, slot: Slot, out: &mut Writer<'_>);

    /// Reads the value's block at `slot` of `block`, and its tail.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break.
    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError>;

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

    /// The type as data.
    fn schema() -> &'static TypeSchema;
}

/// Reads one field, and says which it was if that fails.
///
/// # Errors
///
/// Whatever rule the bytes break.
#[inline]
pub fn field<T: Wire>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
    place: &'static Place,
) -> Result<T, DecodeError> {
    T::decode(block, slot, tail).map_err(|error| error.at(place))
}

/// What a message, a reply or an error may consist of: any [`Wire`] type, or nothing (`()`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire encoding",
    label = "not a type of the schema language",
    note = "add `#[derive(Wire)]` to it, or use one of: (), bool, integers, floats, String, Bytes, Vec, Option, arrays"
)]
pub trait Root: Sized + 'static {
    /// Appends the value.
    fn encode_root(&self, out: &mut Writer<'_>);

    /// Reads the value; the reader holds nothing else.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break.
    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The type as data; `None` for `()`.
    fn schema() -> Option<&'static TypeSchema>;
}

impl<T: Wire> Root for T {
    #[inline]
    fn encode_root(&self, out: &mut Writer<'_>) {
        Wire::encode_root(self, out);
    }

    #[inline]
    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Wire::decode_root(reader)
    }

    fn schema() -> Option<&'static TypeSchema> {
        Some(T::schema())
    }
}

impl Root for () {
    #[inline]
    fn encode_root(&self, _: &mut Writer<'_>) {}

    #[inline]
    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.end()
    }

    fn schema() -> Option<&'static TypeSchema> {
        None
    }
}

/// A typed error of a call: any [`Wire`] type, or [`Infallible`] where the schema has none.
pub trait AppError: Sized + 'static {
    /// Reads the detail of an error frame.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break; `NoValue` for [`Infallible`].
    fn decode_detail(detail: &Bytes, options: &DecodeOptions) -> Result<Self, DecodeError>;
}

impl<E: Wire> AppError for E {
    fn decode_detail(detail: &Bytes, options: &DecodeOptions) -> Result<Self, DecodeError> {
        decode_root(detail, options)
    }
}

impl AppError for Infallible {
    fn decode_detail(_: &Bytes, _: &DecodeOptions) -> Result<Self, DecodeError> {
        Err(DecodeErrorKind::NoValue.into())
    }
}

/// Appends a message to `out`.
///
/// # Errors
///
/// [`EncodeError::TooLong`]; `out` is then as it was.
#[inline]
pub fn encode_root<T: Root>(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    let mut writer = Writer::new(out);
    value.encode_root(&mut writer);
    let result = writer.finish();
    if result.is_err() {
        out.truncate(start);
    }
    result
}

/// Reads a message; its byte fields share `body`.
///
/// # Errors
///
/// [`DecodeError`], naming the innermost field where there is one.
#[inline]
pub fn decode_root<T: Root>(body: &Bytes, options: &DecodeOptions) -> Result<T, DecodeError> {
    T::decode_root(&mut Reader::shared(body, options))
}

/// Encodes a value as a whole message.
///
/// # Errors
///
/// [`EncodeError::TooLong`], when a string, list or struct passes 2³² − 1 bytes or elements.
pub fn encode<T: Root>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    encode_root(value, &mut out)?;
    Ok(out)
}

/// Decodes a message of this schema's version, an older or a newer one.
///
/// Fields that the writer did not have read as zero, `None`, or empty; those that only the writer
/// has are skipped.
///
/// # Errors
///
/// [`DecodeError`], for bytes that no version of the schema writes.
pub fn decode<T: Root>(bytes: &[u8]) -> Result<T, DecodeError> {
    T::decode_root(&mut Reader::new(bytes, &DecodeOptions::default()))
}

/// Decodes the one canonical form of a message of exactly this schema.
///
/// For every value there is one byte string that this accepts, and it is what [`encode`] gives.
///
/// # Errors
///
/// [`DecodeError`], also for bytes that only another version of the schema writes.
pub fn decode_exact<T: Root>(bytes: &[u8]) -> Result<T, DecodeError> {
    let options = DecodeOptions { exact: true, ..DecodeOptions::default() };
    T::decode_root(&mut Reader::new(bytes, &options))
}
