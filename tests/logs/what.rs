//! What is in the logs.

use std::time::Duration;

use network_protocol::config::LogLevel;
use serde_json::Value;

use crate::{Folder, pair, to_file, written};

const PAYLOAD: &str = "the-payload-of-a-message";

#[tokio::test]
async fn f34_by_default_what_the_library_does_is_seen_and_no_message() {
    for level in [LogLevel::Info, LogLevel::Debug, LogLevel::Trace] {
        let folder = Folder::new();
        let path = folder.0.join("a.log");
        let (_guard, logs) = to_file(&path, |config| config.log_level = level);
        let (server, client) = pair().await;
        assert_eq!(client.echo(PAYLOAD.to_owned()).await.unwrap(), PAYLOAD);
        server.shutdown(Duration::from_secs(1)).await.unwrap();
        let text = written(&logs, &path);
        assert!(text.contains("INFO network_protocol") || text.contains("INFO protocol_runtime"));
        assert!(text.contains(&format!("listening address={}", server.address())), "{text}");
        assert!(!text.contains(PAYLOAD), "{level:?}: {text}");
        assert!(!text.contains('\u{1b}'), "colours in a file: {text:?}");
        assert_eq!(logs.dropped(), 0);
    }
}

#[test]
fn each_line_of_json_is_an_object_with_the_name_of_the_program() {
    let folder = Folder::new();
    let path = folder.0.join("a.log");
    let (_guard, logs) = to_file(&path, |config| {
        config.json_format = true;
        config.app_name = "a \"quoted\\ name".into();
    });
    tracing::info!(count = 3, "some\nlines");
    tracing::warn!("more");
    let text = written(&logs, &path);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let first = lines.first().unwrap();
    assert_eq!(first["app"], "a \"quoted\\ name");
    assert_eq!(first["level"], "INFO");
    assert_eq!(
        (&first["fields"]["message"], &first["fields"]["count"]),
        (&"some\nlines".into(), &3.into())
    );
}

#[test]
fn what_others_say_is_one_line_each_without_the_means_to_fake_another() {
    let folder = Folder::new();
    let path = folder.0.join("a.log");
    let (_guard, logs) = to_file(&path, |_| ());
    let text = "from a peer\u{1b}[2J";
    tracing::info!(text, "told");
    let found = written(&logs, &path);
    assert_eq!(found.lines().count(), 1);
    assert!(!found.contains('\u{1b}'), "{found:?}");
}
