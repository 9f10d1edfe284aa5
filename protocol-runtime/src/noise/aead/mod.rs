//! The seam to those who compute the two ciphers: `seal_in_place` and `open_in_place`.
//! [Cipher functions](https://noiseprotocol.org/noise.html#cipher-functions).
//!
//! Every implementation gives the same bytes for the same key; which one is at work is decided
//! when a key is made. No nonce is chosen here, and none is remembered.

#[cfg(feature = "accel")]
mod accel;
mod plain;

use super::error::NoiseError;
#[cfg(feature = "accel")]
use super::implementation;
use super::pattern::Suite;

pub(super) const KEY_LEN: usize = 32;
pub(super) const TAG_LEN: usize = 16;

type Nonce = [u8; 12];
type Tag = [u8; TAG_LEN];

/// A cipher with its key, which is wiped when it is dropped or replaced. A key stays in one place in memory however often
/// its owner moves.
pub(super) struct Aead {
    suite: Suite,
    keyed: Keyed,
}

enum Keyed {
    Plain(plain::Keyed),
    #[cfg(feature = "accel")]
    Accel(accel::Keyed),
}

impl Aead {
    pub(super) fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Self {
        Self { suite, keyed: Keyed::new(suite, key) }
    }

    /// Text and room for a tag become ciphertext and tag.
    pub(super) fn seal_in_place(
        &self,
        counter: u64,
        ad: &[u8],
        message: &mut [u8],
    ) -> Result<(), NoiseError> {
        self.seal_with(nonce(self.suite, counter), ad, message)
    }

    /// Ciphertext and tag become text, whose length is given. Unless the tag is right no text is
    /// ever in `message`: the ciphertext stays, or zeros take its place.
    pub(super) fn open_in_place(
        &self,
        counter: u64,
        ad: &[u8],
        message: &mut [u8],
    ) -> Result<usize, NoiseError> {
        self.open_with(nonce(self.suite, counter), ad, message)
    }

    /// As [`seal_in_place`](Self::seal_in_place), for any nonce.
    pub(super) fn seal_with(
        &self,
        nonce: Nonce,
        ad: &[u8],
        message: &mut [u8],
    ) -> Result<(), NoiseError> {
        // Without room for a tag the message is no message of ours; sealing it must not succeed.
        let (text, tag) = message.split_last_chunk_mut().ok_or(NoiseError::OutOfBounds)?;
        match &self.keyed {
            Keyed::Plain(keyed) => keyed.seal(&nonce, ad, text, tag),
            #[cfg(feature = "accel")]
            Keyed::Accel(keyed) => keyed.seal(nonce, ad, text, tag),
        }
    }

    /// As [`open_in_place`](Self::open_in_place), for any nonce.
    pub(super) fn open_with(
        &self,
        nonce: Nonce,
        ad: &[u8],
        message: &mut [u8],
    ) -> Result<usize, NoiseError> {
        let (text, tag) = message.split_last_chunk_mut().ok_or(NoiseError::Authentication)?;
        match &self.keyed {
            Keyed::Plain(keyed) => keyed.open(&nonce, ad, text, tag),
            #[cfg(feature = "accel")]
            Keyed::Accel(keyed) => keyed.open(nonce, ad, text, tag),
        }
        .map(|()| text.len())
    }
}

impl Keyed {
    fn new(suite: Suite, key: &[u8; KEY_LEN]) -> Self {
        #[cfg(feature = "accel")]
        if implementation::is_accelerated()
            && let Some(keyed) = accel::Keyed::new(suite, key)
        {
            return Self::Accel(keyed);
        }
        Self::Plain(plain::Keyed::new(suite, key))
    }
}

/// Four zero bytes and the counter: little-endian for ChaCha20-Poly1305 (section 12.3), big-endian
/// for AES-256-GCM (section 12.4).
fn nonce(suite: Suite, counter: u64) -> Nonce {
    let [a, b, c, d, e, f, g, h] = match suite {
        Suite::ChaChaPoly => counter.to_le_bytes(),
        Suite::AesGcm => counter.to_be_bytes(),
    };
    [0, 0, 0, 0, a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::super::implementation::Implementation;
    use super::{Aead, Keyed, Suite};

    #[test]
    fn the_implementation_that_is_chosen_is_the_one_at_work() {
        for implementation in Implementation::ALL {
            implementation.choose();
            for suite in Suite::ALL {
                let at_work = match Aead::new(suite, &[7; 32]).keyed {
                    Keyed::Plain(_) => Implementation::Plain,
                    #[cfg(feature = "accel")]
                    Keyed::Accel(_) => Implementation::Accel,
                };
                assert_eq!(at_work, *implementation);
            }
        }
    }
}
