//! A struct copied as memory whose order in memory is not defined.

use protocol_macros::Wire;

#[derive(Wire)]
#[np(fixed, plain)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
