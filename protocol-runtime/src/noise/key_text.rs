//! A public key as one line of text: standard base64 with padding, in its one canonical form.

use super::keys::PublicKey;

/// Why a text is not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// It is not of the length every key has.
    #[error("a public key is 44 characters long, not {len}")]
    Length {
        /// Its length in bytes.
        len: usize,
    },
    /// It holds a character outside the base64 alphabet, or does not end in its one `=`.
    #[error("a public key is written in base64 and ends in one =")]
    Character,
    /// Its last bits are not zero: another text stands for the same key.
    #[error("the public key is not in canonical base64")]
    NotCanonical,
}

const TEXT_LEN: usize = 44;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl core::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&encode(self.as_bytes()))
    }
}

impl core::str::FromStr for PublicKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        decode(text).map(Self::from_bytes)
    }
}

fn encode(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(TEXT_LEN);
    for group in bytes.chunks(3) {
        let mut padded = [0; 4];
        for (to, from) in padded.iter_mut().skip(1).zip(group) {
            *to = *from;
        }
        let bits = u32::from_be_bytes(padded);
        for shift in [18, 12, 6, 0].into_iter().take(group.len() + 1) {
            let [.., low] = (bits >> shift & 63).to_be_bytes();
            text.extend(ALPHABET.get(usize::from(low)).copied().map(char::from));
        }
    }
    text.push('=');
    text
}

fn decode(text: &str) -> Result<[u8; 32], ParseKeyError> {
    if text.len() != TEXT_LEN {
        return Err(ParseKeyError::Length { len: text.len() });
    }
    let body = text.strip_suffix('=').ok_or(ParseKeyError::Character)?;
    let mut out = [0; 32];
    let mut free = out.iter_mut();
    let (mut bits, mut held) = (0u32, 0u32);
    for character in body.bytes() {
        let value = ALPHABET.iter().zip(0u32..).find(|(letter, _)| **letter == character);
        let (_, value) = value.ok_or(ParseKeyError::Character)?;
        bits = bits << 6 | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            let [.., byte] = (bits >> held).to_be_bytes();
            bits &= (1 << held) - 1;
            // 43 characters carry 258 bits: 32 whole bytes, and two bits that are checked below.
            *free.next().ok_or(ParseKeyError::NotCanonical)? = byte;
        }
    }
    if bits == 0 { Ok(out) } else { Err(ParseKeyError::NotCanonical) }
}
