//! LZ4 blocks. Whatever the block says, it is read and written within its own bounds, by a crate
//! that has no unsafe code with the features chosen here.

use std::cell::RefCell;

use lz4_flex::block::{
    CompressTable, compress_into_with_table, decompress_into, get_maximum_output_size,
};

use super::{Algorithm, CompressError};

/// The most that one byte of a block becomes: a byte more of a match's length.
const MOST: usize = 255;

thread_local! {
    /// Where the compressor notes what stands where, 8 or 16 KiB. It is cleared for each body.
    static TABLE: RefCell<CompressTable> = RefCell::new(CompressTable::small());
}

/// Appends the block and says how long it is. Room for the longest block is made in between, as that
/// is what the crate asks for.
pub(super) fn compress(body: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let start = out.len();
    out.resize(start.checked_add(get_maximum_output_size(body.len()))?, 0);
    let room = out.get_mut(start..)?;
    TABLE.with_borrow_mut(|table| compress_into_with_table(body, room, table)).ok()
}

/// The content of a block. It is written into zeros, so that a block that refers to what is not its
/// own finds nothing.
pub(super) fn decompress(block: &[u8], len: u32, size: usize) -> Result<Vec<u8>, CompressError> {
    if size > block.len().saturating_mul(MOST) {
        return Err(CompressError::Implausible { len, block: block.len() });
    }
    let mut raw = vec![0; size];
    match decompress_into(block, &mut raw) {
        Ok(written) if written == size => Ok(raw),
        Ok(_) => Err(CompressError::WrongLength { len }),
        Err(lz4_flex::block::DecompressError::OutputTooSmall { .. }) => {
            Err(CompressError::WrongLength { len })
        }
        Err(_) => Err(CompressError::Malformed(Algorithm::Lz4)),
    }
}
