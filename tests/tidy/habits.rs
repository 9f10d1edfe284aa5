//! What is not used where, how long a file is, and how it begins.

use std::collections::BTreeSet;

use crate::crates::metadata;
use crate::source::{Source, all, balanced, blank, read, rust, words};

/// The most lines of a file, its tests not counted.
const LINES_MAX: usize = 600;

#[track_caller]
pub(crate) fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// Runs a rule over small bad inputs, each of which it must find, and good ones, which it must not.
#[track_caller]
pub(crate) fn assert_sees(
    rule: fn(&[Source]) -> Vec<String>,
    bad: &[(&str, &str)],
    good: &[(&str, &str)],
) {
    for (path, text) in bad {
        assert_eq!(rule(&[Source::new(path, text)]).len(), 1, "must be found in {path}: {text}");
    }
    for (path, text) in good {
        assert_none(&rule(&[Source::new(path, text)]));
    }
}

/// Offsets of a word in code; with a mark behind it, of the word where the mark follows.
fn uses(code: &str, wanted: &str) -> Vec<usize> {
    let word = wanted.trim_end_matches(['!', '(']);
    let mark = &wanted[word.len()..];
    words(code)
        .filter(|(at, found)| {
            *found == word && code[at + found.len()..].trim_start().starts_with(mark)
        })
        .map(|(at, _)| at)
        .collect()
}

/// `select!` waits for several things at once, and what it drops is hard to see.
fn select(files: &[Source]) -> Vec<String> {
    let places = ["protocol-runtime/src/driver/", "protocol-runtime/src/server/accept.rs"];
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !places.iter().any(|p| file.path.starts_with(p))) {
        for at in uses(&file.production(), "select!") {
            found.push(format!(
                "{}: `select!` outside the driver and the accept loop",
                file.place(at)
            ));
        }
    }
    found
}

#[test]
fn only_the_driver_and_the_accept_loop_select() {
    assert_none(&select(&rust()));
    assert_sees(
        select,
        &[("protocol-runtime/src/client/mod.rs", "fn f() { tokio::select! { _ = a => {} } }")],
        &[
            ("protocol-runtime/src/driver/mod.rs", "tokio::select! {}"),
            ("npgen/src/lib.rs", "// select! is not used\nfn select() { select(); }"),
            ("npgen/src/lib.rs", "#[cfg(test)]\nmod tests { fn f() { select! {} } }"),
        ],
    );
}

/// A queue without a bound grows with whatever feeds it.
fn boundless(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let code = file.code();
        for word in ["unbounded_channel", "UnboundedSender", "UnboundedReceiver", "unbounded("] {
            for at in uses(&code, word) {
                found.push(format!("{}: a queue without a bound", file.place(at)));
            }
        }
    }
    found
}

#[test]
fn every_queue_is_bounded() {
    assert_none(&boundless(&rust()));
    assert_sees(
        boundless,
        &[
            ("src/a.rs", "let (a, b) = mpsc::unbounded_channel();"),
            ("src/a.rs", "flume::unbounded()"),
        ],
        &[("src/a.rs", "// unbounded_channel\nlet a = mpsc::channel(8);")],
    );
}

/// Who may hold `unsafe`: one file, which need not exist, and the allocators of tests and
/// measurements: one looks for keys in what is given back, the others count.
const UNSAFE: [&str; 4] = [
    "benches/peers/src/rpc/allocator.rs",
    "protocol-runtime/src/wire/raw.rs",
    "protocol-runtime/tests/noise_memory.rs",
    "protocol-runtime/tests/compress_memory.rs",
];

fn unsafe_code(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !UNSAFE.contains(&&*file.path)) {
        for at in uses(&without_quotes(file.code()), "unsafe") {
            found.push(format!("{}: `unsafe` outside {UNSAFE:?}", file.place(at)));
        }
    }
    found
}

/// Code without the tokens that a macro would emit or read.
fn without_quotes(code: String) -> String {
    let names = ["quote!", "quote_spanned!", "parse_quote!"];
    let starts: Vec<_> = names.iter().flat_map(|name| uses(&code, name)).collect();
    let inside = |at: usize| at + code[at..].find('!').map_or(0, |mark| mark + 1);
    let ranges: Vec<_> = starts.into_iter().map(|at| at..balanced(&code, inside(at))).collect();
    blank(code, ranges)
}

