//! The chaining key and the transcript hash of a handshake.
//! [The SymmetricState object](https://noiseprotocol.org/noise.html#the-symmetricstate-object),
//! [hash functions](https://noiseprotocol.org/noise.html#hash-functions).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::aead::TAG_LEN;
use super::cipher::CipherState;
use super::error::NoiseError;
use super::pattern::Suite;

const HASH_LEN: usize = 32;
const BLOCK_LEN: usize = 64;

type Hash = [u8; HASH_LEN];

pub(super) struct SymmetricState {
    suite: Suite,
    chaining_key: Zeroizing<Hash>,
    hash: Hash,
    cipher: Option<CipherState>,
}

impl SymmetricState {
    /// `InitializeSymmetric`: a name of up to 32 bytes is padded with zeros, a longer one hashed.
    pub(super) fn new(protocol_name: &str, suite: Suite) -> Self {
        let name = protocol_name.as_bytes();
        let mut hash = [0; HASH_LEN];
        match hash.split_at_mut_checked(name.len()) {
            Some((head, _)) => head.copy_from_slice(name),
            None => hash = Sha256::digest(name).into(),
        }
        Self { suite, chaining_key: Zeroizing::new(hash), hash, cipher: None }
    }

    pub(super) fn mix_key(&mut self, input: &[u8]) {
        let [chaining_key, key] = &*hkdf(&self.chaining_key, input);
        *self.chaining_key = *chaining_key;
        self.cipher = Some(CipherState::new(self.suite, key));
    }

    pub(super) fn mix_hash(&mut self, data: &[u8]) {
        self.hash = self.hash_with(data);
    }

    pub(super) fn mix_key_and_hash(&mut self, input: &[u8]) {
        let [chaining_key, hash, key] = &*hkdf(&self.chaining_key, input);
        *self.chaining_key = *chaining_key;
        self.mix_hash(hash);
        self.cipher = Some(CipherState::new(self.suite, key));
    }

    /// `EncryptAndHash`: appends `text`, encrypted once there is a key.
    pub(super) fn encrypt_and_hash(
        &mut self,
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), NoiseError> {
        let start = out.len();
        out.extend_from_slice(text);
        out.resize(out.len() + self.tag_len(), 0);
        let (_, message) = out.split_at_mut(start);
        if let Some(cipher) = &mut self.cipher {
            cipher.seal(&self.hash, message)?;
        }
        self.mix_hash(message);
        Ok(())
    }

    /// `DecryptAndHash`: appends the text of `message`. After an error `out` holds ciphertext that
    /// the caller cuts off.
    pub(super) fn decrypt_and_hash(
        &mut self,
        message: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), NoiseError> {
        let start = out.len();
        out.extend_from_slice(message);
        if let Some(cipher) = &mut self.cipher {
            let (_, message) = out.split_at_mut(start);
            let len = cipher.open(&self.hash, message)?;
            out.truncate(start + len);
        }
        self.mix_hash(message);
        Ok(())
    }

    /// `Split`: the keys of the two directions, the initiator's first.
    pub(super) fn split(&self) -> (CipherState, CipherState) {
        let [first, second] = &*hkdf(&self.chaining_key, &[]);
        (CipherState::new(self.suite, first), CipherState::new(self.suite, second))
    }

    /// What encryption adds to a text: nothing before there is a key.
    pub(super) fn tag_len(&self) -> usize {
        if self.cipher.is_some() { TAG_LEN } else { 0 }
    }

    pub(super) fn hash(&self) -> Hash {
        self.hash
    }

    fn hash_with(&self, data: &[u8]) -> Hash {
        Sha256::new().chain_update(self.hash).chain_update(data).finalize().into()
    }
}

/// HKDF of section 4.3 with `N` outputs.
fn hkdf<const N: usize>(chaining_key: &Hash, input: &[u8]) -> Zeroizing<[Hash; N]> {
    let secret = hmac(chaining_key, &[input]);
    let mut outputs = Zeroizing::new([[0; HASH_LEN]; N]);
    let mut previous: &[u8] = &[];
    for (output, counter) in outputs.iter_mut().zip(1u8..) {
        *output = *hmac(&secret, &[previous, &[counter]]);
        previous = output;
    }
    outputs
}

pub(super) fn hmac(key: &Hash, parts: &[&[u8]]) -> Zeroizing<Hash> {
    // HMAC pads a key shorter than its block with zeros, so a padded key is the same key, and one
    // whose length needs no check.
    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    let (head, _) = block.split_at_mut(HASH_LEN);
    head.copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}
