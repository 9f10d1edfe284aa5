//! Enums with no place for what a newer peer sends.

use protocol_macros::Wire;

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Color {
    Red,
    Green,
}

#[derive(Wire)]
pub enum Shape {
    Circle(f32),
    Square(f32),
}

#[derive(Wire, Clone, Copy, Debug)]
#[repr(u16)]
pub enum Forgotten {
    One,
    Unknown(u16),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
