//! Every mistake of an item is reported, by both halves of the rules.

use protocol_macros::protocol;

#[protocol(verson = 2)]
pub enum Chat {
    #[np(id = 1)]
    Say(#[np(max)] String),
    #[np(id = 1, reply = u64)]
    Ping,
}

/// The enum stands in spite of them, so this is not a mistake of its own.
pub fn ping() -> Chat {
    Chat::Ping
}

fn main() {}

extern crate protocol_runtime as network_protocol;
