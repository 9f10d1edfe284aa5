//! The identity of a protocol's wire form: one hash over the graph of its types.
//!
//! Equal fingerprints mean that nothing needs to be negotiated. It guards against mistakes, not
//! against anybody's intent.

use std::any::TypeId;
use std::fmt;

use crate::schema::{
    End, FieldSchema, FlagsSchema, MessageSchema, ProtocolSchema, ReplySchema, ScalarSchema,
    TypeSchema, UnionSchema,
};

/// 128 bits of FNV-1a over everything about a protocol that is visible on the wire: numbers,
/// types, directions, replies and errors; not names, documentation or source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The fingerprint of a protocol. Walks its types each time.
    #[must_use]
    pub fn of(protocol: &ProtocolSchema) -> Self {
        let mut walk = Walk { hash: Fnv::NEW, seen: Vec::new() };
        walk.protocol(protocol);
        Self(walk.hash.0.to_be_bytes())
    }

    /// The same of one type, `None` being no value at all.
    #[cfg(feature = "net")]
    pub(crate) fn of_root(root: Option<&TypeSchema>) -> Self {
        let mut walk = Walk { hash: Fnv::NEW, seen: Vec::new() };
        walk.root(root);
        Self(walk.hash.0.to_be_bytes())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// FNV-1a with 128 bits (RFC 9923).
struct Fnv(u128);

impl Fnv {
    const NEW: Self = Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }
}

struct Walk {
    hash: Fnv,
    /// Named types in the order of their first visit; none for what nothing can name again.
    seen: Vec<Option<TypeId>>,
}

impl Walk {
    fn tag(&mut self, tag: u8) {
        self.hash.write(&[tag]);
    }

    fn count(&mut self, n: usize) {
        self.number(u32::try_from(n).unwrap_or(u32::MAX));
    }

    fn number(&mut self, n: u32) {
        self.hash.write(&n.to_le_bytes());
    }

    fn protocol(&mut self, protocol: &ProtocolSchema) {
        self.tag(0x14);
        self.count(protocol.messages.len());
        for message in protocol.messages {
            self.number(u32::from(message.number));
            self.tag(match message.from {
                End::Client => 0,
                End::Server => 1,
            });
            self.content(message);
            match &message.reply {
                None => self.tag(0),
                Some(reply) => self.reply(reply),
            }
        }
    }

    /// What a message carries; a stream among it counts as a field.
    fn content(&mut self, message: &MessageSchema) {
        match ((message.payload)(), &message.stream) {
            (Some(TypeSchema::Struct(body)), stream @ Some(_)) => {
                // With a stream among its fields it is not the struct that others may hold.
                self.seen.push(None);
                self.tag(0x10);
                self.fields(body.fields, stream.as_ref());
            }
            (ty, None | Some(_)) => self.value(ty, message.varint),
        }
    }

    fn reply(&mut self, reply: &ReplySchema) {
        self.tag(if reply.err.is_some() { 2 } else { 1 });
        if reply.stream {
            self.tag(0x22);
        }
        self.root((reply.ok)());
        if let Some(err) = reply.err {
            self.root(err());
        }
    }

    fn root(&mut self, root: Option<&TypeSchema>) {
        self.value(root, false);
    }

    /// A root; a number of a message may be written in as few bytes as it needs.
    fn value(&mut self, root: Option<&TypeSchema>, varint: bool) {
        let Some(ty) = root else { return self.tag(0x15) };
        if !is_evolvable(ty) {
            self.tag(0x16);
        }
        if varint {
            self.tag(0x17);
        }
        self.node(ty);
    }

    /// Whether a named type is met for the first time; writes the reference if it is not.
    fn first_visit(&mut self, id: TypeId) -> bool {
        if let Some(index) = self.seen.iter().position(|seen| *seen == Some(id)) {
            self.tag(0x0F);
            self.count(index);
            return false;
        }
        self.seen.push(Some(id));
        true
    }

    /// Fields in number order; that of a stream is apart from the others.
    fn fields(&mut self, fields: &[FieldSchema], stream: Option<&FieldSchema>) {
        self.count(fields.len() + usize::from(stream.is_some()));
        let mut stream = stream;
        for field in fields {
            if let Some(earlier) = stream.take_if(|stream| stream.number < field.number) {
                self.stream(earlier);
            }
            self.field(field);
        }
        if let Some(last) = stream {
            self.stream(last);
        }
    }

