//! Rules about types, which only the compiler sees: asserts at compile time, with a code in their
//! text. Each file of `tests/asserts` fails to compile, and the compiler says all lines of the
//! `.expected` beside it.
//!
//! The rest of what it says differs from one toolchain to the next, so `tests/ui` is not the place.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asserts");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = files.filter(|path| path.extension().unwrap() == "rs").collect();
    cases.sort();
    cases
}

/// A package with a program for each file, on this workspace's versions of everything.
fn package(folder: &Path, programs: &[PathBuf]) {
    let macros = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = macros.join("../protocol-runtime");
    let mut manifest = format!(
        "[package]\nname = \"asserts\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         protocol-macros = {{ path = {macros:?} }}\n\
         protocol-runtime = {{ path = {runtime:?}, default-features = false }}\n"
    );
    for path in programs {
        let name = path.file_stem().unwrap();
        manifest += &format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n");
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(macros.join("../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// Whether a program compiles, and what the compiler says.
fn check(folder: &Path, program: &Path) -> (bool, String) {
    let done = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--bin"])
        .arg(program.file_stem().unwrap())
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .unwrap();
    (done.status.success(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn rules_about_types_are_kept_by_the_compiler() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("asserts");
    let good = folder.join("good.rs");
    let cases = cases();
    package(&folder, &[cases.as_slice(), std::slice::from_ref(&good)].concat());

    // Without the field that breaks the rule nothing is said, so it is the rule that is heard.
    let derive = "#[derive(protocol_macros::Wire)]\n#[np(crate = protocol_runtime)]\n";
    let item = "pub struct Good { pub a: [u8; 99], pub b: [[u32; 1]; 3], pub c: Option<u32> }";
    fs::write(&good, format!("{derive}{item}\nfn main() {{}}\n")).unwrap();
    assert_eq!(check(&folder, &good), (true, String::new()));

    assert!(!cases.is_empty());
    for case in cases {
        let (compiles, said) = check(&folder, &case);
        assert!(!compiles, "{} compiles", case.display());
        for line in fs::read_to_string(case.with_extension("expected")).unwrap().lines() {
            assert!(said.contains(line), "{}: no `{line}` in\n{said}", case.display());
        }
    }
}
