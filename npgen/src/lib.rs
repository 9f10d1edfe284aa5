//! Compiles `.np` schema files to Rust: types with their codecs, a typed client and a handler
//! trait for each protocol.
//!
//! In `main` of `build.rs`, with `npgen = { version = "…", default-features = false }` among the
//! build-dependencies:
//!
//! ```no_run
//! npgen::build(["schema/chat.np"]);
//! ```
//!
//! and in the crate, for a schema that says `package acme::chat;`:
//!
//! ```text
//! network_protocol::include_schema!("acme::chat");
//! ```
//!
//! Nothing but Rust is needed: no external compiler, no runtime. [`Config`] is [`build`] with
//! options, [`compile`] is the same in memory, and the program `npgen` (feature `cli`, on unless
//! default features are off) does it from the command line.
//!
//! Rules and emitted code are those of `protocol-schema`. This crate brings the files in and out
//! and draws the mistakes; it decides nothing about a schema.

#![forbid(unsafe_code)]

mod compile;
mod explain;
mod failure;
mod files;
mod format;
mod git;
mod history;
mod ir_json;
mod json;
mod layout;
mod load;
mod lock;
mod pairs;
mod render;
mod script;
mod walk;

use std::path::Path;

pub use compile::{Generated, Options, Output, check, compile, schemas};
pub use explain::{Page, explain, nearest_page, pages};
pub use failure::{Failure, StaleFile};
pub use files::{FileError, FileProblem, SOURCE_BYTES_MAX, Source};
pub use git::GitError;
pub use history::{Changes, breaking, evolution_rule};
pub use ir_json::ir;
pub use layout::{diff, layout, write_layout};
pub use lock::{Locked, check_lock, is_stable, lock_path, lock_text, write_lock};
pub use protocol_schema::evolve::Level;
pub use render::{Colour, Place, Report};
pub use script::{Config, export_dir};
pub use walk::schemas_in;

/// Compiles schema files from a build script into `OUT_DIR`: `package acme::chat` becomes
/// `acme.chat.rs`, which `network_protocol::include_schema!("acme::chat")` includes.
///
/// Cargo runs the script again when one of the files changes, and a file whose content would not
/// change is not written. On a mistake the diagnostics go to stderr and the script ends with exit
/// code 1, without a panic.
///
/// ```no_run
/// npgen::build(["schema/chat.np", "schema/files.np"]);
/// ```
pub fn build<I>(paths: I)
where
    I: IntoIterator,
    I::Item: AsRef<Path>,
{
    Config::new().build(paths);
}