    fn stream(&mut self, field: &FieldSchema) {
        self.number(field.number);
        self.tag(0x22);
        self.node((field.ty)());
    }

    fn field(&mut self, field: &FieldSchema) {
        self.number(field.number);
        if field.removed {
            self.tag(0x21);
        }
        if let Some(block) = field.default {
            self.tag(0x18);
            self.hash.write(&block());
        }
        if field.varint {
            self.tag(0x17);
        }
        self.node((field.ty)());
    }

    fn node(&mut self, ty: &TypeSchema) {
        match ty {
            TypeSchema::Bool => self.tag(0x01),
            TypeSchema::Int { width, signed } => {
                self.hash.write(&[0x02, *width, u8::from(*signed)]);
            }
            TypeSchema::Float { width } => self.hash.write(&[0x03, *width]),
            TypeSchema::String => self.tag(0x04),
            TypeSchema::Bytes => self.tag(0x05),
            TypeSchema::Vec(item) => {
                self.tag(0x06);
                self.node(item());
            }
            TypeSchema::Option(item) => {
                self.tag(0x07);
                self.node(item());
            }
            TypeSchema::Array(item, len) => {
                self.tag(0x08);
                self.count(*len);
                self.node(item());
            }
            TypeSchema::Tuple(items) => {
                self.tag(0x19);
                self.count(items.len());
                for item in *items {
                    self.node(item());
                }
            }
            TypeSchema::Map(key, value) => {
                self.tag(0x1A);
                self.node(key());
                self.node(value());
            }
            TypeSchema::Set(key) => {
                self.tag(0x1B);
                self.node(key());
            }
            TypeSchema::Uuid => self.tag(0x1C),
            TypeSchema::Timestamp => self.tag(0x1D),
            TypeSchema::Duration => self.tag(0x1E),
            TypeSchema::SocketAddr => self.tag(0x1F),
            TypeSchema::Secret(inner) => self.node(inner()),
            TypeSchema::Struct(body) => {
                if self.first_visit((body.id)()) {
                    self.tag(if body.fixed { 0x11 } else { 0x10 });
                    self.fields(body.fields, None);
                }
            }
            TypeSchema::Scalar(scalar) => self.scalar(scalar),
            TypeSchema::Union(union) => self.union(union),
            TypeSchema::Flags(flags) => self.flags(flags),
        }
    }

    fn scalar(&mut self, scalar: &ScalarSchema) {
        if !self.first_visit((scalar.id)()) {
            return;
        }
        self.hash.write(&[0x12, scalar.width, u8::from(scalar.closed)]);
        self.count(scalar.variants.len());
        for variant in scalar.variants {
            self.hash.write(&u64::from(variant.number).to_le_bytes());
        }
        for variant in scalar.variants.iter().filter(|variant| variant.default) {
            self.tag(0x23);
            self.hash.write(&u64::from(variant.number).to_le_bytes());
        }
    }

    fn union(&mut self, union: &UnionSchema) {
        if !self.first_visit((union.id)()) {
            return;
        }
        self.hash.write(&[0x13, u8::from(union.closed)]);
        self.count(union.variants.len());
        for variant in union.variants {
            self.number(u32::from(variant.tag));
            self.fields(variant.fields, None);
        }
        for variant in union.variants.iter().filter(|variant| variant.default) {
            self.tag(0x23);
            self.number(u32::from(variant.tag));
        }
    }

    fn flags(&mut self, flags: &FlagsSchema) {
        if !self.first_visit((flags.id)()) {
            return;
        }
        self.hash.write(&[0x20, flags.width]);
        self.count(flags.flags.len());
        for flag in flags.flags {
            self.number(flag.number);
        }
    }
}

/// Whether a type is a body of its own as a whole message.
fn is_evolvable(ty: &TypeSchema) -> bool {
    if let TypeSchema::Secret(inner) = ty {
        return is_evolvable(inner());
    }
    matches!(ty, TypeSchema::Struct(body) if !body.fixed)
}
