//! zstd, by the library of its authors. A frame is judged by `zstd_frame` before the library sees
//! it, so that neither dictionaries nor windows nor a second frame ever get there.

use std::cell::RefCell;

use zstd_safe::{CCtx, CParameter, DCtx, ResetDirective};

use super::{Algorithm, CompressError, zstd_frame};

/// The quickest of the ordinary levels. Messages are mostly short, and there the higher ones take
/// more time and gain next to nothing.
const LEVEL: i32 = 1;

thread_local! {
    /// Their memory is taken from the allocator when first used and kept: some 100 KiB to read,
    /// up to 1 MiB to write. It holds no reference to any body.
    static WRITER: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
    static READER: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// Appends one frame without dictionary and checksum, with its content's size, and says how long it
/// is. None if it would be no smaller than the body.
pub(super) fn compress(body: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let start = out.len();
    out.resize(start.checked_add(body.len())?, 0);
    let room = out.get_mut(start..)?;
    WRITER.with_borrow_mut(|writer| {
        let mut context = match writer.take() {
            Some(context) => context,
            None => new_writer()?,
        };
        let written = context.compress2(room, body).ok();
        // What did not fit leaves the context in the middle of a frame.
        if written.is_some() || context.reset(ResetDirective::SessionOnly).is_ok() {
            *writer = Some(context);
        }
        written
    })
}

fn new_writer() -> Option<CCtx<'static>> {
    let mut context = CCtx::try_create()?;
    for parameter in [
        CParameter::CompressionLevel(LEVEL),
        CParameter::ContentSizeFlag(true),
        CParameter::ChecksumFlag(false),
        CParameter::DictIdFlag(false),
    ] {
        context.set_parameter(parameter).ok()?;
    }
    Some(context)
}

/// The content of the one frame in the block.
pub(super) fn decompress(block: &[u8], len: u32, size: usize) -> Result<Vec<u8>, CompressError> {
    zstd_frame::judge(block, len)?;
    let malformed = CompressError::Malformed(Algorithm::Zstd);
    let mut raw = vec![0; size];
    let written = READER.with_borrow_mut(|reader| {
        // One that failed is not used again: what state it is in is not said.
        let mut context = reader.take().or_else(DCtx::try_create).ok_or(malformed)?;
        let written = context.decompress(raw.as_mut_slice(), block).map_err(|_| malformed)?;
        *reader = Some(context);
        Ok(written)
    })?;
    if written == size { Ok(raw) } else { Err(CompressError::WrongLength { len }) }
}
