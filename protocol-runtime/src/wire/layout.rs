//! Where the fields of a body lie in its block, computed at compile time.
//!
//! Layout follows from the consts of [`Wire`](super::Wire), never from how a type is spelled.

/// What a type asks of the body that it is a field of.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Flag bits.
    pub bits: usize,
    /// Bytes in the block.
    pub block: usize,
    /// Whether values may have a tail.
    pub tail: bool,
    /// Whether there is one and all of it is text.
    pub text: bool,
    /// Whether nothing but its texts can be wrong with it.
    pub free: bool,
}

impl Shape {
    /// The shape of `T`.
    #[must_use]
    pub const fn of<T: super::Wire>() -> Self {
        Self { bits: T::BITS, block: T::BLOCK, tail: T::HAS_TAIL, text: T::TEXT, free: T::FREE }
    }

    /// The same shape of a field of which more can be wrong.
    #[must_use]
    pub const fn checked(self) -> Self {
        Self { free: false, ..self }
    }

    /// The same shape, its tail taken for anything: of a removed field.
    #[must_use]
    pub const fn opaque(self) -> Self {
        Self { text: false, free: false, ..self }
    }
}

/// One flag bit: a byte of the block and a position in it, from the least significant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bit {
    /// Offset of the byte.
    pub byte: usize,
    /// 0 to 7.
    pub shift: u8,
}

impl Bit {
    /// Bit number `n` counted from the byte at `base`.
    #[inline]
    #[must_use]
    pub const fn nth(base: usize, n: usize) -> Self {
        #[expect(clippy::as_conversions, reason = "a remainder of 8 fits")]
        Self { byte: base + n / 8, shift: (n % 8) as u8 }
    }

    /// The bit as a mask of its byte.
    #[inline]
    #[must_use]
    pub const fn mask(self) -> u8 {
        1 << self.shift
    }
}

/// Where one field lies: its bytes and up to two flag bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Offset of its block bytes.
    pub block: usize,
    /// Its flag bits, when it has any.
    pub bits: [Bit; 2],
}

impl Slot {
    /// The slot of a value that is alone in its block.
    pub const START: Self =
        Self { block: 0, bits: [Bit { byte: 0, shift: 0 }, Bit { byte: 0, shift: 1 }] };

    /// The same slot in a body that starts at `base`.
    #[inline]
    #[must_use]
    pub const fn from(self, base: usize) -> Self {
        let [first, second] = self.bits;
        Self {
            block: self.block + base,
            bits: [
                Bit { byte: first.byte + base, shift: first.shift },
                Bit { byte: second.byte + base, shift: second.shift },
            ],
        }
    }

    /// The slot of element `i` of a list or array of `T` whose blocks, or whose bitmap, start at
    /// `base`. A type has bits or a block, never both.
    #[inline]
    #[must_use]
    pub const fn element<T: super::Wire>(base: usize, i: usize) -> Self {
        Self {
            block: base + i * T::BLOCK,
            bits: [Bit::nth(base, i * T::BITS), Bit::nth(base, i * T::BITS + 1)],
        }
    }
}

/// The layout of a body of `N` fields, in number order.
#[derive(Clone, Copy, Debug)]
pub struct Layout<const N: usize> {
    /// Where each field lies.
    pub slots: [Slot; N],
    /// How long the block is.
    pub block_len: usize,
    /// Whether a field may have a tail.
    pub tail: bool,
    /// Whether there is a tail and all of it is text.
    pub text: bool,
    /// Whether nothing but its texts can be wrong with a body.
    pub free: bool,
    /// Where a run of texts starts with a field: behind which field it ends, and whether nothing
    /// but its texts can be wrong with it. Only where there are two at least, and other tails.
    pub runs: [(usize, bool); N],
    /// The flag bytes with the bits in use, `flags` of them.
    pub flag_bytes: [(usize, u8); N],
    /// How many flag bytes there are.
    pub flags: usize,
}

/// The longest block that a body may have: its length must fit 14 bits.
pub const BLOCK_MAX: usize = 16_383;

