//! How long generated code takes to compile: a schema of 200 messages, in a crate of its own.
//!
//! `cargo test --test compile_time -- --ignored --nocapture` prints the table of
//! `docs/performance.md`. Nothing is judged: what is slow depends on the machine.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails where it is wrong")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use npgen::{Options, Source};

const MESSAGES: usize = 200;

/// Field types in turn: what an ordinary protocol is made of.
const TYPES: [&str; 12] = [
    "u64",
    "String",
    "bool",
    "Option<String>",
    "u32",
    "Vec<u64>",
    "Kind",
    "Bytes",
    "Vec<Item>",
    "f64",
    "Option<Item>",
    "Map<String, u32>",
];

/// `count` fields, beginning with type number `from`.
fn fields(from: usize, count: usize) -> String {
    let field = |i: usize| {
        let ty = TYPES.iter().cycle().nth(from % TYPES.len() + i).expect("a circle");
        // Every item refers to items declared before it only.
        let ty = ty.replace("Item", &format!("Item{}", from % 10)).replace("Kind", "Kind0");
        format!("@{i} field_{i}: {ty}")
    };
    (0..count).map(field).collect::<Vec<_>>().join(", ")
}

/// A schema of 200 messages, 50 structs, 10 unions and 10 enums.
fn schema() -> String {
    let mut text = "package example::large;\n".to_owned();
    for i in 0..10 {
        let variants: Vec<String> = (0..8).map(|n| format!("@{n} Variant{n}")).collect();
        writeln!(text, "enum Kind{i}: u8 {{ {} }}", variants.join(", ")).expect("text");
        writeln!(text, "struct Item{i} {{ @0 id: u64, @1 name: String, @2 on: bool }}")
            .expect("text");
    }
    for i in 0..40 {
        writeln!(text, "struct Reply{i} {{ {} }}", fields(i, 4 + i % 5)).expect("text");
    }
    for i in 0..10 {
        writeln!(
            text,
            "enum Body{i} {{ @1 Text(String), @2 Item(Item{i}), @3 Left, @4 Other {{ {} }} }}",
            fields(i, 3)
        )
        .expect("text");
    }
    text.push_str(
        "#[error] enum Failure { @1 Absent, @2 Busy(u32), @3 Refused { @0 why: String } }\n",
    );
    text.push_str("protocol Large {\n");
    for i in 0..MESSAGES {
        let number = i + 1;
        let from = if i % 10 == 9 { "#[from(server)] " } else { "" };
        let reply = match i % 4 {
            0 => format!(" -> Result<Reply{}, Failure>", i % 40),
            1 => format!(" -> Reply{}", i % 40),
            2 => " -> u64".to_owned(),
            _ => String::new(),
        };
        let body = format!("@{} body: Body{}", 2 + i % 4, i % 10);
        writeln!(text, "{from}@{number} Message{i} {{ {}, {body} }}{reply},", fields(i, 2 + i % 4))
            .expect("text");
    }
    text.push_str("}\n");
    text
}

fn generate(text: String) -> String {
    let options = Options::new();
    match npgen::compile([Ok(Source::new("large.np", text))], &options) {
        Ok(output) => output.files.into_iter().map(|file| file.text()).collect(),
        Err(failure) => panic!("{failure}"),
    }
}

/// The same types with nothing but derives: what part of the time is Rust's own.
fn types_alone(code: &str) -> String {
    let (mut kept, mut item) = (String::new(), String::new());
    for line in code.lines() {
        writeln!(item, "{line}").expect("text");
        if matches!(line, "}" | "};") || (line.ends_with(';') && !line.starts_with(' ')) {
            let declares = item.contains("\npub struct ") || item.contains("\npub enum ");
            if declares && !item.contains("View<'a>") {
                kept.push_str(&item);
            }
            item.clear();
        }
    }
    kept
}

/// The same code without what reads the fields of structs where they lie.
fn without_getters(code: &str) -> String {
    let (mut kept, mut skipping) = (String::new(), false);
    for line in code.lines() {
        let getters = line.starts_with("    impl<'a> ") && line.ends_with("View<'a> {");
        skipping |= getters || line.starts_with("    fn skip_fields(");
        let shown = line.trim_start().starts_with(".field(") && line.contains("&self.");
        if !skipping && !shown {
            writeln!(kept, "{line}").expect("text");
        }
        skipping &= line != "    }";
    }
    // What stood above them.
    let attributes = "    #[allow(dead_code, non_snake_case, clippy::all)]\n";
    kept.replace(attributes, "")
        .replace("    #[inline(always)]\n    #[automatically", "    #[automatically")
}

/// A package with `code` in it.
fn package(dir: &Path, code: &str) {
    let root = env!("CARGO_MANIFEST_DIR");
    fs::create_dir_all(dir.join("src")).expect("folder");
    let manifest = format!(
        "[package]\nname = \"large\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nnetwork-protocol = {{ path = {root:?} }}\n\n[workspace]\n"
    );
    fs::write(dir.join("Cargo.toml"), manifest).expect("manifest");
    fs::copy(Path::new(root).join("Cargo.lock"), dir.join("Cargo.lock")).expect("lock file");
    fs::write(dir.join("src/lib.rs"), code).expect("code");
}

/// What a run took, in seconds: by the clock, and of processors. The latter is what to compare on a
/// machine with other work to do.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    processor: Option<f64>,
}

/// The processor time of all programs that this one ran and waited for, in hundredths of a second.
fn processor_time() -> Option<u32> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name in parentheses the fields are numbered from 3; 16 and 17 are of children.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u32>().ok();
    Some(field(16)? + field(17)?)
}

/// What one run over a package of `code` takes, whose dependencies are compiled.
fn measure(dir: &Path, code: &str, arguments: &[&str]) -> Took {
    let run = |code: &str| {
        package(dir, code);
        let cargo = std::env::var_os("CARGO").expect("run by Cargo");
        let (started, before) = (Instant::now(), processor_time());
        let status = Command::new(cargo)
            .args(arguments)
            .arg("--quiet")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", dir.join("target"))
            .current_dir(dir)
            .status()
            .expect("cargo runs");
        assert!(status.success(), "{arguments:?} in {}", dir.display());
        let spent = processor_time().zip(before).map(|(after, before)| after - before);
        let processor = spent.map(|hundredths| f64::from(hundredths) / 100.0);
        Took { wall: started.elapsed().as_secs_f64(), processor }
    };
    run("");
    run(code)
}

#[test]
#[ignore = "takes minutes, and measures the machine: `cargo test --test compile_time -- --ignored --nocapture`"]
fn a_schema_of_two_hundred_messages() {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("large");
    let schema = schema();
    let code = generate(schema.clone());
    println!("schema: {} lines", schema.lines().count());
    println!("| by the clock (of processors) | lines | `cargo check` | debug | release |");
    println!("|---|--:|--:|--:|--:|");
    let variants = [
        ("generated", code.clone()),
        ("without the getters of views", without_getters(&code)),
        ("its types alone", types_alone(&code)),
    ];
    for (name, code) in variants {
        print!("| {name} | {} |", code.lines().count());
        for arguments in [&["check"][..], &["build"], &["build", "--release"]] {
            let took = measure(&dir, &code, arguments);
            let processor = took.processor.map(|seconds| format!(" ({seconds:.1} s)"));
            print!(" {:.1} s{} |", took.wall, processor.unwrap_or_default());
            std::io::stdout().flush().expect("standard output");
        }
        println!();
    }
}

#[test]
fn the_measured_schema_compiles() {
    let code = generate(schema());
    assert!(code.contains("Message199"), "all messages are there");
}
