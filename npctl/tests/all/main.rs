//! npctl from outside: the program, with a state directory for each test.
//!
//! Snapshots are in `tests/snapshots`; `BLESS=1 cargo test -p npctl` stores what is printed today.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod cli;
mod common;
mod keys;
mod servers;
