//! `npgen breaking` against files, directories and revisions.

use std::process::Command;

use crate::common::{Dir, npgen, silent, snapshot, write};

const OLD: &str = "package example;\n\nstruct User {\n    @0 id: u32,\n    @1 name: String,\n}\n\nprotocol Chat {\n    @1 Say(User),\n}\n";

fn renamed() -> String {
    OLD.replace("name", "nick").replace("Say(User),", "Say(User),\n    @2 Wave,")
}

fn broken() -> String {
    OLD.replace("id: u32", "id: u64")
        .replace("    @1 name: String,\n", "")
        .replace("Say(User)", "Say(User) -> ()")
}

#[test]
fn a_safe_change_is_met_with_silence() {
    let dir = Dir::new("breaking_safe");
    write(&dir, "old.np", OLD);
    write(&dir, "new.np", renamed());
    silent(&npgen(&dir, &["breaking", "--against", "old.np", "new.np"]));
    let run = npgen(&dir, &["breaking", "--against", "old.np", "new.np", "--verbose"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    snapshot("breaking_safe.txt", &run.stdout);
}

#[test]
fn each_break_is_a_line_that_says_how_to_allow_it() {
    let dir = Dir::new("breaking");
    write(&dir, "old.np", OLD);
    write(&dir, "new.np", broken());
    let run = npgen(&dir, &["breaking", "--against", "old.np", "new.np"]);
    assert_eq!(run.code, Some(1));
    snapshot("breaking.txt", &run.stdout);
    assert_eq!(run.stderr, "error: 3 breaking changes\n");

    let allowed = ["breaking", "--against", "old.np", "new.np", "--allow", "NPB101,npb201"];
    let run = npgen(&dir, &allowed);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 1 breaking change\n"));
    let mut all = allowed.to_vec();
    all.extend(["--allow", "NPB401"]);
    silent(&npgen(&dir, &all));

    let said = broken().replace("@0 id", "#[npgen::allow(NPB201)]\n    @0 id");
    write(&dir, "new.np", said.replace("package", "#![npgen::allow(NPB101, NPB401)]\npackage"));
    silent(&npgen(&dir, &["breaking", "--against", "old.np", "new.np"]));
}

#[test]
fn a_warning_is_no_failure() {
    let dir = Dir::new("breaking_warning");
    write(&dir, "old.np", OLD);
    write(&dir, "new.np", OLD.replace("@1 name", "#[max(8)]\n    @1 name"));
    let run = npgen(&dir, &["breaking", "--against", "old.np", "new.np"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "warning: 1 warning\n"));
    assert!(run.stdout.contains("warning[NPB211] User.name"), "{}", run.stdout);
}

#[test]
fn the_changes_are_there_as_json() {
    let dir = Dir::new("breaking_json");
    write(&dir, "old.np", OLD);
    write(&dir, "new.np", broken());
    let run = npgen(&dir, &["breaking", "--against", "old.np", "new.np", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    snapshot("breaking.json", &run.stdout);
}

#[test]
fn directories_are_compared_by_package() {
    let dir = Dir::new("breaking_dirs");
    for folder in ["old", "new"] {
        std::fs::create_dir_all(dir.path(folder)).unwrap();
    }
    write(&dir, "old/a.np", OLD);
    write(&dir, "old/b.np", "package other;\nprotocol Gone { Ping }\n");
    write(&dir, "new/elsewhere.np", renamed());
    let run = npgen(&dir, &["breaking", "--against", "old", "new"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 1 breaking change\n"));
    assert!(run.stdout.contains("error[NPB003] Gone"), "{}", run.stdout);
}

#[test]
fn what_is_used_of_other_packages_is_compared_too() {
    let dir = Dir::new("breaking_imports");
    let user = "package a;\nuse b::Page;\nprotocol P { Show(Page) }\n";
    for (folder, ty) in [("old", "u8"), ("new", "u16")] {
        std::fs::create_dir_all(dir.path(folder)).unwrap();
        write(&dir, &format!("{folder}/a.np"), user);
        write(&dir, &format!("{folder}/b.np"), format!("package b;\nstruct Page {{ n: {ty} }}\n"));
    }
    let run = npgen(&dir, &["breaking", "--against", "old/a.np", "new/a.np"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stdout.replace('\\', "/").starts_with("new/b.np:2:15: error[NPB201] Page.n"),
        "{}",
        run.stdout
    );
    let run = npgen(&dir, &["breaking", "--against", "old", "new"]);
    assert_eq!(run.stderr, "error: 1 breaking change\n", "told once: {}", run.stdout);
}

#[test]
fn a_revision_of_a_repository_is_read_by_git() {
    let dir = Dir::new("breaking_git");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(dir.root()).args(["-c", "user.name=n", "-c", "user.email=n@example"]);
        let done = git.args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    std::fs::create_dir_all(dir.path("w/gone")).unwrap();
    write(&dir, "w/a.np", OLD);
    write(&dir, "w/gone/b.np", "package b;\nprotocol Gone { Ping }\n");
    git(&["init", "-q"]);
    git(&["add", "w"]);
    git(&["commit", "-q", "-m", "first"]);
    git(&["tag", "v1"]);

    silent(&npgen(&dir, &["breaking", "--against", "v1", "w"]));
    write(&dir, "w/a.np", broken());
    write(&dir, "w/fresh.np", "package fresh;\nstruct New {}\n");
    let run = npgen(&dir, &["breaking", "--against", "v1", "w/a.np"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 3 breaking changes\n"));
    assert!(
        run.stdout.replace('\\', "/").contains("w/a.np:4:8: error[NPB201] User.id"),
        "{}",
        run.stdout
    );

    std::fs::remove_dir_all(dir.path("w/gone")).unwrap();
    let run = npgen(&dir, &["breaking", "--against", "HEAD", "w"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 4 breaking changes\n"));
    assert!(run.stdout.contains("error[NPB003] Gone"), "{}", run.stdout);
    // Without a path it is the working directory, here with the schemas of the tests, all new.
    std::fs::remove_dir_all(dir.path("schema")).unwrap();
    let run = npgen(&dir, &["breaking", "--against", "HEAD"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 4 breaking changes\n"));

    for revision in ["v2", "--help", "HEAD:nothing"] {
        let run = npgen(&dir, &["breaking", &format!("--against={revision}"), "w"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{revision}");
        assert!(run.stderr.contains(&format!("no git revision `{revision}`")), "{}", run.stderr);
    }
}

#[test]
fn without_git_there_are_files_and_directories() {
    let dir = Dir::new("breaking_no_git");
    write(&dir, "a.np", OLD);
    let mut command = crate::common::command(&dir, &["breaking", "--against", "v1", "a.np"]);
    command.env("PATH", dir.root());
    let run = crate::common::Run::of(command, b"");
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("the program `git` was not found"), "{}", run.stderr);
}

#[test]
fn arguments_that_say_too_little_or_nothing_are_refused() {
    let dir = Dir::new("breaking_usage");
    write(&dir, "a.np", OLD);
    for arguments in [
        &["breaking", "a.np"][..],
        &["breaking", "--against", "a.np"],
        &["breaking", "--against", "a.np", "a.np", "--allow", "NPB999"],
        &["breaking", "--against", "a.np", "none.np"],
    ] {
        let run = npgen(&dir, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!run.stderr.is_empty());
    }
}
