//! `[transport]`

use network_protocol::config::NetworkConfig;
use network_protocol::{CallError, Client as _};

use crate::{config, connect, serve};

/// How many octets a message took on its way out, and its answer on the way back.
async fn octets(text: &str, change: impl FnOnce(&mut NetworkConfig)) -> [u64; 2] {
    let config = config(change);
    let _server = serve(&config).await;
    let client = connect(&config).await;
    let stats = || {
        let stats = client.connection().stats().session;
        [stats.octets_out, stats.octets_in]
    };
    let before = stats();
    assert_eq!(client.echo(text.to_owned()).await.unwrap(), text);
    let [out, back] = stats();
    [out - before[0], back - before[1]]
}

/// A text that a patient compressor makes more of than a quick one.
fn varied() -> String {
    let mut state = 7_u64;
    let words = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "elit", "sed", "do"];
    let mut text = String::new();
    while text.len() < 60_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text.push_str(words[usize::try_from(state >> 33).unwrap() % words.len()]);
        text.push(' ');
    }
    text
}

#[tokio::test]
async fn compression_enabled_makes_messages_smaller() {
    let text = "again ".repeat(1_000);
    let sent = octets(&text, |_| ()).await;
    let enabled = octets(&text, |config| config.transport.compression_enabled = true).await;
    // Each side compresses what it sends.
    assert!(sent.iter().all(|sent| *sent > 6_000), "{sent:?}");
    assert!(enabled.iter().all(|sent| *sent < 1_000), "{enabled:?}");
}

#[test]
fn encryption_enabled_cannot_be_switched_off_here() {
    let config = config(|config| config.transport.encryption_enabled = false);
    let refused = config.server_builder().unwrap_err().to_string();
    assert!(refused.starts_with("transport.encryption_enabled is false"), "{refused}");
    assert!(refused.contains("security.mode = \"insecure_plain\""), "{refused}");
    assert_eq!(config.client_builder().unwrap_err().to_string(), refused);
}

#[tokio::test]
async fn max_payload_size_is_the_longest_message_that_is_taken() {
    let text = "x".repeat(5_000);
    for (size, taken) in [(4_096, false), (8_192, true)] {
        let config = config(|config| config.transport.max_payload_size = size);
        let _server = serve(&config).await;
        let answer = connect(&config).await.echo(text.clone()).await;
        assert_eq!(answer.is_ok(), taken);
        assert!(taken || matches!(answer, Err(CallError::Encode(_))), "{answer:?}");
    }
}

/// Empty texts take more memory than room in a message.
#[tokio::test]
async fn max_payload_size_bounds_what_a_message_becomes_too() {
    let texts = vec![String::new(); 200_000];
    for (size, taken) in [(1_024 * 1_024, false), (2 * 1_024 * 1_024, true)] {
        let config = config(|config| config.transport.max_payload_size = size);
        let _server = serve(&config).await;
        let answer = connect(&config).await.count(texts.clone()).await;
        assert_eq!(answer.is_ok(), taken, "{answer:?}");
        assert!(taken || matches!(answer, Err(CallError::BadMessage { .. })), "{answer:?}");
    }
}

#[cfg(feature = "zstd")]
#[tokio::test]
async fn compression_level_is_how_hard_zstd_tries() {
    let text = varied();
    let mut sent = Vec::new();
    for level in [1, 19] {
        let change = |config: &mut NetworkConfig| {
            config.transport.compression_enabled = true;
            config.transport.compression_level = level;
        };
        sent.push(octets(&text, change).await);
    }
    assert!(sent[1][0] < sent[0][0] && sent[1][1] < sent[0][1], "{sent:?}");
}

#[tokio::test]
async fn compression_threshold_bytes_is_from_where_on_messages_are_compressed() {
    let text = "again ".repeat(100);
    let mut sent = Vec::new();
    for threshold in [0, 512, 10_000] {
        let change = |config: &mut NetworkConfig| {
            config.transport.compression_enabled = true;
            config.transport.compression_threshold_bytes = threshold;
        };
        sent.push(octets(&text, change).await);
    }
    for way in [0, 1] {
        let [all, usual, none] = [sent[0][way], sent[1][way], sent[2][way]];
        assert!(all < 200 && usual < 200 && none > 600, "{sent:?}");
    }
}
