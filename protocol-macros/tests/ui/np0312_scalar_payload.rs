//! A number cannot carry a value.

use protocol_macros::Wire;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Shape {
    Circle(f32),
    Square { side: f32 },
    #[np(unknown)]
    Unknown(u8),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
