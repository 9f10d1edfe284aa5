//! A key with its counter.
//! [The CipherState object](https://noiseprotocol.org/noise.html#the-cipherstate-object).
//!
//! Never uses a counter twice, and never lets a key out.

use zeroize::Zeroizing;

use super::aead::{Aead, KEY_LEN, TAG_LEN};
use super::error::NoiseError;
use super::pattern::Suite;

/// The counter the specification keeps for REKEY; no message may use it.
const REKEY_NONCE: u64 = u64::MAX;

pub(super) struct CipherState {
    suite: Suite,
    aead: Aead,
    nonce: u64,
}

impl CipherState {
    pub(super) fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Self {
        Self { suite, aead: Aead::new(suite, key), nonce: 0 }
    }

    /// Encrypts `message` in place. Its last [`TAG_LEN`] bytes are room for the tag.
    pub(super) fn seal(&mut self, ad: &[u8], message: &mut [u8]) -> Result<(), NoiseError> {
        let next = self.next()?;
        self.aead.seal_in_place(self.nonce, ad, message)?;
        self.nonce = next;
        Ok(())
    }

    /// Decrypts `message` in place and gives the length of the text in front of its tag. After an
    /// error the counter is as before, and `message` holds no text.
    pub(super) fn open(&mut self, ad: &[u8], message: &mut [u8]) -> Result<usize, NoiseError> {
        let next = self.next()?;
        let len = self.aead.open_in_place(self.nonce, ad, message)?;
        self.nonce = next;
        Ok(len)
    }

    /// REKEY, section 4.2: the new key is the encryption of zeros under the last counter. The
    /// counter goes on, and the old key is wiped.
    pub(super) fn rekey(&mut self) -> Result<(), NoiseError> {
        let mut block = Zeroizing::new([0; KEY_LEN + TAG_LEN]);
        self.aead.seal_in_place(REKEY_NONCE, &[], block.as_mut())?;
        let (key, _) = block.split_first_chunk().ok_or(NoiseError::OutOfBounds)?;
        self.aead = Aead::new(self.suite, key);
        Ok(())
    }

    /// How many messages went through this state.
    pub(super) fn count(&self) -> u64 {
        self.nonce
    }

    /// How many more may go through it.
    pub(super) fn left(&self) -> u64 {
        REKEY_NONCE - self.nonce
    }

    #[cfg(test)]
    pub(super) fn set_count(&mut self, count: u64) {
        self.nonce = count;
    }

    fn next(&self) -> Result<u64, NoiseError> {
        self.nonce.checked_add(1).ok_or(NoiseError::NonceExhausted)
    }
}
