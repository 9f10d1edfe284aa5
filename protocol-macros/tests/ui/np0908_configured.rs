//! A protocol that depends on features.

use protocol_macros::protocol;

#[protocol]
pub enum Chat {
    Say {
        room: u64,
        #[cfg(unix)]
        text: String,
    },
    #[cfg_attr(unix, np(reply = u64))]
    Ping,
    #[cfg_attr(unix, doc = "Conditional docs are harmless.")]
    Leave,
}

fn main() {}

extern crate protocol_runtime as network_protocol;
