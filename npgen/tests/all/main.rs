//! npgen from outside: the program, and the function that build scripts call.
//!
//! Snapshots are in `tests/snapshots`; `BLESS=1 cargo test -p npgen` stores what is printed today.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

#[cfg(feature = "cli")]
mod breaking;
mod build_script;
mod cargo;
#[cfg(feature = "cli")]
mod cli;
mod common;
mod drawing;
#[cfg(feature = "cli")]
mod fmt;
#[cfg(feature = "cli")]
mod imports;
#[cfg(feature = "cli")]
mod lock;
#[cfg(feature = "cli")]
mod model;
