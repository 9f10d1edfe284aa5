//! The ciphers of aws-lc-rs: quicker, in C and assembly.
//!
//! A key lives in memory of that library, which wipes every block when it gives it back
//! (`OPENSSL_free` begins with `OPENSSL_cleanse`), so a key that REKEY replaces is wiped as well.
//! Sealing and opening allocate nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, UnboundKey};

use super::super::error::NoiseError;
use super::super::pattern::Suite;
use super::{KEY_LEN, Nonce, Tag};

/// "Less safe" in that nonces are for the caller to count, as Noise asks for.
pub(super) struct Keyed(LessSafeKey);

impl Keyed {
    /// None when the library has no memory to give.
    pub(super) fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Option<Self> {
        let algorithm = match suite {
            Suite::ChaChaPoly => &CHACHA20_POLY1305,
            Suite::AesGcm => &AES_256_GCM,
        };
        UnboundKey::new(algorithm, key).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    pub(super) fn seal(
        &self,
        nonce: Nonce,
        ad: &[u8],
        text: &mut [u8],
        tag: &mut Tag,
    ) -> Result<(), NoiseError> {
        let sealed = self.0.seal_in_place_scatter(unique(nonce), Aad::from(ad), text, &[], tag);
        // A message is far below the 64 GiB at which these ciphers refuse.
        sealed.map_err(|_| NoiseError::NonceExhausted)
    }

    /// After a wrong tag the library leaves zeros in `text`.
    pub(super) fn open(
        &self,
        nonce: Nonce,
        ad: &[u8],
        text: &mut [u8],
        tag: &Tag,
    ) -> Result<(), NoiseError> {
        let opened = self.0.open_in_place_separate_tag(unique(nonce), Aad::from(ad), tag, text);
        opened.map(|_| ()).map_err(|_| NoiseError::Authentication)
    }
}

fn unique(nonce: Nonce) -> aws_lc_rs::aead::Nonce {
    aws_lc_rs::aead::Nonce::assume_unique_for_key(nonce)
}
