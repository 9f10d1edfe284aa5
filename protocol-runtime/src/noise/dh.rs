//! The Diffie-Hellman function.
//! [DH functions](https://noiseprotocol.org/noise.html#dh-functions),
//! [the 25519 DH functions](https://noiseprotocol.org/noise.html#the-25519-dh-functions).

use x25519_dalek::{SharedSecret, StaticSecret};

use super::error::NoiseError;
use super::keys::PublicKey;

/// X25519. A result of zeros is refused, as section 12.1 allows: it comes of a point of low order,
/// by which a peer would choose the secret for both.
pub(super) fn dh(secret: &StaticSecret, public: PublicKey) -> Result<SharedSecret, NoiseError> {
    let shared = secret.diffie_hellman(&x25519_dalek::PublicKey::from(*public.as_bytes()));
    if shared.was_contributory() { Ok(shared) } else { Err(NoiseError::BadPeerKey) }
}

/// The public key of a secret.
pub(super) fn public(secret: &StaticSecret) -> PublicKey {
    PublicKey::from_bytes(x25519_dalek::PublicKey::from(secret).to_bytes())
}
