//! The spans of connections and calls, and the trace that goes from one process to the next (F34).
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use network_protocol::{self as np, Fault, metadata};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

#[network_protocol::protocol(package = "test::spans")]
pub(crate) enum Relay {
    /// Asks the next one, or answers.
    #[np(reply = Result<String, Refusal>)]
    Pass {
        word: String,
        hops: u32,
    },
    Say(String),
    #[np(reply = String, spawn)]
    Compute,
}

#[derive(np::Wire, Debug, PartialEq)]
#[np(error)]
pub(crate) enum Refusal {
    TooFar,
    #[np(unknown)]
    Unknown(np::RawVariant),
}

/// A span, as it was when it was closed or last seen.
#[derive(Clone, Debug, Default)]
struct Seen {
    name: &'static str,
    parent: Option<u64>,
    fields: BTreeMap<&'static str, String>,
    closed: bool,
}

impl Seen {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

/// What is logged, with the span that it is logged in.
type Line = (Option<u64>, String);

/// Keeps all spans up to a level.
#[derive(Clone)]
struct Capture {
    level: Level,
    spans: Arc<Mutex<BTreeMap<u64, Seen>>>,
    events: Arc<Mutex<Vec<Line>>>,
    entered: Arc<Mutex<Vec<u64>>>,
    next: Arc<AtomicU64>,
}

impl Capture {
    fn start(level: Level) -> (Self, tracing::subscriber::DefaultGuard) {
        let capture = Self {
            level,
            spans: Arc::default(),
            events: Arc::default(),
            entered: Arc::default(),
            next: Arc::default(),
        };
        (capture.clone(), tracing::subscriber::set_default(capture))
    }

    fn all(&self, name: &str) -> Vec<(u64, Seen)> {
        let spans = self.spans.lock().unwrap();
        let named = spans.iter().filter(|(_, seen)| seen.name == name);
        named.map(|(id, seen)| (*id, seen.clone())).collect()
    }

    fn calls(&self, side: &str) -> Vec<(u64, Seen)> {
        let mut calls = self.all("call");
        calls.retain(|(_, seen)| seen.field("side") == side);
        calls
    }
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level && metadata.target().starts_with("protocol_runtime")
            || metadata.target().starts_with("spans")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if attributes.is_root() => None,
            None => self.entered.lock().unwrap().last().copied(),
        };
        let mut seen = Seen { name: attributes.metadata().name(), parent, ..Seen::default() };
        attributes.record(&mut seen);
        self.spans.lock().unwrap().insert(id, seen);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(self.spans.lock().unwrap().get_mut(&id.into_u64()).unwrap());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut seen = Seen::default();
        event.record(&mut seen);
        let text = format!("{:?}", seen.fields);
        let at = self.entered.lock().unwrap().last().copied();
        self.events.lock().unwrap().push((at, text));
    }

    fn enter(&self, id: &Id) {
        self.entered.lock().unwrap().push(id.into_u64());
    }

    fn exit(&self, id: &Id) {
        let left = self.entered.lock().unwrap().pop();
        assert_eq!(left, Some(id.into_u64()), "spans are left in order");
    }

    fn clone_span(&self, id: &Id) -> Id {
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.spans.lock().unwrap().get_mut(&id.into_u64()).unwrap().closed = true;
        true
    }
}

/// Passes a word on to itself, as often as it is told.
struct Station {
    next: Mutex<Option<RelayClient>>,
    said: AtomicUsize,
}

impl RelayHandler for Arc<Station> {
    async fn pass(&self, cx: &np::Cx, message: RelayPass) -> Result<String, Refusal> {
        tracing::info!(target: "spans", "passing");
        match message.hops {
            0 => Ok(cx.trace_parent().map(|place| place.to_string()).unwrap_or_default()),
            9 => Err(Refusal::TooFar),
            8 => cx.fail(Fault::Refused { text: "no".into() }).await,
            7 => std::future::pending().await,
            hops => {
                let next = self.next.lock().unwrap().clone().unwrap();
                let message = RelayPass { hops: hops - 1, ..message };
                Ok(next.pass(message).await.unwrap())
            }
        }
    }

    async fn say(&self, _: &np::Cx, _: String) {
        self.said.fetch_add(1, Ordering::Relaxed);
    }

    async fn compute(&self, cx: &np::Cx) -> String {
        tracing::info!(target: "spans", "computing");
        cx.trace_parent().map(|place| place.to_string()).unwrap_or_default()
    }
}

