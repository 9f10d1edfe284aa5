//! What is wrong with bytes, values or JSON, and where.

use std::fmt;

use super::reader::wide;

/// A mistake in bytes, in a value, or in its JSON. Nothing of the value is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueError(Box<Mistake>);

#[derive(Clone, Debug, PartialEq)]
struct Mistake {
    root: String,
    /// Innermost first.
    path: Vec<Segment>,
    offset: Option<usize>,
    kind: ValueErrorKind,
}

/// A step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A field, a variant, or a position in a tuple.
    Name(String),
    /// An element of a list or array.
    Index(usize),
}

/// Which rule was broken.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// A length says more bytes than are left.
    Truncated {
        /// How many bytes are announced.
        needed: u64,
        /// How many there are.
        left: u64,
    },
    /// A length, a block length or a varint is in a longer form than it needs.
    NonMinimal,
    /// A length of five bytes has a high bit set or passes 2³² − 1.
    BadLength,
    /// The first byte of a varint is none, or says more bytes than its type has.
    BadVarint(u8),
    /// The ends of the elements of a list fall, or pass the end of the list.
    BadEnds,
    /// Text is not UTF-8.
    InvalidUtf8,
    /// Bits are set that no version of the schema gives a meaning.
    PaddingBits,
    /// An absent `Option<bool>` has its value bit set.
    AbsentWithValue,
    /// A block length of zero where a value must stand.
    EmptyBlock,
    /// A union's tag is 255.
    ReservedTag,
    /// A closed enum or union has no such number or tag.
    UnknownTag(u128),
    /// A closed enum or union is absent, and no variant stands for that.
    Missing,
    /// A key is not greater than the one before it.
    KeyOrder,
    /// A time has 10⁹ nanoseconds or more.
    Nanoseconds(u32),
    /// The family or the padding of a socket address.
    BadAddress,
    /// More bytes or elements than the field may have.
    OverMax {
        /// How many there are.
        got: u64,
        /// How many there may be.
        max: u64,
    },
    /// Values nest deeper than the limit.
    DepthLimit,
    /// Structs and unions of a value to be written nest deeper than a reader follows.
    TooDeep {
        /// How many levels there are.
        depth: u32,
        /// How many there may be.
        max: u32,
    },
    /// The value would take more memory than the limit.
    BudgetExceeded,
    /// Exact reading: a block is not as long as this schema writes it.
    BlockLength {
        /// The length in the bytes.
        got: u64,
        /// The length that this schema writes.
        own: u64,
    },
    /// Exact reading: whether there is a tail is not as this schema writes it.
    TailBit,
    /// Exact reading: flag bits are set that this schema does not know.
    UnknownBits,
    /// Exact reading: bytes are left over.
    LeftOver(u64),
    /// Exact reading: a value is absent that this schema always writes.
    Absent,
    /// Exact reading: a removed field is not zero.
    RemovedNotZero,
    /// What is there is not what the type asks for.
    Mismatch {
        /// What the type asks for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A number does not fit its type.
    OutOfRange {
        /// The number, as it was written.
        number: String,
        /// The type.
        ty: String,
    },
    /// An array or a tuple has another number of elements.
    Count {
        /// How many there are.
        got: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A string, list or struct passes 2³² − 1 bytes or elements.
    TooLong,
    /// A key is there twice.
    DuplicateKey,
    /// The type has no field, variant or flag of that name.
    UnknownName {
        /// What was looked for: `field`, `variant` or `flag`.
        what: &'static str,
        /// The name.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
        /// All that there are.
        known: Vec<String>,
    },
    /// A variant or flag is given by its number, but the schema has a name for it.
    KnownTag {
        /// The tag or number.
        tag: u128,
        /// Its name.
        name: String,
    },
    /// A secret was not shown when this JSON was made, so it is not known.
    HiddenSecret,
    /// What is given for a secret is no value of its type; nothing of it is shown.
    RefusedSecret,
}

impl ValueError {
    pub(super) fn new(kind: ValueErrorKind) -> Self {
        Self(Box::new(Mistake { root: String::new(), path: Vec::new(), offset: None, kind }))
    }

    /// A mistake in the bytes at `offset`.
    pub(super) fn at(kind: ValueErrorKind, offset: usize) -> Self {
        let mut error = Self::new(kind);
        error.0.offset = Some(offset);
        error
    }

    /// The same, of what lies in no bytes.
    pub(super) fn nowhere(mut self) -> Self {
        self.0.offset = None;
        self
    }

    pub(super) fn mismatch(expected: impl Into<String>, found: impl Into<String>) -> Self {
        let (expected, found) = (expected.into(), found.into());
        Self::new(ValueErrorKind::Mismatch { expected, found })
    }

    pub(super) fn root(mut self, name: &str) -> Self {
        name.clone_into(&mut self.0.root);
        self
    }

    /// Adds the field in which it happened; the value of a tuple variant has no name.
    pub(super) fn field(mut self, name: &str) -> Self {
        if !name.is_empty() {
            self.0.path.push(Segment::Name(name.to_owned()));
        }
        self
    }

    pub(super) fn index(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// Which rule was broken.
    #[must_use]
    pub fn kind(&self) -> &ValueErrorKind {
        &self.0.kind
    }

    /// Which byte of the input it is about.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The steps from the whole value to the part that is wrong.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.0.path.iter().rev()
    }

    /// The part that is wrong: `Joined.people[3].name`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = self.0.root.clone();
        for segment in self.segments() {
            match segment {
                Segment::Name(name) => path.push_str(&format!(".{name}")),
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path(), self.0.kind)?;
        match self.0.offset {
            Some(offset) => write!(f, " (byte {offset})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ValueError {}

impl fmt::Display for ValueErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { needed, left } => {
                let needed = counted(*needed, "more byte is", "more bytes are");
                write!(f, "{needed} announced, and {} left", counted(*left, "is", "are"))
            }
            Self::NonMinimal => f.write_str("a length or number is not in its shortest form"),
            Self::BadLength => f.write_str("a length is malformed"),
            Self::BadVarint(first) => write!(f, "no number of this type starts with byte {first}"),
            Self::BadEnds => f.write_str("the ends of the elements are out of order"),
            Self::InvalidUtf8 => f.write_str("text is not valid UTF-8"),
            Self::PaddingBits => f.write_str("padding bits are set"),
            Self::AbsentWithValue => f.write_str("an absent optional bool has a value"),
            Self::EmptyBlock => f.write_str("a block length of zero where a value must stand"),
            Self::ReservedTag => f.write_str("tag 255 is reserved"),
            Self::UnknownTag(tag) => write!(f, "there is no variant {tag}, and no other may be"),
            Self::Missing => {
                f.write_str("a value must be given: there is none that stands for zero")
            }
            Self::KeyOrder => f.write_str("a key is not greater than the one before it"),
            Self::Nanoseconds(nanos) => write!(f, "{nanos} nanoseconds are a second or more"),
            Self::BadAddress => f.write_str("this is neither an IPv4 nor an IPv6 address"),
            Self::OverMax { got, max } => {
                let got = counted(*got, "byte or element", "bytes or elements");
                write!(f, "{got}, at most {max} may be")
            }
            Self::DepthLimit => f.write_str("nesting passes the limit"),
            Self::TooDeep { depth, max } => {
                write!(f, "structs and unions nest {depth} deep, readers follow {max}")
            }
            Self::BudgetExceeded => f.write_str("the value would take more memory than it may"),
            Self::BlockLength { got, own } => {
                let got = counted(*got, "byte", "bytes");
                write!(f, "a block is {got} long, this schema writes {own}")
            }
            Self::TailBit => f.write_str(
                "the writer's type has a tail where this one has none, or the other way round",
            ),
            Self::UnknownBits => f.write_str("flag bits are set that this schema does not know"),
            Self::LeftOver(left) => {
                write!(f, "{} left over", counted(*left, "byte is", "bytes are"))
            }
            Self::Absent => f.write_str("a value is absent that this schema always writes"),
            Self::RemovedNotZero => f.write_str("a removed field is not zero"),
            Self::Mismatch { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::OutOfRange { number, ty } => write!(f, "{number} does not fit `{ty}`"),
            Self::Count { got, expected } => {
                let got = counted(wide(*got), "element", "elements");
                write!(f, "{got}, there must be exactly {expected}")
            }
            Self::TooLong => f.write_str("more than 2³² − 1 bytes or elements"),
            Self::DuplicateKey => f.write_str("a key is there twice"),
            Self::UnknownName { what, name, nearest, known } => {
                write!(f, "there is no {what} `{name}`")?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None if known.is_empty() => Ok(()),
                    None => write!(f, "; there is `{}`", known.join("`, `")),
                }
            }
            Self::KnownTag { tag, name } => {
                write!(f, "number {tag} has the name `{name}`; write that")
            }
            Self::HiddenSecret => {
                f.write_str("the secret was hidden when this was written; give its value")
            }
            Self::RefusedSecret => {
                f.write_str("no value of its type; it is a secret, so nothing more is said")
            }
        }
    }
}

/// A number, and what there is that many of.
fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
