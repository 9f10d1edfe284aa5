//! Clients that send and receive.

use std::sync::Arc;
use std::time::Duration;

use network_protocol::config::NetworkConfig;
use network_protocol::error::{ProtocolError, Result};
use network_protocol::protocol::dispatcher::Dispatcher;
use network_protocol::protocol::message::{Content, Message, MessageHandler, PushedPeer};
use network_protocol::service::client::{self, Client, ClientConfig};
use network_protocol::service::daemon::{self, ServerConfig};
use network_protocol::{CallError, Cx, Error};
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use super::{address, directory, once, run, served};

fn echo(text: &str) -> Message {
    Message::Echo(text.to_owned())
}

/// Pushes what it is to echo, then what it replies with.
struct Pushes;

impl MessageHandler for Pushes {
    async fn echo(&self, cx: &Cx, text: String) -> Content {
        let peer = PushedPeer::from(cx);
        peer.push(Content::Echo(format!("{text}, pushed"))).await.unwrap();
        Content::Echo(text)
    }

    async fn ping(&self, _: &Cx) -> Content {
        Content::Pong
    }
}

#[tokio::test]
async fn replies_and_pushed_messages_are_received_in_the_order_in_which_they_come() {
    let daemon = daemon::new(&address("order"), Pushes);
    let _run = run(&daemon).await;
    let mut client = client::connect(&address("order")).await.unwrap();
    for text in ["a", "b"] {
        client.send(echo(text)).await.unwrap();
        // A request has its own reply, and leaves the others where they are.
        assert_eq!(client.request(Message::Ping).await, Ok(Message::Pong));
    }
    for expected in ["a, pushed", "a", "b, pushed", "b"] {
        assert_eq!(client.receive().await, Ok(echo(expected)));
    }
    let server = daemon.server().await.unwrap();
    for connection in server.connected() {
        PushedPeer::from(&connection).push(Content::Custom(vec![7])).await.unwrap();
    }
    assert_eq!(client.recv().await, Ok(Message::Custom(vec![7])));
}

/// Echoes as soon as it may.
fn gated() -> (Dispatcher, Arc<Semaphore>) {
    let (dispatcher, gate) = (daemon::built_in(), Arc::new(Semaphore::new(0)));
    let passes = gate.clone();
    dispatcher.register_async("ECHO", move |message| {
        let gate = passes.clone();
        async move {
            gate.acquire().await.unwrap().forget();
            Ok(message)
        }
    });
    (dispatcher, gate)
}

#[tokio::test]
async fn replies_come_as_they_are_ready_and_not_as_they_were_asked_for() {
    let (dispatcher, gate) = gated();
    let (_daemon, _run, mut client) = served("overtaking", &dispatcher).await;
    client.send(echo("slow")).await.unwrap();
    client.send(Message::Ping).await.unwrap();
    assert_eq!(client.receive().await, Ok(Message::Pong));
    gate.add_permits(1);
    assert_eq!(client.receive().await, Ok(echo("slow")));
}

