//! Two variants that claim what is not known.

use protocol_macros::Wire;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Color {
    Red,
    #[np(unknown)]
    Unknown(u8),
    #[np(unknown)]
    Other(u8),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
