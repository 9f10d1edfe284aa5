//! Written values: the bits of a default, and what a const stands for.

use crate::ir::{Float, Item, Name, Schema, Type, TypeKind, Value as Written, ValueKind};

/// How many consts may stand for each other, one behind the other.
const CHAIN_MAX: usize = 16;

/// The bits of a default as they lie in the block of a field of that type.
pub(super) fn bits(schema: &Schema, ty: &Type, value: &Written) -> Option<u128> {
    let mut ty = ty;
    for _ in 0..CHAIN_MAX {
        if let TypeKind::Secret(inner) = &ty.kind {
            ty = inner;
            continue;
        }
        let TypeKind::Named(name) = &ty.kind else { return of_number(schema, &ty.kind, value) };
        let item = schema.find(name)?;
        let Item::Alias(alias) = item else { return of_item(schema, item, value) };
        ty = &alias.ty;
    }
    None
}

/// The value of a const, by its name here or its path in another package.
pub(super) fn constant<'s>(schema: &'s Schema, path: &[Name]) -> Option<&'s Written> {
    let mut path = path;
    for _ in 0..CHAIN_MAX {
        let value = constant_item(schema, path)?;
        let ValueKind::Path(next) = &value.kind else { return Some(value) };
        path = next;
    }
    None
}

fn of_number(schema: &Schema, kind: &TypeKind, value: &Written) -> Option<u128> {
    match (kind, &value.kind) {
        (_, ValueKind::Path(path)) => of_number(schema, kind, constant(schema, path)?),
        (TypeKind::Bool, ValueKind::Bool(value)) => Some(u128::from(*value)),
        (TypeKind::Int(int), ValueKind::Int { magnitude, negative }) => {
            let bits = if *negative { magnitude.wrapping_neg() } else { *magnitude };
            Some(bits & (u128::MAX >> (128 - u32::from(int.bits()))))
        }
        (TypeKind::Float(float), ValueKind::Float(value)) => Some(float_bits(*float, *value)),
        _ => None,
    }
}

fn of_item(schema: &Schema, item: &Item, value: &Written) -> Option<u128> {
    let numbers: Vec<(&str, u32)> = match item {
        Item::Scalar(item) => {
            let variants = item.variants.iter();
            variants.map(|variant| (&*variant.name.text, variant.number.value)).collect()
        }
        Item::Flags(item) => {
            item.flags.iter().map(|flag| (&*flag.name.text, flag.number.value)).collect()
        }
        Item::Const(_) | Item::Alias(_) | Item::Struct(_) | Item::Union(_) | Item::Protocol(_) => {
            return None;
        }
    };
    let is_flags = matches!(item, Item::Flags(_));
    let named = |path: &[Name]| {
        let last = path.last()?;
        let (_, number) = numbers.iter().find(|(name, _)| *name == last.text)?;
        if is_flags { 1_u128.checked_shl(*number) } else { Some(u128::from(*number)) }
    };
    let of_value = |value: &Written| {
        let ValueKind::Path(path) = &value.kind else { return None };
        of_path(schema, path, &named)
    };
    if let ValueKind::List(values) = &value.kind {
        return values.iter().try_fold(0, |all, value| Some(all | of_value(value)?));
    }
    if let ValueKind::Int { magnitude, negative: false } = &value.kind {
        return Some(*magnitude);
    }
    of_value(value)
}

/// The bits of what a path names, or of what a const of that name does.
fn of_path(
    schema: &Schema,
    path: &[Name],
    named: &dyn Fn(&[Name]) -> Option<u128>,
) -> Option<u128> {
    let mut path = path;
    for _ in 0..CHAIN_MAX {
        if let Some(bits) = named(path) {
            return Some(bits);
        }
        let ValueKind::Path(next) = &constant_item(schema, path)?.kind else { return None };
        path = next;
    }
    None
}

/// What a const is declared as: possibly another one.
fn constant_item<'s>(schema: &'s Schema, path: &[Name]) -> Option<&'s Written> {
    let names: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
    if let Item::Const(item) = schema.find(&names.join("::"))? { Some(&item.value) } else { None }
}

fn float_bits(float: Float, value: f64) -> u128 {
    match float {
        #[expect(clippy::as_conversions, reason = "the value was written to fit an f32")]
        Float::F32 => u128::from((value as f32).to_bits()),
        Float::F64 => u128::from(value.to_bits()),
    }
}
