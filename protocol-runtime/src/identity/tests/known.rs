//! What was trusted stays trusted, and what stands in the file besides stays there too.

use std::sync::Barrier;
use std::{fs, thread};

use super::{Dir, key, problem};
use crate::identity::file::{Lock, Pending};
use crate::identity::{
    FileProblem, KNOWN_SERVERS_BYTES_MAX, KNOWN_SERVERS_LINES_MAX, KnownServers, LineProblem,
    ServerName, Trusted,
};

fn name(text: &str) -> ServerName {
    text.parse().unwrap()
}

fn servers(dir: &Dir) -> KnownServers {
    KnownServers::new(dir.path("known_servers"))
}

fn listed(known: &KnownServers) -> Vec<String> {
    known.list().unwrap().iter().map(|entry| entry.server.to_string()).collect()
}

#[test]
fn a_server_is_trusted_found_listed_and_forgotten() {
    let dir = Dir::new();
    let known = servers(&dir);
    assert_eq!(known.find(&name("a:1")), Ok(None));
    assert_eq!(known.list(), Ok(vec![]));
    assert_eq!(known.forget(&name("a:1")), Ok(None));
    assert_eq!(dir.names(), [""; 0], "looking writes nothing");

    assert_eq!(known.trust(&name("B:1"), key(1)), Ok(Trusted::Now));
    assert_eq!(known.trust(&name("[::1]:2"), key(2)), Ok(Trusted::Now));
    assert_eq!(known.trust(&name("a:1"), key(1)), Ok(Trusted::Now));
    assert_eq!(known.trust(&name("b:1"), key(1)), Ok(Trusted::Before));
    assert_eq!(known.find(&name("b:1")), Ok(Some(key(1))));
    assert_eq!(known.find(&name("[0::1]:2")), Ok(Some(key(2))));
    assert_eq!(known.find(&name("b:2")), Ok(None), "another port is another server");
    assert_eq!(listed(&known), ["b:1", "[::1]:2", "a:1"]);
    let expected = format!("b:1 {}\n[::1]:2 {}\na:1 {}\n", key(1), key(2), key(1));
    assert_eq!(fs::read_to_string(known.path()).unwrap(), expected);

    assert_eq!(known.forget(&name("[::1]:2")), Ok(Some(key(2))));
    assert_eq!(listed(&known), ["b:1", "a:1"]);
    assert_eq!(dir.names(), ["known_servers", "known_servers.lock"]);
    #[cfg(unix)]
    for name in dir.names() {
        assert_eq!(super::mode(&dir.path(&name)), 0o600, "{name}");
    }
}

#[test]
fn another_key_is_refused_with_both_and_the_mend() {
    let dir = Dir::new();
    let known = servers(&dir);
    known.trust(&name("[::1]:2"), key(1)).unwrap();
    let error = known.trust(&name("[::1]:2"), key(2)).unwrap_err();
    let expected =
        FileProblem::OtherKey { server: "[::1]:2".into(), known: key(1), presented: key(2) };
    assert_eq!(problem(&error, known.path(), "npctl key forget [::1]:2"), expected);
    for key in [key(1), key(2)] {
        assert!(error.to_string().contains(&key.to_string()), "{error}");
        assert!(error.to_string().contains(&key.fingerprint()), "{error}");
    }
    assert_eq!(known.find(&name("[::1]:2")), Ok(Some(key(1))), "the old one stays");
}

#[test]
fn what_people_wrote_stays_as_they_wrote_it() {
    let dir = Dir::new();
    let text = format!("# mine\n\n  a:1   {} \r\n\t# b:1 was here\n", key(1));
    dir.write("known_servers", format!("{text}b:1 {}\n\n# end", key(2)), 0o600);
    let known = servers(&dir);
    assert_eq!(listed(&known), ["a:1", "b:1"]);
    known.forget(&name("b:1")).unwrap();
    assert_eq!(fs::read_to_string(known.path()).unwrap(), format!("{text}\n# end"));
    known.trust(&name("c:1"), key(3)).unwrap();
    let expected = format!("{text}\n# end\nc:1 {}\n", key(3));
    assert_eq!(fs::read_to_string(known.path()).unwrap(), expected, "on a line of its own");
}

