//! Bodies of messages made smaller, and back.
//!
//! A compressed body is `u32 raw_len ‖ block`, where the block is an LZ4 block or one zstd frame.
//! Here nothing is decided: not whether a body is to be compressed, nor by what; and each body stands
//! for itself, so that no message says anything of the ones before it. What is allocated for a peer
//! is bounded by the caller's maximum and by what its block can hold at most, both looked at before.
//! No block is written over another's remains.

#[cfg(feature = "lz4")]
mod lz4;
#[cfg(feature = "zstd")]
mod zstd;
#[cfg(feature = "zstd")]
mod zstd_frame;

use std::fmt;

use bytes::Bytes;
use thiserror::Error;

/// The length in front of a block.
const PREFIX: usize = size_of::<u32>();

/// How bodies are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// LZ4, the block format: the quicker one.
    Lz4,
    /// zstd: the smaller one.
    Zstd,
}

impl Algorithm {
    /// What this build can do, the smaller result first.
    pub const AVAILABLE: &'static [Self] = &[
        #[cfg(feature = "zstd")]
        Self::Zstd,
        #[cfg(feature = "lz4")]
        Self::Lz4,
    ];

    /// The number on the wire. 0 stands for none of them.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Lz4 => 1,
            Self::Zstd => 2,
        }
    }

    /// The algorithm with this number.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Lz4),
            2 => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The bit that stands for it in a set of them.
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::Lz4 => 1,
            Self::Zstd => 2,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lz4 => "LZ4",
            Self::Zstd => "zstd",
        })
    }
}

/// Why a compressed body was not taken. The peer is at fault; nothing of the body is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CompressError {
    /// Too short for the length in front.
    #[error("a compressed body of {len} bytes has no length in front")]
    Short {
        /// How many bytes there are.
        len: usize,
    },
    /// It would be more than is taken. Found before anything is allocated for it.
    #[error("a compressed body would become {len} bytes, at most {max} are taken")]
    DecompressLimit {
        /// What the body says it becomes.
        len: u32,
        /// The most that is taken.
        max: usize,
    },
    /// So few bytes cannot become so many. Found before anything is allocated for it.
    #[error("a compressed body cannot become {len} bytes, with a block of {block}")]
    Implausible {
        /// What the body says it becomes.
        len: u32,
        /// The bytes of the block.
        block: usize,
    },
    /// The block does not become what the length in front says.
    #[error("a compressed body does not become the {len} bytes it says")]
    WrongLength {
        /// What the body says it becomes.
        len: u32,
    },
    /// The block breaks the rules of its format.
    #[error("a compressed body is no {0} block")]
    Malformed(Algorithm),
    /// The block is zstd, but uses what is not used here.
    #[error("a zstd block has {0}, which is not allowed")]
    Forbidden(Forbidden),
    /// This build does not have the algorithm.
    #[error("{0} is not in this build: switch its feature on")]
    NotBuilt(Algorithm),
}

/// What zstd has and message bodies do not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// A frame that is skipped.
    #[error("a skippable frame")]
    Skippable,
    /// Something behind the first frame.
    #[error("bytes behind its frame")]
    Trailing,
    /// The number of a dictionary.
    #[error("a dictionary")]
    Dictionary,
    /// A checksum of the content.
    #[error("a checksum")]
    Checksum,
    /// A window that is larger than 8 MiB and than the content.
    #[error("a window of more than 8 MiB")]
    Window,
}

/// Compresses bodies by one algorithm.
///
/// Its working memory belongs to the thread, not to this: a connection that is idle holds none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressor {
    algorithm: Algorithm,
    level: CompressionLevel,
}

/// How hard zstd tries. LZ4 has no levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompressionLevel(u8);

impl CompressionLevel {
    /// The quickest of the ordinary levels. Messages are mostly short, and there the higher ones take
    /// more time and gain next to nothing.
    pub const QUICK: Self = Self(1);

