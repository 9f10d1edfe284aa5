//! The documents speak of what is there: commands, packages, examples, files; and what they say is
//! short is short.

use std::path::Path;

use serde_json::Value;

use crate::crates::metadata;
use crate::habits::assert_none;
use crate::source::{Source, all, read, root};

/// The most lines of the hello world in the README, blank ones not counted.
const HELLO_LINES_MAX: usize = 20;

/// The most lines of the quickstart.
const QUICKSTART_LINES_MAX: usize = 120;

/// The documents that tell people what to run and where to look.
const DOCUMENTS: [&str; 4] =
    ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/performance.md"];

/// The commands in a document: of its shell blocks, and of spans that begin with `cargo`.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut shell = false;
    for line in text.lines() {
        if let Some(language) = line.trim().strip_prefix("```") {
            shell = language == "sh";
        } else if shell && !line.trim().is_empty() {
            found.push(line.split(" #").next().unwrap_or_default().trim().to_owned());
        } else {
            let spans = line.split('`').skip(1).step_by(2);
            found.extend(
                spans
                    .filter(|s| s.starts_with("cargo ") || s.contains(" cargo "))
                    .map(str::to_owned),
            );
        }
    }
    found
}

/// What a command names and the workspace does not have.
fn unknown(metadata: &Value, command: &str) -> Vec<String> {
    let packages = metadata["packages"].as_array().unwrap();
    let package = |name: &str| packages.iter().any(|package| package["name"] == name);
    let target = |kind: &str, name: &str| {
        packages.iter().flat_map(|package| package["targets"].as_array().unwrap()).any(|target| {
            target["name"] == name && target["kind"].as_array().unwrap().iter().any(|k| k == kind)
        })
    };
    let words: Vec<_> = command.split_whitespace().take_while(|word| *word != "--").collect();
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let known = match pair[0] {
            "-p" | "--package" => package(pair[1]),
            "--example" => target("example", pair[1]),
            "--bench" => target("bench", pair[1]),
            "--test" => target("test", pair[1]),
            "--bin" => target("bin", pair[1]),
            _ => true,
        };
        if !known {
            found.push(format!("`{command}`: there is no `{}`", pair[1]));
        }
    }
    found
}

#[test]
fn commands_in_the_documents_name_what_is_there() {
    let metadata = metadata();
    let mut found = Vec::new();
    for document in DOCUMENTS {
        let commands = commands(&read(document).text);
        assert!(document.starts_with("ARCH") || !commands.is_empty(), "{document} has commands");
        found.extend(commands.iter().flat_map(|command| unknown(&metadata, command)));
    }
    assert_none(&found);
    assert_eq!(unknown(&metadata, "cargo run --example nothing -p nobody").len(), 2);
    assert_eq!(unknown(&metadata, "cargo test --test tidy -p npgen -- -p nobody").len(), 0);
}

#[test]
fn commands_are_found_in_blocks_and_in_spans() {
    let text = "a `cargo fmt` b `x`\n```sh\ncargo run  # shows\n\n.ci/run\n```\n```rust\nlet a = 1;\n```\n\
                | `BLESS=1 cargo test` | c |";
    assert_eq!(commands(text), ["cargo fmt", "cargo run", ".ci/run", "BLESS=1 cargo test"]);
}

/// Files that a document names between backticks and that are not there.
fn missing_files(document: &Source, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = false;
    for line in document.text.lines() {
        block ^= line.trim_start().starts_with("```");
        for span in line.split('`').skip(1).step_by(2).filter(|_| !block) {
            let plain = span.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-*".contains(&b));
            let known = ["md", "rs", "toml", "np", "sh"];
            let is_file =
                Path::new(span).extension().is_some_and(|e| known.iter().any(|k| e == *k));
            let path = span.trim_end_matches(['/', '*']);
            if plain && (span.contains('/') || is_file) && !path.contains('*') && !exists(path) {
                found.push(format!("{}: `{span}` is not there", document.path));
            }
        }
    }
    found
}

#[test]
fn files_in_the_documents_are_there() {
    let files = all();
    // In a table of modules, files are named from the crate's `src`, as people say them.
    let exists = |path: &str| {
        root().join(path).exists()
            || files.iter().any(|file| format!("{}/", file.path).contains(&format!("/src/{path}/")))
            || (!path.contains('/')
                && files.iter().any(|file| file.path.ends_with(&format!("/{path}"))))
    };
    let found = DOCUMENTS.iter().flat_map(|path| missing_files(&read(path), exists));
    assert_none(&found.collect::<Vec<_>>());
    let bad = Source::new(
        "a.md",
        "`src/none.rs`, `NONE.md`, `none/`, `a::b`, `a b/c`\n```\n`x/y`\n```\n",
    );
    assert_eq!(missing_files(&bad, |_| false).len(), 3);
    assert_none(&missing_files(&bad, |_| true));
}

/// The lines of the first block of Rust, blank ones not counted.
fn hello(text: &str) -> Vec<&str> {
    let block = text.lines().skip_while(|line| !line.starts_with("```rust")).skip(1);
    let block = block.take_while(|line| *line != "```");
    block.filter(|line| !line.trim().is_empty()).collect()
}

#[test]
fn the_hello_world_is_short() {
    let readme = read("README.md").text;
    let lines = hello(&readme);
    assert!(lines.len() > 5, "there is one");
    let count = lines.len();
    assert!(count <= HELLO_LINES_MAX, "hello world has {count} lines, at most {HELLO_LINES_MAX}");
    assert_eq!(hello("a\n```rust\nb\n\n c\n```\nd\n```rust\ne\n```\n"), ["b", " c"]);
}

#[test]
fn the_quickstart_is_short() {
    let count = read("examples/quickstart.rs").text.lines().count();
    assert!(
        count <= QUICKSTART_LINES_MAX,
        "the quickstart has {count} lines, at most {QUICKSTART_LINES_MAX}"
    );
}

/// The tests that a document names and no source has: spans in tables of one lower-case word.
fn missing_tests(document: &Source, sources: &[Source]) -> Vec<String> {
    let rows = document.text.lines().filter(|line| line.starts_with("| "));
    let names = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let is_name = |name: &&str| name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let there = |name: &str| {
        let head = format!("fn {name}(");
        sources.iter().any(|source| source.is_rust() && source.text.contains(&head))
    };
    let missing = names.filter(is_name).filter(|name| !there(name));
    missing.map(|name| format!("{}: there is no test `{name}`", document.path)).collect()
}

#[test]
fn the_tests_that_promises_name_are_there() {
    let (promises, sources) = (read("docs/promises.md"), all());
    assert!(promises.text.matches("| `").count() > 40, "there are some");
    assert_none(&missing_tests(&promises, &sources));
    let bad = Source::new("a.md", "| a | `no_such_test`, `a_b` |\n| `Overloaded` | `a_b` |\n");
    let code = [Source::new("a.rs", "fn a_b() {}")];
    assert_eq!(missing_tests(&bad, &code), ["a.md: there is no test `no_such_test`"]);
}

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let (readme, ci) = (read("README.md").text, read(".ci/run").text);
    let commands = commands(&readme);
    let test = commands.iter().find(|command| command.starts_with("cargo test")).expect("one");
    assert!(ci.lines().any(|line| line.contains(test.as_str())), ".ci/run has no `{test}`");
}
