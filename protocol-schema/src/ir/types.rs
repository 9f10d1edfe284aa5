//! The types that fields, messages and replies may have.

use crate::span::Span;

use super::Name;

/// A type with the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// A key into the Rust door's table of types that only the compiler can resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExternId(pub u32);

/// The kinds of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `()`: in replies only.
    Unit,
    /// `bool`.
    Bool,
    /// An integer.
    Int(Int),
    /// A floating-point number.
    Float(Float),
    /// `String`.
    String,
    /// `Bytes`.
    Bytes,
    /// `Vec<T>`.
    Vec(Box<Type>),
    /// `Option<T>`.
    Option(Box<Type>),
    /// `[T; N]`.
    Array(Box<Type>, ArrayLen),
    /// `(T, U)`, at least one.
    Tuple(Vec<Type>),
    /// `Map<K, V>`.
    Map(Box<Type>, Box<Type>),
    /// `Set<K>`.
    Set(Box<Type>),
    /// `Uuid` and its like.
    Std(Std),
    /// `Secret<T>`: as T on the wire, never shown.
    Secret(Box<Type>),
    /// `Stream<T>`: the `ok` of a reply, or one field of a message.
    Stream(Box<Type>),
    /// An alias, struct, enum, flags or union: by its name in the same schema, or by its full
    /// path (`acme::common::Page`) in another ([`Schema::find`](super::Schema::find)).
    Named(String),
    /// A Rust type as the user wrote it: only the compiler knows what it is, so no rule and no
    /// layout may depend on its spelling.
    Extern(ExternId),
}

/// Types of the package `std`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Std {
    /// `std::Uuid`: 16 bytes.
    Uuid,
    /// `std::Timestamp`: seconds since 1970 (`i64`) and nanoseconds (`u32`).
    Timestamp,
    /// `std::Duration`: seconds (`u64`) and nanoseconds (`u32`).
    Duration,
    /// `std::SocketAddr`: family, address and port, 19 bytes.
    SocketAddr,
}

impl Std {
    /// The `.np` name, without its package.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uuid => "Uuid",
            Self::Timestamp => "Timestamp",
            Self::Duration => "Duration",
            Self::SocketAddr => "SocketAddr",
        }
    }

    /// How many bytes of block it takes.
    #[must_use]
    pub const fn block(self) -> u32 {
        match self {
            Self::Uuid => 16,
            Self::Timestamp | Self::Duration => 12,
            Self::SocketAddr => 19,
        }
    }
}

/// The length of a fixed array.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrayLen {
    /// A literal.
    Literal(u32),
    /// The name of a const of the same schema, or the full path of one of another package.
    Const(Name),
}

/// Integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the Rust type of that name")]
pub enum Int {
    U8,
    U16,
    U32,
    U64,
    U128,
    I8,
    I16,
    I32,
    I64,
    I128,
}

/// Floating-point types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the Rust type of that name")]
pub enum Float {
    F32,
    F64,
}

impl Int {
    /// The Rust and `.np` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
        }
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::U8 | Self::I8 => 8,
            Self::U16 | Self::I16 => 16,
            Self::U32 | Self::I32 => 32,
            Self::U64 | Self::I64 => 64,
            Self::U128 | Self::I128 => 128,
        }
    }

    /// Whether it may be negative.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64 | Self::I128)
    }
}

impl Float {
    /// The Rust and `.np` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::F32 => 32,
            Self::F64 => 64,
        }
    }
}
