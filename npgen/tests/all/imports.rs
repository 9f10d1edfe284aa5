//! Packages that use each other, across files.

use crate::common::{Dir, npgen, silent, write};

const BOOK: &str =
    "package acme::book;\nuse acme::common::Page;\nstruct Book { pages: Vec<Page> }\n";
const COMMON: &str = "package acme::common;\nstruct Page { text: String }\n";

#[test]
fn a_package_is_found_beside_its_user_and_where_packages_start() {
    for (user, used) in [
        ("book.np", "common.np"),
        ("book.np", "acme.common.np"),
        ("book.np", "acme/common.np"),
        ("acme/book.np", "acme/common.np"),
        ("acme/book.np", "acme.common.np"),
    ] {
        let dir = Dir::new("imports_found");
        std::fs::create_dir_all(dir.path("acme")).unwrap();
        write(&dir, user, BOOK);
        write(&dir, used, COMMON);
        silent(&npgen(&dir, &["check", user]));
    }
}

#[test]
fn other_directories_are_included_by_name() {
    let dir = Dir::new("imports_include");
    std::fs::create_dir_all(dir.path("lib/acme")).unwrap();
    write(&dir, "book.np", BOOK);
    write(&dir, "lib/acme/common.np", COMMON);
    let run = npgen(&dir, &["check", "book.np"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("error[NP0701]"), "{}", run.stderr);
    silent(&npgen(&dir, &["check", "book.np", "--include", "lib"]));
    // A file that is named stands for its package, wherever it is.
    silent(&npgen(&dir, &["check", "book.np", "lib/acme/common.np"]));
}

#[test]
fn a_mistake_in_what_several_schemas_use_is_told_once() {
    let dir = Dir::new("imports_once");
    write(&dir, "book.np", BOOK);
    write(&dir, "shelf.np", BOOK.replace("acme::book", "acme::shelf"));
    write(&dir, "common.np", "package acme::common;\nstruct Page { text: Strng }\n");
    let run = npgen(&dir, &["check", "book.np", "shelf.np", "common.np"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr.matches("error[NP0301]").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("--> common.np:2:21"), "{}", run.stderr);
}

#[test]
fn a_package_that_is_reached_by_several_paths_has_its_mistakes_told_once() {
    let dir = Dir::new("imports_paths");
    std::fs::create_dir_all(dir.path("lib")).unwrap();
    write(&dir, "book.np", BOOK);
    write(&dir, "lib/shelf.np", BOOK.replace("acme::book", "acme::shelf"));
    write(&dir, "lib/common.np", "package acme::common;\nstruct Page { text: Strng }\n");
    let absolute = dir.path("lib").display().to_string();
    let run = npgen(&dir, &["check", "book.np", "lib/shelf.np", "--include", &absolute]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr.matches("error[NP0301]").count(), 1, "{}", run.stderr);
}

#[test]
fn generated_code_names_other_packages_by_their_place_in_rust() {
    let dir = Dir::new("imports_gen");
    write(&dir, "book.np", BOOK);
    write(&dir, "common.np", COMMON);
    let gen_with = |more: &[&str]| {
        let mut arguments = vec!["gen", "book.np", "--out", "gen"];
        arguments.extend(more);
        silent(&npgen(&dir, &arguments));
        dir.read("gen/acme.book.rs")
    };
    assert!(gen_with(&[]).contains("crate::acme::common::Page"));
    let module = gen_with(&["--module", "acme::common=::shared::page"]);
    assert!(module.contains("::shared::page::Page") && !module.contains("crate::acme"));
    let run = npgen(&dir, &["gen", "book.np", "--out", "gen", "--module", "acme::common=a b"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is not a path"), "{}", run.stderr);
}
