//! Discriminants that are not plain numbers, or do not number anything.

use protocol_macros::{Wire, protocol};

const GREEN: u8 = 1;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Color {
    Red = 0,
    Green = GREEN,
    #[np(unknown)]
    Unknown(u8),
}

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Twice {
    #[np(id = 0)]
    Red = 0,
    #[np(unknown)]
    Unknown(u8),
}

#[protocol]
pub enum Chat {
    Ping = 1,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
