//! `npgen fmt` on files, directories and the standard input.

use crate::common::{Dir, Run, command, npgen, silent, snapshot, write};

const UNTIDY: &str = "package a;\nstruct S{a:u8,\n  b:u16, // two\n}\n";
const TIDY: &str = "package a;\nstruct S {\n    a: u8,\n    b: u16, // two\n}\n";

#[test]
fn files_are_laid_out_where_they_stand() {
    let dir = Dir::new("fmt_files");
    write(&dir, "a.np", UNTIDY.replace("{a", "{\na"));
    silent(&npgen(&dir, &["fmt", "a.np"]));
    assert_eq!(dir.read("a.np"), TIDY);
    silent(&npgen(&dir, &["fmt", "a.np"]));
    silent(&npgen(&dir, &["fmt", "--check", "a.np"]));
}

#[test]
fn check_shows_what_would_change_and_changes_nothing() {
    let dir = Dir::new("fmt_check");
    let untidy = UNTIDY.replace("{a", "{\na");
    write(&dir, "a.np", &untidy);
    let run = npgen(&dir, &["fmt", "--check", "a.np", "schema/chat.np"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    snapshot("fmt_check.txt", &run.stdout);
    assert_eq!(dir.read("a.np"), untidy);
}

#[test]
fn the_standard_input_goes_to_the_standard_output() {
    let dir = Dir::new("fmt_stdin");
    let run = Run::of(command(&dir, &["fmt", "-"]), b"package  a;struct S{a:u8}");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout, "package a;\nstruct S { a: u8 }\n");
}

#[test]
fn what_cannot_be_read_is_told_and_left_alone() {
    let dir = Dir::new("fmt_broken");
    let broken = "package a;\nstruct S { a u8 }\n";
    write(&dir, "a.np", UNTIDY);
    write(&dir, "b.np", broken);
    let run = npgen(&dir, &["fmt", "a.np", "b.np"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("error[NP0007]"), "{}", run.stderr);
    assert!(run.stderr.contains("--> b.np:2:14"), "{}", run.stderr);
    assert_eq!((dir.read("a.np").as_str(), dir.read("b.np").as_str()), (UNTIDY, broken));

    // Mistakes of meaning are no obstacle.
    write(&dir, "c.np", "package a; struct S{a:Nothing}");
    silent(&npgen(&dir, &["fmt", "c.np"]));
    assert_eq!(dir.read("c.np"), "package a;\nstruct S { a: Nothing }\n");
}

#[test]
fn directories_are_walked_but_for_what_is_ignored() {
    let dir = Dir::new("fmt_walk");
    for folder in ["w/in", "w/out", "w/.hidden", "w/target"] {
        std::fs::create_dir_all(dir.path(folder)).unwrap();
    }
    for file in [
        "w/a.np",
        "w/in/b.np",
        "w/in/old_c.np",
        "w/out/d.np",
        "w/.hidden/e.np",
        "w/target/f.np",
        "w/g.txt",
    ] {
        write(&dir, file, UNTIDY);
    }
    write(&dir, "w/.npignore", "# not ours\nout/\nold_*.np\n");
    let run = npgen(&dir, &["fmt", "--check", "w"]);
    assert_eq!(run.code, Some(1));
    let named: Vec<_> = run.stdout.lines().filter_map(|line| line.strip_prefix("--- ")).collect();
    assert_eq!(
        named.iter().map(|name| name.replace('\\', "/")).collect::<Vec<_>>(),
        ["w/a.np", "w/in/b.np"]
    );

    // A file that is named is taken, whatever is ignored.
    assert_eq!(npgen(&dir, &["fmt", "--check", "w/out/d.np"]).code, Some(1));
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_not_waited_for() {
    let dir = Dir::new("fmt_special");
    std::fs::create_dir(dir.path("w")).unwrap();
    write(&dir, "w/a.np", "package a;\n");
    let _socket = std::os::unix::net::UnixListener::bind(dir.path("w/b.np")).unwrap();
    std::os::unix::fs::symlink(".", dir.path("w/c.np")).unwrap();
    let run = npgen(&dir, &["fmt", "--check", "w"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
#[cfg(unix)]
fn links_and_permissions_stay_and_what_is_read_only_is_not_written() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let dir = Dir::new("fmt_permissions");
    let mode = |name: &str| std::fs::metadata(dir.path(name)).unwrap().permissions().mode() & 0o777;
    let set = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(dir.path("a.np"), permissions).unwrap();
    };
    write(&dir, "a.np", "package  a;\n");
    set(0o640);
    symlink("a.np", dir.path("link.np")).unwrap();
    silent(&npgen(&dir, &["fmt", "link.np"]));
    assert!(dir.path("link.np").is_symlink());
    assert_eq!((dir.read("a.np").as_str(), mode("a.np")), ("package a;\n", 0o640));

    write(&dir, "a.np", "package  a;\n");
    set(0o440);
    let run = npgen(&dir, &["fmt", "a.np"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.starts_with("error: cannot write `a.np`: "), "{}", run.stderr);
    assert_eq!(dir.read("a.np"), "package  a;\n");
}

#[test]
fn ids_are_written_on_request() {
    let dir = Dir::new("fmt_ids");
    write(&dir, "a.np", "package a;\nstruct S { a: u8, b: u16 }\nenum E { F }\n");
    silent(&npgen(&dir, &["fmt", "--ids", "a.np"]));
    assert_eq!(dir.read("a.np"), "package a;\nstruct S { @0 a: u8, @1 b: u16 }\nenum E { @1 F }\n");
}

#[test]
fn a_file_that_is_not_there_is_an_error_of_its_own() {
    let run = npgen(&Dir::new("fmt_missing"), &["fmt", "none.np"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("there is no such file"), "{}", run.stderr);
}

#[test]
fn the_schemas_of_this_project_are_laid_out() {
    let dir = Dir::new("fmt_project");
    let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas");
    silent(&npgen(&dir, &["fmt", "--check", schemas]));
    silent(&npgen(
        &dir,
        &["fmt", "--check", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/chat.np")],
    ));
}
