//! Who is let in and who is not, in each mode and by each rule, and what is told about it.
#![expect(clippy::disallowed_methods, reason = "tests start tasks")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers fail as the tests do"
)]

use std::future::pending;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol_runtime::TimeSource;
use protocol_runtime::call::CallError;
use protocol_runtime::client::ClientBuilder;
use protocol_runtime::connection::Connection;
use protocol_runtime::error::{CloseReason, Error};
use protocol_runtime::frame::reason::Reason;
use protocol_runtime::identity::Entry;
use protocol_runtime::limits::Limits;
use protocol_runtime::noise::{Keypair, PresharedKey, PublicKey};
use protocol_runtime::peer::{Authorizer, Decision, Identity, Peer};
use protocol_runtime::serve::Client;
use protocol_runtime::server::{Server, ServerBuilder};
use protocol_runtime::session::ClockPolicy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::common::*;
use crate::log;

/// Serves in memory with a key, or wherever else, and says what the handlers did.
async fn serve(builder: ServerBuilder, address: &str) -> (Server, Host) {
    let (host, _said) = Host::new();
    (builder.add::<Probe, _>(host.clone()).listen(address).await.unwrap(), host)
}

fn with_key() -> ServerBuilder {
    ServerBuilder::new().identity(key())
}

async fn visit(server: &Server, client: &Keypair) -> Result<ProbeClient, Error> {
    let client = ClientBuilder::new().identity(client.clone()).server_key(server.key().unwrap());
    client.connect(server.address()).await
}

/// The end of a connection that the server closes.
async fn end(connection: &Connection) -> CloseReason {
    timeout(SOON, connection.closed()).await.expect("an end in time")
}

async fn unauthorized(probe: &ProbeClient) {
    let end = end(&probe.connection()).await;
    assert!(
        matches!(&end, CloseReason::Peer { reason: Reason::Unauthorized, text } if text.is_empty()),
        "{end:?}"
    );
}

fn line(key: PublicKey, rest: &str) -> String {
    format!("{} {rest}\n", Entry::new(key, "x").unwrap().key())
}

// Keys that are not the right ones.

#[tokio::test]
async fn wrong_keys_of_each_mode_are_told_apart_by_nobody_on_the_way() {
    log::keep();
    let other = PresharedKey::generate().unwrap();
    let shared = ServerBuilder::new().shared_key(PresharedKey::generate().unwrap());
    for (server, client) in [
        (with_key(), ClientBuilder::new().identity(key()).server_key(key().public())),
        (with_key().server_auth(), ClientBuilder::new().server_auth().server_key(key().public())),
        (shared, ClientBuilder::new().shared_key(other)),
    ] {
        let (server, host) = serve(server, TCP).await;
        let error = client.connect::<ProbeClient>(server.address()).await.unwrap_err();
        let Error::Rejected(rejected) = &error else { panic!("{error:?}") };
        assert_eq!((rejected.reason, rejected.retry_after), (Reason::BadHandshake, None));
        assert!(error.to_string().contains("compare the keys"), "{error}");
        assert_eq!(host.started.load(Ordering::SeqCst), 0);
        server.shutdown(SOON).await.unwrap();
    }
}

#[tokio::test]
async fn modes_that_differ_are_named_by_both_sides() {
    let (server, _host) = serve(with_key().server_auth(), TCP).await;
    let error = visit(&server, &key()).await.unwrap_err();
    let Error::Rejected(rejected) = &error else { panic!("{error:?}") };
    assert_eq!(rejected.reason, Reason::Security);
}

#[tokio::test]
async fn a_peer_with_the_shared_key_is_known_as_such() {
    let secret = PresharedKey::generate().unwrap();
    let (server, _host) = serve(ServerBuilder::new().shared_key(secret.clone()), TCP).await;
    let client = ClientBuilder::new().shared_key(secret);
    let probe: ProbeClient = client.connect(server.address()).await.unwrap();
    assert_eq!(probe.who().await.unwrap(), "shared key, nobody [] over tcp");
    let connection = probe.connection();
    assert_eq!(*connection.peer().identity(), Identity::SharedKey);
    assert!(connection.security().is_authenticated());
    assert!(connection.security().to_string().ends_with(", shared key"));
}

