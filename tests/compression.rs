//! What the options about compression and memory change, seen from outside: octets on the wire, and
//! messages that are refused.
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]
#![expect(clippy::as_conversions, reason = "lengths of short texts")]

use network_protocol::{
    self as np, Bytes, Client as _, CompressionOffer, MessageMemory, Secret, Stream,
};
use tokio::sync::mpsc;

/// The same from the other door.
mod paper {
    network_protocol::schema!("tests/compression.np");
}

use paper::{Paper, PaperClient, PaperPeer, PaperPrint, PaperScroll, PaperSeal};

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
    let limits = np::Limits::default().with_decode_total_bytes(1_500_000).unwrap();
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

/// Tells what came, and sends it back where there is a way.
struct Desk(mpsc::Sender<String>);

impl paper::PaperHandler for Desk {
    async fn print(&self, _: &np::Cx, message: PaperPrint) -> String {
        message.text
    }

    async fn scroll(&self, _: &np::Cx, _: PaperScroll, lines: Stream<String>) -> Stream<String> {
        lines
    }

    async fn note(&self, cx: &np::Cx, text: String) {
        PaperPeer::from(cx).proof(text.clone()).await.unwrap();
        self.0.send(text).await.unwrap();
    }

    async fn plain(&self, _: &np::Cx, text: String) -> String {
        text
    }

    async fn hint(&self, _: &np::Cx, text: String) {
        self.0.send(text).await.unwrap();
    }

    async fn seal(&self, _: &np::Cx, message: PaperSeal) -> u32 {
        (message.key.expose().len() + message.text.len()) as u32
    }
}

impl paper::PaperClientHandler for Desk {
    async fn proof(&self, _: &np::Cx, text: String) {
        self.0.send(text).await.unwrap();
    }
}

/// What went out and came in since the last look, as a client counts it.
struct Scale(PaperClient, np::ConnectionStats);

impl Scale {
    fn new(client: &PaperClient) -> Self {
        Self(client.clone(), client.connection().stats())
    }

    fn weigh(&mut self) -> (u64, u64) {
        let (now, before) = (self.0.connection().stats(), self.1);
        self.1 = now;
        let out = now.session.octets_out - before.session.octets_out;
        (out, now.session.octets_in - before.session.octets_in)
    }
}

#[tokio::test]
async fn f35_what_a_schema_file_says_is_compressed_goes_and_comes_so_and_arrives() {
    let (heard, mut hear) = mpsc::channel(4);
    let server = np::server().insecure_anonymous().add::<Paper, _>(Desk(heard.clone()));
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let client = np::client().insecure_anonymous().on::<Paper, _>(Desk(heard));
    let client: PaperClient = client.connect(server.address()).await.unwrap();
    let (long, mut scale) = ("all work and no play ".repeat(1_000), Scale::new(&client));
    let is_small = |(out, came): (u64, u64)| out < 2_000 && came < 2_000;

    let printed = client.print(PaperPrint { text: long.clone() }).await.unwrap();
    assert!(printed == long && is_small(scale.weigh()));
    let lines: Vec<_> = (0..20).map(|at| format!("{at}: {}", &long[..1_000])).collect();
    let scrolled = client.scroll(PaperScroll {}, Stream::from_iter(lines.clone())).await.unwrap();
    assert_eq!(scrolled.try_collect::<Vec<_>>().await.unwrap(), lines);
    let (out, came) = scale.weigh();
    assert!(out < 5_000 && came < 5_000, "{out} {came} of 20,000");
    // There and back, each by itself.
    client.note(long.clone()).await.unwrap();
    for _ in 0..2 {
        assert!(hear.recv().await.unwrap() == long);
    }
    assert!(is_small(scale.weigh()));

    // Without the word, only what the caller wants to be.
    assert!(client.plain(long.clone()).await.unwrap() == long);
    let (out, came) = scale.weigh();
    assert!(out > 20_000 && came > 20_000, "{out} {came}");
    assert!(client.plain(long.clone()).compress().await.unwrap() == long);
    let (out, came) = scale.weigh();
    assert!(out < 2_000 && came > 20_000, "{out} {came}");
    for (compress, small) in [(false, false), (true, true)] {
        let hint = client.hint(long.clone());
        if compress { hint.compress().await } else { hint.await }.unwrap();
        assert!(hear.recv().await.unwrap() == long);
        assert_eq!(scale.weigh().0 < 2_000, small);
    }
    // Nor may a caller want it where there is a secret.
    let seal = PaperSeal { key: "key".to_owned().into(), text: long.clone() };
    assert_eq!(client.seal(seal).compress().await, Ok(21_003));
    let (out, _) = scale.weigh();
    assert!(out > 21_000, "{out}");
}

