//! Generated files that are committed are what npgen generates. `BLESS=1` rewrites them.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails where it is wrong")]

use std::fs;
use std::path::{Path, PathBuf};

use npgen::{Generated, Options, Source};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The schemas, those of other packages too, in the order of their names.
fn schemas() -> Vec<PathBuf> {
    let schemas = root().join("schemas");
    let mut found: Vec<PathBuf> = ["", "acme"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(schemas.join(folder)).expect("schemas"))
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "np"))
        .collect();
    found.sort();
    assert!(found.len() >= 6, "only {} schemas", found.len());
    found
}

fn generate(schemas: &[PathBuf], options: &Options) -> Vec<Generated> {
    let sources = schemas.iter().map(Source::read);
    match npgen::compile(sources, options) {
        Ok(output) => output.files,
        Err(failure) => panic!("{failure}"),
    }
}

/// The file at `path` has this text, or is given it.
fn check(path: &Path, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, text).expect("write");
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == text,
        "{} is not what npgen generates; BLESS=1 rewrites it",
        path.strip_prefix(root()).unwrap_or(path).display()
    );
}

fn check_crate(name: &str, options: &Options) {
    let src = root().join("tests").join(name).join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).expect("lib.rs");
    for file in generate(&schemas(), options) {
        check(&src.join(&file.file_name), &file.text());
        let module = format!("#[path = \"{}\"]", file.file_name);
        assert!(lib.contains(&module), "tests/{name}/src/lib.rs lacks {module}");
    }
}

#[test]
fn the_golden_crate_is_what_npgen_writes() {
    check_crate("golden", &Options::new());
}

#[test]
fn the_twin_crate_is_what_the_rust_door_writes() {
    check_crate("twin", &Options::new().rust_door(true));
}

#[test]
fn the_runtime_speaks_the_control_messages_of_its_schema() {
    let schema = [root().join("schemas/control.np")];
    let files = generate(&schema, &Options::new().facade("crate"));
    check(&root().join("protocol-runtime/src/frame/control.rs"), &files[0].text());
}

#[test]
fn the_built_in_messages_are_those_of_their_schema() {
    let schema = [root().join("schemas/message.np")];
    let files = generate(&schema, &Options::new().facade("crate"));
    check(&root().join("src/protocol/generated.rs"), &files[0].text());
}
