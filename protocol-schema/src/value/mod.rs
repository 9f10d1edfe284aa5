//! Values by their schema alone: bytes to a [`Value`] and back, without generated code, and the
//! same as JSON.
//!
//! `docs/wire.md` is the normative text. A [`Codec`] is made for one type of a checked schema; it
//! walks the model where generated code is straight lines, so it is for tools, which meet schemas
//! that nobody compiled. It accepts and refuses the same bytes as generated code does, but for the
//! limits on depth and memory, which are each reader's own. Never reads a file, and never shows what
//! a `Secret` holds unless it is asked to.

mod build;
mod decode;
mod encode;
mod error;
mod from_json;
mod json;
mod json_text;
mod layout;
mod lookup;
mod reader;
mod std_text;
mod type_text;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::net::SocketAddr;

pub use decode::DecodeOptions;
pub use error::{Segment, ValueError, ValueErrorKind};
pub use json::Secrets;
pub use json_text::{JsonTextError, parse_json};
pub use lookup::{TypeError, known};

use crate::ir::Schema;
use layout::{Root, Types};

/// A value of any type.
///
/// What it is a value of, and the names of its fields and variants, only its type knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing: a message without content, a reply `()`.
    Unit,
    /// A `bool`.
    Bool(bool),
    /// An unsigned integer, the number of a scalar enum, or the bits of flags.
    Uint(u128),
    /// A signed integer.
    Int(i128),
    /// An `f32`.
    F32(f32),
    /// An `f64`.
    F64(f64),
    /// A `String`.
    String(String),
    /// `Bytes`.
    Bytes(Vec<u8>),
    /// The elements of a `Vec` or an array.
    List(Vec<Self>),
    /// The elements of a tuple.
    Tuple(Vec<Self>),
    /// The entries of a `Map`, by rising key.
    Map(Vec<(Self, Self)>),
    /// The elements of a `Set`, rising.
    Set(Vec<Self>),
    /// An `Option`.
    Option(Option<Box<Self>>),
    /// The fields of a struct or a message that are not removed, by number.
    Struct(Vec<Self>),
    /// A variant that the schema has, by its tag, and its fields as in a struct.
    Variant(u8, Vec<Self>),
    /// A variant that the schema does not have, and its body as it came; tag 0 for a union that
    /// its writer did not have.
    Unknown(u8, Vec<u8>),
    /// A `Uuid`.
    Uuid([u8; 16]),
    /// A `Timestamp`: seconds since 1970 and nanoseconds.
    Timestamp(i64, u32),
    /// A `Duration`: seconds and nanoseconds.
    Duration(u64, u32),
    /// A `SocketAddr`.
    SocketAddr(SocketAddr),
    /// What a `Secret` holds.
    Secret(Hidden),
}

/// A value that does not show itself.
#[derive(Clone, PartialEq)]
pub struct Hidden(pub Box<Value>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// One type of a schema, ready to read and write its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Codec {
    types: Types,
    root: Root,
}

impl Codec {
    /// A codec for the type called `name` of a checked schema.
    ///
    /// That is a type that the schema declares or imports, by its name or its path; a type made of
    /// such ones (`Vec<User>`); the content of a message (`Chat.Join`, or `ChatJoin`); what it is
    /// answered with (`Chat.Join.reply`, `Chat.Join.error`; of a stream one item); or one item
    /// of the stream that a message has (`Chat.Upload.data`).
    ///
    /// # Errors
    ///
    /// [`TypeError`] says what was not found, and the nearest name that is there.
    pub fn new(schema: &Schema, name: &str) -> Result<Self, TypeError> {
        lookup::codec(schema, name)
    }

    /// What the type is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.root.name
    }
}

impl Value {
    /// What it is, in words.
    fn describe(&self) -> &'static str {
        match self {
            Self::Unit => "nothing",
            Self::Bool(_) => "a bool",
            Self::Uint(_) => "an unsigned integer",
            Self::Int(_) => "a signed integer",
            Self::F32(_) => "an f32",
            Self::F64(_) => "an f64",
            Self::String(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Map(_) => "a map",
            Self::Set(_) => "a set",
            Self::Option(_) => "an option",
            Self::Struct(_) => "fields",
            Self::Variant(..) | Self::Unknown(..) => "a variant of a union",
            Self::Uuid(_) => "a UUID",
            Self::Timestamp(..) => "a time",
            Self::Duration(..) => "a duration",
            Self::SocketAddr(_) => "a socket address",
            Self::Secret(_) => "a secret",
        }
    }
}

/// The order of keys: numbers by value, text and bytes by bytes, times by time, tuples and arrays
/// from left to right.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Uint(a), Value::Uint(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Uuid(a), Value::Uuid(b)) => a.cmp(b),
        (Value::Timestamp(a, a_nanos), Value::Timestamp(b, b_nanos)) => {
            (a, a_nanos).cmp(&(b, b_nanos))
        }
        (Value::Duration(a, a_nanos), Value::Duration(b, b_nanos)) => {
            (a, a_nanos).cmp(&(b, b_nanos))
        }
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            let unequal = a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        // No other type is a key, and none is compared with another.
        _ => Ordering::Equal,
    }
}
