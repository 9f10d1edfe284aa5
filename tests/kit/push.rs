//! A server that calls its clients of its own accord.

use network_protocol::{self as np, Connection, Decision, Peer};
use tokio::sync::mpsc;

use crate::{Kit, KitClientHandler, KitPeer, Plain};

/// Passes on what the server tells.
struct Reader(mpsc::Sender<String>);

impl KitClientHandler for Reader {
    async fn news(&self, _: &np::Cx, text: String) {
        self.0.send(text).await.unwrap();
    }
}

async fn reader(at: &str) -> (Connection, mpsc::Receiver<String>) {
    let (sender, news) = mpsc::channel(4);
    let connection = np::client().on::<Kit, _>(Reader(sender)).open(at).await.unwrap();
    (connection, news)
}

async fn connected(server: &np::Server, count: usize) -> Vec<Connection> {
    loop {
        let connected = server.connected();
        if connected.len() == count {
            return connected;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_server_pushes_to_all_of_its_clients() {
    let server = np::server().add::<Kit, _>(Plain).listen("mem://push").await.unwrap();
    let mut readers = Vec::new();
    for _ in 0..3 {
        readers.push(reader("mem://push").await);
    }
    for connection in connected(&server, 3).await {
        KitPeer::from(&connection).news("at noon".to_owned()).await.unwrap();
    }
    for (_, news) in &mut readers {
        assert_eq!(news.recv().await.unwrap(), "at noon");
    }

    // Who is gone is not there any more, and a handle does not keep it.
    let held = connected(&server, 3).await;
    let (gone, _) = readers.remove(0);
    drop(gone);
    let left = connected(&server, 2).await;
    let mut told = 0;
    for connection in &held {
        let news = KitPeer::from(connection).news("at one".to_owned()).await;
        told += usize::from(news.is_ok());
        assert!(matches!(news, Ok(()) | Err(np::Error::Closed(_))), "{news:?}");
    }
    assert_eq!((told, left.len()), (2, 2));
    for (_, news) in &mut readers {
        assert_eq!(news.recv().await.unwrap(), "at one");
    }

    // Neither do handles keep a server from its end.
    server.shutdown(std::time::Duration::from_secs(9)).await.unwrap();
    assert!(server.connected().is_empty());
}

/// Decides about nobody.
struct Undecided;

impl np::Authorizer for Undecided {
    async fn authorize(&self, _: &Peer) -> Decision {
        std::future::pending().await
    }
}

#[tokio::test]
async fn who_is_not_let_in_yet_is_not_among_the_connected() {
    let builder = np::server().authorizer(Undecided).add::<Kit, _>(Plain);
    let server = builder.listen("mem://push-undecided").await.unwrap();
    // For the client nothing is missing: it learns of it when it calls.
    let _client = np::client().offer::<Kit>().open("mem://push-undecided").await.unwrap();
    while server.connections() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(server.connected().is_empty());
}

/// Tells what it echoes as news, too.
struct Crier;

impl crate::KitHandler for Crier {
    async fn echo(&self, cx: &np::Cx, text: String) -> String {
        KitPeer::from(&cx.connection()).news(text.clone()).await.unwrap();
        text
    }
}

#[tokio::test]
async fn the_kit_for_tests_has_a_handler_for_what_the_server_tells() {
    let (sender, mut news) = mpsc::channel(4);
    let kit: crate::KitClient = np::testing::client_with(Crier, Reader(sender)).await.unwrap();
    assert_eq!(kit.echo("at two".to_owned()).await.unwrap(), "at two");
    assert_eq!(news.recv().await.unwrap(), "at two");
}
