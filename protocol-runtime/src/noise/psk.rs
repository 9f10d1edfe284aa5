//! Pre-shared keys: a secret that both sides have, and proof enough of who they are.
//! [Pre-shared symmetric keys](https://noiseprotocol.org/noise.html#pre-shared-symmetric-keys).
//!
//! The secret is held once, wiped when its last holder is dropped, and in no `Debug` output.

use core::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::error::NoiseError;
use super::key_text::{self, ParseKeyError};
use super::keys::{check_secret, groups_of_four};
use super::random::{OsRandom, Random};
use super::secret::Secret;

/// A secret of 32 bytes that two sides share. As text it is one line of base64.
///
/// It must come from [`generate`](Self::generate) or as good a source: what people can remember,
/// others can try out. Cloning shares the secret, which stays in one place in memory and is wiped
/// with its last holder.
#[derive(Clone)]
pub struct PresharedKey(Arc<Secret>);

/// What a fingerprint is taken over, in front of the key: the hash of a secret alone would be
/// worth something to others who hash it.
const FINGERPRINT_LABEL: &[u8] = b"np-psk-fingerprint/1\0";

impl PresharedKey {
    /// A new key, from the randomness of the operating system.
    ///
    /// # Errors
    /// [`NoiseError::Random`] when the system has none to give.
    pub fn generate() -> Result<Self, NoiseError> {
        Self::generate_from(&mut OsRandom)
    }

    /// A new key, from a source of randomness.
    ///
    /// # Errors
    /// [`NoiseError::Random`] when the source failed, [`NoiseError::ZeroSecret`] when it gave
    /// nothing but zeros.
    pub fn generate_from(random: &mut dyn Random) -> Result<Self, NoiseError> {
        Self::new(Secret::filled(|secret| random.fill(secret))?)
    }

    /// The key of these bytes.
    ///
    /// # Errors
    /// [`NoiseError::ZeroSecret`] for zeros: an empty file, not a key.
    pub fn from_bytes(mut secret: [u8; 32]) -> Result<Self, NoiseError> {
        let kept = Secret::copy_of(&secret);
        secret.zeroize();
        Self::new(kept)
    }

    fn new(secret: Secret) -> Result<Self, NoiseError> {
        check_secret(&secret)?;
        Ok(Self(Arc::new(secret)))
    }

    /// The key of a line of text, without its line end. Wiping `text` is for the caller.
    ///
    /// # Errors
    /// [`ParseKeyError`] for everything but what [`to_text`](Self::to_text) gives.
    pub fn from_text(text: &str) -> Result<Self, ParseKeyError> {
        let secret = Secret::filled(|secret| key_text::read_key(text, secret))?;
        Self::new(secret).map_err(|_: NoiseError| ParseKeyError::ZeroSecret)
    }

    /// The key as one line of text, without a line end. Wiped when dropped; keep it where nobody
    /// else can read it.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        // Of its full size at once: what growing leaves behind would not be wiped.
        let mut text = Zeroizing::new(String::with_capacity(key_text::TEXT_LEN));
        key_text::write_key(&self.0, &mut text);
        text
    }

    /// A short text for people to compare, in eight groups of four hex digits. Of a key that was
    /// generated it tells nothing.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new().chain_update(FINGERPRINT_LABEL).chain_update(**self.0);
        groups_of_four(digest.finalize().into())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PresharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresharedKey").finish_non_exhaustive()
    }
}
