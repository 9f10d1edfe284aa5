//! A message from the future.

use protocol_macros::protocol;

#[protocol(version = 2)]
pub enum Chat {
    #[np(since(3), reply = u64)]
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
