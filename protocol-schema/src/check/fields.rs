//! Rules on fields: what may be said of them by attributes, defaults and removal.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Bound, Field, Int, Item, Payload, Type, TypeKind};
use crate::span::Span;

use super::codes;
use super::index::{Index, Peeled};
use super::values::Values;

/// The rules on the fields of an item; `is_damaged` says of which items no rule may ask.
pub(super) fn rules<'a>(
    index: &'a Index<'a>,
    values: &mut Values<'a, 'a>,
    is_damaged: &dyn Fn(usize) -> bool,
    found: &mut Diagnostics,
) {
    for (position, item) in index.own().iter().enumerate() {
        if !is_damaged(position) {
            each(item, &mut |field, frozen| {
                varint(index, field, found);
                max(index, field, values, found);
                default(index, field, frozen, values, found);
                removed(field, found);
                of_stream(field, found);
            });
        }
    }
}

/// Calls `act` with each field of an item, and why it is frozen, if it is.
fn each<'a>(item: &'a Item, act: &mut dyn FnMut(&'a Field, Option<&'static str>)) {
    match item {
        Item::Const(_) | Item::Alias(_) | Item::Scalar(_) | Item::Flags(_) => {}
        Item::Struct(item) => {
            let frozen = item.fixed.then_some("of a fixed struct");
            item.fields.iter().for_each(|field| act(field, frozen));
        }
        Item::Union(item) => {
            let frozen = item.closed.then_some("of a closed union");
            for variant in &item.variants {
                of_payload(&variant.payload, frozen, act);
            }
        }
        Item::Protocol(item) => {
            item.messages.iter().for_each(|message| of_payload(&message.payload, None, act));
        }
    }
}

fn of_payload<'a>(
    payload: &'a Payload,
    frozen: Option<&'static str>,
    act: &mut dyn FnMut(&'a Field, Option<&'static str>),
) {
    match payload {
        Payload::Unit => {}
        Payload::Tuple(field) => act(field, frozen),
        Payload::Fields(fields) => fields.iter().for_each(|field| act(field, frozen)),
    }
}

/// Whether what a type is can be told: not an alias of itself, not unknown, not the compiler's.
fn told<'t>(index: &Index<'t>, ty: &'t Type) -> Option<Peeled<'t>> {
    let peeled = index.peel(ty)?;
    if let TypeKind::Extern(_) = peeled.ty.kind {
        return None;
    }
    if let TypeKind::Named(name) = &peeled.ty.kind {
        index.get(name)?;
    }
    Some(peeled)
}

/// A varint of what is no integer, or of one too small or too large for it.
fn varint<'t>(index: &Index<'t>, field: &'t Field, found: &mut Diagnostics) {
    if !field.varint {
        return;
    }
    let Some(Peeled { ty, secret }) = told(index, &field.ty) else {
        return;
    };
    if let TypeKind::Int(Int::U16 | Int::U32 | Int::U64 | Int::I16 | Int::I32 | Int::I64) = ty.kind
        && !secret
    {
        return;
    }
    let message = "a varint is a u16, u32, u64, i16, i32 or i64";
    found.push(Diagnostic::error(codes::VARINT_TYPE, field.ty.span, message));
}

/// A limit of what has no length, or one that says nothing.
fn max<'t>(
    index: &Index<'t>,
    field: &'t Field,
    values: &mut Values<'_, '_>,
    found: &mut Diagnostics,
) {
    let Some(bound) = &field.max else {
        return;
    };
    let span = match bound {
        Bound::Literal(_, span) => *span,
        Bound::Const(names) => names.last().map_or(Span::NONE, |name| name.span),
        Bound::Extern(_) => field.ty.span,
    };
    if let Some(mut peeled) = told(index, &field.ty) {
        if let TypeKind::Option(inner) = &peeled.ty.kind {
            match told(index, inner) {
                Some(inner) => peeled = inner,
                None => return limit(index, bound, span, values, found),
            }
        }
        let has_length = matches!(
            peeled.ty.kind,
            TypeKind::String
                | TypeKind::Bytes
                | TypeKind::Vec(_)
                | TypeKind::Map(..)
                | TypeKind::Set(_)
        );
        if !has_length {
            let message = "a limit is of a `String`, `Bytes`, `Vec`, `Map` or `Set`, or of an `Option` of these";
            found.push(
                Diagnostic::error(codes::MAX_TYPE, span, message)
                    .also(field.ty.span, "the type is said here"),
            );
        }
    }
    limit(index, bound, span, values, found);
}

fn limit(
    index: &Index<'_>,
    bound: &Bound,
    span: Span,
    values: &mut Values<'_, '_>,
    found: &mut Diagnostics,
) {
    if let Bound::Extern(_) = bound {
        return;
    }
    if let Bound::Const(names) = bound
        && !values.limit(names, span, found)
    {
        return;
    }
    let in_range = index.bound(bound).is_some_and(|max| max > 0 && u32::try_from(max).is_ok());
    if !in_range {
        let message = format!("a limit is an integer from 1 to {}", u32::MAX);
        found.push(Diagnostic::error(codes::MAX_VALUE, span, message));
    }
}

/// A default where none can be, or of another type than its field.
fn default<'a>(
    index: &Index<'a>,
    field: &'a Field,
    frozen: Option<&str>,
    values: &mut Values<'a, 'a>,
    found: &mut Diagnostics,
) {
    let Some(value) = &field.default else {
        return;
    };
    if let Some(frozen) = frozen {
        let message = format!("a field {frozen} has no default");
        found.push(
            Diagnostic::error(codes::DEFAULT_IN_FIXED, value.span, message)
                .note("nobody reads such a value from a block that ends before it"),
        );
        return;
    }
    let Some(Peeled { ty, secret }) = told(index, &field.ty) else {
        return;
    };
    let can = if let TypeKind::Named(name) = &ty.kind {
        matches!(index.get(name), Some(Item::Scalar(_) | Item::Flags(_)))
    } else {
        matches!(ty.kind, TypeKind::Bool | TypeKind::Int(_) | TypeKind::Float(_))
    };
    if secret || !can {
        let message = "a default is of a number, a `bool`, a scalar enum or flags";
        found.push(
            Diagnostic::error(codes::DEFAULT_TYPE, value.span, message)
                .also(field.ty.span, "the type is said here"),
        );
        return;
    }
    values.of(&field.ty, value, found);
}

/// A Rust type for what is no value.
fn of_stream(field: &Field, found: &mut Diagnostics) {
    if let (TypeKind::Stream(_), Some((_, span))) = (&field.ty.kind, &field.rust.ty) {
        let message = "a Rust type is chosen for a value, and a stream is none";
        found.push(Diagnostic::error(codes::MISPLACED_ATTRIBUTE, *span, message));
    }
}

/// What a field that is gone cannot have.
fn removed(field: &Field, found: &mut Diagnostics) {
    if !field.removed {
        return;
    }
    let what = if field.default.is_some() {
        "default"
    } else if field.max.is_some() {
        "limit"
    } else if field.rust.ty.is_some() {
        "Rust type"
    } else if matches!(field.ty.kind, TypeKind::Stream(_)) {
        "stream"
    } else {
        return;
    };
    let message = format!("a removed field has no {what}");
    found.push(
        Diagnostic::error(codes::REMOVED_FIELD, field.ty.span, message)
            .note("its type alone is kept, as older writers may still fill the slot"),
    );
}
