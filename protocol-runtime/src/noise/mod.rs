//! The secure channel: the [Noise Protocol Framework](https://noiseprotocol.org/noise.html),
//! revision 34, with X25519, SHA-256 and either ChaCha20-Poly1305 or AES-256-GCM.
//!
//! A [`Handshake`] takes and gives messages until both ends hold a [`Transport`]: a [`Sealer`] for
//! what is sent and an [`Opener`] for what is received. Files carry the specification's nouns.
//! It agrees with the published test vectors and with another implementation; nobody has audited it.
//! The ciphers and X25519 are computed in Rust, or with the feature `accel` by aws-lc-rs, which is
//! several times as fast and gives the same bytes.
//!
//! Nothing here reads a socket, a file or a clock, draws randomness that was not handed in, tries
//! again with less, or logs. A secret is wiped when it is dropped and is in no `Debug` output.

mod aead;
mod cipher;
mod dh;
mod error;
mod handshake;
#[cfg(any(feature = "accel", test))]
mod implementation;
mod key_pem;
mod key_text;
mod keys;
mod pattern;
mod psk;
mod random;
mod record;
mod secret;
mod suite_choice;
mod symmetric;
#[cfg(test)]
mod tests;

pub use error::{KeyUse, NoiseError};
pub use handshake::{Handshake, MESSAGE_MAX, Params, Transport};
pub use key_pem::PemError;
pub use key_text::ParseKeyError;
pub use keys::{Keypair, PublicKey};
pub use pattern::{Pattern, Role, Suite};
pub use psk::PresharedKey;
pub use random::{OsRandom, Random, RandomError};
pub use record::{
    Opener, RECORD_HEADER, RECORD_MAX, RECORD_MAX_DEFAULT, RECORD_OVERHEAD, REKEY_INTERVAL, Sealer,
};
pub use suite_choice::{ParseSuiteError, SuiteChoice};
