//! What the options about compression and memory change, seen from outside: octets on the wire, and
//! messages that are refused.
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]
#![expect(clippy::as_conversions, reason = "lengths of short texts")]

use network_protocol::{self as np, Bytes, Client as _, CompressionOffer, MessageMemory, Secret};

#[network_protocol::protocol(package = "test::compression")]
pub(crate) enum Store {
    #[np(reply = u32)]
    Put(String),
    #[np(reply = String, compress)]
    Book(u32),
    #[np(reply = u32)]
    Hide(Secret<String>),
    #[np(reply = Bytes)]
    Blob(u32),
}

struct Shelf;

impl StoreHandler for Shelf {
    async fn put(&self, _: &np::Cx, text: String) -> u32 {
        text.len() as u32
    }

    async fn book(&self, _: &np::Cx, pages: u32) -> String {
        "all work and no play ".repeat(pages as usize)
    }

    async fn hide(&self, _: &np::Cx, text: Secret<String>) -> u32 {
        text.expose().len() as u32
    }

    async fn blob(&self, _: &np::Cx, len: u32) -> Bytes {
        vec![7; len as usize].into()
    }
}

const LONG: usize = 20_000;

/// Octets that went out and came in for what was called.
struct Octets {
    put: u64,
    hide: u64,
    book: u64,
}

async fn octets(
    server: impl FnOnce(np::ServerBuilder) -> np::ServerBuilder,
    client: impl FnOnce(np::ClientBuilder) -> np::ClientBuilder,
) -> Octets {
    let server = server(np::server().insecure_anonymous()).add::<Store, _>(Shelf);
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let client = client(np::client().insecure_anonymous());
    let client: StoreClient = client.connect(server.address()).await.unwrap();
    let stats = || client.connection().stats().session;
    let text = "x".repeat(LONG);
    let (before, _) = (stats().octets_out, client.put(text.clone()).await.unwrap());
    let put = stats().octets_out - before;
    let (before, _) = (stats().octets_out, client.hide(text.into()).await.unwrap());
    let hide = stats().octets_out - before;
    let (before, book) = (stats().octets_in, client.book(1_000).await.unwrap());
    assert_eq!(book.len(), 21_000);
    Octets { put, hide, book: stats().octets_in - before }
}

#[tokio::test]
async fn without_any_option_only_messages_that_say_so_are_compressed() {
    let Octets { put, hide, book } = octets(|server| server, |client| client).await;
    assert!(put > 20_000 && hide > 20_000, "{put} {hide}");
    assert!(book < 2_000, "{book}");
}

#[tokio::test]
async fn a_side_that_compresses_compresses_all_but_secrets() {
    let Octets { put, hide, book } =
        octets(|server| server, |client| client.compression_enabled(true)).await;
    assert!(put < 2_000 && book < 2_000, "{put} {book}");
    assert!(hide > 20_000, "{hide}");
}

#[tokio::test]
async fn what_one_side_does_not_read_the_other_does_not_send() {
    let none = CompressionOffer::default();
    let Octets { put, book, .. } =
        octets(|server| server.compression(none), |client| client.compression_enabled(true)).await;
    assert!(put > 20_000 && book > 20_000, "{put} {book}");
    let Octets { book, .. } = octets(|server| server, |client| client.compression(none)).await;
    assert!(book > 20_000, "{book}");
    let lz4 = CompressionOffer { lz4: true, ..none };
    let Octets { book, .. } = octets(|server| server.compression(lz4), |client| client).await;
    assert!(book < 2_000, "{book}");
}

#[tokio::test]
async fn a_server_that_compresses_compresses_its_answers() {
    let server = np::server().insecure_anonymous().compression_enabled(true);
    let server = server.add::<Store, _>(Shelf).listen("tcp://127.0.0.1:0").await.unwrap();
    let client: StoreClient =
        np::client().insecure_anonymous().connect(server.address()).await.unwrap();
    let before = client.connection().stats().session.octets_in;
    assert_eq!(client.blob(20_000).await.unwrap().len(), 20_000);
    let came = client.connection().stats().session.octets_in - before;
    assert!(came < 2_000, "{came}");
}

#[tokio::test]
async fn connections_of_a_client_share_the_memory_for_large_messages() {
    let server = np::server().insecure_anonymous().add::<Store, _>(Shelf);
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let limits = np::Limits::default().with_decode_total_bytes(1_048_576).unwrap();
    let builder = || np::client().insecure_anonymous().limits(limits.clone());
    let channel = builder().connections(2).offer::<Store>().channel(server.address()).await;
    let channel = channel.unwrap();
    let client: StoreClient = channel.client().unwrap();
    // Each of the two has its turn, once there are two.
    let session = || client.connection().security().handshake_hash;
    while session() == session() {
        tokio::task::yield_now().await;
    }
    // What is kept of the one is missing to the other.
    let kept = client.blob(700_000).await.unwrap();
    assert_eq!(client.blob(700_000).await, Err(np::CallError::ResponseTooLarge));
    drop(kept);
    client.blob(700_000).await.unwrap();

    // Clients that are told to share it do.
    let memory = MessageMemory::new(&limits);
    let client = || builder().message_memory(memory.clone());
    let one: StoreClient = client().connect(server.address()).await.unwrap();
    let other: StoreClient = client().connect(server.address()).await.unwrap();
    let kept = one.blob(700_000).await.unwrap();
    assert!(memory.used() >= 700_000);
    assert_eq!(other.blob(700_000).await, Err(np::CallError::ResponseTooLarge));
    drop(kept);
    assert_eq!(memory.used(), 0);
}

#[tokio::test]
async fn a_client_on_a_channel_has_the_connection_that_its_calls_go_over() {
    let server = np::server().insecure_anonymous().add::<Store, _>(Shelf);
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let channel = np::client().insecure_anonymous().lazy().offer::<Store>();
    let channel = channel.channel(server.address()).await.unwrap();
    let client: StoreClient = channel.client().unwrap();
    let connection = client.connection();
    assert!(!connection.security().is_encrypted(), "there is none yet");
    connection.closed().await;
    client.put("x".to_owned()).await.unwrap();
    let connection = client.connection();
    assert!(connection.security().is_encrypted());
    assert_eq!(connection.stats().session.calls, 1);
}
