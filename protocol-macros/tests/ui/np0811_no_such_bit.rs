//! A flag beyond the width of its type.

protocol_runtime::flags! {
    pub struct Rights: u8 {
        @0 READ,
        @8 WRITE,
    }
}

fn main() {}
