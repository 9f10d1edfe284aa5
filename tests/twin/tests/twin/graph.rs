//! Types as plain data: what the runtime says about a type, without functions and ids, so that two
//! of them can be compared, and changed.

use std::any::TypeId;
use std::collections::BTreeMap;

use network_protocol::schema::{FieldSchema, ProtocolSchema, RootFn, TypeSchema};

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
    Named(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Struct { fixed: bool, fields: Vec<Field> },
    Scalar { width: usize, variants: Vec<(u64, String)> },
    Union { error: bool, variants: Vec<Variant> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub number: u32,
    /// Empty for the one value of a tuple variant.
    pub name: String,
    pub ty: Ty,
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
    /// The value and the typed error.
    pub reply: Option<(Ty, Option<Ty>)>,
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
            Ty::Bool | Ty::Int { .. } | Ty::Float { .. } => false,
            Ty::Option(inner) => **inner != Ty::Bool,
            Ty::Array(item, len) => *len > 0 && self.has_tail(item),
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Scalar { .. } => false,
                Kind::Struct { fixed: true, fields } => {
                    fields.iter().any(|field| self.has_tail(&field.ty))
                }
                Kind::Struct { .. } | Kind::Union { .. } => true,
            },
            Ty::Unit | Ty::String | Ty::Bytes | Ty::Vec(_) => true,
        }
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
            Ty::Named(place) => match &self.at(*place).kind {
                Kind::Struct { fixed: false, .. } => "struct",
                Kind::Struct { fixed: true, .. } => "fixed struct",
                Kind::Scalar { .. } => "scalar enum",
                Kind::Union { .. } => "union",
            },
        }
    }
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
        let mut root = |root: RootFn| self.root(root());
        let messages = protocol.messages.iter().map(|message| Message {
            number: message.number,
            name: message.name.to_owned(),
            from: format!("{:?}", message.from),
            payload: root(message.payload),
            reply: message.reply.as_ref().map(|reply| (root(reply.ok), reply.err.map(&mut root))),
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
            TypeSchema::Struct(body) => self.named((body.id)(), body.name, |this| Kind::Struct {
                fixed: body.fixed,
                fields: this.fields(body.fields),
            }),
            TypeSchema::Scalar(scalar) => {
                self.named((scalar.id)(), scalar.name, |_| Kind::Scalar {
                    width: usize::from(scalar.width),
                    variants: scalar
                        .variants
                        .iter()
                        .map(|(n, name)| (*n, (*name).into()))
                        .collect(),
                })
            }
            TypeSchema::Union(union) => self.named((union.id)(), union.name, |this| {
                let variants = union.variants.iter().map(|variant| Variant {
                    tag: variant.tag,
                    name: variant.name.into(),
                    fields: this.fields(variant.fields),
                });
                Kind::Union { error: union.error, variants: variants.collect() }
            }),
            other => panic!("a type that this test does not know: {other:?}"),
        }
    }

    fn fields(&mut self, fields: &[FieldSchema]) -> Vec<Field> {
        let fields = fields.iter().map(|field| Field {
            number: field.number,
            name: field.name.into(),
            ty: self.ty((field.ty)()),
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

/// §10 of the page, again: the bytes that a fingerprint is taken of, and the hash.
pub fn fingerprint(graph: &Graph, protocol: &Protocol) -> [u8; 16] {
    let mut walk = Walk { graph, out: vec![0x14], met: Vec::new() };
    walk.u32(protocol.messages.len());
    for message in &protocol.messages {
        walk.u32(message.number.into());
        walk.out.push(u8::from(message.from == "Server"));
        walk.root(&message.payload);
        match &message.reply {
            None => walk.out.push(0),
            Some((ok, None)) => {
                walk.out.push(1);
                walk.root(ok);
            }
            Some((ok, Some(err))) => {
                walk.out.push(2);
                walk.root(ok);
                walk.root(err);
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
        self.node(ty);
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
            Ty::Named(place) => match self.met.iter().position(|met| met == place) {
                Some(index) => {
                    self.out.push(0x0f);
                    self.u32(index);
                }
                None => {
                    self.met.push(*place);
                    self.content(&self.graph.at(*place).kind);
                }
            },
        }
    }

    fn content(&mut self, kind: &Kind) {
        match kind {
            Kind::Struct { fixed, fields } => {
                self.out.push(if *fixed { 0x11 } else { 0x10 });
                self.fields(fields);
            }
            Kind::Scalar { width, variants } => {
                self.out.extend([0x12, *width as u8, 0]);
                self.u32(variants.len());
                for (number, _) in variants {
                    self.out.extend(number.to_le_bytes());
                }
            }
            Kind::Union { variants, .. } => {
                self.out.extend([0x13, 0]);
                self.u32(variants.len());
                for variant in variants {
                    self.u32(variant.tag.into());
                    self.fields(&variant.fields);
                }
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        self.u32(fields.len());
        for field in fields {
            self.u32(field.number as usize);
            self.node(&field.ty);
        }
    }
}