    /// The level with this number, from 1 (quick) to 22 (small).
    #[must_use]
    pub fn new(level: u32) -> Option<Self> {
        let level = u8::try_from(level).ok().filter(|level| (1..=22).contains(level));
        level.map(Self)
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for CompressionLevel {
    /// [`QUICK`](Self::QUICK).
    fn default() -> Self {
        Self::QUICK
    }
}

impl Compressor {
    /// A compressor by this algorithm; none if this build does not have it.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Option<Self> {
        let level = CompressionLevel::default();
        Algorithm::AVAILABLE.contains(&algorithm).then_some(Self { algorithm, level })
    }

    /// The same at another level, where the algorithm has any.
    #[must_use]
    pub const fn with_level(mut self, level: CompressionLevel) -> Self {
        self.level = level;
        self
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// Appends the length of the body and its block; or nothing and returns false if that would be no
    /// smaller than the body.
    #[must_use]
    pub fn compress(self, body: &[u8], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let Ok(raw_len) = u32::try_from(body.len()) else {
            return false;
        };
        out.extend_from_slice(&raw_len.to_le_bytes());
        let written = match self.algorithm {
            #[cfg(feature = "lz4")]
            Algorithm::Lz4 => lz4::compress(body, out),
            #[cfg(feature = "zstd")]
            Algorithm::Zstd => zstd::compress(body, out, self.level),
            #[cfg(not(feature = "lz4"))]
            Algorithm::Lz4 => None,
            #[cfg(not(feature = "zstd"))]
            Algorithm::Zstd => None,
        };
        let end = written.and_then(|block: usize| block.checked_add(start)?.checked_add(PREFIX));
        match end {
            Some(end) if end.saturating_sub(start) < body.len() => {
                out.truncate(end);
                true
            }
            Some(_) | None => {
                out.truncate(start);
                false
            }
        }
    }
}

/// How many bytes a compressed body becomes by its own words, if that is no more than `max`.
///
/// # Errors
///
/// [`CompressError::Short`] and [`CompressError::DecompressLimit`].
pub fn raw_len(body: &[u8], max: usize) -> Result<usize, CompressError> {
    let (len, _) = split(body)?;
    within(len, max)
}

/// What a compressed body stands for. It allocates [`raw_len`] bytes, and only if the block can
/// become as many; besides it, some memory of fixed size for each thread.
///
/// # Errors
///
/// Whatever is wrong with the body.
pub fn decompress(algorithm: Algorithm, body: &[u8], max: usize) -> Result<Bytes, CompressError> {
    let (len, block) = split(body)?;
    let size = within(len, max)?;
    match algorithm {
        #[cfg(feature = "lz4")]
        Algorithm::Lz4 => lz4::decompress(block, len, size).map(Bytes::from),
        #[cfg(feature = "zstd")]
        Algorithm::Zstd => zstd::decompress(block, len, size).map(Bytes::from),
        #[cfg(not(feature = "lz4"))]
        Algorithm::Lz4 => absent(algorithm, block, size),
        #[cfg(not(feature = "zstd"))]
        Algorithm::Zstd => absent(algorithm, block, size),
    }
}

/// What a build without the algorithm makes of a body.
#[cfg(not(all(feature = "lz4", feature = "zstd")))]
fn absent(algorithm: Algorithm, _block: &[u8], _size: usize) -> Result<Bytes, CompressError> {
    Err(CompressError::NotBuilt(algorithm))
}

fn split(body: &[u8]) -> Result<(u32, &[u8]), CompressError> {
    match body.split_first_chunk::<PREFIX>() {
        Some((len, block)) => Ok((u32::from_le_bytes(*len), block)),
        None => Err(CompressError::Short { len: body.len() }),
    }
}

fn within(len: u32, max: usize) -> Result<usize, CompressError> {
    match usize::try_from(len) {
        Ok(size) if size <= max => Ok(size),
        Ok(_) | Err(_) => Err(CompressError::DecompressLimit { len, max }),
    }
}

#[cfg(test)]
mod tests;
