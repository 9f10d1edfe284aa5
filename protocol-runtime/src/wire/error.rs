//! What can go wrong between a value and its bytes.

use std::fmt;

use thiserror::Error;

/// A field of a type, to say where decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the type.
    pub owner: &'static str,
    /// The name of the field or variant.
    pub field: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.owner, self.field)
    }
}

/// The bytes are no value of the type that was asked for.
///
/// The sender is at fault, or the two sides disagree about the schema. Nothing of the value is
/// kept. Errors name the innermost field in which decoding stopped, where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    // One word, so that the way that succeeds moves nothing: a result without a value is a
    // register.
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: DecodeErrorKind,
    place: Option<&'static Place>,
}

/// Which rule the bytes broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// A length says more bytes than are left.
    #[error("{needed} more bytes announced, {left} left")]
    Truncated {
        /// How many bytes the encoding asks for.
        needed: u64,
        /// How many there are.
        left: u64,
    },
    /// A length, count or block length is written in a longer form than it needs.
    #[error("a length is not in its shortest form")]
    NonMinimal,
    /// A length of five bytes has a high bit set or passes 2³² − 1.
    #[error("a length is malformed")]
    BadLength,
    /// The ends of the elements of a list fall, or pass the end of the list.
    #[error("the ends of a list's elements are out of order")]
    BadEnds,
    /// Text is not UTF-8.
    #[error("text is not valid UTF-8")]
    InvalidUtf8,
    /// Bits that no version of the schema may set are set.
    #[error("padding bits are set")]
    PaddingBits,
    /// An absent `Option<bool>` has its value bit set.
    #[error("an absent optional bool has a value")]
    AbsentWithValue,
    /// A closed enum or union has a number or tag that this schema does not know.
    #[error("the schema knows no variant {0} here, and the type is closed")]
    UnknownTag(u64),
    /// A closed enum or union is absent, and none of its variants stands for that.
    #[error("a value is missing that the schema cannot do without")]
    Missing,
    /// A string, list or map holds more than `#[max]` allows.
    #[error("{got} bytes or elements where the schema allows at most {max}")]
    OverMax {
        /// How many there are.
        got: u64,
        /// How many the schema allows.
        max: u64,
    },
    /// The keys of a map or set do not rise.
    #[error("the keys of a map or set are out of order")]
    KeyOrder,
    /// The Rust type behind `#[rust(type, with)]` refuses the value.
    #[error("the application's own type refuses the value")]
    Refused,
    /// The value is none that the type can hold.
    #[error("no value of the type is written like this")]
    BadValue,
    /// A union's tag is 255, which no schema may use.
    #[error("tag {0} is reserved")]
    ReservedTag(u8),
    /// A list of structs announces elements without a block.
    #[error("a block length of zero where a value must stand")]
    EmptyBlock,
    /// Values nest deeper than [`DecodeOptions::depth`](super::DecodeOptions::depth).
    #[error("nesting passes the limit")]
    DepthLimit,
    /// The value would take more memory than [`DecodeOptions::budget`](super::DecodeOptions::budget).
    #[error("the value would take more memory than the decode budget")]
    BudgetExceeded,
    /// Exact decoding only: a block is not as long as the reader's own.
    #[error("a block is {got} bytes long, this schema writes {own}")]
    BlockLength {
        /// The length in the bytes.
        got: u32,
        /// The length that this side writes.
        own: u32,
    },
    /// Exact decoding only: flag bits that this schema does not know.
    #[error("unknown flag bits are set")]
    UnknownBits,
    /// Exact decoding only: bytes are left over after the value.
    #[error("{0} bytes are left over")]
    LeftOver(u64),
    /// Exact decoding only: a value is absent that this schema always writes.
    #[error("a value is absent")]
    Absent,
    /// Exact decoding only: something stands in the slot of a removed field.
    #[error("a removed field is not zero")]
    RemovedNotZero,
    /// A type that has no values was asked for.
    #[error("the schema allows no value here")]
    NoValue,
}

impl DecodeError {
    /// An error of `kind`, with no place yet.
    #[cold]
    #[must_use]
    pub fn new(kind: DecodeErrorKind) -> Self {
        Self { inner: Box::new(Inner { kind, place: None }) }
    }

    /// Adds where it happened, unless an inner place is known already.
    #[cold]
    #[must_use]
    pub fn at(mut self, place: &'static Place) -> Self {
        self.inner.place.get_or_insert(place);
        self
    }

    /// Which rule was broken.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        self.inner.kind
    }

    /// The innermost field, when it is known.
    #[must_use]
    pub fn place(&self) -> Option<&'static Place> {
        self.inner.place
    }
}

impl From<DecodeErrorKind> for DecodeError {
    #[cold]
    fn from(kind: DecodeErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner.place {
            Some(place) => write!(f, "{place}: {}", self.inner.kind),
            None => self.inner.kind.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {}

/// The value has no bytes: it is too large for the encoding.
///
/// This side is at fault. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A string, a list or the content of a struct passes 2³² − 1 bytes or elements.
    #[error("a value of {0} bytes or elements is too long to encode")]
    TooLong(u64),
    /// A string, list or map holds more than `#[max]` allows.
    #[error("{place}: {got} bytes or elements where the schema allows at most {max}")]
    OverMax {
        /// The field.
        place: Place,
        /// How many there are.
        got: u64,
        /// How many the schema allows.
        max: u64,
    },
    /// The message is larger than the peer, or this side, allows.
    #[error("the message takes {len} bytes, at most {max} are allowed")]
    TooLarge {
        /// How large it is.
        len: u64,
        /// The limit.
        max: u64,
    },
}
