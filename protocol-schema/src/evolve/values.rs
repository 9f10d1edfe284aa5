//! What written values come to on the wire.

use std::collections::BTreeSet;

use crate::check::index::{Index, Meant};
use crate::ir::{Field, Flags, Item, Meta, ScalarEnum, Type, TypeKind, Value, ValueKind};

/// A default as it is on the wire. Zero is the default that nobody writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Default {
    Zero,
    Int {
        magnitude: u128,
        negative: bool,
    },
    Float(f64),
    True,
    /// Only a compiler knows.
    Unknown,
}

/// The default of a field.
pub(super) fn default(index: &Index<'_>, field: &Field) -> Default {
    match &field.default {
        None => Default::Zero,
        Some(value) => of(index, &field.ty, value).unwrap_or(Default::Unknown),
    }
}

fn of(index: &Index<'_>, ty: &Type, value: &Value) -> Option<Default> {
    let int = |magnitude: u128, negative| match magnitude {
        0 => Default::Zero,
        _ => Default::Int { magnitude, negative },
    };
    match index.item(ty) {
        Some(Item::Scalar(item)) => return Some(int(number(index, item, value)?, false)),
        Some(Item::Flags(item)) => return Some(int(bits(index, item, value)?, false)),
        Some(
            Item::Const(_) | Item::Alias(_) | Item::Struct(_) | Item::Union(_) | Item::Protocol(_),
        )
        | None => {}
    }
    let float = matches!(index.peel(ty)?.ty.kind, TypeKind::Float(_));
    Some(match index.value(value)?.kind {
        ValueKind::Bool(true) => Default::True,
        ValueKind::Bool(false) => Default::Zero,
        ValueKind::Int { magnitude, negative } if float => {
            let sign = if negative { "-" } else { "" };
            nonzero(format!("{sign}{magnitude}").parse().ok()?)
        }
        ValueKind::Int { magnitude, negative } => int(magnitude, negative),
        ValueKind::Float(value) => nonzero(value),
        ValueKind::Str(_)
        | ValueKind::Bytes(_)
        | ValueKind::Path(_)
        | ValueKind::List(_)
        | ValueKind::Extern(_) => return None,
    })
}

/// Minus zero has a bit set, so it is no zero.
fn nonzero(value: f64) -> Default {
    if value.to_bits() == 0 { Default::Zero } else { Default::Float(value) }
}

fn number(index: &Index<'_>, item: &ScalarEnum, value: &Value) -> Option<u128> {
    let value = index.value(value)?;
    match &value.kind {
        ValueKind::Int { magnitude, negative: false } => Some(*magnitude),
        ValueKind::Path(names) => {
            let Some(Meant::Variant(_, name)) = index.meant(names) else {
                return None;
            };
            let variant = item.variants.iter().find(|variant| variant.name.text == name.text)?;
            Some(u128::from(variant.number.value))
        }
        ValueKind::Int { .. }
        | ValueKind::Float(_)
        | ValueKind::Str(_)
        | ValueKind::Bytes(_)
        | ValueKind::Bool(_)
        | ValueKind::List(_)
        | ValueKind::Extern(_) => None,
    }
}

fn bits(index: &Index<'_>, item: &Flags, value: &Value) -> Option<u128> {
    let value = index.value(value)?;
    match &value.kind {
        ValueKind::Int { magnitude, negative: false } => Some(*magnitude),
        ValueKind::List(list) => {
            list.iter().try_fold(0, |all, one| Some(all | bits(index, item, one)?))
        }
        ValueKind::Path(names) => {
            let Some(Meant::Flag(_, name)) = index.meant(names) else {
                return None;
            };
            let flag = item.flags.iter().find(|flag| flag.name.text == name.text)?;
            1_u128.checked_shl(flag.number.value)
        }
        ValueKind::Int { .. }
        | ValueKind::Float(_)
        | ValueKind::Str(_)
        | ValueKind::Bytes(_)
        | ValueKind::Bool(_)
        | ValueKind::Extern(_) => None,
    }
}

/// Whether what is absent cannot be read as a value of this type: somewhere in it stands a closed
/// enum that has no zero.
pub(super) fn has_no_zero(index: &Index<'_>, field: &Field) -> bool {
    let mut seen = BTreeSet::new();
    field.default.is_none() && !field.removed && lacks_zero(index, &field.ty, &mut seen)
}

/// `seen` are structs in which nothing was found, or that are being looked at.
fn lacks_zero(index: &Index<'_>, ty: &Type, seen: &mut BTreeSet<String>) -> bool {
    let Some(peeled) = index.peel(ty) else {
        return false;
    };
    let name = match &peeled.ty.kind {
        TypeKind::Named(name) => name,
        TypeKind::Array(element, _) => return lacks_zero(index, element, seen),
        TypeKind::Tuple(elements) => {
            return elements.iter().any(|element| lacks_zero(index, element, seen));
        }
        TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Vec(_)
        | TypeKind::Option(_)
        | TypeKind::Map(..)
        | TypeKind::Set(_)
        | TypeKind::Std(_)
        | TypeKind::Secret(_)
        | TypeKind::Stream(_)
        | TypeKind::Extern(_) => return false,
    };
    match index.get(name) {
        Some(Item::Union(item)) => {
            item.closed && !item.variants.iter().any(|variant| variant.default)
        }
        Some(Item::Scalar(item)) => {
            let has =
                |variant: &crate::ir::ScalarVariant| variant.default || variant.number.value == 0;
            item.closed && !item.variants.iter().any(has)
        }
        Some(Item::Struct(item)) if seen.insert(name.clone()) => {
            let mut live = item.fields.iter().filter(|field| !field.removed);
            live.any(|field| field.default.is_none() && lacks_zero(index, &field.ty, seen))
        }
        Some(
            Item::Struct(_) | Item::Const(_) | Item::Alias(_) | Item::Flags(_) | Item::Protocol(_),
        )
        | None => false,
    }
}

/// What an item says of itself beside its layout.
pub(super) fn meta(item: &Item) -> &Meta {
    match item {
        Item::Const(item) => &item.meta,
        Item::Alias(item) => &item.meta,
        Item::Struct(item) => &item.meta,
        Item::Scalar(item) => &item.meta,
        Item::Union(item) => &item.meta,
        Item::Flags(item) => &item.meta,
        Item::Protocol(item) => &item.meta,
    }
}
