//! Servers trusted, listed and forgotten.

use std::process::Stdio;

use crate::common::{Dir, command, key, npctl, snapshot};

#[test]
fn a_server_is_trusted_listed_and_forgotten() {
    let dir = Dir::new("servers");
    let (one, two) = (key(1).to_string(), key(2).to_string());
    let mut texts = String::new();
    let mut run = |arguments: &[&str]| {
        let run = npctl(&dir, &[&["key"], arguments].concat());
        let text = format!("$ npctl key {}\n{}{}", arguments.join(" "), run.stdout, run.stderr);
        texts.push_str(&dir.plain(&text));
        run.code
    };
    assert_eq!(run(&["list"]), Some(0));
    assert_eq!(run(&["list", "--json"]), Some(0));
    assert_eq!(run(&["trust", "example.com:9000", &one]), Some(0));
    assert_eq!(run(&["trust", "tcp://[0::1]:9000", &two]), Some(0));
    assert_eq!(run(&["trust", "EXAMPLE.com:9000", &one]), Some(0));
    assert_eq!(run(&["trust", "example.com:9000", &two]), Some(1));
    assert_eq!(run(&["list"]), Some(0));
    assert_eq!(run(&["list", "--json"]), Some(0));
    assert_eq!(run(&["forget", "example.com:9000"]), Some(0));
    assert_eq!(run(&["forget", "example.com:9000"]), Some(1));
    assert_eq!(run(&["list"]), Some(0));
    snapshot("servers.txt", &texts);
    assert_eq!(dir.read("state/known_servers"), format!("[::1]:9000 {two}\n"));
}

#[test]
fn looking_makes_nothing() {
    let dir = Dir::new("looking");
    for arguments in [&["key", "list"][..], &["key", "forget", "a:1"], &["key", "show"]] {
        npctl(&dir, arguments);
    }
    assert!(!dir.path("state").exists());
}

#[test]
fn a_broken_list_is_named_with_its_line_and_left_as_it_is() {
    let dir = Dir::new("broken");
    npctl(&dir, &["key", "trust", "a:1", &key(1).to_string()]).good();
    let text = format!("# mine\na:1 {}\na:1 {}\n", key(1), key(2));
    std::fs::write(dir.path("state/known_servers"), &text).unwrap();
    let key = key(3).to_string();
    for arguments in [&["list"][..], &["trust", "b:1", &key], &["forget", "a:1"]] {
        let run = npctl(&dir, &[&["key"], arguments].concat());
        assert!(run.refused(2).contains("line 3: line 2 speaks of the same server"), "{run:?}");
    }
    assert_eq!(dir.read("state/known_servers"), text);
}

#[test]
fn processes_that_trust_at_once_lose_nothing() {
    const PROCESSES: u8 = 16;
    let dir = Dir::new("at_once");
    let children: Vec<_> = (1..=PROCESSES)
        .map(|number| {
            let server = format!("host{number}:9000");
            let mut command = command(&dir, &["key", "trust", &server, &key(number).to_string()]);
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let listed = npctl(&dir, &["key", "list"]);
    assert_eq!(listed.good().lines().count(), usize::from(PROCESSES));
    for number in 1..=PROCESSES {
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            words.next() == Some(&format!("host{number}:9000"))
                && words.next() == Some(&key(number).to_string())
        };
        assert!(listed.stdout.lines().any(line), "host{number}");
    }
}

#[test]
fn processes_that_make_one_identity_at_once_leave_one() {
    const PROCESSES: usize = 8;
    let dir = Dir::new("one_identity");
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let mut command = command(&dir, &["key", "new"]);
            let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
            command.stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let outputs: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let won: Vec<_> = outputs.iter().filter(|output| output.status.success()).collect();
    assert_eq!(won.len(), 1, "{outputs:?}");
    assert!(outputs.iter().all(|output| matches!(output.status.code(), Some(0 | 1))));
    let shown = npctl(&dir, &["key", "show"]);
    assert_eq!(shown.good().as_bytes(), won[0].stdout);
}
