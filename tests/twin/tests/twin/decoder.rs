//! §8 of the page as a program again: reading, tolerantly and exactly. It is slow, straight from
//! the text, and shares nothing with the runtime.

use std::cmp::Ordering;

use crate::graph::{Field, Graph, Kind, Std, Ty, fields_of};
use crate::value::{Value, compare};

/// Why bytes are refused.
type Read<T> = Result<T, &'static str>;

/// How deep structs and unions may nest.
const DEPTH: usize = 64;

pub struct Decoder<'g> {
    graph: &'g Graph,
    exact: bool,
    depth: usize,
}

impl<'g> Decoder<'g> {
    pub fn new(graph: &'g Graph, exact: bool) -> Self {
        Self { graph, exact, depth: 0 }
    }

    /// A message, a reply or an error.
    pub fn root(&mut self, ty: &Ty, mut bytes: &[u8]) -> Read<Value> {
        let graph = self.graph;
        if *ty == Ty::Unit {
            self.end(bytes)?;
            return Ok(Value::Unit);
        }
        match graph.evolvable(ty) {
            Some(fields) => Ok(Value::Struct(self.standing_body(fields, &mut bytes)?)),
            None => {
                let mut values =
                    self.standing_body(&[Field::new(0, "", ty.clone())], &mut bytes)?;
                Ok(values.remove(0))
            }
        }
    }

    /// `u8 block_len (255: u16 block_len follows) ‖ block ‖ tail`, or no bytes at all.
    fn standing_body(&mut self, fields: &[Field], bytes: &mut &[u8]) -> Read<Vec<Value>> {
        let own = self.graph.block_of(fields);
        if bytes.is_empty() {
            refuse_if(self.exact && own > 0, "nothing where there are fields")?;
            return self.body(fields, &[], bytes, false);
        }
        refuse_if(self.exact && own == 0, "something where there are no fields")?;
        let len = match take(bytes, 1)?[0] {
            255 => {
                let len = number(take(bytes, 2)?);
                refuse_if(len < 255, "a block length in a longer form")?;
                len
            }
            len => usize::from(len),
        };
        refuse_if(self.exact && len != own, "another block length")?;
        let block = take(bytes, len)?;
        let values = self.body(fields, block, bytes, false)?;
        self.end(bytes)?;
        Ok(values)
    }

    /// Fields in a block of any length. In a frozen body no version gives other bits a meaning.
    fn body(
        &mut self,
        fields: &[Field],
        block: &[u8],
        tail: &mut &[u8],
        frozen: bool,
    ) -> Read<Vec<Value>> {
        let mut block = block.to_vec();
        block.resize(self.graph.block_of(fields), 0);
        let (mut values, mut at) = (Vec::new(), 0);
        let mut open: Option<(usize, u32)> = None;
        let mut flags = vec![None; block.len()];
        // The bits first: those that nobody has are refused before anything else is.
        for field in fields {
            let mut bits = Vec::new();
            for _ in 0..self.graph.bits(&field.ty) {
                let (byte, used) = open.filter(|(_, used)| *used < 8).unwrap_or((at, 0));
                at += usize::from(used == 0);
                bits.push(block[byte] >> used & 1 == 1);
                *flags[byte].get_or_insert(0) |= 1 << used;
                open = Some((byte, used + 1));
            }
            let len = self.graph.block(&field.ty);
            values.push((field, bits, at..at + len));
            at += len;
        }
        let spare =
            |(byte, mask): (&u8, &Option<u8>)| mask.is_some_and(|mask: u8| byte & !mask != 0);
        let some_spare = block.iter().zip(&flags).any(spare);
        refuse_if(some_spare && (self.exact || frozen), "bits that no field has")?;
        let values = values.into_iter();
        values.map(|(field, bits, at)| self.field(field, &bits, &block[at], tail)).collect()
    }

