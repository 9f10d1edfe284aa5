//! A protocol is not a wire type.

use protocol_macros::{Wire, protocol};

#[protocol]
#[derive(Wire)]
pub enum Chat {
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
