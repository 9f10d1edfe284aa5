//! What is fuzzed: one plain function for each target, which takes any bytes and panics where a
//! promise is broken.
//!
//! The modules need nothing of a fuzzer, so that the tests of the workspace include them by path
//! and replay the corpus: `tests/twin` where generated code or the schema compiler is needed,
//! `tests/fuzz_corpus.rs` the rest.
//! Nothing here reads a clock for anything but a moment to count from, or draws randomness.

#![forbid(unsafe_code)]

pub mod codec;
pub mod compress;
pub mod connection;
pub mod corpus;
pub mod handshake_snow;
pub mod input;
pub mod key_file;
pub mod schema_text;
pub mod values;
pub mod versions;
pub mod views;
