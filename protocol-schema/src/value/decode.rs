//! Bytes to a value: §8 of `docs/wire.md`, walked over the types of a schema.
//!
//! Every length is compared with what is left before anything is taken or allocated.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::error::{ValueError, ValueErrorKind as Kind};
use super::layout::{
    Body, Field, Id, Node, RootKind, Scalar, Slot, Struct, Types, Union, With, float_width,
    int_width,
};
use super::reader::{Block, Read, Tail, float_value, int_value, low, wide};
use super::{Codec, Hidden, Value, compare};
use crate::ir::Std;

/// How strictly, and how far, bytes are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Refuse everything but the one canonical form of this schema.
    pub exact: bool,
    /// How many bytes of memory the value may take.
    pub budget: usize,
    /// How deep structs and unions may nest.
    pub depth: u32,
}

impl Default for DecodeOptions {
    /// Tolerant, 256 MiB, 64 levels.
    fn default() -> Self {
        Self { exact: false, budget: 256 << 20, depth: DEPTH_MAX }
    }
}

/// How deep structs and unions may nest if nobody says otherwise.
pub(super) const DEPTH_MAX: u32 = 64;

/// How deep values may nest in each other, of whatever type: what the stack bears.
pub(super) const NESTING_MAX: u32 = 1_000;

impl Codec {
    /// Reads a value from the whole of `bytes`.
    ///
    /// # Errors
    ///
    /// [`ValueError`], with the path of the part that is wrong and the byte where it was met.
    pub fn decode(&self, bytes: &[u8], options: &DecodeOptions) -> Result<Value, ValueError> {
        let mut decoder = Decoder::new(&self.types, bytes, options);
        let mut all = Tail { at: 0, end: bytes.len() };
        let value = match &self.root.kind {
            RootKind::Nothing => decoder.end(&all).map(|()| Value::Unit),
            RootKind::Fields(body) => decoder.standing(body, &mut all).map(Value::Struct),
            RootKind::Single(body) => decoder
                .standing(body, &mut all)
                .map(|values| values.into_iter().next().unwrap_or(Value::Unit)),
            RootKind::Struct(id) => match self.types.evolvable(*id) {
                Some(body) => decoder
                    .standing(body, &mut all)
                    .map(|values| self.types.as_secret(*id, Value::Struct(values))),
                None => Ok(Value::Unit),
            },
        };
        value.map_err(|error| error.root(&self.root.name))
    }
}