#[test]
fn nothing_is_unsafe() {
    assert_none(&unsafe_code(&rust()));
    assert_sees(
        unsafe_code,
        &[("src/lib.rs", "fn f() { unsafe { g() } }"), ("tests/a.rs", "unsafe impl Send for A {}")],
        &[
            (UNSAFE[1], "unsafe { g() }"),
            ("src/lib.rs", "#![forbid(unsafe_code)]\n// unsafe\nlet a = \"unsafe\";"),
            ("src/lib.rs", "quote! { unsafe fn f() {} }"),
        ],
    );
}

/// Crate roots without `#![forbid(unsafe_code)]`.
fn not_forbidden(files: &[Source]) -> Vec<String> {
    files
        .iter()
        .filter(|file| !file.code().contains("#![forbid(unsafe_code)]"))
        .map(|file| format!("{}: the root of a crate says `#![forbid(unsafe_code)]`", file.path))
        .collect()
}

#[test]
fn every_crate_but_the_runtime_forbids_unsafe() {
    let kinds = ["lib", "bin", "proc-macro"];
    let root = crate::source::root();
    let mut roots = BTreeSet::new();
    for package in metadata()["packages"].as_array().unwrap() {
        for target in package["targets"].as_array().unwrap() {
            let kind = target["kind"].as_array().unwrap();
            if package["name"] != "protocol-runtime"
                && kind.iter().any(|k| kinds.iter().any(|x| k == x))
            {
                let path = std::path::Path::new(target["src_path"].as_str().unwrap());
                let path = path.strip_prefix(&root).unwrap().to_str().unwrap();
                roots.insert(path.replace('\\', "/"));
            }
        }
    }
    assert!(roots.contains("src/lib.rs") && roots.contains("npgen/src/main.rs"), "{roots:?}");
    assert_none(&not_forbidden(&roots.iter().map(|path| read(path)).collect::<Vec<_>>()));
    assert_sees(
        not_forbidden,
        &[("a/src/lib.rs", "//! A crate."), ("a/src/lib.rs", "// #![forbid(unsafe_code)]")],
        &[("a/src/lib.rs", "#![forbid(unsafe_code)]")],
    );
}

/// A lint is silenced with `#[expect(…, reason = "…")]`: it says why, and goes when it is not
/// needed. Emitters write `#[allow]`, as they cannot know whether a user's items are used.
fn allowed(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let code = without_quotes(file.code());
        for at in uses(&code, "allow(") {
            if code[..at].trim_end().ends_with(['[', ',']) {
                found.push(format!(
                    "{}: `#[expect(…, reason = …)]`, not `#[allow]`",
                    file.place(at)
                ));
            }
        }
    }
    found
}

#[test]
fn lints_are_expected_not_allowed() {
    assert_none(&allowed(&rust()));
    assert_sees(
        allowed,
        &[
            ("src/a.rs", "#[allow(dead_code)]\nfn f() {}"),
            ("src/a.rs", "#![allow(dead_code)]"),
            ("src/a.rs", "#[cfg_attr(unix, allow(dead_code))] fn f() {}"),
        ],
        &[
            ("src/a.rs", "// #[allow(dead_code)]\nquote!(#[allow(dead_code)] #vis fn f() {});"),
            ("src/a.rs", "self.allow(3)"),
        ],
    );
}

/// What is ignored says why, and the command that runs it.
fn ignored(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (at, _) in file.code().match_indices("#[ignore") {
            let rest = &file.text[at + "#[ignore".len()..];
            let reason =
                rest.split(']').next().and_then(|rest| rest.trim_start().strip_prefix('='));
            let told = reason.and_then(|reason| reason.split_once("cargo test "));
            if told.is_none_or(|(why, _)| why.trim().len() <= "\"\"".len()) {
                found.push(format!(
                    "{}: `#[ignore = \"…: cargo test …\"]` says why, and how it is run",
                    file.place(at)
                ));
            }
        }
    }
    found
}

