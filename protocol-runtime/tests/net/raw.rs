//! Protocols without generated code, against a server that has some.

use std::convert::Infallible;

use bytes::Bytes;
use protocol_runtime::call::CallError;
use protocol_runtime::client::{ClientBuilder, SchemaCheck};
use protocol_runtime::error::Error;
use protocol_runtime::protocol::Protocol;
use protocol_runtime::raw::{RawBody, RawMessage, RawProtocol};
use protocol_runtime::server::{Server, ServerBuilder};
use protocol_runtime::wire::encode;
use tokio::sync::mpsc;

use crate::common::*;

#[expect(clippy::unwrap_used, reason = "a test fails where it is wrong")]
fn body<T: protocol_runtime::wire::Root>(value: &T) -> RawBody {
    RawBody(encode(value).unwrap().into())
}

fn probe() -> RawProtocol {
    RawProtocol::new(
        Probe::NAME,
        [
            RawMessage::new(ECHO, "Echo").reply(),
            RawMessage::new(DIVIDE, "Divide").reply(),
            RawMessage::new(SAY, "Say"),
            RawMessage::new(PUSH, "Push").reply(),
            RawMessage::new(ASK, "Ask").reply(),
            RawMessage::new(TICK, "Tick").from_server(),
            RawMessage::new(QUESTION, "Question").from_server().reply(),
        ],
    )
}

fn client() -> ClientBuilder {
    ClientBuilder::new().insecure_anonymous().schema_check(SchemaCheck::Off)
}

#[expect(clippy::unwrap_used, reason = "a test fails where it is wrong")]
async fn serve() -> (Server, mpsc::Receiver<String>) {
    let (host, said) = Host::new();
    let server = ServerBuilder::new().insecure_anonymous().add::<Probe, _>(host);
    (server.listen(TCP).await.unwrap(), said)
}

#[tokio::test]
async fn bodies_go_and_come_as_the_bytes_that_they_are() {
    let (server, mut said) = serve().await;
    let probe = probe();
    let connection = client().offer_raw(&probe).open(server.address()).await.unwrap();
    let caller = connection.raw(&probe).unwrap();
    let call = |number, body| caller.call::<RawBody, RawBody, RawBody>(number, body);
    assert_eq!(call(ECHO, body(&"hé".to_owned())).await, Ok(body(&"hé".to_owned())));
    assert_eq!(call(DIVIDE, body(&7_u32)).await, Ok(body(&14_u32)));
    let error = call(DIVIDE, body(&0_u32)).await.unwrap_err();
    assert_eq!(error, CallError::Application(body(&"by zero".to_owned())));
    let error = call(ECHO, RawBody(Bytes::from_static(b"\xff"))).await.unwrap_err();
    assert!(matches!(error, CallError::BadMessage { .. }), "{error}");
    caller.notify(SAY, body(&"aloud".to_owned())).await.unwrap();
    assert_eq!(said.recv().await.unwrap(), "aloud");
}

#[tokio::test]
async fn one_way_messages_of_the_server_are_handed_on_and_its_calls_are_not_taken() {
    let (server, _said) = serve().await;
    let (ticks, mut seen) = mpsc::channel(8);
    let probe = probe();
    let handed = client().on_raw(&probe, move |number, body| {
        let ticks = ticks.clone();
        async move { ticks.send((number, body)).await.unwrap() }
    });
    let connection = handed.open(server.address()).await.unwrap();
    let caller = connection.raw(&probe).unwrap();
    let push = caller.call::<RawBody, RawBody, RawBody>(PUSH, body(&2_u32));
    push.await.unwrap();
    for tick in 0..2_u32 {
        assert_eq!(seen.recv().await.unwrap(), (TICK, body(&tick).0));
    }
    let asked = caller.call::<RawBody, String, Infallible>(ASK, body(&"who".to_owned()));
    assert!(asked.await.unwrap().contains("not implemented"));
}

#[tokio::test]
async fn a_protocol_that_was_not_offered_or_is_not_served_is_not_called() {
    let (server, _said) = serve().await;
    let (probe, other) = (probe(), RawProtocol::new("no::Such", []));
    let both = client().offer_raw(&probe).offer_raw(&other);
    let connection = both.open(server.address()).await.unwrap();
    assert!(matches!(connection.raw(&other), Err(Error::Config(_))));
    let alone = client().offer_raw(&other).open(server.address()).await.unwrap_err();
    assert!(matches!(alone, Error::Rejected(_)), "{alone}");
    let newer = probe.version(9, 9);
    let error = client().offer_raw(&newer).open(server.address()).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(_)), "{error}");
}

#[tokio::test]
#[cfg(feature = "reflect")]
async fn a_server_tells_its_protocols_to_a_client_that_knows_none() {
    use protocol_runtime::protocol::{DESCRIBE, LIST, LISTING};

    let (host, _said) = Host::new();
    let (second, _also) = Host::new();
    let server = ServerBuilder::new().insecure_anonymous();
    let server = server.add::<Probe, _>(host).add::<Other, _>(second);
    let server = server.listen(TCP).await.unwrap();
    let listing = RawProtocol::new(LISTING, [RawMessage::new(LIST, "List").reply()]);
    let connection = client().offer_raw(&listing).open(server.address()).await.unwrap();
    let caller = connection.raw(&listing).unwrap();
    let names = caller.call::<(), Vec<String>, Infallible>(LIST, ()).await.unwrap();
    assert_eq!(names, [Probe::NAME, Other::NAME]);
    let text = caller.call::<(), String, Infallible>(DESCRIBE, ()).await.unwrap();
    assert!(text.contains("package np;") && text.contains("List"), "{text}");
}
