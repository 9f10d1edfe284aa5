//! The model of a schema: what both doors produce and everything else reads.
//!
//! Items stand in source order, and so do fields, variants and messages; wire order is by
//! [`Number`]. Numbers are final once [`check`](crate::check) has run.

use crate::span::Span;

/// A name with the place where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name itself, without a leading `r#`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// A name at a place.
    pub fn new(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span }
    }
}

/// Lines of documentation, as written after `///`, one leading space removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs(pub Vec<String>);

/// The wire number of a field, variant or message: written after `@`, or given by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number. Assigned by position when nobody wrote one.
    pub value: u32,
    /// Where it was written; `None` when it was assigned.
    pub written: Option<Span>,
}

impl Number {
    /// A number nobody wrote; the checks assign it by position.
    pub const UNWRITTEN: Self = Self { value: 0, written: None };
}

/// One schema file, or one Rust item with nothing around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The package path, such as `acme::chat`; empty from the Rust door unless it was given.
    pub package: Vec<Name>,
    /// Documentation of the whole file (`//!`).
    pub docs: Docs,
    /// In source order.
    pub items: Vec<Item>,
}

/// Something declared at the top level.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `const N: u32 = 3;`
    Const(Const),
    /// `struct S { … }`, evolvable or fixed.
    Struct(Struct),
    /// `enum E: u8 { … }`: unit variants only, a plain number on the wire.
    Scalar(ScalarEnum),
    /// `enum E { … }`: a tagged union.
    Union(Union),
    /// `protocol P { … }`.
    Protocol(Protocol),
}

impl Item {
    /// The item's own name.
    #[must_use]
    pub fn name(&self) -> &Name {
        match self {
            Self::Const(item) => &item.name,
            Self::Struct(item) => &item.name,
            Self::Scalar(item) => &item.name,
            Self::Union(item) => &item.name,
            Self::Protocol(item) => &item.name,
        }
    }
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Const {
    /// Documentation.
    pub docs: Docs,
    /// The name, in upper case by convention.
    pub name: Name,
    /// A number, `bool` or `String` type.
    pub ty: Type,
    /// The value.
    pub value: Value,
}

/// A written value.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What was written.
    pub kind: ValueKind,
    /// Where.
    pub span: Span,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// An integer; wide enough for `u128` and `i128` together with `negative`.
    Int {
        /// The magnitude.
        magnitude: u128,
        /// Whether a `-` stood before it.
        negative: bool,
    },
    /// A floating-point number.
    Float(f64),
    /// A string.
    Str(String),
    /// `true` or `false`.
    Bool(bool),
}

/// A struct.
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// Frozen layout, stored inline (`#[fixed]`). Otherwise evolvable.
    pub fixed: bool,
    /// Only full-width numbers, arrays and plain structs, `#[repr(C)]` in Rust: the bytes of a
    /// list of them are copied as memory (`#[np(plain)]`; the `.np` door sets it by itself).
    pub plain: bool,
    /// In source order.
    pub fields: Vec<Field>,
    /// Extra derives of the emitted type (`#[rust(derive(…))]`), `.np` door only.
    pub derives: Vec<Name>,
}

/// A field of a struct, of a union's variant or of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Documentation.
    pub docs: Docs,
    /// The wire number, dense from 0.
    pub number: Number,
    /// The name.
    pub name: Name,
    /// The type.
    pub ty: Type,
}

/// The integer types a scalar enum may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repr {
    /// One byte.
    U8,
    /// Two bytes.
    U16,
    /// Four bytes.
    U32,
    /// Eight bytes.
    U64,
}

/// An enum that is a plain number on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalarEnum {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// Its integer type.
    pub repr: Repr,
    /// In source order; numbers dense from 0.
    pub variants: Vec<ScalarVariant>,
    /// The variant that holds numbers this side does not know, `Unknown` from the `.np` door.
    pub unknown: Name,
    /// Extra derives of the emitted type, `.np` door only.
    pub derives: Vec<Name>,
}

/// A variant of a scalar enum.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalarVariant {
    /// Documentation.
    pub docs: Docs,
    /// The value on the wire.
    pub number: Number,
    /// The name.
    pub name: Name,
}

/// An open tagged union: unknown tags are kept as raw bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// A typed error (`#[error]`): gets `Display` and `Error` as well.
    pub error: bool,
    /// In source order; tags dense from 1 to 254.
    pub variants: Vec<UnionVariant>,
    /// The variant that holds what this side does not know, `Unknown` from the `.np` door.
    pub unknown: Name,
    /// Extra derives of the emitted type, `.np` door only.
    pub derives: Vec<Name>,
}

/// A variant of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct UnionVariant {
    /// Documentation.
    pub docs: Docs,
    /// The tag.
    pub number: Number,
    /// The name.
    pub name: Name,
    /// What it carries.
    pub payload: Payload,
}

/// What a union's variant or a message carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Nothing.
    Unit,
    /// One unnamed value.
    Tuple(Type),
    /// Named fields, in source order, dense from 0.
    Fields(Vec<Field>),
}

/// A protocol: the messages two peers may exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// This side's version, from 1.
    pub version: u32,
    /// The oldest version of a peer that is still served.
    pub min: u32,
    /// In source order; numbers dense from 1 to 4,095.
    pub messages: Vec<Message>,
    /// Extra derives of the emitted structs: those that stand on the enum in the Rust door,
    /// `#[rust(derive(…))]` in the `.np` door.
    pub derives: Vec<Name>,
}

/// Which end sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The end that connected.
    Client,
    /// The end that listened.
    Server,
}

/// A message of a protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Documentation.
    pub docs: Docs,
    /// The wire number.
    pub number: Number,
    /// The name.
    pub name: Name,
    /// Who sends it.
    pub from: Side,
    /// What it carries. With named fields a struct is emitted for it: the name of the protocol
    /// followed by that of the message, or `body_name`.
    pub payload: Payload,
    /// Another name for that struct (`#[np(name = …)]`).
    pub body_name: Option<Name>,
    /// What is answered; `None` makes it one-way.
    pub reply: Option<Reply>,
}

/// The answer to a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The value, possibly [`TypeKind::Unit`].
    pub ok: Type,
    /// The typed error, when the schema says `Result<T, E>`.
    pub err: Option<Type>,
}

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
    /// A struct, enum or union of the same schema.
    Named(String),
    /// A Rust type as the user wrote it: only the compiler knows what it is, so no rule and no
    /// layout may depend on its spelling.
    Extern(ExternId),
}

/// The length of a fixed array.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrayLen {
    /// A literal.
    Literal(u32),
    /// The name of a const of the same schema.
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

impl Repr {
    /// The Rust and `.np` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
        }
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::U8 => 8,
            Self::U16 => 16,
            Self::U32 => 32,
            Self::U64 => 64,
        }
    }
}

impl Message {
    /// The name of the struct emitted for a message with named fields.
    #[must_use]
    pub fn body_type_name(&self, protocol: &Protocol) -> String {
        match &self.body_name {
            Some(name) => name.text.clone(),
            None => format!("{}{}", protocol.name.text, self.name.text),
        }
    }
}
