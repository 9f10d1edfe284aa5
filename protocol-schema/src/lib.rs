//! The model of a schema, the rules it must keep, and the Rust code emitted for it.
//!
//! Two doors lead here: `npgen` turns `.np` text into the [`ir`], and the macros of `protocol-macros`
//! turn Rust items into the same [`ir`]. Rules ([`check`]), identity ([`fingerprint`]) and emission
//! (`emit`, behind the feature of that name) exist once, in this crate.
//!
//! This crate never reads a file, never prints, and knows no terminal: mistakes come back as
//! [`diag::Diagnostic`] values, and each door draws them its own way.

#![forbid(unsafe_code)]

pub mod canonical;
pub mod check;
pub mod diag;
pub mod evolve;
pub mod fingerprint;
pub mod format;
pub mod ir;
pub mod layout;
pub mod span;
pub mod text;

#[cfg(feature = "emit")]
pub mod emit;
#[cfg(feature = "value")]
pub mod value;
