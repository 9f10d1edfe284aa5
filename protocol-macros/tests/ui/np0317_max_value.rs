//! A limit that lets nothing through.

use protocol_macros::Wire;

#[derive(Wire)]
pub struct User {
    #[np(max(0))]
    pub name: String,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
