//! Attributes given twice.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    #[np(id = 1, id = 3)]
    Join,
    #[np(id = 2, reply = u64)]
    #[np(reply = u32)]
    Ping,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
