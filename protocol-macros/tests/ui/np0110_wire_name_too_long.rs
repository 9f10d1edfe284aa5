//! A name that does not fit the handshake.

use protocol_macros::protocol;

#[protocol(package = "acme::department_of_long_names::section_of_even_longer_names")]
pub enum Chat {
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
