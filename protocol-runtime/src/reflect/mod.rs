//! A protocol that was declared in Rust, as canonical `.np` text.
//!
//! The text is what other versions of a program, and other programs, are compared with: lock
//! files, `npgen breaking`, other languages. It is taken of what generated code says of its types,
//! so the protocol of a `.np` file and of Rust items give the same text. It holds
//!
//! - the package, where the protocol has one, then the types that the protocol reaches, by name,
//!   then the protocol;
//! - every number, whether it was written or given by position, and entries by number;
//! - everything that is visible on the wire: types, `fixed`, `varint`, `closed`, `error`,
//!   defaults, removed entries, directions, replies, streams;
//! - what the rules of evolution ask for: `version`, `max`, `since`, `deprecated`, `was`,
//!   `idempotent`, `timeout`; and `Secret`, which other languages have to keep.
//!
//! It holds neither docs, nor attributes for other tools (`acme::audited`), nor what is said to
//! Rust only (derives, `rust(…)`, `name`). Aliases and constants are gone, as Rust has no trace of
//! them: what they stand for is written in their place. Types of other crates and packages stand
//! among the others. Two Rust types may have one name: then the second that is met is called
//! `Name_2`.
//!
//! Never reads or writes a file: [`assert_schema!`](crate::assert_schema) does, in the test that it
//! stands in.

mod compare;
mod convert;
mod lock;
#[cfg(test)]
mod tests;

use protocol_schema::{canonical::canonical, text};

use crate::schema::ProtocolSchema;

pub(crate) use compare::told;
pub use lock::{Difference, compare};

pub use crate::schema::{Change, Effect};

/// What stands for no package in a text, as a schema file has to name one.
pub const NO_PACKAGE: &str = "unnamed";

/// The canonical text of protocols, which are of one package.
///
/// A protocol without a package comes in one called [`unnamed`](NO_PACKAGE).
#[must_use]
pub fn text(protocols: &[&'static ProtocolSchema]) -> String {
    text::print(&canonical(&convert::schema(protocols), None))
}
