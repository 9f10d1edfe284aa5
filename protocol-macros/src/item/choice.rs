//! Enums below `#[derive(Wire)]`: `#[repr(u8)]` and its like make a number, all others are
//! tagged unions. The representation alone decides, so that a change to a variant never turns
//! one into the other.

use proc_macro2::Ident;
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Item, Name, Number, Repr, ScalarEnum, ScalarVariant};
use protocol_schema::ir::{Union, UnionVariant};
use protocol_schema::span::Span as Handle;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;

use super::{Read, bare, configured, count_on, docs, last_segment, payload, representation};
use crate::attr::{Attributes, Place};
use crate::rules;
use crate::source::Source;

/// A variant with what its attributes say.
struct Choice<'a> {
    variant: &'a syn::Variant,
    said: Attributes,
}

/// What an enum is on the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number(Repr),
    Union,
    /// Neither: what it would be is reported, and nothing else can be said of it.
    Refused,
}

/// Reads an enum; `None` if nothing can be made of it.
pub(super) fn choice(
    source: &mut Source,
    input: &syn::DeriveInput,
    data: &syn::DataEnum,
) -> Option<Read> {
    let kind = kind(source, &input.attrs);
    let place = match kind {
        Kind::Number(_) | Kind::Refused => Place::Scalar,
        Kind::Union => Place::Union,
    };
    let said = Attributes::of(source, &input.attrs, place);
    let place = match kind {
        Kind::Number(_) | Kind::Refused => Place::Number,
        Kind::Union => Place::Variant,
    };
    let mut variants = vec![];
    for variant in &data.variants {
        let said = Attributes::of(source, &variant.attrs, place);
        configured(source, &variant.attrs);
        variants.push(Choice { variant, said });
    }
    if kind == Kind::Refused {
        return None;
    }
    let unknown = match said.closed {
        Some(_) => closed(source, &variants),
        None => unknown(source, input, &said, &variants, kind),
    };
    variants.retain(|choice| {
        choice.said.unknown.is_none()
            && (said.closed.is_some() || choice.variant.ident.unraw() != unknown.text)
    });
    let item = match kind {
        Kind::Number(repr) => Item::Scalar(scalar(source, input, &said, repr, &variants, unknown)),
        Kind::Union | Kind::Refused => Item::Union(union(source, input, &said, variants, unknown)),
    };
    Some(Read { item, package: String::new(), facade: said.facade })
}

