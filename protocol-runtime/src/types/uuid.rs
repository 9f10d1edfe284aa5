//! `std::Uuid`: sixteen bytes with a text form (RFC 9562, section 4).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// A universally unique identifier: sixteen bytes, written `67e55044-10b1-426f-9247-bb680e5fe0c8`.
///
/// It says nothing about versions and makes no identifiers: any sixteen bytes are one. They are
/// ordered as their text is.
///
/// ```
/// use protocol_runtime::types::Uuid;
///
/// let id: Uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
/// assert_eq!(id.as_bytes()[0], 0x67);
/// assert_eq!(Uuid::NIL.to_string(), "00000000-0000-0000-0000-000000000000");
/// ```
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    Immutable,
    IntoBytes,
    KnownLayout,
    Unaligned,
)]
#[repr(transparent)]
pub struct Uuid([u8; 16]);

impl Uuid {
    /// All zeros.
    pub const NIL: Self = Self([0; 16]);

    /// All zeros.
    #[must_use]
    pub const fn nil() -> Self {
        Self::NIL
    }

    /// The identifier of these bytes, in the order of its text.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, in the order of the text.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The bytes, in the order of the text.
    #[must_use]
    pub const fn into_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Whether all bytes are zero.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        *self == Self::NIL
    }
}

impl From<[u8; 16]> for Uuid {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl From<Uuid> for [u8; 16] {
    fn from(uuid: Uuid) -> Self {
        uuid.0
    }
}

/// After which bytes a hyphen stands.
const HYPHENS: [usize; 4] = [3, 5, 7, 9];

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            write!(f, "{byte:02x}")?;
            if HYPHENS.contains(&i) {
                f.write_str("-")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no identifier. Write 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, with
/// hyphens between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a UUID; write it as `67e55044-10b1-426f-9247-bb680e5fe0c8`")]
pub struct ParseUuidError;

impl FromStr for Uuid {
    type Err = ParseUuidError;

    /// Reads the form that is displayed; capital letters will do.
    fn from_str(text: &str) -> Result<Self, ParseUuidError> {
        let mut rest = text.bytes();
        let mut bytes = [0; 16];
        for (i, byte) in bytes.iter_mut().enumerate() {
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            *byte = high << 4 | low;
            if HYPHENS.contains(&i) && rest.next() != Some(b'-') {
                return Err(ParseUuidError);
            }
        }
        if rest.next().is_some() { Err(ParseUuidError) } else { Ok(Self(bytes)) }
    }
}

fn digit(byte: Option<u8>) -> Result<u8, ParseUuidError> {
    let digit = byte.and_then(|byte| char::from(byte).to_digit(16));
    digit.and_then(|digit| u8::try_from(digit).ok()).ok_or(ParseUuidError)
}
