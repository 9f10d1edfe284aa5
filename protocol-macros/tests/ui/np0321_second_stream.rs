//! Two streams in one message.

use protocol_macros::protocol;

#[protocol]
pub enum Files {
    #[np(reply = u64)]
    Merge { left: Stream<u8>, right: Stream<u8> },
}

fn main() {}

extern crate protocol_runtime as network_protocol;