#[tokio::test(start_paused = true)]
async fn giving_up_to_receive_loses_nothing() {
    let (dispatcher, gate) = gated();
    let (_daemon, _run, mut client) = served("patience", &dispatcher).await;
    client.send(echo("a")).await.unwrap();
    assert!(timeout(Duration::from_secs(1), client.receive()).await.is_err());
    gate.add_permits(1);
    assert_eq!(client.receive().await, Ok(echo("a")));
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_does_not_come_is_a_timeout() {
    let (dispatcher, _gate) = gated();
    let (_daemon, _run, _) = served("timeout", &dispatcher).await;
    let config =
        ClientConfig { response_timeout: Duration::from_secs(2), ..once(&address("timeout")) };
    let mut client = client::connect_with_config(config).await.unwrap();
    assert_eq!(client.request(echo("a")).await, Err(ProtocolError::Timeout));
    client.send(echo("b")).await.unwrap();
    let began = tokio::time::Instant::now();
    assert_eq!(client.receive().await, Err(ProtocolError::Timeout));
    assert!(began.elapsed() >= Duration::from_secs(2));
    // The next is not the worse for it.
    assert_eq!(client.request(Message::Ping).await, Ok(Message::Pong));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_handed_over_is_a_timeout_and_was_not_sent() {
    let (dispatcher, gate) = gated();
    let config =
        ServerConfig { address: address("full"), backpressure_limit: 1, ..Default::default() };
    let daemon = daemon::new_with_config(config, dispatcher);
    let _run = run(&daemon).await;
    let config =
        ClientConfig { operation_timeout: Duration::from_secs(1), ..once(&address("full")) };
    let mut client = client::connect_with_config(config).await.unwrap();
    client.send(echo("a")).await.unwrap();
    assert_eq!(client.send(echo("b")).await, Err(ProtocolError::Timeout));
    // With its turn it goes out, and what waited is received in its place.
    gate.add_permits(2);
    client.send(echo("c")).await.unwrap();
    assert_eq!(client.receive().await, Ok(echo("a")));
    assert_eq!(client.receive().await, Ok(echo("c")));
}

#[tokio::test]
async fn what_fails_says_so_to_whoever_receives() {
    let dispatcher = daemon::built_in();
    dispatcher.register("PONG", |_| Err("no".into()));
    let (_daemon, _run, mut client) = served("fails", &dispatcher).await;
    client.send(Message::Pong).await.unwrap();
    let refused = ProtocolError::Call(CallError::Refused { text: "no".into() });
    assert_eq!(client.receive().await, Err(refused));
    client.send(Message::Ping).await.unwrap();
    assert_eq!(client.receive().await, Ok(Message::Pong));
}

#[tokio::test]
async fn more_replies_than_anybody_receives_are_an_error() {
    let (_daemon, _run, mut client) = served("unreceived", &daemon::built_in()).await;
    let mut sent = 0;
    let error = loop {
        match client.send(Message::Ping).await {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 100_000);
    };
    assert_eq!(error, ProtocolError::NotReceived { count: sent });
    assert_eq!(client.receive().await, Ok(Message::Pong));
    client.send(Message::Ping).await.unwrap();
    for _ in 0..sent {
        assert_eq!(client.receive().await, Ok(Message::Pong));
    }
}

#[tokio::test]
async fn the_end_of_the_connection_is_received_too() {
    let (dispatcher, _gate) = gated();
    let daemon = daemon::new(&address("end"), dispatcher);
    let run = run(&daemon).await;
    let mut idle = client::connect_with_config(once(&address("end"))).await.unwrap();
    let mut waits = client::connect_with_config(once(&address("end"))).await.unwrap();
    waits.send(echo("a")).await.unwrap();
    run.abort();
    let lost = waits.receive().await;
    assert!(matches!(lost, Err(ProtocolError::Call(CallError::ConnectionLost { .. }))), "{lost:?}");
    let closed = idle.receive().await;
    assert!(matches!(closed, Err(ProtocolError::Connection(Error::Closed(_)))), "{closed:?}");
    let lost = idle.send(Message::Ping).await;
    assert!(matches!(lost, Err(ProtocolError::Call(CallError::ConnectionLost { .. }))), "{lost:?}");
}

#[tokio::test]
async fn closing_says_goodbye_to_the_server() {
    let (daemon, _run, client) = served("close", &daemon::built_in()).await;
    let server = daemon.server().await.unwrap();
    let [connection] = &server.connected()[..] else { panic!("one client") };
    client.close().await.unwrap();
    let reason = connection.closed().await;
    assert!(matches!(reason, network_protocol::CloseReason::Peer { .. }), "{reason:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reconnects_goes_on_with_the_next_server() {
    let (_daemon, first, mut client) = served("again", &daemon::built_in()).await;
    client.send(Message::Ping).await.unwrap();
    assert_eq!(client.receive().await, Ok(Message::Pong));
    first.abort();
    assert!(first.await.is_err());
    client.connection().closed().await;
    let daemon = daemon::new(&address("again"), daemon::built_in());
    let _second = run(&daemon).await;
    client.send(echo("back")).await.unwrap();
    assert_eq!(client.receive().await, Ok(echo("back")));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reconnects_says_when_it_gave_up() {
    let (_daemon, run, mut client) = served("gave-up", &daemon::built_in()).await;
    run.abort();
    let gone = client.receive().await;
    assert!(
        matches!(gone, Err(ProtocolError::Connection(Error::GaveUp { attempts: 3, .. }))),
        "{gone:?}"
    );
}

/// A server and a client that are told `change`, and the state of both in a directory.
async fn with(
    test: &str,
    address: &str,
    change: impl Fn(&mut NetworkConfig),
) -> (daemon::Daemon, super::Run, Client) {
    let directory = directory(test);
    let mut config = NetworkConfig::default_with_overrides(|config| {
        config.server.address = address.to_owned();
        config.security.state_dir = Some(directory);
        change(config);
    });
    let daemon = daemon::from_config(&config, daemon::built_in());
    let run = run(&daemon).await;
    config.client.address = daemon.listening().await.unwrap();
    let client = client::from_config(&config).await.unwrap();
    (daemon, run, client)
}

async fn secure(client: &mut Client) -> Result<Message> {
    client.secure_send(Message::Ping).await?;
    client.secure_recv().await
}

#[tokio::test]
async fn secured_messages_go_over_connections_that_are_protected() {
    let (_daemon, _run, mut noise) = with("noise", "tcp://127.0.0.1:0", |_| {}).await;
    assert!(noise.connection().security().is_encrypted());
    assert_eq!(secure(&mut noise).await, Ok(Message::Pong));

    let socket = directory("socket").join("np.sock");
    let socket = format!("local://{}", socket.display());
    let (_daemon, _run, mut local) = with("local", &socket, |_| {}).await;
    assert!(!local.connection().security().is_encrypted());
    assert_eq!(secure(&mut local).await, Ok(Message::Pong));
}

#[tokio::test]
async fn secured_messages_are_refused_where_nothing_protects_them() {
    let plain = |config: &mut NetworkConfig| {
        config.security.mode = network_protocol::config::SecurityMode::InsecurePlain;
    };
    let (_daemon, _run, mut client) = with("plain", "tcp://127.0.0.1:0", plain).await;
    assert_eq!(secure(&mut client).await, Err(ProtocolError::NotSecured));
    assert_eq!(client.secure_recv().await, Err(ProtocolError::NotSecured));
    // Nothing was sent, and the others work.
    client.send(echo("a")).await.unwrap();
    assert_eq!(client.receive().await, Ok(echo("a")));
}

#[tokio::test]
async fn pushed_messages_that_nobody_receives_hold_up_the_server_that_pushes() {
    let daemon = daemon::new(&address("push"), daemon::built_in());
    let _run = run(&daemon).await;
    let mut client = client::connect(&address("push")).await.unwrap();
    let server = daemon.server().await.unwrap();
    let [connection] = &server.connected()[..] else { panic!("one client") };
    let (peer, all) = (PushedPeer::from(connection), Arc::new(Notify::new()));
    let done = all.clone();
    // Four times what the client has room for.
    let pushing = tokio::spawn(async move {
        for _ in 0..512 {
            peer.push(Content::Custom(vec![0; 8 * 1_024])).await.unwrap();
        }
        done.notify_one();
    });
    // The connection works meanwhile, and the server waits.
    for _ in 0..100 {
        assert_eq!(client.request(Message::Ping).await, Ok(Message::Pong));
    }
    assert!(!pushing.is_finished());
    for _ in 0..512 {
        let Ok(Message::Custom(bytes)) = client.receive().await else { panic!("a push") };
        assert_eq!(bytes.len(), 8 * 1_024);
    }
    all.notified().await;
}
