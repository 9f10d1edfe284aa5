//! A protocol with nothing to say.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {}

fn main() {}
