//! §8 of the page as a program: blocks and tails apart, put together afterwards. It shares nothing
//! with the runtime, which writes each value in one pass.

use std::collections::BTreeSet;

use crate::graph::{Field, Graph, Kind, Ty, fields_of};
use crate::value::Value;

/// What was written, and where or how.
pub type Form = (&'static str, &'static str);

/// A value in its parts.
#[derive(Default)]
struct Parts {
    bits: Vec<bool>,
    block: Vec<u8>,
    tail: Vec<u8>,
}

pub struct Encoder<'g> {
    graph: &'g Graph,
    /// Each form of the encoding that was written: what, and where or how.
    pub forms: BTreeSet<Form>,
}

impl<'g> Encoder<'g> {
    pub fn new(graph: &'g Graph) -> Self {
        Self { graph, forms: BTreeSet::new() }
    }

    /// A message, a reply or an error.
    pub fn root(&mut self, ty: &Ty, value: &Value) -> Vec<u8> {
        self.saw_kind("root", ty);
        let (block, tail) = match (ty, value) {
            (Ty::Unit, Value::Unit) => return Vec::new(),
            (_, Value::Struct(values)) if self.graph.evolvable(ty).is_some() => {
                let fields = self.graph.evolvable(ty).unwrap_or_default();
                if fields.is_empty() {
                    return Vec::new();
                }
                self.body(fields, values)
            }
            _ => {
                let parts = self.parts(ty, value);
                put_together(vec![parts])
            }
        };
        self.standing_body("root", block, tail)
    }

    /// The body of a variant: what follows its `len`.
    pub fn variant_body(&mut self, fields: &[Field], values: &[Value]) -> Vec<u8> {
        if fields.is_empty() {
            return Vec::new();
        }
        let (block, tail) = self.body(fields, values);
        self.standing_body("variant", block, tail)
    }

    /// `u8 block_len (255: u16 block_len follows) ‖ block ‖ tail`.
    fn standing_body(&mut self, what: &'static str, block: Vec<u8>, tail: Vec<u8>) -> Vec<u8> {
        let mut out = Vec::new();
        if block.len() < 255 {
            out.push(block.len() as u8);
        } else {
            self.saw(what, "a block of 255 bytes or more");
            out.push(255);
            out.extend((block.len() as u16).to_le_bytes());
        }
        [out, block, tail].concat()
    }

    fn body(&mut self, fields: &[Field], values: &[Value]) -> (Vec<u8>, Vec<u8>) {
        assert_eq!(fields.len(), values.len());
        let parts = fields.iter().zip(values).map(|(field, value)| {
            if field.removed {
                self.saw("field", "removed");
                return Parts {
                    bits: vec![false; self.graph.bits(&field.ty)],
                    block: vec![0; self.graph.block(&field.ty)],
                    tail: Vec::new(),
                };
            }
            self.saw_kind("field", &field.ty);
            if let Some(default) = field.default {
                let is_default =
                    *value == Value::Number(default) || *value == Value::Bool(default != 0);
                self.saw("default", if is_default { "as it is" } else { "another value" });
            }
            self.parts(&field.ty, &value.xor(field))
        });
        put_together(parts.collect())
    }

    fn parts(&mut self, ty: &Ty, value: &Value) -> Parts {
        match (ty, value) {
            (Ty::Bool, Value::Bool(value)) => Parts { bits: vec![*value], ..Parts::default() },
            (Ty::Int { width, .. } | Ty::Float { width }, Value::Number(bits)) => {
                Parts { block: bits.to_le_bytes()[..*width].to_vec(), ..Parts::default() }
            }
            (Ty::String, Value::Text(text)) => self.bytes("String", text.as_bytes()),
            (Ty::Bytes, Value::Bytes(bytes)) => self.bytes("Bytes", bytes),
            (Ty::Option(inner), Value::Option(value)) => self.option(inner, value.as_deref()),
            (Ty::Vec(item), Value::List(values)) => {
                let mut parts = self.length("list", values.len());
                if !values.is_empty() {
                    parts.tail.extend(self.elements(item, values));
                }
                parts
            }
            (Ty::Array(item, len), Value::List(values)) => {
                assert_eq!(*len, values.len());
                let (block, tail) = self.run("array", item, values);
                Parts { block, tail, ..Parts::default() }
            }
            (Ty::Varint { width, signed }, Value::Number(bits)) => {
                self.varint(*width, *signed, *bits)
            }
            (Ty::Tuple(items), Value::List(values)) => {
                let (block, tail) = self.body(&fields_of(items), values);
                Parts { block, tail, ..Parts::default() }
            }
            (Ty::Map(key, item), value) => {
                let pair = Ty::Tuple(vec![(**key).clone(), (**item).clone()]);
                self.parts(&Ty::Vec(Box::new(pair)), value)
            }
            (Ty::Set(key), value) => self.parts(&Ty::Vec(key.clone()), value),
            (Ty::Std(std), Value::Bytes(block)) => {
                assert_eq!(block.len(), std.block());
                Parts { block: block.clone(), ..Parts::default() }
            }
            (Ty::Secret(inner), value) => self.parts(inner, value),
            (Ty::Named(place), value) => self.named(*place, value),
            _ => panic!("{value:?} is no {ty:?}"),
        }
    }

