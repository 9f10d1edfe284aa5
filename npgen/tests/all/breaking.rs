//! `npgen breaking` against files, directories and revisions.

use crate::common::{Dir, git, npgen, silent, snapshot, write};

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
    let git = |arguments: &[&str]| git(&dir, arguments);
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

/// A repository with one commit, tagged `v1`, of what stands in `w`.
fn commit(dir: &Dir) {
    git(dir, &["init", "-q"]);
    git(dir, &["add", "w"]);
    git(dir, &["commit", "-q", "-m", "first"]);
    git(dir, &["tag", "v1"]);
}

#[test]
fn a_schema_that_was_moved_is_compared_with_what_it_was() {
    let dir = Dir::new("breaking_moved");
    std::fs::create_dir_all(dir.path("w/old")).unwrap();
    write(&dir, "w/old/a.np", OLD);
    write(&dir, "w/kept.np", "package kept;\nprotocol Kept { Ping }\n");
    // Of the same package, and not what was moved.
    write(&dir, "w/copy.np", "package example;\nstruct Copy {}\n");
    commit(&dir);
    std::fs::create_dir_all(dir.path("x")).unwrap();
    std::fs::remove_file(dir.path("w/old/a.np")).unwrap();
    write(&dir, "x/b.np", broken());
    let note = "note: the package `example` was elsewhere, and is compared with `v1:w/old/a.np`\n";
    for path in ["x", "x/b.np"] {
        let run = npgen(&dir, &["breaking", "--against", "v1", path]);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert_eq!(run.stderr.replace('\\', "/"), format!("{note}error: 3 breaking changes\n"));
    }
    // A copy is compared with what it was copied from.
    write(&dir, "x/kept.np", "package kept;\nprotocol Kept { Ping -> u8 }\n");
    let run = npgen(&dir, &["breaking", "--against", "v1", "x/kept.np"]);
    assert!(run.stdout.contains("error[NPB401] Kept.Ping"), "{}", run.stdout);
    std::fs::remove_file(dir.path("x/kept.np")).unwrap();
    // A file or a directory is matched by package as well.
    std::fs::create_dir_all(dir.path("y")).unwrap();
    write(&dir, "y/c.np", OLD);
    let run = npgen(&dir, &["breaking", "--against", "y", "x"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 3 breaking changes\n"));
    // Also from a folder of the repository.
    let mut inside = crate::common::command(&dir, &["breaking", "--against", "v1"]);
    inside.current_dir(dir.path("x"));
    let run = crate::common::Run::of(inside, b"");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(1), format!("{note}error: 3 breaking changes\n").as_str())
    );
}

#[test]
fn what_was_compared_with_nothing_is_not_said_to_be_well() {
    let dir = Dir::new("breaking_nothing");
    std::fs::create_dir_all(dir.path("w")).unwrap();
    write(&dir, "w/readme", "nothing yet");
    commit(&dir);
    write(&dir, "w/a.np", OLD);
    write(&dir, "w/b.np", "package other;\n");
    let run = npgen(&dir, &["breaking", "--against", "v1", "w"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    let told = "error: nothing was compared: `v1` has no package `example`, `other`\n";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);
    // Two packages that do not break anybody by being gone, and two others.
    std::fs::create_dir_all(dir.path("x")).unwrap();
    write(&dir, "x/c.np", "package c;\nstruct C {}\n");
    write(&dir, "x/d.np", "package d;\nstruct D {}\n");
    let run = npgen(&dir, &["breaking", "--against", "x", "w"]);
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    assert!(run.stderr.starts_with("error: nothing was compared: `x` has no"), "{}", run.stderr);
    // What is gone and breaks somebody is told all the same.
    let run = npgen(&dir, &["breaking", "--against", "w", "x"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("error[NPB003] Chat"), "{}", run.stdout);
}

#[test]
fn files_of_one_package_are_compared_each_by_itself() {
    let dir = Dir::new("breaking_same_package");
    let chat = |ty: &str| {
        format!("package example;\nstruct Said {{ n: {ty} }}\nprotocol A {{ Say(Said) }}\n")
    };
    let logs = |ty: &str| {
        format!("package example;\nstruct Line {{ n: {ty} }}\nprotocol B {{ Ship(Line) }}\n")
    };
    for (folder, chat_name, ty) in [("old", "chat.np", "u8"), ("new", "talk.np", "u16")] {
        std::fs::create_dir_all(dir.path(folder)).unwrap();
        write(&dir, &format!("{folder}/{chat_name}"), chat(ty));
        write(&dir, &format!("{folder}/logs.np"), logs(ty));
    }
    let run = npgen(&dir, &["breaking", "--against", "old", "new"]);
    assert_eq!(run.code, Some(1));
    for path in ["error[NPB201] Said.n", "error[NPB201] Line.n"] {
        assert!(run.stdout.contains(path), "{}", run.stdout);
    }
    let told = run.stderr.replace('\\', "/");
    assert!(told.contains("each is compared by itself: `new/logs.np`, `new/talk.np`"), "{told}");
    assert!(told.ends_with("error: 2 breaking changes\n"), "{told}");
}

#[test]
fn what_old_peers_read_of_a_removed_field_is_its_default() {
    let dir = Dir::new("breaking_default");
    write(&dir, "old.np", "package a;\nstruct S { @0 n: u32 = 7 }\n");
    write(&dir, "new.np", "package a;\nstruct S { @0 _: u32 }\n");
    let run = npgen(&dir, &["breaking", "--against", "old.np", "new.np", "--verbose"]);
    assert!(run.stdout.contains("note[NPB222] S.n"), "{}", run.stdout);
    assert!(run.stdout.contains("as its default, or zero"), "{}", run.stdout);
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
