//! The model of a schema: what both doors produce and everything else reads.
//!
//! Items stand in source order, and so do fields, variants and messages; wire order is by
//! [`Number`]. Numbers are final once [`check`](crate::check) has run. What stands in another
//! package and is used here is part of the model ([`Schema::foreign`]), so that every rule and the
//! fingerprint see the whole graph.

mod messages;
mod types;

use std::borrow::Cow;

use crate::span::Span;

pub use messages::{Handling, Message, Protocol, Reply, Side};
pub use types::{ArrayLen, ExternId, Float, Int, Std, Type, TypeKind};

/// A name with the place where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name itself, without a leading `r#`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// What it is called in Rust, where somebody chose another name (`#[np(rename = "…")]`).
    pub chosen: Option<String>,
}

impl Name {
    /// A name at a place.
    pub fn new(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span, chosen: None }
    }

    /// What it is called in Rust, without a leading `r#`: itself, unless Rust has no way to say
    /// that, or another name was chosen.
    #[must_use]
    pub fn in_rust(&self) -> Cow<'_, str> {
        match &self.chosen {
            Some(chosen) => Cow::Borrowed(chosen),
            None => speakable(&self.text),
        }
    }
}

/// The names that Rust has no raw form for.
pub(crate) const UNSPEAKABLE: [&str; 4] = ["self", "Self", "super", "crate"];

/// A name as Rust can say it: with an underscore behind it where there is no raw form.
pub(crate) fn speakable(text: &str) -> Cow<'_, str> {
    if UNSPEAKABLE.contains(&text) { Cow::Owned(format!("{text}_")) } else { Cow::Borrowed(text) }
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

/// What may stand on any item, field, variant, flag or message beside its documentation, and has
/// no effect on the bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// The version of the protocol that brought it (`#[since(2)]`).
    pub since: Option<u32>,
    /// Why it should not be used any more (`#[deprecated("use `x`")]`); empty without a reason.
    pub deprecated: Option<String>,
    /// What it was called before (`#[was("old::name")]`): packages, protocols and types.
    pub was: Option<String>,
    /// Attributes with a path (`acme::audited`): kept for tools, unknown to us.
    pub vendor: Vec<Vendor>,
}

/// An attribute of somebody else, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Vendor {
    /// `acme::audited`, at least two names.
    pub path: Vec<Name>,
    /// What follows the path.
    pub arguments: VendorArguments,
}

/// What follows the path of a vendor attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum VendorArguments {
    /// Nothing.
    None,
    /// `(…)`: values, or further attributes.
    List(Vec<VendorArgument>),
    /// `= value`.
    Value(Value),
}

/// An entry between the parentheses of a vendor attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum VendorArgument {
    /// `name`, `name(…)` or `name = value`.
    Attr(Vendor),
    /// A value.
    Value(Value),
}

/// One schema file, or one Rust item with nothing around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The package path, such as `acme::chat`; empty from the Rust door unless it was given.
    pub package: Vec<Name>,
    /// Documentation of the whole file (`//!`).
    pub docs: Docs,
    /// Numbers must be written, and a lock is kept (`#![stable]`).
    pub stable: Option<Span>,
    /// Of the whole file (`#![was("old::package")]`, vendor attributes).
    pub meta: Meta,
    /// What the file brings into scope, in source order.
    pub uses: Vec<Use>,
    /// In source order.
    pub items: Vec<Item>,
    /// Items of other packages that items of this one reach, in order of first visit. Types in
    /// them, and types of this package that come from there, are [`TypeKind::Named`] by full path.
    pub foreign: Vec<Foreign>,
}

/// `use acme::common::{UserId, Page as PageOf};`, one entry a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// `acme::common`.
    pub package: Vec<Name>,
    /// `Page`: what it is called there. `None` brings in the package itself.
    pub item: Option<Name>,
    /// `PageOf`: what it is called here.
    pub local: Name,
}

/// An item of another package.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// `acme::common`.
    pub package: String,
    /// The item, checked; every [`TypeKind::Named`] in it is a full path.
    pub item: Item,
}

impl Schema {
    /// The item that a [`TypeKind::Named`] means: by its name in this package, or by its full path.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Item> {
        match name.rsplit_once("::") {
            None => self.items.iter().find(|item| item.name().text == name),
            Some((package, last)) => self
                .foreign
                .iter()
                .find(|foreign| foreign.package == package && foreign.item.name().text == last)
                .map(|foreign| &foreign.item),
        }
    }
}

/// Something declared at the top level.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `const N: u32 = 3;`
    Const(Const),
    /// `type RoomId = u64;`
    Alias(Alias),
    /// `struct S { … }`, evolvable or fixed.
    Struct(Struct),
    /// `enum E: u8 { … }`: unit variants only, a plain number on the wire.
    Scalar(ScalarEnum),
    /// `enum E { … }`: a tagged union.
    Union(Union),
    /// `flags F: u8 { … }`: a set of named bits.
    Flags(Flags),
    /// `protocol P { … }`.
    Protocol(Protocol),
}

