//! A type that nobody made a wire type, and some that cannot be one.

use protocol_macros::Wire;

pub struct Missing;

#[derive(Wire)]
#[np(crate = protocol_runtime)]
pub struct Outer {
    pub one: Missing,
    pub size: usize,
    pub letter: char,
    pub text: &'static str,
}

fn main() {}
