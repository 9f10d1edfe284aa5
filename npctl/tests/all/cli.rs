//! What is the same for all subcommands: help, exit codes, colours, completions, pipes.

use crate::common::{Dir, Run, command, npctl, snapshot};

const SUBCOMMANDS: [&[&str]; 11] = [
    &[],
    &["key"],
    &["key", "new"],
    &["key", "show"],
    &["key", "shared"],
    &["key", "trust"],
    &["key", "forget"],
    &["key", "list"],
    &["cert"],
    &["cert", "dev"],
    &["completions"],
];

#[test]
fn the_example_in_every_help_runs() {
    let top = Dir::new("help");
    for subcommand in SUBCOMMANDS {
        let run = npctl(&top, &[subcommand, &["--help"]].concat());
        let help = run.good();
        assert!(help.contains("Exit codes:"), "{help}");
        let (_, after) = help.split_once("Example:\n").unwrap();
        let mut words = after.lines().next().unwrap().split_whitespace();
        assert_eq!(words.next(), Some("npctl"));
        let example: Vec<_> = words.collect();
        let dir = Dir::new(&format!("help_{}", subcommand.join("_")));
        // What is shown, and who is forgotten, must be there.
        if subcommand == ["key", "show"] {
            npctl(&dir, &["key", "new"]).good();
        }
        if subcommand == ["key", "forget"] {
            let key = crate::common::key(1).to_string();
            npctl(&dir, &["key", "trust", "example.com:9000", &key]).good();
        }
        let run = npctl(&dir, &example);
        assert_eq!(run.code, Some(0), "{example:?}: {run:?}");
    }
}

#[test]
fn wrong_arguments_are_a_matter_of_their_own() {
    let dir = Dir::new("usage");
    let key = crate::common::key(1).to_string();
    for arguments in [
        &["key", "trust", "a:1"][..],
        &["key", "forget"],
        &["key", "trust", "a:1", &key, "more"],
        &["key", "show", "--public", "--json"],
        &["key", "show", "--shared"],
        &["frobnicate"],
        &["key"],
        &[],
    ] {
        let run = npctl(&dir, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.contains("Usage: npctl"), "{}", run.stderr);
    }
    assert!(!dir.path("state").exists(), "nothing was made");
}

#[test]
fn a_server_or_a_key_that_is_none_is_answered_with_how_to_write_one() {
    let dir = Dir::new("bad_server");
    let key = crate::common::key(1).to_string();
    let mut texts = String::new();
    for (server, key) in [("::1:9000", key.as_str()), ("host", &key), ("a:1", &key[1..])] {
        let run = npctl(&dir, &["key", "trust", server, key]);
        texts.push_str(run.refused(2));
        texts.push('\n');
    }
    snapshot("bad_server.txt", &texts);
    assert!(!dir.path("state").exists(), "nothing was made");
}

#[test]
fn completions_speak_of_every_subcommand() {
    let dir = Dir::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = npctl(&dir, &["completions", shell]);
        for word in [SUBCOMMANDS.concat(), vec!["call", "describe", "stats"]].concat() {
            assert!(run.good().contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn colour_is_for_terminals_and_those_who_insist() {
    let dir = Dir::new("colour");
    let arguments = ["key", "show"];
    let plain = npctl(&dir, &arguments).refused(2).to_owned();
    assert!(!plain.contains('\x1b'));
    assert!(!npctl(&dir, &["--help"]).stdout.contains('\x1b'));

    let mut insist = command(&dir, &arguments);
    insist.env("CLICOLOR_FORCE", "1");
    let coloured = Run::of(insist).stderr;
    assert!(coloured.contains("\x1b["));
    assert_eq!(without_escapes(&coloured), plain, "colours add nothing but colour");

    assert_eq!(npctl(&dir, &["--color", "always", "key", "show"]).stderr, coloured);
    let mut never = command(&dir, &["key", "show", "--color=never"]);
    never.env("CLICOLOR_FORCE", "1");
    assert_eq!(Run::of(never).stderr, plain);

    let mut forbid = command(&dir, &arguments);
    forbid.env("NO_COLOR", "1");
    assert_eq!(Run::of(forbid).stderr, plain);
}

#[test]
fn the_state_directory_is_the_one_that_was_named() {
    let dir = Dir::new("state_dir");
    npctl(&dir, &["key", "new", "--state-dir", "here"]).good();
    assert!(dir.path("here/identity").exists() && !dir.path("state").exists());

    let mut standard = command(&dir, &["key", "new"]);
    standard.env_remove("NETWORK_PROTOCOL_STATE_DIR").env("XDG_STATE_HOME", dir.path("xdg"));
    if cfg!(unix) {
        Run::of(standard).good();
        assert!(dir.path("xdg/network-protocol/identity").exists());
    }

    let mut nowhere = command(&dir, &["key", "new"]);
    nowhere.env_remove("NETWORK_PROTOCOL_STATE_DIR").env_remove("LOCALAPPDATA");
    let run = Run::of(nowhere);
    assert!(run.refused(2).contains("--state-dir DIR"), "{run:?}");
}

#[test]
#[cfg(unix)]
fn a_reader_that_leaves_early_is_no_error() {
    use std::process::Stdio;

    let dir = Dir::new("pipe");
    for arguments in [&["completions", "bash"][..], &["key", "new"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = command(&dir, arguments);
        let command = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_cannot_be_written_is_an_error() {
    use std::process::Stdio;

    let dir = Dir::new("full");
    let mut command = command(&dir, &["completions", "bash"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.starts_with(b"error: cannot write the output"));
}

fn without_escapes(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut text, part| {
        text.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
        text
    })
}
