//! The schemas of the repository: valid ones compile without a word and print canonically, and
//! each invalid one gives the diagnostics that stand in the file beside it.
//!
//! `BLESS=1` writes those files anew.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use protocol_schema::check::{CODES, codes};
use protocol_schema::diag::{Code, Severity};
use protocol_schema::span::Span;
use protocol_schema::text::{Compiled, FileId, SourceMap, compile_with, print};

/// The rules that no `.np` file can break, with the reason.
const OF_RUST_ONLY: [(Code, &str); 1] =
    [(codes::NOT_PLAIN, "a `.np` file does not say which structs are plain")];

/// The rules whose files would be too large to keep; their tests make the text themselves.
const OF_LARGE_FILES: [(Code, &str); 2] = [
    (codes::SOURCE_TOO_LARGE, "tests/hostile.rs: a_file_is_limited"),
    (codes::TOO_MANY_MISTAKES, "tests/hostile.rs: mistakes_beyond_a_thousand_are_only_counted"),
];

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

/// The `.np` files of a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "np"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no schemas", folder.display());
    files
}

fn compile_text(text: &str) -> (SourceMap, FileId, Compiled) {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let mut packages = BTreeMap::new();
    let compiled = compile_with(&mut map, file, &mut |map, package| {
        *packages.entry(package.to_owned()).or_insert_with(|| load(map, package))
    });
    (map, file, compiled)
}

/// The file of a package: of the schemas, or of the invalid ones.
fn load(map: &mut SourceMap, package: &str) -> Option<FileId> {
    let nested = format!("{}.np", package.replace("::", "/"));
    let flat = format!("invalid/packages/{}.np", package.replace("::", "."));
    let path = [nested, flat].map(|name| schemas().join(name)).into_iter().find(|p| p.exists())?;
    Some(map.add(path.display().to_string(), fs::read_to_string(path).unwrap()))
}

/// One line for each diagnostic, and indented ones for what belongs to it.
fn render(text: &str) -> String {
    let (map, file, compiled) = compile_text(text);
    let place = |span: Span| {
        let (at, range) = map.locate(span).expect("every diagnostic has a place");
        let (line, column) = map.line_column(at, range.start);
        let name = Path::new(&map.file(at).name).file_name().unwrap().display().to_string();
        let other = if at == file { String::new() } else { format!("{name}:") };
        format!("{other}{line}:{column}")
    };
    let quote = |span: Span| {
        let (at, range) = map.locate(span).unwrap();
        format!("{:?}", &map.file(at).text[range])
    };
    let mut out = String::new();
    for found in &compiled.diagnostics {
        let severity = match found.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        writeln!(out, "{} {} {severity}{}", place(found.span), found.code, found.message).unwrap();
        if !found.label.is_empty() {
            writeln!(out, "    label: {}", found.label).unwrap();
        }
        for label in &found.labels {
            writeln!(out, "    {}: {}", place(label.span), label.text).unwrap();
        }
        for note in &found.notes {
            writeln!(out, "    note: {note}").unwrap();
        }
        for fix in &found.fixes {
            let (at, old) = (place(fix.span), quote(fix.span));
            writeln!(out, "    fix: {}: {at} {old} → {:?}", fix.title, fix.replacement).unwrap();
        }
    }
    out
}

#[test]
fn valid_schemas_compile_without_a_word() {
    for path in files(&schemas()) {
        let rendered = render(&fs::read_to_string(&path).unwrap());
        assert!(rendered.is_empty(), "{}:\n{rendered}", path.display());
    }
}

#[test]
fn canonical_text_is_canonical() {
    for path in files(&schemas()) {
        let (.., first) = compile_text(&fs::read_to_string(&path).unwrap());
        let text = print(&first.schema);
        let (.., second) = compile_text(&text);
        assert_eq!(second.diagnostics, [], "{}:\n{text}", path.display());
        assert_eq!(print(&second.schema), text, "{}", path.display());
    }
}

#[test]
fn invalid_schemas_give_what_stands_beside_them() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for path in files(&schemas().join("invalid")) {
        let rendered = render(&fs::read_to_string(&path).unwrap());
        let expected = path.with_extension("expected");
        if bless {
            fs::write(&expected, &rendered).unwrap();
        } else if fs::read_to_string(&expected).ok().as_ref() != Some(&rendered) {
            wrong.push(format!("{}\n{rendered}", path.display()));
        }
        assert!(!rendered.is_empty(), "{} is valid", path.display());
    }
    assert!(wrong.is_empty(), "BLESS=1 accepts these:\n{}", wrong.join("\n"));
}

#[test]
fn a_file_is_named_after_the_rule_it_breaks() {
    for path in files(&schemas().join("invalid")) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let Some((code, _)) = stem.split_once('_') else { panic!("{stem} names no rule") };
        let rendered = render(&fs::read_to_string(&path).unwrap());
        assert!(rendered.contains(&format!(" {} ", code.to_uppercase())), "{stem}:\n{rendered}");
    }
}

#[test]
fn every_rule_has_a_file_that_breaks_it() {
    let files = files(&schemas().join("invalid"));
    let names: Vec<&str> = files.iter().map(|p| p.file_stem().unwrap().to_str().unwrap()).collect();
    for rule in CODES {
        let name = format!("{}_{}", rule.code, rule.name.replace('-', "_")).to_lowercase();
        let excused =
            OF_RUST_ONLY.iter().chain(&OF_LARGE_FILES).any(|(code, _)| *code == rule.code);
        let present = names.iter().any(|file| file.starts_with(&name));
        assert!(present != excused, "{name}: {present}");
    }
}

#[test]
fn codes_rise_and_names_are_kebab_case() {
    assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    for rule in CODES {
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.name.chars().all(kebab), "{}", rule.name);
        assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{}", rule.name);
    }
}

#[test]
fn the_fix_of_a_mistake_mends_it() {
    for path in files(&schemas().join("invalid")) {
        let text = fs::read_to_string(&path).unwrap();
        let (map, file, compiled) = compile_text(&text);
        for found in &compiled.diagnostics {
            for fix in &found.fixes {
                let (at, range) = map.locate(fix.span).unwrap();
                assert_eq!(at, file, "{}", path.display());
                let mut mended = text.clone();
                mended.replace_range(range, &fix.replacement);
                let (.., after) = compile_text(&mended);
                let same = |d: &&protocol_schema::diag::Diagnostic| {
                    d.code == found.code && d.message == found.message
                };
                let before = compiled.diagnostics.iter().filter(same).count();
                let after = after.diagnostics.iter().filter(same).count();
                assert!(after < before, "{}: {}\n{mended}", path.display(), fix.title);
            }
        }
    }
}
