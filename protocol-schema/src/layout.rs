//! How much each type takes of the body it stands in, and where the fields of a body stand.
//!
//! These are the sizes of the wire: every body is its fields' blocks one after another in the
//! order of their numbers, with bits packed into flag bytes, and then their tails. Nothing here is
//! known of a type that only the Rust compiler can resolve.

use crate::check::graph::{Order, order};
use crate::check::index::{Index, Meant, Peeled};
use crate::diag::Diagnostics;
use crate::ir::{ArrayLen, Bound, Field, Float, Item, Schema, Type, TypeKind, Value, ValueKind};

/// The largest block: its length has 14 bits in the header of a list.
pub const BLOCK_BYTES_MAX: usize = 16_383;

/// What a value takes of the body it stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// How many bits of flag bytes.
    pub bits: usize,
    /// How many bytes of the block beside them.
    pub block: usize,
    /// Whether it has a tail: whether some value of the type has one.
    pub tail: bool,
}

impl Size {
    const fn bytes(block: usize) -> Self {
        Self { bits: 0, block, tail: false }
    }

    const fn with_tail(self) -> Self {
        Self { tail: true, ..self }
    }

    /// As the body of one such value and another one.
    pub(crate) const fn alone_with(self, other: Self) -> usize {
        let block = self.block.saturating_add(other.block);
        Self { bits: self.bits.saturating_add(other.bits), block, tail: false }.alone()
    }

    /// As the body of one such value.
    const fn alone(self) -> usize {
        self.bits.div_ceil(8).saturating_add(self.block)
    }
}

/// One bit of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bit {
    /// The flag byte, from the start of the block.
    pub byte: usize,
    /// Which bit of it, from the least significant.
    pub bit: u8,
}

/// Where a field stands in the block of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: a stream is not part of the body.
    Nowhere,
    /// From this offset on, for as many bytes as its type has.
    Bytes(usize),
    /// A `bool`, or whether an option is present.
    Bit(Bit),
    /// An `Option<bool>`: whether it is present, and its value.
    TwoBits(Bit, Bit),
}

/// A field of a body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot<'a> {
    /// The field.
    pub field: &'a Field,
    /// What it takes.
    pub size: Size,
    /// Where it stands.
    pub place: Place,
}

/// The fields of a struct, of a variant or of a message, in wire order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body<'a> {
    /// How many bytes the block has.
    pub block: usize,
    /// Whether a field has a tail.
    pub tail: bool,
    /// The fields, by rising number; removed ones too.
    pub slots: Vec<Slot<'a>>,
}

/// The sizes of the types of a schema. They are worked out once for each item.
pub struct Layouts<'a> {
    index: Index<'a>,
    /// By position in the index: of aliases, structs, enums and flags, where they are known.
    known: Vec<Option<Size>>,
}

/// Told of each array and tuple that would be larger than a block can be, and how large.
pub(crate) type Large<'l> = dyn FnMut(&Type, usize) + 'l;

