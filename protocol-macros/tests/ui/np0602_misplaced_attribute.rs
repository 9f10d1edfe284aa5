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

#[derive(Wire)]
#[np(stable)]
pub struct Peer {
    #[np(rust(type = "std::net::IpAddr", with = "crate::ip"))]
    pub ip: Vec<u8>,
}

#[derive(Wire)]
#[np(closed)]
pub enum Shape {
    #[np(removed(0: u8))]
    Circle(f32),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