#[test]
fn what_is_ignored_says_why() {
    assert_none(&ignored(&rust()));
    assert_sees(
        ignored,
        &[
            ("a.rs", "#[test]\n#[ignore]\nfn f() {}"),
            ("a.rs", "#[ignore = \"\"] fn f() {}"),
            ("a.rs", "#[ignore = \"needs a network\"]\nfn f() {}"),
            ("a.rs", "#[ignore = \"cargo test\"] fn f() {}\n// cargo test a"),
        ],
        &[
            ("a.rs", "#[ignore = \"needs a network: cargo test a -- --ignored\"]\nfn f() {}"),
            ("a.rs", "// #[ignore]"),
        ],
    );
}

fn too_long(files: &[Source]) -> Vec<String> {
    files
        .iter()
        .filter(|file| !file.is_test() && file.lines() > LINES_MAX)
        .map(|file| {
            format!("{}: {} lines without tests, at most {LINES_MAX}", file.path, file.lines())
        })
        .collect()
}

#[test]
fn files_are_short() {
    assert_none(&too_long(&rust()));
    let (long, short) = ("a();\n".repeat(LINES_MAX + 1), "a();\n".repeat(LINES_MAX));
    let tested = format!("{short}#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_sees(
        too_long,
        &[("src/a.rs", &long)],
        &[("src/a.rs", &short), ("src/a.rs", &tested), ("src/tests.rs", &long)],
    );
}

/// A file says what it is; tests inside `src` say it by their names. What has no `main` says that
/// first.
fn silent(files: &[Source]) -> Vec<String> {
    let of_src = |file: &Source| file.is_test() && file.path.contains("src/");
    files
        .iter()
        .filter(|file| !of_src(file))
        .filter(|file| {
            let text = file.text.trim_start_matches("#![no_main]\n");
            !text.starts_with("//! ") && !text.starts_with("#![doc = include_str!")
        })
        .map(|file| format!("{}: begins with `//!`, saying what it is", file.path))
        .collect()
}

#[test]
fn every_module_says_what_it_is() {
    assert_none(&silent(&rust()));
    assert_sees(
        silent,
        &[("src/a.rs", "use a;"), ("src/a.rs", ""), ("tests/a.rs", "// A test.\nuse a;")],
        &[
            ("src/a.rs", "//! What it is.\n"),
            ("fuzz/a.rs", "#![no_main]\n//! What it is.\n"),
            ("src/tests.rs", "use a;"),
        ],
    );
}

/// Codes of rules that the runtime states as asserts at compile time have a case that shows them.
fn unshown(files: &[Source]) -> Vec<String> {
    let shown = |code: &str| {
        let case = format!("/{}_", code.to_lowercase());
        files.iter().any(|file| {
            let is_shown = file.path.ends_with(".stderr") || file.path.ends_with(".expected");
            file.path.starts_with("protocol-macros/tests/")
                && file.path.contains(&case)
                && is_shown
                && file.text.contains(code)
        })
    };
    let mut found = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.starts_with("protocol-runtime/src/")) {
        for (at, _) in file.text.match_indices("\"NP") {
            let code = file.text.get(at + 1..at + 7).unwrap_or_default();
            let digits = code.len() == 6 && code[2..].bytes().all(|b| b.is_ascii_digit());
            if digits && !shown(code) {
                found.insert(format!("{}: {code} has no case in protocol-macros/tests", file.path));
            }
        }
    }
    found.into_iter().collect()
}

#[test]
fn every_rule_of_the_runtime_has_a_case() {
    assert_none(&unshown(&all()));
    let rule = Source::new("protocol-runtime/src/a.rs", "assert!(a, \"NP0899: no\");");
    let case = Source::new("protocol-macros/tests/ui/np0899_no.stderr", "error: NP0899: no");
    let empty = Source::new("protocol-macros/tests/ui/np0899_no.stderr", "error: no");
    assert_eq!(unshown(&[rule, empty]).len(), 1);
    let rule = Source::new("protocol-runtime/src/a.rs", "assert!(a, \"NP0899: no\");");
    assert_none(&unshown(&[rule, case]));
}
