//! Connections of two sessions, without a socket and without a sleep.

mod calls;
mod frames;
mod handshake;
mod hostile;
pub(crate) mod pair;
mod table;
