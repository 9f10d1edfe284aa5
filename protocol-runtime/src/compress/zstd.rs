//! zstd, by the library of its authors. A frame is judged by `zstd_frame` before the library sees
//! it, so that neither dictionaries nor windows nor a second frame ever get there.

use std::cell::RefCell;

use zstd_safe::{CCtx, CParameter, DCtx, ResetDirective};

use super::{Algorithm, CompressError, CompressionLevel, zstd_frame};

/// How far back the writer looks at most, as a power of two: 8 MiB, which is as far as readers go
/// for every content. Higher levels would take more, and memory with it.
const WINDOW_LOG: u32 = 23;

/// How much memory a thread keeps for its next body. The first levels take less.
const KEPT_BYTES_MAX: usize = 4 * 1_024 * 1_024;

thread_local! {
    /// Their memory is taken from the allocator when first used and kept: some 100 KiB to read,
    /// up to 1 MiB to write at the usual level. It holds no reference to any body.
    static WRITER: RefCell<Option<Writer>> = const { RefCell::new(None) };
    static READER: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// A context for one level.
struct Writer {
    context: CCtx<'static>,
    level: CompressionLevel,
}

/// Appends one frame without dictionary and checksum, with its content's size, and says how long it
/// is. None if it would be no smaller than the body.
pub(super) fn compress(body: &[u8], out: &mut Vec<u8>, level: CompressionLevel) -> Option<usize> {
    let start = out.len();
    out.resize(start.checked_add(body.len())?, 0);
    let room = out.get_mut(start..)?;
    WRITER.with_borrow_mut(|writer| {
        let Writer { mut context, .. } = match writer.take() {
            Some(kept) if kept.level == level => kept,
            Some(_) | None => new_writer(level)?,
        };
        let written = context.compress2(room, body).ok();
        // What did not fit leaves the context in the middle of a frame.
        let whole = written.is_some() || context.reset(ResetDirective::SessionOnly).is_ok();
        if whole && context.sizeof() <= KEPT_BYTES_MAX {
            *writer = Some(Writer { context, level });
        }
        written
    })
}

fn new_writer(level: CompressionLevel) -> Option<Writer> {
    let mut context = CCtx::try_create()?;
    for parameter in [
        CParameter::CompressionLevel(level.get().into()),
        CParameter::WindowLog(window_log(level)),
        CParameter::ContentSizeFlag(true),
        CParameter::ChecksumFlag(false),
        CParameter::DictIdFlag(false),
    ] {
        context.set_parameter(parameter).ok()?;
    }
    Some(Writer { context, level })
}

/// The window of a level, which for the lower ones is zstd's own.
fn window_log(level: CompressionLevel) -> u32 {
    // 0 leaves it to the level; up to 19 none has more.
    if level.get() > 19 { WINDOW_LOG } else { 0 }
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
