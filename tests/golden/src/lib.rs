//! Every schema in `schemas/` as `npgen gen` writes it, compiled under lints as strict as any user's.

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
