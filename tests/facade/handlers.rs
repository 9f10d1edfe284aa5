//! Handlers by the names of messages.

use std::sync::Arc;

use network_protocol::error::{ProtocolError, Result};
use network_protocol::protocol::dispatcher::Dispatcher;
use network_protocol::protocol::message::{Content, Message};
use network_protocol::{self as np, CallError};
use tracing::info;

use super::served;

fn custom(bytes: &[u8]) -> Message {
    Message::Custom(bytes.to_vec())
}

/// The handlers of the README of earlier versions, to the letter.
fn earlier() -> Arc<Dispatcher> {
    // Create a dispatcher (typically shared between connections)
    let dispatcher = Arc::new(Dispatcher::default());

    // Basic handlers for built-in message types
    dispatcher.register("PING", |_| {
        info!("Ping received, sending pong");
        Ok(Message::Pong)
    });

    dispatcher.register("ECHO", |msg| {
        info!(content = ?msg, "Echo request received");
        Ok(msg.clone())
    });

    // Custom message type handler with complex processing
    dispatcher.register("DATA_PROCESS", |msg| {
        if let Message::Custom(data) = msg {
            // Process custom data
            info!(bytes = data.len(), "Processing custom data");

            // Return a response based on processing outcome
            if data.len() > 100 {
                Ok(Message::Custom(vec![1, 0, 1])) // Success code
            } else {
                Ok(Message::Custom(vec![0, 0, 1])) // Error code
            }
        } else {
            // Handle unexpected message type
            info!("Received incorrect message type for DATA_PROCESS");
            Ok(Message::Unknown)
        }
    });
    dispatcher
}

#[tokio::test]
async fn the_handlers_of_the_earlier_readme_answer_clients() {
    let (_daemon, _run, client) = served("earlier", &earlier()).await;
    assert_eq!(client.request(Message::Ping).await.unwrap(), Message::Pong);
    let echo = Message::Echo("hello".into());
    assert_eq!(client.request(echo.clone()).await.unwrap(), echo);
    assert_eq!(client.request(custom(&[7; 101])).await.unwrap(), custom(&[1, 0, 1]));
    assert_eq!(client.request(custom(&[7; 100])).await.unwrap(), custom(&[0, 0, 1]));
    let missing = client.request(Message::Pong).await.unwrap_err();
    assert_eq!(missing, ProtocolError::Call(CallError::Unimplemented));
}

