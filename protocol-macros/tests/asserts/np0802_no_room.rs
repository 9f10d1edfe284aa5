//! Elements that take no room: any number of them would be the same bytes.

use protocol_macros::Wire;

type Nothing = [u32; 0];

#[derive(Wire)]
#[np(crate = protocol_runtime)]
pub struct Crowd {
    pub members: [Nothing; 3],
}

fn main() {}
