//! Who may come in, and until when; and that a bad file takes nobody's right away.

use std::fs;
use std::sync::Arc;

use super::{Dir, key, problem};
use crate::identity::{
    ALLOW_LIST_BYTES_MAX, ALLOW_LIST_LINES_MAX, AllowList, AllowListFile, Entry, FileError,
    FileProblem, LineProblem, Reload,
};

fn load(text: impl AsRef<[u8]>) -> Result<AllowList, FileProblem> {
    let dir = Dir::new();
    let path = dir.write("allowed", text, 0o644);
    AllowList::load(&path).map_err(|error: FileError| {
        assert_eq!(error.path, path);
        error.problem
    })
}

#[track_caller]
fn mistake(text: &str) -> (usize, LineProblem, String) {
    let found = load(text).unwrap_err();
    let FileProblem::Line { line, problem } = &found else { panic!("{found}") };
    (*line, problem.clone(), problem.to_string())
}

#[test]
fn a_key_comes_in_under_its_name_with_its_roles() {
    let text = format!(
        "# who may come in\n\n{} alice roles=admin,read\n\t{}  bob@example.org \r\n{} eve not-after=2027-01-01T00:00:00Z\n",
        key(1),
        key(2),
        key(3)
    );
    let list = load(text).unwrap();
    let names: Vec<_> = [1, 2, 3, 4].map(|n| list.find(&key(n), 0).map(Entry::name)).into();
    assert_eq!(names, [Some("alice"), Some("bob@example.org"), Some("eve"), None]);
    let alice = list.find(&key(1), 0).unwrap();
    assert_eq!(
        (alice.key(), alice.roles()),
        (key(1), &["admin".to_owned(), "read".to_owned()][..])
    );
    assert_eq!(alice.not_after(), None);
    assert_eq!((list.len(), list.is_empty(), list.iter().count()), (3, false, 3));
    assert!(list.find(&key(1), u64::MAX).is_some(), "without an end there is none");
}

#[test]
fn a_key_comes_in_until_its_time_and_not_a_millisecond_longer() {
    let at = |text: &str| load(format!("{} a not-after={text}\n", key(1))).unwrap();
    let last = 1_798_761_600_000;
    for text in ["2027-01-01T00:00:00Z", "2027-01-01T01:00:00+01:00", "2027-01-01T00:00:00.000000Z"]
    {
        let list = at(text);
        assert!(list.find(&key(1), 0).is_some());
        assert!(list.find(&key(1), last).is_some());
        assert!(list.find(&key(1), last + 1).is_none());
        assert!(list.find(&key(1), u64::MAX).is_none());
        assert_eq!(list.len(), 1, "it is in the list still");
    }
    assert!(at("1969-12-31T23:59:59Z").find(&key(1), 0).is_none());
    assert!(at("2027-01-01T00:00:00.0005Z").find(&key(1), last).is_some());
    assert!(at("2027-01-01T00:00:00.0005Z").find(&key(1), last + 1).is_none());
}