    fn field(
        &mut self,
        field: &Field,
        bits: &[bool],
        block: &[u8],
        tail: &mut &[u8],
    ) -> Read<Value> {
        if !field.removed {
            let value = self.value(&field.ty, bits, block, tail)?.xor(field);
            refuse_if(!field.fits(&value), "more than the field may hold")?;
            return Ok(value);
        }
        // An older writer may have had the field: what it left is skipped.
        let left = bits.contains(&true) || block.iter().any(|byte| *byte != 0);
        refuse_if(left && self.exact, "something in the slot of a removed field")?;
        if left {
            self.value(&field.ty, bits, block, tail)?;
        }
        Ok(Value::Nothing)
    }

    fn value(&mut self, ty: &Ty, bits: &[bool], block: &[u8], tail: &mut &[u8]) -> Read<Value> {
        match ty {
            Ty::Unit => Err("nothing is no field"),
            Ty::Bool => Ok(Value::Bool(bits[0])),
            Ty::Int { .. } | Ty::Float { .. } => Ok(Value::Number(wide(block))),
            Ty::String => {
                let len = length(block[0], tail)?;
                let text = String::from_utf8(take(tail, len)?.to_vec());
                Ok(Value::Text(text.map_err(|_| "text that is not UTF-8")?))
            }
            Ty::Bytes => {
                let len = length(block[0], tail)?;
                Ok(Value::Bytes(take(tail, len)?.to_vec()))
            }
            Ty::Option(inner) if *inner.shown() == Ty::Bool => match bits {
                [false, true] => Err("a value that is not present"),
                [present, value] => {
                    Ok(Value::Option(present.then(|| Box::new(Value::Bool(*value)))))
                }
                _ => Err("an Option<bool> has two bits"),
            },
            Ty::Option(_) if !bits[0] => Ok(Value::Option(None)),
            Ty::Option(inner) => {
                let block = take(tail, self.graph.block(inner))?;
                let value = self.value(inner, &[], block, tail)?;
                Ok(Value::Option(Some(Box::new(value))))
            }
            Ty::Vec(item) => {
                let count = length(block[0], tail)?;
                self.list(item, count, tail)
            }
            Ty::Array(item, len) => self.run(item, *len, block, tail),
            Ty::Varint { width, signed } => varint(*width, *signed, block[0], tail),
            Ty::Tuple(items) => Ok(Value::List(self.body(&fields_of(items), block, tail, true)?)),
            Ty::Map(key, item) => {
                let count = length(block[0], tail)?;
                let pair = Ty::Tuple(vec![(**key).clone(), (**item).clone()]);
                let value = self.list(&pair, count, tail)?;
                rising(key, &value, |pair| match pair {
                    Value::List(pair) => &pair[0],
                    other => other,
                })?;
                Ok(value)
            }
            Ty::Set(key) => {
                let count = length(block[0], tail)?;
                let value = self.list(key, count, tail)?;
                rising(key, &value, |key| key)?;
                Ok(value)
            }
            Ty::Std(std) => {
                match std {
                    Std::Uuid => {}
                    Std::Timestamp | Std::Duration => {
                        refuse_if(number(&block[8..]) >= 1_000_000_000, "10⁹ nanoseconds")?;
                    }
                    Std::SocketAddr => {
                        refuse_if(block[0] > 1, "another family")?;
                        let rest = &block[5..17];
                        let some = rest.iter().any(|byte| *byte != 0);
                        refuse_if(block[0] == 0 && some, "more than an IPv4 address")?;
                    }
                }
                Ok(Value::Bytes(block.to_vec()))
            }
            Ty::Secret(inner) => self.value(inner, bits, block, tail),
            Ty::Named(place) => self.named(*place, block, tail),
        }
    }