#[tokio::test]
async fn a_handler_that_fails_panics_or_is_missing_gives_an_error_of_its_own() {
    let dispatcher = Dispatcher::default();
    dispatcher.register("PING", |_| Err("not today".into()));
    dispatcher.register("PONG", |_| panic!("on purpose"));
    dispatcher.register_async("ECHO", |_| async { Err(ProtocolError::Timeout) });
    let (_daemon, _run, client) = served("failing", &dispatcher).await;
    let failed = async |message| match client.request(message).await {
        Err(ProtocolError::Call(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(Message::Ping).await, CallError::Refused { text: "not today".into() });
    assert_eq!(failed(Message::Pong).await, CallError::HandlerPanicked);
    let text = ProtocolError::Timeout.to_string();
    let refused = CallError::Refused { text: text.as_str().into() };
    assert_eq!(failed(Message::Echo("a".into())).await, refused);
    assert_eq!(failed(custom(b"a")).await, CallError::Unimplemented);
    assert_eq!(failed(Message::Unknown).await, CallError::Unimplemented);
}

#[tokio::test]
async fn other_names_are_tried_for_custom_in_order_until_one_knows_it() {
    let dispatcher = Dispatcher::default();
    let takes = |first: u8| {
        move |message: &Message| match message {
            Message::Custom(bytes) if bytes.first() == Some(&first) => Ok(custom(&[first, 0])),
            _ => Ok(Message::Unknown),
        }
    };
    dispatcher.register("CUSTOM", |_| Ok(custom(b"any")));
    dispatcher.register("ONE", takes(1));
    dispatcher.register("TWO", takes(2));
    dispatcher.register("ALSO_ONE", |message| match message {
        Message::Custom(bytes) if bytes.first() == Some(&1) => Ok(custom(b"too late")),
        Message::Custom(bytes) if bytes.is_empty() => Err("empty".into()),
        _ => Ok(Message::Unknown),
    });
    let (_daemon, _run, client) = served("custom", &dispatcher).await;
    assert_eq!(client.request(custom(&[1])).await.unwrap(), custom(&[1, 0]));
    assert_eq!(client.request(custom(&[2])).await.unwrap(), custom(&[2, 0]));
    // The one for all of them comes last, wherever it was registered.
    assert_eq!(client.request(custom(&[3])).await.unwrap(), custom(b"any"));
    // What one says against it is the end of it.
    let refused = ProtocolError::Call(CallError::Refused { text: "empty".into() });
    assert_eq!(client.request(custom(&[])).await, Err(refused));
    // The second of a name takes the place of the first.
    dispatcher.register("ONE", |_| Ok(custom(b"new")));
    assert_eq!(client.request(custom(&[2])).await.unwrap(), custom(b"new"));
    assert!(dispatcher.remove("ONE") && dispatcher.remove("CUSTOM") && !dispatcher.remove("ONE"));
    assert_eq!(client.request(custom(&[3])).await.unwrap(), Message::Unknown);
    for name in ["TWO", "ALSO_ONE"] {
        assert!(dispatcher.remove(name));
    }
    let missing = client.request(custom(&[2])).await;
    assert_eq!(missing, Err(ProtocolError::Call(CallError::Unimplemented)));
}

#[tokio::test]
async fn handlers_are_registered_and_taken_away_while_they_serve() {
    let dispatcher = Dispatcher::default();
    let (_daemon, _run, client) = served("live", &dispatcher).await;
    let missing: Result<Message> = Err(ProtocolError::Call(CallError::Unimplemented));
    assert_eq!(client.request(Message::Ping).await, missing);
    dispatcher.register_async("ping", |message| async move {
        tokio::task::yield_now().await;
        assert_eq!(message, Message::Ping);
        Ok(Message::Pong)
    });
    assert_eq!(client.request(Message::Ping).await, Ok(Message::Pong));
    assert!(dispatcher.remove("PING"));
    assert_eq!(client.request(Message::Ping).await, missing);
}

#[tokio::test]
async fn dispatching_here_gives_what_a_client_gets() {
    let dispatcher = earlier();
    assert_eq!(dispatcher.dispatch(&Message::Ping).await, Ok(Message::Pong));
    assert_eq!(dispatcher.dispatch(&custom(&[0; 101])).await, Ok(custom(&[1, 0, 1])));
    let missing = dispatcher.dispatch(&Message::Unknown).await;
    assert_eq!(missing, Err(ProtocolError::Call(CallError::Unimplemented)));
    dispatcher.register("UNKNOWN", |_| Err("what is that".into()));
    let refused = dispatcher.dispatch(&Message::Unknown).await;
    assert_eq!(refused, Err(ProtocolError::Handler("what is that".into())));
}

#[test]
fn each_message_has_a_type_and_comes_back_as_what_it_was() {
    let all = [
        (Message::Ping, "PING"),
        (Message::Pong, "PONG"),
        (Message::Echo("a".into()), "ECHO"),
        (custom(b"a"), "CUSTOM"),
        (Message::Unknown, "UNKNOWN"),
    ];
    for (message, name) in all {
        assert_eq!(message.message_type(), name);
        let bytes = np::wire::encode(&Content::from(message.clone())).unwrap();
        let read: Content = np::wire::decode(&bytes).unwrap();
        assert_eq!(Message::from(read), message);
    }
}

#[test]
fn a_message_of_a_newer_version_is_unknown() {
    let mut bytes = np::wire::encode(&Content::Ping).unwrap();
    // The tag is the last: nothing follows it.
    *bytes.iter_mut().rfind(|byte| **byte == 1).unwrap() = 77;
    let read: Content = np::wire::decode(&bytes).unwrap();
    assert!(matches!(&read, Content::Unknown(raw) if raw.tag() == 77), "{read:?}");
    assert_eq!(Message::from(read), Message::Unknown);
}

#[np::protocol(package = "example::sums")]
enum Sums {
    #[np(reply = u64)]
    Add { one: u64, other: u64 },
}

#[tokio::test]
async fn a_dispatcher_handles_any_other_protocol_too() {
    let dispatcher = Dispatcher::<Sums>::default();
    dispatcher.on("ADD", |_: &np::Cx, sum: SumsAdd| sum.one + sum.other).unwrap();
    assert_eq!(dispatcher.handled(), ["Add"]);
    let sums: SumsClient = np::testing::client(dispatcher.typed().clone()).await.unwrap();
    assert_eq!(sums.add(SumsAdd { one: 2, other: 3 }).await.unwrap(), 5);
}
