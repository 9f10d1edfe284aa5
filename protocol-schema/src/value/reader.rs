//! The bytes that values are read from: blocks, which zeros follow, and tails.

use super::Value;
use super::decode::Decoder;
use super::error::{ValueError, ValueErrorKind as Kind};
use super::layout::{With, int_width};
use crate::ir::{Float, Int};
use crate::layout::Bit;

pub(super) type Read<T> = Result<T, ValueError>;

/// What is left of a tail.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    pub(super) at: usize,
    pub(super) end: usize,
}

/// Bytes of a block. What lies behind its end is zero.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) at: usize,
    pub(super) len: usize,
}

impl Tail {
    pub(super) const fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    pub(super) fn take(&mut self, len: usize) -> Read<Block> {
        if len > self.left() {
            let (needed, left) = (wide(len), wide(self.left()));
            return Err(ValueError::at(Kind::Truncated { needed, left }, self.at));
        }
        let taken = Block { at: self.at, len };
        self.at += len;
        Ok(taken)
    }
}

impl Block {
    pub(super) const fn tail(self) -> Tail {
        Tail { at: self.at, end: self.at.saturating_add(self.len) }
    }

    /// Where a byte of it lies, for errors.
    pub(super) fn offset(self, at: usize) -> usize {
        self.at.saturating_add(at.min(self.len))
    }
}

impl<'a> Decoder<'a> {
    pub(super) fn long_bytes(&mut self, first: u8, with: With, tail: &mut Tail) -> Read<Block> {
        let len = self.length(first, with, tail)?;
        let bytes = tail.take(len)?;
        self.charge(len, 1, tail)?;
        Ok(bytes)
    }

    /// Completes a length whose first byte stood in the block, and compares it with the most that
    /// may be.
    pub(super) fn length(&self, first: u8, with: With, tail: &mut Tail) -> Read<usize> {
        let offset = tail.at;
        let len = if first < 255 { usize::from(first) } else { self.long_length(tail)? };
        match with.max {
            Some(max) if wide(len) > max => {
                Err(ValueError::at(Kind::OverMax { got: wide(len), max }, offset))
            }
            _ => Ok(len),
        }
    }

    pub(super) fn long_length(&self, tail: &mut Tail) -> Read<usize> {
        let groups = tail.take(5)?;
        let fail = |kind| ValueError::at(kind, groups.at);
        let mut len = 0_u64;
        for group in self.slice(groups).iter().rev() {
            if *group > 0x7f {
                return Err(fail(Kind::BadLength));
            }
            len = len << 7 | u64::from(*group);
        }
        if len < 255 {
            return Err(fail(Kind::NonMinimal));
        }
        let len = u32::try_from(len).ok().and_then(|len| usize::try_from(len).ok());
        len.ok_or_else(|| fail(Kind::BadLength))
    }

    /// The bits of an integer in its short form, before its default is applied.
    pub(super) fn varint(&self, first: u8, int: Int, offset: usize, tail: &mut Tail) -> Read<u128> {
        let (width, least) = match first {
            0..=250 => (0, 0),
            251 => (2, 251),
            252 => (4, 1 << 16),
            253 => (8, 1 << 32),
            254 | 255 => (16, 0),
        };
        if width > int_width(int) {
            return Err(ValueError::at(Kind::BadVarint(first), offset));
        }
        let bytes = tail.take(width)?;
        let number = if width == 0 { u128::from(first) } else { self.wide(bytes, 0, width) };
        if number < least {
            return Err(ValueError::at(Kind::NonMinimal, bytes.at));
        }
        if !int.is_signed() {
            return Ok(number);
        }
        let folded = (number >> 1) ^ (number & 1).wrapping_neg();
        Ok(folded & (u128::MAX >> (128 - u32::from(int.bits()))))
    }

    pub(super) fn deeper(&mut self, offset: usize) -> Read<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => self.depth = depth,
            None => return Err(ValueError::at(Kind::DepthLimit, offset)),
        }
        Ok(())
    }

    /// Charges memory that is about to be allocated.
    pub(super) fn charge(&mut self, count: usize, size: usize, tail: &Tail) -> Read<()> {
        let left = count.checked_mul(size).and_then(|cost| self.budget.checked_sub(cost));
        self.budget = left.ok_or_else(|| ValueError::at(Kind::BudgetExceeded, tail.at))?;
        Ok(())
    }

    /// What is left belongs to a newer schema.
    pub(super) fn end(&self, tail: &Tail) -> Read<()> {
        if self.exact && tail.left() > 0 {
            return Err(ValueError::at(Kind::LeftOver(wide(tail.left())), tail.at));
        }
        Ok(())
    }

    pub(super) fn number(&self, tail: &mut Tail, width: usize) -> Read<usize> {
        let bytes = tail.take(width)?;
        Ok(self.narrow(bytes, 0, width))
    }

    pub(super) fn slice(&self, block: Block) -> &'a [u8] {
        self.bytes.get(block.at..block.at.saturating_add(block.len)).unwrap_or_default()
    }

    pub(super) fn byte(&self, block: Block, at: usize) -> u8 {
        self.slice(block).get(at).copied().unwrap_or(0)
    }

    pub(super) fn bit(&self, block: Block, bit: Bit) -> bool {
        self.byte(block, bit.byte) >> bit.bit & 1 == 1
    }

    /// A number at a place of a block, little-endian; 0 for no bytes.
    pub(super) fn wide(&self, block: Block, at: usize, width: usize) -> u128 {
        let bytes = (0..width).rev().map(|i| self.byte(block, at.saturating_add(i)));
        bytes.fold(0, |number, byte| number << 8 | u128::from(byte))
    }

    pub(super) fn narrow(&self, block: Block, at: usize, width: usize) -> usize {
        usize::try_from(self.wide(block, at, width)).unwrap_or(usize::MAX)
    }
}

pub(super) fn int_value(int: Int, bits: u128) -> Value {
    if !int.is_signed() {
        return Value::Uint(bits);
    }
    let spare = 128 - u32::from(int.bits());
    Value::Int(i128::from_le_bytes((bits << spare).to_le_bytes()) >> spare)
}

pub(super) fn float_value(float: Float, bits: u128) -> Value {
    let bytes = bits.to_le_bytes();
    match float {
        Float::F32 => Value::F32(f32::from_le_bytes(low(bytes))),
        Float::F64 => Value::F64(f64::from_le_bytes(low(bytes))),
    }
}

/// The low bytes of a number.
pub(super) fn low<const N: usize>(bytes: [u8; 16]) -> [u8; N] {
    let mut low = [0; N];
    low.iter_mut().zip(bytes).for_each(|(low, byte)| *low = byte);
    low
}

pub(super) fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
