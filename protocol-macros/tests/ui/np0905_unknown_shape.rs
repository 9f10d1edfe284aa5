//! Unknown variants that do not hold exactly what arrived.

use protocol_macros::Wire;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Wide {
    Red,
    #[np(unknown)]
    Unknown(u16),
}

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Empty {
    Red,
    #[np(unknown)]
    Unknown,
}

#[derive(Wire)]
pub enum NoRepr {
    Red,
    #[np(unknown)]
    Unknown(u8),
}

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Numbered {
    Red,
    #[np(unknown, id = 1)]
    Unknown(u8),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
