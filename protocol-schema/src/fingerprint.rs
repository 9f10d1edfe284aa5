//! The identity of a protocol: a hash of all that can be seen on the wire, and of nothing else.
//!
//! Names, docs and the order of the source do not count. The bytes that are hashed are described
//! with `Marker`; the runtime hashes the same bytes over its own graph of types, so both sides
//! of a connection agree whichever door their code came through.

use std::collections::BTreeMap;

use crate::ir::{
    Field, Flags, Item, Message, Payload, Protocol, ScalarEnum, Schema, Side, Std, Type, TypeKind,
    Union,
};
use crate::layout::Layouts;

/// The fingerprint of a protocol whose schema was checked: FNV-1a with 128 bits.
///
/// `None` if a type is met that is known only to the Rust compiler, or not at all, or if aliases
/// that hold each other many times over make it longer than anything that people would write.
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
/// | `Bool`, `String`, `Bytes`, `Unit`, `Uuid`, `Timestamp`, `Duration`, `SocketAddr` | nothing |
/// | `Int` | width in bytes, u8; signed, u8 |
/// | `Float` | width in bytes, u8 |
/// | `Vec`, `Option`, `Set`, `Stream`, `Bare` | the type inside |
/// | `Map` | the types of keys and values |
/// | `Array` | length, u32; the element |
/// | `Tuple` | count, u32; the types |
/// | `Evolvable`, `Fixed` | count, u32; for each field, by number: number, u32; marks; type |
/// | `Scalar` | width, u8; closed, u8; count, u32; the numbers, rising, u64 each; mark of the default |
/// | `Flags` | width, u8; count, u32; the bits, rising, u32 each |
/// | `Union` | closed, u8; count, u32; for each variant, by tag: tag, u32; its fields as in a struct; mark of the default |
/// | `Again` | the index of a struct or enum that was met before, u32 |
/// | `Protocol` | count, u32; for each message, by number: number, u32; side, u8; payload; reply |
///
/// The marks of a field are, in this order and where they apply: `Removed`; `Default` and the bytes
/// of the value in a block; `Varint`. The mark of the default is `DefaultVariant` and its number,
/// u64 of a scalar enum, u32 of a union. What was removed otherwise is not there.
///
/// Structs, enums, flags and the bodies of messages with named fields have indices from 0, in the
/// order in which they are met. An alias and `Secret` are what they stand for. A payload of one type is one field with number 0 in a union. A message
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
    Varint = 0x17,
    Default = 0x18,
    Tuple = 0x19,
    Map = 0x1a,
    Set = 0x1b,
    Uuid = 0x1c,
    Timestamp = 0x1d,
    Duration = 0x1e,
    SocketAddr = 0x1f,
    Flags = 0x20,
    Removed = 0x21,
    Stream = 0x22,
    DefaultVariant = 0x23,
}

/// How many types, fields and variants there may be, aliases written out.
const STEPS_MAX: usize = 1 << 20;

