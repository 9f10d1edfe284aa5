//! Structs that evolve, as fields and in lists.

use super::body::{Body, check_block, element_len, read_block};
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::tail::Tail;
use super::view::{BodyView, RawList};
use super::writer::{Writer, put};

/// Bit 7 of a nested struct's first byte: its writer's type has a field with a tail.
const HAS_TAIL: u8 = 0x80;
/// The escape of a nested struct's block length.
const LONG_BLOCK: u8 = 0x7F;
/// Bit 15 of a list's header: its writer's type has a field with a tail.
const LIST_HAS_TAIL: u16 = 0x8000;
/// Bit 14 of a list's header: the ends are two bytes wide.
const LIST_SHORT_ENDS: u16 = 0x4000;
/// From here on the ends of a list are expected to need four bytes.
const MANY: usize = 8 * 1_024;

/// As [`element_len`], in the width of a header.
#[expect(clippy::as_conversions, reason = "a layout is at most BLOCK_MAX long")]
const fn element_len_u16<B: Body>() -> u16 {
    element_len::<B>() as u16
}

/// The first byte of a struct that is a field.
const fn first_byte<B: Body>() -> u8 {
    let flag = if B::TAIL { HAS_TAIL } else { 0 };
    match element_len_u16::<B>().to_le_bytes() {
        [len, 0] if len < LONG_BLOCK => len | flag,
        _ => LONG_BLOCK | flag,
    }
}

/// Writes the block of a struct that is a field.
#[inline(always)]
pub fn encode_nested_block<B: Body>(block: &mut [u8], slot: Slot) {
    put(block, slot.block, [const { first_byte::<B>() }]);
}

/// Writes the tail of a struct that is a field: all of the struct. Where that is only a block it
/// stands where it is needed, otherwise apart.
#[inline(always)]
pub fn encode_nested_tail<B: Body>(body: &B, out: &mut Writer<'_>) {
    if const { is_simple::<B>() } {
        body.encode_fields(out.block(B::BLOCK_LEN));
    } else {
        encode_nested_apart(body, out);
    }
}

/// Whether a struct that is a field is a block and nothing else, of a length that its first byte
/// says.
const fn is_simple<B: Body>() -> bool {
    !B::TAIL && B::BLOCK_LEN > 0 && first_byte::<B>() < LONG_BLOCK
}

#[inline(never)]
fn encode_nested_apart<B: Body>(body: &B, out: &mut Writer<'_>) {
    if const { first_byte::<B>() & !HAS_TAIL == LONG_BLOCK } {
        out.append(&element_len_u16::<B>().to_le_bytes());
    }
    let len = element_len::<B>();
    if B::TAIL {
        let len_at = out.reserve(4 + len);
        body.encode_fields(out.reserved(len_at + 4, len));
        body.encode_tails(out);
        out.patch_len(len_at, len_at + 4 + len);
    } else {
        body.encode_fields(out.block(len));
    }
}

/// Takes the block of a struct that is a field, and its length of tail.
#[inline(always)]
fn take_nested<'a>(
    first: u8,
    own_tail: bool,
    tail: &mut Reader<'a>,
) -> Result<(&'a [u8], usize), DecodeError> {
    let has_tail = first & HAS_TAIL != 0;
    let len = match first & !HAS_TAIL {
        0 if has_tail => return Err(Kind::EmptyBlock.into()),
        LONG_BLOCK => {
            let len = u16::from_le_bytes(tail.array()?);
            if len < u16::from(LONG_BLOCK) {
                return Err(Kind::NonMinimal.into());
            }
            usize::from(len)
        }
        len => usize::from(len),
    };
    if tail.exact() && (len == 0 || has_tail != own_tail) {
        return Err(Kind::Absent.into());
    }
    let tail_len = if has_tail { read_u32(tail)? } else { 0 };
    Ok((tail.take(len)?, tail_len))
}

