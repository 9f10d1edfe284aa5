//! X25519 of aws-lc-rs: quicker, in assembly that is proved to compute it.
//!
//! A key lives in memory of that library, which wipes every block when it gives it back.

use aws_lc_rs::agreement::{self, UnparsedPublicKey, X25519};
use zeroize::Zeroizing;

use super::super::keys::PublicKey;
use super::Shared;

pub(super) struct PrivateKey(agreement::PrivateKey);

impl PrivateKey {
    /// The key of a secret, and its public key. None when the library has no memory to give.
    pub(super) fn new(secret: &[u8; 32]) -> Option<(Self, PublicKey)> {
        let private = agreement::PrivateKey::from_private_key(&X25519, secret).ok()?;
        let public = private.compute_public_key().ok()?;
        let public = PublicKey::from_bytes(public.as_ref().try_into().ok()?);
        Some((Self(private), public))
    }

    /// None when the result is zeros: the library refuses it by itself.
    pub(super) fn dh(&self, public: PublicKey) -> Option<Shared> {
        let public = UnparsedPublicKey::new(&X25519, public.as_bytes());
        agreement::agree(&self.0, public, (), |shared| {
            let mut secret = Zeroizing::new([0; 32]);
            shared.try_into().map(|shared: &[u8; 32]| *secret = *shared).map_err(|_| ())?;
            Ok(secret)
        })
        .ok()
    }
}
