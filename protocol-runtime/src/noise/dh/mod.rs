//! The Diffie-Hellman function, and who computes it.
//! [DH functions](https://noiseprotocol.org/noise.html#dh-functions),
//! [the 25519 DH functions](https://noiseprotocol.org/noise.html#the-25519-dh-functions).
//!
//! Never gives a secret that the peer chose for both.

#[cfg(feature = "accel")]
mod accel;
mod plain;

use zeroize::Zeroizing;

use super::error::NoiseError;
#[cfg(feature = "accel")]
use super::implementation;
use super::keys::PublicKey;
use super::secret::Secret;

/// What both sides compute, and nobody else.
type Shared = Zeroizing<[u8; 32]>;

/// A private key of X25519 with the public key that follows from it; wiped when dropped.
pub(super) struct PrivateKey {
    secret: Secret,
    public: PublicKey,
    #[cfg(feature = "accel")]
    accel: Option<accel::PrivateKey>,
}

impl PrivateKey {
    pub(super) fn new(secret: Secret) -> Self {
        #[cfg(feature = "accel")]
        if implementation::is_accelerated()
            && let Some((accel, public)) = accel::PrivateKey::new(&secret)
        {
            return Self { secret, public, accel: Some(accel) };
        }
        Self {
            public: plain::public(&secret),
            secret,
            #[cfg(feature = "accel")]
            accel: None,
        }
    }

    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    pub(super) fn public(&self) -> PublicKey {
        self.public
    }

    /// X25519 with the peer's public key. A result of zeros is refused, as section 12.1 allows: it
    /// comes of a point of low order, by which a peer would choose the secret for both.
    pub(super) fn dh(&self, public: PublicKey) -> Result<Shared, NoiseError> {
        #[cfg(feature = "accel")]
        if let Some(accel) = &self.accel {
            return accel.dh(public).ok_or(NoiseError::BadPeerKey);
        }
        plain::dh(&self.secret, public).ok_or(NoiseError::BadPeerKey)
    }

    /// A key that says of itself to be another: what a peer of bad faith sends.
    #[cfg(test)]
    pub(super) fn with_public(&self, public: PublicKey) -> Self {
        Self { public, ..Self::new(Secret::copy_of(&self.secret)) }
    }
}

#[cfg(all(test, feature = "accel"))]
mod tests {
    use super::super::implementation::Implementation;
    use super::{PrivateKey, Secret};

    #[test]
    fn the_implementation_that_is_chosen_is_the_one_at_work() {
        for implementation in Implementation::ALL {
            implementation.choose();
            let key = PrivateKey::new(Secret::copy_of(&[7; 32]));
            assert_eq!(key.accel.is_some(), *implementation == Implementation::Accel);
        }
    }
}
