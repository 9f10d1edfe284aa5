//! The corpus of the fuzz targets of a connection, replayed. Those that need generated code or the
//! schema compiler are replayed by `tests/twin`. `BLESS=1` rewrites the seeds.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "a test stops at what it does not expect"
)]

use std::path::Path;

#[path = "../fuzz/src/connection/mod.rs"]
pub mod connection;
#[path = "../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../fuzz/src/input.rs"]
pub mod input;

fn replay(name: &str) {
    let target = connection::TARGETS.iter().find(|target| target.name == name);
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    corpus::replay(&fuzz, target.expect("a target of that name"));
}

/// A test for each target, so that they run side by side.
macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )*

        #[test]
        fn none_is_left_out() {
            let tested = [$(stringify!($name)),*];
            assert_eq!(connection::TARGETS.map(|target| target.name), tested);
        }
    };
}

targets! {
    frame_decode
    preface
    handshake_responder
    handshake_initiator
    record_open
    session_server
    session_client
}
