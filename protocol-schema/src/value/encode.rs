//! A value to its bytes: blocks and tails are made apart and put together afterwards.

use std::net::{IpAddr, SocketAddr};

use super::decode::{DEPTH_MAX, NESTING_MAX};
use super::error::{ValueError, ValueErrorKind as Kind};
use super::layout::{
    Body, Field, Id, Node, RootKind, Scalar, Slot, Struct, Types, Union, With, int_width,
};
use super::{Codec, Value, compare};
use crate::ir::{Float, Int, Std};

type Write<T> = Result<T, ValueError>;

impl Codec {
    /// The one canonical form of a value.
    ///
    /// The entries of maps and sets may stand in any order.
    ///
    /// # Errors
    ///
    /// [`ValueError`], with the path of the part that is no value of its type, passes a limit of
    /// the schema, or is too long to be written. A value that nests deeper than a reader follows
    /// by [default](super::DecodeOptions::default) is not written either.
    pub fn encode(&self, value: &Value) -> Result<Vec<u8>, ValueError> {
        let mut encoder =
            Encoder { types: &self.types, nesting: NESTING_MAX, depth: 0, deepest: 0 };
        let written = match (&self.root.kind, value) {
            (RootKind::Nothing, Value::Unit) => Ok(Vec::new()),
            (RootKind::Nothing, other) => Err(mismatch("nothing", other)),
            (RootKind::Fields(body), Value::Struct(values)) => encoder.standing(body, values),
            (RootKind::Fields(_), other) => Err(mismatch("a struct", other)),
            (RootKind::Single(body), value) => encoder.standing(body, std::slice::from_ref(value)),
            (RootKind::Struct(id), value) => match (self.types.evolvable(*id), bare(value)) {
                (Some(body), Value::Struct(values)) => encoder.standing(body, values),
                (_, other) => Err(mismatch("a struct", other)),
            },
        };
        let (depth, max) = (encoder.deepest, DEPTH_MAX);
        let written = written.and_then(|bytes| match depth {
            0..=DEPTH_MAX => Ok(bytes),
            _ => Err(ValueError::new(Kind::TooDeep { depth, max })),
        });
        written.map_err(|error| error.root(&self.root.name))
    }
}

struct Encoder<'a> {
    types: &'a Types,
    nesting: u32,
    /// In how many structs and unions a reader is, and was at most.
    depth: u32,
    deepest: u32,
}

/// A block that is made, and the tail behind it.
struct Parts {
    block: Vec<u8>,
    tail: Vec<u8>,
}

impl Parts {
    fn new(block: usize) -> Self {
        Self { block: vec![0; block], tail: Vec::new() }
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        let places = self.block.iter_mut().skip(at);
        places.zip(bytes).for_each(|(place, byte)| *place = *byte);
    }

    fn set(&mut self, slot: Slot, bit: usize, value: bool) {
        if let Some(bit) = slot.bits.get(bit).filter(|_| value)
            && let Some(byte) = self.block.get_mut(bit.byte)
        {
            *byte |= 1 << bit.bit;
        }
    }

    /// min(length, 255) in the block, and the long length that follows it.
    fn length(&mut self, at: usize, len: usize, with: With) -> Write<()> {
        let wide = u64::try_from(len).unwrap_or(u64::MAX);
        if let Some(max) = with.max.filter(|max| wide > *max) {
            return Err(ValueError::new(Kind::OverMax { got: wide, max }));
        }
        if let Ok(short @ 0..=254) = u8::try_from(len) {
            self.put(at, &[short]);
            return Ok(());
        }
        let len = length(len)?;
        self.put(at, &[255]);
        let groups = (0..5).map(|group| u64::from(len) >> (7 * group) & 0x7f);
        self.tail.extend(groups.map(|group| u8::try_from(group).unwrap_or(0)));
        Ok(())
    }
}