/// Lets one connection through to the server, and keeps what the client sent.
async fn recorded(server: &Server) -> (String, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let server = server.address().trim_start_matches("tcp://").to_owned();
    let relay = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(server).await.unwrap();
        let ((mut from, mut to), (mut back, mut forth)) = (client.split(), server.split());
        let there = async {
            let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(len @ 1..) = from.read(&mut buffer).await {
                kept.extend_from_slice(&buffer[..len]);
                forth.write_all(&buffer[..len]).await.unwrap();
            }
            forth.shutdown().await.unwrap();
            kept
        };
        let (kept, _copied) = tokio::join!(there, tokio::io::copy(&mut back, &mut to));
        kept
    });
    (address, relay)
}

#[tokio::test]
async fn a_recording_of_a_client_gets_nothing_from_the_same_server_or_the_next() {
    log::keep();
    let secret = PresharedKey::generate().unwrap();
    let start = |unix_ms| {
        let builder = ServerBuilder::new().shared_key(secret.clone());
        serve(builder.time_source(set(unix_ms)), TCP)
    };
    let (server, host) = start(NOON).await;
    let (address, relay) = recorded(&server).await;
    let client = ClientBuilder::new().shared_key(secret.clone()).time_source(set(NOON));
    let probe: ProbeClient = client.connect(&address).await.unwrap();
    probe.echo("once").await.unwrap();
    probe.connection().close().await;
    let recording = relay.await.unwrap();

    let (next, next_host) = start(NOON + 10_000).await;
    for (server, why) in [(&server, "was sent again"), (&next, "nothing is remembered")] {
        let mut socket =
            TcpStream::connect(server.address().trim_start_matches("tcp://")).await.unwrap();
        let from = format!("tcp://{}", socket.local_addr().unwrap());
        socket.write_all(&recording).await.unwrap();
        let mut answer = Vec::new();
        // A reset is an end as well.
        let _end = timeout(SOON, socket.read_to_end(&mut answer)).await.expect("an end in time");
        assert_eq!(log::lines(&["WARN", &from, why]).len(), 1, "{why}");
        assert!(answer.len() <= 2 + 32, "a Reject, or nothing");
    }
    assert_eq!(host.started.load(Ordering::SeqCst), 1);
    assert_eq!(next_host.started.load(Ordering::SeqCst), 0);
}

// The allow-list.

#[tokio::test(start_paused = true)]
async fn only_keys_on_the_list_come_in_with_their_names_and_roles() {
    let (dir, known, stranger) = (Dir::new("listed"), key(), key());
    let list = dir.write("list", &line(known.public(), "alice roles=read,write"));
    let (server, host) = serve(with_key().allow_list(list), &mem()).await;

    let probe = visit(&server, &known).await.unwrap();
    let who = format!("key {}, alice [\"read\", \"write\"] over mem", known.public().fingerprint());
    assert_eq!(probe.who().await.unwrap(), who);
    let started = host.started.load(Ordering::SeqCst);

    let probe = visit(&server, &stranger).await.unwrap();
    let call = probe.echo("let me in");
    let (answer, ()) = tokio::join!(call.into_future(), unauthorized(&probe));
    let error = answer.unwrap_err();
    assert!(matches!(error, CallError::NotLetIn { .. }), "{error:?}");
    assert!(error.to_string().contains("has to allow this side's key"), "{error}");
    let late = probe.echo("after the end").await;
    assert_eq!(late, Err(CallError::NotLetIn { maybe_executed: false }));
    assert_eq!(host.started.load(Ordering::SeqCst), started, "no handler saw it");
}

