//! A number used twice.

use protocol_macros::{Wire, protocol};

#[derive(Wire)]
pub struct User {
    #[np(id = 0)]
    pub id: u64,
    #[np(id = 1)]
    pub name: String,
    #[np(id = 1)]
    pub nick: String,
}

#[protocol]
pub enum Chat {
    #[np(id = 1)]
    Join,
    #[np(id = 1)]
    Leave,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
