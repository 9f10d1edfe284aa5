//! What tests of protocols need, and nothing that a program runs with.
//!
//! - [`client`] runs a handler and gives a client of it, without a socket: tests of what handlers
//!   answer. [`client_with`] also has a handler for what the server calls.
//! - [`Faults`] wraps streams, which then come late, in slices, broken or not at all, everything by
//!   one seed: tests of what a program makes of a bad network.
//! - [`Pair`] is a connection of two sessions and a clock that is moved by hand, with no runtime and no
//!   task: tests of the frames themselves, and of what happens after a day. [`Pair::of`] has a protocol
//!   of yours.
//!
//! A network of machines is simulated by `turmoil`: its streams go to
//! [`ServerBuilder::serve_on`](crate::server::ServerBuilder::serve_on) and
//! [`ClientBuilder::open_on`](crate::client::ClientBuilder::open_on).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking, and what is unwrapped are constants of this kit"
)]

#[cfg(feature = "net")]
mod faults;
#[cfg(feature = "net")]
mod local;
mod pair;
#[cfg(test)]
mod tests;

use crate::noise::{Random, RandomError};

#[cfg(feature = "net")]
pub use self::faults::{Faults, Faulty};
#[cfg(feature = "net")]
pub use self::local::{client, client_with};
pub use self::pair::{
    CLIENT_MS, Pair, Protection, SERVER_MS, Side, append, config, key, offer, replay, shared, start,
};

/// A source of bytes that everybody can guess: the same for the same seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (splitmix64).
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, or 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll().checked_rem(end).unwrap_or(0)
    }

    /// Whether something happens that does so `per_million` times of a million.
    pub fn happens(&mut self, per_million: u32) -> bool {
        self.below(1_000_000) < u64::from(per_million)
    }
}

impl Random for Dice {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for chunk in out.chunks_mut(8) {
            let roll = self.roll().to_le_bytes();
            chunk.iter_mut().zip(roll).for_each(|(byte, rolled)| *byte = rolled);
        }
        Ok(())
    }
}
