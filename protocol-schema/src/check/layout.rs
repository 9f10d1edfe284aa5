//! How much a body holds inline, and which structs are plain memory.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Field, Int, Item, Name, Payload, Schema, Struct, Type, TypeKind};
use crate::layout::{BLOCK_BYTES_MAX, Layouts};

use super::codes;
use super::graph::{Order, order};
use super::index::Index;
use super::types::children;

/// Bodies that are too large, in one item alone: what others hold is not known.
pub(super) fn item(item: &Item, found: &mut Diagnostics) {
    let order = Order { positions: vec![0], endless: vec![false] };
    rules(Index::alone(item), &order, &|_| false, found);
}

/// Bodies that are too large.
pub(super) fn schema(
    index: Index<'_>,
    order: &Order,
    is_damaged: &dyn Fn(usize) -> bool,
    found: &mut Diagnostics,
) {
    rules(index, order, is_damaged, found);
}

fn rules(
    index: Index<'_>,
    order: &Order,
    is_damaged: &dyn Fn(usize) -> bool,
    found: &mut Diagnostics,
) {
    let layouts = Layouts::with(index, order);
    for (position, item) in layouts.index().own().iter().enumerate() {
        let endless = order.endless.get(position).copied().unwrap_or(false);
        if !endless && !is_damaged(position) {
            Rule { layouts: &layouts, found }.item(item);
        }
    }
}

struct Rule<'a, 'i> {
    layouts: &'a Layouts<'i>,
    found: &'a mut Diagnostics,
}

impl Rule<'_, '_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Const(_) | Item::Scalar(_) | Item::Flags(_) => {}
            Item::Alias(item) => self.ty(&item.ty),
            Item::Struct(item) => self.fields(&item.name, &item.fields),
            Item::Union(item) => {
                for variant in &item.variants {
                    self.payload(&variant.name, &variant.payload);
                }
            }
            Item::Protocol(item) => {
                for message in &item.messages {
                    self.payload(&message.name, &message.payload);
                    if let Some(reply) = &message.reply {
                        self.ty(&reply.ok);
                        reply.err.iter().for_each(|err| self.ty(err));
                    }
                }
            }
        }
    }

    fn payload(&mut self, name: &Name, payload: &Payload) {
        match payload {
            Payload::Unit => {}
            Payload::Tuple(field) => self.ty(&field.ty),
            Payload::Fields(fields) => self.fields(name, fields),
        }
    }

    /// The block of a body, if it is known and too large.
    fn fields(&mut self, name: &Name, fields: &[Field]) {
        fields.iter().for_each(|field| self.ty(&field.ty));
        let Some(body) = self.layouts.body(fields) else {
            return;
        };
        if body.block > BLOCK_BYTES_MAX {
            let message = format!("`{}` holds {} bytes inline", name.text, body.block);
            self.found.push(
                Diagnostic::error(codes::BLOCK_TOO_LARGE, name.span, message).note(format!(
                    "at most {BLOCK_BYTES_MAX} are possible; a list holds any number"
                )),
            );
        }
    }

    /// Arrays and tuples in a type that are too large. Of those in each other, the innermost.
    fn ty(&mut self, ty: &Type) {
        let found = &mut *self.found;
        self.layouts.size_or(ty, &mut |ty, block| {
            let what = if matches!(ty.kind, TypeKind::Array(..)) { "array" } else { "tuple" };
            let message = format!("this {what} holds {block} bytes inline");
            let note = format!("at most {BLOCK_BYTES_MAX} are possible; a list holds any number");
            found.push(Diagnostic::error(codes::BLOCK_TOO_LARGE, ty.span, message).note(note));
        });
        // The sizes of what stands in these have no part in the size of the type.
        match &ty.kind {
            TypeKind::Vec(inner)
            | TypeKind::Option(inner)
            | TypeKind::Set(inner)
            | TypeKind::Stream(inner) => self.ty(inner),
            TypeKind::Map(key, value) => {
                self.ty(key);
                self.ty(value);
                self.entry(ty, key, value);
            }
            TypeKind::Array(..) | TypeKind::Tuple(_) | TypeKind::Secret(_) => {
                children(ty).for_each(|inner| self.behind(inner));
            }
            TypeKind::Unit
            | TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::String
            | TypeKind::Bytes
            | TypeKind::Std(_)
            | TypeKind::Named(_)
            | TypeKind::Extern(_) => {}
        }
    }

    /// An entry of a map, which is a tuple of its key and value.
    fn entry(&mut self, map: &Type, key: &Type, value: &Type) {
        if let (Some(key), Some(value)) = (self.layouts.size(key), self.layouts.size(value)) {
            let block = key.alone_with(value);
            if block > BLOCK_BYTES_MAX {
                let message = format!("an entry of this map holds {block} bytes inline");
                let note =
                    format!("at most {BLOCK_BYTES_MAX} are possible; a list holds any number");
                self.found
                    .push(Diagnostic::error(codes::BLOCK_TOO_LARGE, map.span, message).note(note));
            }
        }
    }

    /// As [`Self::ty`], for what was measured with the type around it.
    fn behind(&mut self, ty: &Type) {
        match &ty.kind {
            TypeKind::Vec(_)
            | TypeKind::Option(_)
            | TypeKind::Set(_)
            | TypeKind::Stream(_)
            | TypeKind::Map(..) => children(ty).for_each(|inner| self.ty(inner)),
            TypeKind::Array(..) | TypeKind::Tuple(_) | TypeKind::Secret(_) => {
                children(ty).for_each(|inner| self.behind(inner));
            }
            TypeKind::Unit
            | TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::String
            | TypeKind::Bytes
            | TypeKind::Std(_)
            | TypeKind::Named(_)
            | TypeKind::Extern(_) => {}
        }
    }
}

