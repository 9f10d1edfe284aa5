//! The corpus of the fuzz targets of a connection and of its keys, replayed. Those that need
//! generated code or the schema compiler are replayed by `tests/twin`. `BLESS=1` rewrites the seeds.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops at what it does not expect"
)]

use std::path::Path;

#[path = "../fuzz/src/compress.rs"]
pub mod compress;
#[path = "../fuzz/src/connection/mod.rs"]
pub mod connection;
#[path = "../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../fuzz/src/handshake_snow.rs"]
pub mod handshake_snow;
#[path = "../fuzz/src/input.rs"]
pub mod input;
#[path = "../fuzz/src/key_file.rs"]
pub mod key_file;

fn targets() -> impl Iterator<Item = corpus::Target> {
    connection::TARGETS
        .into_iter()
        .chain([key_file::TARGET, handshake_snow::TARGET])
        .chain(compress::TARGETS)
}

fn replay(name: &str) {
    let target = targets().find(|target| target.name == name);
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    corpus::replay(&fuzz, &target.expect("a target of that name"));
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
            assert!(targets().map(|target| target.name).eq(tested));
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
    session_ops
    key_file
    handshake_snow
    lz4_decode
    zstd_decode
}
