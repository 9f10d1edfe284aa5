//! Versions that do not go together.

use protocol_macros::protocol;

#[protocol(version = 1, min = 2)]
pub enum Chat {
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