/// Marks the fixed structs of a checked schema whose memory, as C lays it out, is what the wire
/// holds: numbers, arrays and such structs, in the order of their numbers and without padding.
pub(crate) fn mark_plain(schema: &mut Schema) {
    let index = Index::of(schema);
    // A checked schema has no endless types, so nothing is found.
    let mut found = Diagnostics::new();
    let order = order(&index, &mut found);
    drop(found.finish());
    let mut plain: Vec<Option<Memory>> = vec![None; index.items().len()];
    for position in order.positions {
        let memory = match index.items().get(position) {
            Some(Item::Struct(item)) if item.fixed => memory(item, &index, &plain),
            Some(Item::Alias(item)) => memory_of(&item.ty, &index, &plain),
            _ => None,
        };
        if let Some(place) = plain.get_mut(position) {
            *place = memory;
        }
    }
    drop(index);
    for (item, memory) in schema.items.iter_mut().zip(plain) {
        if let Item::Struct(item) = item {
            item.plain = memory.is_some();
        }
    }
}

/// How C lays a type out, where that leaves no gap.
#[derive(Clone, Copy)]
struct Memory {
    size: u64,
    /// The alignment on the machines that align most; those that align less leave no gap either.
    align: u64,
}

fn memory(item: &Struct, index: &Index<'_>, plain: &[Option<Memory>]) -> Option<Memory> {
    let mut all = Memory { size: 0, align: 1 };
    let mut before = None;
    for field in &item.fields {
        if field.removed || field.varint || field.rust.ty.is_some() {
            return None;
        }
        let next = memory_of(&field.ty, index, plain)?;
        let in_order = before.is_none_or(|before| before < field.number.value);
        if !in_order || !all.size.is_multiple_of(next.align) {
            return None;
        }
        before = Some(field.number.value);
        all = Memory { size: all.size.checked_add(next.size)?, align: all.align.max(next.align) };
    }
    all.size.is_multiple_of(all.align).then_some(all)
}

fn memory_of(ty: &Type, index: &Index<'_>, plain: &[Option<Memory>]) -> Option<Memory> {
    match &ty.kind {
        TypeKind::Int(int) => Some(Memory { size: width(*int), align: width(*int) }),
        TypeKind::Float(float) => {
            let size = u64::from(float.bits() / 8);
            Some(Memory { size, align: size })
        }
        TypeKind::Array(element, length) => {
            let Memory { size, align } = memory_of(element, index, plain)?;
            Some(Memory { size: size.checked_mul(u64::from(index.length(length)?))?, align })
        }
        TypeKind::Named(name) => plain.get(index.position(name)?).copied().flatten(),
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
        | TypeKind::Stream(_)
        | TypeKind::Extern(_) => None,
    }
}

fn width(int: Int) -> u64 {
    u64::from(int.bits() / 8)
}
