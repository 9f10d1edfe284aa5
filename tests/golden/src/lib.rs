//! Every schema in `schemas/` as `npgen gen` writes it, compiled under lints as strict as any user's.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

/// The packages of `schemas/acme/`, and `schemas/sample.np`, which uses them.
#[path = "."]
pub mod acme {
    /// `schemas/sample.np`.
    #[rustfmt::skip]
    #[path = "acme.chat.rs"]
    pub mod chat; /// `schemas/acme/common.np`.
    #[rustfmt::skip]
    #[path = "acme.common.rs"]
    pub mod common;
}
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
/// `schemas/flows.np`.
#[rustfmt::skip]
#[path = "example.flows.rs"]
pub mod flows;
/// What stands for a type of `schemas/sample.np` in Rust.
pub mod ip;
/// `schemas/logs.np`.
#[rustfmt::skip]
#[path = "example.logs.rs"]
pub mod logs;
/// `schemas/message.np`.
#[rustfmt::skip]
#[path = "np.message.rs"]
pub mod message;
/// `schemas/names.np`.
#[rustfmt::skip]
#[path = "example.names.rs"]
pub mod names;
/// `schemas/newer.np`.
#[rustfmt::skip]
#[path = "example.newer.rs"]
pub mod newer;
/// `schemas/older.np`.
#[rustfmt::skip]
#[path = "example.older.rs"]
pub mod older;
