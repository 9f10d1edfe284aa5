//! `()` where a value is sent.

use protocol_macros::{Wire, protocol};

#[derive(Wire)]
pub struct Nothing {
    pub nothing: (),
}

#[protocol]
pub enum Chat {
    Ping(()),
}

fn main() {}

extern crate protocol_runtime as network_protocol;
