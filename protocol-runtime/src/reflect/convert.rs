//! What generated code says of types, as the model of `protocol-schema`.
//!
//! Each Rust type becomes an item of a package of its own, so that names may repeat; the canonical
//! form puts all of them into one package.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::BTreeMap;

use protocol_schema::ir::{
    self, ArrayLen, Bound, Docs, Field, Flag, Flags, Float, Foreign, Handling, Int, Item, Message,
    Meta, Name, Number, Payload, Protocol, Reply, Repr, RustType, ScalarEnum, ScalarVariant,
    Schema, Side, Std, Struct, Type, TypeKind, Union, UnionVariant, Value, ValueKind,
};
use protocol_schema::span::Span;

use crate::schema::{
    End, FieldSchema, FlagsSchema, MessageSchema, NumberSchema, ProtocolSchema, Remarks,
    ReplySchema, RootFn, ScalarSchema, SchemaFn, StructSchema, TypeSchema, UnionSchema,
};

/// The protocols and all types that they reach.
pub(super) fn schema(protocols: &[&'static ProtocolSchema]) -> Schema {
    let messages = protocols.iter().flat_map(|protocol| protocol.messages);
    let mut walk = Walk { apart: messages.filter_map(apart).collect(), ..Walk::default() };
    let package = protocols.first().and_then(|protocol| protocol.name.rsplit_once("::"));
    let package = package.map_or(super::NO_PACKAGE, |(package, _)| package);
    let mut items: Vec<Protocol> =
        protocols.iter().map(|protocol| walk.protocol(protocol)).collect();
    walk.rest();
    for (item, protocol) in items.iter_mut().zip(protocols) {
        walk.name_bodies(item, protocol);
    }
    Schema {
        package: package.split("::").map(name).collect(),
        items: items.into_iter().map(Item::Protocol).collect(),
        foreign: walk.foreign,
        ..Schema::default()
    }
}

/// Goes from the protocols to what they reach.
#[derive(Default)]
struct Walk {
    /// Where each type that was met stands among the foreign items.
    places: BTreeMap<TypeId, usize>,
    /// Types that were met and not yet walked.
    met: Vec<(usize, &'static TypeSchema)>,
    foreign: Vec<Foreign>,
    /// The structs of messages that have a stream besides: what the text declares as such a message
    /// has the same name, so the struct alone needs another.
    apart: Vec<TypeId>,
}

/// The struct of a message that has a stream besides.
fn apart(message: &MessageSchema) -> Option<TypeId> {
    let payload = (message.payload)().filter(|_| message.inline && message.stream.is_some())?;
    if let TypeSchema::Struct(body) = payload { Some((body.id)()) } else { None }
}

impl Walk {
    fn protocol(&mut self, protocol: &ProtocolSchema) -> Protocol {
        let own = protocol.name.rsplit("::").next().unwrap_or(protocol.name);
        Protocol {
            docs: Docs::default(),
            name: name(own),
            version: protocol.version,
            min: protocol.min,
            messages: protocol.messages.iter().map(|message| self.message(message)).collect(),
            removed: protocol.removed.iter().copied().map(number).collect(),
            derives: vec![],
            meta: meta(&protocol.remarks),
        }
    }

    fn message(&mut self, message: &MessageSchema) -> Message {
        Message {
            docs: Docs::default(),
            number: number(u32::from(message.number)),
            name: name(message.name),
            from: match message.from {
                End::Client => Side::Client,
                End::Server => Side::Server,
            },
            payload: self.content(message),
            body_name: None,
            reply: message.reply.as_ref().map(|reply| self.reply(reply)),
            idempotent: message.idempotent,
            timeout: message.timeout,
            compress: message.compress,
            handling: Handling::default(),
            meta: meta(&message.remarks),
        }
    }

    fn content(&mut self, message: &MessageSchema) -> Payload {
        let stream = message.stream.as_ref().map(|field| {
            let field = self.field(field);
            let kind = TypeKind::Stream(Box::new(field.ty));
            Field { ty: ty(kind), ..field }
        });
        match ((message.payload)(), stream) {
            (Some(TypeSchema::Struct(body)), stream) if message.inline => {
                let fields = body.fields.iter().map(|field| self.field(field));
                let fields: Vec<Field> = fields.chain(stream).collect();
                Payload::Fields(fields)
            }
            (_, Some(stream)) => Payload::Tuple(Box::new(stream)),
            (Some(payload), None) => Payload::Tuple(Box::new(Field {
                varint: message.varint,
                max: message.max.map(|max| Bound::Literal(max, Span::NONE)),
                ..Field::unnamed(self.ty(payload))
            })),
            (None, None) => Payload::Unit,
        }
    }

    fn reply(&mut self, reply: &ReplySchema) -> Reply {
        let mut ok = self.root(reply.ok);
        if reply.stream {
            ok = ty(TypeKind::Stream(Box::new(ok)));
        }
        Reply { ok, err: reply.err.map(|err| self.root(err)) }
    }

    fn root(&mut self, root: RootFn) -> Type {
        root().map_or(ty(TypeKind::Unit), |root| self.ty(root))
    }

    fn field(&mut self, field: &FieldSchema) -> Field {
        let of = (field.ty)();
        let value = |kind| Value { kind, span: Span::NONE };
        Field {
            docs: Docs::default(),
            number: number(field.number),
            name: name(field.name),
            ty: self.ty(of),
            removed: field.removed,
            default: field.default.and_then(|block| default(of, &block())).map(value),
            varint: field.varint,
            max: field.max.map(|max| Bound::Literal(max, Span::NONE)),
            rust: RustType::default(),
            meta: meta(&field.remarks),
        }
    }

    fn ty(&mut self, schema: &'static TypeSchema) -> Type {
        ty(match schema {
            TypeSchema::Bool => TypeKind::Bool,
            TypeSchema::Int { width, signed } => TypeKind::Int(int(*width, *signed)),
            TypeSchema::Float { width: 4 } => TypeKind::Float(Float::F32),
            TypeSchema::Float { .. } => TypeKind::Float(Float::F64),
            TypeSchema::String => TypeKind::String,
            TypeSchema::Bytes => TypeKind::Bytes,
            TypeSchema::Vec(item) => TypeKind::Vec(self.boxed(item)),
            TypeSchema::Option(item) => TypeKind::Option(self.boxed(item)),
            TypeSchema::Array(item, len) => {
                let len = u32::try_from(*len).unwrap_or(u32::MAX);
                TypeKind::Array(self.boxed(item), ArrayLen::Literal(len))
            }
            TypeSchema::Tuple(items) => {
                TypeKind::Tuple(items.iter().map(|item| self.ty(item())).collect())
            }
            TypeSchema::Map(key, value) => TypeKind::Map(self.boxed(key), self.boxed(value)),
            TypeSchema::Set(key) => TypeKind::Set(self.boxed(key)),
            TypeSchema::Uuid => TypeKind::Std(Std::Uuid),
            TypeSchema::Timestamp => TypeKind::Std(Std::Timestamp),
            TypeSchema::Duration => TypeKind::Std(Std::Duration),
            TypeSchema::SocketAddr => TypeKind::Std(Std::SocketAddr),
            TypeSchema::Secret(inner) => TypeKind::Secret(self.boxed(inner)),
            TypeSchema::Struct(item) => self.named((item.id)(), item.name, schema),
            TypeSchema::Scalar(item) => self.named((item.id)(), item.name, schema),
            TypeSchema::Union(item) => self.named((item.id)(), item.name, schema),
            TypeSchema::Flags(item) => self.named((item.id)(), item.name, schema),
        })
    }

    fn boxed(&mut self, of: &SchemaFn) -> Box<Type> {
        Box::new(self.ty(of()))
    }

    /// A reference to a type, which is walked later: the graph may be deep.
    fn named(&mut self, id: TypeId, text: &str, schema: &'static TypeSchema) -> TypeKind {
        let text = self.called(id, text);
        let place = *self.places.entry(id).or_insert_with(|| {
            let place = self.foreign.len();
            // The place is taken before the content is known.
            let item = Item::Alias(ir::Alias {
                docs: Docs::default(),
                name: name(&text),
                ty: ty(TypeKind::Unit),
                meta: Meta::default(),
            });
            self.foreign.push(Foreign { package: place.to_string(), item });
            self.met.push((place, schema));
            place
        });
        TypeKind::Named(format!("{place}::{text}"))
    }

    /// What the text calls a type.
    fn called<'n>(&self, id: TypeId, own: &'n str) -> Cow<'n, str> {
        if self.apart.contains(&id) { format!("{own}_2").into() } else { own.into() }
    }

    /// The struct of a message may be the type of a field as well: then it is one type that both
    /// name, and the message carries that instead of fields of its own.
    fn name_bodies(&self, item: &mut Protocol, protocol: &ProtocolSchema) {
        for (message, schema) in item.messages.iter_mut().zip(protocol.messages) {
            let Some(TypeSchema::Struct(body)) = (schema.payload)() else { continue };
            if !schema.inline || schema.stream.is_some() {
                continue;
            }
            if let Some(place) = self.places.get(&(body.id)()) {
                let kind = TypeKind::Named(format!("{place}::{}", body.name));
                message.payload = Payload::Tuple(Box::new(Field::unnamed(ty(kind))));
            }
        }
    }

    /// Walks everything that was met.
    fn rest(&mut self) {
        while let Some((place, schema)) = self.met.pop() {
            let item = if let TypeSchema::Struct(item) = schema {
                Item::Struct(self.structure(item))
            } else if let TypeSchema::Union(item) = schema {
                Item::Union(self.union(item))
            } else if let TypeSchema::Scalar(item) = schema {
                Item::Scalar(scalar(item))
            } else if let TypeSchema::Flags(item) = schema {
                Item::Flags(flags(item))
            } else {
                // Nothing else has a name.
                continue;
            };
            if let Some(foreign) = self.foreign.get_mut(place) {
                foreign.item = item;
            }
        }
    }

    fn structure(&mut self, item: &StructSchema) -> Struct {
        Struct {
            docs: Docs::default(),
            name: name(&self.called((item.id)(), item.name)),
            fixed: item.fixed,
            plain: false,
            fields: item.fields.iter().map(|field| self.field(field)).collect(),
            derives: vec![],
            meta: meta(&item.remarks),
        }
    }

    fn union(&mut self, item: &UnionSchema) -> Union {
        let variants = item.variants.iter().map(|variant| UnionVariant {
            docs: Docs::default(),
            number: number(u32::from(variant.tag)),
            name: name(variant.name),
            payload: match variant.fields {
                [] => Payload::Unit,
                [only] if only.name.is_empty() => Payload::Tuple(Box::new(self.field(only))),
                fields => Payload::Fields(fields.iter().map(|field| self.field(field)).collect()),
            },
            default: variant.default,
            meta: meta(&variant.remarks),
        });
        Union {
            docs: Docs::default(),
            name: name(item.name),
            error: item.error,
            variants: variants.collect(),
            unknown: name("Unknown"),
            closed: item.closed,
            removed: item.removed.iter().copied().map(number).collect(),
            derives: vec![],
            meta: meta(&item.remarks),
        }
    }
}

