//! Two sides with different schemas of one protocol: what the client finds out when it connects, and
//! what becomes of the connection (H11).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers fail as the tests do")]
#![expect(clippy::as_conversions, reason = "lengths of short texts")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use network_protocol::error::{NotCompared, ProtocolDiff};
use network_protocol::fingerprint::Fingerprint;
use network_protocol::reflect::Effect;
use network_protocol::schema::ProtocolSchema;
use network_protocol::wire::DecodeOptions;
use network_protocol::{self as np, Client as _, Error, Protocol, SchemaCheck};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

/// What all are compared with.
mod first {
    #[network_protocol::protocol(package = "test::diff", version = 2, min = 1)]
    pub(crate) enum Notes {
        #[np(id = 1, reply = u64)]
        Add {
            #[np(id = 0)]
            text: String,
        },
    }
}

/// The version before: without a field.
mod older {
    #[network_protocol::protocol(package = "test::diff", version = 1, min = 1)]
    pub(crate) enum Notes {
        #[np(id = 1, reply = u64)]
        Add {},
    }
}

/// The version after: with another message and another field.
mod newer {
    #[network_protocol::protocol(package = "test::diff", version = 3, min = 1)]
    pub(crate) enum Notes {
        #[np(id = 1, reply = u64)]
        Add {
            #[np(id = 0)]
            text: String,
            #[np(id = 1)]
            pinned: bool,
        },
        #[np(id = 2, reply = u64)]
        Count,
    }
}

/// The same version, and only the name in common.
mod unrelated {
    #[network_protocol::protocol(package = "test::diff", version = 2, min = 1)]
    pub(crate) enum Notes {
        #[np(id = 1, reply = String)]
        Add {
            #[np(id = 0)]
            text: u32,
        },
    }
}

struct Book;

impl first::NotesHandler for Book {
    async fn add(&self, _: &np::Cx, note: first::NotesAdd) -> u64 {
        note.text.len() as u64
    }
}

impl older::NotesHandler for Book {
    async fn add(&self, _: &np::Cx, _: older::NotesAdd) -> u64 {
        0
    }
}

impl newer::NotesHandler for Book {
    async fn add(&self, _: &np::Cx, note: newer::NotesAdd) -> u64 {
        note.text.len() as u64
    }

    async fn count(&self, _: &np::Cx) -> u64 {
        7
    }
}

impl unrelated::NotesHandler for Book {
    async fn add(&self, _: &np::Cx, _: unrelated::NotesAdd) -> String {
        String::new()
    }
}