    fn named(&mut self, place: usize, block: &[u8], tail: &mut &[u8]) -> Read<Value> {
        let graph = self.graph;
        match &graph.at(place).kind {
            Kind::Scalar { closed: true, variants, default, .. } => {
                let bits = wide(block);
                match default {
                    _ if variants.iter().any(|(one, _)| u128::from(*one) == bits) => {
                        Ok(Value::Number(bits))
                    }
                    Some(default) if bits == 0 && !self.exact => {
                        Ok(Value::Number((*default).into()))
                    }
                    _ => Err("a number that a closed enum does not have"),
                }
            }
            Kind::Scalar { .. } | Kind::Flags { .. } => Ok(Value::Number(wide(block))),
            Kind::Struct { fixed: true, fields } => {
                Ok(Value::Struct(self.body(fields, block, tail, true)?))
            }
            Kind::Struct { fixed: false, fields } => {
                let has_tail = block[0] & 0x80 != 0;
                let mut len = usize::from(block[0] & 0x7F);
                refuse_if(len == 0 && has_tail, "a tail without a block")?;
                if len == 127 {
                    len = number(take(tail, 2)?);
                    refuse_if(len < 127, "a block length in a longer form")?;
                }
                refuse_if(self.exact && has_tail != self.any_has_tail(fields), "another tail bit")?;
                let tail_len = if has_tail { number(take(tail, 4)?) } else { 0 };
                let block = take(tail, len)?;
                let mut own = take(tail, tail_len)?;
                self.deeper(|this| this.element(fields, block, &mut own))
            }
            Kind::Union { closed: true, variants, default, .. } => {
                let tag = block[0];
                if let (0, Some(default), false) = (tag, default, self.exact) {
                    return Ok(Value::Variant(*default, Vec::new()));
                }
                let variant = variants.iter().find(|variant| variant.tag == tag);
                let fields = &variant.ok_or("a tag that a closed union does not have")?.fields;
                self.deeper(|this| {
                    let block = take(tail, this.graph.block_of(fields))?;
                    Ok(Value::Variant(tag, this.body(fields, block, tail, true)?))
                })
            }
            Kind::Union { variants, .. } => {
                let tag = block[0];
                refuse_if(tag == 255, "tag 255")?;
                if tag == 0 {
                    refuse_if(self.exact, "an absent union")?;
                    return self.deeper(|_| Ok(Value::Raw(0, Vec::new())));
                }
                let len = number(take(tail, 4)?);
                let mut body = take(tail, len)?;
                match variants.iter().find(|variant| variant.tag == tag) {
                    None => self.deeper(|_| Ok(Value::Raw(tag, body.to_vec()))),
                    Some(variant) => self.deeper(|this| {
                        Ok(Value::Variant(tag, this.standing_body(&variant.fields, &mut body)?))
                    }),
                }
            }
        }
    }

    /// An evolvable struct where it must take up room, in a tail of its own.
    fn element(&mut self, fields: &[Field], block: &[u8], tail: &mut &[u8]) -> Read<Value> {
        if self.exact {
            let own = self.graph.block_of(fields);
            refuse_if(block.len() != own.max(1), "another block length")?;
            refuse_if(own == 0 && block != [0], "something where there are no fields")?;
        }
        let values = self.body(fields, block, tail, false)?;
        self.end(tail)?;
        Ok(Value::Struct(values))
    }

    fn list(&mut self, item: &Ty, count: usize, tail: &mut &[u8]) -> Read<Value> {
        let graph = self.graph;
        if count == 0 {
            return Ok(Value::List(Vec::new()));
        }
        let Some(fields) = graph.evolvable(item) else {
            let block = take(tail, self.graph.run_block(item, count))?;
            return self.run(item, count, block, tail);
        };
        let header = number(take(tail, 2)?);
        let (len, has_tail, short) = (header & 0x3FFF, header & 0x8000 != 0, header & 0x4000 != 0);
        refuse_if(len == 0, "elements without a block")?;
        refuse_if(short && !has_tail, "short ends without tails")?;
        refuse_if(self.exact && has_tail != self.any_has_tail(fields), "another tail bit")?;
        let width = match (has_tail, short) {
            (false, _) => 0,
            (true, true) => 2,
            (true, false) => 4,
        };
        let ends = take(tail, count.checked_mul(width).ok_or("too many")?)?;
        let blocks = take(tail, count.checked_mul(len).ok_or("too many")?)?;
        let ends: Vec<usize> =
            if has_tail { ends.chunks(width).map(number).collect() } else { vec![0; count] };
        let total = ends[count - 1];
        refuse_if(self.exact && has_tail && short != (total <= 65_535), "ends of another width")?;
        let tails = take(tail, total)?;
        self.deeper(|this| {
            let (mut values, mut start) = (Vec::new(), 0);
            for (block, end) in blocks.chunks(len).zip(ends) {
                refuse_if(end < start || end > total, "ends that fall or pass the tails")?;
                values.push(this.element(fields, block, &mut &tails[start..end])?);
                start = end;
            }
            Ok(Value::List(values))
        })
    }