fn scalar(item: &ScalarSchema) -> ScalarEnum {
    let variants = item.variants.iter().map(|variant| ScalarVariant {
        docs: Docs::default(),
        number: number(variant.number),
        name: name(variant.name),
        default: variant.default,
        meta: meta(&variant.remarks),
    });
    ScalarEnum {
        docs: Docs::default(),
        name: name(item.name),
        repr: repr(item.width),
        variants: variants.collect(),
        unknown: name("Unknown"),
        closed: item.closed,
        removed: item.removed.iter().copied().map(number).collect(),
        derives: vec![],
        meta: meta(&item.remarks),
    }
}

fn flags(item: &FlagsSchema) -> Flags {
    let flags = item.flags.iter().map(|flag: &NumberSchema| Flag {
        docs: Docs::default(),
        number: number(flag.number),
        name: name(flag.name),
        meta: meta(&flag.remarks),
    });
    Flags {
        docs: Docs::default(),
        name: name(item.name),
        repr: repr(item.width),
        flags: flags.collect(),
        removed: item.removed.iter().copied().map(number).collect(),
        derives: vec![],
        meta: meta(&item.remarks),
    }
}

/// What block bytes mean for a type: numbers of enums and flags as they are, which the canonical
/// form calls by name.
fn default(ty: &TypeSchema, block: &[u8]) -> Option<ValueKind> {
    let mut wide = [0; 16];
    wide.get_mut(..block.len())?.copy_from_slice(block);
    let bits = u128::from_le_bytes(wide);
    if let TypeSchema::Secret(inner) = ty {
        return default(inner(), block);
    }
    if let TypeSchema::Int { width, signed } = ty {
        return integer(*width, *signed, bits);
    }
    if let TypeSchema::Float { width } = ty {
        return Some(ValueKind::Float(match width {
            4 => f64::from(f32::from_bits(u32::try_from(bits).ok()?)),
            _ => f64::from_bits(u64::try_from(bits).ok()?),
        }));
    }
    if matches!(ty, TypeSchema::Bool) {
        return Some(ValueKind::Bool(bits != 0));
    }
    matches!(ty, TypeSchema::Scalar(_) | TypeSchema::Flags(_))
        .then_some(ValueKind::Int { magnitude: bits, negative: false })
}

