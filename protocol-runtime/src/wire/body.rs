//! Bodies: fields in number order, in a block whose length travels with it, and a tail.
//!
//! The one rule of evolution lives here and in [`structs`](super::structs): a reader takes the
//! writer's block and cuts it, or extends it with zeros, to its own; then it reads as if both had
//! the same schema.

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::Slot;
use super::reader::{Reader, load};
use super::tail::Tail;
use super::view::BodyView;
use super::writer::{Writer, put};

/// Fields in number order: what an evolvable struct or a message consists of.
pub trait Body: Sized + 'static {
    /// How long the block of the fields is; at most [`BLOCK_MAX`](super::layout::BLOCK_MAX).
    const BLOCK_LEN: usize;
    /// Whether a field may have a tail.
    const TAIL: bool;
    /// Whether there is a tail and all of it is text.
    const TEXT: bool;
    /// Whether the block holds only full-width numbers, so that any bytes are a value.
    const PLAIN: bool;
    /// Whether nothing but its texts, if it has any, can be wrong with it.
    const FREE: bool = Self::PLAIN;

    /// The fields where they lie in the bytes.
    type View<'a>: Copy + std::fmt::Debug;

    /// Writes the fields' blocks into `block`, which has [`BLOCK_LEN`](Self::BLOCK_LEN) zeros.
    fn encode_fields(&self, block: &mut [u8]);

    /// Appends the fields' tails.
    fn encode_tails(&self, out: &mut Writer<'_>);

    /// Reads the fields; a block that is too short counts as extended by zeros.
    ///
    /// # Errors
    ///
    /// Whatever the fields say.
    fn decode_body(block: &[u8], tail: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Goes through the fields as [`decode_body`](Self::decode_body) does, allocating nothing.
    ///
    /// # Errors
    ///
    /// As `decode_body`, but for the budget.
    fn check_body(block: &[u8], tail: &mut Reader<'_>) -> Result<(), DecodeError>;

    /// The fields where they lie.
    fn view_body(body: BodyView<'_>) -> Self::View<'_>;
}

/// The block length that stands for `B` where a value must take up room.
pub(super) const fn element_len<B: Body>() -> usize {
    if B::BLOCK_LEN == 0 { 1 } else { B::BLOCK_LEN }
}

/// Reads a body whose block has the writer's length, where this side writes `own` bytes for
/// `len` bytes of fields.
#[inline(always)]
pub(super) fn read_block<T>(
    block: &[u8],
    (own, len): (usize, usize),
    tail: &mut Reader<'_>,
    fields: impl FnOnce(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    check_block(block, (own, len), tail)?;
    fields(block, tail)
}

/// Refuses a block of another length than this side writes, when reading exactly.
#[inline(always)]
pub(super) fn check_block(
    block: &[u8],
    (own, len): (usize, usize),
    tail: &Reader<'_>,
) -> Result<(), DecodeError> {
    if tail.exact() { check_exact(block, own, len) } else { Ok(()) }
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

/// Writes a body that ends where the message ends.
#[inline]
pub fn encode_root<B: Body>(body: &B, out: &mut Writer<'_>) {
    if B::BLOCK_LEN == 0 {
        return;
    }
    body.encode_fields(begin_body(B::BLOCK_LEN, out));
    body.encode_tails(out);
}

/// Writes the length of a body's block, and reserves the block.
#[inline(always)]
pub fn begin_body<'w>(block_len: usize, out: &'w mut Writer<'_>) -> &'w mut [u8] {
    let short = u8::try_from(block_len).unwrap_or(u8::MAX);
    let head = if short < u8::MAX { 1 } else { 3 };
    let (first, block) = out.block(head + block_len).split_at_mut(head);
    put(first, 0, [short]);
    if short == u8::MAX {
        #[expect(clippy::as_conversions, reason = "a layout is at most BLOCK_MAX long")]
        put(first, 1, (block_len as u16).to_le_bytes());
    }
    block
}

/// Reads a body that ends where the reader ends. No bytes at all read as all zero.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn decode_root<B: Body>(reader: &mut Reader<'_>) -> Result<B, DecodeError> {
    read_fields((B::BLOCK_LEN, B::TEXT), reader, B::decode_body)
}

/// Goes through a body that ends where the reader ends.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn check_root<B: Body>(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    read_fields((B::BLOCK_LEN, B::TEXT), reader, B::check_body)
}

/// Reads `len` bytes of fields that end where the reader ends; all their tails may be text.
///
/// # Errors
///
/// Whatever the bytes break.
#[inline]
pub fn read_fields<T>(
    (len, text): (usize, bool),
    reader: &mut Reader<'_>,
    fields: impl FnOnce(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let block = take_block(len, reader)?;
    if text {
        reader.enter_text();
    }
    let value = if block.is_empty() {
        // Absent, or without fields.
        fields(&[], reader)?
    } else {
        read_block(block, (len, len), reader, fields)?
    };
    reader.end()?;
    reader.set_bytes(&[]);
    Ok(value)
}

/// Takes the block of a body that ends where the reader ends; it is empty where there is none.
#[inline]
fn take_block<'a>(len: usize, reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    if reader.left() == 0 {
        if reader.exact() && len > 0 {
            return Err(Kind::Absent.into());
        }
        return Ok(&[]);
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
    if block_len == 0 && reader.exact() {
        check_exact(block, len, len)?;
    }
    Ok(block)
}

/// A body that ends where the bytes end, which were checked.
#[inline]
#[must_use]
pub fn open_body(bytes: &[u8]) -> BodyView<'_> {
    let mut tail = Tail::new(bytes);
    let block_len = match tail.array() {
        [u8::MAX] => usize::from(u16::from_le_bytes(tail.array())),
        [len] => usize::from(len),
    };
    BodyView { block: tail.take(block_len), tail }
}

/// A message that was checked, where it lies.
#[inline]
#[must_use]
pub fn view_root<B: Body>(bytes: &[u8]) -> B::View<'_> {
    B::view_body(open_body(bytes))
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
        value.encode_block(begin_body(Self::LEN, out), Slot::START);
        value.encode_tail(out);
    }

    #[inline]
    fn check_bits(block: &[u8], tail: &Reader<'_>) -> Result<(), DecodeError> {
        if T::BITS > 0 && tail.exact() {
            let [flags] = load(block, 0);
            if flags >> T::BITS != 0 {
                return Err(Kind::UnknownBits.into());
            }
        }
        Ok(())
    }
}

impl<T: Wire> Body for Single<T> {
    const BLOCK_LEN: usize = Self::LEN;
    const TAIL: bool = T::HAS_TAIL;
    const TEXT: bool = T::TEXT;
    const PLAIN: bool = T::PLAIN;

    type View<'a> = T::View<'a>;

    fn encode_fields(&self, block: &mut [u8]) {
        self.0.encode_block(block, Slot::START);
    }

    fn encode_tails(&self, out: &mut Writer<'_>) {
        self.0.encode_tail(out);
    }

    #[inline]
    fn decode_body(block: &[u8], tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::check_bits(block, tail)?;
        T::decode(block, Slot::START, tail).map(Self)
    }

    #[inline]
    fn check_body(block: &[u8], tail: &mut Reader<'_>) -> Result<(), DecodeError> {
        Self::check_bits(block, tail)?;
        T::check(block, Slot::START, tail)
    }

    #[inline]
    fn view_body(body: BodyView<'_>) -> T::View<'_> {
        T::view(body.block, Slot::START, body.tail)
    }
}