#[test]
fn a_line_that_cannot_be_read_is_named_and_nothing_is_written() {
    let dir = Dir::new();
    let check = |text: &str, line, expected: fn(&LineProblem) -> bool| {
        let path = dir.write("known_servers", text, 0o600);
        let known = servers(&dir);
        let error = known.find(&name("a:1")).unwrap_err();
        let FileProblem::Line { line: found, problem } = &error.problem else { panic!("{error}") };
        assert_eq!(*found, line, "{error}");
        assert!(expected(problem), "{error}");
        assert!(error.to_string().contains(&format!(": line {line}: ")), "{error}");
        assert_eq!(known.trust(&name("z:1"), key(1)), Err(error.clone()));
        assert_eq!(known.forget(&name("a:1")), Err(error));
        assert_eq!(fs::read_to_string(path).unwrap(), text);
    };
    let k = key(1);
    check("a:1", 1, |p| matches!(p, LineProblem::NotServerAndKey));
    check(&format!("#\na:1 {k} b:1"), 2, |p| matches!(p, LineProblem::NotServerAndKey));
    check(&format!("#\n\n::1:1 {k}"), 3, |p| matches!(p, LineProblem::Server(_)));
    check(&format!("a:1 {}", "x".repeat(43)), 1, |p| matches!(p, LineProblem::Key(_)));
    check(&format!("a:1 {k}\nA:01 {k}\n"), 2, |p| {
        matches!(p, LineProblem::Duplicate { first: 1, what: "server" })
    });
    let first = format!("[::1]:1 {k}\n# between\n[0::1]:1 {}\n", key(2));
    check(&first, 3, |p| matches!(p, LineProblem::Duplicate { first: 1, .. }));
}

#[test]
fn what_was_trusted_at_once_is_all_there() {
    const THREADS: u8 = 12;
    let dir = Dir::new();
    let known = servers(&dir);
    known.trust(&name("old:1"), key(200)).unwrap();
    let start = Barrier::new(THREADS.into());
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (known, start) = (&known, &start);
            scope.spawn(move || {
                start.wait();
                for port in 1..=4 {
                    let server = ServerName::new(&format!("host{number}"), port).unwrap();
                    assert_eq!(known.trust(&server, key(number + 1)), Ok(Trusted::Now));
                    // Never anything but whole lines, whoever writes meanwhile.
                    assert_eq!(known.find(&name("old:1")), Ok(Some(key(200))));
                }
                let third = ServerName::new(&format!("host{number}"), 3).unwrap();
                assert_eq!(known.forget(&third), Ok(Some(key(number + 1))));
            });
        }
    });
    assert_eq!(known.list().unwrap().len(), 1 + usize::from(THREADS) * 3);
    for number in 0..THREADS {
        for port in [1, 2, 4] {
            let server = ServerName::new(&format!("host{number}"), port).unwrap();
            assert_eq!(known.find(&server), Ok(Some(key(number + 1))));
        }
    }
    assert_eq!(dir.names(), ["known_servers", "known_servers.lock"]);
}

