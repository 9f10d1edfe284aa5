//! A Rust union.

use protocol_macros::Wire;

#[derive(Wire)]
pub union Bits {
    pub int: u32,
    pub float: f32,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