/// Lays out a body.
///
/// A field with bits takes them one at a time from the open flag byte; if none is open or it is
/// full, a new one opens at the current offset. Any other field takes its bytes there.
///
/// # Panics
///
/// At compile time, when the block passes [`BLOCK_MAX`].
#[must_use]
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a slip is an error")]
pub const fn layout<const N: usize>(fields: [Shape; N]) -> Layout<N> {
    let mut out = Layout {
        slots: [Slot { block: 0, bits: [Bit { byte: 0, shift: 0 }; 2] }; N],
        block_len: 0,
        tail: false,
        text: false,
        free: true,
        runs: [(0, false); N],
        flag_bytes: [(0, 0); N],
        flags: 0,
    };
    // Without a flag byte the open one counts as full.
    let mut open = 0;
    let mut used = 8;
    let mut other = false;
    let mut i = 0;
    while i < N {
        let field = fields[i];
        out.tail |= field.tail;
        other |= field.tail && !field.text;
        out.free &= field.free && field.bits == 0;
        let mut bit = 0;
        while bit < field.bits {
            if used == 8 {
                open = out.block_len;
                used = 0;
                out.block_len += 1;
                out.flag_bytes[out.flags] = (open, 0);
                out.flags += 1;
            }
            out.slots[i].bits[bit] = Bit { byte: open, shift: used };
            out.flag_bytes[out.flags - 1].1 |= 1 << used;
            used += 1;
            bit += 1;
        }
        out.slots[i].block = out.block_len;
        out.block_len += field.block;
        i += 1;
    }
    out.text = out.tail && !other;
    if !out.text {
        out.runs = runs(&fields);
    }
    assert!(out.block_len <= BLOCK_MAX, "NP0801: the block of this type passes 16,383 bytes");
    out
}

/// The runs of texts among fields.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a slip is an error")]
const fn runs<const N: usize>(fields: &[Shape; N]) -> [(usize, bool); N] {
    let mut runs = [(0, false); N];
    let mut i = 0;
    while i < N {
        let (mut end, mut texts, mut free) = (i, 0, true);
        while end < N && (fields[end].text || !fields[end].tail) {
            if fields[end].text {
                texts += 1;
                free &= fields[end].free;
            }
            end += 1;
        }
        if fields[i].text && texts > 1 {
            runs[i] = (end, free);
        }
        i = if end > i && fields[i].text { end } else { i + 1 };
    }
    runs
}

impl<const N: usize> Layout<N> {
    /// Whether field `i` is a text of a run that [`pass_run`](super::Reader::pass_run) may pass.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "compared with the length before")]
    pub const fn passes(&self, i: usize) -> bool {
        let mut start = 0;
        while start <= i && start < N {
            let (end, free) = self.runs[start];
            if i < end {
                return free;
            }
            start += 1;
        }
        false
    }

    /// Whether a flag bit is set that no field has.
    #[inline]
    #[must_use]
    pub fn has_spare_bits(&self, block: &[u8]) -> bool {
        self.flag_bytes
            .iter()
            .take(self.flags)
            .any(|&(byte, mask)| block.get(byte).is_some_and(|b| b & !mask != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOL: Shape = Shape { bits: 1, block: 0, tail: false, text: false, free: true };
    const OPTIONAL_BOOL: Shape = Shape { bits: 2, block: 0, tail: false, text: false, free: true };
    const U32: Shape = Shape { bits: 0, block: 4, tail: false, text: false, free: true };

    #[test]
    fn a_flag_byte_opens_where_its_first_bit_stands_and_serves_the_next_eight() {
        let l = layout([U32, BOOL, U32, BOOL, BOOL, BOOL, BOOL, BOOL, BOOL, BOOL, BOOL]);
        assert_eq!(l.slots[1].bits[0], Bit { byte: 4, shift: 0 });
        assert_eq!(l.slots[2].block, 5);
        assert_eq!(l.slots[9].bits[0], Bit { byte: 4, shift: 7 });
        assert_eq!(l.slots[10].bits[0], Bit { byte: 9, shift: 0 });
        assert_eq!(l.block_len, 10);
    }

    #[test]
    fn the_second_bit_of_an_optional_bool_may_lie_in_the_next_flag_byte() {
        let l = layout([BOOL, BOOL, BOOL, BOOL, BOOL, BOOL, BOOL, U32, OPTIONAL_BOOL]);
        assert_eq!(l.slots[8].bits, [Bit { byte: 0, shift: 7 }, Bit { byte: 5, shift: 0 }]);
        assert_eq!(l.block_len, 6);
        assert!(!l.has_spare_bits(&[0xFF, 0, 0, 0, 0, 0x01]));
        assert!(l.has_spare_bits(&[0xFF, 0, 0, 0, 0, 0x02]));
    }

    #[test]
    fn texts_that_follow_each_other_are_one_run_where_the_body_has_other_tails() {
        const TEXT: Shape = Shape { bits: 0, block: 1, tail: true, text: true, free: true };
        const LIST: Shape = Shape { bits: 0, block: 1, tail: true, text: false, free: false };
        let l = layout([LIST, TEXT, U32, TEXT.checked(), LIST, TEXT]);
        assert_eq!(
            l.runs,
            [(0, false), (4, false), (0, false), (0, false), (0, false), (0, false)]
        );
        let l = layout([TEXT, TEXT, LIST, TEXT, TEXT.opaque()]);
        assert_eq!(l.runs, [(2, true), (0, false), (0, false), (0, false), (0, false)]);
        assert!(l.passes(1) && !l.passes(2) && !l.passes(3));
        // All of it is text, and checked as a whole before.
        assert_eq!(layout([TEXT, U32, TEXT]).runs, [(0, false); 3]);
    }
}
