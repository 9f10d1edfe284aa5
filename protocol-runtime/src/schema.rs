//! A type as data: what the fingerprint is taken of, and what tools show.
//!
//! Types refer to each other by function, so that a recursive type is a finite graph. Generated
//! code makes these values in statics: each begins with what it cannot be without (`new`), and
//! says the rest by methods, so that what is not said has no place in generated code and a new
//! property breaks none. Nothing here reads or writes values.

mod change;
mod messages;
mod secrets;

use std::any::TypeId;

pub use change::{Change, Effect};
pub use messages::{End, MessageSchema, ProtocolSchema, ReplySchema, RootFn};

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
    /// `(T, U)`.
    Tuple(&'static [SchemaFn]),
    /// `Map<K, V>`.
    Map(SchemaFn, SchemaFn),
    /// `Set<K>`.
    Set(SchemaFn),
    /// `std::Uuid`.
    Uuid,
    /// `std::Timestamp`.
    Timestamp,
    /// `std::Duration`.
    Duration,
    /// `std::SocketAddr`.
    SocketAddr,
    /// `Secret<T>`: as T on the wire, never shown.
    Secret(SchemaFn),
    /// A struct.
    Struct(StructSchema),
    /// An enum that is a number.
    Scalar(ScalarSchema),
    /// A tagged union.
    Union(UnionSchema),
    /// A set of named bits.
    Flags(FlagsSchema),
}

/// What may be said of anything with a name, and has no effect on the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remarks {
    /// The version of the protocol that brought it.
    pub since: Option<u32>,
    /// Why it should not be used any more; empty without a reason.
    pub deprecated: Option<&'static str>,
    /// What it was called before; of a protocol the whole name, as in a handshake.
    pub was: Option<&'static str>,
}

impl Remarks {
    /// Nothing to say.
    pub const NONE: Self = Self { since: None, deprecated: None, was: None };
}

/// The methods by which remarks are made.
macro_rules! remarks {
    ($($name:ident)*) => {
        $(impl $name {
            /// It came with this version of the protocol.
            #[must_use]
            pub const fn since(mut self, version: u32) -> Self {
                self.remarks.since = Some(version);
                self
            }

            /// It should not be used any more, and why.
            #[must_use]
            pub const fn deprecated(mut self, reason: &'static str) -> Self {
                self.remarks.deprecated = Some(reason);
                self
            }

            /// It was called so before.
            #[must_use]
            pub const fn was(mut self, name: &'static str) -> Self {
                self.remarks.was = Some(name);
                self
            }
        })*
    };
}

remarks! {
    StructSchema FieldSchema ScalarSchema NumberSchema UnionSchema VariantSchema FlagsSchema
    ProtocolSchema MessageSchema
}

/// A struct as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct StructSchema {
    /// Which Rust type it is: names may repeat.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Whether its layout is frozen.
    pub fixed: bool,
    /// In number order, removed ones too.
    pub fields: &'static [FieldSchema],
    /// What else there is to say.
    pub remarks: Remarks,
}

impl StructSchema {
    /// A struct that may grow.
    #[must_use]
    pub const fn new(
        id: fn() -> TypeId,
        name: &'static str,
        fields: &'static [FieldSchema],
    ) -> Self {
        Self { id, name, fixed: false, fields, remarks: Remarks::NONE }
    }

    /// Its layout is frozen.
    #[must_use]
    pub const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }
}

/// A field as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct FieldSchema {
    /// The wire number.
    pub number: u32,
    /// The name; empty for the one value of a tuple variant, `_` for a removed field.
    pub name: &'static str,
    /// The type.
    pub ty: SchemaFn,
    /// Whether only its slot is left.
    pub removed: bool,
    /// Whether it is written in as few bytes as the value needs.
    pub varint: bool,
    /// The value that costs nothing on the wire, as block bytes of the type; one byte for a
    /// `bool`.
    pub default: Option<fn() -> Vec<u8>>,
    /// The most bytes or elements it may hold.
    pub max: Option<u64>,
    /// What else there is to say.
    pub remarks: Remarks,
}

impl FieldSchema {
    /// A field with nothing special about it.
    #[must_use]
    pub const fn new(number: u32, name: &'static str, ty: SchemaFn) -> Self {
        Self {
            number,
            name,
            ty,
            removed: false,
            varint: false,
            default: None,
            max: None,
            remarks: Remarks::NONE,
        }
    }

    /// What a field leaves when it is removed.
    #[must_use]
    pub const fn removed(number: u32, ty: SchemaFn) -> Self {
        let mut field = Self::new(number, "_", ty);
        field.removed = true;
        field
    }

    /// It is written in as few bytes as the value needs.
    #[must_use]
    pub const fn varint(mut self) -> Self {
        self.varint = true;
        self
    }

    /// The value that costs nothing on the wire, as block bytes.
    #[must_use]
    pub const fn default(mut self, block: fn() -> Vec<u8>) -> Self {
        self.default = Some(block);
        self
    }

