//! The identity of a protocol: a hash of all that can be seen on the wire, and of nothing else.
//!
//! Names, docs and the order of the source do not count. The bytes that are hashed are described
//! with `Marker`; the runtime hashes the same bytes over its own graph of types, so both sides
//! of a connection agree whichever door their code came through.

use std::collections::BTreeMap;

use crate::check::graph::Index;
use crate::ir::{Field, Item, Message, Payload, Protocol, Schema, Side, Type, TypeKind};

/// The fingerprint of a protocol whose schema was checked: FNV-1a with 128 bits.
///
/// `None` if a type is met that is known only to the Rust compiler, or not at all.
#[must_use]
pub fn protocol(schema: &Schema, protocol: &Protocol) -> Option<u128> {
    let mut hash = Fnv::new();
    describe(schema, protocol, &mut |bytes| hash.add(bytes))?;
    Some(hash.0)
}

/// FNV-1a with 128 bits.
struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn add(&mut self, bytes: &[u8]) {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    }
}

/// The first byte of what describes a type. Integers are little-endian.
///
/// | marker | what follows |
/// |---|---|
/// | `Bool`, `String`, `Bytes`, `Unit` | nothing |
/// | `Int` | width in bytes, u8; signed, u8 |
/// | `Float` | width in bytes, u8 |
/// | `Vec`, `Option`, `Bare` | the type inside |
/// | `Array` | length, u32; the element |
/// | `Evolvable`, `Fixed` | count, u32; for each field, by number: number, u32; type |
/// | `Scalar` | width, u8; closed, u8; count, u32; the numbers, rising, u64 each |
/// | `Union` | closed, u8; count, u32; for each variant, by tag: tag, u32; its fields as in a struct |
/// | `Again` | the index of a struct or enum that was met before, u32 |
/// | `Protocol` | count, u32; for each message, by number: number, u32; side, u8; payload; reply |
///
/// Structs, enums and the bodies of messages with named fields have indices from 0, in the order
/// in which they are met. A payload of one type is one field with number 0 in a union. A message
/// and a reply are roots: `Unit`, an evolvable struct, or `Bare` and any other type. A reply is
/// one byte, 0 for none, 1 for a value and 2 for a value and an error, and then their roots.
#[derive(Clone, Copy)]
enum Marker {
    Bool = 0x01,
    Int = 0x02,
    Float = 0x03,
    String = 0x04,
    Bytes = 0x05,
    Vec = 0x06,
    Option = 0x07,
    Array = 0x08,
    Again = 0x0f,
    Evolvable = 0x10,
    Fixed = 0x11,
    Scalar = 0x12,
    Union = 0x13,
    Protocol = 0x14,
    Unit = 0x15,
    Bare = 0x16,
}

/// Hands the bytes that stand for a protocol to `sink`, piece by piece.
fn describe(schema: &Schema, protocol: &Protocol, sink: &mut dyn FnMut(&[u8])) -> Option<()> {
    let index = Index::new(&schema.items);
    let mut writer = Writer { index, met: BTreeMap::new(), count: 0, todo: Vec::new(), sink };
    writer.marker(Marker::Protocol);
    writer.count(protocol.messages.len())?;
    let mut messages: Vec<&Message> = protocol.messages.iter().collect();
    messages.sort_by_key(|message| message.number.value);
    for message in messages {
        writer.message(message)?;
    }
    Some(())
}

