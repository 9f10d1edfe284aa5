//! The corpus of the fuzz targets that need generated code or the schema compiler, replayed.
//! Those of a connection are replayed by the facade's test of the same name.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::print_stderr,
    reason = "a test stops at what it does not expect"
)]

use std::path::Path;

#[path = "../../../fuzz/src/codec.rs"]
pub mod codec;
#[path = "../../../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../../../fuzz/src/input.rs"]
pub mod input;
#[path = "../../../fuzz/src/schema_text.rs"]
pub mod schema_text;
#[path = "../../../fuzz/src/values.rs"]
pub mod values;
#[path = "../../../fuzz/src/versions.rs"]
pub mod versions;
#[path = "../../../fuzz/src/views.rs"]
pub mod views;

fn replay(target: &corpus::Target) {
    corpus::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz"), target);
}

#[test]
fn codec() {
    replay(&codec::TARGET);
}

#[test]
fn values() {
    replay(&values::TARGET);
}

#[test]
fn schema_text() {
    replay(&schema_text::TARGET);
}

#[test]
fn versions() {
    replay(&versions::TARGET);
}

#[test]
fn views() {
    replay(&views::TARGET);
}
