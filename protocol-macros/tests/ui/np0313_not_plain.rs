//! A plain struct that may still change.

use protocol_macros::Wire;

#[derive(Wire)]
#[repr(C)]
#[np(plain)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
