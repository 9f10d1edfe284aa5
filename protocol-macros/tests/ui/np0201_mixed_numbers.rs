//! Numbers on some fields only.

use protocol_macros::Wire;

#[derive(Wire)]
pub struct User {
    #[np(id = 0)]
    pub id: u64,
    pub name: String,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