    /// It holds at most as many bytes or elements.
    #[must_use]
    pub const fn max(mut self, max: u64) -> Self {
        self.max = Some(max);
        self
    }
}

/// A scalar enum as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct ScalarSchema {
    /// Which Rust type it is.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Bytes.
    pub width: u8,
    /// Whether an unknown number is an error.
    pub closed: bool,
    /// With rising numbers.
    pub variants: &'static [NumberSchema],
    /// The numbers of removed variants, rising.
    pub removed: &'static [u32],
    /// What else there is to say.
    pub remarks: Remarks,
}

impl ScalarSchema {
    /// An open enum of `width` bytes.
    #[must_use]
    pub const fn new(
        id: fn() -> TypeId,
        name: &'static str,
        width: u8,
        variants: &'static [NumberSchema],
    ) -> Self {
        let remarks = Remarks::NONE;
        Self { id, name, width, closed: false, variants, removed: &[], remarks }
    }

    /// An unknown number is an error.
    #[must_use]
    pub const fn closed(mut self) -> Self {
        self.closed = true;
        self
    }

    /// These numbers had a name once.
    #[must_use]
    pub const fn removed(mut self, numbers: &'static [u32]) -> Self {
        self.removed = numbers;
        self
    }
}

/// A number with a name: a variant of a scalar enum, or a bit of flags.
#[derive(Debug)]
#[non_exhaustive]
pub struct NumberSchema {
    /// The value on the wire, or which bit.
    pub number: u32,
    /// The name.
    pub name: &'static str,
    /// Whether it is what an absent value of its enum reads as.
    pub default: bool,
    /// What else there is to say.
    pub remarks: Remarks,
}

impl NumberSchema {
    /// A number with a name.
    #[must_use]
    pub const fn new(number: u32, name: &'static str) -> Self {
        Self { number, name, default: false, remarks: Remarks::NONE }
    }

    /// An absent value of its enum reads as this.
    #[must_use]
    pub const fn default(mut self) -> Self {
        self.default = true;
        self
    }
}

/// A union as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct UnionSchema {
    /// Which Rust type it is.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Whether it is a typed error.
    pub error: bool,
    /// Whether an unknown tag is an error.
    pub closed: bool,
    /// In tag order.
    pub variants: &'static [VariantSchema],
    /// The tags of removed variants, rising.
    pub removed: &'static [u32],
    /// What else there is to say.
    pub remarks: Remarks,
}

impl UnionSchema {
    /// An open union.
    #[must_use]
    pub const fn new(
        id: fn() -> TypeId,
        name: &'static str,
        variants: &'static [VariantSchema],
    ) -> Self {
        let remarks = Remarks::NONE;
        Self { id, name, error: false, closed: false, variants, removed: &[], remarks }
    }

    /// It is a typed error.
    #[must_use]
    pub const fn error(mut self) -> Self {
        self.error = true;
        self
    }

    /// An unknown tag is an error.
    #[must_use]
    pub const fn closed(mut self) -> Self {
        self.closed = true;
        self
    }

    /// These tags had a variant once.
    #[must_use]
    pub const fn removed(mut self, tags: &'static [u32]) -> Self {
        self.removed = tags;
        self
    }
}

/// A variant of a union as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct VariantSchema {
    /// The tag.
    pub tag: u8,
    /// The name.
    pub name: &'static str,
    /// Empty for a unit; one field without a name for a tuple.
    pub fields: &'static [FieldSchema],
    /// Whether it is what an absent value of its union reads as.
    pub default: bool,
    /// What else there is to say.
    pub remarks: Remarks,
}

impl VariantSchema {
    /// A variant with its fields.
    #[must_use]
    pub const fn new(tag: u8, name: &'static str, fields: &'static [FieldSchema]) -> Self {
        Self { tag, name, fields, default: false, remarks: Remarks::NONE }
    }

    /// An absent value of its union reads as this.
    #[must_use]
    pub const fn default(mut self) -> Self {
        self.default = true;
        self
    }
}

/// A set of named bits as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct FlagsSchema {
    /// Which Rust type it is.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: &'static str,
    /// Bytes.
    pub width: u8,
    /// With rising bits.
    pub flags: &'static [NumberSchema],
    /// Bits that had a name once, rising.
    pub removed: &'static [u32],
    /// What else there is to say.
    pub remarks: Remarks,
}

impl FlagsSchema {
    /// Flags in `width` bytes.
    #[must_use]
    pub const fn new(
        id: fn() -> TypeId,
        name: &'static str,
        width: u8,
        flags: &'static [NumberSchema],
    ) -> Self {
        Self { id, name, width, flags, removed: &[], remarks: Remarks::NONE }
    }

    /// These bits had a name once.
    #[must_use]
    pub const fn removed(mut self, bits: &'static [u32]) -> Self {
        self.removed = bits;
        self
    }
}