impl<'a> Layouts<'a> {
    /// Of a schema. Its types need not be checked; those that are wrong have no size.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        let index = Index::of(schema);
        let mut found = Diagnostics::new();
        let order = order(&index, &mut found);
        drop(found.finish());
        Self::with(index, &order)
    }

    pub(crate) fn with(index: Index<'a>, order: &Order) -> Self {
        // These the order need not bring before what holds them.
        let known = index.items().iter().map(|item| of_itself(item)).collect();
        let mut layouts = Self { index, known };
        for position in order.positions.iter().copied() {
            let endless = order.endless.get(position).copied().unwrap_or(false);
            if let Some(size) = layouts.of_parts(position).filter(|_| !endless)
                && let Some(place) = layouts.known.get_mut(position)
            {
                *place = Some(size);
            }
        }
        layouts
    }

    pub(crate) fn index(&self) -> &Index<'a> {
        &self.index
    }

    /// What the alias at a position of the index stands for.
    pub(crate) fn target(&self, position: usize) -> Option<&'a Type> {
        match self.index.items().get(position)? {
            Item::Alias(item) => self.index.peel(&item.ty).map(|peeled| peeled.ty),
            Item::Const(_)
            | Item::Struct(_)
            | Item::Scalar(_)
            | Item::Union(_)
            | Item::Flags(_)
            | Item::Protocol(_) => None,
        }
    }

    /// The size of an item of which that depends on what it holds.
    fn of_parts(&self, position: usize) -> Option<Size> {
        match self.index.items().get(position)? {
            Item::Alias(item) => self.size(&item.ty),
            Item::Struct(item) if item.fixed => {
                let body = self.body(&item.fields)?;
                let (block, tail) = (body.block, body.tail);
                (block <= BLOCK_BYTES_MAX).then_some(Size { bits: 0, block, tail })
            }
            Item::Const(_)
            | Item::Struct(_)
            | Item::Scalar(_)
            | Item::Union(_)
            | Item::Flags(_)
            | Item::Protocol(_) => None,
        }
    }

    /// The item that a name or full path means.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'a Item> {
        self.index.get(name)
    }

    /// The type behind aliases and `Secret`; `None` where an alias stands for itself.
    #[must_use]
    pub fn peel<'t>(&self, ty: &'t Type) -> Option<&'t Type>
    where
        'a: 't,
    {
        self.index.peel(ty).map(|peeled| peeled.ty)
    }

    /// What a type says where aliases are written out, `Secret` and all; `None` where an alias
    /// stands for itself.
    pub(crate) fn written<'t>(&self, ty: &'t Type) -> Option<&'t Type>
    where
        'a: 't,
    {
        self.index.peel(ty)?;
        let mut ty = ty;
        while let TypeKind::Named(name) = &ty.kind
            && let Some(Item::Alias(alias)) = self.index.get(name)
        {
            ty = &alias.ty;
        }
        Some(ty)
    }

    /// What a value of a type takes of its body; `None` if that is not known, or more than a block
    /// can be.
    #[must_use]
    pub fn size(&self, ty: &Type) -> Option<Size> {
        self.size_or(ty, &mut |_, _| {})
    }

    pub(crate) fn size_or(&self, ty: &Type, large: &mut Large<'_>) -> Option<Size> {
        Some(match &ty.kind {
            TypeKind::Unit | TypeKind::Stream(_) => Size::default(),
            TypeKind::Bool => Size { bits: 1, ..Size::default() },
            TypeKind::Int(int) => Size::bytes(width(int.bits())),
            TypeKind::Float(float) => Size::bytes(width(float.bits())),
            TypeKind::Std(std) => Size::bytes(count(std.block())),
            TypeKind::String | TypeKind::Bytes => Size::bytes(1).with_tail(),
            TypeKind::Vec(_) | TypeKind::Map(..) | TypeKind::Set(_) => Size::bytes(1).with_tail(),
            TypeKind::Option(inner) => {
                if self.index.peel(inner)?.ty.kind == TypeKind::Bool {
                    Size { bits: 2, ..Size::default() }
                } else {
                    Size { bits: 1, block: 0, tail: true }
                }
            }
            TypeKind::Secret(inner) => self.size_or(inner, large)?,
            TypeKind::Array(element, length) => {
                let element = self.size_or(element, large)?;
                let count = count(self.index.length(length)?);
                let all = Size {
                    bits: element.bits.saturating_mul(count),
                    block: element.block.saturating_mul(count),
                    tail: element.tail,
                };
                Size { bits: 0, block: within(all.alone(), ty, large)?, tail: element.tail }
            }
            TypeKind::Tuple(elements) => {
                let mut places = Places::default();
                for element in elements {
                    places.take(self.size_or(element, large)?);
                }
                within(places.block, ty, large)?;
                places.size()
            }
            TypeKind::Named(name) => {
                self.known.get(self.index.position(name)?).copied().flatten()?
            }
            TypeKind::Extern(_) => return None,
        })
    }

    /// What a field takes of its body: its type's size, or that of a varint.
    #[must_use]
    pub fn field(&self, field: &Field) -> Option<Size> {
        if field.varint { Some(Size::bytes(1).with_tail()) } else { self.size(&field.ty) }
    }

    /// The block of some fields; `None` if the size of one of them is not known. It may be larger
    /// than a block can be.
    #[must_use]
    pub fn body<'f>(&self, fields: &'f [Field]) -> Option<Body<'f>> {
        let mut sorted: Vec<&Field> = fields.iter().collect();
        sorted.sort_by_key(|field| field.number.value);
        let mut slots = Vec::with_capacity(fields.len());
        let mut places = Places::default();
        for field in sorted {
            let size = self.field(field)?;
            let place = if let TypeKind::Stream(_) = field.ty.kind {
                Place::Nowhere
            } else {
                places.take(size)
            };
            slots.push(Slot { field, size, place });
        }
        Some(Body { block: places.block, tail: places.tail, slots })
    }

    /// Whether values of a type may be keys of maps and elements of sets.
    #[must_use]
    pub fn is_key(&self, ty: &Type) -> bool {
        self.index.is_key(ty) == Some(true)
    }

    /// Whether a type alone in a frame is its own body: an evolvable struct, behind aliases.
    #[must_use]
    pub fn is_evolvable(&self, ty: &Type) -> bool {
        matches!(self.index.item(ty), Some(Item::Struct(item)) if !item.fixed)
    }

    /// The number of elements of an array, through consts.
    #[must_use]
    pub fn length(&self, length: &ArrayLen) -> Option<u32> {
        self.index.length(length)
    }

    /// The limit of a field, through consts.
    #[must_use]
    pub fn bound(&self, bound: &Bound) -> Option<u64> {
        self.index.bound(bound)
    }

    /// A value without the names of consts in it.
    #[must_use]
    pub fn value<'t>(&self, value: &'t Value) -> Option<&'t Value>
    where
        'a: 't,
    {
        self.index.value(value)
    }

    /// The bytes that a default has in a block, little-endian, one for a `bool`; `None` unless the
    /// default is of the field's type.
    #[must_use]
    pub fn default_bytes(&self, ty: &Type, default: &Value) -> Option<Vec<u8>> {
        let Peeled { ty, secret: false } = self.index.peel(ty)? else {
            return None;
        };
        let value = self.index.value(default)?;
        match (&ty.kind, &value.kind) {
            (TypeKind::Bool, ValueKind::Bool(value)) => Some(vec![u8::from(*value)]),
            (TypeKind::Int(int), ValueKind::Int { magnitude, negative }) => {
                let value = if *negative { magnitude.wrapping_neg() } else { *magnitude };
                cut(value.to_le_bytes(), int.bits())
            }
            (TypeKind::Float(Float::F32), ValueKind::Float(value)) => {
                #[expect(
                    clippy::as_conversions,
                    reason = "rounds to the nearest, as a literal of this type does"
                )]
                let value = *value as f32;
                Some(value.to_le_bytes().to_vec())
            }
            (TypeKind::Float(Float::F64), ValueKind::Float(value)) => {
                Some(value.to_le_bytes().to_vec())
            }
            (TypeKind::Named(name), kind) => self.named_bytes(name, kind),
            _ => None,
        }
    }

    /// The same bytes as a number.
    pub(crate) fn default_bits(&self, ty: &Type, default: &Value) -> Option<u128> {
        let bytes = self.default_bytes(ty, default)?;
        Some(bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
    }

    fn named_bytes(&self, name: &str, value: &ValueKind) -> Option<Vec<u8>> {
        match self.index.get(name)? {
            Item::Scalar(item) => {
                let ValueKind::Path(names) = value else {
                    return None;
                };
                let Some(Meant::Variant(of, variant)) = self.index.meant(names) else {
                    return None;
                };
                let mut variants = item.variants.iter().filter(|_| std::ptr::eq(of, item));
                let variant = variants.find(|known| known.name.text == variant.text)?;
                cut(u128::from(variant.number.value).to_le_bytes(), item.repr.bits())
            }
            Item::Flags(item) => {
                let mut bits = 0_u128;
                let list = if let ValueKind::List(list) = value {
                    list.iter().map(|value| &value.kind).collect()
                } else {
                    vec![value]
                };
                for value in list {
                    let ValueKind::Path(names) = value else {
                        return None;
                    };
                    let Some(Meant::Flag(of, flag)) = self.index.meant(names) else {
                        return None;
                    };
                    let mut flags = item.flags.iter().filter(|_| std::ptr::eq(of, item));
                    let flag = flags.find(|known| known.name.text == flag.text)?;
                    bits |= 1_u128.checked_shl(flag.number.value)?;
                }
                cut(bits.to_le_bytes(), item.repr.bits())
            }
            Item::Const(_)
            | Item::Alias(_)
            | Item::Struct(_)
            | Item::Union(_)
            | Item::Protocol(_) => None,
        }
    }
}

