//! The outline of a zstd frame (RFC 8878), without its content: what kind it is, where it ends, and
//! how much it can hold at most. Nothing is allocated, and each byte is looked at once at most.

use super::{Algorithm, CompressError, Forbidden};

const MAGIC: u32 = 0xFD2F_B528;
/// The first of sixteen magic numbers of frames to skip.
const SKIPPABLE: u32 = 0x184D_2A50;
/// The largest window that readers are asked to support by the RFC.
const WINDOW: u64 = 8 << 20;
/// What one block becomes at most.
const BLOCK: u64 = 128 << 10;

/// Whether the block is one frame, of the kind that is used here, and can hold `len` bytes.
pub(super) fn judge(block: &[u8], len: u32) -> Result<(), CompressError> {
    let mut rest = Rest(block);
    let magic = u32::from_le_bytes(rest.array()?);
    if magic & 0xFFFF_FFF0 == SKIPPABLE {
        return Err(CompressError::Forbidden(Forbidden::Skippable));
    }
    if magic != MAGIC {
        return Err(MALFORMED);
    }
    header(&mut rest, len)?;
    let most = blocks(&mut rest)?;
    if !rest.0.is_empty() {
        return Err(CompressError::Forbidden(Forbidden::Trailing));
    }
    if most < u64::from(len) {
        return Err(CompressError::Implausible { len, block: block.len() });
    }
    Ok(())
}

/// The descriptor and the fields that it announces.
fn header(rest: &mut Rest<'_>, len: u32) -> Result<(), CompressError> {
    let [descriptor] = rest.array()?;
    if descriptor & 0b11 != 0 {
        return Err(CompressError::Forbidden(Forbidden::Dictionary));
    }
    if descriptor & 0b100 != 0 {
        return Err(CompressError::Forbidden(Forbidden::Checksum));
    }
    if descriptor & 0b1000 != 0 {
        return Err(MALFORMED);
    }
    let single_segment = descriptor & 0b10_0000 != 0;
    if !single_segment {
        let [window] = rest.array()?;
        let base = 1_u64 << (10 + (window >> 3));
        let size = base + (base >> 3) * u64::from(window & 0b111);
        if size > WINDOW && size > u64::from(len) {
            return Err(CompressError::Forbidden(Forbidden::Window));
        }
    }
    let content = match (descriptor >> 6, single_segment) {
        (0, false) => None,
        (0, true) => Some(u64::from(u8::from_le_bytes(rest.array()?))),
        (1, _) => Some(u64::from(u16::from_le_bytes(rest.array()?)) + 256),
        (2, _) => Some(u64::from(u32::from_le_bytes(rest.array()?))),
        (_, _) => Some(u64::from_le_bytes(rest.array()?)),
    };
    match content {
        Some(content) if content != u64::from(len) => Err(CompressError::WrongLength { len }),
        Some(_) | None => Ok(()),
    }
}

/// Steps over the blocks; what they become at most.
fn blocks(rest: &mut Rest<'_>) -> Result<u64, CompressError> {
    let mut most = 0_u64;
    loop {
        let [low, middle, high] = rest.array()?;
        let header = u32::from_le_bytes([low, middle, high, 0]);
        let size = header >> 3;
        let (stored, content) = match header >> 1 & 0b11 {
            0 => (size, u64::from(size)),
            1 => (1, u64::from(size)),
            2 => (size, BLOCK),
            _ => return Err(MALFORMED),
        };
        if u64::from(size) > BLOCK {
            return Err(MALFORMED);
        }
        rest.skip(stored)?;
        most = most.saturating_add(content);
        if header & 1 == 1 {
            return Ok(most);
        }
    }
}

const MALFORMED: CompressError = CompressError::Malformed(Algorithm::Zstd);

/// What was not looked at yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], CompressError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(*array)
    }

    fn skip(&mut self, count: u32) -> Result<(), CompressError> {
        let count = usize::try_from(count).map_err(|_| MALFORMED)?;
        self.0 = self.0.get(count..).ok_or(MALFORMED)?;
        Ok(())
    }
}
