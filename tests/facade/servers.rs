//! Servers that run until they are shut down.

use std::sync::Arc;
use std::time::Duration;

use network_protocol::config::NetworkConfig;
use network_protocol::error::ProtocolError;
use network_protocol::protocol::dispatcher::Dispatcher;
use network_protocol::protocol::message::{Content, Message, MessageHandler};
use network_protocol::service::client;
use network_protocol::service::daemon::{self, ServerConfig};
use network_protocol::{CallError, Cx, Error};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{address, once, run, served};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn run_serves_until_any_handle_shuts_down() {
    let (daemon, run, client) = served("until", &daemon::built_in()).await;
    assert_eq!(client.request(Message::Ping).await, Ok(Message::Pong));
    // Another run is the same server, and the same end.
    let again = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.run().await }
    });
    daemon.clone().shutdown(Some(SECOND)).await;
    assert_eq!(run.await.unwrap(), Ok(()));
    assert_eq!(again.await.unwrap(), Ok(()));
    let gone = client::connect_with_config(once(&address("until"))).await;
    assert!(matches!(gone, Err(ProtocolError::Connection(Error::Io { .. }))), "{gone:?}");
    assert_eq!(daemon.listening().await, Err(ProtocolError::ShutDown));
    // Once more does no harm.
    daemon.shutdown(None).await;
}

#[tokio::test]
async fn what_was_shut_down_before_it_ran_never_serves() {
    let daemon = daemon::new(&address("never"), daemon::built_in());
    daemon.shutdown(None).await;
    assert_eq!(daemon.run().await, Ok(()));
    assert_eq!(daemon.listening().await, Err(ProtocolError::ShutDown));
}

#[tokio::test]
async fn dropping_what_runs_stops_the_server() {
    let (daemon, run, client) = served("dropped", &daemon::built_in()).await;
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    assert_eq!(daemon.run().await, Ok(()));
    client.connection().closed().await;
    assert_eq!(daemon.listening().await, Err(ProtocolError::ShutDown));
}

#[tokio::test]
async fn start_serves_what_is_built_in_and_what_the_program_adds() {
    let plain = tokio::spawn(async { daemon::start(&address("start")).await });
    let client = connected("start").await;
    assert_eq!(client.request(Message::Ping).await, Ok(Message::Pong));
    let echo = Message::Echo("a".into());
    assert_eq!(client.request(echo.clone()).await, Ok(echo));
    plain.abort();

    let dispatcher = Dispatcher::default();
    dispatcher.register("PING", |_| Ok(Message::Unknown));
    let own = tokio::spawn(async { daemon::start_with(&address("own"), dispatcher).await });
    assert_eq!(connected("own").await.request(Message::Ping).await, Ok(Message::Unknown));
    own.abort();
}

/// A client of a server that is about to listen.
async fn connected(test: &str) -> client::Client {
    loop {
        if let Ok(client) = client::connect_with_config(once(&address(test))).await {
            return client;
        }
        tokio::task::yield_now().await;
    }
}

struct Mine;

impl MessageHandler for Mine {
    async fn echo(&self, cx: &Cx, text: String) -> Content {
        Content::Echo(format!("{text} over {}", cx.peer().transport()))
    }
}

#[tokio::test]
async fn a_handler_of_the_program_serves_as_well() {
    let daemon = daemon::new(&address("mine"), Mine);
    let _run = run(&daemon).await;
    let client = client::connect(&address("mine")).await.unwrap();
    let reply = client.request(Message::Echo("a".into())).await;
    assert_eq!(reply, Ok(Message::Echo("a over mem".into())));
    let missing = client.request(Message::Ping).await;
    assert_eq!(missing, Err(ProtocolError::Call(CallError::Unimplemented)));
}

#[tokio::test]
async fn run_says_what_is_wrong_with_the_configuration_and_the_address() {
    let config = ServerConfig { max_connections: 0, ..Default::default() };
    let daemon = daemon::new_with_config(config, daemon::built_in());
    let wrong = daemon.run().await.unwrap_err();
    assert!(matches!(wrong, ProtocolError::Config(_)), "{wrong:?}");
    assert!(wrong.to_string().contains("server.max_connections"), "{wrong}");
    // Whoever waits hears the same.
    assert_eq!(daemon.listening().await, Err(wrong));

    let (_daemon, _run, _client) = served("taken", &daemon::built_in()).await;
    let taken = daemon::new(&address("taken"), daemon::built_in()).run().await.unwrap_err();
    assert!(matches!(taken, ProtocolError::Connection(Error::Io { .. })), "{taken:?}");
}

/// A server whose handler of `PING` never ends, with such a call under way.
async fn stuck(test: &str, limit: Duration) -> (daemon::Daemon, super::Run, super::Run) {
    let (dispatcher, began) = (Dispatcher::default(), Arc::new(Notify::new()));
    let begins = began.clone();
    dispatcher.register_async("PING", move |_| {
        begins.notify_one();
        std::future::pending()
    });
    let config = NetworkConfig::default_with_overrides(|config| {
        config.server.address = address(test);
        config.server.shutdown_timeout = limit;
    });
    let daemon = daemon::from_config(&config, dispatcher);
    let run = run(&daemon).await;
    let client = client::connect_with_config(once(&address(test))).await.unwrap();
    let call = tokio::spawn(async move { client.request(Message::Ping).await.map(|_| ()) });
    began.notified().await;
    (daemon, run, call)
}

#[tokio::test(start_paused = true)]
async fn shutting_down_waits_for_handlers_for_as_long_as_it_is_told() {
    let (daemon, run, call) = stuck("told", 7 * SECOND).await;
    let began = Instant::now();
    daemon.shutdown(Some(3 * SECOND)).await;
    let took = began.elapsed();
    assert!(took >= 3 * SECOND && took < 4 * SECOND, "{took:?}");
    assert_eq!(run.await.unwrap(), Ok(()));
    assert!(matches!(call.await.unwrap(), Err(ProtocolError::Call(_))));
}

#[tokio::test(start_paused = true)]
async fn shutting_down_waits_as_configured_if_it_is_told_nothing() {
    let (daemon, run, call) = stuck("configured", 7 * SECOND).await;
    let began = Instant::now();
    daemon.shutdown(None).await;
    let took = began.elapsed();
    assert!(took >= 7 * SECOND && took < 8 * SECOND, "{took:?}");
    assert_eq!(run.await.unwrap(), Ok(()));
    assert!(matches!(call.await.unwrap(), Err(ProtocolError::Call(_))));
}