/// The size of an item that takes the same whatever it holds.
fn of_itself(item: &Item) -> Option<Size> {
    match item {
        Item::Struct(item) if !item.fixed => Some(Size::bytes(1).with_tail()),
        Item::Union(_) => Some(Size::bytes(1).with_tail()),
        Item::Scalar(item) => Some(Size::bytes(width(item.repr.bits()))),
        Item::Flags(item) => Some(Size::bytes(width(item.repr.bits()))),
        Item::Const(_) | Item::Alias(_) | Item::Struct(_) | Item::Protocol(_) => None,
    }
}

/// A body while it is laid out: its values one after another, bits in the flag byte that is open.
#[derive(Default)]
pub(crate) struct Places {
    pub(crate) block: usize,
    pub(crate) tail: bool,
    open: Option<Bit>,
}

impl Places {
    /// Where the next value stands, which takes so much.
    pub(crate) fn take(&mut self, size: Size) -> Place {
        self.tail |= size.tail;
        match size.bits {
            0 => {
                let offset = self.block;
                self.block = self.block.saturating_add(size.block);
                Place::Bytes(offset)
            }
            1 => Place::Bit(self.bit()),
            _ => {
                let present = self.bit();
                Place::TwoBits(present, self.bit())
            }
        }
    }

    /// As a value of its own in another body.
    pub(crate) const fn size(&self) -> Size {
        Size { bits: 0, block: self.block, tail: self.tail }
    }

    /// The next bit, in a new flag byte at the end of the block if none is open.
    fn bit(&mut self) -> Bit {
        let bit = self.open.unwrap_or_else(|| {
            let byte = self.block;
            self.block = self.block.saturating_add(1);
            Bit { byte, bit: 0 }
        });
        self.open = (bit.bit < 7).then_some(Bit { bit: bit.bit + 1, ..bit });
        bit
    }
}

fn within(block: usize, ty: &Type, large: &mut Large<'_>) -> Option<usize> {
    if block > BLOCK_BYTES_MAX {
        large(ty, block);
        return None;
    }
    Some(block)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn width(bits: u8) -> usize {
    usize::from(bits / 8)
}

/// The first bytes of a number, as many as its type has.
fn cut(bytes: [u8; 16], bits: u8) -> Option<Vec<u8>> {
    bytes.get(..width(bits)).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests;
