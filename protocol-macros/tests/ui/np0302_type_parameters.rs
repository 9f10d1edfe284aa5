//! A `Result` that hides one of its types.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    #[np(reply = std::io::Result<u64>)]
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