/// An enum that is a number.
fn scalar(
    source: &mut Source,
    input: &syn::DeriveInput,
    said: &Attributes,
    repr: Repr,
    variants: &[Choice<'_>],
    unknown: Name,
) -> ScalarEnum {
    let mut variants = numbers(source, variants);
    let entries = variants.iter_mut().map(|variant| (&mut variant.number, variant.name.span));
    count_on(0, &said.removed_numbers, entries);
    ScalarEnum {
        docs: docs(&input.attrs),
        name: source.name(&input.ident),
        repr,
        variants,
        unknown,
        closed: said.closed.is_some(),
        removed: said.removed_numbers.clone(),
        derives: vec![],
        meta: said.meta(),
    }
}

/// A tagged union.
fn union(
    source: &mut Source,
    input: &syn::DeriveInput,
    said: &Attributes,
    variants: Vec<Choice<'_>>,
    unknown: Name,
) -> Union {
    let mut variants: Vec<UnionVariant> =
        variants.into_iter().map(|choice| tagged(source, choice)).collect();
    let entries = variants.iter_mut().map(|variant| (&mut variant.number, variant.name.span));
    count_on(1, &said.removed_numbers, entries);
    Union {
        docs: docs(&input.attrs),
        name: source.name(&input.ident),
        error: said.error.is_some(),
        variants,
        unknown,
        closed: said.closed.is_some(),
        removed: said.removed_numbers.clone(),
        derives: vec![],
        meta: said.meta(),
    }
}

/// ```text
/// #[np(closed)] enum Shape { Circle(f32), #[np(unknown)] Unknown(RawVariant) }
/// ```
fn closed(source: &mut Source, variants: &[Choice<'_>]) -> Name {
    for choice in variants {
        if let Some(at) = choice.said.unknown {
            let message = format!(
                "`{}` would never be used: in a closed enum an unknown value is an error",
                choice.variant.ident
            );
            let wrong = Diagnostic::error(rules::CLOSED_UNKNOWN, at, message);
            source.found.push(wrong.fix("remove the variant", at, "").fix(
                "or remove `closed`, so that the enum can grow",
                at,
                "",
            ));
        }
    }
    Name::new("Unknown", Handle::NONE)
}

/// ```text
/// #[repr(i8)] enum Level { … }
/// ```
fn kind(source: &mut Source, attributes: &[syn::Attribute]) -> Kind {
    let mut kind = Kind::Union;
    for word in representation(attributes) {
        match word.to_string().as_str() {
            "u8" => kind = Kind::Number(Repr::U8),
            "u16" => kind = Kind::Number(Repr::U16),
            "u32" => kind = Kind::Number(Repr::U32),
            "u64" => kind = Kind::Number(Repr::U64),
            "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
                let at = source.at(&word);
                let message = format!("an enum cannot be `{word}` on the wire");
                let wrong = Diagnostic::error(rules::SCALAR_TYPE, at, message);
                source.found.push(wrong.fix("write `u8`, `u16`, `u32` or `u64`", at, "u8").fix(
                    "leave `repr` out for a tagged union",
                    at,
                    "",
                ));
                return Kind::Refused;
            }
            _ => {}
        }
    }
    kind
}

/// The variant for what this side does not know: exactly one, of the right shape.
fn unknown(
    source: &mut Source,
    input: &syn::DeriveInput,
    said: &Attributes,
    variants: &[Choice<'_>],
    kind: Kind,
) -> Name {
    let held = held(kind, said.facade.as_ref());
    let mut marked = variants.iter().filter(|choice| choice.said.unknown.is_some());
    let Some(first) = marked.next() else {
        missing(source, &input.ident, variants, &held);
        return Name::new("Unknown", Handle::NONE);
    };
    shape(source, first, kind, &held);
    for second in marked {
        let at = second.said.unknown.unwrap_or_default();
        let before = first.said.unknown.unwrap_or_default();
        let message = format!("`{}` is a second unknown variant", second.variant.ident);
        let wrong = Diagnostic::error(rules::SECOND_UNKNOWN, at, message);
        source.found.push(wrong.also(before, "the first is here"));
    }
    source.name(&first.variant.ident)
}

/// What the unknown variant holds, as it may be written.
fn held(kind: Kind, facade: Option<&syn::Path>) -> String {
    match (kind, facade) {
        (Kind::Number(repr), _) => repr.name().to_owned(),
        (Kind::Union | Kind::Refused, Some(facade)) => {
            let facade = facade.to_token_stream().to_string().replace(' ', "");
            format!("{facade}::RawVariant")
        }
        (Kind::Union | Kind::Refused, None) => "network_protocol::RawVariant".to_owned(),
    }
}

/// ```text
/// #[repr(u8)] enum Color { Red, Green }           // and when a newer peer says Blue?
/// ```
fn missing(source: &mut Source, this: &Ident, variants: &[Choice<'_>], held: &str) {
    let line = format!("#[np(unknown)] Unknown({held})");
    let unmarked = variants.iter().find(|choice| choice.variant.ident == "Unknown");
    let (at, help) = match unmarked {
        Some(unmarked) => (source.at(&unmarked.variant.ident), format!("mark it: `{line}`")),
        None => (source.at(this), format!("add a variant: `{line},`")),
    };
    let message = format!("`{this}` has no variant for values that this side does not know");
    let wrong = Diagnostic::error(rules::MISSING_UNKNOWN, at, message);
    source.found.push(
        wrong.note("a newer peer may send one, and it must go somewhere").fix(help, at, line),
    );
}

/// ```text
/// #[repr(u8)] enum Color { Red, #[np(unknown)] Unknown(u16) }      // or Unknown, or Unknown { n: u8 }
/// ```
fn shape(source: &mut Source, choice: &Choice<'_>, kind: Kind, held: &str) {
    let name = &choice.variant.ident;
    if let Some(written) = choice.said.id.and_then(|number| number.written) {
        let message = format!("`{name}` stands for every other number, so it has none");
        let wrong = Diagnostic::error(rules::UNKNOWN_SHAPE, written, message);
        source.found.push(wrong.fix("remove its `id`", written, ""));
    }
    let fits = match &choice.variant.fields {
        syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            fields.unnamed.first().is_none_or(|field| may_hold(&field.ty, kind))
        }
        syn::Fields::Unnamed(_) | syn::Fields::Named(_) | syn::Fields::Unit => false,
    };
    if !fits {
        let at = source.at(&choice.variant.ident);
        let message = format!("`{name}` does not hold exactly what arrived");
        let mut wrong = Diagnostic::error(rules::UNKNOWN_SHAPE, at, message);
        wrong = wrong.fix(format!("write `{name}({held})`"), at, format!("{name}({held})"));
        if kind == Kind::Union {
            wrong = wrong.note("without `#[repr(u8)]` or its like an enum is a tagged union");
        }
        source.found.push(wrong);
    }
}

/// Whether a type may be the right one: an alias may be, another primitive number is not.
fn may_hold(ty: &syn::Type, kind: Kind) -> bool {
    const NUMBERS: &[&str] =
        &["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];
    let Some(name) = last_segment(bare(ty)).map(|segment| segment.ident.to_string()) else {
        return false;
    };
    match kind {
        Kind::Number(repr) => {
            name == repr.name() || !(NUMBERS.contains(&name.as_str()) || name == "RawVariant")
        }
        Kind::Union | Kind::Refused => !NUMBERS.contains(&name.as_str()),
    }
}

/// The variants of an enum that is a number, by `#[np(id = n)]`, by discriminants as Rust counts
/// them, or by position.
fn numbers(source: &mut Source, variants: &[Choice<'_>]) -> Vec<ScalarVariant> {
    let discriminants = variants.iter().any(|choice| choice.variant.discriminant.is_some());
    let mut next = 0;
    let mut numbered = vec![];
    for Choice { variant, said } in variants {
        if !matches!(variant.fields, syn::Fields::Unit) {
            let at = source.at(&variant.fields);
            let message = format!("`{}` carries a value, but its enum is a number", variant.ident);
            let wrong = Diagnostic::error(rules::SCALAR_PAYLOAD, at, message);
            source.found.push(wrong.fix("leave `repr` out for a tagged union", at, ""));
        }
        let number = match (said.id, discriminants) {
            (Some(id), _) => {
                if let Some((_, value)) = &variant.discriminant {
                    let at = source.at(value);
                    let message =
                        format!("`{}` has both an `id` and a discriminant", variant.ident);
                    let wrong = Diagnostic::error(rules::DISCRIMINANT, at, message);
                    source.found.push(wrong.fix("keep one of them", at, ""));
                }
                id
            }
            (None, true) => counted(source, variant, next),
            (None, false) => Number::UNWRITTEN,
        };
        next = number.value.saturating_add(1);
        let name = said.named(source, &variant.ident);
        let (docs, default) = (docs(&variant.attrs), said.chosen.is_some());
        numbered.push(ScalarVariant { docs, number, name, default, meta: said.meta() });
    }
    numbered
}

/// The discriminant of a variant, or `next` as Rust would count.
fn counted(source: &mut Source, variant: &syn::Variant, next: u32) -> Number {
    let Some((_, written)) = &variant.discriminant else {
        let at = source.at(&variant.ident);
        return Number { value: next, written: Some(at) };
    };
    let at = source.at(written);
    if let Some(value) = literal(written) {
        return Number { value, written: Some(at) };
    }
    let wrong =
        Diagnostic::error(rules::DISCRIMINANT, at, "a discriminant must be a plain number here");
    source.found.push(wrong.note("a macro cannot compute, and the number goes on the wire").fix(
        "write the number",
        at,
        next.to_string(),
    ));
    source.lacks_a_part();
    Number { value: next, written: Some(at) }
}

fn literal(value: &syn::Expr) -> Option<u32> {
    let mut value = value;
    loop {
        if let syn::Expr::Group(group) = value {
            value = &group.expr;
        } else if let syn::Expr::Paren(paren) = value {
            value = &paren.expr;
        } else if let syn::Expr::Lit(literal) = value
            && let syn::Lit::Int(number) = &literal.lit
        {
            return number.base10_parse().ok();
        } else {
            return None;
        }
    }
}

fn tagged(source: &mut Source, choice: Choice<'_>) -> UnionVariant {
    let Choice { variant, said } = choice;
    discriminant(source, variant);
    let (meta, name) = (said.meta(), said.named(source, &variant.ident));
    UnionVariant {
        docs: docs(&variant.attrs),
        number: said.id.unwrap_or(Number::UNWRITTEN),
        name,
        payload: payload(source, variant, said.removed_fields),
        default: said.chosen.is_some(),
        meta,
    }
}

/// ```text
/// enum Shape { Circle = 1, … }
/// ```
pub(super) fn discriminant(source: &mut Source, variant: &syn::Variant) {
    if let Some((_, value)) = &variant.discriminant {
        let at = source.at(value);
        let wrong = Diagnostic::error(
            rules::DISCRIMINANT,
            at,
            "a discriminant does not number a variant here",
        );
        let id = format!("#[np(id = {})]", value.to_token_stream());
        source.found.push(wrong.fix(format!("write `{id}` above the variant"), at, id));
    }
}
