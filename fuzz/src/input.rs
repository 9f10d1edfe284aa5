//! Choices made by the fuzzer: its bytes, read from the front.

/// Bytes that may run out: then every choice is the first.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// All choices are still to be made.
    pub const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// Whether every choice from here on is the first.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// A number below `count`, which is from 1 to 256.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    /// One of a few values.
    pub fn one<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[self.below(N)]
    }

    /// Any number.
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// Up to `count` bytes.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Up to 255 bytes, as many as the next byte says.
    pub fn some(&mut self) -> &'a [u8] {
        let count = self.byte();
        self.take(count.into())
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// How octets arrive: in pieces of these lengths, over and over; in one piece if there are
    /// none.
    pub fn cuts(&mut self) -> &'a [u8] {
        let count = self.below(8);
        self.take(count)
    }

    /// Up to seven changes to `octets`, as anyone on the way could make them.
    pub fn edit(&mut self, octets: &mut Vec<u8>) {
        for _ in 0..self.below(8) {
            let (from, to) = self.range(octets.len());
            match self.below(7) {
                0 => octets.iter_mut().skip(from).take(1).for_each(|octet| *octet ^= 1 << (to % 8)),
                1 => octets.truncate(from),
                2 => drop(octets.drain(from..to)),
                3 => drop(octets.splice(from..from, self.some().iter().copied())),
                4 => octets.extend_from_within(from..to),
                5 => {
                    let moved: Vec<u8> = octets.drain(from..to).collect();
                    octets.extend(moved);
                }
                _ => {
                    let with = self.some();
                    octets.iter_mut().skip(from).zip(with).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }

    /// Two places of `len` octets, the lesser first.
    fn range(&mut self, len: usize) -> (usize, usize) {
        let mut place = || usize::from(u16::from_le_bytes([self.byte(), self.byte()])) % (len + 1);
        let (one, other) = (place(), place());
        (one.min(other), one.max(other))
    }
}

/// `octets` in pieces of the lengths in `cuts`, over and over.
pub fn pieces<'a>(octets: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = octets;
    let mut cuts = cuts.iter().map(|cut| usize::from(*cut).max(1)).cycle();
    std::iter::from_fn(move || {
        let cut = cuts.next().unwrap_or(usize::MAX).min(rest.len());
        let (piece, left) = rest.split_at(cut);
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}
