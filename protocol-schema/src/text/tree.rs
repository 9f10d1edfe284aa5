//! What the parser reads before it has a meaning: types, values and attributes.
//!
//! Items, fields and messages have no tree of their own, they become IR at once.

use crate::ir::Name;
use crate::span::Span;

/// A type as written.
#[derive(Debug)]
pub(super) struct TypeTree {
    pub(super) kind: TypeTreeKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum TypeTreeKind {
    /// `a::b`, or `A<T, U>`; without `<…>` the parameters are empty.
    Path { path: Path, parameters: Vec<TypeTree> },
    /// `[T; N]`.
    Array { element: Box<TypeTree>, length: Length },
    /// `(T, U)`.
    Tuple(Vec<TypeTree>),
    /// Something that was reported when it was read.
    Reported,
}

/// The length of an array as written.
#[derive(Debug)]
pub(super) enum Length {
    /// A number, with its place.
    Number(u128, Span),
    /// The name of a const.
    Path(Path),
}

/// `a::b::c`, with at least one name.
#[derive(Debug)]
pub(super) struct Path {
    /// What stands before the last name.
    pub(super) before: Vec<Name>,
    pub(super) last: Name,
    pub(super) span: Span,
}

impl Path {
    /// The path as text.
    pub(super) fn text(&self) -> String {
        let names = self.before.iter().chain([&self.last]);
        names.map(|name| name.text.as_str()).collect::<Vec<_>>().join("::")
    }

    /// All names of the path.
    pub(super) fn into_names(self) -> Vec<Name> {
        let Self { mut before, last, .. } = self;
        before.push(last);
        before
    }

    /// The only name of a path that is one name.
    pub(super) fn single(&self) -> Option<&Name> {
        self.before.is_empty().then_some(&self.last)
    }
}

/// A value as written.
#[derive(Debug)]
pub(super) struct ValueTree {
    pub(super) kind: ValueTreeKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum ValueTreeKind {
    Int {
        magnitude: u128,
        negative: bool,
    },
    Float(f64),
    Str(String),
    Bool(bool),
    /// `b"…"`.
    Bytes(Vec<u8>),
    /// `A::B`.
    Path(Path),
    /// `[…]`.
    List(Vec<ValueTree>),
}

/// `name`, `name(…)` or `name = value`.
#[derive(Debug)]
pub(super) struct AttrTree {
    pub(super) path: Path,
    pub(super) arguments: Arguments,
    pub(super) span: Span,
}

/// What follows the name of an attribute.
#[derive(Debug)]
pub(super) enum Arguments {
    None,
    List(Vec<Argument>),
    Value(ValueTree),
}

/// An entry between the parentheses of an attribute.
#[derive(Debug)]
pub(super) enum Argument {
    Attr(AttrTree),
    Value(ValueTree),
}

/// An import as written. Of a path without braces only the packages that are there tell whether
/// its last name is an item or the end of a package.
#[derive(Debug)]
pub(super) enum UseTree {
    /// `use a::b::C;`
    Path { path: Vec<Name>, local: Name },
    /// `use a::b::{C, D as E};`: for each what it is called there, and here.
    List { package: Vec<Name>, names: Vec<(Name, Name)> },
}
