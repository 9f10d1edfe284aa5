//! A type as data: what the fingerprint is taken of, and what tools show.
//!
//! Types refer to each other by function, so that a recursive type is a finite graph.

use std::any::TypeId;

/// From a type to its description.
pub type SchemaFn = fn() -> &'static TypeSchema;

/// What a type is on the wire, and how it is called.
#[derive(Debug)]
#[non_exhaustive]
pub enum TypeSchema {
    /// `bool`.
    Bool,
    /// An integer.
    Int {
        /// Bytes.
        width: u8,
        /// Two's complement.
        signed: bool,
    },
    /// An IEEE 754 number.
    Float {
        /// Bytes.
        width: u8,
    },
    /// `String`.
    String,
    /// `Bytes`.
    Bytes,
    /// `Vec<T>`.
    Vec(SchemaFn),
    /// `Option<T>`.
    Option(SchemaFn),
    /// `[T; N]`.
    Array(SchemaFn, usize),
    /// A struct.
    Struct(StructSchema),
    /// An enum that is a number.
    Scalar(ScalarSchema),
    /// A tagged union.
    Union(UnionSchema),
}

/// A struct as data.
#[derive(Debug)]
pub struct StructSchema {
    /// Which Rust type it is: names may repeat.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Whether its layout is frozen.
    pub fixed: bool,
    /// In number order.
    pub fields: &'static [FieldSchema],
}

/// A field as data.
#[derive(Debug)]
pub struct FieldSchema {
    /// The wire number.
    pub number: u32,
    /// The name; empty for the one value of a tuple variant.
    pub name: &'static str,
    /// The type.
    pub ty: SchemaFn,
}

/// A scalar enum as data.
#[derive(Debug)]
pub struct ScalarSchema {
    /// Which Rust type it is.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Bytes.
    pub width: u8,
    /// Numbers and names, rising.
    pub variants: &'static [(u64, &'static str)],
}

/// A union as data.
#[derive(Debug)]
pub struct UnionSchema {
    /// Which Rust type it is.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Whether it is a typed error.
    pub error: bool,
    /// In tag order.
    pub variants: &'static [VariantSchema],
}

/// A variant of a union as data.
#[derive(Debug)]
pub struct VariantSchema {
    /// The tag.
    pub tag: u8,
    /// The name.
    pub name: &'static str,
    /// Empty for a unit; one field without a name for a tuple.
    pub fields: &'static [FieldSchema],
}

/// From a message's content to its description; `None` for no content.
pub type RootFn = fn() -> Option<&'static TypeSchema>;

/// A protocol as data.
#[derive(Debug)]
pub struct ProtocolSchema {
    /// `package::Name`, or `Name` where there is no package.
    pub name: &'static str,
    /// This side's version.
    pub version: u32,
    /// The oldest version of a peer that is still served.
    pub min: u32,
    /// In number order.
    pub messages: &'static [MessageSchema],
}

/// Which end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The end that connected.
    Client,
    /// The end that listened.
    Server,
}

/// A message as data.
#[derive(Debug)]
pub struct MessageSchema {
    /// The wire number.
    pub number: u16,
    /// The name.
    pub name: &'static str,
    /// Who sends it.
    pub from: End,
    /// What it carries.
    pub payload: RootFn,
    /// The answer; `None` for a one-way message.
    pub reply: Option<ReplySchema>,
}

/// An answer as data.
#[derive(Debug)]
pub struct ReplySchema {
    /// The value.
    pub ok: RootFn,
    /// The typed error, when there is one.
    pub err: Option<RootFn>,
}
