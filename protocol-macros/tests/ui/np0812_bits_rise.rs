//! Flags in another order than that of their bits.

protocol_runtime::flags! {
    pub struct Rights: u8 {
        @1 WRITE,
        @0 READ,
    }
}

fn main() {}
