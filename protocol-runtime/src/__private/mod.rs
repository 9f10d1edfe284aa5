//! What generated code names. Not for people: anything here may change with any release.
//!
//! The module is named after its version, so that code generated for another one fails to compile
//! instead of misbehaving.

mod flags;
mod inert;
#[cfg(feature = "reflect")]
mod lock;
#[cfg(feature = "serde")]
mod mapped;
pub mod v1;
