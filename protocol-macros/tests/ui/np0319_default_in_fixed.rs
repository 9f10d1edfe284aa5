//! A default where every byte is always there.

use protocol_macros::Wire;

#[derive(Wire)]
#[np(fixed)]
pub struct Point {
    #[np(default = 1.0)]
    pub scale: f32,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