impl Encoder<'_> {
    /// `u8 block_len (255: u16 block_len follows) ‖ block ‖ tail`; no bytes without fields.
    fn standing(&mut self, body: &Body, values: &[Value]) -> Write<Vec<u8>> {
        let parts = self.body(body, values)?;
        if body.block == 0 {
            return Ok(Vec::new());
        }
        let mut out = match u8::try_from(body.block) {
            Ok(short @ 0..=254) => vec![short],
            _ => [&[255][..], &block_len(body.block)?.to_le_bytes()].concat(),
        };
        out.extend(parts.block);
        out.extend(parts.tail);
        Ok(out)
    }

    fn body(&mut self, body: &Body, values: &[Value]) -> Write<Parts> {
        let mut parts = Parts::new(body.block);
        self.fields(body, values, 0, &mut parts)?;
        Ok(parts)
    }

    /// The fields of a body that starts at `base` of the block.
    fn fields(&mut self, body: &Body, values: &[Value], base: usize, to: &mut Parts) -> Write<()> {
        let expected = body.values();
        if values.len() != expected {
            return Err(ValueError::new(Kind::Count { got: values.len(), expected }));
        }
        let fields = body.fields.iter().filter(|field| !field.removed);
        for (field, value) in fields.zip(values) {
            let written = self.field(field, value, base, to);
            written.map_err(|error| error.field(&field.name))?;
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, value: &Value, base: usize, to: &mut Parts) -> Write<()> {
        self.value(field.ty, field.with, value, field.slot.moved(base), to)
    }

    fn value(
        &mut self,
        ty: Id,
        with: With,
        value: &Value,
        slot: Slot,
        to: &mut Parts,
    ) -> Write<()> {
        self.nesting = match self.nesting.checked_sub(1) {
            Some(nesting) => nesting,
            None => return Err(ValueError::new(Kind::DepthLimit)),
        };
        self.value_of(ty, with, value, slot, to)?;
        self.nesting += 1;
        Ok(())
    }

    fn value_of(
        &mut self,
        ty: Id,
        with: With,
        value: &Value,
        slot: Slot,
        to: &mut Parts,
    ) -> Write<()> {
        let types = self.types;
        match (types.node(ty), value) {
            (Node::Secret(inner), value) => {
                let inside = if let Value::Secret(hidden) = value { &*hidden.0 } else { value };
                self.value(*inner, with, inside, slot, to)
            }
            (Node::Vec(element), Value::List(values)) => {
                to.length(slot.at, values.len(), with)?;
                self.elements(*element, values, to)
            }
            (Node::Set(element), Value::Set(values)) => {
                to.length(slot.at, values.len(), with)?;
                let sorted = sorted(values, |value| value)?;
                let sorted: Vec<Value> = sorted.into_iter().cloned().collect();
                self.elements(*element, &sorted, to)
            }
            (Node::Map(entry), Value::Map(entries)) => {
                to.length(slot.at, entries.len(), with)?;
                let entries = sorted(entries, |(key, _)| key)?.into_iter();
                let pairs: Vec<Value> = entries
                    .map(|(key, value)| Value::Tuple(vec![key.clone(), value.clone()]))
                    .collect();
                self.elements(*entry, &pairs, to)
            }
            (Node::Option(inner), Value::Option(value)) => {
                self.option(*inner, with, value.as_deref(), slot, to)
            }
            (Node::Array(element, len), Value::List(values)) if values.len() == *len => {
                self.run(*element, values, slot.at, to)
            }
            (Node::Array(_, len), Value::List(values)) => {
                Err(ValueError::new(Kind::Count { got: values.len(), expected: *len }))
            }
            (Node::Tuple(body), Value::Tuple(values))
            | (Node::Struct(Struct { fixed: true, body }), Value::Struct(values)) => {
                self.fields(body, values, slot.at, to)
            }
            (Node::Struct(Struct { fixed: false, body }), Value::Struct(values)) => {
                self.nested(body, values, slot, to)
            }
            (Node::Union(item), Value::Variant(tag, values)) => {
                self.variant(item, *tag, values, slot, to)
            }
            (Node::Union(item), Value::Unknown(tag, body)) => {
                self.deeper(|_| raw(item, *tag, body, slot, to))
            }
            (node, value) => leaf(node, with, value, slot, to),
        }
    }

    /// Writes what a reader counts as one level.
    fn deeper<T>(&mut self, write: impl FnOnce(&mut Self) -> Write<T>) -> Write<T> {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let written = write(self)?;
        self.depth -= 1;
        Ok(written)
    }

    fn option(
        &mut self,
        inner: Id,
        with: With,
        value: Option<&Value>,
        slot: Slot,
        to: &mut Parts,
    ) -> Write<()> {
        let Some(value) = value else { return Ok(()) };
        to.set(slot, 0, true);
        let size = self.types.size(inner);
        if size.bits > 0 {
            let [_, second] = slot.bits;
            return self.value(inner, With::NONE, value, Slot { at: 0, bits: [second; 2] }, to);
        }
        let mut parts = Parts::new(size.block);
        self.value(inner, with.inside(), value, Slot::default(), &mut parts)?;
        to.tail.extend(parts.block);
        to.tail.extend(parts.tail);
        Ok(())
    }

    /// A struct that evolves, as a field.
    fn nested(&mut self, body: &Body, values: &[Value], slot: Slot, to: &mut Parts) -> Write<()> {
        let parts = self.deeper(|inner| inner.element(body, values))?;
        let flag = if body.tail { 0x80 } else { 0 };
        match u8::try_from(parts.block.len()) {
            Ok(short @ 0..=126) => to.put(slot.at, &[short | flag]),
            _ => {
                to.put(slot.at, &[127 | flag]);
                to.tail.extend(block_len(parts.block.len())?.to_le_bytes());
            }
        }
        if body.tail {
            to.tail.extend(length(parts.tail.len())?.to_le_bytes());
        }
        to.tail.extend(parts.block);
        to.tail.extend(parts.tail);
        Ok(())
    }

    /// The body of a struct where it must take up room.
    fn element(&mut self, body: &Body, values: &[Value]) -> Write<Parts> {
        let mut parts = self.body(body, values)?;
        parts.block.resize(body.element_len(), 0);
        Ok(parts)
    }

    fn variant(
        &mut self,
        item: &Union,
        tag: u8,
        values: &[Value],
        slot: Slot,
        to: &mut Parts,
    ) -> Write<()> {
        let variant = item.variants.iter().find(|variant| variant.tag == tag);
        let Some(variant) = variant else {
            return Err(ValueError::new(Kind::UnknownTag(tag.into())));
        };
        let within = |error: ValueError| error.field(&variant.name);
        to.put(slot.at, &[tag]);
        if item.closed {
            let parts = self.deeper(|inner| inner.body(&variant.body, values)).map_err(within)?;
            to.tail.extend(parts.block);
            to.tail.extend(parts.tail);
            return Ok(());
        }
        let body = self.deeper(|inner| inner.standing(&variant.body, values)).map_err(within)?;
        to.tail.extend(length(body.len())?.to_le_bytes());
        to.tail.extend(body);
        Ok(())
    }

    /// Elements of a list, behind its count.
    fn elements(&mut self, element: Id, values: &[Value], to: &mut Parts) -> Write<()> {
        if values.is_empty() {
            return Ok(());
        }
        if let Some(body) = self.types.evolvable(element) {
            return self.deeper(|inner| inner.structs(body, values, to));
        }
        let len = self.types.size(element).run(values.len());
        let mut parts = Parts::new(len.ok_or_else(|| ValueError::new(Kind::TooLong))?);
        self.run(element, values, 0, &mut parts)?;
        to.tail.extend(parts.block);
        to.tail.extend(parts.tail);
        Ok(())
    }

    fn run(&mut self, element: Id, values: &[Value], base: usize, to: &mut Parts) -> Write<()> {
        let size = self.types.size(element);
        for (i, value) in values.iter().enumerate() {
            let slot = Slot::element(base, i, size);
            let written = self.value(element, With::NONE, value, slot, to);
            written.map_err(|error| error.index(i))?;
        }
        Ok(())
    }

    /// `u16 header ‖ [ends] ‖ blocks ‖ tails`.
    fn structs(&mut self, body: &Body, values: &[Value], to: &mut Parts) -> Write<()> {
        let (mut blocks, mut tails, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (i, value) in values.iter().enumerate() {
            let parts = if let Value::Struct(values) = bare(value) {
                self.element(body, values)
            } else {
                Err(mismatch("a struct", value))
            };
            let parts = parts.map_err(|error| error.index(i))?;
            blocks.extend(parts.block);
            tails.extend(parts.tail);
            ends.push(length(tails.len())?);
        }
        let header = block_len(body.element_len())?;
        if !body.tail {
            to.tail.extend(header.to_le_bytes());
        } else if u16::try_from(tails.len()).is_ok() {
            to.tail.extend((header | 0xc000).to_le_bytes());
            let ends = ends.iter().map(|end| u16::try_from(*end).unwrap_or(u16::MAX));
            to.tail.extend(ends.flat_map(u16::to_le_bytes));
        } else {
            to.tail.extend((header | 0x8000).to_le_bytes());
            to.tail.extend(ends.into_iter().flat_map(u32::to_le_bytes));
        }
        to.tail.extend(blocks);
        to.tail.extend(tails);
        Ok(())
    }
}

/// Writes what holds no other values.
fn leaf(node: &Node, with: With, value: &Value, slot: Slot, to: &mut Parts) -> Write<()> {
    let mut put = |bits: u128, width: usize| {
        let bytes = (bits ^ with.xor).to_le_bytes();
        to.put(slot.at, bytes.get(..width).unwrap_or(&bytes));
    };
    match (node, value) {
        (Node::Bool, Value::Bool(value)) => to.set(slot, 0, *value ^ (with.xor != 0)),
        (Node::Int(int), Value::Uint(_) | Value::Int(_)) if with.varint => {
            varint(*int, int_bits(*int, value)? ^ with.xor, slot.at, to);
        }
        (Node::Int(int), Value::Uint(_) | Value::Int(_)) => {
            put(int_bits(*int, value)?, int_width(*int));
        }
        (Node::Float(Float::F32), Value::F32(value)) => put(value.to_bits().into(), 4),
        (Node::Float(Float::F64), Value::F64(value)) => put(value.to_bits().into(), 8),
        (Node::Flags(item), Value::Uint(bits)) => put(fits(*bits, item.width)?, item.width),
        (Node::Scalar(item), Value::Uint(number)) => put(scalar(item, *number)?, item.width),
        (Node::Std(std), value) => to.put(slot.at, &std_bytes(*std, value)?),
        (Node::String, Value::String(text)) => {
            to.length(slot.at, text.len(), with)?;
            to.tail.extend(text.as_bytes());
        }
        (Node::Bytes, Value::Bytes(bytes)) => {
            to.length(slot.at, bytes.len(), with)?;
            to.tail.extend(bytes);
        }
        (node, other) => return Err(mismatch(node.describe(), other)),
    }
    Ok(())
}

/// A value without the secrets around it.
fn bare(value: &Value) -> &Value {
    if let Value::Secret(hidden) = value { bare(&hidden.0) } else { value }
}

fn mismatch(expected: &str, found: &Value) -> ValueError {
    ValueError::mismatch(expected, found.describe())
}

fn length(len: usize) -> Write<u32> {
    u32::try_from(len).map_err(|_| ValueError::new(Kind::TooLong))
}

fn block_len(len: usize) -> Write<u16> {
    u16::try_from(len).map_err(|_| ValueError::new(Kind::TooLong))
}

/// The bits of an integer, those above its width 0.
fn int_bits(int: Int, value: &Value) -> Write<u128> {
    let width = u32::from(int.bits());
    let (bits, fits, number) = match (value, int.is_signed()) {
        (Value::Uint(number), false) => {
            (*number, number.leading_zeros() >= 128 - width, number.to_string())
        }
        (Value::Int(number), true) => {
            let sign_bits = number.leading_zeros().max(number.leading_ones());
            let bits = u128::from_le_bytes(number.to_le_bytes());
            (bits, sign_bits > 128 - width, number.to_string())
        }
        (other, _) => return Err(mismatch(int.name(), other)),
    };
    if !fits {
        return Err(ValueError::new(Kind::OutOfRange { number, ty: int.name().to_owned() }));
    }
    Ok(bits & (u128::MAX >> (128 - width)))
}

fn fits(bits: u128, width: usize) -> Write<u128> {
    let width = 8 * u32::try_from(width).unwrap_or(16);
    if bits.leading_zeros() + width < 128 {
        let (number, ty) = (bits.to_string(), format!("u{width}"));
        return Err(ValueError::new(Kind::OutOfRange { number, ty }));
    }
    Ok(bits)
}

fn scalar(item: &Scalar, number: u128) -> Write<u128> {
    if item.closed && item.variants.iter().all(|(known, _)| *known != number) {
        return Err(ValueError::new(Kind::UnknownTag(number)));
    }
    fits(number, item.width)
}

/// Writes an integer of which the default was taken off, in as few bytes as it needs.
fn varint(int: Int, bits: u128, at: usize, to: &mut Parts) {
    let spare = 128 - u32::from(int.bits());
    let number = if int.is_signed() {
        let is_negative = bits >> (127 - spare) & 1 == 1;
        let doubled = bits << 1;
        (if is_negative { !doubled } else { doubled }) & (u128::MAX >> spare)
    } else {
        bits
    };
    let (first, width) = match number {
        0..=250 => (u8::try_from(number).unwrap_or(0), 0),
        251..=0xffff => (251, 2),
        0x1_0000..=0xffff_ffff => (252, 4),
        _ => (253, 8),
    };
    to.put(at, &[first]);
    to.tail.extend(number.to_le_bytes().into_iter().take(width));
}

fn std_bytes(std: Std, value: &Value) -> Write<Vec<u8>> {
    let nanos = |nanos: u32| match nanos {
        0..1_000_000_000 => Ok(nanos.to_le_bytes()),
        _ => Err(ValueError::new(Kind::Nanoseconds(nanos))),
    };
    Ok(match (std, value) {
        (Std::Uuid, Value::Uuid(bytes)) => bytes.to_vec(),
        (Std::Timestamp, Value::Timestamp(seconds, n)) => {
            [&seconds.to_le_bytes()[..], &nanos(*n)?].concat()
        }
        (Std::Duration, Value::Duration(seconds, n)) => {
            [&seconds.to_le_bytes()[..], &nanos(*n)?].concat()
        }
        (Std::SocketAddr, Value::SocketAddr(address)) => address_bytes(address),
        (std, other) => return Err(mismatch(std.name(), other)),
    })
}

fn address_bytes(address: &SocketAddr) -> Vec<u8> {
    let (family, ip) = match address.ip() {
        IpAddr::V4(ip) => (0, [&ip.octets()[..], &[0; 12]].concat()),
        IpAddr::V6(ip) => (1, ip.octets().to_vec()),
    };
    [&[family], &ip[..], &address.port().to_le_bytes()].concat()
}

/// Writes a variant that the schema does not have, as it came.
fn raw(item: &Union, tag: u8, body: &[u8], slot: Slot, to: &mut Parts) -> Write<()> {
    if item.closed {
        return Err(ValueError::new(Kind::UnknownTag(tag.into())));
    }
    if let Some(variant) = item.variants.iter().find(|variant| variant.tag == tag) {
        return Err(ValueError::new(Kind::KnownTag {
            tag: tag.into(),
            name: variant.name.clone(),
        }));
    }
    to.put(slot.at, &[tag]);
    match tag {
        0 if body.is_empty() => {}
        0 => return Err(mismatch("an absent union without a body", &Value::Bytes(body.to_vec()))),
        255 => return Err(ValueError::new(Kind::ReservedTag)),
        _ => {
            to.tail.extend(length(body.len())?.to_le_bytes());
            to.tail.extend(body);
        }
    }
    Ok(())
}

/// The entries by rising key.
fn sorted<T>(entries: &[T], key: impl Fn(&T) -> &Value) -> Write<Vec<&T>> {
    let mut sorted: Vec<&T> = entries.iter().collect();
    sorted.sort_by(|a, b| compare(key(a), key(b)));
    let is_same = |pair: &[&T]| match pair {
        [a, b] => compare(key(a), key(b)).is_eq(),
        _ => false,
    };
    if sorted.windows(2).any(is_same) {
        return Err(ValueError::new(Kind::DuplicateKey));
    }
    Ok(sorted)
}
