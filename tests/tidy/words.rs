//! Words that do not belong into the repository: work put off, places of one machine, and hosts of
//! package registries.

use crate::habits::{assert_none, assert_sees};
use crate::source::{Source, all, words};

/// A lock file names where each package comes from; that is its purpose.
const LOCK: &str = "Cargo.lock";

/// This file, which has to spell what it looks for.
const SELF: &str = "tests/tidy/words.rs";

fn files() -> Vec<Source> {
    let mut files = all();
    files.retain(|file| !file.path.ends_with(LOCK) && file.path != SELF);
    files
}

/// What is not done is not there.
fn put_off(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    // What another tool generates is as that tool writes it.
    for file in files.iter().filter(|file| !file.path.ends_with(".generated")) {
        for (at, word) in words(&file.text) {
            let marker = matches!(word, "TODO" | "FIXME" | "XXX" | "HACK");
            let called = file.text[at + word.len()..].starts_with('!');
            if marker || (called && matches!(word, "todo" | "unimplemented")) {
                found.push(format!("{}: `{word}`", file.place(at)));
            }
        }
    }
    found
}

#[test]
fn no_work_is_put_off() {
    assert_none(&put_off(&files()));
    assert_sees(
        put_off,
        &[
            ("src/a.rs", "// TODO: later"),
            ("docs/a.md", "FIXME"),
            ("src/a.rs", "fn f() { todo!() }"),
            ("src/a.rs", "fn f() { unimplemented!(\"later\") }"),
        ],
        &[("src/a.rs", "cx.unimplemented().await; let todo_list = XXXL;")],
    );
}

/// The first folders of paths that exist on one machine only.
const MACHINE: [&str; 9] =
    ["/root", "/home", "/work", "/tmp", "/Users", "/mnt", "/workspace", "/github", "C:\\Users"];

/// Paths of a machine. What only tests read may speak of them.
fn of_a_machine(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let text = if file.is_rust() { production_text(file) } else { file.text.clone() };
        for folder in MACHINE {
            for (at, _) in text.match_indices(folder) {
                let before = text[..at].chars().next_back();
                let after = text[at + folder.len()..].chars().next();
                // `docs/work/` and `/workers` are something else.
                let begins = !before.is_some_and(|c| c.is_alphanumeric() || "_-./$}~".contains(c));
                let ends = !after.is_some_and(|c| c.is_alphanumeric() || "_-.".contains(c));
                if begins && ends {
                    found.push(format!("{}: `{folder}` is a path of one machine", file.place(at)));
                }
            }
        }
    }
    found
}

/// The text of what is not for tests, prose and strings included.
fn production_text(file: &Source) -> String {
    let (kept, code) = (file.production(), file.code());
    // Where an item was taken away, nothing is left of code that was there.
    let lines = file.text.split_inclusive('\n').zip(code.lines().zip(kept.lines()));
    let mut inside = file.is_test();
    let mut text = String::new();
    for (line, (code, kept)) in lines {
        if !code.trim().is_empty() {
            inside = kept.trim().is_empty();
        }
        let end = if line.ends_with('\n') { "\n" } else { "" };
        // Places stay the same.
        text.push_str(&if inside {
            format!("{:w$}{end}", "", w = line.len() - end.len())
        } else {
            line.to_owned()
        });
    }
    text
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    assert_none(&of_a_machine(&files()));
    assert_sees(
        of_a_machine,
        &[
            ("docs/a.md", "see /home/me/notes"),
            ("a.toml", "path = \"/tmp/x\""),
            ("src/a.rs", "//! Lies in `/root/a`.\nfn f() {}"),
            ("src/a.rs", "const A: &str = \"/work/x\";"),
            ("tests/ui/a.stderr", "  --> /work/a.rs:1"),
        ],
        &[
            ("docs/a.md", "src/work/x, /workers, ~/tmp, https://example.com/home, $DIR/tmp"),
            ("tests/a.rs", "assert!(!text.contains(\"/home/\"));"),
            (
                "src/a.rs",
                "fn f() {}\n#[cfg(test)]\nmod tests {\n    // why\n    f(\"/tmp/x\");\n}\n",
            ),
        ],
    );
}

/// Hosts of package registries: where packages come from is Cargo's business.
const REGISTRIES: [&str; 8] = [
    "crates.io",
    "npmjs.",
    "pypi.org",
    "pythonhosted.org",
    "proxy.golang.org",
    "rubygems.org",
    "maven.org",
    "/v2/repositories",
];

fn of_a_registry(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let text = file.text.to_lowercase();
        if text.len() != file.text.len() {
            found.push(format!("{}: changes its length in lower case", file.path));
            continue;
        }
        for host in REGISTRIES {
            for (at, _) in text.match_indices(host) {
                found.push(format!("{}: `{host}` is the host of a registry", file.place(at)));
            }
        }
    }
    found
}

#[test]
fn no_file_names_a_registry() {
    assert_none(&of_a_registry(&files()));
    assert_sees(
        of_a_registry,
        &[("a.toml", "index = \"https://index.crates.io/\""), ("README.md", "on Crates.io")],
        &[
            ("README.md", "a crate's io, [docs](https://docs.rs/bytes)"),
            ("deny.toml", "unknown-registry = \"deny\""),
        ],
    );
}