#[derive(np::Wire, Debug, Clone)]
pub(crate) struct Page {
    number: u32,
    text: String,
    marks: Vec<Mark>,
}

#[derive(np::Wire, Debug, Clone)]
pub(crate) enum Mark {
    Line(u32),
    Key(std::collections::BTreeMap<u32, Option<Secret<String>>>),
    #[np(unknown)]
    Unknown(np::RawVariant),
}

#[derive(np::Wire, Debug)]
#[np(error)]
pub(crate) enum Leak {
    Token(Secret<String>),
    #[np(unknown)]
    Unknown(np::RawVariant),
}

/// Each would be compressed, both ways, but for what it may hold somewhere.
#[network_protocol::protocol(package = "test::secrets")]
pub(crate) enum Vault {
    #[np(reply = String, compress)]
    Inside(Vec<Page>),
    #[np(reply = Page, compress)]
    Answered(String),
    #[np(reply = Result<String, Leak>, compress)]
    Failing(String),
    #[np(reply = String, compress)]
    Sent { text: String, pages: Stream<Page> },
    #[np(reply = Stream<Page>, compress)]
    Flowing(String),
    /// This one holds none.
    #[np(reply = String, compress)]
    Open(String),
}

struct Keeper;

fn page(text: String) -> Page {
    Page { number: 1, text, marks: vec![Mark::Line(1)] }
}

impl VaultHandler for Keeper {
    async fn inside(&self, _: &np::Cx, pages: Vec<Page>) -> String {
        pages.into_iter().map(|page| page.text).collect()
    }

    async fn answered(&self, _: &np::Cx, text: String) -> Page {
        page(text)
    }

    async fn failing(&self, _: &np::Cx, text: String) -> Result<String, Leak> {
        Ok(text)
    }

    async fn sent(&self, _: &np::Cx, message: VaultSent, mut pages: Stream<Page>) -> String {
        while let Some(Ok(_)) = pages.next().await {}
        message.text
    }

    async fn flowing(&self, _: &np::Cx, text: String) -> Stream<Page> {
        Stream::from_iter([page(text)])
    }

    async fn open(&self, _: &np::Cx, text: String) -> String {
        text
    }
}

#[tokio::test]
async fn f35_wherever_a_message_may_hold_a_secret_nothing_of_it_is_compressed() {
    let server = np::server().insecure_anonymous().compression_enabled(true);
    let server = server.add::<Vault, _>(Keeper).listen("tcp://127.0.0.1:0").await.unwrap();
    let client = np::client().insecure_anonymous().compression_enabled(true);
    let client: VaultClient = client.connect(server.address()).await.unwrap();
    let (text, connection) = ("x".repeat(LONG), client.connection());
    for name in ["inside", "answered", "failing", "sent", "flowing", "open"] {
        let before = connection.stats().session;
        let text = text.clone();
        let came = match name {
            "inside" => client.inside(vec![page(text)]).compress().await.unwrap(),
            "answered" => client.answered(text).compress().await.unwrap().text,
            "failing" => client.failing(text).compress().await.unwrap(),
            "sent" => {
                let pages = Stream::from_iter([page(text.clone())]);
                client.sent(VaultSent { text }, pages).compress().await.unwrap()
            }
            "flowing" => {
                let pages = client.flowing(text).compress().await.unwrap();
                pages.try_collect::<Vec<_>>().await.unwrap().remove(0).text
            }
            _ => client.open(text).compress().await.unwrap(),
        };
        assert_eq!(came.len(), LONG);
        let after = connection.stats().session;
        let (out, came) =
            (after.octets_out - before.octets_out, after.octets_in - before.octets_in);
        match name {
            "open" => assert!(out < 2_000 && came < 2_000, "{out} {came}"),
            "sent" => assert!(out > 40_000 && came > 20_000, "{out} {came}"),
            _ => assert!(out > 20_000 && came > 20_000, "{name}: {out} {came}"),
        }
    }
}

