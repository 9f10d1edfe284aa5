//! Attributes that are not written in their form.

use protocol_macros::{Wire, protocol};

#[protocol(version = "2")]
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
}

#[derive(Wire)]
#[np(fixed = true)]
pub struct Point {
    #[np(id = 5000000000)]
    pub x: f32,
}

fn main() {}
