//! Attributes that stand where they mean nothing.

use protocol_macros::{Wire, protocol};

#[protocol(id = 1)]
#[np(version = 2)]
pub enum Chat {
    #[np(fixed)]
    Say(#[np(id = 0)] String),
    #[np(name = Pinged)]
    Ping,
}

#[derive(Wire)]
#[np(error)]
pub struct Point {
    pub x: f32,
}

fn main() {}
