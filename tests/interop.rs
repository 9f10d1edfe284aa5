//! A client in another language, written from `docs/wire.md` and the vectors, against a server of
//! this one: handshake, calls, a typed error, streams both ways, a ping and the end in order.

#![expect(clippy::unwrap_used, reason = "a test fails where it is wrong")]

use std::process::{Command, Output};

use network_protocol::{self as np, Bytes, Stream};
use serde_json::{Value, json};

#[np::protocol(package = "interop")]
enum Log {
    #[np(reply = Result<u64, LogError>)]
    Append { line: String },
    #[np(reply = Stream<String>)]
    Tail { first: u64 },
    #[np(reply = u32)]
    Upload { name: String, pieces: Stream<Bytes> },
}

#[derive(np::Wire, Debug)]
#[np(error)]
enum LogError {
    TooLong {
        max: u32,
    },
    #[np(unknown)]
    Unknown(np::RawVariant),
}

struct Host;

impl LogHandler for Host {
    async fn append(&self, _: &np::Cx, message: LogAppend) -> Result<u64, LogError> {
        if message.line.len() > 100 { Err(LogError::TooLong { max: 100 }) } else { Ok(41) }
    }

    async fn tail(&self, _: &np::Cx, message: LogTail) -> Stream<String> {
        Stream::from_iter((message.first..message.first + 200).map(|line| format!("line {line}")))
    }

    async fn upload(&self, _: &np::Cx, _: LogUpload, mut pieces: Stream<Bytes>) -> u32 {
        let mut octets = 0;
        while let Some(piece) = pieces.next().await {
            octets += u32::try_from(piece.unwrap().len()).unwrap();
        }
        octets
    }
}

/// Runs the client with this argument.
fn client(argument: &str) -> Output {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/client.py");
    let output = Command::new("python3").args([script, argument]).output();
    output.unwrap_or_else(|error| unreachable!("python3 is needed here: {error}"))
}

#[test]
fn the_client_says_how_it_is_used() {
    for help in ["-h", "--help"] {
        let output = client(help);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("client.py HOST:PORT"));
    }
    // The port is one at which nobody listens.
    for wrong in ["nowhere", ":1", "here:port", "127.0.0.1:1"] {
        let output = client(wrong);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("client.py: ") && said.lines().count() == 1, "{said}");
        assert!(!output.status.success());
    }
}

/// What the client printed, step by step.
async fn steps(address: String) -> Vec<Value> {
    let output = tokio::task::spawn_blocking(move || client(&address)).await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "is python3-cryptography installed? {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_in_python_calls_streams_and_closes() {
    let keys = np::Keypair::from_secret([7; 32]).unwrap();
    let public: String = keys.public().as_bytes().iter().map(|b| format!("{b:02x}")).collect();
    let server = np::server().identity(keys).add::<Log, _>(Host);
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let address = server.address().trim_start_matches("tcp://").to_owned();

    let steps = steps(address).await;

    assert_eq!(steps[0]["step"], "open");
    assert_eq!(steps[0]["server_key"], public.as_str());
    let expected = [
        json!({ "step": "call", "reply": 41 }),
        json!({ "step": "error", "code": 1, "tag": 1, "max": 100 }),
        json!({ "step": "stream", "items": 200, "first": "line 7", "last": "line 206" }),
        json!({ "step": "upload", "octets": 5_301 }),
        json!({ "step": "ping", "answered": true }),
        json!({ "step": "closed", "rest": 0 }),
    ];
    assert_eq!(steps[1..], expected);
    server.shutdown(std::time::Duration::from_secs(5)).await.unwrap();
}