/// Reads a struct that is a field, with what `read` makes of its fields.
#[inline(always)]
fn read_nested<B: Body, T>(
    first: u8,
    tail: &mut Reader<'_>,
    read: impl FnOnce(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let (block, tail_len) = take_nested(first, B::TAIL, tail)?;
    tail.nested(|tail| {
        tail.region(tail_len, |tail| {
            if B::TEXT {
                tail.enter_text();
            }
            read_block(block, (element_len::<B>(), B::BLOCK_LEN), tail, read)
        })
    })
}

/// Takes the block of a struct that is a field, if it is a block and nothing else, as this side
/// writes it.
#[inline(always)]
fn take_simple<'a, B: Body>(
    first: u8,
    tail: &mut Reader<'a>,
) -> Option<Result<&'a [u8], DecodeError>> {
    let simple = const { is_simple::<B>() } && first == const { first_byte::<B>() };
    simple.then(|| {
        let block = tail.take(B::BLOCK_LEN)?;
        tail.nested(|_| Ok(block))
    })
}

/// Reads a struct that is a field: where it stands if it has no tails, otherwise apart.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline(always)]
pub fn decode_nested<B: Body>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
) -> Result<B, DecodeError> {
    let [first] = load(block, slot.block);
    match take_simple::<B>(first, tail) {
        Some(block) => B::decode_body(block?, tail),
        None => decode_nested_apart(first, tail),
    }
}

#[inline(never)]
fn decode_nested_apart<B: Body>(first: u8, tail: &mut Reader<'_>) -> Result<B, DecodeError> {
    read_nested::<B, B>(first, tail, B::decode_body)
}

/// Goes through a struct that is a field.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline(always)]
pub fn check_nested<B: Body>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
) -> Result<(), DecodeError> {
    let [first] = load(block, slot.block);
    match take_simple::<B>(first, tail) {
        Some(block) => B::check_body(block?, tail),
        None => check_nested_apart::<B>(first, tail),
    }
}

#[inline(never)]
fn check_nested_apart<B: Body>(first: u8, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    read_nested::<B, ()>(first, tail, B::check_body)
}

/// Takes a struct that is a field, and was checked.
#[inline]
fn open_nested<'a>(first: u8, tail: &mut Tail<'a>) -> BodyView<'a> {
    let len = match first & !HAS_TAIL {
        LONG_BLOCK => usize::from(u16::from_le_bytes(tail.array())),
        len => usize::from(len),
    };
    let tail_len = if first & HAS_TAIL == 0 {
        0
    } else {
        usize::try_from(u32::from_le_bytes(tail.array())).unwrap_or(usize::MAX)
    };
    let block = tail.take(len);
    BodyView { block, tail: Tail::new(tail.take(tail_len)) }
}

/// A struct that is a field, where it lies.
#[inline]
#[must_use]
pub fn view_nested<'a, B: Body>(block: &[u8], slot: Slot, mut tail: Tail<'a>) -> B::View<'a> {
    let [first] = load(block, slot.block);
    B::view_body(open_nested(first, &mut tail))
}

/// Moves behind a struct that is a field.
#[inline]
pub fn skip_nested(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
    let [first] = load(block, slot.block);
    open_nested(first, tail);
}

#[inline]
pub(super) fn read_u32(tail: &mut Reader<'_>) -> Result<usize, DecodeError> {
    usize::try_from(u32::from_le_bytes(tail.array()?)).map_err(|_| Kind::BadLength.into())
}

/// Writes the elements of a non-empty list of structs, without its count.
pub fn encode_list<'i, B: Body>(items: impl ExactSizeIterator<Item = &'i B>, out: &mut Writer<'_>) {
    let count = items.len();
    let len = element_len::<B>();
    let Some(blocks_len) = count.checked_mul(len) else { return out.too_long(usize::MAX) };
    if !B::TAIL {
        out.append(&element_len_u16::<B>().to_le_bytes());
        for (block, item) in out.block(blocks_len).chunks_exact_mut(len).zip(items) {
            item.encode_fields(block);
        }
        return;
    }
    let mut ends = EndsOut::begin(count, len, out);
    out.apart(|out| {
        for (i, item) in items.enumerate() {
            item.encode_fields(out.reserved(ends.blocks + i * len, len));
            item.encode_tails(out);
            ends.put(i, out);
        }
    });
    ends.finish(element_len_u16::<B>(), out);
}

