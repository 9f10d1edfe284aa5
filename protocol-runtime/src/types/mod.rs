//! The types of the schema language that Rust's standard library does not have.
//!
//! Plain data with a text form. Nothing here does IO, reads a clock or draws randomness; how each
//! type becomes bytes stands in [`wire`](crate::wire).

mod secret;
mod stream;
mod timestamp;
mod uuid;

#[cfg(test)]
mod tests;

pub use secret::Secret;
pub use stream::{Closed, Stream, StreamSender};
pub use timestamp::{OutOfRange, ParseTimestampError, Timestamp};
#[cfg(feature = "serde")]
pub(crate) use timestamp::{fraction, write_fraction};
pub use uuid::{ParseUuidError, Uuid};
