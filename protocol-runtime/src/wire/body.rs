//! Evolvable structs: a block whose length travels with it, and a tail that ends where it says.
//!
//! The one rule of evolution lives here: a reader takes the writer's block and cuts it, or extends
//! it with zeros, to its own; then it reads as if both had the same schema.

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::writer::Writer;

/// Bit 7 of a nested struct's first byte: its writer's type has a field with a tail.
const HAS_TAIL: u8 = 0x80;
/// The escape of a nested struct's block length.
const LONG_BLOCK: u8 = 0x7F;
/// Bit 15 of a list's header: its writer's type has a field with a tail.
const LIST_HAS_TAIL: u16 = 0x8000;
/// Bit 14 of a list's header: the ends are two bytes wide.
const LIST_SHORT_ENDS: u16 = 0x4000;

/// Fields in number order: what an evolvable struct, a message or a union's variant consists of.
pub trait Body: Sized + 'static {
    /// How long the block of the fields is; at most [`BLOCK_MAX`](super::layout::BLOCK_MAX).
    const BLOCK_LEN: usize;
    /// Whether a field may have a tail.
    const TAIL: bool;

    /// Writes the fields into the block reserved at `at`, and appends their tails.
    fn encode_body(&self, at: usize, out: &mut Writer<'_>);

    /// Reads the fields; a block that is too short counts as extended by zeros.
    ///
    /// # Errors
    ///
    /// Whatever the fields say.
    fn decode_body(block: &[u8], tail: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// The block length that stands for `B` where a value must take up room.
const fn element_len<B: Body>() -> usize {
    if B::BLOCK_LEN == 0 { 1 } else { B::BLOCK_LEN }
}

/// As [`element_len`], in the width of a header.
#[expect(clippy::as_conversions, reason = "a layout is at most BLOCK_MAX long")]
const fn element_len_u16<B: Body>() -> u16 {
    element_len::<B>() as u16
}

/// Reads a body whose block has the writer's length, where this side writes `own` bytes for
/// `len` bytes of fields.
#[inline]
fn decode_block<T>(
    block: &[u8],
    own: usize,
    len: usize,
    tail: &mut Reader<'_>,
    fields: impl Fn(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    if tail.exact() {
        check_exact(block, own, len)?;
    }
    match block.get(..len) {
        Some(block) => fields(block, tail),
        None => decode_short(block, tail, fields),
    }
}

/// The same for a block that must be extended by zeros: apart, so that the usual case knows its
/// length and needs no further check.
#[cold]
#[inline(never)]
fn decode_short<T>(
    block: &[u8],
    tail: &mut Reader<'_>,
    fields: impl Fn(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    fields(block, tail)
}

#[inline]
fn check_exact(block: &[u8], own: usize, len: usize) -> Result<(), DecodeError> {
    if block.len() != own {
        let narrow = |n| u32::try_from(n).unwrap_or(u32::MAX);
        return Err(Kind::BlockLength { got: narrow(block.len()), own: narrow(own) }.into());
    }
    // The one byte that stands for a struct without fields.
    if len == 0 && block.iter().any(|byte| *byte != 0) {
        return Err(Kind::UnknownBits.into());
    }
    Ok(())
}

/// Reads a struct's block where it must take up room: as a field, or in a list.
#[inline]
fn decode_element<B: Body>(block: &[u8], tail: &mut Reader<'_>) -> Result<B, DecodeError> {
    decode_block(block, element_len::<B>(), B::BLOCK_LEN, tail, B::decode_body)
}

/// Writes a struct as a field.
#[inline]
pub fn encode_nested<B: Body>(body: &B, slot: Slot, out: &mut Writer<'_>) {
    let flag = if B::TAIL { HAS_TAIL } else { 0 };
    match u8::try_from(element_len::<B>()) {
        Ok(len) if len < LONG_BLOCK => out.put(slot.block, [len | flag]),
        _ => {
            out.put(slot.block, [LONG_BLOCK | flag]);
            out.append(&element_len_u16::<B>().to_le_bytes());
        }
    }
    let len_at = if B::TAIL { Some(out.reserve(4)) } else { None };
    let at = out.reserve(element_len::<B>());
    let tail = out.len();
    body.encode_body(at, out);
    if let Some(len_at) = len_at {
        out.patch_len(len_at, tail);
    }
}

/// Reads a struct that is a field.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn decode_nested<B: Body>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
) -> Result<B, DecodeError> {
    let [first] = load(block, slot.block);
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
    if tail.exact() && (len == 0 || has_tail != B::TAIL) {
        return Err(Kind::Absent.into());
    }
    let tail_len = if has_tail { read_u32(tail)? } else { 0 };
    tail.nested(|tail| {
        let block = tail.take(len)?;
        tail.region(tail_len, |tail| decode_element(block, tail))
    })
}

#[inline]
pub(super) fn read_u32(tail: &mut Reader<'_>) -> Result<usize, DecodeError> {
    usize::try_from(u32::from_le_bytes(tail.array()?)).map_err(|_| Kind::BadLength.into())
}

/// Writes the elements of a non-empty list of structs, without its count.
pub fn encode_list<'i, B: Body>(items: impl ExactSizeIterator<Item = &'i B>, out: &mut Writer<'_>) {
    let count = items.len();
    let len = element_len::<B>();
    let header = out.reserve(2);
    // Two bytes an end, until it turns out that the tails need four.
    let ends = out.reserve(if B::TAIL { 2 * count } else { 0 });
    let Some(blocks_len) = count.checked_mul(len) else { return out.too_long(usize::MAX) };
    let blocks = out.reserve(blocks_len);
    let tails = out.len();
    if !B::TAIL {
        out.put(header, element_len_u16::<B>().to_le_bytes());
        for (i, item) in items.enumerate() {
            item.encode_body(blocks + i * len, out);
        }
        return;
    }
    let mut long = None;
    for (i, item) in items.enumerate() {
        item.encode_body(blocks + i * len, out);
        let end = out.len() - tails;
        match (u16::try_from(end), &mut long) {
            (Ok(end), None) => out.put(ends + 2 * i, end.to_le_bytes()),
            (Err(_), None) => long = Some(long_ends(out, ends, i, count, end)),
            (_, Some(long)) => long.push(end),
        }
    }
    match long {
        None => {
            let bits = LIST_HAS_TAIL | LIST_SHORT_ENDS;
            out.put(header, (element_len_u16::<B>() | bits).to_le_bytes());
        }
        Some(long) => {
            out.put(header, (element_len_u16::<B>() | LIST_HAS_TAIL).to_le_bytes());
            out.insert(ends + 2 * count, 2 * count);
            for (i, end) in long.into_iter().enumerate() {
                match u32::try_from(end) {
                    Ok(end) => out.put(ends + 4 * i, end.to_le_bytes()),
                    Err(_) => out.too_long(end),
                }
            }
        }
    }
}

/// The ends so far, for a list whose tails pass 65,535 bytes with element `i`.
#[cold]
fn long_ends(out: &Writer<'_>, ends: usize, i: usize, count: usize, end: usize) -> Vec<usize> {
    let mut long = Vec::with_capacity(count);
    long.extend((0..i).map(|i| usize::from(u16::from_le_bytes(out.get(ends + 2 * i)))));
    long.push(end);
    long
}

/// The ends of a list's elements, not yet checked.
#[derive(Clone, Copy)]
enum Ends<'a> {
    None,
    Short(&'a [u8]),
    Long(&'a [u8]),
}

impl Ends<'_> {
    #[inline]
    fn get(self, i: usize) -> Result<usize, DecodeError> {
        match self {
            Self::None => Ok(0),
            Self::Short(ends) => Ok(usize::from(u16::from_le_bytes(load(ends, 2 * i)))),
            Self::Long(ends) => usize::try_from(u32::from_le_bytes(load(ends, 4 * i)))
                .map_err(|_| Kind::BadEnds.into()),
        }
    }
}

/// Reads the elements of a non-empty list of structs.
///
/// # Errors
///
/// Whatever the bytes break; lengths are checked before anything is allocated.
pub fn decode_list<B: Body>(count: usize, tail: &mut Reader<'_>) -> Result<Vec<B>, DecodeError> {
    let header = u16::from_le_bytes(tail.array()?);
    let len = usize::from(header & !(LIST_HAS_TAIL | LIST_SHORT_ENDS));
    let (has_tail, short) = (header & LIST_HAS_TAIL != 0, header & LIST_SHORT_ENDS != 0);
    if len == 0 {
        return Err(Kind::EmptyBlock.into());
    }
    if short && !has_tail {
        return Err(Kind::PaddingBits.into());
    }
    if tail.exact() && has_tail != B::TAIL {
        return Err(Kind::Absent.into());
    }
    let bytes = |width: usize| count.checked_mul(width).ok_or(Kind::BadLength);
    let ends = match (has_tail, short) {
        (false, _) => Ends::None,
        (true, true) => Ends::Short(tail.take(bytes(2)?)?),
        (true, false) => Ends::Long(tail.take(bytes(4)?)?),
    };
    let blocks = tail.take(bytes(len)?)?;
    let total = ends.get(count - 1)?;
    if total > tail.left() {
        return Err(Kind::BadEnds.into());
    }
    if tail.exact() && has_tail && short != u16::try_from(total).is_ok() {
        return Err(Kind::NonMinimal.into());
    }
    tail.charge(count, size_of::<B>())?;
    tail.nested(|tail| {
        let mut items = Vec::with_capacity(count);
        let mut start = 0;
        for (i, block) in blocks.chunks_exact(len).enumerate() {
            let end = ends.get(i)?;
            let own = end.checked_sub(start).ok_or(Kind::BadEnds)?;
            start = end;
            items.push(tail.region(own, |tail| decode_element(block, tail))?);
        }
        Ok(items)
    })
}

/// Writes a body that ends where the message ends.
#[inline]
pub fn encode_root<B: Body>(body: &B, out: &mut Writer<'_>) {
    if B::BLOCK_LEN == 0 {
        return;
    }
    let at = begin_body(B::BLOCK_LEN, out);
    body.encode_body(at, out);
}

/// Writes the length of a body's block, reserves the block, and says where it starts.
#[inline]
pub(super) fn begin_body(block_len: usize, out: &mut Writer<'_>) -> usize {
    match u8::try_from(block_len) {
        Ok(len) if len < u8::MAX => out.append(&[len]),
        _ => {
            #[expect(clippy::as_conversions, reason = "a layout is at most BLOCK_MAX long")]
            let len = (block_len as u16).to_le_bytes();
            out.append(&[u8::MAX]);
            out.append(&len);
        }
    }
    out.reserve(block_len)
}

/// Reads a body that ends where the reader ends. No bytes at all read as all zero.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn decode_root<B: Body>(reader: &mut Reader<'_>) -> Result<B, DecodeError> {
    decode_fields(B::BLOCK_LEN, reader, B::decode_body)
}

/// Reads `len` bytes of fields that end where the reader ends.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn decode_fields<T>(
    len: usize,
    reader: &mut Reader<'_>,
    fields: impl Fn(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    if reader.left() == 0 {
        if reader.exact() && len > 0 {
            return Err(Kind::Absent.into());
        }
        return decode_short(&[], reader, fields);
    }
    if reader.exact() && len == 0 {
        // A body without fields is no bytes at all.
        reader.end()?;
    }
    let block_len = match reader.array()? {
        [u8::MAX] => {
            let len = u16::from_le_bytes(reader.array()?);
            if len < u16::from(u8::MAX) {
                return Err(Kind::NonMinimal.into());
            }
            usize::from(len)
        }
        [len] => usize::from(len),
    };
    let block = reader.take(block_len)?;
    let value = decode_block(block, len, len, reader, fields)?;
    reader.end()?;
    reader.take_rest();
    Ok(value)
}

/// The body of one field @0, which stands for a value that is no struct where a body must be.
pub(super) struct Single<T>(pub(super) T);

impl<T: Wire> Single<T> {
    const LEN: usize = {
        assert!(
            T::BLOCK + T::BITS > 0,
            "NP0802: elements of a list or array must take up room in it"
        );
        if T::BITS > 0 { 1 } else { T::BLOCK }
    };

    /// Writes `value` as a root.
    #[inline]
    pub(super) fn encode_root(value: &T, out: &mut Writer<'_>) {
        let at = begin_body(Self::LEN, out);
        value.encode(Slot::START.from(at), out);
    }
}

impl<T: Wire> Body for Single<T> {
    const BLOCK_LEN: usize = Self::LEN;
    const TAIL: bool = T::HAS_TAIL;

    fn encode_body(&self, at: usize, out: &mut Writer<'_>) {
        self.0.encode(Slot::START.from(at), out);
    }

    #[inline]
    fn decode_body(block: &[u8], tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if T::BITS > 0 && tail.exact() {
            let [flags] = load(block, 0);
            if flags >> T::BITS != 0 {
                return Err(Kind::UnknownBits.into());
            }
        }
        T::decode(block, Slot::START, tail).map(Self)
    }
}