const SECRET: &str = "the word that nobody may log";

async fn start() -> (np::Server, RelayClient, Arc<Station>) {
    let station = Arc::new(Station { next: Mutex::default(), said: AtomicUsize::new(0) });
    let server = np::server().insecure_anonymous().add::<Relay, _>(station.clone());
    let server = server.listen("tcp://127.0.0.1:0").await.unwrap();
    let client: RelayClient =
        np::client().insecure_anonymous().connect(server.address()).await.unwrap();
    *station.next.lock().unwrap() = Some(client.clone());
    (server, client, station)
}

fn pass(hops: u32) -> RelayPass {
    RelayPass { word: SECRET.to_owned(), hops }
}

#[tokio::test]
async fn a_trace_goes_through_all_that_a_call_calls() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (_server, client, _station) = start().await;
    let place: metadata::TraceParent = client.pass(pass(2)).await.unwrap().parse().unwrap();

    let (made, served) = (capture.calls("caller"), capture.calls("handler"));
    assert_eq!((made.len(), served.len()), (3, 3));
    let trace = made[0].1.field("trace_id").to_owned();
    assert_eq!(place.trace_id().to_string(), trace);
    assert_eq!(made[0].1.field("parent_id"), "", "nothing was there before");
    let mut parent = made[0].1.field("span_id").to_owned();
    // In the order in which they began: called, served, called by the handler, and so on.
    let mut order: Vec<_> = made.iter().chain(&served).collect();
    order.sort_by_key(|(id, _)| *id);
    for (at, (_, call)) in order.iter().enumerate() {
        assert_eq!(call.field("side"), if at % 2 == 0 { "caller" } else { "handler" });
        assert_eq!(call.field("trace_id"), trace);
        assert_eq!(call.field("protocol"), "test::spans::Relay");
        assert_eq!(call.field("message"), "Pass");
        assert_eq!(call.field("outcome"), "ok");
        assert!(call.closed);
        assert!(call.field("call").parse::<u32>().is_ok(), "{call:?}");
        if at > 0 {
            assert_eq!(call.field("parent_id"), parent);
        }
        parent = call.field("span_id").to_owned();
    }
    assert_eq!(place.span_id().to_string(), parent, "the handler's own place");
}

#[tokio::test]
async fn a_connection_has_a_span_with_the_calls_that_it_serves() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (server, client, _station) = start().await;
    client.pass(pass(0)).await.unwrap();
    let connections = capture.all("connection");
    assert_eq!(connections.len(), 2);
    let session = connections[0].1.field("session").to_owned();
    assert_eq!(session.len(), 16);
    for (_, connection) in &connections {
        assert_eq!(connection.parent, None);
        assert_eq!(connection.field("transport"), "tcp");
        assert_eq!(connection.field("peer"), "anonymous");
        assert!(connection.field("secure").starts_with("Noise_NN_25519_"), "{connection:?}");
        assert_eq!(connection.field("session"), session, "the same on both sides");
    }
    let side = |role: &str| connections.iter().find(|(_, seen)| seen.field("role") == role);
    let (at_server, _) = side("server").unwrap();
    let (_, at_client) = side("client").unwrap();
    assert_eq!(at_client.field("address"), server.address());
    let served = capture.calls("handler");
    assert_eq!(served[0].1.parent, Some(*at_server));
    let events = capture.events.lock().unwrap().clone();
    let passing = events.iter().find(|(_, text)| text.contains("passing")).unwrap();
    assert_eq!(passing.0, Some(served[0].0), "what a handler logs belongs to its call");
}