fn address() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("mem://schema-diff-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

const TCP: &str = "tcp://127.0.0.1:0";

fn anonymous() -> np::ClientBuilder {
    np::client().insecure_anonymous()
}

fn server() -> np::ServerBuilder {
    np::server().insecure_anonymous()
}

fn only(connection: &np::Connection) -> ProtocolDiff {
    let mut diff = connection.schema_diff().expect("the schemas differ");
    assert_eq!(diff.protocols.len(), 1);
    diff.protocols.remove(0)
}

fn rules(diff: &ProtocolDiff) -> Vec<(&str, Effect)> {
    let changes = diff.comparison.as_ref().expect("compared");
    changes.list.iter().map(|change| (change.rule.as_str(), change.effect)).collect()
}

#[tokio::test]
async fn sides_with_the_same_schema_ask_nothing() {
    let server = server().add::<first::Notes, _>(Book).listen(TCP).await.unwrap();
    let notes: first::NotesClient = anonymous().connect(server.address()).await.unwrap();
    assert_eq!(notes.connection().schema_diff(), None);
    assert_eq!(server.stats().session.requests, 0);
}

#[tokio::test]
async fn h11_a_client_of_an_older_server_knows_what_it_lacks() {
    for address in [address(), TCP.to_owned()] {
        let server = server().add::<first::Notes, _>(Book).listen(&address).await.unwrap();
        let notes: newer::NotesClient = anonymous().connect(server.address()).await.unwrap();
        let diff = only(&notes.connection());
        assert_eq!((diff.ours.version, diff.theirs.version), (3, 2));
        assert_eq!(diff.protocol, "test::diff::Notes");
        assert_eq!(rules(&diff), [("NPB421", Effect::Fine), ("NPB221", Effect::Fine)]);
        assert_eq!(notes.add(newer::NotesAdd { text: "four".into(), pinned: true }).await, Ok(4));
        assert_eq!(notes.count().await, Err(np::CallError::Unimplemented));
    }
}

#[tokio::test]
async fn h11_a_client_of_a_newer_server_knows_what_that_has_more() {
    for address in [address(), TCP.to_owned()] {
        let server = server().add::<first::Notes, _>(Book).listen(&address).await.unwrap();
        let notes: older::NotesClient = anonymous().connect(server.address()).await.unwrap();
        let diff = only(&notes.connection());
        assert_eq!((diff.ours.version, diff.theirs.version), (1, 2));
        assert_eq!(rules(&diff), [("NPB221", Effect::Fine)]);
        let changes = diff.comparison.expect("compared");
        assert_eq!(changes.to_string(), "Notes.Add.text: field `text` (@0) was added (NPB221)");
        assert_eq!(notes.add(older::NotesAdd {}).await, Ok(0));
    }
}

#[tokio::test]
async fn h11_what_does_not_fit_is_refused_when_connecting() {
    for address in [address(), TCP.to_owned()] {
        let server = server().add::<unrelated::Notes, _>(Book).listen(&address).await.unwrap();
        let refused = anonymous().connect::<first::NotesClient>(server.address()).await;
        let Err(Error::SchemaMismatch(mismatch)) = refused else { panic!("{refused:?}") };
        assert_eq!((mismatch.ours.version, mismatch.theirs.version), (2, 2));
        assert_ne!(mismatch.ours.fingerprint, mismatch.theirs.fingerprint);
        assert_eq!(mismatch.changes.effect(), Effect::Break);
        let text = mismatch.to_string();
        assert!(text.contains("`test::diff::Notes`") && text.contains("NPB402"), "{text}");
        while server.connections() > 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_client_that_only_reports_connects_all_the_same() {
    let server = server().add::<unrelated::Notes, _>(Book).listen(TCP).await.unwrap();
    let client = anonymous().schema_check(SchemaCheck::Report);
    let notes: first::NotesClient = client.connect(server.address()).await.unwrap();
    assert!(rules(&only(&notes.connection())).contains(&("NPB402", Effect::Break)));
}

#[tokio::test]
async fn a_client_that_is_not_to_ask_does_not() {
    let server = server().add::<unrelated::Notes, _>(Book).listen(TCP).await.unwrap();
    let client = anonymous().schema_check(SchemaCheck::Off);
    let notes: first::NotesClient = client.connect(server.address()).await.unwrap();
    assert_eq!(only(&notes.connection()).comparison, Err(NotCompared::NotAsked));
    assert_eq!(server.stats().session.requests, 0);
}

#[tokio::test]
async fn only_the_protocols_that_differ_are_told() {
    #[network_protocol::protocol(package = "test::diff")]
    pub(crate) enum Same {
        Ping(u8),
    }
    struct Nothing;
    impl SameHandler for Nothing {}
    let server = server().add::<Same, _>(Nothing).add::<first::Notes, _>(Book);
    let server = server.listen(TCP).await.unwrap();
    let client = anonymous().offer::<Same>().offer::<newer::Notes>();
    let connection = client.open(server.address()).await.unwrap();
    assert_eq!(only(&connection).protocol, "test::diff::Notes");
    assert_eq!(server.stats().session.requests, 1);
}

#[tokio::test]
async fn a_server_knows_that_the_schemas_differ_and_asks_nothing() {
    struct Told(mpsc::Sender<ProtocolDiff>);
    impl first::NotesHandler for Told {
        async fn add(&self, cx: &np::Cx, _: first::NotesAdd) -> u64 {
            self.0.send(only(&cx.connection())).await.ok();
            0
        }
    }
    let (tell, mut told) = mpsc::channel(1);
    let server = server().add::<first::Notes, _>(Told(tell)).listen(TCP).await.unwrap();
    let notes: older::NotesClient = anonymous().connect(server.address()).await.unwrap();
    notes.add(older::NotesAdd {}).await.unwrap();
    let diff = told.recv().await.unwrap();
    assert_eq!((diff.ours.version, diff.theirs.version), (2, 1));
    assert_eq!(diff.comparison, Err(NotCompared::NotAsked));
}

#[tokio::test]
async fn a_schema_over_the_limit_is_not_compared() {
    let server = server().add::<unrelated::Notes, _>(Book).listen(TCP).await.unwrap();
    let limits = |bytes| np::Limits::default().with_schema_bytes(bytes).unwrap();
    let refused =
        anonymous().limits(limits(4_096)).connect::<first::NotesClient>(server.address()).await;
    assert!(matches!(refused, Err(Error::SchemaMismatch(_))), "{refused:?}");

    let long = long::Notes::NAME;
    assert_eq!(long, "test::diff::Notes");
    let server = self::server().add::<long::Notes, _>(Book).listen(TCP).await.unwrap();
    let client = anonymous().limits(limits(1_024));
    let notes: first::NotesClient = client.connect(server.address()).await.unwrap();
    let comparison = only(&notes.connection()).comparison;
    assert!(
        matches!(comparison, Err(NotCompared::TooLong { len, max: 1_024 }) if len > 1_024),
        "{comparison:?}"
    );
}

/// A schema of more than a kilobyte.
mod long {
    macro_rules! long {
        ($($name:ident)*) => {
            #[network_protocol::protocol(package = "test::diff", version = 2, min = 1)]
            pub(crate) enum Notes {
                #[np(reply = String)]
                Add { text: u32 },
                $(#[np(reply = String)] $name { text_of_the_message: String },)*
            }
        };
    }
    long! { A B C D E F G H I J K L M N O P Q R S T U V W X Y Z }
}

impl long::NotesHandler for Book {}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_says_is_connected_to_when_the_time_is_over() {
    let (opener, listener) = mpsc::channel::<DuplexStream>(1);
    let server = np::server().insecure_plain().add::<first::Notes, _>(Book);
    let _server = server.serve_on("mute", listener).await.unwrap();
    let open = move || {
        let opener = opener.clone();
        async move {
            let (near, mut middle) = tokio::io::duplex(4_096);
            let (mut beyond, far) = tokio::io::duplex(4_096);
            opener.send(far).await.map_err(|_| io::ErrorKind::ConnectionRefused)?;
            tokio::spawn(async move {
                // The client's preface, and what the server says to it; nothing after that.
                let mut preface = [0; 10];
                middle.read_exact(&mut preface).await?;
                let mut body = vec![0; u16::from_le_bytes([preface[8], preface[9]]).into()];
                middle.read_exact(&mut body).await?;
                beyond.write_all(&[&preface[..], &body].concat()).await?;
                let mut accept = vec![0; 2];
                beyond.read_exact(&mut accept).await?;
                let len = usize::from(u16::from_be_bytes([accept[0], accept[1]]));
                accept.resize(2 + len, 0);
                beyond.read_exact(&mut accept[2..]).await?;
                middle.write_all(&accept).await?;
                tokio::io::copy(&mut middle, &mut tokio::io::sink()).await
            });
            Ok(near)
        }
    };
    let client = np::client().insecure_plain().offer::<newer::Notes>();
    let started = tokio::time::Instant::now();
    let connection = client.open_on("mute", open).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 10, "as long as a handshake may take");
    assert_eq!(only(&connection).comparison, Err(NotCompared::Late));
}

#[tokio::test]
async fn a_server_that_does_not_say_is_connected_to() {
    let server = server().add::<long::Notes, _>(Book).listen(TCP).await.unwrap();
    // It says so only to those who take that much.
    let limits = np::Limits::default().with_message_bytes(1_024).unwrap();
    let client = anonymous().limits(limits);
    let notes: first::NotesClient = client.connect(server.address()).await.unwrap();
    let comparison = only(&notes.connection()).comparison;
    assert!(matches!(comparison, Err(NotCompared::NotTold(_))), "{comparison:?}");
}

/// Says of itself what it likes.
struct Liar<const TEXT: usize>;

/// What liars say.
fn lie(text: usize) -> String {
    match text {
        0 => String::new(),
        1 => "not a schema at all".to_owned(),
        // A schema, and of another protocol than the one that is offered.
        2 => first::Notes::to_np(),
        3 => "package test::diff;\n".to_owned() + &"(".repeat(200_000),
        _ => "package test::diff;\n".to_owned() + &"struct A { a: Vec<".repeat(10_000),
    }
}

impl<const TEXT: usize> Protocol for Liar<TEXT> {
    const NAME: &'static str = "test::diff::Notes";
    const VERSION: u32 = 2;
    const MIN_VERSION: u32 = 1;

    fn schema() -> &'static ProtocolSchema {
        first::Notes::schema()
    }

    fn fingerprint() -> Fingerprint {
        Fingerprint([7; 16])
    }

    fn to_np() -> String {
        lie(TEXT)
    }

    fn number(&self) -> u16 {
        1
    }

    fn encode(self, _: &mut Vec<u8>) -> Result<(), np::EncodeError> {
        Ok(())
    }

    fn decode(_: u16, _: &np::Bytes, _: &DecodeOptions) -> Result<Option<Self>, np::DecodeError> {
        Ok(None)
    }
}

impl<const TEXT: usize> np::Serve<Book> for Liar<TEXT> {
    async fn dispatch(_: Arc<Book>, cx: np::Cx, _: u16, _: np::Bytes) {
        cx.reply(&5_u64);
    }
}

async fn lied_to<const TEXT: usize>() {
    let server = server().add::<Liar<TEXT>, _>(Book).listen(TCP).await.unwrap();
    let notes: first::NotesClient = anonymous().connect(server.address()).await.unwrap();
    let comparison = only(&notes.connection()).comparison;
    assert_eq!(comparison, Err(NotCompared::Unreadable), "{TEXT}");
    assert_eq!(notes.add(first::NotesAdd { text: String::new() }).await, Ok(5));
}

#[tokio::test]
async fn what_no_schema_is_does_no_harm() {
    lied_to::<0>().await;
    lied_to::<1>().await;
    lied_to::<2>().await;
    lied_to::<3>().await;
    lied_to::<4>().await;
}

#[tokio::test]
async fn a_channel_asks_once_and_every_connection_knows() {
    let server = server().add::<first::Notes, _>(Book).listen(TCP).await.unwrap();
    let at = server.address().to_owned();
    let client = anonymous().connections(1).reconnect(np::Reconnect {
        base_delay: Duration::from_millis(1),
        spread: Duration::from_millis(1),
        ..Default::default()
    });
    let channel = client.offer::<newer::Notes>().channel(&at).await.unwrap();
    let notes: newer::NotesClient = channel.client().unwrap();
    let add = || notes.add(newer::NotesAdd { text: "four".into(), pinned: false });
    assert_eq!(add().await, Ok(4));
    assert_eq!(server.stats().session.requests, 2);
    server.shutdown(Duration::ZERO).await.unwrap();
    let again = self::server().add::<first::Notes, _>(Book).listen(&at).await.unwrap();
    assert_eq!(add().idempotent().await, Ok(4));
    assert_eq!(again.stats().session.requests, 1, "what is known is not asked again");
}

#[tokio::test]
async fn a_channel_gives_up_on_a_server_that_does_not_fit() {
    let server = server().add::<unrelated::Notes, _>(Book).listen(TCP).await.unwrap();
    let client = anonymous()
        .lazy()
        .reconnect(np::Reconnect { base_delay: Duration::from_millis(1), ..Default::default() });
    let channel = client.offer::<first::Notes>().channel(server.address()).await.unwrap();
    let refused = channel.ready().await;
    assert!(matches!(refused, Err(Error::SchemaMismatch(_))), "{refused:?}");
}
