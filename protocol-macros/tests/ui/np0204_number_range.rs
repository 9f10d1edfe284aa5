//! Messages and tags start at 1.

use protocol_macros::{Wire, protocol};

pub struct RawVariant;

#[derive(Wire)]
pub enum Shape {
    #[np(id = 0)]
    Circle(f32),
    #[np(unknown)]
    Unknown(RawVariant),
}

#[protocol]
pub enum Chat {
    #[np(id = 0)]
    Join,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
