//! Rules on types: each is known, and stands where it may.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{ArrayLen, Item, Name, Payload, Struct, Type, TypeKind, ValueKind};

use super::codes;
use super::graph::Index;
use super::vocabulary::{GENERIC, Suggestions, built_in_names, foreign};

/// Calls `act` with every type of an item as it was written, the outermost only; the flag says
/// whether it is the value of a reply.
fn each<'a>(item: &'a Item, act: &mut dyn FnMut(&'a Type, bool)) {
    match item {
        Item::Const(_) | Item::Scalar(_) | Item::Flags(_) => {}
        Item::Alias(item) => act(&item.ty, false),
        Item::Struct(item) => item.fields.iter().for_each(|field| act(&field.ty, false)),
        Item::Union(item) => {
            item.variants.iter().for_each(|variant| of_payload(&variant.payload, act));
        }
        Item::Protocol(item) => {
            for message in &item.messages {
                of_payload(&message.payload, act);
                if let Some(reply) = &message.reply {
                    act(&reply.ok, true);
                    reply.err.iter().for_each(|ty| act(ty, false));
                }
            }
        }
    }
}

fn of_payload<'a>(payload: &'a Payload, act: &mut dyn FnMut(&'a Type, bool)) {
    match payload {
        Payload::Unit => {}
        Payload::Tuple(field) => act(&field.ty, false),
        Payload::Fields(fields) => fields.iter().for_each(|field| act(&field.ty, false)),
    }
}

/// The type and all types in it.
fn nested(ty: &Type) -> impl Iterator<Item = &Type> {
    std::iter::successors(Some(ty), |ty| inner(ty))
}

/// What a list, an option or an array holds.
pub(super) fn inner(ty: &Type) -> Option<&Type> {
    match &ty.kind {
        TypeKind::Vec(inner)
        | TypeKind::Option(inner)
        | TypeKind::Array(inner, _)
        | TypeKind::Set(inner)
        | TypeKind::Map(_, inner)
        | TypeKind::Secret(inner)
        | TypeKind::Stream(inner) => Some(inner),
        TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Tuple(_)
        | TypeKind::Std(_)
        | TypeKind::Named(_)
        | TypeKind::Extern(_) => None,
    }
}

/// An option of an option, a `()` that is no reply, an array of nothing.
pub(super) fn positions(item: &Item, found: &mut Diagnostics) {
    each(item, &mut |ty, of_reply| {
        for (depth, ty) in nested(ty).enumerate() {
            nested_option(ty, found);
            empty_array(ty, found);
            if ty.kind == TypeKind::Unit && !(of_reply && depth == 0) {
                found.push(
                    Diagnostic::error(codes::MISPLACED_UNIT, ty.span, "`()` is only a reply")
                        .note("a message or variant that carries nothing has its name alone"),
                );
            }
        }
    });
}

fn nested_option(ty: &Type, found: &mut Diagnostics) {
    if let TypeKind::Option(inner) = &ty.kind
        && matches!(inner.kind, TypeKind::Option(_))
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
    for ty in item.fields.iter().flat_map(|field| nested(&field.ty)) {
        match ty.kind {
            TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::Array(..)
            | TypeKind::Named(_)
            | TypeKind::Extern(_) => {}
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
            | TypeKind::Stream(_) => {
                let message = "a plain struct holds numbers, arrays and plain structs only";
                found.push(
                    Diagnostic::error(codes::NOT_PLAIN, ty.span, message)
                        .also(item.name.span, "said to be plain"),
                );
                break;
            }
        }
    }
}

/// Names that are no type.
pub(super) fn known(index: &Index<'_>, found: &mut Diagnostics) {
    let types = index.items.iter().filter_map(|item| match item {
        Item::Alias(_) | Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => {
            Some(item.name().text.as_str())
        }
        Item::Const(_) | Item::Protocol(_) => None,
    });
    let mut suggestions = Suggestions::new(types.chain(built_in_names()));
    for item in index.items {
        each(item, &mut |ty, _| {
            for ty in nested(ty) {
                if let TypeKind::Named(name) = &ty.kind {
                    named(ty, name, index.get(name), &mut suggestions, found);
                }
            }
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
    if let Some((generic, count, _)) = GENERIC.iter().find(|(generic, ..)| *generic == name) {
        let plural = if *count == 1 { "" } else { "s" };
        let message = format!("`{generic}` takes {count} parameter{plural}");
        return Diagnostic::error(codes::TYPE_PARAMETERS, ty.span, message);
    }
    let message = format!("there is no type `{name}`");
    let diagnostic = Diagnostic::error(codes::UNKNOWN_TYPE, ty.span, message);
    match foreign(name).or_else(|| suggestions.nearest(name)) {
        Some(meant) => diagnostic.fix(format!("write `{meant}`"), ty.span, meant),
        None => diagnostic,
    }
}

/// Lengths of arrays that name no const that could be one.
pub(super) fn array_consts(index: &Index<'_>, found: &mut Diagnostics) {
    let consts = index.items.iter().filter_map(|item| match item {
        Item::Const(item) => Some(item.name.text.as_str()),
        Item::Alias(_)
        | Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_)
        | Item::Protocol(_) => None,
    });
    let mut suggestions = Suggestions::new(consts);
    for item in index.items {
        each(item, &mut |ty, _| {
            for ty in nested(ty) {
                if let TypeKind::Array(_, ArrayLen::Const(name)) = &ty.kind {
                    array_const(index, name, &mut suggestions, found);
                }
            }
        });
    }
}

fn array_const(
    index: &Index<'_>,
    name: &Name,
    suggestions: &mut Suggestions<'_>,
    found: &mut Diagnostics,
) {
    let text = &name.text;
    let error = |message| Diagnostic::error(codes::ARRAY_LENGTH, name.span, message);
    let Some(Item::Const(item)) = index.get(text) else {
        let diagnostic = error(format!("there is no const `{text}`"));
        found.push(match suggestions.nearest(text) {
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), name.span, meant),
            None => diagnostic,
        });
        return;
    };
    let problem = match (&item.ty.kind, &item.value.kind) {
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
        (TypeKind::Int(_), _) => return,
        _ => "the length of an array is an integer",
    };
    found.push(error(problem.to_owned()).also(item.name.span, "the length is declared here"));
}
