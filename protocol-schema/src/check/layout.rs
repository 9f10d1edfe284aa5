//! How much a body holds inline, and which structs are plain memory.
//!
//! The sizes are those of the wire: a body is the blocks of its fields one after another, and one
//! bit for each flag.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Field, Int, Item, Name, Payload, Schema, Struct, Type, TypeKind};

use super::codes;
use super::graph::{Index, Order, order};

/// The largest block: its length has 14 bits in the header of a list.
const BLOCK_BYTES_MAX: u64 = 16_383;

/// What a value takes of the body it stands in.
#[derive(Clone, Copy, Default)]
struct Size {
    flags: u64,
    bytes: u64,
}

impl Size {
    const fn bytes(bytes: u64) -> Self {
        Self { flags: 0, bytes }
    }

    const fn flags(flags: u64) -> Self {
        Self { flags, bytes: 0 }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            flags: self.flags.saturating_add(other.flags),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    fn times(self, count: u32) -> Self {
        let count = u64::from(count);
        Self { flags: self.flags.saturating_mul(count), bytes: self.bytes.saturating_mul(count) }
    }

    fn block(self) -> u64 {
        self.flags.div_ceil(8).saturating_add(self.bytes)
    }
}

/// Bodies that are too large, in one item alone: what others hold is not known.
pub(super) fn item(item: &Item, found: &mut Diagnostics) {
    let index = Index::new(std::slice::from_ref(item));
    Sizes { index: &index, fixed: vec![None], found }.item(0, item);
}

/// Bodies that are too large.
pub(super) fn schema(
    index: &Index<'_>,
    order: &Order,
    is_damaged: &dyn Fn(usize) -> bool,
    found: &mut Diagnostics,
) {
    let mut sizes = Sizes { index, fixed: vec![None; index.items.len()], found };
    for position in order.positions.iter().copied() {
        let endless = order.endless.get(position).copied().unwrap_or(false);
        if let Some(item) = index.items.get(position)
            && !endless
            && !is_damaged(position)
        {
            sizes.item(position, item);
        }
    }
}

struct Sizes<'a> {
    index: &'a Index<'a>,
    /// The blocks of fixed structs, where they are known and not too large.
    fixed: Vec<Option<u64>>,
    found: &'a mut Diagnostics,
}

impl Sizes<'_> {
    fn item(&mut self, position: usize, item: &Item) {
        match item {
            Item::Const(_) | Item::Alias(_) | Item::Scalar(_) | Item::Flags(_) => {}
            Item::Struct(item) => {
                let block = self.fields(&item.name, &item.fields);
                if let Some(place) = self.fixed.get_mut(position)
                    && item.fixed
                {
                    *place = block;
                }
            }
            Item::Union(item) => {
                for variant in &item.variants {
                    self.payload(&variant.name, &variant.payload);
                }
            }
            Item::Protocol(item) => {
                for message in &item.messages {
                    self.payload(&message.name, &message.payload);
                    if let Some(reply) = &message.reply {
                        self.size(&reply.ok);
                        if let Some(err) = &reply.err {
                            self.size(err);
                        }
                    }
                }
            }
        }
    }

    fn payload(&mut self, name: &Name, payload: &Payload) {
        match payload {
            Payload::Unit => {}
            Payload::Tuple(field) => {
                self.size(&field.ty);
            }
            Payload::Fields(fields) => {
                self.fields(name, fields);
            }
        }
    }

    /// The block of a body, if it is known and not too large, which is told.
    fn fields(&mut self, name: &Name, fields: &[Field]) -> Option<u64> {
        let mut body = Some(Size::default());
        for field in fields {
            let size = self.size(&field.ty);
            body = body.zip(size).map(|(body, size)| body.plus(size));
        }
        let block = body?.block();
        if block <= BLOCK_BYTES_MAX {
            return Some(block);
        }
        let message = format!("`{}` holds {block} bytes inline", name.text);
        self.found.push(
            Diagnostic::error(codes::BLOCK_TOO_LARGE, name.span, message)
                .note(format!("at most {BLOCK_BYTES_MAX} are possible; a list holds any number")),
        );
        None
    }

    /// The size of a type, if it is known and not too large, which is told.
    fn size(&mut self, ty: &Type) -> Option<Size> {
        Some(match &ty.kind {
            TypeKind::Unit => Size::default(),
            TypeKind::Bool => Size::flags(1),
            TypeKind::Int(int) => Size::bytes(width(*int)),
            TypeKind::Float(float) => Size::bytes(u64::from(float.bits() / 8)),
            TypeKind::String | TypeKind::Bytes => Size::bytes(1),
            TypeKind::Vec(element) => {
                self.size(element);
                Size::bytes(1)
            }
            TypeKind::Option(inner) => {
                self.size(inner);
                Size::flags(if inner.kind == TypeKind::Bool { 2 } else { 1 })
            }
            TypeKind::Array(element, length) => {
                let element = self.size(element)?;
                let block = element.times(self.index.length(length)?).block();
                if block > BLOCK_BYTES_MAX {
                    let message = format!("this array holds {block} bytes inline");
                    self.found.push(
                        Diagnostic::error(codes::BLOCK_TOO_LARGE, ty.span, message).note(format!(
                            "at most {BLOCK_BYTES_MAX} are possible; a list holds any number"
                        )),
                    );
                    return None;
                }
                Size::bytes(block)
            }
            TypeKind::Named(name) => self.named(name)?,
            TypeKind::Std(std) => Size::bytes(u64::from(std.block())),
            TypeKind::Secret(inner) => return self.size(inner),
            TypeKind::Map(..) | TypeKind::Set(_) => Size::bytes(1),
            TypeKind::Stream(_) => Size::default(),
            TypeKind::Tuple(_) | TypeKind::Extern(_) => return None,
        })
    }

    fn named(&self, name: &str) -> Option<Size> {
        Some(match self.index.get(name)? {
            Item::Struct(Struct { fixed: true, .. }) => {
                let position = self.index.position(name)?;
                Size::bytes(self.fixed.get(position).copied().flatten()?)
            }
            Item::Struct(_) | Item::Union(_) => Size::bytes(1),
            Item::Scalar(item) => Size::bytes(u64::from(item.repr.bits() / 8)),
            Item::Flags(item) => Size::bytes(u64::from(item.repr.bits() / 8)),
            Item::Const(_) | Item::Alias(_) | Item::Protocol(_) => return None,
        })
    }
}

fn width(int: Int) -> u64 {
    u64::from(int.bits() / 8)
}

/// Marks the fixed structs of a checked schema whose memory, as C lays it out, is what the wire
/// holds: numbers, arrays and such structs, in the order of their numbers and without padding.
pub(crate) fn mark_plain(schema: &mut Schema) {
    let index = Index::new(&schema.items);
    // A checked schema has no endless types, so nothing is found.
    let mut found = Diagnostics::new();
    let order = order(&index, &mut found);
    drop(found.finish());
    let mut plain: Vec<Option<Memory>> = vec![None; schema.items.len()];
    for position in order.positions {
        let memory = match index.items.get(position) {
            Some(Item::Struct(item)) if item.fixed => memory(item, &index, &plain),
            _ => None,
        };
        if let Some(place) = plain.get_mut(position) {
            *place = memory;
        }
    }
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
