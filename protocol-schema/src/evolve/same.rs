//! Whether two types have one form on the wire.

use super::compare::{At, Compare};
use crate::check::vocabulary::built_in;
use crate::ir::{ArrayLen, Item, Type, TypeKind};

impl<'a> Compare<'a> {
    /// Whether a type has the form of another. What is inside of named types is compared in its
    /// turn.
    pub(super) fn types(&mut self, at: &At<'a>, old: &Type, new: &Type) -> bool {
        if let (TypeKind::Named(was), TypeKind::Named(is)) = (&old.kind, &new.kind)
            && let (Some(Item::Alias(_)), Some(Item::Alias(_))) =
                (self.old.get(was), self.new.get(is))
            && was == is
        {
            // Told once, of the alias itself.
            return true;
        }
        let (Some(old), Some(new)) = (self.old.index.peel(old), self.new.index.peel(new)) else {
            return true;
        };
        match (&old.ty.kind, &new.ty.kind) {
            (TypeKind::Named(was), TypeKind::Named(is)) => self.named(at, was, is),
            (TypeKind::Vec(was), TypeKind::Vec(is))
            | (TypeKind::Option(was), TypeKind::Option(is))
            | (TypeKind::Set(was), TypeKind::Set(is))
            | (TypeKind::Stream(was), TypeKind::Stream(is)) => self.types(at, was, is),
            (TypeKind::Map(key, value), TypeKind::Map(new_key, new_value)) => {
                self.types(at, key, new_key) && self.types(at, value, new_value)
            }
            (TypeKind::Array(was, old_length), TypeKind::Array(is, new_length)) => {
                let length = |length: Option<u32>| length.unwrap_or(0);
                let old_length = length(self.old.index.length(old_length));
                let new_length = length(self.new.index.length(new_length));
                old_length == new_length && self.types(at, was, is)
            }
            (TypeKind::Tuple(was), TypeKind::Tuple(is)) => {
                was.len() == is.len() && was.iter().zip(is).all(|(was, is)| self.types(at, was, is))
            }
            (TypeKind::Extern(_), TypeKind::Extern(_)) => true,
            (was, is) => was == is,
        }
    }
}

/// A type as it is written.
pub(super) fn text(ty: &Type) -> String {
    let list = |types: &[Type]| types.iter().map(text).collect::<Vec<_>>().join(", ");
    match &ty.kind {
        TypeKind::Unit => "()".to_owned(),
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Int(int) => int.name().to_owned(),
        TypeKind::Float(float) => float.name().to_owned(),
        TypeKind::String => "String".to_owned(),
        TypeKind::Bytes => "Bytes".to_owned(),
        TypeKind::Vec(inner) => format!("Vec<{}>", text(inner)),
        TypeKind::Option(inner) => format!("Option<{}>", text(inner)),
        TypeKind::Set(inner) => format!("Set<{}>", text(inner)),
        TypeKind::Secret(inner) => format!("Secret<{}>", text(inner)),
        TypeKind::Stream(inner) => format!("Stream<{}>", text(inner)),
        TypeKind::Map(key, value) => format!("Map<{}, {}>", text(key), text(value)),
        TypeKind::Array(element, ArrayLen::Literal(length)) => {
            format!("[{}; {length}]", text(element))
        }
        TypeKind::Array(element, ArrayLen::Const(name)) => {
            format!("[{}; {}]", text(element), name.text)
        }
        TypeKind::Tuple(elements) => match elements.as_slice() {
            [only] => format!("({},)", text(only)),
            elements => format!("({})", list(elements)),
        },
        TypeKind::Std(std) => std.name().to_owned(),
        // A change from the one to the other must not read as none.
        TypeKind::Named(name) if built_in(name).is_some() => format!("{name} (declared)"),
        TypeKind::Named(name) => name.clone(),
        TypeKind::Extern(_) => "_".to_owned(),
    }
}
