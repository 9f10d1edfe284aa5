//! A key with its counter.
//! [The CipherState object](https://noiseprotocol.org/noise.html#the-cipherstate-object),
//! [cipher functions](https://noiseprotocol.org/noise.html#cipher-functions).
//!
//! Never uses a counter twice, and never lets a key out.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag, inout::InOutBuf};
use chacha20poly1305::ChaCha20Poly1305;
use zeroize::Zeroizing;

use super::error::NoiseError;
use super::pattern::Suite;

pub(super) const KEY_LEN: usize = 32;
pub(super) const TAG_LEN: usize = 16;

/// The counter the specification keeps for REKEY; no message may use it.
const REKEY_NONCE: u64 = u64::MAX;

pub(super) struct CipherState {
    aead: Aead,
    nonce: u64,
}

impl CipherState {
    pub(super) fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Self {
        Self { aead: Aead::new(suite, key), nonce: 0 }
    }

    /// Encrypts `message` in place. Its last [`TAG_LEN`] bytes are room for the tag.
    pub(super) fn seal(&mut self, ad: &[u8], message: &mut [u8]) -> Result<(), NoiseError> {
        let next = self.next()?;
        self.aead.seal_in_place(self.nonce, ad, message)?;
        self.nonce = next;
        Ok(())
    }

    /// Decrypts `message` in place and gives the length of the text in front of its tag. After an
    /// error the counter and `message` are as before.
    pub(super) fn open(&mut self, ad: &[u8], message: &mut [u8]) -> Result<usize, NoiseError> {
        let next = self.next()?;
        let len = self.aead.open_in_place(self.nonce, ad, message)?;
        self.nonce = next;
        Ok(len)
    }

    /// REKEY, section 4.2: the new key is the encryption of zeros under the last counter. The
    /// counter goes on.
    pub(super) fn rekey(&mut self) -> Result<(), NoiseError> {
        let mut block = Zeroizing::new([0; KEY_LEN + TAG_LEN]);
        self.aead.seal_in_place(REKEY_NONCE, &[], block.as_mut())?;
        let (key, _) = block.split_first_chunk().ok_or(NoiseError::OutOfBounds)?;
        self.aead.replace_key(key);
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

/// The seam to the two ciphers. Boxed, so that a key stays where it is wiped when its owner moves.
enum Aead {
    ChaChaPoly(Box<ChaCha20Poly1305>),
    AesGcm(Box<Aes256Gcm>),
}

impl Aead {
    fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Self {
        match suite {
            Suite::ChaChaPoly => Self::ChaChaPoly(Box::new(ChaCha20Poly1305::new(key.into()))),
            Suite::AesGcm => Self::AesGcm(Box::new(Aes256Gcm::new(key.into()))),
        }
    }

    fn replace_key(&mut self, key: &[u8; KEY_LEN]) {
        match self {
            Self::ChaChaPoly(aead) => **aead = ChaCha20Poly1305::new(key.into()),
            Self::AesGcm(aead) => **aead = Aes256Gcm::new(key.into()),
        }
    }

    /// Text and room for a tag become ciphertext and tag.
    fn seal_in_place(&self, nonce: u64, ad: &[u8], message: &mut [u8]) -> Result<(), NoiseError> {
        // Without room for a tag the message is no message of ours; sealing it must not succeed.
        let (text, room) = split_tag(message).ok_or(NoiseError::OutOfBounds)?;
        let tag = match self {
            Self::ChaChaPoly(aead) => seal(&**aead, &chacha_nonce(nonce), ad, text),
            Self::AesGcm(aead) => seal(&**aead, &aes_nonce(nonce), ad, text),
        };
        *room = tag?;
        Ok(())
    }

    /// Ciphertext and tag become text, whose length is given. Nothing is changed unless the tag is
    /// right.
    fn open_in_place(
        &self,
        nonce: u64,
        ad: &[u8],
        message: &mut [u8],
    ) -> Result<usize, NoiseError> {
        let (text, tag) = split_tag(message).ok_or(NoiseError::Authentication)?;
        match self {
            Self::ChaChaPoly(aead) => open(&**aead, &chacha_nonce(nonce), ad, text, tag),
            Self::AesGcm(aead) => open(&**aead, &aes_nonce(nonce), ad, text, tag),
        }
        .map(|()| text.len())
    }
}

fn seal<A>(
    aead: &A,
    nonce: &Nonce<A>,
    ad: &[u8],
    text: &mut [u8],
) -> Result<[u8; TAG_LEN], NoiseError>
where
    A: AeadInOut,
    [u8; TAG_LEN]: From<Tag<A>>,
{
    // A message is far below the 64 GiB at which these ciphers refuse.
    let tag = aead.encrypt_inout_detached(nonce, ad, InOutBuf::from(text));
    tag.map(Into::into).map_err(|_| NoiseError::NonceExhausted)
}

fn open<A>(
    aead: &A,
    nonce: &Nonce<A>,
    ad: &[u8],
    text: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), NoiseError>
where
    A: AeadInOut,
    for<'a> &'a Tag<A>: From<&'a [u8; TAG_LEN]>,
{
    let opened = aead.decrypt_inout_detached(nonce, ad, InOutBuf::from(text), tag.into());
    opened.map_err(|_| NoiseError::Authentication)
}

fn split_tag(message: &mut [u8]) -> Option<(&mut [u8], &mut [u8; TAG_LEN])> {
    message.split_last_chunk_mut()
}

/// Four zero bytes and the counter, little-endian: section 12.3.
fn chacha_nonce(nonce: u64) -> Nonce<ChaCha20Poly1305> {
    let [a, b, c, d, e, f, g, h] = nonce.to_le_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h].into()
}

/// Four zero bytes and the counter, big-endian: section 12.4.
fn aes_nonce(nonce: u64) -> Nonce<Aes256Gcm> {
    let [a, b, c, d, e, f, g, h] = nonce.to_be_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h].into()
}