/// The ends of a list that is being written: two bytes each, until the tails need four.
struct EndsOut {
    count: usize,
    width: usize,
    /// Where the ends, the blocks and the tails start.
    ends: usize,
    blocks: usize,
    tails: usize,
}

impl EndsOut {
    /// Reserves header, ends and blocks. Of many elements four bytes are expected.
    fn begin(count: usize, len: usize, out: &mut Writer<'_>) -> Self {
        let width = if count < MANY { 2 } else { 4 };
        let ends = out.reserve(2 + width * count + count * len) + 2;
        let blocks = ends + width * count;
        Self { count, width, ends, blocks, tails: blocks + count * len }
    }

    /// Writes down that the tail of element `i` ends here.
    #[inline(always)]
    fn put(&mut self, i: usize, out: &mut Writer<'_>) {
        let end = out.len() - self.tails;
        if self.width == 2 {
            match u16::try_from(end) {
                Ok(end) => return out.put(self.ends + 2 * i, end.to_le_bytes()),
                Err(_) => self.widen(i, out),
            }
        }
        match u32::try_from(end) {
            Ok(end) => out.put(self.ends + 4 * i, end.to_le_bytes()),
            Err(_) => out.too_long(end),
        }
    }

    /// Goes over to four bytes, where the first `written` ends were written in two.
    #[inline(always)]
    fn widen(&mut self, written: usize, out: &mut Writer<'_>) {
        let more = 2 * self.count;
        out.insert(self.blocks, more);
        out.change(|buf| widen(buf, self.ends, written));
        (self.width, self.blocks, self.tails) = (4, self.blocks + more, self.tails + more);
    }

    /// Goes back to two bytes.
    #[cold]
    #[inline(never)]
    fn narrow(&mut self, out: &mut Writer<'_>) {
        for i in 0..self.count {
            let [low, high, ..]: [u8; 4] = out.get(self.ends + 4 * i);
            let at = self.ends + 2 * i;
            put(out.reserved(at, 2), 0, [low, high]);
        }
        out.remove(self.ends + 2 * self.count, 2 * self.count);
    }

    /// Writes the header.
    fn finish(mut self, len: u16, out: &mut Writer<'_>) {
        let short = u16::try_from(out.len() - self.tails).is_ok();
        if short && self.width == 4 {
            self.narrow(out);
        }
        let bits = LIST_HAS_TAIL | if short { LIST_SHORT_ENDS } else { 0 };
        put(out.reserved(self.ends - 2, 2), 0, (len | bits).to_le_bytes());
    }
}

/// Makes the first `written` ends of two bytes, which start at `ends`, ends of four.
#[cold]
#[inline(never)]
fn widen(mut buf: Vec<u8>, ends: usize, written: usize) -> Vec<u8> {
    for i in (0..written).rev() {
        let [low, high] = load(&buf, ends + 2 * i);
        put(&mut buf, ends + 4 * i, [low, high, 0, 0]);
    }
    buf
}

/// The ends of a list's elements.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ends<'a> {
    /// There are no tails.
    None,
    /// Two bytes each.
    Short(&'a [u8]),
    /// Four bytes each.
    Long(&'a [u8]),
}

impl Ends<'_> {
    #[inline(always)]
    fn get(self, i: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Short(ends) => usize::from(u16::from_le_bytes(load(ends, 2 * i))),
            Self::Long(ends) => {
                usize::try_from(u32::from_le_bytes(load(ends, 4 * i))).unwrap_or(usize::MAX)
            }
        }
    }
}

