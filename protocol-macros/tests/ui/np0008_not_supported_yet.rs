//! Attributes and types of the language that this version does not have.

use protocol_macros::{Wire, protocol};

#[derive(Wire)]
pub struct User {
    #[np(max(64))]
    pub name: String,
    #[np(varint, default = 7)]
    pub score: i64,
}

#[protocol]
#[np(removed(2))]
pub enum Chat {
    #[np(idempotent, timeout("5s"))]
    Ping,
    #[np(reply = Stream<u64>)]
    Tail,
}

fn main() {}
