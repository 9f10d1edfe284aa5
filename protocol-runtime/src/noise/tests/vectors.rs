//! Other people's vectors: those of cacophony and of snow, read out of snow's published package.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::super::handshake::{HandshakeState, Keys};
use super::super::{Handshake, Keypair, Opener, Pattern, PublicKey, Role, Sealer, Suite};
use super::{Fixed, open, rows, seal, suites};

#[derive(Default, Debug, PartialEq)]
struct Ran {
    vectors: usize,
    hashes: usize,
    transport_messages: usize,
}

#[test]
fn every_vector_of_both_suites_is_met_byte_for_byte_on_each_implementation() {
    let mut names = BTreeSet::new();
    let vectors = ["cacophony.txt", "snow.txt"].map(read).concat();
    for suite in suites() {
        let mut ran = Ran::default();
        let end = format!("_25519_{}_SHA256", suite.name());
        for vector in &vectors {
            let protocol = vector["protocol_name"].as_str().unwrap();
            let name = protocol.strip_prefix("Noise_").and_then(|name| name.strip_suffix(&end));
            if let Some(name) = name {
                check(vector, name, suite, &mut ran);
                names.insert(name.to_owned());
            }
        }
        // 59 of cacophony and 51 of snow; only the former carry the handshake hash.
        assert_eq!(ran, Ran { vectors: 110, hashes: 59, transport_messages: 310 });
    }
    for row in rows::FURTHER.iter().chain(Pattern::ALL.iter().map(|pattern| pattern.row())) {
        assert!(names.contains(row.name), "no vector of {}", row.name);
    }
}

fn check(vector: &Value, name: &str, suite: Suite, ran: &mut Ran) {
    let mut initiator = start(vector, name, suite, Role::Initiator);
    let mut responder = start(vector, name, suite, Role::Responder);
    let mut messages = vector["messages"].as_array().unwrap().iter().enumerate();
    while !initiator.is_finished() {
        let (index, message) = messages.next().unwrap();
        let (from, to) = if index % 2 == 0 {
            (&mut initiator, &mut responder)
        } else {
            (&mut responder, &mut initiator)
        };
        let (payload, expected) = texts(message);
        let (mut sent, mut read) = (Vec::new(), Vec::new());
        from.write_message(&payload, &mut sent).unwrap();
        assert_eq!(sent, expected, "{name} {suite}: message {index}");
        to.read_message(&sent, &mut read).unwrap();
        assert_eq!(read, payload, "{name} {suite}: payload {index}");
    }
    let (initiator, responder) = (initiator.finish().unwrap(), responder.finish().unwrap());
    assert_eq!(initiator.hash, responder.hash);
    if let Some(hash) = vector.get("handshake_hash") {
        assert_eq!(initiator.hash.as_slice(), bytes(hash), "{name} {suite}");
        ran.hashes += 1;
    }
    let mut there = (initiator.sealer, responder.opener);
    let mut back = (responder.sealer, initiator.opener);
    let one_way = rows::find(name).unwrap().messages.len() == 1;
    for (index, message) in messages {
        let (sealer, opener): (&mut Sealer, &mut Opener) = match one_way || index % 2 == 0 {
            true => (&mut there.0, &mut there.1),
            false => (&mut back.0, &mut back.1),
        };
        let (payload, expected) = texts(message);
        let sent = seal(sealer, &payload);
        assert_eq!(sent, expected, "{name} {suite}: transport message {index}");
        assert_eq!(open(opener, &sent).unwrap(), payload);
        ran.transport_messages += 1;
    }
    ran.vectors += 1;
}

fn start(vector: &Value, name: &str, suite: Suite, role: Role) -> Handshake {
    let field = |field: &str| {
        let side = if role == Role::Initiator { "init" } else { "resp" };
        vector.get(format!("{side}_{field}"))
    };
    let key = |name| field(name).map(|value| <[u8; 32]>::try_from(bytes(value)).unwrap());
    let psks = field("psks").and_then(Value::as_array).into_iter().flatten();
    let keys = Keys {
        local: key("static").map(|secret| Keypair::from_secret(secret).unwrap()),
        remote: key("remote_static").map(PublicKey::from_bytes),
        psks: psks.map(|psk| super::psk(bytes(psk).try_into().unwrap())).collect(),
    };
    let row = rows::find(name).unwrap_or_else(|| panic!("no row for {name}"));
    let prologue = bytes(field("prologue").unwrap());
    // A responder of a one-way pattern has no ephemeral key.
    let mut random = Fixed(key("ephemeral").unwrap_or([1; 32]));
    HandshakeState::new(row, suite, role, &prologue, keys, &mut random).unwrap().into()
}

fn texts(message: &Value) -> (Vec<u8>, Vec<u8>) {
    (bytes(&message["payload"]), bytes(&message["ciphertext"]))
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn read(file: &str) -> Vec<Value> {
    let path = package("snow").join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Value::Object(mut all) = serde_json::from_str(&text).unwrap() else {
        panic!("no vectors in {file}")
    };
    let Some(Value::Array(vectors)) = all.remove("vectors") else { panic!("no vectors in {file}") };
    vectors
}

/// The folder of a dependency's published package, as cargo knows it: without a network if it can, which
/// it cannot where only a part of the workspace was ever built.
fn package(name: &str) -> PathBuf {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then_some(text).ok_or(output.stderr)
    };
    let text = |run: Result<String, Vec<u8>>| {
        run.unwrap_or_else(|error| panic!("{}", String::from_utf8_lossy(&error)))
    };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = text(run(&rustc, &["-vV"]));
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let platform = ["--filter-platform", host, "--manifest-path", manifest];
    let metadata = [&["metadata", "--format-version=1"][..], &platform].concat();
    let offline = run(&cargo, &[&metadata[..], &["--offline"]].concat());
    let metadata = text(offline.or_else(|_| run(&cargo, &metadata)));
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|package| package["name"] == name).unwrap();
    PathBuf::from(found["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}
