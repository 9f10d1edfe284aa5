//! `npctl call` with streams, and how it ends early.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Command;

use crate::common::Dir;
use crate::desk::{Served, finish};

#[test]
fn a_stream_from_the_server_is_a_line_for_each_item() {
    let (dir, server) = (Dir::new("stream_from"), Served::plain());
    assert_eq!(server.call(&dir, &["Desk.Count", "3"]).good(), "0\n1\n2\n");
    let run = server.call(&dir, &["Desk.Count", "11"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 10), "{run:?}");
    assert!(run.stderr.ends_with("`Odd`\n{\"Number\":10}\n"), "{run:?}");
    server.call(&dir, &["Desk.Count", "13"]).refused(1);
}

#[test]
fn a_stream_to_the_server_is_read_line_by_line() {
    let (dir, server) = (Dir::new("stream_to"), Served::plain());
    let sum = |input| server.feed(&dir, &["Desk.Sum", r#"{"start":10}"#], input);
    assert_eq!(sum("1\n2\n\n3").good(), "16\n");
    assert_eq!(sum("").good(), "10\n");
    assert_eq!(server.call(&dir, &["Desk.Sum"]).good(), "0\n");
    let run = server.feed(&dir, &["Desk.Sum", "-"], "1");
    assert!(run.refused(2).contains("-d @FILE"), "{run:?}");
}

#[test]
fn a_line_that_is_no_item_cancels_the_call() {
    let (dir, server) = (Dir::new("stream_wrong"), Served::plain());
    let mut child = server.begin(&dir, &["Desk.Sum"]);
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "1").unwrap();
    assert_eq!(server.told(), "sum is 1");
    writeln!(input, "\"two\"\n3").unwrap();
    let run = finish(child);
    assert!(run.refused(2).contains("line 2 of the standard input"), "{run:?}");
    assert_eq!(server.told(), "sum was given up");
}

#[test]
fn both_streams_flow_at_once() {
    let (dir, server) = (Dir::new("stream_both"), Served::plain());
    let mut child = server.begin(&dir, &["Desk.Talk", r#"{"nick":"ann"}"#]);
    let mut mouth = child.stdin.take().unwrap();
    let mut heard = BufReader::new(child.stdout.take().unwrap());
    for text in ["\"hello\"", "\"again\""] {
        writeln!(mouth, "{text}").unwrap();
        let mut line = String::new();
        heard.read_line(&mut line).unwrap();
        assert_eq!(line, format!("\"ann: {}\n", text.trim_start_matches('"')));
    }
    drop(mouth);
    let mut rest = String::new();
    heard.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}

#[test]
fn what_the_server_sends_by_itself_is_printed_where_that_is_asked_for() {
    let (dir, server) = (Dir::new("stream_events"), Served::plain());
    assert_eq!(server.call(&dir, &["Desk.Echo", "\"a\""]).good(), "\"a\"\n");
    let run = server.call(&dir, &["Desk.Echo", "\"a\"", "--events", "--stay", "1ms"]);
    let mut lines: Vec<_> = run.good().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["\"a\"", "{\"News\":\"echoed a\"}"]);
}

#[test]
fn a_reader_that_goes_away_ends_the_call_in_silence() {
    let (dir, server) = (Dir::new("stream_pipe"), Served::plain());
    let mut child = server.begin(&dir, &["Desk.Count", "100000000"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "0\n");
    finish(child).good();
    assert_eq!(server.told(), "count was given up");
}

#[test]
fn a_server_that_goes_in_mid_stream_is_told_with_what_came() {
    let (dir, mut server) = (Dir::new("stream_lost"), Served::plain());
    let child = server.begin(&dir, &["Desk.Fall"]);
    assert_eq!(server.told(), "falling");
    server.fall();
    let run = finish(child);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.starts_with("error: the connection was lost"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_the_call() {
    let (dir, server) = (Dir::new("stream_interrupt"), Served::plain());
    let child = server.begin(&dir, &["Desk.Hang", "1"]);
    assert_eq!(server.told(), "hanging 1");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert!(finish(child).refused(130).contains("the call was cancelled"));
    assert_eq!(server.told(), "hang was given up");
}
