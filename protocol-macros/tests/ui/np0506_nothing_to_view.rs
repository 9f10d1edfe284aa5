//! Views of messages that carry nothing.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    #[np(view, reply = ())]
    Ping,
    #[np(view, reply = u64)]
    Send { all: Stream<u8> },
}

fn main() {}

extern crate protocol_runtime as network_protocol;
