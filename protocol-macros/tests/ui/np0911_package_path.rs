//! A package that is not a path.

use protocol_macros::protocol;

#[protocol(package = "acme.chat")]
pub enum Chat {
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
