//! A struct whose fields take more room than the length of a block can say.

use protocol_macros::Wire;

#[derive(Wire)]
#[np(crate = protocol_runtime)]
pub struct Page {
    pub number: u32,
    pub bytes: [u8; 16_384],
}

fn main() {}