impl Item {
    /// The item's own name.
    #[must_use]
    pub fn name(&self) -> &Name {
        match self {
            Self::Const(item) => &item.name,
            Self::Alias(item) => &item.name,
            Self::Struct(item) => &item.name,
            Self::Scalar(item) => &item.name,
            Self::Union(item) => &item.name,
            Self::Flags(item) => &item.name,
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
    /// A number, `bool`, `String`, `Bytes` or scalar enum type.
    pub ty: Type,
    /// The value.
    pub value: Value,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// Another name for a type: the same on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// What it stands for.
    pub ty: Type,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
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
    /// A byte string.
    Bytes(Vec<u8>),
    /// `true` or `false`.
    Bool(bool),
    /// `Presence::Online`, or the name of a const. What is of another package has its full path,
    /// as [`TypeKind::Named`] has.
    Path(Vec<Name>),
    /// `[Rights::READ, Rights::WRITE]`, the default of flags; anything in vendor attributes.
    List(Vec<Value>),
    /// A Rust expression: only the compiler knows its value.
    Extern(ExternId),
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
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// A field of a struct, of a union's variant or of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Documentation.
    pub docs: Docs,
    /// The wire number, dense from 0.
    pub number: Number,
    /// The name; `_` when the field is removed, empty for the value of a tuple variant.
    pub name: Name,
    /// The type.
    pub ty: Type,
    /// Removed: the slot stays, as zeros, and the type with it, so that what older writers put
    /// there can be skipped.
    pub removed: bool,
    /// The value that costs nothing on the wire; zero when there is none.
    pub default: Option<Value>,
    /// Written in as few bytes as the value needs (`#[varint]`).
    pub varint: bool,
    /// The most bytes of a string, or elements of a list (`#[max(n)]`).
    pub max: Option<Bound>,
    /// What stands for it in Rust (`#[rust(type = …, with = …)]`).
    pub rust: RustType,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

impl Field {
    /// A field with nothing but a number, a name and a type.
    #[must_use]
    pub fn new(number: Number, name: Name, ty: Type) -> Self {
        Self {
            docs: Docs::default(),
            number,
            name,
            ty,
            removed: false,
            default: None,
            varint: false,
            max: None,
            rust: RustType::default(),
            meta: Meta::default(),
        }
    }

    /// The one value of a tuple variant or of a message `M(T)`: field 0, without a name.
    #[must_use]
    pub fn unnamed(ty: Type) -> Self {
        let name = Name::new("", ty.span);
        Self::new(Number::UNWRITTEN, name, ty)
    }
}

/// The most that a field may hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// A number.
    Literal(u64, Span),
    /// The name of a const, with its full path if it is of another package.
    Const(Vec<Name>),
    /// A Rust expression.
    Extern(ExternId),
}

/// What stands for a field in Rust, when it is not what the type table says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RustType {
    /// The Rust type, as written: `std::net::IpAddr`.
    pub ty: Option<(String, Span)>,
    /// The module with `to_wire(&Rust) -> Wire` and `from_wire(Wire) -> Result<Rust, _>`.
    pub with: Option<(String, Span)>,
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
    /// Without meaning when the enum is closed.
    pub unknown: Name,
    /// An unknown number is an error (`#[closed]`).
    pub closed: bool,
    /// Numbers of removed variants (`@3 _`).
    pub removed: Vec<Number>,
    /// Extra derives of the emitted type, `.np` door only.
    pub derives: Vec<Name>,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
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
    /// What Rust's `Default` gives (`#[default]`), and what an absent value of a closed enum
    /// without number 0 reads as.
    pub default: bool,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// A set of named bits: a number on the wire. Bits that a side does not know are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Flags {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// Its integer type.
    pub repr: Repr,
    /// In source order; `@n` is bit n, dense from 0.
    pub flags: Vec<Flag>,
    /// Numbers of removed bits (`@3 _`).
    pub removed: Vec<Number>,
    /// Extra derives of the emitted type, `.np` door only.
    pub derives: Vec<Name>,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// One bit of a [`Flags`].
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Documentation.
    pub docs: Docs,
    /// Which bit.
    pub number: Number,
    /// The name.
    pub name: Name,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// A tagged union. Open ones keep unknown tags as raw bytes; closed ones refuse them.
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
    /// Without meaning when the union is closed.
    pub unknown: Name,
    /// An unknown tag is an error, and bodies have a fixed layout (`#[closed]`).
    pub closed: bool,
    /// Tags of removed variants (`@3 _`).
    pub removed: Vec<Number>,
    /// Extra derives of the emitted type, `.np` door only.
    pub derives: Vec<Name>,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
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
    /// What Rust's `Default` gives, and what an absent closed union reads as (`#[default]`).
    pub default: bool,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// What a union's variant or a message carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Nothing.
    Unit,
    /// One unnamed value: field 0, with an empty name ([`Field::unnamed`]).
    Tuple(Box<Field>),
    /// Named fields, in source order, dense from 0.
    Fields(Vec<Field>),
}
