//! A key pair as text of a file: the PKCS#8 PEM of [RFC 8410](https://www.rfc-editor.org/rfc/rfc8410),
//! byte for byte what `openssl genpkey -algorithm X25519` writes.
//!
//! Every such file is the same but for its 32 bytes of secret, so text is compared, not parsed:
//! there is no DER in here, and no second way to write a key. Files are for others to open.

use zeroize::Zeroizing;

use super::error::NoiseError;
use super::key_text::{self, ParseKeyError};
use super::keys::Keypair;
use super::secret::Secret;

/// Why a text is not the key pair of a file. Where it says nothing better,
/// `openssl genpkey -algorithm X25519` writes a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// There is nothing.
    #[error("the key file is empty")]
    Empty,
    /// Lines end as on Windows, or something else changed the file on its way.
    #[error("the key file has carriage returns: its lines end in a line feed and nothing else")]
    CarriageReturn,
    /// The key is encrypted, which this library does not read.
    #[error(
        "the key file is encrypted with a passphrase: `openssl pkey` writes it without, to be \
         protected by the permissions of the file"
    )]
    Encrypted,
    /// It is a public key.
    #[error("this is a public key, and the private key that belongs to it is needed")]
    PublicKey,
    /// It does not begin with the line that a private key begins with.
    #[error("a key file begins with the line -----BEGIN PRIVATE KEY-----")]
    Begin,
    /// The line that ends a private key is missing: most likely the file is cut short.
    #[error("a key file ends with the line -----END PRIVATE KEY----- and the end of that line")]
    End,
    /// Something follows the line that ends a private key.
    #[error("{len} bytes follow the line -----END PRIVATE KEY-----, and none may")]
    Trailing {
        /// How many bytes.
        len: usize,
    },
    /// What stands between the two lines is not of the length of an X25519 key.
    #[error("the key has {len} characters of base64 where one for X25519 has 64, on one line")]
    Length {
        /// How many characters are there, line ends and padding not counted.
        len: usize,
    },
    /// It holds a character outside the base64 alphabet.
    #[error("the key holds a character that base64 does not have")]
    Character,
    /// It has the right length and is for something else, or its secret is not of 32 bytes.
    #[error("the key is not one for X25519")]
    NotX25519,
    /// Its secret is zeros only, which is never one that was generated.
    #[error("a secret key of zeros is not a key")]
    ZeroSecret,
}

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----\n";
const END: &str = "-----END PRIVATE KEY-----\n";

/// In front of the secret: PrivateKeyInfo { version 0, algorithm 1.3.101.110 }, then twice the
/// head of an octet string.
const PREFIX: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x6e\x04\x22\x04\x20";
const DER_LEN: usize = PREFIX.len() + 32;
const TEXT_LEN: usize = DER_LEN / 3 * 4;

impl Keypair {
    /// The pair as text of a key file, of which there is one for each pair. Wiped when dropped;
    /// keep it where nobody else can read it.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        let mut der = Zeroizing::new([0; DER_LEN]);
        let (prefix, secret) = der.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(&PREFIX);
        secret.copy_from_slice(self.secret());
        // Of its full size at once: what growing leaves behind would not be wiped.
        let mut pem = Zeroizing::new(String::with_capacity(BEGIN.len() + TEXT_LEN + 1 + END.len()));
        pem.push_str(BEGIN);
        key_text::encode(der.as_ref(), &mut pem);
        pem.push('\n');
        pem.push_str(END);
        pem
    }

    /// The pair of a key file's text. Wiping `pem` is for the caller.
    ///
    /// # Errors
    /// [`PemError`] for everything but what [`to_pem`](Self::to_pem) gives.
    pub fn from_pem(pem: &str) -> Result<Self, PemError> {
        let line = line(pem)?;
        let len = line.bytes().filter(|byte| !b"=\n".contains(byte)).count();
        if len != TEXT_LEN {
            return Err(PemError::Length { len });
        }
        let mut der = Zeroizing::new([0; DER_LEN]);
        key_text::decode(line, der.as_mut()).map_err(|error| match error {
            ParseKeyError::Character => PemError::Character,
            ParseKeyError::Length { .. }
            | ParseKeyError::NotCanonical
            | ParseKeyError::ZeroSecret => PemError::NotX25519,
        })?;
        let secret = der.strip_prefix(&PREFIX).ok_or(PemError::NotX25519)?;
        let secret = secret.try_into().map_err(|_| PemError::NotX25519)?;
        Self::new(Secret::copy_of(secret)).map_err(|_: NoiseError| PemError::ZeroSecret)
    }
}

/// The one line between the first and the last.
fn line(pem: &str) -> Result<&str, PemError> {
    if pem.is_empty() {
        return Err(PemError::Empty);
    }
    if pem.contains('\r') {
        return Err(PemError::CarriageReturn);
    }
    let Some(rest) = pem.strip_prefix(BEGIN) else {
        return Err(match pem.lines().next() {
            Some("-----BEGIN ENCRYPTED PRIVATE KEY-----") => PemError::Encrypted,
            Some("-----BEGIN PUBLIC KEY-----") => PemError::PublicKey,
            _ => PemError::Begin,
        });
    };
    let (body, trailing) = rest.split_once(END).ok_or(PemError::End)?;
    if !trailing.is_empty() {
        return Err(PemError::Trailing { len: trailing.len() });
    }
    if body.is_empty() { Ok(body) } else { body.strip_suffix('\n').ok_or(PemError::End) }
}
