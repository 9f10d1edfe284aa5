//! What can be known of a type without the compiler, so that nothing is emitted for what it does
//! not have. Where that is nothing, as for every type that stands in Rust, the traits decide.

use crate::emit::Door;
use crate::ir::{Item, Std, Type, TypeKind};

/// What may be known of a type without the compiler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// No value has a tail.
    NoTail,
    /// Values take no flag bits.
    NoBits,
    /// Any bytes in the slot are a value.
    AnyBytes,
}

impl Door<'_> {
    /// Whether that is known of a type.
    pub(super) fn known(&self, ty: &Type, what: Known) -> bool {
        let ty = self.behind(ty);
        match &ty.kind {
            TypeKind::Int(_) | TypeKind::Float(_) | TypeKind::Std(Std::Uuid) => true,
            TypeKind::Bool => what != Known::NoBits,
            TypeKind::Std(Std::Timestamp | Std::Duration | Std::SocketAddr) => {
                what != Known::AnyBytes
            }
            TypeKind::Array(item, _) => self.all_known(&[item], what),
            TypeKind::Tuple(parts) => self.all_known(&parts.iter().collect::<Vec<_>>(), what),
            TypeKind::String | TypeKind::Bytes => what == Known::NoBits,
            TypeKind::Vec(_) | TypeKind::Map(..) | TypeKind::Set(_) => what == Known::NoBits,
            TypeKind::Named(name) => {
                match self.schema.and_then(|schema| schema.find(name)) {
                    Some(Item::Flags(_)) => true,
                    Some(Item::Scalar(item)) => what != Known::AnyBytes || !item.closed,
                    // Nothing can be added to it, and it holds itself nowhere but in a list.
                    Some(Item::Struct(item)) if item.fixed => {
                        let types: Vec<&Type> = item.fields.iter().map(|field| &field.ty).collect();
                        self.all_known(&types, what)
                    }
                    Some(Item::Struct(_) | Item::Union(_)) => what == Known::NoBits,
                    Some(Item::Const(_) | Item::Alias(_) | Item::Protocol(_)) | None => false,
                }
            }
            TypeKind::Unit
            | TypeKind::Option(_)
            | TypeKind::Secret(_)
            | TypeKind::Stream(_)
            | TypeKind::Extern(_) => false,
        }
    }

    /// Whether that is known of what is a body of its own, with flag bytes of its own.
    fn all_known(&self, parts: &[&Type], what: Known) -> bool {
        match what {
            Known::NoBits => true,
            Known::NoTail => parts.iter().all(|part| self.known(part, what)),
            // Bits leave some over that must be zero.
            Known::AnyBytes => {
                parts.iter().all(|part| self.known(part, what) && self.known(part, Known::NoBits))
            }
        }
    }
}
