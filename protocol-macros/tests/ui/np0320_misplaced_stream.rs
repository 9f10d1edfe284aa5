//! Streams that are no part of a call.

use protocol_macros::{Wire, protocol};
use protocol_runtime::Bytes;

pub struct Stream<T>(T);

#[derive(Wire)]
pub struct Upload {
    pub data: Stream<Bytes>,
}

#[protocol]
pub enum Files {
    #[np(reply = u64)]
    Put(Stream<Bytes>),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
