//! A protocol with nothing to say.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {}

fn main() {}

extern crate protocol_runtime as network_protocol;