    fn named(&mut self, place: usize, value: &Value) -> Parts {
        let graph = self.graph;
        match (&graph.at(place).kind, value) {
            (Kind::Scalar { width, .. } | Kind::Flags { width, .. }, Value::Number(bits)) => {
                Parts { block: bits.to_le_bytes()[..*width].to_vec(), ..Parts::default() }
            }
            (Kind::Struct { fixed: true, fields }, Value::Struct(values)) => {
                let (block, tail) = self.body(fields, values);
                Parts { block, tail, ..Parts::default() }
            }
            (Kind::Struct { fixed: false, fields }, Value::Struct(values)) => {
                self.nested(fields, values)
            }
            (Kind::Union { .. }, Value::Raw(0, _)) => {
                self.saw("union", "absent");
                Parts { block: vec![0], ..Parts::default() }
            }
            (Kind::Union { .. }, Value::Raw(tag, body)) => {
                self.saw("union", "a variant that the schema does not have");
                union(*tag, body)
            }
            (Kind::Union { closed: true, variants, .. }, Value::Variant(tag, values)) => {
                let variant = variants.iter().find(|variant| variant.tag == *tag);
                let fields = &variant.expect("a variant of the schema").fields;
                self.saw("closed union", if fields.is_empty() { "alone" } else { "with fields" });
                let (block, tail) = self.body(fields, values);
                Parts { block: vec![*tag], tail: [block, tail].concat(), ..Parts::default() }
            }
            (Kind::Union { variants, .. }, Value::Variant(tag, values)) => {
                let variant = variants.iter().find(|variant| variant.tag == *tag);
                let fields = &variant.expect("a variant of the schema").fields;
                let body = self.variant_body(fields, values);
                self.saw("union", if body.is_empty() { "alone" } else { "with fields" });
                union(*tag, &body)
            }
            (kind, _) => panic!("{value:?} is no {kind:?}"),
        }
    }

    fn varint(&mut self, width: usize, signed: bool, bits: u128) -> Parts {
        let mask = u128::MAX >> (128 - 8 * width);
        let negative = signed && bits >> (8 * width - 1) & 1 == 1;
        // -2v - 1 is 2 * !v + 1: all bits but the sign turned round, and the sign below them.
        let folded = match (signed, negative) {
            (false, _) => bits,
            (true, false) => bits << 1,
            (true, true) => ((!bits & mask) << 1) | 1,
        };
        let (first, len) = match folded {
            0..=250 => (folded as u8, 0),
            251..=0xFFFF => (251, 2),
            0x1_0000..=0xFFFF_FFFF => (252, 4),
            _ => (253, 8),
        };
        self.saw("varint", ["in the block", "", "u16", "", "u32", "", "", "", "u64"][len]);
        let tail = folded.to_le_bytes()[..len].to_vec();
        Parts { block: vec![first], tail, ..Parts::default() }
    }

    fn option(&mut self, inner: &Ty, value: Option<&Value>) -> Parts {
        let present = value.is_some();
        if *inner.shown() == Ty::Bool {
            let value = value == Some(&Value::Bool(true));
            self.saw(
                "Option<bool>",
                ["absent", "", "false", "true"][usize::from(present) * 2 + usize::from(value)],
            );
            let bits = vec![present, value];
            return Parts { bits, ..Parts::default() };
        }
        let mut tail = Vec::new();
        if let Some(value) = value {
            self.saw_kind("option", inner);
            let parts = self.parts(inner, value);
            assert!(parts.bits.is_empty(), "only a bool and an Option have bits");
            tail = [parts.block, parts.tail].concat();
        }
        Parts { bits: vec![present], tail, ..Parts::default() }
    }

    fn bytes(&mut self, what: &'static str, bytes: &[u8]) -> Parts {
        let mut parts = self.length(what, bytes.len());
        parts.tail.extend(bytes);
        parts
    }

    /// min(length, 255) in the block, and the long length that follows it.
    fn length(&mut self, what: &'static str, len: usize) -> Parts {
        if len < 255 {
            return Parts { block: vec![len as u8], ..Parts::default() };
        }
        self.saw(what, if len == 255 { "255" } else { "more than 255" });
        let groups = (0..5).map(|group| (len >> (7 * group)) as u8 & 0x7F);
        Parts { block: vec![255], tail: groups.collect(), ..Parts::default() }
    }

