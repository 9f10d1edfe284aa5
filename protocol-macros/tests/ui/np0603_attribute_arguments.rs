//! Attributes that are not written in their form.

use protocol_macros::{Wire, protocol};

#[protocol(version = "2")]
#[np(removed(6: u8))]
pub enum Chat {
    #[np(id: 1)]
    Join,
    #[np(from(peer))]
    Say,
    #[np(reply)]
    Ping,
    #[np(reply = Vec<)]
    List,
    #[np]
    Leave,
    #[np(timeout("5 seconds"))]
    Wait,
}

#[derive(Wire)]
#[np(fixed = true)]
pub struct Point {
    #[np(id = 5000000000)]
    pub x: f32,
}

#[derive(Wire)]
#[np(removed(3), was("old-name"))]
pub struct User {
    #[np(max = 64)]
    pub name: String,
    #[np(default(3), since = 2)]
    pub age: u8,
    #[np(deprecated = "old", acme::audited = 1 + 1)]
    pub admin: bool,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
