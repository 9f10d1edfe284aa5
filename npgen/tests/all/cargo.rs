//! A crate with a build script, built by Cargo. Slow the first time, so there is one test.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Dir, Run};

/// A schema whose code needs no runtime, so that none has to be built.
fn schema(value: u32) -> String {
    format!(
        "package example::logs;\n\n/// Most lines that are kept.\nconst LINES: u32 = {value};\n"
    )
}

fn crate_with_a_build_script(dir: &Dir) {
    let npgen = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"fixture\"\nedition = \"2024\"\n\n[build-dependencies]\n\
         npgen = {{ path = {npgen:?}, default-features = false }}\n\n[workspace]\n"
    );
    fs::create_dir_all(dir.path("src")).unwrap();
    fs::write(dir.path("Cargo.toml"), manifest).unwrap();
    fs::write(dir.path("build.rs"), "fn main() { npgen::build([\"schema/logs.np\"]) }\n").unwrap();
    let main = "include!(concat!(env!(\"OUT_DIR\"), \"/example.logs.rs\"));\n\
                fn main() { println!(\"{LINES}\"); }\n";
    fs::write(dir.path("src/main.rs"), main).unwrap();
    let lock = Path::new(npgen).join("../Cargo.lock");
    fs::copy(lock, dir.path("Cargo.lock")).unwrap();
}

fn cargo_run(dir: &Dir) -> Run {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["run", "--offline"])
        .current_dir(dir.root())
        // Kept from one run of the tests to the next.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixture-target"))
        .env("CARGO_TERM_COLOR", "never")
        .env("RUST_BACKTRACE", "1");
    Run::of(cargo, b"")
}

#[test]
fn cargo_runs_the_script_when_a_schema_changes_and_shows_its_mistakes() {
    let dir = Dir::new("cargo");
    crate_with_a_build_script(&dir);
    let write = |text: &str| fs::write(dir.path("schema/logs.np"), text).unwrap();

    write(&schema(5));
    let run = cargo_run(&dir);
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "5"), "{}", run.stderr);
    let run = cargo_run(&dir);
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "5"), "{}", run.stderr);
    assert!(!run.stderr.contains("Compiling"), "nothing changed: {}", run.stderr);

    write(&schema(7));
    let run = cargo_run(&dir);
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "7"), "{}", run.stderr);

    write("package example::logs;\nstruct Line { text: Strin }\n");
    let run = cargo_run(&dir);
    assert_ne!(run.code, Some(0));
    assert!(run.stderr.contains("error[NP"), "{}", run.stderr);
    assert!(run.stderr.contains("--> schema/logs.np:2:21"), "{}", run.stderr);
    for word in ["panicked", "stack backtrace"] {
        assert!(!run.stderr.contains(word), "{}", run.stderr);
    }

    write(&schema(7));
    let run = cargo_run(&dir);
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "7"), "{}", run.stderr);
}
