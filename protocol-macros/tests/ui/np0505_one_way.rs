//! Words on calls, on messages that are none.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    #[np(idempotent)]
    Say(String),
    #[np(timeout("5s"))]
    Shout(String),
    #[np(no_cancel)]
    Whisper(String),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
