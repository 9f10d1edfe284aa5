//! Two variants for one absent value, and one that has a value itself.

use protocol_macros::Wire;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
#[np(closed)]
pub enum Level {
    #[np(default)]
    Low,
    #[np(default)]
    High,
}

#[derive(Wire)]
#[np(closed)]
pub enum Shape {
    #[np(default)]
    Circle(f32),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
