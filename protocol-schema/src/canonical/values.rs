//! Defaults, each in the one form that stands for what it means: a const becomes its value, and
//! flags are named by rising number. What they mean the layout of the schema says.

use crate::ir::{Flag, Flags, Float, Item, Name, ScalarEnum, Type, TypeKind, Value, ValueKind};
use crate::layout::Layouts;
use crate::span::Span;

/// The one form of a default of type `ty`; `name` says what an item is called there.
pub(super) fn plain(
    layouts: &Layouts<'_>,
    ty: &Type,
    default: &Value,
    name: &dyn Fn(&str) -> String,
) -> Option<ValueKind> {
    let ty = layouts.peel(ty)?;
    let TypeKind::Named(named) = &ty.kind else {
        return Some(builtin(&ty.kind, &layouts.value(default)?.kind));
    };
    // What is read from a program has the number, and not the name.
    let bits = if let ValueKind::Int { magnitude, negative: false } = &default.kind {
        *magnitude
    } else {
        layouts.default_bits(ty, default)?
    };
    match layouts.find(named)? {
        Item::Scalar(item) => scalar(item, &name(named), bits),
        Item::Flags(item) => flags(item, &name(named), bits),
        Item::Const(_) | Item::Alias(_) | Item::Struct(_) | Item::Union(_) | Item::Protocol(_) => {
            None
        }
    }
}

fn builtin(ty: &TypeKind, value: &ValueKind) -> ValueKind {
    match (ty, value) {
        (_, ValueKind::Int { magnitude: 0, .. }) => {
            ValueKind::Int { magnitude: 0, negative: false }
        }
        (TypeKind::Float(float), ValueKind::Float(number)) => {
            ValueKind::Float(shortest(*float, *number))
        }
        _ => value.clone(),
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

fn scalar(item: &ScalarEnum, name: &str, number: u128) -> Option<ValueKind> {
    let mut variants = item.variants.iter();
    let variant = variants.find(|variant| u128::from(variant.number.value) == number)?;
    Some(path(name, &variant.name.text))
}

/// A list, or the only flag there is; none if a bit has no name.
fn flags(item: &Flags, name: &str, bits: u128) -> Option<ValueKind> {
    let bit = |flag: &Flag| 1_u128.checked_shl(flag.number.value).unwrap_or(0);
    let mut set: Vec<&Flag> = item.flags.iter().filter(|flag| bits & bit(flag) != 0).collect();
    if set.iter().fold(0, |named, flag| named | bit(flag)) != bits {
        return None;
    }
    set.sort_by_key(|flag| flag.number.value);
    let path = |flag: &Flag| path(name, &flag.name.text);
    if let [only] = &set[..] {
        return Some(path(only));
    }
    let value = |flag| Value { kind: path(flag), span: Span::NONE };
    Some(ValueKind::List(set.into_iter().map(value).collect()))
}

fn path(item: &str, entry: &str) -> ValueKind {
    ValueKind::Path(vec![Name::new(item, Span::NONE), Name::new(entry, Span::NONE)])
}
