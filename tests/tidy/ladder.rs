//! Inside `protocol-runtime`, a module names only those of the rows below its own, and the rows
//! are those of the table in `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};

use crate::crates::{names, table};
use crate::habits::assert_none;
use crate::source::{Source, balanced, read, rust, words};

const HEADING: &str = "| row | module | what it is |";
const SRC: &str = "protocol-runtime/src/";

/// The module whose row is one thing in several files.
const ONE_THING: &str = "driver";

/// Where what generated code names is gathered from every row.
const GATHERED: &str = "__private";

/// The first row that may name tokio.
const SHELL: &str = "transport";

/// Plain data, of use to every row, with what it may name itself. An error holds the errors of
/// what it is made of; those are data as well.
const DATA: [(&str, &[&str]); 6] = [
    ("buffers", &[]),
    ("limits", &[]),
    ("metadata", &["frame::control", "wire"]),
    ("schema", &[]),
    ("types", &["error"]),
    (
        "error",
        &[
            "compress::CompressError",
            "fingerprint::Fingerprint",
            "frame::header",
            "frame::preface",
            "frame::reason",
            "limits",
            "noise::NoiseError",
            "noise::PublicKey",
            "schema",
            "wire",
        ],
    ),
];

/// The rows of the table: a number for each module, none for plain data.
fn rows(text: &str) -> BTreeMap<String, Option<u32>> {
    let mut rows = BTreeMap::new();
    for row in table(text, HEADING) {
        let name = names(&row[1]).into_iter().next().expect("a module's name");
        assert!(rows.insert(name, row[0].parse().ok()).is_none(), "{row:?} is there twice");
    }
    rows
}

/// The modules of which a file is part: `a`, then `b` for `a/b.rs`.
fn modules(path: &str) -> Vec<String> {
    let path = path.strip_prefix(SRC).and_then(|path| path.strip_suffix(".rs"));
    let mut parts: Vec<_> = path.unwrap_or_default().split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// Every path of this crate that a file names, from the root, with its place.
fn named(file: &Source) -> Vec<(usize, Vec<String>)> {
    let (code, own) = (file.production(), modules(&file.path));
    let blocks = inline_modules(&code);
    let mut found = Vec::new();
    for (at, word) in words(&code) {
        let continues = code[..at].trim_end().ends_with("::");
        let Some(rest) = code[at + word.len()..].trim_start().strip_prefix("::") else { continue };
        let base = match word {
            "crate" => Vec::new(),
            "super" if !continues => {
                let (mut rest, mut up) = (rest, 1);
                while let Some(more) = rest.trim_start().strip_prefix("super") {
                    let Some(more) = more.trim_start().strip_prefix("::") else { break };
                    (rest, up) = (more, up + 1);
                }
                let inline = blocks.iter().filter(|block| block.contains(&at)).count();
                let Some(left) = (own.len() + inline).checked_sub(up) else { continue };
                own.iter().take(left).cloned().collect()
            }
            _ => continue,
        };
        let rest = rest.trim_start().trim_start_matches("super::");
        for path in use_tree(rest) {
            found.push((at, base.iter().cloned().chain(path).collect()));
        }
    }
    found
}

/// The blocks of `mod a { … }`.
fn inline_modules(code: &str) -> Vec<std::ops::Range<usize>> {
    let mut blocks = Vec::new();
    for (at, _) in words(code).filter(|(_, word)| *word == "mod") {
        let open = code[at..].find(['{', ';']).map_or(code.len(), |offset| at + offset);
        if code[open..].starts_with('{') {
            blocks.push(open..balanced(code, open));
        }
    }
    blocks
}

/// The paths of `a::{b, c::d}`, whatever follows them.
fn use_tree(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if text.starts_with('{') {
        let inner = &text[1..balanced(text, 0) - 1];
        let (mut paths, mut start) = (Vec::new(), 0);
        while start < inner.len() {
            let mut end = start;
            while end < inner.len() && inner.as_bytes()[end] != b',' {
                end = if inner.as_bytes()[end] == b'{' { balanced(inner, end) } else { end + 1 };
            }
            if !inner[start..end].trim().is_empty() {
                paths.extend(use_tree(&inner[start..end]));
            }
            start = end + 1;
        }
        return paths;
    }
    let Some((_, word)) = words(text).next().filter(|(at, _)| *at == 0) else {
        return vec![vec![]];
    };
    let rest = text[word.len()..].trim_start().strip_prefix("::");
    let follow = rest.map_or_else(|| vec![vec![]], use_tree);
    follow.into_iter().map(|path| [vec![word.to_owned()], path].concat()).collect()
}

/// Names that break the ladder.
fn against(rows: &BTreeMap<String, Option<u32>>, file: &Source) -> Vec<String> {
    let own = modules(&file.path);
    // Where names are gathered for generated code, any name may be.
    let Some(module) = own.first().filter(|module| *module != GATHERED) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, path) in named(file) {
        let Some(target) = path.first().filter(|target| *target != module) else { continue };
        let wrong = match (rows.get(module), rows.get(target)) {
            (None, _) => format!("`{module}` has no row in ARCHITECTURE.md"),
            (_, None) => format!("`crate::{target}` is no module with a row in ARCHITECTURE.md"),
            (Some(None), _) if may_name(module, &path) => continue,
            (Some(None), _) => format!("`{module}` is plain data, and names `{}`", path.join("::")),
            (_, Some(None)) => continue,
            (Some(own), Some(theirs)) if own > theirs => continue,
            (own, theirs) if own == theirs && own == rows.get(ONE_THING) => continue,
            _ => format!("`{module}` names `{}`, which is not below it", path.join("::")),
        };
        found.push(format!("{}: {wrong}", file.place(at)));
    }
    found
}

