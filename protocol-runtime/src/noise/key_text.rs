//! Keys as one line of text: standard base64 with padding, in its one canonical form.
//!
//! Secrets are written and read here too, so no branch and no place in memory that is looked up
//! follows from a character, but for whether it is one of base64.

use super::keys::PublicKey;

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// It is not of the length every key has.
    #[error("a key is one line of 44 characters of base64, not {len}")]
    Length {
        /// Its length in bytes.
        len: usize,
    },
    /// It holds a character outside the base64 alphabet, or does not end in its one `=`.
    #[error("a key is written in base64 and ends in one =")]
    Character,
    /// Its last bits are not zero: another text stands for the same key.
    #[error("the key is not in canonical base64")]
    NotCanonical,
    /// It stands for a secret of zeros only, which is never one that was generated.
    #[error("a secret key of zeros is not a key")]
    ZeroSecret,
}

pub(super) const TEXT_LEN: usize = 44;

impl core::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut text = String::with_capacity(TEXT_LEN);
        write_key(self.as_bytes(), &mut text);
        f.pad(&text)
    }
}

impl core::str::FromStr for PublicKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let mut bytes = [0; 32];
        read_key(text, &mut bytes)?;
        Ok(Self::from_bytes(bytes))
    }
}

/// Appends the line that stands for a key.
pub(super) fn write_key(key: &[u8; 32], out: &mut String) {
    encode(key, out);
    out.push('=');
}

/// Reads the line that stands for a key into `key`, which after an error holds nothing to be used.
pub(super) fn read_key(text: &str, key: &mut [u8; 32]) -> Result<(), ParseKeyError> {
    if text.len() != TEXT_LEN {
        return Err(ParseKeyError::Length { len: text.len() });
    }
    decode(text.strip_suffix('=').ok_or(ParseKeyError::Character)?, key)
}

/// Appends `bytes` as base64, without padding.
pub(super) fn encode(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        let mut padded = [0; 4];
        for (to, from) in padded.iter_mut().skip(1).zip(group) {
            *to = *from;
        }
        let bits = u32::from_be_bytes(padded);
        for shift in [18, 12, 6, 0].into_iter().take(group.len() + 1) {
            let [.., low] = (bits >> shift & 63).to_be_bytes();
            out.push(letter(low).into());
        }
    }
}

/// Fills `out` from base64 without padding, whose length the caller has made sure of.
pub(super) fn decode(text: &str, out: &mut [u8]) -> Result<(), ParseKeyError> {
    let mut free = out.iter_mut();
    let (mut bits, mut held) = (0u32, 0u32);
    for character in text.bytes() {
        bits = bits << 6 | value(character).ok_or(ParseKeyError::Character)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            let [.., byte] = (bits >> held).to_be_bytes();
            bits &= (1 << held) - 1;
            *free.next().ok_or(ParseKeyError::NotCanonical)? = byte;
        }
    }
    if bits == 0 { Ok(()) } else { Err(ParseKeyError::NotCanonical) }
}

/// The ranges of the alphabet: first and last character, and what the first stands for.
const RANGES: [(u8, u8, u8); 5] =
    [(b'A', b'Z', 0), (b'a', b'z', 26), (b'0', b'9', 52), (b'+', b'+', 62), (b'/', b'/', 63)];

/// The character of six bits.
fn letter(value: u8) -> u8 {
    RANGES.iter().fold(0, |letter, &(first, last, from)| {
        letter
            | within(value, from, from + (last - first))
                & first.wrapping_add(value.wrapping_sub(from))
    })
}

/// The six bits of a character.
fn value(letter: u8) -> Option<u32> {
    // One more than the value, so that zero is for characters that have none.
    let found = RANGES.iter().fold(0, |found, &(first, last, from)| {
        found
            | within(letter, first, last)
                & from.wrapping_add(letter.wrapping_sub(first)).wrapping_add(1)
    });
    u32::from(found).checked_sub(1)
}

/// All bits where `value` lies between the two, else none.
fn within(value: u8, first: u8, last: u8) -> u8 {
    let below = u16::from(value).wrapping_sub(first.into());
    let above = u16::from(last).wrapping_sub(value.into());
    // Whichever went below zero has its upper half set.
    let [outside, _] = (below | above).to_be_bytes();
    !outside
}
