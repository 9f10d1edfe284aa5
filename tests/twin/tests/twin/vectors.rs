//! The files in `schemas/vectors/`: read, made again, and compared. `BLESS=1` rewrites them.

use std::fs;
use std::path::PathBuf;

use crate::doors::schemas_dir;

fn path(name: &str) -> PathBuf {
    schemas_dir().join("vectors").join(name)
}

pub fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// The file has this text, or is given it.
#[track_caller]
pub fn check(name: &str, text: &str) {
    if blessing() {
        fs::write(path(name), text).expect("write");
    }
    let found = read(name);
    let line = found.lines().zip(text.lines()).position(|(found, made)| found != made);
    assert!(
        found == text,
        "schemas/vectors/{name} is not what comes out, from line {}; BLESS=1 rewrites it",
        line.map_or(found.lines().count().min(text.lines().count()), |line| line) + 1
    );
}