fn may_name(module: &str, path: &[String]) -> bool {
    let path = path.join("::");
    let begins = |known: &&str| path == *known || path.starts_with(&format!("{known}::"));
    DATA.iter().any(|(name, known)| *name == module && known.iter().any(begins))
}

#[test]
fn a_module_names_only_what_is_below_it() {
    let rows = rows(&read("ARCHITECTURE.md").text);
    let files = rust();
    let core: Vec<_> = files.iter().filter(|file| file.path.starts_with(SRC)).collect();
    let names = core.iter().map(|file| named(file).len()).sum::<usize>();
    assert!(names > 200, "only {names} names in {} files", core.len());
    assert_none(&core.iter().flat_map(|file| against(&rows, file)).collect::<Vec<_>>());
}

#[test]
fn every_module_has_a_row_and_every_row_a_module() {
    let rows = rows(&read("ARCHITECTURE.md").text);
    let placed: BTreeSet<_> = rows.keys().cloned().collect();
    let root = read("protocol-runtime/src/lib.rs").production();
    let after =
        |(at, word): (usize, &str)| words(&root[at + word.len()..]).next().map(|w| w.1.to_owned());
    let declared = words(&root).filter(|(_, word)| *word == "mod").filter_map(after).collect();
    assert_eq!(placed, declared, "the table of ARCHITECTURE.md, and lib.rs");
    let data: BTreeSet<_> =
        rows.iter().filter(|row| row.1.is_none()).map(|row| row.0.as_str()).collect();
    assert_eq!(data, DATA.map(|(name, _)| name).into(), "plain data");
}

/// `tokio` below the shell.
fn tokio_below(rows: &BTreeMap<String, Option<u32>>, file: &Source) -> Vec<String> {
    let shell = rows.get(SHELL).copied().flatten().expect("the shell has a row");
    let own = modules(&file.path);
    let row = own.first().map_or(Some(&None), |module| rows.get(module));
    if row.is_none_or(|row| row.is_some_and(|row| row >= shell)) {
        return Vec::new();
    }
    let code = file.production();
    let uses = words(&code).filter(|(_, word)| *word == "tokio");
    uses.map(|(at, _)| format!("{}: tokio below the shell", file.place(at))).collect()
}

#[test]
fn tokio_is_not_named_below_the_shell() {
    let rows = rows(&read("ARCHITECTURE.md").text);
    let found: Vec<_> = rust()
        .iter()
        .filter(|file| file.path.starts_with(SRC))
        .flat_map(|file| tokio_below(&rows, file))
        .collect();
    assert_none(&found);
}

fn small() -> BTreeMap<String, Option<u32>> {
    let lines = [
        "– | `error`",
        "– | `limits`",
        "0 | `wire`",
        "0 | `noise`",
        "1 | `frame`",
        "3 | `transport`",
        "4 | `driver`",
        "4 | `call`",
    ];
    let table = lines.map(|line| format!("| {line} | something |\n")).concat();
    rows(&format!("# Rows\n\n{HEADING}\n|---|---|---|\n{table}\nand more"))
}

#[test]
fn a_name_that_is_not_below_is_seen_however_it_is_written() {
    let check = |path: &str, text: &str, expected: &[&str]| {
        let found = against(&small(), &Source::new(&format!("{SRC}{path}"), text));
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    };
    check(
        "frame/a.rs",
        "use crate::wire::Wire; use crate::error::Error; use super::super::limits::A;",
        &[],
    );
    check("frame/a.rs", "use crate::driver::A;", &["a.rs:1: `frame` names `driver::A`"]);
    check(
        "frame/a.rs",
        "use crate::{\n wire::A,\n driver::{B, C},\n};",
        &["driver::B", "driver::C"],
    );
    check("frame/a.rs", "fn f() { crate::driver::g() }", &["driver::g"]);
    check("frame/a.rs", "use super::super::driver::A;", &["driver::A"]);
    check(
        "frame/mod.rs",
        "use super::driver::A; mod b { use super::super::call::C; use super::d; }",
        &["driver::A", "call::C"],
    );
    check("wire/a.rs", "use crate::noise::A;", &["noise::A"]);
    check("wire/a.rs", "use crate::elsewhere::A;", &["`crate::elsewhere`"]);
    check("elsewhere.rs", "use crate::wire::A;", &["`elsewhere` has no row"]);
    check("call.rs", "use crate::driver::A; use crate::transport::B;", &[]);
    check("driver/mod.rs", "use crate::call::A;", &[]);
    check("error.rs", "use crate::frame::header::Kind; use crate::noise::NoiseError;", &[]);
    check("error.rs", "use crate::noise::Handshake;", &["noise::Handshake"]);
    check("limits.rs", "use crate::error::Error;", &["error::Error"]);
    check(
        "frame/a.rs",
        "// crate::driver::A\n#[cfg(test)]\nmod tests { use crate::driver::A; }",
        &[],
    );
    check("frame/tests.rs", "use crate::driver::A;", &[]);
    check("frame/a.rs", "pub(crate) fn f() {} use other_crate::driver::A;", &[]);
}

#[test]
fn tokio_below_the_shell_is_seen() {
    let check = |path: &str, count| {
        let file = Source::new(&format!("{SRC}{path}"), "use tokio::io;");
        assert_eq!(tokio_below(&small(), &file).len(), count, "{path}");
    };
    check("frame/a.rs", 1);
    check("error.rs", 1);
    check("lib.rs", 1);
    check("transport/tcp.rs", 0);
    check("driver/mod.rs", 0);
    check("frame/tests.rs", 0);
}