pub(super) struct Decoder<'a> {
    pub(super) types: &'a Types,
    pub(super) bytes: &'a [u8],
    pub(super) exact: bool,
    pub(super) budget: usize,
    pub(super) depth: u32,
    nesting: u32,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(types: &'a Types, bytes: &'a [u8], options: &DecodeOptions) -> Self {
        let DecodeOptions { exact, budget, depth } = *options;
        Self { types, bytes, exact, budget, depth, nesting: NESTING_MAX }
    }

    /// `u8 block_len (255: u16 block_len follows) ‖ block ‖ tail`, or no bytes at all.
    fn standing(&mut self, body: &Body, bytes: &mut Tail) -> Read<Vec<Value>> {
        if bytes.left() == 0 {
            if self.exact && body.block > 0 {
                return Err(ValueError::at(Kind::Absent, bytes.at));
            }
            return self.body(body, Block { at: bytes.at, len: 0 }, bytes, false);
        }
        if body.block == 0 {
            // A body without fields is no bytes at all.
            self.end(bytes)?;
        }
        let start = bytes.at;
        let len = match self.number(bytes, 1)? {
            255 => self.long_block(bytes, 255)?,
            len => len,
        };
        let block = bytes.take(len)?;
        self.block_len(block, body.block, start)?;
        let values = self.body(body, block, bytes, false)?;
        self.end(bytes)?;
        Ok(values)
    }

    /// A block length of two bytes, which must be `least` or more.
    fn long_block(&self, tail: &mut Tail, least: usize) -> Read<usize> {
        let at = tail.at;
        let len = self.number(tail, 2)?;
        if len < least { Err(ValueError::at(Kind::NonMinimal, at)) } else { Ok(len) }
    }

    fn block_len(&self, block: Block, own: usize, offset: usize) -> Read<()> {
        if self.exact && block.len != own {
            let (got, own) = (wide(block.len), wide(own));
            return Err(ValueError::at(Kind::BlockLength { got, own }, offset));
        }
        Ok(())
    }

    /// Fields in a block of any length. In a frozen body no version gives other bits a meaning.
    fn body(
        &mut self,
        body: &Body,
        block: Block,
        tail: &mut Tail,
        frozen: bool,
    ) -> Read<Vec<Value>> {
        self.bits_known(body, block, Slot::default(), frozen)?;
        self.fields(body, block, 0, tail)
    }

    /// Refuses flag bits that no field has, where they may not be.
    fn bits_known(&self, body: &Body, block: Block, slot: Slot, frozen: bool) -> Read<()> {
        if !self.exact && !frozen {
            return Ok(());
        }
        for (byte, known) in &body.flags {
            let at = slot.at.saturating_add(*byte);
            if self.byte(block, at) & !known != 0 {
                let kind = if frozen { Kind::PaddingBits } else { Kind::UnknownBits };
                return Err(ValueError::at(kind, block.offset(at)));
            }
        }
        Ok(())
    }

    /// The fields of a body that starts at `base` of the block.
    fn fields(
        &mut self,
        body: &Body,
        block: Block,
        base: usize,
        tail: &mut Tail,
    ) -> Read<Vec<Value>> {
        self.charge(body.values(), size_of::<Value>(), tail)?;
        let mut values = Vec::with_capacity(body.values());
        for field in &body.fields {
            let read = self.field(field, block, base, tail);
            values.extend(read.map_err(|error| error.field(&field.name))?);
        }
        Ok(values)
    }

    /// The value of a field that is not removed.
    pub(super) fn field(
        &mut self,
        field: &Field,
        block: Block,
        base: usize,
        tail: &mut Tail,
    ) -> Read<Option<Value>> {
        let slot = field.slot.moved(base);
        if !field.removed {
            return self.value(field.ty, field.with, block, slot, tail).map(Some);
        }
        let size = self.types.size(field.ty);
        let len = if field.with.varint { 1 } else { size.block };
        let is_zero = (0..len).all(|i| self.byte(block, slot.at.saturating_add(i)) == 0)
            && slot.bits.iter().take(size.bits).all(|bit| !self.bit(block, *bit));
        if is_zero {
            return Ok(None);
        }
        if self.exact {
            return Err(ValueError::at(Kind::RemovedNotZero, block.offset(slot.at)));
        }
        let with = With { varint: field.with.varint, ..With::NONE };
        self.value(field.ty, with, block, slot, tail).map(|_| None)
    }

    fn value(
        &mut self,
        ty: Id,
        with: With,
        block: Block,
        slot: Slot,
        tail: &mut Tail,
    ) -> Read<Value> {
        let Some(nesting) = self.nesting.checked_sub(1) else {
            return Err(ValueError::at(Kind::DepthLimit, tail.at));
        };
        self.nesting = nesting;
        let value = self.value_of(ty, with, block, slot, tail)?;
        self.nesting += 1;
        Ok(value)
    }

    fn value_of(
        &mut self,
        ty: Id,
        with: With,
        block: Block,
        slot: Slot,
        tail: &mut Tail,
    ) -> Read<Value> {
        let types = self.types;
        let first = self.byte(block, slot.at);
        let bits = |width: usize| self.wide(block, slot.at, width) ^ with.xor;
        Ok(match types.node(ty) {
            Node::Bool => Value::Bool(self.bit(block, slot.bits[0]) ^ (with.xor != 0)),
            Node::Int(int) if with.varint => {
                let number = self.varint(first, *int, block.offset(slot.at), tail)?;
                int_value(*int, number ^ with.xor)
            }
            Node::Int(int) => int_value(*int, bits(int_width(*int))),
            Node::Float(float) => float_value(*float, bits(float_width(*float))),
            Node::Flags(item) => Value::Uint(bits(item.width)),
            Node::Scalar(item) => self.scalar(item, bits(item.width), block.offset(slot.at))?,
            Node::Std(std) => self.std(*std, block, slot.at)?,
            Node::String => {
                let bytes = self.long_bytes(first, with, tail)?;
                let text = String::from_utf8(self.slice(bytes).to_vec());
                Value::String(text.map_err(|error| {
                    let valid = error.utf8_error().valid_up_to();
                    ValueError::at(Kind::InvalidUtf8, bytes.offset(valid))
                })?)
            }
            Node::Bytes => {
                let bytes = self.long_bytes(first, with, tail)?;
                Value::Bytes(self.slice(bytes).to_vec())
            }
            Node::Vec(element) => Value::List(self.counted(*element, first, with, tail)?),
            Node::Set(element) => {
                let values = self.counted(*element, first, with, tail)?;
                let unordered =
                    values.windows(2).position(|pair| !rises(pair.first(), pair.last()));
                if let Some(place) = unordered {
                    return Err(ValueError::at(Kind::KeyOrder, tail.at).index(place + 1));
                }
                Value::Set(values)
            }
            Node::Map(entry) => self.map(*entry, first, with, tail)?,
            Node::Option(inner) => self.option(*inner, with, block, slot, tail)?,
            Node::Array(element, len) => {
                Value::List(self.run(*element, *len, block, slot.at, tail)?)
            }
            Node::Tuple(body) => {
                self.bits_known(body, block, slot, true)?;
                Value::Tuple(self.fields(body, block, slot.at, tail)?)
            }
            Node::Struct(Struct { fixed: true, body }) => {
                self.bits_known(body, block, slot, true)?;
                Value::Struct(self.fields(body, block, slot.at, tail)?)
            }
            Node::Struct(Struct { fixed: false, body }) => {
                self.nested(body, first, block.offset(slot.at), tail)?
            }
            Node::Union(item) if item.closed => {
                self.closed(item, first, block.offset(slot.at), tail)?
            }
            Node::Union(item) => self.open(item, first, block.offset(slot.at), tail)?,
            Node::Secret(inner) => {
                self.charge(1, size_of::<Value>(), tail)?;
                let value = self.value(*inner, with, block, slot, tail)?;
                Value::Secret(Hidden(Box::new(value)))
            }
        })
    }

    fn scalar(&self, item: &Scalar, number: u128, offset: usize) -> Read<Value> {
        let known = item.variants.iter().any(|(known, _)| *known == number);
        if known || !item.closed {
            return Ok(Value::Uint(number));
        }
        let kind = match (number, item.absent) {
            (0, Some(default)) if !self.exact => return Ok(Value::Uint(default)),
            (0, Some(_)) => Kind::Absent,
            (0, None) => Kind::Missing,
            _ => Kind::UnknownTag(number),
        };
        Err(ValueError::at(kind, offset))
    }

    fn std(&self, std: Std, block: Block, at: usize) -> Read<Value> {
        let nanos = |at: usize| {
            let nanos = u32::try_from(self.wide(block, at, 4)).unwrap_or(u32::MAX);
            if nanos < 1_000_000_000 {
                return Ok(nanos);
            }
            Err(ValueError::at(Kind::Nanoseconds(nanos), block.offset(at)))
        };
        let bytes: [u8; 16] = std::array::from_fn(|i| self.byte(block, at.saturating_add(i)));
        Ok(match std {
            Std::Uuid => Value::Uuid(bytes),
            Std::Timestamp => {
                let seconds = self.wide(block, at, 8).to_le_bytes();
                Value::Timestamp(i64::from_le_bytes(low(seconds)), nanos(at.saturating_add(8))?)
            }
            Std::Duration => {
                let seconds = self.wide(block, at, 8).to_le_bytes();
                Value::Duration(u64::from_le_bytes(low(seconds)), nanos(at.saturating_add(8))?)
            }
            Std::SocketAddr => Value::SocketAddr(self.address(block, at)?),
        })
    }

    fn address(&self, block: Block, at: usize) -> Read<SocketAddr> {
        let bytes: [u8; 16] = std::array::from_fn(|i| self.byte(block, at.saturating_add(i + 1)));
        let bad = || ValueError::at(Kind::BadAddress, block.offset(at));
        let ip = match self.byte(block, at) {
            0 => {
                let [a, b, c, d, rest @ ..] = bytes;
                if rest != [0; 12] {
                    return Err(bad());
                }
                IpAddr::V4(Ipv4Addr::new(a, b, c, d))
            }
            1 => IpAddr::V6(Ipv6Addr::from(bytes)),
            _ => return Err(bad()),
        };
        let port = self.wide(block, at.saturating_add(17), 2).to_le_bytes();
        Ok(SocketAddr::new(ip, u16::from_le_bytes(low(port))))
    }

    fn option(
        &mut self,
        inner: Id,
        with: With,
        block: Block,
        slot: Slot,
        tail: &mut Tail,
    ) -> Read<Value> {
        let [present, value] = slot.bits;
        let size = self.types.size(inner);
        let is_present = self.bit(block, present);
        if !is_present {
            if size.bits > 0 && self.bit(block, value) {
                return Err(ValueError::at(Kind::AbsentWithValue, block.offset(value.byte)));
            }
            return Ok(Value::Option(None));
        }
        self.charge(1, size_of::<Value>(), tail)?;
        let value = if size.bits > 0 {
            // All of an optional bool is in its bits.
            self.value(inner, With::NONE, block, Slot { at: 0, bits: [value; 2] }, tail)?
        } else {
            let block = tail.take(size.block)?;
            self.value(inner, with.inside(), block, Slot::default(), tail)?
        };
        Ok(Value::Option(Some(Box::new(value))))
    }

    /// A struct that evolves, as a field.
    fn nested(&mut self, body: &Body, first: u8, offset: usize, tail: &mut Tail) -> Read<Value> {
        let fail = |kind| Err(ValueError::at(kind, offset));
        let has_tail = first & 0x80 != 0;
        let len = match first & 0x7f {
            0 if has_tail => return fail(Kind::EmptyBlock),
            127 => self.long_block(tail, 127)?,
            len => usize::from(len),
        };
        if self.exact && len == 0 {
            return fail(Kind::Absent);
        }
        if self.exact && has_tail != body.tail {
            return fail(Kind::TailBit);
        }
        let tail_len = if has_tail { self.number(tail, 4)? } else { 0 };
        self.deeper(offset)?;
        let block = tail.take(len)?;
        let mut own = tail.take(tail_len)?.tail();
        let value = self.element(body, block, offset, &mut own)?;
        self.depth += 1;
        Ok(value)
    }

    /// A struct that evolves where it must take up room, with a tail of its own.
    fn element(
        &mut self,
        body: &Body,
        block: Block,
        offset: usize,
        tail: &mut Tail,
    ) -> Read<Value> {
        self.block_len(block, body.element_len(), offset)?;
        if self.exact && body.block == 0 && self.byte(block, 0) != 0 {
            return Err(ValueError::at(Kind::UnknownBits, block.at));
        }
        let values = self.body(body, block, tail, false)?;
        self.end(tail)?;
        Ok(Value::Struct(values))
    }

    fn open(&mut self, item: &Union, tag: u8, offset: usize, tail: &mut Tail) -> Read<Value> {
        let mut body = match tag {
            0 if self.exact => return Err(ValueError::at(Kind::Absent, offset)),
            255 => return Err(ValueError::at(Kind::ReservedTag, offset)),
            0 => Tail { at: tail.at, end: tail.at },
            _ => {
                let len = self.number(tail, 4)?;
                tail.take(len)?.tail()
            }
        };
        self.deeper(offset)?;
        let value = match item.variants.iter().find(|variant| variant.tag == tag && tag > 0) {
            Some(variant) => {
                let values = self.standing(&variant.body, &mut body);
                Value::Variant(tag, values.map_err(|error| error.field(&variant.name))?)
            }
            None => {
                let rest = body.take(body.left())?;
                self.charge(rest.len, 1, tail)?;
                Value::Unknown(tag, self.slice(rest).to_vec())
            }
        };
        self.depth += 1;
        Ok(value)
    }

    fn closed(&mut self, item: &Union, tag: u8, offset: usize, tail: &mut Tail) -> Read<Value> {
        let Some(variant) = item.variants.iter().find(|variant| variant.tag == tag && tag > 0)
        else {
            let kind = match (tag, item.absent) {
                (0, _) if self.exact => Kind::Absent,
                (0, Some(default)) => return Ok(Value::Variant(default, Vec::new())),
                (0, None) => Kind::Missing,
                _ => Kind::UnknownTag(tag.into()),
            };
            return Err(ValueError::at(kind, offset));
        };
        self.deeper(offset)?;
        let values = tail
            .take(variant.body.block)
            .and_then(|block| self.body(&variant.body, block, tail, true));
        self.depth += 1;
        Ok(Value::Variant(tag, values.map_err(|error| error.field(&variant.name))?))
    }

    /// The elements of a list whose count starts with `first`.
    fn counted(&mut self, element: Id, first: u8, with: With, tail: &mut Tail) -> Read<Vec<Value>> {
        let count = self.length(first, with, tail)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        if let Some(body) = self.types.evolvable(element) {
            return self.structs(element, body, count, tail);
        }
        let offset = tail.at;
        let len = self.types.size(element).run(count);
        let len = len.ok_or_else(|| ValueError::at(Kind::BadLength, offset))?;
        let blocks = tail.take(len)?;
        self.run(element, count, blocks, 0, tail)
    }

    fn map(&mut self, entry: Id, first: u8, with: With, tail: &mut Tail) -> Read<Value> {
        let entries = self.counted(entry, first, with, tail)?;
        self.charge(entries.len(), size_of::<Value>(), tail)?;
        let mut pairs: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for (place, entry) in entries.into_iter().enumerate() {
            let Value::Tuple(entry) = entry else { continue };
            let Ok([key, value]) = <[Value; 2]>::try_from(entry) else { continue };
            if pairs.last().is_some_and(|(last, _)| !rises(Some(last), Some(&key))) {
                return Err(ValueError::at(Kind::KeyOrder, tail.at).index(place));
            }
            pairs.push((key, value));
        }
        Ok(Value::Map(pairs))
    }

    /// Elements whose blocks, or whose bitmap, start at `base` of the block.
    fn run(
        &mut self,
        element: Id,
        count: usize,
        block: Block,
        base: usize,
        tail: &mut Tail,
    ) -> Read<Vec<Value>> {
        let size = self.types.size(element);
        self.charge(count, size_of::<Value>(), tail)?;
        let used = count.saturating_mul(size.bits);
        if !used.is_multiple_of(8) {
            let last = base.saturating_add(used / 8);
            if self.byte(block, last) >> (used % 8) != 0 {
                return Err(ValueError::at(Kind::PaddingBits, block.offset(last)));
            }
        }
        let mut values = Vec::with_capacity(count);
        for i in 0..count {
            let slot = Slot::element(base, i, size);
            let value = self.value(element, With::NONE, block, slot, tail);
            values.push(value.map_err(|error| error.index(i))?);
        }
        Ok(values)
    }

    /// The elements of a list of structs that evolve, behind its count.
    fn structs(
        &mut self,
        element: Id,
        body: &'a Body,
        count: usize,
        tail: &mut Tail,
    ) -> Read<Vec<Value>> {
        let offset = tail.at;
        let fail = |kind| Err(ValueError::at(kind, offset));
        let header = self.number(tail, 2)?;
        let (len, has_tail, short) = (header & 0x3fff, header & 0x8000 != 0, header & 0x4000 != 0);
        if len == 0 {
            return fail(Kind::EmptyBlock);
        }
        if short && !has_tail {
            return fail(Kind::PaddingBits);
        }
        if self.exact && has_tail != body.tail {
            return fail(Kind::TailBit);
        }
        let bad = || ValueError::at(Kind::BadLength, offset);
        let width = if !has_tail {
            0
        } else if short {
            2
        } else {
            4
        };
        let ends = tail.take(count.checked_mul(width).ok_or_else(bad)?)?;
        let blocks = tail.take(count.checked_mul(len).ok_or_else(bad)?)?;
        let end_of = |i: usize| self.narrow(ends, i.saturating_mul(width), width);
        let total = end_of(count - 1);
        if total > tail.left() {
            return Err(ValueError::at(Kind::BadEnds, ends.at));
        }
        if self.exact && has_tail && short != u16::try_from(total).is_ok() {
            return fail(Kind::NonMinimal);
        }
        let ends: Vec<usize> = if has_tail {
            self.charge(count, size_of::<usize>(), tail)?;
            (0..count).map(|i| self.narrow(ends, i.saturating_mul(width), width)).collect()
        } else {
            Vec::new()
        };
        self.charge(count, size_of::<Value>(), tail)?;
        self.deeper(offset)?;
        let mut values = Vec::with_capacity(count);
        let mut start = 0_usize;
        for i in 0..count {
            let end = ends.get(i).copied().unwrap_or(0);
            let own =
                end.checked_sub(start).ok_or_else(|| ValueError::at(Kind::BadEnds, offset))?;
            start = end;
            let mut own = tail.take(own)?.tail();
            let block = Block { at: blocks.at.saturating_add(i.saturating_mul(len)), len };
            let value = self.element(body, block, offset, &mut own);
            let value = value.map_err(|error| error.index(i))?;
            values.push(self.types.as_secret(element, value));
        }
        self.depth += 1;
        Ok(values)
    }
}

impl Types {
    /// A value under the secrets that its type puts around it.
    fn as_secret(&self, ty: Id, value: Value) -> Value {
        if let Node::Secret(inner) = self.node(ty) {
            return Value::Secret(Hidden(Box::new(self.as_secret(*inner, value))));
        }
        value
    }
}

fn rises(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => compare(before, after).is_lt(),
        _ => true,
    }
}
