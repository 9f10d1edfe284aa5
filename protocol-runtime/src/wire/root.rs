//! Whole messages: what stands alone in a frame, or in bytes of its own.

use std::convert::Infallible;

use bytes::Bytes;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind, EncodeError};
use super::reader::{DecodeOptions, Reader};
use super::writer::Writer;
use crate::schema::TypeSchema;

/// What a message, a reply or an error may consist of: any [`Wire`] type, or nothing (`()`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire encoding",
    label = "not a type of the schema language",
    note = "a type of your own gets one by `#[derive(Wire)]`, a type of others by `#[np(with = module, wire = T)]`",
    note = "for `usize` and `isize`, which differ between machines, write `u64` and `i64`; for `char` write `u32` or `String`",
    note = "what is borrowed is owned on the wire: `String` for `&str`, `Bytes` or `Vec<T>` for slices",
    note = "built in are (), bool, integers, floats, String, Bytes, Vec, Option, Box, arrays, tuples, maps and sets"
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

    /// Appends the detail of an error frame.
    ///
    /// # Errors
    ///
    /// As [`encode_root`]; `out` is then as it was.
    fn encode_detail(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

impl<E: Wire> AppError for E {
    fn decode_detail(detail: &Bytes, options: &DecodeOptions) -> Result<Self, DecodeError> {
        decode_root(detail, options)
    }

    fn encode_detail(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode_root(self, out)
    }
}

impl AppError for Infallible {
    fn decode_detail(_: &Bytes, _: &DecodeOptions) -> Result<Self, DecodeError> {
        Err(DecodeErrorKind::NoValue.into())
    }

    fn encode_detail(&self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        match *self {}
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

/// Reads a message that is a part of `source`, which its byte fields share.
#[cfg(feature = "net")]
#[inline]
pub(crate) fn decode_root_within<T: Root>(
    body: &[u8],
    source: &Bytes,
    options: &DecodeOptions,
) -> Result<T, DecodeError> {
    T::decode_root(&mut Reader::within(body, source, options))
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

/// Opens a message of this schema's version, an older or a newer one, where it lies: one pass over
/// the bytes finds everything that [`decode`] would refuse, and allocates nothing.
///
/// # Errors
///
/// [`DecodeError`], as [`decode`].
pub fn view<T: Wire>(bytes: &[u8]) -> Result<T::View<'_>, DecodeError> {
    T::check_root(&mut Reader::new(bytes, &DecodeOptions::default()))?;
    Ok(T::view_root(bytes))
}

/// As [`view`], for the one canonical form of a message of exactly this schema.
///
/// # Errors
///
/// [`DecodeError`], as [`decode_exact`].
pub fn view_exact<T: Wire>(bytes: &[u8]) -> Result<T::View<'_>, DecodeError> {
    let options = DecodeOptions { exact: true, ..DecodeOptions::default() };
    T::check_root(&mut Reader::new(bytes, &options))?;
    Ok(T::view_root(bytes))
}