#[tokio::test(start_paused = true)]
async fn the_list_is_followed_while_the_server_runs() {
    log::keep();
    let dir = Dir::new("followed");
    let (alice, bob, carol) = (key(), key(), key());
    let (a, b) = (line(alice.public(), "alice"), line(bob.public(), "bob roles=read"));
    let list = dir.write("list", &format!("{a}{b}"));
    let (server, host) = serve(with_key().allow_list(&list), &mem()).await;
    let (first, second) =
        (visit(&server, &alice).await.unwrap(), visit(&server, &bob).await.unwrap());
    first.echo("x").await.unwrap();
    second.echo("x").await.unwrap();

    // A broken edit changes nothing but the log.
    dir.write("list", &format!("{a}{b}nonsense\n"));
    let broken = [list.to_str().unwrap(), "ERROR", "line 3", "stays as it was"];
    while log::lines(&broken).is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    first.echo("still here").await.unwrap();
    visit(&server, &bob).await.unwrap().echo("still allowed").await.unwrap();

    // Alice goes, Bob gets another role, Carol comes; handlers that run are dropped.
    let waiting = tokio::spawn(first.wait().into_future());
    host.until_running(1).await;
    let (b, c) = (line(bob.public(), "bob roles=write"), line(carol.public(), "carol"));
    dir.write("list", &format!("{b}{c}"));
    unauthorized(&first).await;
    unauthorized(&second).await;
    assert!(waiting.await.unwrap().is_err());
    host.until_running(0).await;
    unauthorized(&visit(&server, &alice).await.unwrap()).await;
    let bob = visit(&server, &bob).await.unwrap();
    assert!(bob.who().await.unwrap().contains("bob [\"write\"]"));
    let carol = visit(&server, &carol).await.unwrap();
    assert!(carol.who().await.unwrap().contains("carol []"));
    assert_eq!(log::lines(&broken).len(), 1, "said once");
    server.shutdown(SOON).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_with_another_name_in_the_list_comes_in_anew() {
    let (dir, client) = (Dir::new("renamed"), key());
    let list = dir.write("list", &line(client.public(), "alice"));
    // Whatever the authorizer calls it.
    let judge = Judge::new(Verdict::Name("the boss"));
    let builder = with_key().authorizer(judge.clone()).allow_list(&list);
    let (server, _host) = serve(builder, &mem()).await;
    let probe = visit(&server, &client).await.unwrap();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        probe.echo("as before").await.unwrap();
    }
    dir.write("list", &line(client.public(), "mallory"));
    unauthorized(&probe).await;
    visit(&server, &client).await.unwrap().echo("again").await.unwrap();
    let asked: Vec<_> =
        judge.asked().iter().map(|peer| peer.principal().map(str::to_owned)).collect();
    assert_eq!(asked, [Some("alice".to_owned()), Some("mallory".to_owned())]);
}

/// A clock that a test sets.
#[derive(Clone)]
struct Set(Arc<AtomicU64>);