fn integer(width: u8, signed: bool, bits: u128) -> Option<ValueKind> {
    let sign = u32::from(width).checked_mul(8)?.checked_sub(1)?;
    let negative = signed && bits.checked_shr(sign)? & 1 == 1;
    let mask = u128::MAX.checked_shr(127_u32.checked_sub(sign)?)?;
    let magnitude = if negative { bits.wrapping_neg() & mask } else { bits };
    Some(ValueKind::Int { magnitude, negative })
}

fn int(width: u8, signed: bool) -> Int {
    match (width, signed) {
        (1, false) => Int::U8,
        (2, false) => Int::U16,
        (4, false) => Int::U32,
        (8, false) => Int::U64,
        (_, false) => Int::U128,
        (1, true) => Int::I8,
        (2, true) => Int::I16,
        (4, true) => Int::I32,
        (8, true) => Int::I64,
        (_, true) => Int::I128,
    }
}

fn repr(width: u8) -> Repr {
    match width {
        1 => Repr::U8,
        2 => Repr::U16,
        4 => Repr::U32,
        _ => Repr::U64,
    }
}

fn ty(kind: TypeKind) -> Type {
    Type { kind, span: Span::NONE }
}

fn name(text: &str) -> Name {
    Name::new(text, Span::NONE)
}

fn number(value: u32) -> Number {
    Number { value, written: Some(Span::NONE) }
}

fn meta(remarks: &Remarks) -> Meta {
    Meta {
        since: remarks.since,
        deprecated: remarks.deprecated.map(str::to_owned),
        was: remarks.was.map(str::to_owned),
        vendor: vec![],
    }
}