#[test]
fn one_server_trusted_at_once_by_many_has_the_key_of_the_first() {
    const THREADS: u8 = 8;
    let dir = Dir::new();
    let known = servers(&dir);
    let start = Barrier::new(THREADS.into());
    let won: Vec<_> = thread::scope(|scope| {
        let run = |number: u8| {
            let (known, start) = (&known, &start);
            move || {
                start.wait();
                known.trust(&name("a:1"), key(number + 1)).is_ok().then_some(key(number + 1))
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(run(number))).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(won.len(), 1, "all others hear of it");
    assert_eq!(known.find(&name("a:1")), Ok(Some(won[0])));
}

#[test]
fn a_lock_that_is_never_given_back_is_not_waited_for_for_ever() {
    let dir = Dir::new();
    let known = servers(&dir);
    known.trust(&name("a:1"), key(1)).unwrap();
    let held = Lock::take(known.path()).unwrap();
    assert_eq!(known.find(&name("a:1")), Ok(Some(key(1))), "reading needs no lock");
    let error = Lock::attempt(known.path(), 2).err().unwrap();
    let path = dir.path("known_servers.lock");
    assert_eq!(problem(&error, &path, "a lock ends with its process"), FileProblem::Locked);
    drop(held);
    assert_eq!(known.trust(&name("b:1"), key(1)), Ok(Trusted::Now));
}

#[test]
fn a_lock_file_that_was_left_locks_nothing() {
    let dir = Dir::new();
    dir.write("known_servers.lock", "", 0o600);
    assert_eq!(servers(&dir).trust(&name("a:1"), key(1)), Ok(Trusted::Now));
}

#[test]
fn a_crash_before_the_new_name_leaves_the_old_servers() {
    let dir = Dir::new();
    let known = servers(&dir);
    known.trust(&name("a:1"), key(1)).unwrap();
    std::mem::forget(Pending::write(known.path(), "half of a li").unwrap());
    assert_eq!(listed(&known), ["a:1"]);
    assert_eq!(known.trust(&name("b:1"), key(2)), Ok(Trusted::Now));
    assert_eq!(listed(&known), ["a:1", "b:1"]);
}

#[test]
#[cfg(unix)]
fn a_list_that_others_may_change_is_refused_and_one_they_may_read_is_not() {
    let dir = Dir::new();
    let known = servers(&dir);
    known.trust(&name("a:1"), key(1)).unwrap();
    for mode in [0o620, 0o602, 0o666] {
        super::chmod(known.path(), mode);
        let error = known.find(&name("a:1")).unwrap_err();
        let expected = FileProblem::WritableByOthers { mode };
        assert_eq!(problem(&error, known.path(), "chmod go-w"), expected);
    }
    super::chmod(known.path(), 0o644);
    assert_eq!(known.find(&name("a:1")), Ok(Some(key(1))));
}

#[test]
#[cfg(unix)]
fn a_list_behind_a_link_is_changed_where_it_is() {
    let dir = Dir::new();
    fs::create_dir(dir.path("elsewhere")).unwrap();
    dir.write("elsewhere/real", format!("a:1 {}\n", key(1)), 0o600);
    std::os::unix::fs::symlink("elsewhere/real", dir.path("known_servers")).unwrap();
    let known = servers(&dir);
    known.trust(&name("b:1"), key(2)).unwrap();
    assert!(fs::symlink_metadata(known.path()).unwrap().is_symlink());
    assert_eq!(listed(&KnownServers::new(dir.path("elsewhere/real"))), ["a:1", "b:1"]);
}

#[test]
fn what_is_no_list_of_servers_is_refused() {
    let dir = Dir::new();
    let error = KnownServers::new(&dir.0).list().unwrap_err();
    assert_eq!(problem(&error, &dir.0, "name a file"), FileProblem::Directory);
    dir.write("known_servers", b"\xff", 0o600);
    assert_eq!(servers(&dir).list().unwrap_err().problem, FileProblem::NotUtf8);
    dir.write("known_servers", "", 0o600);
    assert_eq!(servers(&dir).list(), Ok(vec![]), "nobody was trusted yet");
}

#[test]
fn a_list_has_an_end() {
    let dir = Dir::new();
    let known = servers(&dir);
    let limit = KNOWN_SERVERS_LINES_MAX;
    let lines = |count| "#\n".repeat(count);
    dir.write("known_servers", lines(limit - 1), 0o600);
    known.trust(&name("last:1"), key(1)).unwrap();
    let error = known.trust(&name("more:1"), key(1)).unwrap_err();
    let expected = FileProblem::TooManyLines { limit };
    assert_eq!(problem(&error, known.path(), "delete lines"), expected);
    assert_eq!(listed(&known), ["last:1"], "and is still one");
    dir.write("known_servers", lines(limit + 1), 0o600);
    assert_eq!(known.list().unwrap_err().problem, FileProblem::TooManyLines { limit });

    let limit = KNOWN_SERVERS_BYTES_MAX;
    dir.write("known_servers", format!("#{}\n", "x".repeat(limit - 2)), 0o600);
    assert_eq!(known.list(), Ok(vec![]));
    let error = known.trust(&name("more:1"), key(1)).unwrap_err();
    assert_eq!(error.problem, FileProblem::TooLong { limit });
    dir.write("known_servers", format!("#{}\n", "x".repeat(limit - 1)), 0o600);
    assert_eq!(known.list().unwrap_err().problem, FileProblem::TooLong { limit });
}
