//! The programs of the README of earlier versions, as processes against each other.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use super::directory;

const PROGRAMS: [&str; 6] =
    ["tcp_server", "tcp_client", "tls_server", "tls_client", "daemon", "npctl"];

/// The programs, built as everything else is; with other features they would be built anew.
fn build() -> [PathBuf; 6] {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--workspace", "--bin", "npctl", "--message-format", "json"]);
    for example in &PROGRAMS[..5] {
        command.args(["--example", example]);
    }
    let built =
        command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().unwrap();
    assert!(built.status.success());
    let text = String::from_utf8(built.stdout).unwrap();
    let messages: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    PROGRAMS.map(|name| {
        let made = messages.iter().filter(|message| message["target"]["name"] == name);
        let program = made.filter_map(|message| message["executable"].as_str()).next_back();
        program.unwrap_or_else(|| panic!("{name} was not built")).into()
    })
}

fn command(program: &Path, state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env("NETWORK_PROTOCOL_STATE_DIR", state).env_remove("RUST_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A server, ended when dropped.
struct Server {
    process: Child,
    log: BufReader<ChildStderr>,
    address: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended: {said}");
            said.push_str(&line);
            if let Some((_, after)) = line.split_once("listening")
                && let Some((_, address)) = after.split_once("://")
            {
                let end = address.find(|c: char| !c.is_ascii_digit() && !".:".contains(c));
                break address[..end.unwrap_or(address.len())].to_owned();
            }
        };
        Self { process, log, address }
    }

    /// As Ctrl+C does. Gives what it wrote since it listens.
    fn interrupt(mut self) -> (bool, String) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut said = String::new();
        self.log.read_to_string(&mut said).unwrap();
        (self.process.wait().unwrap().success(), said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Whether it went well, and what it wrote.
fn run(mut command: Command) -> (bool, String) {
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_programs_of_the_earlier_readme_do_what_it_says() {
    let [tcp_server, tcp_client, tls_server, tls_client, _, npctl] = build();
    let [server, client] = ["program-server", "program-client"].map(directory);

    let tcp = Server::start(command(&tcp_server, &server, &["127.0.0.1:0"]));
    let (good, said) = run(command(&tcp_client, &client, &[&tcp.address]));
    assert!(good, "{said}");
    for text in ["Connected successfully", "Message sent successfully", "Echo(\"hello\")"] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let address = tcp.address.clone();
    let (good, said) = tcp.interrupt();
    assert!(good, "{said}");
    assert!(said.contains("Processing echo request"), "{said}");
    assert!(said.contains("Initiating graceful shutdown"), "{said}");

    // Without a server the client says so, and fails.
    let (good, said) = run(command(&tcp_client, &client, &[&address]));
    assert!(!good && said.contains("Failed to connect to server"), "{said}");

    let certificates = directory("program-certificates");
    let certificates = certificates.to_str().unwrap();
    let make = ["cert", "dev", "--dir", certificates];
    let (good, said) = run(command(&npctl, &client, &make));
    assert!(good, "{said}");
    let tls = Server::start(command(&tls_server, &server, &["127.0.0.1:0", certificates]));
    let (good, said) = run(command(&tls_client, &client, &[&tls.address, certificates]));
    assert!(good, "{said}");
    assert!(said.contains("Connected securely to TLS server"), "{said}");
    assert!(said.contains("Echo(\"secure message\")"), "{said}");

    // Another authority's clients do not come in.
    let others = directory("program-others");
    let others = others.to_str().unwrap();
    let (good, said) = run(command(&npctl, &client, &["cert", "dev", "--dir", others]));
    assert!(good, "{said}");
    let (good, said) = run(command(&tls_client, &client, &[&tls.address, others]));
    assert!(!good && !said.contains("Connected securely"), "{said}");
    let (good, said) = tls.interrupt();
    assert!(good, "{said}");
}

#[test]
fn a_daemon_is_run_by_its_file_watched_and_told_to_stop() {
    let [.., daemon, npctl] = build();
    let place = directory("program-daemon");
    let mut example = command(&daemon, &place, &["--example"]);
    let example = example.stdout(Stdio::piped()).output().unwrap();
    let file = place.join("daemon.toml");
    std::fs::write(&file, &example.stdout).unwrap();
    let file = file.to_str().unwrap();
    let run_with = |variables: &[(&str, &str)]| {
        let mut daemon = command(&daemon, &place, &[file]);
        daemon.envs(variables.iter().copied());
        daemon
    };
    let (good, said) = run(run_with(&[("NETWORK_PROTOCOL_SERVER__MAX_CONNECTIONS", "none")]));
    assert!(!good && said.contains("NETWORK_PROTOCOL_SERVER__MAX_CONNECTIONS"), "{said}");

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let port = port.to_string();
    let mut daemon = Server::start(run_with(&[
        ("NETWORK_PROTOCOL_SERVER_ADDRESS", "127.0.0.1:0"),
        ("NETWORK_PROTOCOL_ADMIN__ENABLED", "true"),
        ("NETWORK_PROTOCOL_ADMIN__ADDRESS", &port),
    ]));
    let address = daemon.address.clone();
    let mut greet = command(&npctl, &place, &["call", &address, "Greeter.Greet", "\"you\""]);
    let greeted = greet.stdout(Stdio::piped()).output().unwrap();
    assert_eq!(String::from_utf8(greeted.stdout).unwrap(), "\"hello, you\"\n");
    // The endpoint is there a moment after the server.
    let asked = loop {
        let (good, said) = run(command(&npctl, &place, &["stats", &port]));
        if good || daemon.process.try_wait().unwrap().is_some() {
            break (good, said);
        }
    };
    assert!(asked.0, "{}", asked.1);
    let mut probe = std::net::TcpStream::connect(&port).unwrap();
    probe.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    probe.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let id = daemon.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(daemon.process.wait().unwrap().code(), Some(0));
}
