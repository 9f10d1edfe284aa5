//! `#[protocol]` on something that is not an enum.

use protocol_macros::protocol;

#[protocol]
pub struct Join {
    #[np(id = 0)]
    pub room: u64,
}

#[protocol]
pub(crate) fn join(room: u64) -> u64 {
    room
}

fn main() {
    join(Join { room: 1 }.room);
}
