//! Messages as the bytes that they are, for whoever has no type for them.

use std::fmt;

use bytes::Bytes;

use super::error::{DecodeError, EncodeError};
use super::reader::{DecodeOptions, Reader};
use super::root::{AppError, Root, encode_root};
use super::writer::Writer;
use crate::schema::TypeSchema;

/// The bytes of a message, of an answer, of a typed error or of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawBody(pub Bytes);

/// As what a call may fail with.
impl std::error::Error for RawBody {}

impl fmt::Display for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Root for RawBody {
    fn encode_root(&self, out: &mut Writer<'_>) {
        out.append(&self.0);
    }

    fn decode_root(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.take_rest();
        Ok(Self(reader.keep(bytes)))
    }

    fn schema() -> Option<&'static TypeSchema> {
        None
    }
}

impl AppError for RawBody {
    fn decode_detail(detail: &Bytes, _: &DecodeOptions) -> Result<Self, DecodeError> {
        Ok(Self(detail.clone()))
    }

    fn encode_detail(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode_root(self, out)
    }
}