/// Hands the bytes that stand for a protocol to `sink`, piece by piece.
fn describe(schema: &Schema, protocol: &Protocol, sink: &mut dyn FnMut(&[u8])) -> Option<()> {
    let mut writer = Writer {
        layouts: Layouts::new(schema),
        met: BTreeMap::new(),
        count: 0,
        pending: Vec::new(),
        steps_left: STEPS_MAX,
        sink,
    };
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
    /// A field: its number, its marks, then its type.
    Field(u32, &'a Field),
    /// A variant of a union: its tag, then its fields.
    Variant(u32, &'a Payload),
    /// The tag of a union's default.
    DefaultTag(u32),
}

struct Writer<'a, 's> {
    layouts: Layouts<'a>,
    /// The indices of the structs, enums and flags met so far, by their position in the schema.
    met: BTreeMap<usize, u32>,
    /// The next index.
    count: u32,
    /// The next step is the last.
    pending: Vec<Step<'a>>,
    steps_left: usize,
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
            Payload::Tuple(field) => self.root(&field.ty, field.varint)?,
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
                self.reply(&reply.ok)?;
                if let Some(err) = &reply.err {
                    self.root(err, false)?;
                }
            }
        }
        Some(())
    }

    fn reply(&mut self, ty: &'a Type) -> Option<()> {
        if let TypeKind::Stream(item) = &ty.kind {
            self.marker(Marker::Stream);
            return self.root(item, false);
        }
        self.root(ty, false)
    }

    fn root(&mut self, ty: &'a Type, varint: bool) -> Option<()> {
        if ty.kind == TypeKind::Unit {
            self.marker(Marker::Unit);
            return Some(());
        }
        if !self.layouts.is_evolvable(ty) {
            self.marker(Marker::Bare);
        }
        if varint {
            self.marker(Marker::Varint);
        }
        self.pending.push(Step::Type(ty));
        self.run()
    }

    fn run(&mut self) -> Option<()> {
        while let Some(step) = self.pending.pop() {
            self.steps_left = self.steps_left.checked_sub(1)?;
            match step {
                Step::Type(ty) => self.ty(ty)?,
                Step::Field(number, field) => {
                    self.u32(number);
                    self.field(field)?;
                }
                Step::Variant(tag, payload) => {
                    self.u32(tag);
                    match payload {
                        Payload::Unit => self.u32(0),
                        Payload::Tuple(field) => {
                            self.u32(1);
                            self.pending.push(Step::Field(0, field));
                        }
                        Payload::Fields(fields) => self.fields(fields)?,
                    }
                }
                Step::DefaultTag(tag) => {
                    self.marker(Marker::DefaultVariant);
                    self.u32(tag);
                }
            }
        }
        Some(())
    }

    fn field(&mut self, field: &'a Field) -> Option<()> {
        if field.removed {
            self.marker(Marker::Removed);
        }
        if let Some(default) = &field.default {
            self.marker(Marker::Default);
            let bytes = self.layouts.default_bytes(&field.ty, default)?;
            (self.sink)(&bytes);
        }
        if field.varint {
            self.marker(Marker::Varint);
        }
        self.pending.push(Step::Type(&field.ty));
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
                self.pending.push(Step::Type(inner));
            }
            TypeKind::Option(inner) => {
                self.marker(Marker::Option);
                self.pending.push(Step::Type(inner));
            }
            TypeKind::Array(element, length) => {
                self.marker(Marker::Array);
                self.u32(self.layouts.length(length)?);
                self.pending.push(Step::Type(element));
            }
            TypeKind::Tuple(elements) => {
                self.marker(Marker::Tuple);
                self.count(elements.len())?;
                self.pending.extend(elements.iter().rev().map(Step::Type));
            }
            TypeKind::Map(key, value) => {
                self.marker(Marker::Map);
                self.pending.push(Step::Type(value));
                self.pending.push(Step::Type(key));
            }
            TypeKind::Set(key) => {
                self.marker(Marker::Set);
                self.pending.push(Step::Type(key));
            }
            TypeKind::Std(std) => self.marker(match std {
                Std::Uuid => Marker::Uuid,
                Std::Timestamp => Marker::Timestamp,
                Std::Duration => Marker::Duration,
                Std::SocketAddr => Marker::SocketAddr,
            }),
            TypeKind::Secret(inner) => self.pending.push(Step::Type(inner)),
            TypeKind::Stream(item) => {
                self.marker(Marker::Stream);
                self.pending.push(Step::Type(item));
            }
            TypeKind::Named(name) => {
                let position = self.layouts.index().position(name)?;
                let item = self.layouts.find(name)?;
                if let Item::Alias(_) = item {
                    self.pending.push(Step::Type(self.layouts.target(position)?));
                } else {
                    self.named(position, item)?;
                }
            }
            TypeKind::Unit | TypeKind::Extern(_) => return None,
        }
        Some(())
    }

    fn named(&mut self, position: usize, item: &'a Item) -> Option<()> {
        if let Some(index) = self.met.get(&position).copied() {
            self.marker(Marker::Again);
            self.u32(index);
            return Some(());
        }
        let index = self.take_index()?;
        self.met.insert(position, index);
        match item {
            Item::Struct(item) => {
                self.marker(if item.fixed { Marker::Fixed } else { Marker::Evolvable });
                self.fields(&item.fields)
            }
            Item::Scalar(item) => self.scalar(item),
            Item::Flags(item) => self.flags(item),
            Item::Union(item) => self.union(item),
            Item::Const(_) | Item::Alias(_) | Item::Protocol(_) => None,
        }
    }

    fn scalar(&mut self, item: &ScalarEnum) -> Option<()> {
        self.marker(Marker::Scalar);
        self.u8(item.repr.bits() / 8);
        self.u8(u8::from(item.closed));
        self.count(item.variants.len())?;
        let mut numbers: Vec<u32> =
            item.variants.iter().map(|variant| variant.number.value).collect();
        numbers.sort_unstable();
        for number in numbers {
            (self.sink)(&u64::from(number).to_le_bytes());
        }
        if let Some(default) = item.variants.iter().find(|variant| variant.default) {
            self.marker(Marker::DefaultVariant);
            (self.sink)(&u64::from(default.number.value).to_le_bytes());
        }
        Some(())
    }

    fn flags(&mut self, item: &Flags) -> Option<()> {
        self.marker(Marker::Flags);
        self.u8(item.repr.bits() / 8);
        self.count(item.flags.len())?;
        let mut bits: Vec<u32> = item.flags.iter().map(|flag| flag.number.value).collect();
        bits.sort_unstable();
        bits.into_iter().for_each(|bit| self.u32(bit));
        Some(())
    }

    fn union(&mut self, item: &'a Union) -> Option<()> {
        self.marker(Marker::Union);
        self.u8(u8::from(item.closed));
        self.count(item.variants.len())?;
        let default = item.variants.iter().find(|variant| variant.default);
        self.pending.extend(default.map(|variant| Step::DefaultTag(variant.number.value)));
        let mut variants: Vec<_> = item.variants.iter().collect();
        variants.sort_by_key(|variant| variant.number.value);
        let steps = variants.into_iter().rev();
        self.pending
            .extend(steps.map(|variant| Step::Variant(variant.number.value, &variant.payload)));
        Some(())
    }

    /// The count of fields; the fields follow.
    fn fields(&mut self, fields: &'a [Field]) -> Option<()> {
        self.count(fields.len())?;
        let mut fields: Vec<&Field> = fields.iter().collect();
        fields.sort_by_key(|field| field.number.value);
        let steps = fields.into_iter().rev();
        self.pending.extend(steps.map(|field| Step::Field(field.number.value, field)));
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
