//! Attributes of the language that this version does not have.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    #[np(view)]
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
