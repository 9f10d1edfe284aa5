//! Attributes that do not exist.

use protocol_macros::{Wire, protocol};

#[protocol(verson = 2)]
pub enum Chat {
    #[np(replay = u64)]
    Ping,
    #[np(colour)]
    Pong,
}

#[derive(Wire)]
#[np(frozen)]
pub struct Point {
    pub x: f32,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
