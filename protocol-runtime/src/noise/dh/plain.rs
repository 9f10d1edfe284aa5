//! X25519 of curve25519-dalek: always there, on every processor.

use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;

use super::super::keys::PublicKey;
use super::Shared;

/// The public key of a secret.
pub(super) fn public(secret: &[u8; 32]) -> PublicKey {
    let public = x25519_dalek::PublicKey::from(&StaticSecret::from(*secret));
    PublicKey::from_bytes(public.to_bytes())
}

/// None when the result is zeros.
pub(super) fn dh(secret: &[u8; 32], public: PublicKey) -> Option<Shared> {
    let public = x25519_dalek::PublicKey::from(*public.as_bytes());
    let shared = StaticSecret::from(*secret).diffie_hellman(&public);
    shared.was_contributory().then(|| Zeroizing::new(shared.to_bytes()))
}
