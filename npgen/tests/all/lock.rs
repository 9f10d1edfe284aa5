//! `npgen lock`, and `npgen check` of a schema that has one.

use crate::common::{Dir, npgen, silent, snapshot, write};

const STABLE: &str = "#![stable]\npackage example;\n\n/// Somebody.\nstruct User {\n    @0 id: u32,\n    @1 name: String,\n}\n";

#[test]
fn a_lock_is_the_canonical_text_beside_the_schema() {
    let dir = Dir::new("lock");
    silent(&npgen(&dir, &["lock", "schema/chat.np"]));
    snapshot("chat.np.lock", &dir.read("schema/chat.np.lock"));
    silent(&npgen(&dir, &["lock", "--check", "schema/chat.np"]));
    silent(&npgen(&dir, &["check", "schema/chat.np.lock"]));
}

#[test]
fn a_stable_schema_is_held_to_its_lock() {
    let dir = Dir::new("lock_stable");
    write(&dir, "a.np", STABLE);
    let run = npgen(&dir, &["check", "a.np"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    snapshot("lock_missing.txt", &run.stderr);
    silent(&npgen(&dir, &["lock", "a.np"]));
    silent(&npgen(&dir, &["check", "a.np"]));

    // What breaks nothing is only behind.
    write(&dir, "a.np", STABLE.replace("String,\n", "String,\n    @2 age: u8,\n"));
    let run = npgen(&dir, &["check", "a.np"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.starts_with("warning: the lock of `a.np` is behind\n"), "{}", run.stderr);
    assert_eq!(npgen(&dir, &["lock", "--check", "a.np"]).code, Some(1));

    let locked = dir.read("a.np.lock");
    write(&dir, "a.np", STABLE.replace("u32", "u64"));
    let run = npgen(&dir, &["check", "a.np"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    snapshot("lock_broken.txt", &run.stderr);

    // Such a lock is only overwritten by force.
    let run = npgen(&dir, &["lock", "a.np"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("`a.np.lock` is left alone"), "{}", run.stderr);
    assert_eq!(dir.read("a.np.lock"), locked);
    assert_eq!(npgen(&dir, &["lock", "--force", "a.np"]).code, Some(0));
    silent(&npgen(&dir, &["check", "a.np"]));
}

#[test]
fn types_that_no_protocol_reaches_are_locked_too() {
    let dir = Dir::new("lock_types");
    write(&dir, "a.np", STABLE);
    silent(&npgen(&dir, &["lock", "a.np"]));
    assert!(dir.read("a.np.lock").contains("struct User {"), "{}", dir.read("a.np.lock"));
}

#[test]
fn of_a_directory_what_is_stable_or_has_a_lock_is_locked() {
    let dir = Dir::new("lock_walk");
    std::fs::create_dir_all(dir.path("w")).unwrap();
    write(&dir, "w/a.np", STABLE);
    write(&dir, "w/b.np", "package b;\nstruct S { a: u8 }\n");
    std::fs::create_dir_all(dir.path("w/loose")).unwrap();
    write(&dir, "w/loose/c.np", "package c;\n");
    let run = npgen(&dir, &["lock", "w/loose"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    let told = "warning: no schema in `w/loose` is `#![stable]` or has a lock\n";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);
    let run = npgen(&dir, &["lock", "--check", "w"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert_eq!(run.stderr.replace('\\', "/"), "error: `w/a.np.lock` is missing\n");
    silent(&npgen(&dir, &["lock", "w"]));
    assert!(!dir.path("w/b.np.lock").exists());
    silent(&npgen(&dir, &["lock", "w/b.np"]));
    write(&dir, "w/b.np", "package b;\nstruct S { a: u8, b: u8 }\n");
    assert_eq!(npgen(&dir, &["lock", "--check", "w"]).code, Some(1));
    assert_eq!(npgen(&dir, &["lock", "w"]).code, Some(0));
    silent(&npgen(&dir, &["lock", "--check", "w"]));
}
