//! Every schema in `schemas/` through the other door: as Rust items with `#[protocol]` and
//! `#[derive(Wire)]`, written by `npgen gen --rust-door`.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

/// `schemas/chat.np`.
#[rustfmt::skip]
#[path = "example.chat.rs"]
pub mod chat;
/// `schemas/control.np`.
#[rustfmt::skip]
#[path = "np.control.rs"]
pub mod control;
/// `schemas/everything.np`.
#[rustfmt::skip]
#[path = "example.everything.rs"]
pub mod everything;
/// `schemas/logs.np`.
#[rustfmt::skip]
#[path = "example.logs.rs"]
pub mod logs;
/// `schemas/names.np`.
#[rustfmt::skip]
#[path = "example.names.rs"]
pub mod names;
