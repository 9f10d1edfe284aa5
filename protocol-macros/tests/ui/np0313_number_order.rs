//! A plain struct whose fields lie in memory in another order than on the wire.

use protocol_macros::Wire;

#[derive(Wire)]
#[repr(C)]
#[np(fixed, plain)]
pub struct Point {
    #[np(id = 1)]
    pub x: f32,
    #[np(id = 0)]
    pub y: f32,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
