//! Values drawn at random, and bytes that went wrong.

use crate::dice::Dice;
use crate::graph::{Field, Graph, Kind, Std, Ty};
use crate::value::{Value, compare};

pub struct Draw<'a> {
    pub graph: &'a Graph,
    pub dice: &'a mut Dice,
    /// How many more optional things, such as elements, there may be.
    pub fuel: usize,
    /// How many more bytes long texts may have; without any there are no long ones.
    pub long: usize,
    /// How deep the value is in others.
    pub depth: usize,
}

/// Deeper than this nothing is drawn that need not be: readers bound the depth.
const DEPTH: usize = 12;

impl Draw<'_> {
    pub fn value(&mut self, ty: &Ty) -> Value {
        match ty {
            Ty::Unit => Value::Unit,
            Ty::Bool => Value::Bool(self.dice.one_in(2)),
            Ty::Int { width, .. } | Ty::Float { width } | Ty::Varint { width, .. } => {
                Value::Number(self.number(*width))
            }
            Ty::String => Value::Text(self.text()),
            Ty::Bytes => {
                let len = self.text_len();
                Value::Bytes(self.dice.bytes(len))
            }
            Ty::Vec(item) => {
                let len = self.count();
                Value::List((0..len).map(|_| self.value(item)).collect())
            }
            Ty::Option(inner) => {
                let present = self.burn(1) && !self.dice.one_in(3);
                Value::Option(present.then(|| Box::new(self.value(inner))))
            }
            Ty::Tuple(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Ty::Map(key, item) => {
                let keys = self.keys(key);
                let pairs = keys.into_iter().map(|key| Value::List(vec![key, self.value(item)]));
                Value::List(pairs.collect())
            }
            Ty::Set(key) => Value::List(self.keys(key)),
            Ty::Std(std) => Value::Bytes(self.std(*std)),
            Ty::Secret(inner) => self.value(inner),
            Ty::Array(item, len) => Value::List((0..*len).map(|_| self.value(item)).collect()),
            Ty::Named(place) => {
                self.depth += 1;
                let value = self.named(*place);
                self.depth -= 1;
                value
            }
        }
    }

    fn named(&mut self, place: usize) -> Value {
        match &self.graph.at(place).kind {
            Kind::Struct { fields, .. } => Value::Struct(self.fields(fields)),
            Kind::Flags { width, flags } => {
                // Once in a while bits that the schema does not have.
                if self.dice.one_in(4) {
                    return Value::Number(self.number(*width));
                }
                let set =
                    |bits, (bit, _): &(u32, String)| bits | u128::from(self.dice.one_in(2)) << bit;
                Value::Number(flags.iter().fold(0, set))
            }
            Kind::Scalar { width, closed, variants, .. } => {
                // Once in a while a number that the schema does not have.
                let known = *closed || !variants.is_empty() && !self.dice.one_in(5);
                let of_it = |this: &mut Self| variants[this.dice.below(variants.len())].0;
                Value::Number(if known { of_it(self).into() } else { self.number(*width) })
            }
            Kind::Union { closed: true, variants, .. } => {
                let variant = &variants[self.dice.below(variants.len())];
                Value::Variant(variant.tag, self.fields(&variant.fields))
            }
            Kind::Union { variants, .. } => {
                if variants.is_empty() || self.dice.one_in(8) {
                    let (tag, len) = (200 + self.dice.below(55) as u8, self.dice.below(9));
                    return Value::Raw(tag, self.dice.bytes(len));
                }
                let variant = &variants[self.dice.below(variants.len())];
                Value::Variant(variant.tag, self.fields(&variant.fields))
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) -> Vec<Value> {
        let value = |field: &Field| match (field.removed, field.default) {
            (true, _) => Value::Nothing,
            (false, Some(_)) if self.dice.one_in(3) => {
                self.graph.zero_field(field).expect("what has a default has a zero")
            }
            _ if field.converted => self.graph.zero(&field.ty).expect("None"),
            (false, _) => {
                let value = self.value(&field.ty);
                if field.fits(&value) {
                    value
                } else {
                    self.graph.zero(&field.ty).expect("nothing")
                }
            }
        };
        fields.iter().map(value).collect()
    }

    /// Some keys, rising.
    fn keys(&mut self, ty: &Ty) -> Vec<Value> {
        let count = self.count();
        let mut keys: Vec<Value> = (0..count).map(|_| self.value(ty)).collect();
        keys.sort_by(|one, other| compare(ty, one, other));
        keys.dedup();
        keys
    }

    fn std(&mut self, std: Std) -> Vec<u8> {
        let mut block = self.dice.bytes(std.block());
        match std {
            Std::Uuid => {}
            Std::Timestamp | Std::Duration => {
                let nanos = self.dice.below(1_000_000_000) as u32;
                let nanos = self.dice.pick(&[0, 1, 500_000_000, 999_999_999, nanos]);
                // Mostly times that people have a date for.
                let secs = self.dice.roll() % 4_000_000_000;
                if !self.dice.one_in(6) {
                    block[..8].copy_from_slice(&secs.to_le_bytes());
                }
                block[8..].copy_from_slice(&nanos.to_le_bytes());
            }
            Std::SocketAddr => {
                block[0] = u8::from(self.dice.one_in(2));
                if block[0] == 0 {
                    block[5..17].fill(0);
                }
            }
        }
        block
    }

    /// Whether there was enough fuel left.
    fn burn(&mut self, cost: usize) -> bool {
        let enough = self.fuel >= cost && self.depth < DEPTH;
        self.fuel = self.fuel.saturating_sub(cost);
        enough
    }

    fn count(&mut self) -> usize {
        if self.fuel >= 300 && self.depth < DEPTH && self.dice.one_in(12) {
            let len = self.dice.pick(&[254, 255, 256, 300]);
            self.fuel -= len;
            return len;
        }
        let len = self.dice.below(4);
        if self.burn(len) { len } else { 0 }
    }

    fn text_len(&mut self) -> usize {
        if self.long > 0 && self.dice.one_in(3) {
            let len = (20_000 + self.dice.below(50_000)).min(self.long);
            self.long -= len;
            return len;
        }
        if self.fuel >= 30 && self.dice.one_in(20) {
            self.fuel -= 30;
            return self.dice.pick(&[253, 254, 255, 256, 300]);
        }
        self.dice.below(7)
    }

    fn text(&mut self) -> String {
        const CHARS: [char; 10] = ['a', 'b', 'Z', '0', ' ', '"', '\\', '\n', 'é', '😀'];
        let len = self.text_len();
        let mut text = String::new();
        while text.len() + 4 <= len {
            text.push(self.dice.pick(&CHARS));
        }
        // The rest as single bytes, so that each length is met.
        while text.len() < len {
            text.push('x');
        }
        text
    }

    fn number(&mut self, width: usize) -> u128 {
        let mask = u128::MAX >> (128 - 8 * width);
        let wide = u128::from(self.dice.roll()) << 64 | u128::from(self.dice.roll());
        mask & match self.dice.below(6) {
            0 => 0,
            1 => 1,
            2 => u128::MAX,
            // The smallest negative number of this width.
            3 => 1 << (8 * width - 1),
            4 => wide & 0xFF,
            _ => wide,
        }
    }
}

/// Bytes that were changed, cut, lengthened or mixed up on the way.
pub fn spoil(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len().max(1));
        match dice.below(8) {
            0 => bytes.insert(at.min(bytes.len()), dice.byte()),
            1 => {
                let len = dice.below(9);
                bytes.extend(dice.bytes(len));
            }
            2 if !other.is_empty() => {
                let from = dice.below(other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            _ if bytes.is_empty() => {}
            3 => {
                bytes.remove(at);
            }
            4 => bytes.truncate(at),
            5 => bytes[at] ^= 1 << dice.below(8),
            // Numbers at which forms change.
            6 => bytes[at] = dice.pick(&[0, 1, 0x7E, 0x7F, 0x80, 0xFE, 0xFF]),
            _ => bytes[at] = bytes[at].wrapping_add(dice.pick(&[1, 0xFF])),
        }
    }
    bytes
}
