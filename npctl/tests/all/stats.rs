//! `npctl stats`: what a server counts, by its admin endpoint.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;

use network_protocol as np;
use np::admin::{Admin, AdminBuilder};
use tokio::runtime::Runtime;

use crate::common::{Dir, Run, command, npctl};
use crate::desk::{Clock, ClockClient, Noon};

/// A server with a client that made two calls, and its admin endpoint.
struct Watched {
    address: String,
    endpoint: SocketAddr,
    _all: (np::Server, ClockClient, Admin),
    _runtime: Runtime,
}

impl Watched {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let (server, client, admin) = runtime.block_on(async {
            let server = np::server().insecure_anonymous().add::<Clock, _>(Noon);
            let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
            let client = np::client().insecure_anonymous();
            let client: ClockClient = client.connect(server.address()).await.unwrap();
            assert_eq!((client.now().await.unwrap(), client.now().await.unwrap()), (12, 12));
            let admin = AdminBuilder::new().server(&server).listen("127.0.0.1:0").await.unwrap();
            (server, client, admin)
        });
        let (address, endpoint) = (server.address().to_owned(), admin.address());
        Self { address, endpoint, _all: (server, client, admin), _runtime: runtime }
    }
}

fn stats(dir: &Dir, arguments: &[&str]) -> Run {
    npctl(dir, &[&["stats"], arguments].concat())
}

#[test]
fn the_counts_of_a_running_server_are_text_for_people_and_json_for_scripts() {
    let (dir, watched) = (Dir::new("stats"), Watched::new());
    let endpoint = watched.endpoint.to_string();
    let run = stats(&dir, &[&endpoint]);
    let text = run.good();
    assert!(text.starts_with(&format!("{} serving\n", watched.address)), "{text}");
    for part in ["1 open", "2 served", "anonymous", "Noise_NN_25519_", "tcp://127.0.0.1:"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let url = format!("http://{endpoint}/");
    for address in [&endpoint, &url] {
        let run = stats(&dir, &[address, "--json"]);
        let json: serde_json::Value = serde_json::from_str(run.good()).unwrap();
        assert_eq!(json["servers"][0]["calls_served"], 2);
        assert_eq!(json["servers"][0]["connections"][0]["peer"], "anonymous");
    }
}

#[test]
fn a_watch_asks_again_until_nobody_reads() {
    let (dir, watched) = (Dir::new("stats_watch"), Watched::new());
    let endpoint = watched.endpoint.to_string();
    let mut command = command(&dir, &["stats", &endpoint, "--json", "--watch", "10ms"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.take(3) {
        let json: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert_eq!(json["servers"][0]["phase"], "serving");
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// What answers one request with these octets.
fn answers(octets: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, octets) = (listener.local_addr().unwrap(), octets.into());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        stream.write_all(&octets).unwrap();
    });
    address.to_string()
}

fn http(status: &str, body: &str) -> String {
    answers(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

#[test]
fn each_kind_of_failure_has_its_exit_code() {
    let dir = Dir::new("stats_failures");
    for address in ["localhost", "http://", "a b:1", "127.0.0.1:1/metrics", ""] {
        let run = stats(&dir, &[address]);
        assert!(run.refused(2).contains("host:port"), "{run:?}");
    }
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert!(stats(&dir, &[&gone]).refused(3).contains("admin endpoint"));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    stats(&dir, &[&address, "--timeout", "100ms"]).refused(4);
    stats(&dir, &[&answers("")]).refused(6);
    assert!(stats(&dir, &[&answers("no http\r\n\r\n")]).refused(6).contains("admin endpoint"));
    stats(&dir, &[&http("404 Not Found", "")]).refused(7);
    stats(&dir, &[&http("200 OK", "{")]).refused(7);
    stats(&dir, &[&http("200 OK", "{\"servers\": 1}")]).refused(7);
}

#[test]
fn nothing_that_is_told_is_obeyed_by_a_terminal() {
    let dir = Dir::new("stats_escapes");
    let body = "{\"servers\": [{\"address\": \"\\u001b[2J\", \"connections\": [{\"peer\": \"\\u0007\\n\"}]}]}";
    let run = stats(&dir, &[&http("200 OK", body)]);
    let text = run.good();
    assert!(text.starts_with("\u{fffd}[2J -\n"), "{text:?}");
    assert!(
        text.contains("\n  \u{fffd}\u{fffd}    -") && !text.contains(['\u{1b}', '\u{7}']),
        "{text:?}"
    );
}

#[test]
fn messages_stand_in_columns() {
    let dir = Dir::new("stats_messages");
    let body = r#"{"servers": [], "messages": [{"side": "handler", "protocol": "a::P", "message": "Go", "ok": 12,
        "failed": 3, "p50_us": 1, "p90_us": 22, "p99_us": 333, "max_us": 4444}]}"#;
    let run = stats(&dir, &[&http("200 OK", body)]);
    let lines: Vec<_> = run.good().lines().map(str::split_whitespace).collect();
    let [head, row] = &lines[..] else { panic!("{run:?}") };
    assert_eq!(head.clone().count(), 12, "{run:?}");
    let cells: Vec<_> = row.clone().collect();
    assert_eq!(cells, ["a::P.Go", "handler", "12", "3", "1", "22", "333", "4444"]);
}
