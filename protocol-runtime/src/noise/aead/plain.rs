//! The ciphers of RustCrypto: always there, on every processor.
//!
//! A key is wiped when it is dropped, by the feature `zeroize` of both crates.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, inout::InOutBuf};
use chacha20poly1305::ChaCha20Poly1305;

use super::super::error::NoiseError;
use super::super::pattern::Suite;
use super::{KEY_LEN, Nonce, Tag};

/// Boxed, so that a key stays where it is wiped when its owner moves.
pub(super) enum Keyed {
    ChaChaPoly(Box<ChaCha20Poly1305>),
    AesGcm(Box<Aes256Gcm>),
}

impl Keyed {
    pub(super) fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Self {
        match suite {
            Suite::ChaChaPoly => Self::ChaChaPoly(Box::new(ChaCha20Poly1305::new(key.into()))),
            Suite::AesGcm => Self::AesGcm(Box::new(Aes256Gcm::new(key.into()))),
        }
    }

    pub(super) fn seal(
        &self,
        nonce: &Nonce,
        ad: &[u8],
        text: &mut [u8],
        tag: &mut Tag,
    ) -> Result<(), NoiseError> {
        let (nonce, text) = (nonce.into(), InOutBuf::from(text));
        let sealed = match self {
            Self::ChaChaPoly(aead) => aead.encrypt_inout_detached(nonce, ad, text),
            Self::AesGcm(aead) => aead.encrypt_inout_detached(nonce, ad, text),
        };
        // A message is far below the 64 GiB at which these ciphers refuse.
        *tag = sealed.map_err(|_| NoiseError::NonceExhausted)?.into();
        Ok(())
    }

    pub(super) fn open(
        &self,
        nonce: &Nonce,
        ad: &[u8],
        text: &mut [u8],
        tag: &Tag,
    ) -> Result<(), NoiseError> {
        let (nonce, text) = (nonce.into(), InOutBuf::from(text));
        match self {
            Self::ChaChaPoly(aead) => aead.decrypt_inout_detached(nonce, ad, text, tag.into()),
            Self::AesGcm(aead) => aead.decrypt_inout_detached(nonce, ad, text, tag.into()),
        }
        .map_err(|_| NoiseError::Authentication)
    }
}
