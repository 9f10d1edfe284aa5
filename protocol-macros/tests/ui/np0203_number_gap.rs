//! Numbers with gaps between them.

use protocol_macros::{Wire, protocol};

#[derive(Wire)]
pub struct User {
    #[np(id = 0)]
    pub id: u64,
    #[np(id = 2)]
    pub name: String,
}

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Color {
    Red = 0,
    Green = 2,
    #[np(unknown)]
    Unknown(u8),
}

#[protocol]
pub enum Chat {
    #[np(id = 1)]
    Join,
    #[np(id = 3)]
    Leave,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
