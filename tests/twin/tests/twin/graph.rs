//! Types as plain data: what the runtime says about a type, without functions and ids, so that two
//! of them can be compared, and changed.

use std::any::TypeId;
use std::collections::BTreeMap;

use network_protocol::schema::{FieldSchema, ProtocolSchema, TypeSchema};

use crate::value::Value;

/// Named types; a type refers to one by its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    pub named: Vec<Named>,
    /// The names of fields as they stand in the file, by the name of the type or variant: Rust
    /// prints them in this order.
    pub source_order: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// Nothing: only as a root.
    Unit,
    Bool,
    Int {
        width: usize,
        signed: bool,
    },
    Float {
        width: usize,
    },
    String,
    Bytes,
    Vec(Box<Ty>),
    Option(Box<Ty>),
    Array(Box<Ty>, usize),
    /// An integer in as few bytes as it needs: only of a field.
    Varint {
        width: usize,
        signed: bool,
    },
    Tuple(Vec<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Set(Box<Ty>),
    Std(Std),
    Secret(Box<Ty>),
    Named(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Std {
    Uuid,
    Timestamp,
    Duration,
    SocketAddr,
}

impl Std {
    pub const fn block(self) -> usize {
        match self {
            Self::Uuid => 16,
            Self::Timestamp | Self::Duration => 12,
            Self::SocketAddr => 19,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Struct { fixed: bool, fields: Vec<Field> },
    Scalar { width: usize, closed: bool, variants: Vec<(u64, String)>, default: Option<u64> },
    Union { error: bool, closed: bool, variants: Vec<Variant>, default: Option<u8> },
    Flags { width: usize, flags: Vec<(u32, String)> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub number: u32,
    /// Empty for the one value of a tuple variant, `_` for a removed field.
    pub name: String,
    pub ty: Ty,
    pub removed: bool,
    /// What the value is combined with by XOR.
    pub default: Option<u128>,
    /// The most bytes or elements.
    pub max: Option<u64>,
    /// Something else stands for it in Rust, which may refuse what the wire allows.
    pub converted: bool,
}

impl Field {
    pub fn new(number: usize, name: impl Into<String>, ty: Ty) -> Self {
        Self {
            number: number as u32,
            name: name.into(),
            ty,
            removed: false,
            default: None,
            max: None,
            converted: false,
        }
    }

    /// Whether a value holds no more than it may.
    pub fn fits(&self, value: &Value) -> bool {
        fn count(value: &Value) -> usize {
            match value {
                Value::Text(text) => text.len(),
                Value::Bytes(bytes) => bytes.len(),
                Value::List(values) => values.len(),
                Value::Option(value) => value.as_deref().map_or(0, count),
                other => panic!("{other:?} has no length"),
            }
        }
        self.max.is_none_or(|max| count(value) as u64 <= max)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    pub tag: u8,
    pub name: String,
    pub fields: Vec<Field>,
}

/// A protocol over the types of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    pub name: String,
    pub version: u32,
    pub min: u32,
    pub messages: Vec<Message>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub number: u16,
    pub name: String,
    /// `Client` or `Server`.
    pub from: String,
    pub payload: Ty,
    /// The most bytes or elements of a payload without a name.
    pub max: Option<u64>,
    /// Whether a payload without a name is written in as few bytes as it needs.
    pub varint: bool,
    /// The field that is a stream, which is none of the payload's.
    pub stream: Option<(u32, Ty)>,
    pub reply: Option<Reply>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The value, or each item of a stream.
    pub ok: Ty,
    pub stream: bool,
    pub err: Option<Ty>,
}

impl Graph {
    /// The types at one place of the list.
    pub fn at(&self, place: usize) -> &Named {
        &self.named[place]
    }

    /// The fields of a struct that evolves.
    pub fn evolvable(&self, ty: &Ty) -> Option<&[Field]> {
        match ty {
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Struct { fixed: false, fields } => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether values may have something in the tail.
    pub fn has_tail(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Bool | Ty::Int { .. } | Ty::Float { .. } | Ty::Std(_) => false,
            Ty::Option(inner) => *inner.shown() != Ty::Bool,
            Ty::Array(item, len) => *len > 0 && self.has_tail(item),
            Ty::Tuple(items) => items.iter().any(|item| self.has_tail(item)),
            Ty::Secret(inner) => self.has_tail(inner),
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Scalar { .. } | Kind::Flags { .. } => false,
                Kind::Struct { fixed: true, fields } => {
                    fields.iter().any(|field| self.has_tail(&field.ty))
                }
                Kind::Struct { .. } | Kind::Union { .. } => true,
            },
            Ty::Unit
            | Ty::String
            | Ty::Bytes
            | Ty::Vec(_)
            | Ty::Varint { .. }
            | Ty::Map(..)
            | Ty::Set(_) => true,
        }
    }

    /// How many flag bits it takes.
    pub fn bits(&self, ty: &Ty) -> usize {
        match ty.shown() {
            Ty::Bool => 1,
            Ty::Option(inner) => 1 + usize::from(*inner.shown() == Ty::Bool),
            _ => 0,
        }
    }

    /// How many bytes of block it takes.
    pub fn block(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Unit | Ty::Bool | Ty::Option(_) => 0,
            Ty::Int { width, .. } | Ty::Float { width } => *width,
            Ty::String | Ty::Bytes | Ty::Vec(_) | Ty::Varint { .. } | Ty::Map(..) | Ty::Set(_) => 1,
            Ty::Array(item, len) => self.run_block(item, *len),
            Ty::Tuple(items) => self.block_of(&fields_of(items)),
            Ty::Std(std) => std.block(),
            Ty::Secret(inner) => self.block(inner),
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Scalar { width, .. } | Kind::Flags { width, .. } => *width,
                Kind::Struct { fixed: true, fields } => self.block_of(fields),
                Kind::Struct { .. } | Kind::Union { .. } => 1,
            },
        }
    }

    pub fn run_block(&self, item: &Ty, count: usize) -> usize {
        let bits = self.bits(item);
        let len = count.saturating_mul(if bits > 0 { bits } else { self.block(item) });
        if bits > 0 { len.div_ceil(8) } else { len }
    }

    /// How long the block of a body is: a flag byte for each eight bits, at the place of the first.
    pub fn block_of(&self, fields: &[Field]) -> usize {
        let bits: usize = fields.iter().map(|field| self.bits(&field.ty)).sum();
        let blocks: usize = fields.iter().map(|field| self.block(&field.ty)).sum();
        bits.div_ceil(8) + blocks
    }

    /// What kind of type it is, in one word.
    pub fn word(&self, ty: &Ty) -> &'static str {
        match ty {
            Ty::Unit => "nothing",
            Ty::Bool => "bool",
            Ty::Int { .. } => "integer",
            Ty::Float { .. } => "float",
            Ty::String => "String",
            Ty::Bytes => "Bytes",
            Ty::Vec(_) => "Vec",
            Ty::Option(inner) if **inner == Ty::Bool => "Option<bool>",
            Ty::Option(_) => "Option",
            Ty::Array(..) => "array",
            Ty::Varint { .. } => "varint",
            Ty::Tuple(_) => "tuple",
            Ty::Map(..) => "Map",
            Ty::Set(_) => "Set",
            Ty::Std(Std::Uuid) => "Uuid",
            Ty::Std(Std::Timestamp) => "Timestamp",
            Ty::Std(Std::Duration) => "Duration",
            Ty::Std(Std::SocketAddr) => "SocketAddr",
            Ty::Secret(_) => "Secret",
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Struct { fixed: false, .. } => "struct",
                Kind::Struct { fixed: true, .. } => "fixed struct",
                Kind::Scalar { closed: true, .. } => "closed scalar enum",
                Kind::Scalar { .. } => "scalar enum",
                Kind::Union { closed: true, .. } => "closed union",
                Kind::Union { .. } => "union",
                Kind::Flags { .. } => "flags",
            },
        }
    }
}

impl Ty {
    /// What is on the wire: a secret is what it keeps.
    pub fn shown(&self) -> &Self {
        match self {
            Self::Secret(inner) => inner.shown(),
            other => other,
        }
    }
}

/// A tuple's elements, a map's key and value: fields without names.
pub fn fields_of(items: &[Ty]) -> Vec<Field> {
    items.iter().enumerate().map(|(i, ty)| Field::new(i, "", ty.clone())).collect()
}

/// Makes a graph of what the runtime says.
#[derive(Default)]
pub struct Builder {
    pub graph: Graph,
    seen: Vec<TypeId>,
}

impl Builder {
    pub fn root(&mut self, root: Option<&TypeSchema>) -> Ty {
        root.map_or(Ty::Unit, |schema| self.ty(schema))
    }

    pub fn protocol(&mut self, protocol: &ProtocolSchema) -> Protocol {
        let messages = protocol.messages.iter().map(|message| Message {
            number: message.number,
            name: message.name.to_owned(),
            from: format!("{:?}", message.from),
            payload: match self.root((message.payload)()) {
                ty if message.varint => varint(ty),
                ty => ty,
            },
            max: message.max,
            varint: message.varint,
            stream: message.stream.as_ref().map(|field| (field.number, self.ty((field.ty)()))),
            reply: message.reply.as_ref().map(|reply| Reply {
                ok: self.root((reply.ok)()),
                stream: reply.stream,
                err: reply.err.map(|err| self.root(err())),
            }),
        });
        Protocol {
            name: protocol.name.to_owned(),
            version: protocol.version,
            min: protocol.min,
            messages: messages.collect(),
        }
    }

    fn ty(&mut self, schema: &TypeSchema) -> Ty {
        match schema {
            TypeSchema::Bool => Ty::Bool,
            TypeSchema::Int { width, signed } => {
                Ty::Int { width: usize::from(*width), signed: *signed }
            }
            TypeSchema::Float { width } => Ty::Float { width: usize::from(*width) },
            TypeSchema::String => Ty::String,
            TypeSchema::Bytes => Ty::Bytes,
            TypeSchema::Vec(item) => Ty::Vec(Box::new(self.ty(item()))),
            TypeSchema::Option(item) => Ty::Option(Box::new(self.ty(item()))),
            TypeSchema::Array(item, len) => Ty::Array(Box::new(self.ty(item())), *len),
            TypeSchema::Tuple(items) => {
                Ty::Tuple(items.iter().map(|item| self.ty(item())).collect())
            }
            TypeSchema::Map(key, value) => {
                let key = Box::new(self.ty(key()));
                Ty::Map(key, Box::new(self.ty(value())))
            }
            TypeSchema::Set(key) => Ty::Set(Box::new(self.ty(key()))),
            TypeSchema::Uuid => Ty::Std(Std::Uuid),
            TypeSchema::Timestamp => Ty::Std(Std::Timestamp),
            TypeSchema::Duration => Ty::Std(Std::Duration),
            TypeSchema::SocketAddr => Ty::Std(Std::SocketAddr),
            TypeSchema::Secret(inner) => Ty::Secret(Box::new(self.ty(inner()))),
            TypeSchema::Struct(body) => self.named((body.id)(), body.name, |this| Kind::Struct {
                fixed: body.fixed,
                fields: this.fields(body.fields),
            }),
            TypeSchema::Scalar(scalar) => {
                self.named((scalar.id)(), scalar.name, |_| Kind::Scalar {
                    width: usize::from(scalar.width),
                    closed: scalar.closed,
                    variants: scalar
                        .variants
                        .iter()
                        .map(|v| (v.number.into(), v.name.into()))
                        .collect(),
                    default: scalar.variants.iter().find(|v| v.default).map(|v| v.number.into()),
                })
            }
            TypeSchema::Flags(flags) => self.named((flags.id)(), flags.name, |_| Kind::Flags {
                width: usize::from(flags.width),
                flags: flags.flags.iter().map(|flag| (flag.number, flag.name.into())).collect(),
            }),
            TypeSchema::Union(union) => self.named((union.id)(), union.name, |this| {
                let variants = union.variants.iter().map(|variant| Variant {
                    tag: variant.tag,
                    name: variant.name.into(),
                    fields: this.fields(variant.fields),
                });
                Kind::Union {
                    error: union.error,
                    closed: union.closed,
                    variants: variants.collect(),
                    default: union.variants.iter().find(|v| v.default).map(|v| v.tag),
                }
            }),
            other => panic!("a type that this test does not know: {other:?}"),
        }
    }

    fn fields(&mut self, fields: &[FieldSchema]) -> Vec<Field> {
        let fields = fields.iter().map(|field| {
            let ty = self.ty((field.ty)());
            let default = field.default.map(|bytes| {
                bytes().iter().rev().fold(0, |all, byte| all << 8 | u128::from(*byte))
            });
            Field {
                number: field.number,
                name: field.name.into(),
                ty: if field.varint { varint(ty) } else { ty },
                removed: field.removed,
                default,
                max: field.max,
                converted: false,
            }
        });
        fields.collect()
    }

    fn named(&mut self, id: TypeId, name: &str, kind: impl FnOnce(&mut Self) -> Kind) -> Ty {
        if let Some(place) = self.seen.iter().position(|seen| *seen == id) {
            return Ty::Named(place);
        }
        let place = self.seen.len();
        self.seen.push(id);
        // The place is taken before the content is known: that may come back to it.
        let nothing = Kind::Struct { fixed: false, fields: Vec::new() };
        self.graph.named.push(Named { name: name.into(), kind: nothing });
        let kind = kind(self);
        self.graph.named[place].kind = kind;
        Ty::Named(place)
    }
}

/// The type of a field that is written in as few bytes as it needs.
fn varint(ty: Ty) -> Ty {
    match ty {
        Ty::Int { width, signed } => Ty::Varint { width, signed },
        Ty::Secret(inner) => Ty::Secret(Box::new(varint(*inner))),
        other => panic!("{other:?} is no varint"),
    }
}

/// §10 of the page, again: the bytes that a fingerprint is taken of, and the hash.
pub fn fingerprint(graph: &Graph, protocol: &Protocol) -> [u8; 16] {
    let mut walk = Walk { graph, out: vec![0x14], met: Vec::new() };
    walk.u32(protocol.messages.len());
    for message in &protocol.messages {
        walk.u32(message.number.into());
        walk.out.push(u8::from(message.from == "Server"));
        walk.content(message);
        match &message.reply {
            None => walk.out.push(0),
            Some(Reply { ok, stream, err }) => {
                walk.out.push(1 + u8::from(err.is_some()));
                if *stream {
                    walk.out.push(0x22);
                }
                walk.root(ok);
                if let Some(err) = err {
                    walk.root(err);
                }
            }
        }
    }
    let mut hash = 0x6c62272e07bb014262b821756295c58d_u128;
    for byte in walk.out {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000000001000000000000000000013b);
    }
    hash.to_be_bytes()
}

