//! Each field of the configuration has a test of its own, which shows that changing it changes
//! something: in the file of its table, with a name that begins with the field's.

use std::collections::BTreeMap;

use network_protocol::config::NetworkConfig;

use crate::habits::assert_none;
use crate::source::{Source, read};

/// The names of the functions of a file that are tests.
fn tests(file: &Source) -> Vec<String> {
    let code = file.code();
    let mut found = Vec::new();
    let mut is_test = false;
    for line in code.lines().map(str::trim) {
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(name) = name {
            if is_test {
                found.extend(name.split('(').next().map(str::to_owned));
            }
            is_test = false;
        } else if !line.starts_with("#[") && !line.is_empty() {
            is_test = false;
        }
    }
    found
}

/// The fields of a table that no test is named after. A test is of the field with the longest name
/// that it begins with.
fn untested(section: &str, fields: &[&str], file: &Source) -> Vec<String> {
    let tests = tests(file);
    let field_of = |test: &str| {
        let named = fields.iter().filter(|field| {
            test.strip_prefix(**field).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        });
        named.max_by_key(|field| field.len()).copied()
    };
    let tested: Vec<_> = tests.iter().filter_map(|test| field_of(test)).collect();
    let missing = fields.iter().filter(|field| !tested.contains(field));
    missing
        .map(|field| {
            let path = &file.path;
            format!("{section}.{field} has no test: add `fn {field}_…` to {path} that shows what changing it changes")
        })
        .collect()
}

#[test]
fn each_field_of_the_configuration_has_a_test_that_changing_it_changes_something() {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for field in NetworkConfig::fields() {
        sections.entry(field.section).or_default().push(field.name);
    }
    assert!(sections.len() >= 4, "{sections:?}");
    let found = sections.iter().flat_map(|(section, fields)| {
        untested(section, fields, &read(&format!("tests/config/{section}.rs")))
    });
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn a_field_without_a_test_is_seen() {
    let file = Source::new(
        "tests/config/a.rs",
        "#[test]\nfn one_is_so() {}\n\n#[tokio::test(start_paused = true)]\n#[ignore]\nasync fn two() {}\n\
         fn three_helps() {}\n// #[test]\nfn four() {}\n#[test]\nfn five_times_is_so() {}",
    );
    assert_eq!(tests(&file), ["one_is_so", "two", "five_times_is_so"]);
    let none = |fields: &[&str]| untested("a", fields, &file);
    assert_none(&none(&["one", "two", "five_times"]));
    assert_eq!(none(&["three", "four"]).len(), 2);
    // The test of a longer name is none of the shorter one.
    assert_eq!(none(&["five", "five_times"]).len(), 1);
    assert_eq!(none(&["tw"]).len(), 1);
}