    /// A struct that evolves, as a field, as an array's element or in an `Option`.
    fn nested(&mut self, fields: &[Field], values: &[Value]) -> Parts {
        let (block, own_tail) = self.element(fields, values);
        let tail_bit = self.any_has_tail(fields);
        let mut tail = Vec::new();
        let mut first = block.len() as u8;
        if block.len() >= 127 {
            first = 127;
            tail.extend((block.len() as u16).to_le_bytes());
            self.saw(
                if tail_bit { "nested, tail" } else { "nested" },
                "a block of 127 bytes or more",
            );
        }
        if tail_bit {
            first |= 0x80;
            tail.extend((own_tail.len() as u32).to_le_bytes());
        }
        self.saw(if tail_bit { "nested, tail" } else { "nested" }, "");
        Parts { block: vec![first], tail: [tail, block, own_tail].concat(), ..Parts::default() }
    }

    /// The body of a struct where it must take up room.
    fn element(&mut self, fields: &[Field], values: &[Value]) -> (Vec<u8>, Vec<u8>) {
        let (mut block, tail) = self.body(fields, values);
        if fields.is_empty() {
            self.saw("struct", "no fields");
            block.push(0);
        }
        (block, tail)
    }

    /// Elements of a list that is not empty, behind its count.
    fn elements(&mut self, item: &Ty, values: &[Value]) -> Vec<u8> {
        let graph = self.graph;
        match graph.evolvable(item) {
            Some(fields) => {
                self.saw_kind("list", item);
                self.structs(fields, values)
            }
            None => {
                let (block, tail) = self.run("list", item, values);
                [block, tail].concat()
            }
        }
    }

    /// All blocks, or the bitmap, and all tails.
    fn run(&mut self, place: &'static str, item: &Ty, values: &[Value]) -> (Vec<u8>, Vec<u8>) {
        let (mut bits, mut block, mut tail) = (Vec::new(), Vec::new(), Vec::new());
        for value in values {
            self.saw_kind(place, item);
            let parts = self.parts(item, value);
            bits.extend(parts.bits);
            block.extend(parts.block);
            tail.extend(parts.tail);
        }
        if !bits.is_empty() {
            assert!(block.is_empty(), "no type has both bits and a block");
            block = vec![0; bits.len().div_ceil(8)];
            for (i, _) in bits.iter().enumerate().filter(|(_, bit)| **bit) {
                block[i / 8] |= 1 << (i % 8);
            }
        }
        (block, tail)
    }

    /// `u16 header ‖ [ends] ‖ blocks ‖ tails`.
    fn structs(&mut self, fields: &[Field], values: &[Value]) -> Vec<u8> {
        let (mut blocks, mut tails, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut header = 0;
        for value in values {
            let Value::Struct(values) = value else { panic!("{value:?} is no struct") };
            let (block, tail) = self.element(fields, values);
            header = block.len() as u16;
            blocks.extend(block);
            tails.extend(tail);
            ends.push(tails.len());
        }
        let mut out = Vec::new();
        if !self.any_has_tail(fields) {
            self.saw("list of structs", "no tails");
            out.extend(header.to_le_bytes());
        } else if tails.len() <= 65_535 {
            self.saw("list of structs", "ends of two bytes");
            out.extend((header | 0xC000).to_le_bytes());
            out.extend(ends.iter().flat_map(|end| (*end as u16).to_le_bytes()));
        } else {
            self.saw("list of structs", "ends of four bytes");
            out.extend((header | 0x8000).to_le_bytes());
            out.extend(ends.iter().flat_map(|end| (*end as u32).to_le_bytes()));
        }
        [out, blocks, tails].concat()
    }

    fn any_has_tail(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.graph.has_tail(&field.ty))
    }

    fn saw(&mut self, what: &'static str, how: &'static str) {
        self.forms.insert((what, how));
    }

    fn saw_kind(&mut self, place: &'static str, ty: &Ty) {
        self.saw(self.graph.word(ty), place);
    }
}

/// A body: flag bits go to the open flag byte, everything else to the current offset.
fn put_together(all: Vec<Parts>) -> (Vec<u8>, Vec<u8>) {
    let (mut block, mut tail) = (Vec::new(), Vec::new());
    // The flag byte that is open, and how many of its bits are taken.
    let mut open: Option<(usize, u32)> = None;
    for parts in all {
        for bit in parts.bits {
            let (at, used) = match open {
                Some((at, used)) if used < 8 => (at, used),
                _ => {
                    block.push(0);
                    (block.len() - 1, 0)
                }
            };
            block[at] |= u8::from(bit) << used;
            open = Some((at, used + 1));
        }
        block.extend(parts.block);
        tail.extend(parts.tail);
    }
    (block, tail)
}

/// The tag in the block, `u32 len ‖ body` in the tail.
fn union(tag: u8, body: &[u8]) -> Parts {
    let len = (body.len() as u32).to_le_bytes();
    Parts { block: vec![tag], tail: [&len, body].concat(), ..Parts::default() }
}