/// What is still to be written. Types are walked with a list of these and not by recursion, as
/// the chain of types may be as long as the schema.
enum Step<'a> {
    Type(&'a Type),
    /// A field: its number, then its type.
    Field(u32, &'a Type),
    /// A variant of a union: its tag, then its fields.
    Variant(u32, &'a Payload),
}

struct Writer<'a, 's> {
    index: Index<'a>,
    /// The indices of the structs and enums met so far, by their position in the schema.
    met: BTreeMap<usize, u32>,
    /// The next index.
    count: u32,
    /// The next step is the last.
    todo: Vec<Step<'a>>,
    sink: &'s mut dyn FnMut(&[u8]),
}

impl<'a> Writer<'a, '_> {
    fn message(&mut self, message: &'a Message) -> Option<()> {
        self.u32(message.number.value);
        self.u8(match message.from {
            Side::Client => 0,
            Side::Server => 1,
        });
        match &message.payload {
            Payload::Unit => self.marker(Marker::Unit),
            Payload::Tuple(field) => self.root(&field.ty)?,
            Payload::Fields(fields) => {
                self.take_index()?;
                self.marker(Marker::Evolvable);
                self.fields(fields)?;
                self.run()?;
            }
        }
        match &message.reply {
            None => self.u8(0),
            Some(reply) => {
                self.u8(if reply.err.is_some() { 2 } else { 1 });
                self.root(&reply.ok)?;
                if let Some(err) = &reply.err {
                    self.root(err)?;
                }
            }
        }
        Some(())
    }

    fn root(&mut self, ty: &'a Type) -> Option<()> {
        if ty.kind == TypeKind::Unit {
            self.marker(Marker::Unit);
            return Some(());
        }
        let evolvable = if let TypeKind::Named(name) = &ty.kind {
            matches!(self.index.get(name), Some(Item::Struct(item)) if !item.fixed)
        } else {
            false
        };
        if !evolvable {
            self.marker(Marker::Bare);
        }
        self.todo.push(Step::Type(ty));
        self.run()
    }

    fn run(&mut self) -> Option<()> {
        while let Some(step) = self.todo.pop() {
            match step {
                Step::Type(ty) => self.ty(ty)?,
                Step::Field(number, ty) => {
                    self.u32(number);
                    self.todo.push(Step::Type(ty));
                }
                Step::Variant(tag, payload) => {
                    self.u32(tag);
                    match payload {
                        Payload::Unit => self.u32(0),
                        Payload::Tuple(field) => {
                            self.u32(1);
                            self.todo.push(Step::Field(0, &field.ty));
                        }
                        Payload::Fields(fields) => self.fields(fields)?,
                    }
                }
            }
        }
        Some(())
    }

    fn ty(&mut self, ty: &'a Type) -> Option<()> {
        match &ty.kind {
            TypeKind::Bool => self.marker(Marker::Bool),
            TypeKind::Int(int) => {
                self.marker(Marker::Int);
                self.u8(int.bits() / 8);
                self.u8(u8::from(int.is_signed()));
            }
            TypeKind::Float(float) => {
                self.marker(Marker::Float);
                self.u8(float.bits() / 8);
            }
            TypeKind::String => self.marker(Marker::String),
            TypeKind::Bytes => self.marker(Marker::Bytes),
            TypeKind::Vec(inner) => {
                self.marker(Marker::Vec);
                self.todo.push(Step::Type(inner));
            }
            TypeKind::Option(inner) => {
                self.marker(Marker::Option);
                self.todo.push(Step::Type(inner));
            }
            TypeKind::Array(element, length) => {
                self.marker(Marker::Array);
                self.u32(self.index.length(length)?);
                self.todo.push(Step::Type(element));
            }
            TypeKind::Named(name) => self.named(self.index.position(name)?)?,
            TypeKind::Unit
            | TypeKind::Tuple(_)
            | TypeKind::Map(..)
            | TypeKind::Set(_)
            | TypeKind::Std(_)
            | TypeKind::Secret(_)
            | TypeKind::Stream(_)
            | TypeKind::Extern(_) => return None,
        }
        Some(())
    }

    fn named(&mut self, position: usize) -> Option<()> {
        if let Some(index) = self.met.get(&position).copied() {
            self.marker(Marker::Again);
            self.u32(index);
            return Some(());
        }
        let index = self.take_index()?;
        self.met.insert(position, index);
        match self.index.items.get(position)? {
            Item::Struct(item) => {
                self.marker(if item.fixed { Marker::Fixed } else { Marker::Evolvable });
                self.fields(&item.fields)
            }
            Item::Scalar(item) => {
                self.marker(Marker::Scalar);
                self.u8(item.repr.bits() / 8);
                self.u8(0);
                self.count(item.variants.len())?;
                let mut numbers: Vec<u32> =
                    item.variants.iter().map(|variant| variant.number.value).collect();
                numbers.sort_unstable();
                for number in numbers {
                    (self.sink)(&u64::from(number).to_le_bytes());
                }
                Some(())
            }
            Item::Union(item) => {
                self.marker(Marker::Union);
                self.u8(0);
                self.count(item.variants.len())?;
                let mut variants: Vec<_> = item.variants.iter().collect();
                variants.sort_by_key(|variant| variant.number.value);
                self.todo.extend(
                    variants
                        .into_iter()
                        .rev()
                        .map(|variant| Step::Variant(variant.number.value, &variant.payload)),
                );
                Some(())
            }
            Item::Const(_) | Item::Alias(_) | Item::Flags(_) | Item::Protocol(_) => None,
        }
    }

    /// The count of fields; the fields follow.
    fn fields(&mut self, fields: &'a [Field]) -> Option<()> {
        self.count(fields.len())?;
        let mut fields: Vec<&Field> = fields.iter().collect();
        fields.sort_by_key(|field| field.number.value);
        let steps = fields.into_iter().rev();
        self.todo.extend(steps.map(|field| Step::Field(field.number.value, &field.ty)));
        Some(())
    }

    fn take_index(&mut self) -> Option<u32> {
        let index = self.count;
        self.count = index.checked_add(1)?;
        Some(index)
    }

    fn marker(&mut self, marker: Marker) {
        #[expect(clippy::as_conversions, reason = "the markers are numbers below 256")]
        self.u8(marker as u8);
    }

    fn u8(&mut self, value: u8) {
        (self.sink)(&[value]);
    }

    fn u32(&mut self, value: u32) {
        (self.sink)(&value.to_le_bytes());
    }

    fn count(&mut self, count: usize) -> Option<()> {
        self.u32(u32::try_from(count).ok()?);
        Some(())
    }
}

#[cfg(test)]
mod tests;
