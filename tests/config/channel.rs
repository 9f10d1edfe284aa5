//! `[channel]`

use std::time::Duration;

use network_protocol::{CallError, Client as _, Error};

use crate::{config, connect, serve};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn retry_attempts_is_how_often_a_call_is_made() {
    for attempts in [1, 4] {
        let config = config(|config| {
            config.client.auto_reconnect = true;
            config.channel.retry_attempts = attempts;
            config.limits.decode_total_bytes = 1_024 * 1_024;
        });
        let server = serve(&config).await;
        let client = connect(&config).await;
        // There is no memory for it, each time.
        let overloaded = Err(CallError::Overloaded { retry_after: None });
        assert_eq!(client.count(vec!["x".repeat(2_000_000)]).await, overloaded);
        assert_eq!(server.stats().session.no_memory, u64::from(attempts));
    }
}

#[tokio::test(start_paused = true)]
async fn connections_is_how_many_are_kept() {
    for count in [1, 5] {
        let config = config(|config| {
            config.client.auto_reconnect = true;
            config.channel.connections = count;
        });
        let server = serve(&config).await;
        let _client = connect(&config).await;
        tokio::time::sleep(10 * SECOND).await;
        assert_eq!(server.connections(), usize::try_from(count).unwrap());
    }
    let alone = config(|config| config.channel.connections = 2).client_builder().unwrap_err();
    assert!(alone.to_string().contains("client.auto_reconnect = true"), "{alone}");
}

#[tokio::test(start_paused = true)]
async fn fail_fast_is_whether_calls_wait_for_a_connection() {
    for fast in [true, false] {
        let config = config(|config| {
            config.client.auto_reconnect = true;
            config.client.max_reconnect_attempts = 1_000;
            config.channel.fail_fast = fast;
        });
        let server = serve(&config).await;
        let client = connect(&config).await;
        server.drain().await.unwrap();
        // It has tried again by then, in vain.
        tokio::time::sleep(30 * SECOND).await;
        let failed = client.echo("?".into()).await.unwrap_err();
        assert_eq!(matches!(failed, CallError::NotConnected(_)), fast, "{failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn lazy_is_whether_the_client_connects_by_itself() {
    for lazy in [true, false] {
        let config = config(|config| {
            config.client.auto_reconnect = true;
            config.channel.lazy = lazy;
        });
        let server = serve(&config).await;
        let client = connect(&config).await;
        tokio::time::sleep(10 * SECOND).await;
        assert_eq!(server.connections(), usize::from(!lazy));
        assert_eq!(client.echo("now".into()).await.unwrap(), "now");
        assert_eq!(server.connections(), 1);
    }
}

/// The same protocol by its name, with something else in it.
mod other {
    #[network_protocol::protocol(package = "test::config")]
    pub(crate) enum Desk {
        #[np(reply = u64)]
        Echo(u64),
    }
}

#[tokio::test]
async fn schema_check_is_what_becomes_of_a_server_with_another_schema() {
    use network_protocol::SchemaCheck::{Off, Refuse, Report};

    for (check, connects, asks) in [(Refuse, false, true), (Report, true, true), (Off, true, false)]
    {
        let config = config(|config| config.channel.schema_check = check);
        let _server = serve(&config).await;
        let connected = config.connect::<other::DeskClient>().await;
        assert_eq!(connected.is_ok(), connects, "{check:?}");
        match connected {
            Ok(client) => {
                let diff = client.connection().schema_diff().unwrap();
                assert_eq!(diff.protocols[0].comparison.is_ok(), asks, "{diff:?}");
            }
            Err(error) => assert!(matches!(error, Error::SchemaMismatch(_)), "{error}"),
        }
    }
}
