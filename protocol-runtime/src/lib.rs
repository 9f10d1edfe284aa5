//! What carries a protocol: its encoding, frames, encrypted channel and sessions, and the shell
//! that drives them over a transport.
//!
//! The rows below each other, a module using only those below its own:
//!
//! | row | modules | |
//! |---|---|---|
//! | 6 | `client`, `server` | handles and policies |
//! | 5 | `driver` | the only loop, the only clock |
//! | 4 | `transport` | byte streams |
//! | 3 | [`session`] | one state machine per connection |
//! | 2 | [`noise`] | handshake and cipher states |
//! | 1 | [`frame`] | headers, limits, decoder |
//! | 0 | [`wire`] | values to bytes and back |
//!
//! Rows 0 to 3 never do IO, read no clock, spawn nothing, and draw randomness only from a source
//! that is passed in. Rows 4 to 6 need the feature `net`.

#[doc(hidden)]
pub mod __private;
pub mod error;
pub mod fingerprint;
pub mod frame;
pub mod limits;
pub mod noise;
pub mod protocol;
pub mod schema;
pub mod session;
pub mod wire;
