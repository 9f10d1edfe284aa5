//! A call that is alone on its TCP connection leaves by its caller's own hand.

use std::future::IntoFuture;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use network_protocol::{self as np, Bytes, CallError, Cx, Server};
use tokio::runtime::{Builder, Runtime};

use crate::common::{Flow, FlowClient, FlowHandler, SOON};

/// Says what it hears, and never answers a call without octets.
struct Ear(mpsc::Sender<Bytes>);

impl FlowHandler for Ear {
    async fn echo(&self, _: &Cx, body: Bytes) -> Bytes {
        self.0.send(body.clone()).unwrap();
        if body.is_empty() {
            std::future::pending::<()>().await;
        }
        body
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server with a thread of its own, and what it hears.
fn server() -> (Server, mpsc::Receiver<Bytes>) {
    let (heard, hears) = mpsc::channel();
    let (made, is_made) = mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let server = np::server().insecure_plain().add::<Flow, _>(Ear(heard));
            let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
            made.send(server.clone()).unwrap();
            server.closed().await;
        });
    });
    (is_made.recv().unwrap(), hears)
}

async fn client(server: &Server) -> FlowClient {
    np::client().insecure_plain().connect(server.address()).await.unwrap()
}

#[test]
fn a_call_is_heard_although_nothing_else_runs_at_its_caller() {
    let (server, hears) = server();
    runtime().block_on(async {
        let client = client(&server).await;
        // From here on the driver sleeps.
        client.echo(Bytes::from_static(b"first")).await.unwrap();
        assert_eq!(hears.recv_timeout(SOON).unwrap(), "first");
        while server.stats().calls_in_flight > 0 {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        let mut call = client.echo(Bytes::from_static(b"second")).into_future();
        let mut task = Context::from_waker(Waker::noop());
        assert_eq!(std::pin::Pin::new(&mut call).poll(&mut task), Poll::Pending);
        // This thread, on which the driver is, does nothing else meanwhile.
        assert_eq!(hears.recv_timeout(SOON).unwrap(), "second");
        assert_eq!(call.await.unwrap(), "second");
    });
    drop(server);
}

#[test]
fn its_deadline_is_kept_although_the_driver_slept() {
    let (server, hears) = server();
    runtime().block_on(async {
        let client = client(&server).await;
        client.echo(Bytes::from_static(b"first")).await.unwrap();
        let call = client.echo(Bytes::new()).timeout(Duration::from_millis(50));
        // Long before the heartbeat, for which the driver would wake by itself.
        let outcome = tokio::time::timeout(Duration::from_secs(10), call.into_future()).await;
        assert_eq!(outcome.unwrap(), Err(CallError::DeadlineExceeded));
    });
    assert_eq!(hears.iter().take(2).collect::<Vec<_>>(), ["first", ""]);
    drop(server);
}