/// A list of structs, taken apart.
struct Parts<'a> {
    len: usize,
    ends: Ends<'a>,
    blocks: &'a [u8],
    tails: &'a [u8],
}

/// Takes a non-empty list of structs, of which this side's type has a tail, or has none.
#[inline(never)]
fn take_list<'a>(
    count: usize,
    own_tail: bool,
    tail: &mut Reader<'a>,
) -> Result<Parts<'a>, DecodeError> {
    let header = u16::from_le_bytes(tail.array()?);
    let len = usize::from(header & !(LIST_HAS_TAIL | LIST_SHORT_ENDS));
    let (has_tail, short) = (header & LIST_HAS_TAIL != 0, header & LIST_SHORT_ENDS != 0);
    if len == 0 {
        return Err(Kind::EmptyBlock.into());
    }
    if short && !has_tail {
        return Err(Kind::PaddingBits.into());
    }
    if tail.exact() && has_tail != own_tail {
        return Err(Kind::Absent.into());
    }
    let bytes = |width: usize| count.checked_mul(width).ok_or(Kind::BadLength);
    let ends = match (has_tail, short) {
        (false, _) => Ends::None,
        (true, true) => Ends::Short(tail.take(bytes(2)?)?),
        (true, false) => Ends::Long(tail.take(bytes(4)?)?),
    };
    let blocks = tail.take(bytes(len)?)?;
    let total = ends.get(count - 1);
    if total > tail.left() {
        return Err(Kind::BadEnds.into());
    }
    if tail.exact() && has_tail && short != u16::try_from(total).is_ok() {
        return Err(Kind::NonMinimal.into());
    }
    Ok(Parts { len, ends, blocks, tails: tail.take(total)? })
}

/// The elements of a list, one after the other.
struct Elements<'p, 'a> {
    parts: &'p Parts<'a>,
    /// All tails, if they are known to be text.
    text: &'a str,
    start: usize,
}

impl<'p, 'a> Elements<'p, 'a> {
    fn new<B: Body>(parts: &'p Parts<'a>) -> Self {
        let text = match B::TEXT && !parts.tails.is_empty() {
            true => simdutf8::basic::from_utf8(parts.tails).unwrap_or_default(),
            false => "",
        };
        Self { parts, text, start: 0 }
    }

