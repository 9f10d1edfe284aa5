//! What flows over one connection when it is full, when it is to end, and when handlers fail.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails where it is wrong, and handlers when they are told to"
)]

mod alone;
mod common;
mod drain;
mod events;
mod full;
mod mixed;
mod panics;
mod readers;
