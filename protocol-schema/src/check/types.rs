//! Rules on types: each is known, and stands where it may.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{ArrayLen, Field, Item, Message, Name, Payload, Struct, Type, TypeKind, ValueKind};

use super::codes;
use super::index::{Extent, Index};
use super::vocabulary::{GENERIC, Suggestions, built_in_names, foreign, standard};

/// Where a type stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Const,
    Alias,
    /// A field of a struct or variant, the value of a tuple, or the error of a reply.
    Value,
    /// A named field of a message.
    MessageField,
    /// The value of a reply.
    Reply,
}

/// Calls `act` with every type of an item as it was written, the outermost only.
pub(super) fn each<'a>(item: &'a Item, act: &mut dyn FnMut(&'a Type, Where)) {
    match item {
        Item::Scalar(_) | Item::Flags(_) => {}
        Item::Const(item) => act(&item.ty, Where::Const),
        Item::Alias(item) => act(&item.ty, Where::Alias),
        Item::Struct(item) => item.fields.iter().for_each(|field| act(&field.ty, Where::Value)),
        Item::Union(item) => {
            for variant in &item.variants {
                of_payload(&variant.payload, Where::Value, act);
            }
        }
        Item::Protocol(item) => {
            for message in &item.messages {
                of_payload(&message.payload, Where::MessageField, act);
                if let Some(reply) = &message.reply {
                    act(&reply.ok, Where::Reply);
                    reply.err.iter().for_each(|ty| act(ty, Where::Value));
                }
            }
        }
    }
}

fn of_payload<'a>(payload: &'a Payload, named: Where, act: &mut dyn FnMut(&'a Type, Where)) {
    match payload {
        Payload::Unit => {}
        Payload::Tuple(field) => act(&field.ty, Where::Value),
        Payload::Fields(fields) => fields.iter().for_each(|field| act(&field.ty, named)),
    }
}

/// The types that stand directly in a type.
pub(super) fn children(ty: &Type) -> impl Iterator<Item = &Type> {
    let none: &[Type] = &[];
    let (first, second, list) = match &ty.kind {
        TypeKind::Vec(inner)
        | TypeKind::Option(inner)
        | TypeKind::Array(inner, _)
        | TypeKind::Set(inner)
        | TypeKind::Secret(inner)
        | TypeKind::Stream(inner) => (Some(&**inner), None, none),
        TypeKind::Map(key, value) => (Some(&**key), Some(&**value), none),
        TypeKind::Tuple(elements) => (None, None, elements.as_slice()),
        TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Std(_)
        | TypeKind::Named(_)
        | TypeKind::Extern(_) => (None, None, none),
    };
    first.into_iter().chain(second).chain(list)
}

/// Calls `act` with a type and all types in it, outer ones first; the flag says which is the
/// outermost.
pub(super) fn nested<'a>(ty: &'a Type, act: &mut dyn FnMut(&'a Type, bool)) {
    fn inside<'a>(ty: &'a Type, act: &mut dyn FnMut(&'a Type, bool)) {
        for child in children(ty) {
            act(child, false);
            inside(child, act);
        }
    }
    act(ty, true);
    inside(ty, act);
}

/// An option of an option, a `()` that is no reply, an array of nothing, a key that is none, a
/// stream where none can be.
pub(super) fn positions(index: &Index<'_>, item: &Item, found: &mut Diagnostics) {
    each(item, &mut |ty, place| {
        // Of a const there are rules of its own.
        if place == Where::Const {
            return;
        }
        nested(ty, &mut |ty, outermost| {
            nested_option(index, ty, found);
            empty_array(ty, found);
            key(index, ty, found);
            if ty.kind == TypeKind::Unit && !(outermost && place == Where::Reply) {
                found.push(
                    Diagnostic::error(codes::MISPLACED_UNIT, ty.span, "`()` is only a reply")
                        .note("a message or variant that carries nothing has its name alone"),
                );
            }
            let streams = matches!(place, Where::Reply | Where::MessageField);
            if matches!(ty.kind, TypeKind::Stream(_)) && !(outermost && streams) {
                let message = "a `Stream` is a whole reply or a named field of a message";
                found.push(Diagnostic::error(codes::MISPLACED_STREAM, ty.span, message));
            }
        });
    });
}

fn nested_option(index: &Index<'_>, ty: &Type, found: &mut Diagnostics) {
    if let TypeKind::Option(inner) = &ty.kind
        && let Some(peeled) = index.peel(inner)
        && matches!(peeled.ty.kind, TypeKind::Option(_))
    {
        found.push(
            Diagnostic::error(codes::NESTED_OPTION, ty.span, "an `Option` cannot hold an `Option`")
                .note("an enum can say what each kind of nothing means"),
        );
    }
}

fn empty_array(ty: &Type, found: &mut Diagnostics) {
    if let TypeKind::Array(_, ArrayLen::Literal(0)) = ty.kind {
        found.push(Diagnostic::error(
            codes::ARRAY_LENGTH,
            ty.span,
            "an array has at least one element",
        ));
    }
}

