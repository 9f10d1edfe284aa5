//! A closed enum with a place for what never comes.

use protocol_macros::Wire;
use protocol_runtime::RawVariant;

#[derive(Wire)]
#[np(closed)]
pub enum Shape {
    Circle(f32),
    #[np(unknown)]
    Unknown(RawVariant),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
