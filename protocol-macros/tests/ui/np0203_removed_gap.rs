//! Removed entries keep their numbers, and there is no gap before them.

use protocol_macros::Wire;

#[derive(Wire)]
#[np(removed(3: u32))]
pub struct User {
    pub id: u64,
    pub name: String,
}

#[derive(Wire)]
#[np(closed, removed(2))]
pub enum Shape {
    #[np(id = 1)]
    Circle(f32),
    #[np(id = 2)]
    Square(f32),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
