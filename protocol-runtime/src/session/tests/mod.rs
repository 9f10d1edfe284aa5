//! Connections of two sessions, without a socket and without a sleep.

mod calls;
mod frames;
mod handshake;
mod hostile;
mod limits;
mod model;
pub(crate) mod pair;
mod table;
