//! The example of two processes, as people run it: the first contact, the second, a server whose
//! key was changed, and the mend.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it is wrong"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The programs, built as everything else is; with other features they would be built anew.
fn build() -> [PathBuf; 2] {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--bin", "npctl", "--example", "two_processes"])
        .args(["--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(built.status.success());
    let text = String::from_utf8(built.stdout).unwrap();
    let messages: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    ["two_processes", "npctl"].map(|name| {
        let made = messages.iter().filter(|message| message["target"]["name"] == name);
        let program = made.filter_map(|message| message["executable"].as_str()).next_back();
        program.unwrap_or_else(|| panic!("{name} was not built")).into()
    })
}

fn command(program: &Path, state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env("NETWORK_PROTOCOL_STATE_DIR", state).stdin(Stdio::null());
    command
}

/// A server, ended when dropped.
struct Server {
    process: Child,
    address: String,
    fingerprint: String,
}

impl Server {
    fn start(program: &Path, state: &Path, address: &str) -> Self {
        let mut command = command(program, state, &["serve", address]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let line = line.trim_end().strip_prefix("listening at ").unwrap();
        let (address, fingerprint) = line.split_once(" with the key ").unwrap();
        Self { process, address: address.to_owned(), fingerprint: fingerprint.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Whether it went well, and what was printed.
fn run(mut command: Command) -> (bool, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn two_processes_without_a_key_talk_encrypted_and_notice_a_changed_one() {
    let [example, npctl] = build();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("two-processes");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).unwrap();
    }
    std::fs::create_dir_all(&dir).unwrap();
    let (server, client) = (dir.join("server"), dir.join("client"));
    let known = || std::fs::read_to_string(client.join("known_servers")).unwrap();

    let first = Server::start(&example, &server, "tcp://127.0.0.1:0");
    let address = first.address.clone();
    let name = address.trim_start_matches("tcp://");
    let greet = || run(command(&example, &client, &["greet", &address, "you"]));
    let (good, said, complaint) = greet();
    assert!(good, "{complaint}");
    let show = ["key", "show", "--public"];
    let (_, key, _) = run(command(&npctl, &server, &show));
    assert!(said.contains("Noise_XX_25519_") && said.contains(key.trim_end()), "{said}");
    assert!(said.starts_with("hello, you, with the key "), "{said}");
    assert_eq!(known(), format!("{name} {key}"));

    // The second contact is with a server that is known, by a client that is the same.
    let (good, again, complaint) = greet();
    assert!(good, "{complaint}");
    assert_eq!((again, known()), (said, format!("{name} {key}")));

    let old = first.fingerprint.clone();
    drop(first);
    std::fs::remove_file(server.join("identity")).unwrap();
    let second = Server::start(&example, &server, &address);
    assert_ne!(second.fingerprint, old);
    let (good, said, complaint) = greet();
    assert!(!good && said.is_empty(), "{said}");
    let file = client.join("known_servers");
    let mend = format!("npctl key forget {name}");
    for part in [old.as_str(), &second.fingerprint, &mend, file.to_str().unwrap()] {
        assert!(complaint.contains(part), "{part}: {complaint}");
    }
    assert!(!complaint.contains("--state-dir"), "npctl looks there by itself: {complaint}");
    assert_eq!(known(), format!("{name} {key}"));

    // What the complaint says.
    let words: Vec<_> = mend.split(' ').skip(1).collect();
    let (good, _, complaint) = run(command(&npctl, &client, &words));
    assert!(good, "{complaint}");
    let (good, said, complaint) = greet();
    assert!(good, "{complaint}");
    assert!(said.starts_with("hello, you, "), "{said}");
    assert_eq!(second.address, address);
}

#[test]
fn the_program_says_how_it_is_used() {
    let [program, _] = build();
    let state = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for help in ["-h", "--help"] {
        let output = command(&program, state, &[help]).output().unwrap();
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
        assert!(
            String::from_utf8(output.stdout).unwrap().starts_with("Usage: two_processes serve")
        );
    }
    for wrong in [&[][..], &["greet"], &["serve", "a", "b"]] {
        let output = command(&program, state, wrong).output().unwrap();
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(2), &b""[..]));
        assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: two_processes serve"));
    }
}
