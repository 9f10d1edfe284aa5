//! Types with parameters have no one layout.

use protocol_macros::{Wire, protocol};

#[derive(Wire)]
pub struct Pair<A, B> {
    pub left: A,
    pub right: B,
}

#[derive(Wire)]
pub struct Borrowed<'a> {
    pub text: &'a str,
}

#[derive(Wire)]
pub struct Bounded
where
    u8: Copy,
{
    pub byte: u8,
}

#[protocol]
pub enum Any<T> {
    Say(T),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
