//! The arrows between the crates are those of the table in `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::habits::assert_none;
use crate::source::{read, root};

/// One row of the table: the dependencies of a crate, for its code and its build script.
#[derive(Debug, Default, PartialEq)]
struct Arrows {
    always: BTreeSet<String>,
    optional: BTreeSet<String>,
    never: BTreeSet<String>,
}

/// What Cargo says about the workspace.
pub(crate) fn metadata() -> Value {
    let json = cargo(&["metadata", "--no-deps", "--offline", "--format-version=1"]);
    serde_json::from_str(&json).expect("JSON from cargo")
}

fn cargo(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output();
    let done = done.expect("cargo runs, as it runs this test");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("cargo writes UTF-8")
}

/// The cells of the table with this heading, in which every row begins with a name.
pub(crate) fn table(text: &str, heading: &str) -> Vec<Vec<String>> {
    let start = text.find(heading).unwrap_or_else(|| panic!("no table with {heading}"));
    let cells = |line: &str| {
        let inner = line.trim().trim_matches('|');
        inner.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let rows = text[start..].lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(cells).collect()
}

/// What stands between backticks.
pub(crate) fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

const HEADING: &str = "| crate | always | behind a feature | never, at any distance |";

fn drawn(text: &str) -> BTreeMap<String, Arrows> {
    let mut all = BTreeMap::new();
    for row in table(text, HEADING) {
        let set = |at: usize| {
            row.get(at).map(|cell| names(cell)).unwrap_or_default().into_iter().collect()
        };
        let arrows = Arrows { always: set(1), optional: set(2), never: set(3) };
        let name = names(&row[0]).into_iter().next().expect("a row begins with the crate's name");
        assert!(all.insert(name, arrows).is_none(), "{row:?} is there twice");
    }
    all
}

fn real(metadata: &Value) -> BTreeMap<String, Arrows> {
    let mut all = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        // What is not published is there for tests and shows.
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let mut arrows = Arrows::default();
        for edge in package["dependencies"].as_array().unwrap() {
            if edge["kind"] != "dev" {
                let optional = edge["optional"] == true;
                let set = if optional { &mut arrows.optional } else { &mut arrows.always };
                set.insert(edge["name"].as_str().unwrap().to_owned());
            }
        }
        all.insert(package["name"].as_str().unwrap().to_owned(), arrows);
    }
    all
}

fn compare(drawn: &BTreeMap<String, Arrows>, real: &BTreeMap<String, Arrows>) -> Vec<String> {
    let mut found = Vec::new();
    for name in drawn.keys().filter(|name| !real.contains_key(*name)) {
        found.push(format!("ARCHITECTURE.md draws {name}, which is not in the workspace"));
    }
    for (name, real) in real {
        let Some(drawn) = drawn.get(name) else {
            found.push(format!("{name} is not in the table of ARCHITECTURE.md"));
            continue;
        };
        for (what, drawn, real) in [
            ("always", &drawn.always, &real.always),
            ("behind a feature", &drawn.optional, &real.optional),
        ] {
            for extra in real.difference(drawn) {
                found.push(format!(
                    "{name} depends on {extra} ({what}): a new arrow, not drawn in ARCHITECTURE.md"
                ));
            }
            for missing in drawn.difference(real) {
                found.push(format!(
                    "{name} does not depend on {missing} ({what}), as drawn in ARCHITECTURE.md"
                ));
            }
        }
    }
    found
}

#[test]
fn the_arrows_between_crates_are_the_drawn_ones() {
    assert_none(&compare(&drawn(&read("ARCHITECTURE.md").text), &real(&metadata())));
}

#[test]
fn an_arrow_that_is_not_drawn_is_seen_and_so_is_one_that_is_not_there() {
    let text = format!(
        "# A\n\n{HEADING}\n|---|---|---|---|\n| `a` | `b`, `c` | *f*: `d` | `e`, tokio |\n\nafter `x`"
    );
    let drawn = drawn(&text);
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let arrows = |always, optional| Arrows {
        always: set(always),
        optional: set(optional),
        never: set(&["e"]),
    };
    assert_eq!(drawn, BTreeMap::from([("a".to_owned(), arrows(&["b", "c"], &["d"]))]));

    let check = |real: Arrows, count| {
        assert_eq!(compare(&drawn, &BTreeMap::from([("a".to_owned(), real)])).len(), count);
    };
    check(arrows(&["b", "c"], &["d"]), 0);
    check(arrows(&["b", "c", "d"], &[]), 2);
    check(arrows(&["b", "c", "x"], &["d"]), 1);
    check(arrows(&["b"], &["d"]), 1);
    assert_eq!(compare(&drawn, &BTreeMap::new()).len(), 1);
    assert_eq!(compare(&BTreeMap::new(), &drawn).len(), 1);
}

/// What a crate reaches with its default features, and what without.
fn reached(package: &str) -> BTreeSet<String> {
    let tree = |more: &[&str]| {
        let mut arguments =
            vec!["tree", "--offline", "--prefix=none", "--edges=normal,build", "-p", package];
        arguments.extend(more);
        cargo(&arguments)
    };
    let text = tree(&["--all-features"]);
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The same for the parts that promise more without their default features.
fn reached_bare(package: &str) -> BTreeSet<String> {
    let text = cargo(&[
        "tree",
        "--offline",
        "--prefix=none",
        "--edges=normal,build",
        "--no-default-features",
        "-p",
        package,
    ]);
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn no_crate_reaches_what_it_must_never_depend_on() {
    let mut found = Vec::new();
    for (name, arrows) in drawn(&read("ARCHITECTURE.md").text) {
        let reached = reached(&name);
        assert!(reached.contains(&name), "{name} reaches itself: {reached:?}");
        for never in arrows.never.iter().filter(|never| reached.contains(*never)) {
            found.push(format!("{name} reaches {never}, at whatever distance"));
        }
    }
    assert_none(&found);
    assert!(reached("protocol-runtime").contains("tokio"), "or nothing is ever found");
}

#[test]
fn the_core_has_no_tokio_and_build_scripts_have_no_command_line() {
    let core = reached_bare("protocol-runtime");
    assert!(core.contains("zerocopy") && !core.contains("tokio"), "{core:?}");
    let npgen = reached_bare("npgen");
    assert!(npgen.contains("protocol-schema") && !npgen.contains("clap"), "{npgen:?}");
    let schema = reached_bare("protocol-schema");
    assert_eq!(schema, BTreeSet::from(["protocol-schema".to_owned()]), "the model needs nothing");
}
