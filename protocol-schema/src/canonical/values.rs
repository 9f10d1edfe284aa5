//! Written values, each in the one form that stands for what it means: defaults, limits and the
//! lengths of arrays. A const becomes its value.

use crate::ir::{
    ArrayLen, Bound, Flags, Float, Int, Item, Name, ScalarEnum, Schema, Type, TypeKind, Value,
    ValueKind,
};
use crate::span::Span;

use super::joined;

/// How many consts and aliases may stand for each other, one behind the other.
const CHAIN_MAX: usize = 64;

/// The one form of a default of type `ty`; `name` says what an item is called there.
pub(super) fn plain(
    schema: &Schema,
    ty: &Type,
    value: &Value,
    name: &dyn Fn(&str) -> String,
) -> Option<ValueKind> {
    let mut ty = ty;
    for _ in 0..CHAIN_MAX {
        if let TypeKind::Secret(inner) = &ty.kind {
            ty = inner;
            continue;
        }
        let TypeKind::Named(named) = &ty.kind else {
            return builtin(&ty.kind, constant(schema, value)?);
        };
        match schema.find(named)? {
            Item::Alias(alias) => ty = &alias.ty,
            Item::Scalar(item) => {
                return scalar(item, &name(named), number(schema, item, value)?);
            }
            Item::Flags(item) => return flags(item, &name(named), bits(schema, item, value)?),
            Item::Const(_) | Item::Struct(_) | Item::Union(_) | Item::Protocol(_) => return None,
        }
    }
    None
}

/// The number that a limit is.
pub(super) fn bound(schema: &Schema, bound: &Bound) -> Option<u64> {
    match bound {
        Bound::Literal(number, _) => Some(*number),
        Bound::Const(path) => whole(schema, path)?.try_into().ok(),
        Bound::Extern(_) => None,
    }
}

/// The number that a length is.
pub(super) fn length(schema: &Schema, length: &ArrayLen) -> Option<u32> {
    match length {
        ArrayLen::Literal(number) => Some(*number),
        ArrayLen::Const(name) => whole(schema, std::slice::from_ref(name))?.try_into().ok(),
    }
}

fn whole(schema: &Schema, path: &[Name]) -> Option<u128> {
    let value = Value { kind: ValueKind::Path(path.to_vec()), span: Span::NONE };
    if let ValueKind::Int { magnitude, negative: false } = constant(schema, &value)? {
        return Some(*magnitude);
    }
    None
}

/// What a value is when it is no const.
fn constant<'s>(schema: &'s Schema, value: &'s Value) -> Option<&'s ValueKind> {
    let mut kind = &value.kind;
    for _ in 0..CHAIN_MAX {
        let ValueKind::Path(path) = kind else {
            return Some(kind);
        };
        let Item::Const(item) = schema.find(&joined(path))? else {
            return None;
        };
        kind = &item.value.kind;
    }
    None
}

fn builtin(ty: &TypeKind, value: &ValueKind) -> Option<ValueKind> {
    match (ty, value) {
        (TypeKind::Bool, ValueKind::Bool(_))
        | (TypeKind::Int(Int::U128 | Int::I128), ValueKind::Int { .. }) => Some(value.clone()),
        (TypeKind::Int(_), ValueKind::Int { magnitude, negative }) => {
            Some(ValueKind::Int { magnitude: *magnitude, negative: *negative && *magnitude != 0 })
        }
        (TypeKind::Float(float), ValueKind::Float(number)) => {
            Some(ValueKind::Float(shortest(*float, *number)))
        }
        (TypeKind::Float(float), ValueKind::Int { magnitude, negative }) => {
            let sign = if *negative { "-" } else { "" };
            let number: f64 = format!("{sign}{magnitude}").parse().ok()?;
            Some(ValueKind::Float(shortest(*float, number)))
        }
        _ => None,
    }
}

/// The number with the fewest digits that is the same value of that type.
fn shortest(float: Float, number: f64) -> f64 {
    match float {
        #[expect(clippy::as_conversions, reason = "rounds, as every f32 that is written does")]
        Float::F32 => (number as f32).to_string().parse().unwrap_or(number),
        Float::F64 => number,
    }
}

/// The number of a variant, by its name, as it is, or by a const.
fn number(schema: &Schema, item: &ScalarEnum, value: &Value) -> Option<u128> {
    let by_name = |path: &[Name]| {
        let last = path.last().filter(|_| path.len() > 1)?;
        item.variants.iter().find(|variant| variant.name.text == last.text)
    };
    if let ValueKind::Path(path) = &value.kind
        && let Some(variant) = by_name(path)
    {
        return Some(u128::from(variant.number.value));
    }
    match constant(schema, value) {
        Some(ValueKind::Int { magnitude, negative: false }) => Some(*magnitude),
        Some(_) => None,
        // A const whose value is a variant.
        None => {
            let ValueKind::Path(path) = &value.kind else { return None };
            let Item::Const(item_const) = schema.find(&joined(path))? else { return None };
            number(schema, item, &item_const.value)
        }
    }
}

fn scalar(item: &ScalarEnum, name: &str, number: u128) -> Option<ValueKind> {
    let named = item.variants.iter().find(|variant| u128::from(variant.number.value) == number);
    Some(match named {
        Some(variant) => path(name, &variant.name.text),
        None => ValueKind::Int { magnitude: number, negative: false },
    })
}

/// The bits of flags, by their names, as they are, or by a const.
fn bits(schema: &Schema, item: &Flags, value: &Value) -> Option<u128> {
    if let ValueKind::Int { magnitude, negative: false } = &value.kind {
        return Some(*magnitude);
    }
    if let ValueKind::List(list) = &value.kind {
        return list.iter().try_fold(0, |all, one| Some(all | bits(schema, item, one)?));
    }
    let ValueKind::Path(path) = &value.kind else {
        return None;
    };
    let last = path.last()?;
    let flag = item.flags.iter().find(|flag| path.len() > 1 && flag.name.text == last.text);
    if let Some(flag) = flag {
        return 1_u128.checked_shl(flag.number.value);
    }
    let Item::Const(named) = schema.find(&joined(path))? else {
        return None;
    };
    bits(schema, item, &named.value)
}

fn flags(item: &Flags, name: &str, bits: u128) -> Option<ValueKind> {
    let bit = |number: u32| 1_u128.checked_shl(number).unwrap_or(0);
    let mut set: Vec<_> =
        item.flags.iter().filter(|flag| bits & bit(flag.number.value) != 0).collect();
    set.sort_by_key(|flag| flag.number.value);
    let known = set.iter().fold(0, |all, flag| all | bit(flag.number.value));
    if known != bits {
        return Some(ValueKind::Int { magnitude: bits, negative: false });
    }
    let mut paths = set.iter().map(|flag| path(name, &flag.name.text));
    match (paths.next(), paths.len()) {
        (Some(only), 0) => Some(only),
        (first, _) => {
            let list = first.into_iter().chain(paths);
            Some(ValueKind::List(list.map(|kind| Value { kind, span: Span::NONE }).collect()))
        }
    }
}

fn path(item: &str, entry: &str) -> ValueKind {
    ValueKind::Path(vec![Name::new(item, Span::NONE), Name::new(entry, Span::NONE)])
}
