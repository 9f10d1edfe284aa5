//! Enums that cannot be that number on the wire.

use protocol_macros::Wire;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(i8)]
pub enum Level {
    Low,
    #[np(unknown)]
    Unknown(i8),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