struct Walk<'g> {
    graph: &'g Graph,
    out: Vec<u8>,
    met: Vec<usize>,
}

impl Walk<'_> {
    fn u32(&mut self, number: usize) {
        self.out.extend((number as u32).to_le_bytes());
    }

    fn root(&mut self, ty: &Ty) {
        if *ty == Ty::Unit {
            return self.out.push(0x15);
        }
        if self.graph.evolvable(ty).is_none() {
            self.out.push(0x16);
        }
        let full = full_width(ty);
        if full != *ty {
            self.out.push(0x17);
        }
        self.node(&full);
    }

    fn node(&mut self, ty: &Ty) {
        match ty {
            Ty::Unit => panic!("nothing is no type of a field"),
            Ty::Bool => self.out.push(0x01),
            Ty::Int { width, signed } => self.out.extend([0x02, *width as u8, u8::from(*signed)]),
            Ty::Float { width } => self.out.extend([0x03, *width as u8]),
            Ty::String => self.out.push(0x04),
            Ty::Bytes => self.out.push(0x05),
            Ty::Vec(item) => {
                self.out.push(0x06);
                self.node(item);
            }
            Ty::Option(item) => {
                self.out.push(0x07);
                self.node(item);
            }
            Ty::Array(item, len) => {
                self.out.push(0x08);
                self.u32(*len);
                self.node(item);
            }
            Ty::Varint { .. } => panic!("only a field is a varint"),
            Ty::Tuple(items) => {
                self.out.push(0x19);
                self.u32(items.len());
                items.iter().for_each(|item| self.node(item));
            }
            Ty::Map(key, value) => {
                self.out.push(0x1a);
                self.node(key);
                self.node(value);
            }
            Ty::Set(key) => {
                self.out.push(0x1b);
                self.node(key);
            }
            Ty::Std(Std::Uuid) => self.out.push(0x1c),
            Ty::Std(Std::Timestamp) => self.out.push(0x1d),
            Ty::Std(Std::Duration) => self.out.push(0x1e),
            Ty::Std(Std::SocketAddr) => self.out.push(0x1f),
            Ty::Secret(inner) => self.node(inner),
            Ty::Named(place) => match self.met.iter().position(|met| met == place) {
                Some(index) => {
                    self.out.push(0x0f);
                    self.u32(index);
                }
                None => {
                    self.met.push(*place);
                    self.kind(&self.graph.at(*place).kind);
                }
            },
        }
    }

    /// What a message carries: its stream counts as one of its fields.
    fn content(&mut self, message: &Message) {
        let (Some((number, ty)), Ty::Named(place)) = (&message.stream, &message.payload) else {
            return self.root(&message.payload);
        };
        self.met.push(*place);
        let Kind::Struct { fixed: false, fields } = &self.graph.at(*place).kind else {
            panic!("a stream is beside fields")
        };
        self.out.push(0x10);
        self.u32(fields.len() + 1);
        for field in fields.iter().filter(|field| field.number < *number) {
            self.u32(field.number as usize);
            self.field(field);
        }
        self.u32(*number as usize);
        self.out.push(0x22);
        self.node(ty);
        for field in fields.iter().filter(|field| field.number > *number) {
            self.u32(field.number as usize);
            self.field(field);
        }
    }

    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Struct { fixed, fields } => {
                self.out.push(if *fixed { 0x11 } else { 0x10 });
                self.fields(fields);
            }
            Kind::Scalar { width, closed, variants, default } => {
                self.out.extend([0x12, *width as u8, u8::from(*closed)]);
                self.u32(variants.len());
                for (number, _) in variants {
                    self.out.extend(number.to_le_bytes());
                }
                if let Some(default) = default {
                    self.out.push(0x23);
                    self.out.extend(default.to_le_bytes());
                }
            }
            Kind::Flags { width, flags } => {
                self.out.extend([0x20, *width as u8]);
                self.u32(flags.len());
                for (bit, _) in flags {
                    self.u32(*bit as usize);
                }
            }
            Kind::Union { closed, variants, default, .. } => {
                self.out.extend([0x13, u8::from(*closed)]);
                self.u32(variants.len());
                for variant in variants {
                    self.u32(variant.tag.into());
                    self.fields(&variant.fields);
                }
                if let Some(default) = default {
                    self.out.push(0x23);
                    self.u32((*default).into());
                }
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        self.u32(fields.len());
        for field in fields {
            self.u32(field.number as usize);
            self.field(field);
        }
    }

    fn field(&mut self, field: &Field) {
        if field.removed {
            self.out.push(0x21);
        }
        if let Some(default) = field.default {
            let width = match self.graph.block(&full_width(&field.ty)) {
                0 => 1,
                width => width,
            };
            self.out.push(0x18);
            self.out.extend(&default.to_le_bytes()[..width]);
        }
        let full = full_width(&field.ty);
        if full != field.ty {
            self.out.push(0x17);
        }
        self.node(&full);
    }
}

/// The type of a field as it is declared.
fn full_width(ty: &Ty) -> Ty {
    match ty {
        Ty::Varint { width, signed } => Ty::Int { width: *width, signed: *signed },
        Ty::Secret(inner) => Ty::Secret(Box::new(full_width(inner))),
        other => other.clone(),
    }
}
