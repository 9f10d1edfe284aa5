//! Connections of two sessions, without a socket and without a sleep.

mod calls;
mod compression;
mod flips;
mod frames;
mod handshake;
mod hostile;
mod life;
mod limits;
mod memory;
mod metadata;
mod model;
mod order;
pub(crate) mod pair;
mod records;
mod replay;
mod runs;
mod script;
mod security;
mod streams;
mod table;
