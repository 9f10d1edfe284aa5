//! The two examples talk to each other: one declares the protocol in Rust, the other in a schema.

#[path = "../../quickstart.rs"]
#[expect(dead_code, reason = "its main is for people")]
mod quickstart;

use network_protocol::{Keypair, Protocol as _};

const TEXT: &str = "a 1\nb 2\na 3\n\na 4\n";

/// What the summary says apart from times and keys.
fn counted(summary: &str) -> Vec<&str> {
    summary.lines().take_while(|line| !line.contains("round trips")).collect()
}

const EXPECTED: [&str; 4] =
    ["5 lines, 12 bytes", "       3 x a", "       1 x (blank)", "       1 x b"];

#[tokio::test]
async fn the_client_of_the_rust_door_calls_the_server_of_the_schema_door() {
    let identity = Keypair::generate().unwrap();
    let key = identity.public();
    let server = schema_first::serve(identity).await.unwrap();
    let summary = quickstart::ship(server.address(), key, "test", TEXT).await.unwrap();
    assert_eq!(counted(&summary), EXPECTED);
}

#[tokio::test]
async fn the_client_of_the_schema_door_calls_the_server_of_the_rust_door() {
    let identity = Keypair::generate().unwrap();
    let key = identity.public();
    let server = quickstart::serve(identity).await.unwrap();
    let summary = schema_first::ship(server.address(), key, "test", TEXT).await.unwrap();
    assert_eq!(counted(&summary), EXPECTED);
    assert!(summary.contains("Noise"), "{summary}");
}

#[tokio::test]
async fn a_typed_error_crosses_the_doors() {
    let identity = Keypair::generate().unwrap();
    let key = identity.public();
    let text = format!("short\n{}\n", "x".repeat(9_000));
    let server = quickstart::serve(identity).await.unwrap();
    let error = schema_first::ship(server.address(), key, "test", &text).await.unwrap_err();
    let expected = "a line is longer than the server takes (number: 2, max: 8192)";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn the_doors_lead_to_one_protocol() {
    assert_eq!(schema_first::Logs::NAME, "example::logs::Logs");
    assert_eq!(quickstart::Logs::NAME, schema_first::Logs::NAME);
    assert_eq!(quickstart::Logs::fingerprint(), schema_first::Logs::fingerprint());
}
