//! What flows over one connection when it is full, when it is to end, and when handlers fail.
#![expect(clippy::unwrap_used, reason = "a test fails where it is wrong")]

mod common;
mod drain;
mod full;
