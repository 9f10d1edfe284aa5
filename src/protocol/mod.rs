//! Messages for programs that declare none, and handlers of them by name.
//!
//! [`Message`](message::Message) is a protocol like any other, declared in `schemas/message.np`; nothing of
//! it is known to connections.

pub mod dispatcher;
#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
#[rustfmt::skip]
mod generated;
pub mod message;