/// A key without an order that every language agrees on.
fn key(index: &Index<'_>, ty: &Type, found: &mut Diagnostics) {
    let (TypeKind::Map(key, _) | TypeKind::Set(key)) = &ty.kind else {
        return;
    };
    if index.is_key(key) == Some(false) {
        let message = "this type has no order, and so is no key";
        found.push(Diagnostic::error(codes::MAP_KEY, key.span, message).note(
            "keys are integers, `bool`, `String`, `Bytes`, `Uuid`, `Timestamp`, `Duration`, and tuples and arrays of these",
        ));
    }
}

/// Types that are too much where their aliases are written out, as locks and other tools write
/// them. What names one that is told itself is not told, nor what is written too deep.
pub(super) fn extents(index: &Index<'_>, found: &mut Diagnostics) {
    for item in index.own() {
        each(item, &mut |ty, _| {
            let Some(extent) = index.extent(ty).filter(|extent| !extent.is_allowed()) else {
                return;
            };
            if depth(ty) > Extent::DEPTH_MAX {
                return;
            }
            let what = if extent.depth > Extent::DEPTH_MAX {
                format!("nests {} deep", extent.depth)
            } else {
                format!("has {} parts", extent.parts)
            };
            let message = format!("this type {what} where its aliases are written out");
            let (depth, parts) = (Extent::DEPTH_MAX, Extent::PARTS_MAX);
            let note = format!(
                "at most {depth} deep and {parts} parts are possible; a struct in between starts anew"
            );
            found.push(Diagnostic::error(codes::TYPE_TOO_LARGE, ty.span, message).note(note));
        });
    }
}

/// How deep a type nests as it is written.
fn depth(ty: &Type) -> usize {
    children(ty).map(|child| depth(child).saturating_add(1)).max().unwrap_or_default()
}

/// A second stream of a message, or one that has no reply to end it.
pub(super) fn streams(message: &Message, found: &mut Diagnostics) {
    let Payload::Fields(fields) = &message.payload else {
        return;
    };
    let is_stream = |field: &&Field| matches!(field.ty.kind, TypeKind::Stream(_));
    let mut streams = fields.iter().filter(is_stream);
    let Some(first) = streams.next() else {
        return;
    };
    if message.reply.is_none() {
        let text = format!("`{}` carries a stream, and so it needs a reply", message.name.text);
        found.push(
            Diagnostic::error(codes::STREAM_WITHOUT_REPLY, first.ty.span, text)
                .note("write `-> ()` if there is nothing to say at its end"),
        );
    }
    for second in streams {
        let text = format!("`{}` carries a second stream", message.name.text);
        found.push(
            Diagnostic::error(codes::SECOND_STREAM, second.ty.span, text)
                .also(first.ty.span, "the first one"),
        );
    }
}

/// A fixed struct that would take no byte: a list of them could have any length for nothing.
pub(super) fn empty_fixed(item: &Struct, found: &mut Diagnostics) {
    if item.fixed && item.fields.is_empty() {
        let message = format!("the fixed struct `{}` has no fields", item.name.text);
        found.push(
            Diagnostic::error(codes::EMPTY_FIXED, item.name.span, message)
                .note("a fixed struct never gets another field"),
        );
    }
}

/// A struct said to be plain whose bytes are not those of the wire.
pub(super) fn plain(item: &Struct, found: &mut Diagnostics) {
    if !item.plain {
        return;
    }
    if !item.fixed {
        let message = format!("`{}` is plain, so it has to be fixed", item.name.text);
        found.push(Diagnostic::error(codes::NOT_PLAIN, item.name.span, message));
    }
    let turned = item.fields.windows(2).find_map(|pair| match pair {
        [first, second] if second.number.value < first.number.value => Some(second),
        _ => None,
    });
    if let Some(field) = turned {
        let message = "the fields of a plain struct stand in the order of their numbers";
        found.push(
            Diagnostic::error(codes::NOT_PLAIN, field.name.span, message)
                .also(item.name.span, "said to be plain")
                .note("lists of it are copied as they lie in memory"),
        );
    }
    for field in &item.fields {
        let mut other = None;
        nested(&field.ty, &mut |ty, _| {
            if !is_plain(&ty.kind) {
                other = other.or(Some(ty.span));
            }
        });
        if field.removed || field.varint {
            other = Some(field.ty.span);
        }
        if let Some(span) = other {
            let message = "a plain struct holds numbers, arrays and plain structs only";
            found.push(
                Diagnostic::error(codes::NOT_PLAIN, span, message)
                    .also(item.name.span, "said to be plain"),
            );
            return;
        }
    }
}