#[tokio::test]
async fn how_a_call_ended_is_said_on_both_sides() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (_server, client, _station) = start().await;
    assert_eq!(client.pass(pass(9)).await, Err(np::CallError::Application(Refusal::TooFar)));
    client.pass(pass(8)).await.unwrap_err();
    let outcomes = |side| {
        let calls = capture.calls(side).into_iter();
        calls.map(|(_, call)| call.field("outcome").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes("caller"), ["application", "refused"]);
    assert_eq!(outcomes("handler"), ["application", "refused"]);
    let late = client.pass(pass(0)).timeout(std::time::Duration::ZERO).await;
    assert_eq!(late, Err(np::CallError::DeadlineExceeded));
    assert_eq!(outcomes("caller")[2], "deadline_exceeded");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_was_cancelled() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (_server, client, _station) = start().await;
    let mut call = Box::pin(client.pass(pass(7)).into_future());
    while capture.calls("handler").is_empty() {
        tokio::select! {
            biased;
            answer = &mut call => panic!("{answer:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(capture.calls("caller")[0].1.field("outcome"), "", "it runs");
    drop(call);
    while !capture.calls("handler")[0].1.closed {
        tokio::task::yield_now().await;
    }
    for side in ["caller", "handler"] {
        assert_eq!(capture.calls(side)[0].1.field("outcome"), "cancelled");
    }
}

#[tokio::test]
async fn a_handler_whose_deadline_passed_is_told_from_one_that_nobody_waits_for() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (_server, client, _station) = start().await;
    let late = client.pass(pass(7)).timeout(std::time::Duration::from_millis(100)).await;
    assert_eq!(late, Err(np::CallError::DeadlineExceeded));
    while capture.calls("handler").first().is_none_or(|(_, call)| !call.closed) {
        tokio::task::yield_now().await;
    }
    for side in ["caller", "handler"] {
        assert_eq!(capture.calls(side)[0].1.field("outcome"), "deadline_exceeded");
    }
}

#[tokio::test]
async fn one_way_messages_and_handlers_on_tasks_of_their_own_belong_to_the_trace() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (_server, client, station) = start().await;
    client.say(SECRET.to_owned()).await.unwrap();
    while station.said.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    let place: metadata::TraceParent = client.compute().await.unwrap().parse().unwrap();
    let (made, served) = (capture.calls("caller"), capture.calls("handler"));
    assert_eq!((made.len(), served.len()), (2, 2));
    for ((_, made), (_, served)) in made.iter().zip(&served) {
        assert_eq!(made.field("trace_id"), served.field("trace_id"));
        assert_eq!(made.field("span_id"), served.field("parent_id"));
        assert_eq!((made.field("outcome"), served.field("outcome")), ("ok", "ok"));
    }
    assert_eq!(served[0].1.field("call"), "", "nobody waits for an answer");
    assert_eq!(place.span_id().to_string(), served[1].1.field("span_id"));
    let events = capture.events.lock().unwrap().clone();
    let computing = events.iter().find(|(_, text)| text.contains("computing")).unwrap();
    assert_eq!(computing.0, Some(served[1].0));
}

#[tokio::test]
async fn a_place_that_the_application_names_is_the_parent() {
    let (capture, _guard) = Capture::start(Level::DEBUG);
    let (_server, client, _station) = start().await;
    let from = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned();
    let place = client.pass(pass(0)).meta(&metadata::TRACEPARENT, &from).await.unwrap();
    assert!(place.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{place}");
    assert!(place.ends_with("-00"), "nobody keeps it: {place}");
    assert_eq!(capture.calls("caller")[0].1.field("parent_id"), "00f067aa0ba902b7");

    // What is none is not believed.
    let place = client.pass(pass(0)).meta(&metadata::TRACEPARENT, &"zz".to_owned()).await;
    assert_ne!(place.unwrap(), "");
    assert_eq!(capture.calls("caller")[1].1.field("parent_id"), "");
}

#[tokio::test]
async fn without_the_level_of_calls_they_are_not_watched_and_what_came_goes_on() {
    let (capture, _guard) = Capture::start(Level::INFO);
    let (_server, client, _station) = start().await;
    assert_eq!(client.pass(pass(1)).await.unwrap(), "", "nothing goes along");
    let from = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned();
    let there = client.pass(pass(1)).meta(&metadata::TRACEPARENT, &from).await.unwrap();
    assert_eq!(there, from, "through a handler that calls, as any value does");
    assert_eq!(capture.all("call").len(), 0);
    assert_eq!(capture.all("connection").len(), 2);
}

#[tokio::test]
async fn f34_nothing_of_a_message_is_in_a_span_or_a_line_of_any_level() {
    let (capture, _guard) = Capture::start(Level::TRACE);
    let (_server, client, _station) = start().await;
    client.pass(pass(2)).await.unwrap();
    client.pass(pass(9)).await.unwrap_err();
    client.say(SECRET.to_owned()).await.unwrap();
    let text = format!("{:?} {:?}", capture.spans.lock().unwrap(), capture.events.lock().unwrap());
    assert!(!text.contains(SECRET) && text.contains("Pass"));
}
