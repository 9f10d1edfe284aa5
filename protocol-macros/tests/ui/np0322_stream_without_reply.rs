//! A stream that nobody ever answers.

use protocol_macros::protocol;

#[protocol]
pub enum Files {
    Put { data: Stream<u8> },
}

fn main() {}

extern crate protocol_runtime as network_protocol;
