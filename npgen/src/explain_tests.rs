use std::collections::BTreeMap;
use std::path::Path;

use protocol_schema::check::CODES;
use protocol_schema::evolve::{self, RULES};
use protocol_schema::text::{SourceMap, compile_with};

use super::{Page, explain, pages};

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &Page) -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut rest = page.text;
    while let Some((_, after)) = rest.split_once("```") {
        let (info, body) = after.split_once('\n').unwrap();
        let (text, after) = body.split_once("\n```").unwrap();
        blocks.push((info, text));
        rest = after;
    }
    blocks
}

/// The codes that a schema gives, with the other files of its page.
fn codes(text: &str, files: &BTreeMap<&str, &str>) -> Vec<String> {
    let mut map = SourceMap::new();
    let file = map.add("test.np".to_owned(), text.to_owned());
    let compiled = compile_with(&mut map, file, &mut |map, package| {
        let path = package.replace("::", "/") + ".np";
        let text = files.get(path.as_str())?;
        Some(map.add(path, (*text).to_owned()))
    });
    compiled.diagnostics.iter().map(|found| found.code.to_string()).collect()
}

#[test]
fn every_rule_has_a_page_under_its_name() {
    let pages: BTreeMap<&str, &str> = pages().iter().map(|page| (page.code, page.name)).collect();
    let mut missing = Vec::new();
    let codes = CODES.iter().map(|rule| (rule.code.to_string(), rule.name));
    let evolution = RULES.iter().map(|rule| (rule.id.to_string(), rule.name));
    for (code, name) in codes.chain(evolution).chain(rules_of_macros()) {
        if pages.get(code.as_str()) != Some(&name) {
            missing.push(format!("{code} {name}"));
        }
    }
    assert!(missing.is_empty(), "npgen/src/explain has no pages for {missing:#?}");
}

/// The rules of the other door, read from its source: nothing here may depend on that crate.
fn rules_of_macros() -> Vec<(String, &'static str)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol-macros/src/rules.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let rules = text.lines().filter_map(|line| {
        let (head, _) = line.trim().split_once("\": \"")?;
        let (code, name) = head.split_once(" \"")?;
        let number: u16 = code.split(' ').next()?.parse().ok()?;
        Some((format!("NP{number:04}"), &*name.to_owned().leak()))
    });
    let rules: Vec<_> = rules.collect();
    assert!(rules.len() > 10, "the table of the macros was not found");
    rules
}

#[test]
fn every_page_belongs_to_a_rule() {
    for page in pages() {
        let known = CODES.iter().any(|rule| rule.code.to_string() == page.code)
            || RULES.iter().any(|rule| rule.id.to_string() == page.code)
            || page.code.starts_with("NP08")
            || rules_of_macros().iter().any(|(code, _)| code == page.code);
        assert!(known, "{} is a page of no rule", page.code);
        assert!(!page.text.is_empty(), "{}", page.code);
    }
}

#[test]
fn every_assert_of_the_runtime_has_a_page() {
    fn visit(path: &Path, codes: &mut Vec<String>) {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, codes);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let found =
                    text.match_indices("\"NP08").filter_map(|(at, _)| text.get(at + 1..at + 7));
                codes.extend(found.map(str::to_owned));
            }
        }
    }
    let mut codes = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol-runtime/src"), &mut codes);
    assert!(!codes.is_empty());
    let missing: Vec<_> = codes.iter().filter(|code| explain(code).is_none()).collect();
    assert!(missing.is_empty(), "no pages for {missing:?}");
}

#[test]
fn every_example_breaks_its_rule_and_every_mend_keeps_it() {
    let mut wrong = Vec::new();
    for page in pages().iter().filter(|page| page.code.starts_with("NP0")) {
        let blocks = blocks(page);
        let files: BTreeMap<&str, &str> = blocks
            .iter()
            .filter_map(|(info, text)| Some((info.strip_prefix("np ")?, *text)))
            .filter(|(info, _)| info.ends_with(".np"))
            .collect();
        for (info, text) in &blocks {
            let found = codes(text, &files);
            let is_there = found.iter().any(|code| code == page.code);
            match *info {
                "np" if !is_there => wrong.push(format!("{}: {found:?} for\n{text}", page.code)),
                "np mended" if !found.is_empty() => {
                    wrong.push(format!("{}: mended, and still {found:?} for\n{text}", page.code));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_pair_of_a_rule_of_evolution_is_told_by_it() {
    let mut wrong = Vec::new();
    for page in pages().iter().filter(|page| page.code.starts_with("NPB")) {
        let versions = blocks(page).into_iter().map(|(info, text)| {
            let mut map = SourceMap::new();
            let file = map.add(info.to_owned(), text.to_owned());
            let compiled = compile_with(&mut map, file, &mut |_, _| None);
            assert_eq!(compiled.diagnostics, [], "{} {info}", page.code);
            compiled.schema
        });
        let [old, new] = versions.collect::<Vec<_>>().try_into().unwrap();
        let told: Vec<String> =
            evolve::compare(&old, &new).iter().map(|change| change.rule.id.to_string()).collect();
        if !told.iter().any(|id| id == page.code) {
            wrong.push(format!("{}: {told:?}", page.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_page_is_found_by_its_code_and_by_its_name() {
    for wanted in ["NP0101", "np101", "101", "0101", " NP0101 ", "duplicate-item"] {
        assert_eq!(explain(wanted).unwrap().code, "NP0101", "{wanted}");
    }
    assert_eq!(explain("npb101").unwrap().code, "NPB101");
    for wanted in ["", "NP", "NP9999", "x"] {
        assert_eq!(explain(wanted), None, "{wanted}");
    }
}