/// Whether a type may be plain, as far as it says so itself.
fn is_plain(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::Array(..)
        | TypeKind::Named(_)
        | TypeKind::Extern(_) => true,
        TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Vec(_)
        | TypeKind::Option(_)
        | TypeKind::Tuple(_)
        | TypeKind::Map(..)
        | TypeKind::Set(_)
        | TypeKind::Std(_)
        | TypeKind::Secret(_)
        | TypeKind::Stream(_) => false,
    }
}

/// Names that are no type.
pub(super) fn known(index: &Index<'_>, locals: &[&str], found: &mut Diagnostics) {
    let types = index.own().iter().filter_map(|item| match item {
        Item::Alias(_) | Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => {
            Some(item.name().text.as_str())
        }
        Item::Const(_) | Item::Protocol(_) => None,
    });
    let mut suggestions =
        Suggestions::new(types.chain(locals.iter().copied()).chain(built_in_names()));
    for item in index.own() {
        each(item, &mut |ty, _| {
            nested(ty, &mut |ty, _| {
                if let TypeKind::Named(name) = &ty.kind {
                    named(ty, name, index.get(name), &mut suggestions, found);
                }
            });
        });
    }
}

fn named(
    ty: &Type,
    name: &str,
    item: Option<&Item>,
    suggestions: &mut Suggestions<'_>,
    found: &mut Diagnostics,
) {
    let (what, declared) = match item {
        Some(
            Item::Alias(_) | Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_),
        ) => return,
        Some(Item::Const(item)) => ("const", &item.name),
        Some(Item::Protocol(item)) => ("protocol", &item.name),
        None => {
            found.push(unknown(ty, name, suggestions));
            return;
        }
    };
    let message = format!("`{name}` is a {what}, not a type");
    found.push(
        Diagnostic::error(codes::NOT_A_TYPE, ty.span, message).also(declared.span, "declared here"),
    );
}

fn unknown(ty: &Type, name: &str, suggestions: &mut Suggestions<'_>) -> Diagnostic {
    if let Some((generic, count)) = GENERIC.iter().find(|(generic, _)| *generic == name) {
        let plural = if *count == 1 { "" } else { "s" };
        let message = format!("`{generic}` takes {count} parameter{plural}");
        return Diagnostic::error(codes::TYPE_PARAMETERS, ty.span, message);
    }
    let message = format!("there is no type `{name}`");
    let diagnostic = Diagnostic::error(codes::UNKNOWN_TYPE, ty.span, message);
    if standard(name).is_some() {
        let meant = format!("std::{name}");
        return diagnostic.fix(format!("write `{meant}`"), ty.span, meant);
    }
    match foreign(name).or_else(|| suggestions.nearest(name)) {
        Some(meant) => diagnostic.fix(format!("write `{meant}`"), ty.span, meant),
        None => diagnostic,
    }
}

/// Lengths of arrays that name no const that could be one.
pub(super) fn array_consts(index: &Index<'_>, found: &mut Diagnostics) {
    let mut suggestions = consts(index);
    for item in index.own() {
        each(item, &mut |ty, _| {
            nested(ty, &mut |ty, _| {
                if let TypeKind::Array(_, ArrayLen::Const(name)) = &ty.kind {
                    array_const(index, name, &mut suggestions, found);
                }
            });
        });
    }
}

/// The consts of a schema, to look for the nearest.
pub(super) fn consts<'a>(index: &Index<'a>) -> Suggestions<'a> {
    Suggestions::new(index.own().iter().filter_map(|item| match item {
        Item::Const(item) => Some(item.name.text.as_str()),
        Item::Alias(_)
        | Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_)
        | Item::Protocol(_) => None,
    }))
}

fn array_const(
    index: &Index<'_>,
    name: &Name,
    suggestions: &mut Suggestions<'_>,
    found: &mut Diagnostics,
) {
    let text = &name.text;
    let error = |message| Diagnostic::error(codes::ARRAY_LENGTH, name.span, message);
    let position = index.position(text);
    let (Some(position), Some(Item::Const(item))) = (position, index.get(text)) else {
        let diagnostic = error(format!("there is no const `{text}`"));
        found.push(match suggestions.nearest(text) {
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), name.span, meant),
            None => diagnostic,
        });
        return;
    };
    let (Some(ty), Some(value)) = (index.peel(&item.ty), index.const_value(position)) else {
        return;
    };
    let problem = match (&ty.ty.kind, &value.kind) {
        (TypeKind::Int(_), ValueKind::Int { magnitude: 0, .. }) => {
            "an array has at least one element"
        }
        (TypeKind::Int(_), ValueKind::Int { magnitude, negative }) => {
            if !negative && u32::try_from(*magnitude).is_ok() {
                return;
            }
            "no array has so many elements"
        }
        // The const is wrong in itself, which is told where it stands.
        (TypeKind::Int(_) | TypeKind::Extern(_), _) => return,
        _ => "the length of an array is an integer",
    };
    found.push(error(problem.to_owned()).also(item.name.span, "the length is declared here"));
}
