//! Whether a message holds a `Secret`: such a message is never compressed, as the length of what is
//! compressed tells something of it. Never looks at values.
//!
//! No const of a type's own could say it: a type may hold itself by way of a list.

use std::any::TypeId;

use super::{FieldSchema, MessageSchema, TypeSchema};

/// Whether there is one in what a message carries, in its answer, or in what flows.
pub(super) fn of_message(message: &MessageSchema) -> bool {
    let mut walk = Walk { seen: Vec::new() };
    let reply = message.reply.as_ref();
    let roots = [Some(message.payload), reply.map(|reply| reply.ok), reply.and_then(|r| r.err)];
    let root = roots.into_iter().flatten().filter_map(|root| root()).any(|ty| walk.ty(ty));
    root || message.stream.as_ref().is_some_and(|field| walk.ty((field.ty)()))
}

struct Walk {
    /// The structs and unions that were met.
    seen: Vec<TypeId>,
}

impl Walk {
    fn first_visit(&mut self, id: TypeId) -> bool {
        let first = !self.seen.contains(&id);
        if first {
            self.seen.push(id);
        }
        first
    }

    fn fields(&mut self, fields: &[FieldSchema]) -> bool {
        fields.iter().any(|field| self.ty((field.ty)()))
    }

    fn ty(&mut self, ty: &TypeSchema) -> bool {
        match ty {
            TypeSchema::Secret(_) => true,
            TypeSchema::Vec(item)
            | TypeSchema::Option(item)
            | TypeSchema::Array(item, _)
            | TypeSchema::Set(item) => self.ty(item()),
            TypeSchema::Tuple(items) => items.iter().any(|item| self.ty(item())),
            TypeSchema::Map(key, value) => self.ty(key()) || self.ty(value()),
            TypeSchema::Struct(item) => self.first_visit((item.id)()) && self.fields(item.fields),
            TypeSchema::Union(item) => {
                self.first_visit((item.id)())
                    && item.variants.iter().any(|variant| self.fields(variant.fields))
            }
            TypeSchema::Bool
            | TypeSchema::Int { .. }
            | TypeSchema::Float { .. }
            | TypeSchema::String
            | TypeSchema::Bytes
            | TypeSchema::Uuid
            | TypeSchema::Timestamp
            | TypeSchema::Duration
            | TypeSchema::SocketAddr
            | TypeSchema::Scalar(_)
            | TypeSchema::Flags(_) => false,
        }
    }
}