/// Keeps what it is given until it may go.
struct Cellar(std::sync::Arc<tokio::sync::Semaphore>);

#[network_protocol::protocol(package = "test::attic")]
pub(crate) enum Attic {
    #[np(reply = u32, compress)]
    Hold(Bytes),
    #[np(reply = u32)]
    Count(u32),
}

impl AtticHandler for Cellar {
    async fn hold(&self, _: &np::Cx, what: Bytes) -> u32 {
        self.0.acquire().await.unwrap().forget();
        what.len() as u32
    }

    async fn count(&self, _: &np::Cx, count: u32) -> u32 {
        count + 1
    }
}

#[tokio::test]
async fn z6_a_thousand_bombs_at_once_stay_within_the_memory_and_others_are_served() {
    const MIB: usize = 1_024 * 1_024;
    let limits = np::Limits::default().with_decode_total_bytes(16 * MIB as u32).unwrap();
    let memory = MessageMemory::new(&limits);
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let server = np::server().insecure_anonymous().limits(limits).message_memory(memory.clone());
    let server = server.add::<Attic, _>(Cellar(gate.clone())).listen("tcp://127.0.0.1:0").await;
    let server = server.unwrap();
    let connect = || np::client().insecure_anonymous().connect::<AtticClient>(server.address());

    let (sender, mut ended) = mpsc::channel(1_000);
    // A few hundred octets on the way, each.
    let bomb = Bytes::from(vec![0; MIB]);
    for _ in 0..50 {
        let client = connect().await.unwrap();
        for _ in 0..20 {
            let (call, sender) = (client.hold(bomb.clone()).no_timeout(), sender.clone());
            tokio::spawn(async move { sender.send(call.await).await.unwrap() });
        }
    }
    for refused in 0..1_000 - 16 {
        let overloaded = Err(np::CallError::Overloaded { retry_after: None });
        assert_eq!(ended.recv().await.unwrap(), overloaded, "after {refused}");
    }
    let honest = connect().await.unwrap();
    for count in 0..100 {
        assert_eq!(honest.count(count).await, Ok(count + 1));
        assert!((MIB..=16 * MIB).contains(&memory.used()), "{}", memory.used());
    }
    gate.add_permits(1_000);
    let mut held = 0;
    for _ in 0..16 {
        match ended.recv().await.unwrap() {
            Ok(len) => held += usize::from(len as usize == MIB),
            Err(error) => assert!(matches!(error, np::CallError::Overloaded { .. }), "{error}"),
        }
    }
    assert!(held >= 4, "{held}");
    assert_eq!(memory.used(), 0);
    // There is room again.
    assert_eq!(honest.hold(bomb).await, Ok(MIB as u32));
}

async fn answers_with_too_much(len: u32) {
    let server = np::server().insecure_anonymous().add::<Store, _>(Shelf);
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let client: StoreClient = np::client()
        .insecure_anonymous()
        .response_timeout(std::time::Duration::from_secs(300))
        .connect(server.address())
        .await
        .unwrap();
    assert_eq!(client.blob(len).await, Err(np::CallError::ResponseTooLarge));
    // Its caller is the only one that notices.
    assert_eq!(client.put("goes on".to_owned()).await, Ok(7));
}

#[tokio::test]
async fn s9_an_answer_that_is_far_too_large_is_an_error_of_its_call() {
    answers_with_too_much(128 * 1_024 * 1_024).await;
}

#[tokio::test]
#[ignore = "takes two gibibytes of memory: cargo test --test compression -- --ignored"]
async fn s9_an_answer_of_a_gibibyte_is_an_error_of_its_call() {
    answers_with_too_much(1_024 * 1_024 * 1_024).await;
}