    /// Elements whose blocks, or whose bitmap, are `block`.
    fn run(&mut self, item: &Ty, count: usize, block: &[u8], tail: &mut &[u8]) -> Read<Value> {
        let (bits, len) = (self.graph.bits(item), self.graph.block(item));
        if bits > 0 {
            let bit = |i: usize| block[i / 8] >> (i % 8) & 1 == 1;
            refuse_if((bits * count..8 * block.len()).any(bit), "padding")?;
            let values = (0..count).map(|i| {
                let own: Vec<bool> = (i * bits..(i + 1) * bits).map(bit).collect();
                self.value(item, &own, &[], tail)
            });
            return Ok(Value::List(values.collect::<Read<_>>()?));
        }
        let values = block.chunks(len).map(|block| self.value(item, &[], block, tail));
        Ok(Value::List(values.collect::<Read<_>>()?))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        refuse_if(self.depth == DEPTH, "too deep")?;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn end(&self, rest: &[u8]) -> Read<()> {
        refuse_if(self.exact && !rest.is_empty(), "something left over")
    }

    fn any_has_tail(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.graph.has_tail(&field.ty))
    }
}

fn refuse_if(wrong: bool, why: &'static str) -> Read<()> {
    if wrong { Err(why) } else { Ok(()) }
}

fn take<'b>(bytes: &mut &'b [u8], len: usize) -> Read<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(len).ok_or("less than announced")?;
    *bytes = rest;
    Ok(taken)
}

fn wide(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

fn number(bytes: &[u8]) -> usize {
    wide(bytes) as usize
}

/// Completes a varint whose first byte stood in the block.
fn varint(width: usize, signed: bool, first: u8, tail: &mut &[u8]) -> Read<Value> {
    let (len, least) = match first {
        0..=250 => (0, 0),
        251 => (2, 251),
        252 => (4, 1 << 16),
        253 => (8, 1 << 32),
        _ => return Err("a varint of no form"),
    };
    refuse_if(len > width, "a varint wider than its type")?;
    let folded = if len == 0 { first.into() } else { wide(take(tail, len)?) };
    refuse_if(folded < least, "a varint in a longer form")?;
    let mask = u128::MAX >> (128 - 8 * width);
    Ok(Value::Number(match (signed, folded & 1) {
        (false, _) => folded,
        (true, 0) => folded >> 1,
        (true, _) => !(folded >> 1) & mask,
    }))
}

/// Refuses keys that do not rise.
fn rising(ty: &Ty, list: &Value, key: impl Fn(&Value) -> &Value) -> Read<()> {
    let Value::List(values) = list else { return Err("no list") };
    let rises = |pair: &[Value]| compare(ty, key(&pair[0]), key(&pair[1])) == Ordering::Less;
    refuse_if(!values.windows(2).all(rises), "keys that do not rise")
}

/// Completes a length whose first byte stood in the block.
fn length(first: u8, tail: &mut &[u8]) -> Read<usize> {
    if first < 255 {
        return Ok(usize::from(first));
    }
    let groups = take(tail, 5)?;
    refuse_if(groups.iter().any(|group| *group > 0x7F), "a top bit in a length")?;
    let len = groups.iter().rev().fold(0_u64, |len, group| len << 7 | u64::from(*group));
    refuse_if(len < 255, "a length in a longer form")?;
    refuse_if(len > u64::from(u32::MAX), "a length of 2³² or more")?;
    Ok(len as usize)
}