#[test]
fn an_entry_as_text_is_its_line() {
    let lines = [
        format!("{} alice", key(1)),
        format!("{} alice roles=b,a not-after=2027-01-01T00:00:00Z", key(1)),
    ];
    for line in lines {
        let list = load(&line).unwrap();
        assert_eq!(list.iter().next().unwrap().to_string(), line);
    }
    let entry = Entry::new(key(1), "alice").unwrap();
    assert_eq!(load(entry.to_string()).unwrap().iter().next(), Some(&entry));
    for bad in ["", "a b", "a=b", "a,b", "#a", "a\n", &"x".repeat(129)] {
        assert!(matches!(Entry::new(key(1), bad), Err(LineProblem::BadName { .. })), "{bad}");
    }
    assert!(Entry::new(key(1), &"x".repeat(128)).is_ok());
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let k = key(1);
    assert!(matches!(mistake("x y"), (1, LineProblem::Key(_), _)));
    assert!(matches!(mistake(&format!("#\n{k}")), (2, LineProblem::NoName, _)));
    assert!(matches!(mistake(&format!("\n\n{k} a=b")), (3, LineProblem::BadName { .. }, _)));
    assert!(matches!(mistake(&format!("{k} #a")), (1, LineProblem::BadName { .. }, _)));
    for roles in ["", ",", "a,", ",a", "a,a", "a=b"] {
        let (line, problem, text) = mistake(&format!("{k} a roles={roles}"));
        assert_eq!((line, &problem), (1, &LineProblem::BadRoles { roles: roles.to_owned() }));
        assert!(text.contains("each once"), "{text}");
    }
    let roles = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(load(format!("{k} a roles={}", roles(32))).unwrap().len(), 1);
    assert!(matches!(
        mistake(&format!("{k} a roles={}", roles(33))),
        (1, LineProblem::BadRoles { .. }, _)
    ));
    for time in ["", "tomorrow", "2027-01-01", "2027-02-29T00:00:00Z", "2027-01-01T00:00:00"] {
        let (_, problem, text) = mistake(&format!("{k} a not-after={time}"));
        assert!(matches!(problem, LineProblem::NotAfter { .. }), "{text}");
        assert!(text.contains("2026-02-03T04:05:06.5Z"), "an example: {text}");
    }
    let end = "not-after=2027-01-01T00:00:00Z";
    for more in ["b", "role=a", "Roles=a", "# note", "roles=a roles=b", &format!("{end} {end}")] {
        let (_, problem, text) = mistake(&format!("{k} a {more}"));
        assert!(matches!(problem, LineProblem::UnknownWord { .. }), "{text}");
        assert!(text.contains("`roles=a,b`"), "{text}");
    }
    let (line, problem, _) = mistake(&format!("{k} a\n#\n{} b\n{k} c roles=d", key(2)));
    assert_eq!((line, problem), (4, LineProblem::Duplicate { first: 1, what: "key" }));
    let (_, _, text) = mistake(&format!("{k} a \x1b[31mred"));
    assert!(!text.contains('\x1b'), "nothing that a terminal obeys");
}

#[test]
fn a_list_of_nobody_is_one_and_an_empty_file_is_none() {
    assert!(load("# nobody\n").unwrap().is_empty());
    assert!(load("\n").unwrap().is_empty());
    assert_eq!(load(""), Err(FileProblem::Empty));
    assert_eq!(load(b"\xff"), Err(FileProblem::NotUtf8));
}

#[test]
fn a_list_has_an_end() {
    let limit = ALLOW_LIST_LINES_MAX;
    assert!(load("#\n".repeat(limit)).is_ok());
    assert_eq!(load("#\n".repeat(limit + 1)), Err(FileProblem::TooManyLines { limit }));
    let limit = ALLOW_LIST_BYTES_MAX;
    assert!(load("#".repeat(limit)).is_ok());
    assert_eq!(load("#".repeat(limit + 1)), Err(FileProblem::TooLong { limit }));
}

#[test]
fn a_list_that_is_in_memory_is_read_as_one_in_a_file() {
    let text = format!("{} a\n", key(1));
    assert_eq!(AllowList::from_text(&text), load(&text));
    assert_eq!(AllowList::from_text(""), Err(FileProblem::Empty));
}

#[test]
#[cfg(unix)]
fn a_list_that_others_may_change_is_refused() {
    let dir = Dir::new();
    let path = dir.write("allowed", format!("{} a\n", key(1)), 0o664);
    let error = AllowList::load(&path).unwrap_err();
    let expected = FileProblem::WritableByOthers { mode: 0o664 };
    assert_eq!(problem(&error, &path, "chmod go-w"), expected);
}

/// A list with one key, and the file it follows.
fn followed() -> (Dir, AllowListFile) {
    let dir = Dir::new();
    let path = dir.write("allowed", format!("{} one\n", key(1)), 0o644);
    let file = AllowListFile::open(&path).unwrap();
    assert_eq!(file.path(), path);
    assert!(file.list().find(&key(1), 0).is_some());
    (dir, file)
}

#[track_caller]
fn new(file: &mut AllowListFile) -> Arc<AllowList> {
    let found = file.reload();
    let Reload::New(list) = found else { panic!("{found:?}") };
    assert_eq!(list, *file.list());
    list
}