    /// Reads element `i`, and has `each` take it: `read` goes over its block, and over its tail
    /// alone. What is left of the tail is looked at when the element is taken, for an element that
    /// has to wait is moved once more.
    #[inline(always)]
    fn next<B: Body, T>(
        &mut self,
        (i, block): (usize, &[u8]),
        tail: &mut Reader<'a>,
        read: impl Fn(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
        each: &mut impl FnMut(T),
    ) -> Result<(), DecodeError> {
        let end = self.parts.ends.get(i);
        match self.text.get(self.start..end) {
            Some(text) if B::TEXT => tail.set_text(text),
            // No text, or an end within a character: of a newer field, perhaps.
            _ => match self.parts.tails.get(self.start..end) {
                Some(bytes) => tail.set_bytes(bytes),
                None => return Err(Kind::BadEnds.into()),
            },
        }
        self.start = end;
        check_block(block, (element_len::<B>(), B::BLOCK_LEN), tail)?;
        match read(block, tail) {
            Ok(value) => each(value),
            Err(error) => return Err(error),
        }
        tail.end()
    }
}

/// Goes over the elements of a list: `read` makes something of each, and `each` takes it. With tails
/// there is one loop for blocks of every length, so that all of `read` is in it; without, one for
/// blocks as long as this side's, where it goes over memory in steps that are known, and
/// `read_apart` for others.
#[inline(always)]
fn elements<'a, B: Body, T>(
    parts: &Parts<'a>,
    tail: &mut Reader<'a>,
    read: impl Fn(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
    read_apart: fn(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
    mut each: impl FnMut(T),
) -> Result<(), DecodeError> {
    let after = tail.take_rest();
    let mut all = Elements::new::<B>(parts);
    tail.nested(|tail| {
        if B::TAIL || parts.len == element_len::<B>() {
            let len = if B::TAIL { parts.len } else { element_len::<B>() };
            for block in parts.blocks.chunks_exact(len).enumerate() {
                all.next::<B, T>(block, tail, &read, &mut each)?;
            }
        } else {
            for block in parts.blocks.chunks_exact(parts.len).enumerate() {
                all.next::<B, T>(block, tail, read_apart, &mut each)?;
            }
        }
        Ok(())
    })?;
    tail.set_bytes(after);
    Ok(())
}

#[inline(never)]
fn decode_apart<B: Body>(block: &[u8], tail: &mut Reader<'_>) -> Result<B, DecodeError> {
    B::decode_body(block, tail)
}

#[inline(never)]
fn check_apart<B: Body>(block: &[u8], tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    B::check_body(block, tail)
}

/// Reads the elements of a non-empty list of structs.
///
/// # Errors
///
/// Whatever the bytes break; lengths are checked before anything is allocated.
pub fn decode_list<B: Body>(count: usize, tail: &mut Reader<'_>) -> Result<Vec<B>, DecodeError> {
    let parts = take_list(count, B::TAIL, tail)?;
    tail.charge(count, size_of::<B>())?;
    let mut items = Vec::with_capacity(count);
    elements::<B, B>(&parts, tail, B::decode_body, decode_apart, |item| items.push(item))?;
    Ok(items)
}

/// Goes through the elements of a non-empty list of structs.
///
/// # Errors
///
/// As [`decode_list`], but for the budget.
pub fn check_list<B: Body>(count: usize, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
    let parts = take_list(count, B::TAIL, tail)?;
    // A struct without fields has a byte all the same, which exact reading looks at.
    let any_bytes = B::FREE && !B::TAIL && B::BLOCK_LEN > 0;
    if any_bytes && matches!(parts.ends, Ends::None) && parts.len == element_len::<B>() {
        return tail.nested(|_| Ok(()));
    }
    elements::<B, ()>(&parts, tail, B::check_body, check_apart::<B>, |()| ())
}

/// Takes a non-empty list of structs that was checked.
#[inline]
fn open<'a>(count: usize, tail: &mut Tail<'a>) -> RawList<'a> {
    let header = u16::from_le_bytes(tail.array());
    let stride = usize::from(header & !(LIST_HAS_TAIL | LIST_SHORT_ENDS));
    let ends = match (header & LIST_HAS_TAIL != 0, header & LIST_SHORT_ENDS != 0) {
        (false, _) => Ends::None,
        (true, true) => Ends::Short(tail.take(count.saturating_mul(2))),
        (true, false) => Ends::Long(tail.take(count.saturating_mul(4))),
    };
    let blocks = tail.take(count.saturating_mul(stride));
    let tails = tail.take(ends.get(count.saturating_sub(1)));
    let mut list = RawList::new(count, blocks, Tail::new(tails));
    (list.stride, list.ends) = (stride, ends);
    list
}

/// Where the elements of a non-empty list of structs lie.
#[inline]
#[must_use]
pub fn open_list(count: usize, mut tail: Tail<'_>) -> RawList<'_> {
    open(count, &mut tail)
}

/// Moves behind the elements of a non-empty list of structs.
#[inline]
pub fn skip_list(count: usize, tail: &mut Tail<'_>) {
    open(count, tail);
}

/// Element `i` of a list of structs.
#[inline]
#[must_use]
pub fn element<'a, B: Body>(list: &RawList<'a>, i: usize) -> B::View<'a> {
    let at = i.saturating_mul(list.stride);
    let block = list.blocks().get(at..at.saturating_add(list.stride)).unwrap_or_default();
    let start = if i == 0 { 0 } else { list.ends.get(i - 1) };
    let tail = list.tails().rest().get(start..list.ends.get(i)).unwrap_or_default();
    B::view_body(BodyView { block, tail: Tail::new(tail) })
}
