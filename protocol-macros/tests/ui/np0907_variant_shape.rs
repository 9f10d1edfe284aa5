//! Variants with several unnamed values, or with an empty list of them.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    Say(u64, String),
    Leave(),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