#[test]
fn a_list_follows_its_file() {
    let (dir, mut file) = followed();
    assert_eq!(file.reload(), Reload::Same);
    dir.write("allowed", format!("{} one\n{} two\n", key(1), key(2)), 0o644);
    assert_eq!(new(&mut file).len(), 2);
    assert_eq!(file.reload(), Reload::Same);
    dir.write("allowed", format!("{} two\n", key(2)), 0o644);
    let list = new(&mut file);
    assert!(list.find(&key(1), 0).is_none() && list.find(&key(2), 0).is_some());

    dir.write("new", format!("{} three\n", key(3)), 0o644);
    fs::rename(dir.path("new"), dir.path("allowed")).unwrap();
    assert!(new(&mut file).find(&key(3), 0).is_some());
}

#[test]
fn an_edit_that_leaves_time_and_length_as_they_were_is_seen() {
    let (dir, mut file) = followed();
    let path = dir.path("allowed");
    let before = fs::metadata(&path).unwrap();
    fs::write(&path, format!("{} one\n", key(2))).unwrap();
    let handle = fs::File::options().write(true).open(&path).unwrap();
    handle.set_modified(before.modified().unwrap()).unwrap();
    let after = fs::metadata(&path).unwrap();
    let stamp = |found: &fs::Metadata| (found.len(), found.modified().unwrap());
    assert_eq!(stamp(&after), stamp(&before));
    let list = new(&mut file);
    assert!(list.find(&key(1), 0).is_none() && list.find(&key(2), 0).is_some());
}

#[test]
fn a_file_that_goes_leaves_the_list_and_is_reported_once() {
    let (dir, mut file) = followed();
    let path = dir.path("allowed");
    let text = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let Reload::Kept(error) = file.reload() else { panic!("kept") };
    assert_eq!(problem(&error, &path, "npctl key show --allow NAME"), FileProblem::NoList);
    assert_eq!(file.reload(), Reload::Same, "once");
    assert!(file.list().find(&key(1), 0).is_some());

    // Back as it was, it is good news all the same.
    dir.write("allowed", text, 0o644);
    assert_eq!(new(&mut file).len(), 1);
    assert_eq!(file.reload(), Reload::Same);
}

#[test]
fn a_file_that_breaks_leaves_the_list_and_each_new_break_is_reported() {
    let (dir, mut file) = followed();
    for bad in ["", "half of a li", &format!("{} a\n{} b\n", key(2), key(2))] {
        dir.write("allowed", bad, 0o644);
        assert!(matches!(file.reload(), Reload::Kept(_)), "{bad}");
        assert_eq!(file.reload(), Reload::Same);
        assert!(file.list().find(&key(1), 0).is_some() && file.list().len() == 1);
    }
    dir.write("allowed", format!("{} two\n", key(2)), 0o644);
    assert!(new(&mut file).find(&key(1), 0).is_none());
}

#[test]
#[cfg(unix)]
fn a_file_that_others_may_change_from_now_on_is_not_believed_any_more() {
    let (dir, mut file) = followed();
    let path = dir.path("allowed");
    super::chmod(&path, 0o666);
    let Reload::Kept(error) = file.reload() else { panic!("kept") };
    assert_eq!(error.problem, FileProblem::WritableByOthers { mode: 0o666 });
    super::chmod(&path, 0o644);
    assert!(matches!(file.reload(), Reload::New(_)));
}

#[test]
#[cfg(unix)]
fn a_list_behind_a_link_follows_the_link() {
    let dir = Dir::new();
    dir.write("first", format!("{} one\n", key(1)), 0o644);
    dir.write("second", format!("{} two\n", key(2)), 0o644);
    let link = |target: &str| {
        std::os::unix::fs::symlink(target, dir.path("next")).unwrap();
        fs::rename(dir.path("next"), dir.path("allowed")).unwrap();
    };
    link("first");
    let mut file = AllowListFile::open(dir.path("allowed")).unwrap();
    link("second");
    assert!(new(&mut file).find(&key(2), 0).is_some());
}

#[test]
fn there_is_no_following_without_a_first_list() {
    let dir = Dir::new();
    let path = dir.path("allowed");
    assert_eq!(AllowListFile::open(&path).unwrap_err().problem, FileProblem::NoList);
}
