//! Structs whose fields have no names.

use protocol_macros::Wire;

#[derive(Wire)]
pub struct UserId(pub u64);

#[derive(Wire)]
pub struct Nothing;

fn main() {}

extern crate protocol_runtime as network_protocol;
