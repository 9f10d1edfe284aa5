//! Static keys: the pair that is an identity, and the public half that others pin.
//! [Noise and its keys](https://noiseprotocol.org/noise.html#crypto-functions).
//!
//! A secret is held once, wiped when its last holder is dropped, and in no `Debug` output.

use core::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::dh;
use super::error::NoiseError;
use super::random::{OsRandom, Random};
use super::secret::Secret;

/// The public half of a [`Keypair`]: what a peer is known by. As text it is one line of base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key of these bytes. Whether somebody holds its secret is for a handshake to show.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A short text for people to compare: the first half of the key's SHA-256, in hex, in eight
    /// groups of four digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        groups_of_four(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// A static key pair: an identity.
///
/// Cloning shares the secret, which stays in one place in memory and is wiped with its last holder.
/// Use a pair with this protocol only.
#[derive(Clone)]
pub struct Keypair(Arc<dh::PrivateKey>);

impl Keypair {
    /// A new pair, from the randomness of the operating system.
    ///
    /// # Errors
    /// [`NoiseError::Random`] when the system has none to give.
    pub fn generate() -> Result<Self, NoiseError> {
        Self::generate_from(&mut OsRandom)
    }

    /// A new pair, from a source of randomness.
    ///
    /// # Errors
    /// [`NoiseError::Random`] when the source failed, [`NoiseError::ZeroSecret`] when it gave
    /// nothing but zeros.
    pub fn generate_from(random: &mut dyn Random) -> Result<Self, NoiseError> {
        Self::new(Secret::filled(|secret| random.fill(secret))?)
    }

    /// The pair of a secret that was kept.
    ///
    /// # Errors
    /// [`NoiseError::ZeroSecret`] for zeros: an empty file, not a key.
    pub fn from_secret(mut secret: [u8; 32]) -> Result<Self, NoiseError> {
        let kept = Secret::copy_of(&secret);
        secret.zeroize();
        Self::new(kept)
    }

    pub(super) fn new(secret: Secret) -> Result<Self, NoiseError> {
        check_secret(&secret)?;
        Ok(Self(Arc::new(dh::PrivateKey::new(secret))))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// The secret, lent to whoever writes it to a key file.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        self.0.secret()
    }

    pub(super) fn private(&self) -> &dh::PrivateKey {
        &self.0
    }
}

/// The first half of a hash, for people to compare.
pub(super) fn groups_of_four(digest: [u8; 32]) -> String {
    let (half, _) = digest.split_at(16);
    let groups = half.chunks(2).map(|pair| pair.iter().map(|byte| format!("{byte:02x}")));
    groups.map(Iterator::collect).collect::<Vec<String>>().join("-")
}

/// Zeros are an empty file or a forgotten variable, not a secret.
pub(super) fn check_secret(secret: &[u8; 32]) -> Result<(), NoiseError> {
    if secret.ct_eq(&[0; 32]).into() { Err(NoiseError::ZeroSecret) } else { Ok(()) }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keypair").field("public", &self.public()).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Keypair {
    /// A pair that says of itself to be another: what a peer of bad faith sends.
    pub(crate) fn with_public(&self, public: PublicKey) -> Self {
        Self(Arc::new(self.0.with_public(public)))
    }
}
