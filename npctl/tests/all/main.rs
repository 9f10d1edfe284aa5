//! npctl from outside: the program, with a state directory for each test.
//!
//! Snapshots are in `tests/snapshots`; `BLESS=1 cargo test -p npctl` stores what is printed today.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails in a helper fails the test")]

mod calls;
mod certs;
mod cli;
mod common;
mod describe;
mod desk;
mod keys;
#[path = "../../../tests/config/lists.rs"]
mod lists;
mod servers;
mod stats;
mod streams;