impl TimeSource for Set {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

const NOON: u64 = 1_800_000_000_000;

fn set(unix_ms: u64) -> Set {
    Set(Arc::new(AtomicU64::new(unix_ms)))
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_time_has_passed_goes_by_the_servers_clock() {
    let (dir, guest, time) = (Dir::new("expired"), key(), set(NOON));
    // Noon is 2027-01-15T08:00:00Z.
    let list = dir.write("list", &line(guest.public(), "guest not-after=2027-01-15T08:00:01Z"));
    let (server, _host) =
        serve(with_key().time_source(time.clone()).allow_list(list), &mem()).await;
    let probe = visit(&server, &guest).await.unwrap();
    probe.echo("in time").await.unwrap();
    time.0.store(NOON + 1_001, Ordering::SeqCst);
    unauthorized(&probe).await;
    unauthorized(&visit(&server, &guest).await.unwrap()).await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_a_server_from_starting() {
    let dir = Dir::new("broken");
    let good = line(key().public(), "good");
    let list = dir.write("list", &format!("{good}# fine\nnot a key\n"));
    let server = |list| with_key().allow_list(list).add::<Probe, _>(Host::new().0);
    let error = server(list.clone()).listen(TCP).await.unwrap_err().to_string();
    assert!(error.contains(list.to_str().unwrap()) && error.contains("line 3"), "{error}");
    let error = server(dir.path("none")).listen(TCP).await.unwrap_err().to_string();
    assert!(error.contains("none") && error.contains("there is no such list"), "{error}");
}

// The authorizer.

/// What an authorizer is to do.
enum Verdict {
    Name(&'static str),
    AsListed,
    Deny,
    Panic,
    Never,
    Wait(Arc<Semaphore>),
}

#[derive(Clone)]
struct Judge {
    verdict: Arc<Verdict>,
    asked: Arc<Mutex<Vec<Peer>>>,
}

impl Judge {
    fn new(verdict: Verdict) -> Self {
        Self { verdict: Arc::new(verdict), asked: Arc::default() }
    }

    fn asked(&self) -> Vec<Peer> {
        self.asked.lock().unwrap().clone()
    }
}

impl Authorizer for Judge {
    async fn authorize(&self, peer: &Peer) -> Decision {
        self.asked.lock().unwrap().push(peer.clone());
        match &*self.verdict {
            Verdict::Name(name) => Decision::Allow { principal: Some((*name).to_owned()) },
            Verdict::AsListed => Decision::Allow { principal: None },
            Verdict::Deny => Decision::Deny,
            Verdict::Panic => panic!("as told"),
            Verdict::Never => pending().await,
            Verdict::Wait(gate) => {
                gate.acquire().await.unwrap().forget();
                Decision::Allow { principal: None }
            }
        }
    }
}

#[tokio::test]
async fn the_authorizer_is_asked_once_and_knows_the_peer() {
    let (client, judge) = (key(), Judge::new(Verdict::Name("the boss")));
    let (server, _host) = serve(with_key().authorizer(judge.clone()), TCP).await;
    let probe = visit(&server, &client).await.unwrap();
    for _ in 0..3 {
        assert!(probe.who().await.unwrap().contains(", the boss []"));
    }
    let asked = judge.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(*asked[0].identity(), Identity::StaticKey(client.public()));
    assert_eq!((asked[0].transport(), asked[0].principal()), ("tcp", None));
    assert!(asked[0].address().starts_with("tcp://127.0.0.1:"));
    visit(&server, &client).await.unwrap().echo("x").await.unwrap();
    assert_eq!(judge.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_list_comes_first_and_the_authorizer_may_leave_its_name() {
    let (dir, client) = (Dir::new("both"), key());
    let list = dir.write("list", &line(client.public(), "alice roles=read"));
    let judge = Judge::new(Verdict::AsListed);
    let builder = with_key().authorizer(judge.clone()).allow_list(list);
    let (server, _host) = serve(builder, &mem()).await;
    unauthorized(&visit(&server, &key()).await.unwrap()).await;
    assert!(judge.asked().is_empty(), "it is not asked about strangers");
    let probe = visit(&server, &client).await.unwrap();
    assert!(probe.who().await.unwrap().contains("alice [\"read\"]"));
    let asked = judge.asked();
    assert_eq!((asked[0].principal(), asked[0].roles()), (Some("alice"), &["read".to_owned()][..]));
}

#[tokio::test(start_paused = true)]
async fn no_and_a_panic_and_no_answer_all_mean_no() {
    for verdict in [Verdict::Deny, Verdict::Panic, Verdict::Never] {
        let judge = Judge::new(verdict);
        let (server, host) = serve(with_key().authorizer(judge.clone()), &mem()).await;
        let probe = visit(&server, &key()).await.unwrap();
        // It may be told before it can say anything.
        let _said = probe.say("not heard").await;
        unauthorized(&probe).await;
        assert_eq!(host.started.load(Ordering::SeqCst), 0);
        assert_eq!(judge.asked().len(), 1);
        server.shutdown(SOON).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_decision_has_the_time_of_the_handshake() {
    let limit = Duration::from_secs(7);
    let limits = Limits::default().with_handshake_timeout(limit).unwrap();
    let builder = with_key().limits(limits).authorizer(Judge::new(Verdict::Never));
    let (server, _host) = serve(builder, &mem()).await;
    let before = tokio::time::Instant::now();
    unauthorized(&visit(&server, &key()).await.unwrap()).await;
    let passed = before.elapsed();
    assert!(passed >= limit && passed < limit + Duration::from_secs(1), "{passed:?}");
}

#[tokio::test]
async fn a_peer_that_waits_for_a_decision_is_not_open_yet() {
    let gate = Arc::new(Semaphore::new(0));
    let judge = Judge::new(Verdict::Wait(gate.clone()));
    let limits = Limits::default().with_half_open(1).unwrap();
    let builder = with_key().limits(limits).authorizer(judge.clone());
    let (server, host) = serve(builder, TCP).await;
    let probe = visit(&server, &key()).await.unwrap();
    let early = tokio::spawn(probe.echo("early").into_future());
    while judge.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    // Its place among the unfinished handshakes is taken.
    let error = visit(&server, &key()).await.unwrap_err();
    assert!(matches!(&error, Error::Rejected(it) if it.reason == Reason::Busy), "{error:?}");
    assert_eq!(host.started.load(Ordering::SeqCst), 0);
    // What it sent meanwhile is handled when it is let in.
    gate.add_permits(2);
    assert_eq!(early.await.unwrap().unwrap(), "early");
    visit(&server, &key()).await.unwrap().echo("next").await.unwrap();
}

#[tokio::test]
async fn whoever_goes_before_the_decision_was_never_there() {
    let gate = Arc::new(Semaphore::new(0));
    let judge = Judge::new(Verdict::Wait(gate.clone()));
    let (server, host) = serve(with_key().authorizer(judge.clone()), &mem()).await;
    let probe = visit(&server, &key()).await.unwrap();
    while judge.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    server.shutdown(SOON).await.unwrap();
    let end = end(&probe.connection()).await;
    assert!(matches!(end, CloseReason::Peer { reason: Reason::ShuttingDown, .. }), "{end:?}");
    assert_eq!(host.started.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn whoever_leaves_before_the_decision_gives_its_place_back() {
    for says_a_word in [false, true] {
        let judge = Judge::new(Verdict::Never);
        // The time of the handshake is no help.
        let limits = Limits::default().with_handshake_timeout(2 * SOON).unwrap();
        let builder = with_key().limits(limits).authorizer(judge.clone());
        let (server, host) = serve(builder, TCP).await;
        let probe = visit(&server, &key()).await.unwrap();
        while judge.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        if says_a_word {
            // It waits for an answer when it leaves.
            let call = tokio::spawn(probe.echo("early").into_future());
            tokio::task::yield_now().await;
            call.abort();
        }
        drop(probe);
        let gone = async {
            while server.connections() > 0 {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, gone).await.expect("its place in time");
        assert_eq!(host.started.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn one_way_messages_of_whoever_left_wait_for_the_decision() {
    let gate = Arc::new(Semaphore::new(0));
    let judge = Judge::new(Verdict::Wait(gate.clone()));
    let (host, mut said) = Host::new();
    let builder = with_key().authorizer(judge.clone()).add::<Probe, _>(host);
    let server = builder.listen(&mem()).await.unwrap();
    let probe = visit(&server, &key()).await.unwrap();
    probe.say("farewell").await.unwrap();
    probe.connection().close().await;
    drop(probe);
    while judge.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    // Whatever the server may still read is read by then.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    let heard = timeout(SOON, said.recv()).await.expect("in time");
    assert_eq!(heard.as_deref(), Some("farewell"));
}

// Clocks.

#[tokio::test]
async fn a_clock_that_is_an_hour_off_is_told_of_and_prevents_nothing() {
    log::keep();
    const HOUR: u64 = 3_600_000;
    for theirs in [NOON - HOUR, NOON + HOUR, 0, u64::MAX] {
        let (server, _host) = serve(with_key().time_source(set(NOON)), TCP).await;
        let client = ClientBuilder::new().identity(key()).server_key(server.key().unwrap());
        let client = client.time_source(set(theirs));
        let probe: ProbeClient = client.connect(server.address()).await.unwrap();
        probe.echo("x").await.unwrap();
        let skew = probe.connection().security().clock_skew.unwrap();
        assert!(skew.size() > Duration::from_secs(3_540), "{skew}");
        let address = server.address();
        assert!(!log::lines(&["WARN", "the peer's clock is off", address]).is_empty());
        server.shutdown(SOON).await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_is_enforced_where_that_is_wanted_and_with_a_shared_key() {
    let off = || set(NOON + 31_000);
    // Each side by its own policy.
    let (server, _host) = serve(with_key().time_source(set(NOON)), TCP).await;
    let client = ClientBuilder::new().identity(key()).server_key(server.key().unwrap());
    let client = client.time_source(off()).clock_policy(ClockPolicy::Enforce);
    let error = client.connect::<ProbeClient>(server.address()).await.unwrap_err();
    assert!(matches!(error, Error::ClockSkew { by } if by.as_millis() < -30_000), "{error:?}");

    let builder = with_key().time_source(set(NOON)).clock_policy(ClockPolicy::Enforce);
    let (server, host) = serve(builder, TCP).await;
    let client = ClientBuilder::new().identity(key()).server_key(server.key().unwrap());
    let refused = match client.time_source(off()).connect::<ProbeClient>(server.address()).await {
        Ok(probe) => probe.echo("x").await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    assert_eq!(host.started.load(Ordering::SeqCst), 0);

    let secret = PresharedKey::generate().unwrap();
    let builder = ServerBuilder::new().shared_key(secret.clone()).time_source(set(NOON));
    let (server, _host) = serve(builder, TCP).await;
    for (time, good) in [(set(NOON + 29_000), true), (off(), false), (set(NOON - 1), false)] {
        let client = ClientBuilder::new().shared_key(secret.clone()).time_source(time);
        let connected = client.connect::<ProbeClient>(server.address()).await;
        assert_eq!(connected.is_ok(), good, "{connected:?}");
    }
}

// Many at once, and what is said about all of it.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_handshakes_at_once_in_a_process_that_is_both_sides() {
    let (server, _host) = serve(with_key(), TCP).await;
    let done = Arc::new(AtomicUsize::new(0));
    let visits: Vec<_> = (0..100)
        .map(|number| {
            let (server, done) = (server.clone(), done.clone());
            tokio::spawn(async move {
                let client = key();
                let probe = visit(&server, &client).await.unwrap();
                let who = probe.who().await.unwrap();
                assert!(who.contains(&client.public().fingerprint()), "{who}");
                assert_eq!(probe.echo(number.to_string()).await.unwrap(), number.to_string());
                done.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    for visit in visits {
        visit.await.unwrap();
    }
    assert_eq!(done.load(Ordering::SeqCst), 100);
}

#[tokio::test]
async fn what_is_not_safe_is_said_when_a_server_starts() {
    log::keep();
    let (server, _host) = serve(with_key(), TCP).await;
    assert_eq!(log::lines(&["WARN", "any client's key", server.address()]).len(), 1);
    let (server, _host) = serve(with_key().authorizer(Judge::new(Verdict::Deny)), TCP).await;
    assert!(log::lines(&["any client's key", server.address()]).is_empty());
    let address = mem();
    let (_server, _host) = serve(ServerBuilder::new().insecure_anonymous(), &address).await;
    assert_eq!(log::lines(&["WARN", "insecure", &address]).len(), 1);
}

/// The forms in which a secret might be printed.
fn forms(secret: &[u8]) -> Vec<String> {
    let hex = hex::encode(secret);
    let key = PublicKey::from_bytes(secret.try_into().unwrap());
    let debug = format!("{secret:?}");
    let raw = String::from_utf8_lossy(secret).into_owned();
    vec![hex.to_uppercase(), hex, key.to_string(), debug[1..debug.len() - 1].to_owned(), raw]
}

#[tokio::test]
async fn no_secret_is_logged_or_shown() {
    log::keep();
    let (ours, theirs, secret) = (key(), key(), PresharedKey::generate().unwrap());
    let (server, client) = (ServerBuilder::new, ClientBuilder::new);
    let modes = [
        (
            server().identity(theirs.clone()),
            client().identity(ours.clone()).server_key(theirs.public()),
        ),
        (
            server().identity(theirs.clone()).server_auth(),
            client().server_auth().server_key(theirs.public()),
        ),
        (server().shared_key(secret.clone()), client().shared_key(secret.clone())),
        (
            server().identity(theirs.clone()),
            client().identity(ours.clone()).server_key(ours.public()),
        ),
        (
            server().shared_key(secret.clone()),
            client().shared_key(PresharedKey::generate().unwrap()),
        ),
    ];
    let mut shown = String::new();
    for (server, client) in modes {
        shown.push_str(&format!("{server:?} {client:?}"));
        let (server, _host) = serve(server, TCP).await;
        shown.push_str(&format!("{server:?}"));
        match client.connect::<ProbeClient>(server.address()).await {
            Ok(probe) => {
                let connection = probe.connection();
                let (peer, security) = (connection.peer(), connection.security());
                shown.push_str(&format!("{connection:?} {peer:?} {security:?} {security}"));
            }
            Err(error) => shown.push_str(&format!("{error:?} {error}")),
        }
        server.shutdown(SOON).await.unwrap();
    }
    let logged = log::lines(&[]).concat();
    assert!(logged.contains("connection opened") && shown.contains("ServerBuilder"));
    let text = secret.to_text();
    for form in forms(ours.secret()).into_iter().chain(forms(theirs.secret())) {
        assert!(!logged.contains(&form) && !shown.contains(&form));
    }
    let shared: PublicKey = text.parse().unwrap();
    for form in forms(shared.as_bytes()) {
        assert!(!logged.contains(&form) && !shown.contains(&form));
    }
}
