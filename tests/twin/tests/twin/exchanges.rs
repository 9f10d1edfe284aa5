//! The sessions at the end of `schemas/vectors/session.json`: everything that is more than one
//! question and one answer, both ways.
//!
//! Windows and fragments are as small as they may be, so that credit and cuts are seen.

use std::time::Duration;

use network_protocol::compress::Algorithm;
use network_protocol::frame::reason::Reason;
use network_protocol::limits::Limits;
use network_protocol::metadata::{MetaKey, Metadata};
use network_protocol::noise::{Pattern, Suite};
use network_protocol::schema::End;
use network_protocol::session::{
    CallFailure, CallId, CallOptions, CompressionOffer, Config, Dropped, Event, Role, Shape, Shapes,
};
use network_protocol::{Bytes, Fault, Protocol};

use golden::chat::Chat;
use golden::flows::{Entry, FlowError, Flows, FlowsSum, FlowsTail, FlowsTalk, FlowsUpload};

use crate::json::Json;
use crate::listener::Listener;
use crate::sessions::{Keys, Play, body, config, offer};

/// Numbers of messages in flows.np.
const TAIL: u16 = 1;
const COUNT: u16 = 2;
const UPLOAD: u16 = 3;
const SUM: u16 = 4;
const TALK: u16 = 5;
const WATCH: u16 = 7;
const MEASURE: u16 = 9;
const NOTE: u16 = 11;
const GRIND: u16 = 13;
const STORE: u16 = 14;
const PAGE: u16 = 16;

const TENANT: MetaKey<u64> = MetaKey::new("tenant");
const TOKEN: MetaKey<String> = MetaKey::new("token").sensitive().no_propagate();
const SERVED: MetaKey<u32> = MetaKey::new("served");

/// A session in clear with LZ4, and one with keys on both sides and zstd.
pub fn all() -> impl Iterator<Item = Json> {
    let kinds = [(None, Algorithm::Lz4), (Some(Pattern::Xx), Algorithm::Zstd)];
    kinds.into_iter().map(|(pattern, algorithm)| {
        let keys = Keys::new(pattern, Suite::ChaChaPoly);
        let listener = Listener::new(&keys, &["flows.np", "chat.np"], Some(algorithm));
        let mut play = Play::with(&keys, listener, |role| small(role, &keys, algorithm));
        play.open(&keys);
        streams(&mut play);
        credit(&mut play);
        fragments(&mut play);
        along(&mut play);
        given_up(&mut play);
        the_end(&mut play);
        play.json(&keys)
    })
}

fn small(role: Role, keys: &Keys, algorithm: Algorithm) -> Config {
    let limits = Limits::default().with_fragment_bytes(1_024).expect("in range");
    let limits = limits.with_stream_window(1_024).expect("in range");
    let (lz4, zstd) = (algorithm == Algorithm::Lz4, algorithm == Algorithm::Zstd);
    Config {
        offers: vec![offer::<Flows>(), offer::<Chat>()],
        limits: limits.with_events_window(1_024).expect("in range").into(),
        shapes: vec![shapes::<Flows>(), shapes::<Chat>()],
        compression: CompressionOffer { lz4, zstd, ..CompressionOffer::default() },
        ..config(role, keys)
    }
}

fn shapes<P: Protocol>() -> Shapes {
    Shapes::new(P::schema().messages.iter().map(|message| {
        let shape = Shape {
            input: message.stream.is_some(),
            output: message.reply.as_ref().is_some_and(|reply| reply.stream),
            compress: if message.compress {
                network_protocol::session::Compress::Always
            } else {
                network_protocol::session::Compress::Never
            },
        };
        assert!(matches!(message.from, End::Client | End::Server));
        (message.from, message.number, shape)
    }))
}

fn entry(at: u64, text: &str) -> Entry {
    Entry { at, text: text.into() }
}

fn item<T: network_protocol::Root>(play: &mut Play<'_>, from: Role, call: CallId, value: &T) {
    play.side(from).item(call, body(value)).expect("room for an item");
}

fn end(play: &mut Play<'_>, from: Role, call: CallId) {
    play.side(from).end(call).expect("an open stream");
}

fn streams(play: &mut Play<'_>) {
    let call = play.call(Role::Client, COUNT, &3_u32);
    play.flight(Role::Client, "a call whose answer is a stream: Count");
    play.server.open_stream(call).expect("a stream");
    (1..=3_u32).for_each(|number| item(play, Role::Server, call, &number));
    end(play, Role::Server, call);
    let events = play.flight(Role::Server, "the stream begins, three items, its end");
    assert!(matches!(events.last(), Some(Event::Ended { .. })) && events.len() == 5, "{events:?}");

    let call = play.call(Role::Client, TAIL, &FlowsTail { log: "a.log".into(), after: 2 });
    play.flight(Role::Client, "a call whose stream fails: Tail");
    play.server.open_stream(call).expect("a stream");
    item(play, Role::Server, call, &entry(1, "one"));
    play.server.reply_error(call, body(&FlowError::Cut(9))).expect("an error");
    play.flight(Role::Server, "the stream begins, an item, and the typed error that ends it");

    let call = play.call(Role::Client, TAIL, &FlowsTail { log: "b.log".into(), after: 0 });
    play.flight(Role::Client, "a call whose stream does not begin: Tail");
    play.server.reply_error(call, body(&FlowError::NoSuchLog)).expect("an error");
    play.flight(Role::Server, "the typed error in place of the stream");

    let call = play.call(Role::Client, SUM, &FlowsSum {});
    (4..=5_u32).for_each(|number| item(play, Role::Client, call, &number));
    play.flight(Role::Client, "a call with a stream of its caller, Sum, and its first items");
    end(play, Role::Client, call);
    play.flight(Role::Client, "the end of that stream");
    play.server.reply(call, body(&9_u64)).expect("a reply");
    play.flight(Role::Server, "the reply");

    let call = play.call(Role::Client, TALK, &FlowsTalk { room: "den".into() });
    item(play, Role::Client, call, &"hello".to_owned());
    play.flight(Role::Client, "a call with streams both ways, Talk, and the first item");
    play.server.open_stream(call).expect("a stream");
    item(play, Role::Server, call, &entry(1, "hello"));
    play.flight(Role::Server, "the stream of the answer begins, and an item");
    item(play, Role::Client, call, &"bye".to_owned());
    end(play, Role::Client, call);
    play.flight(Role::Client, "another item, and the end of the caller's stream");
    item(play, Role::Server, call, &entry(2, "bye"));
    end(play, Role::Server, call);
    play.flight(Role::Server, "another item, and the end of the other stream and so of the call");
    assert_eq!(play.client.calls_in_flight(), 0);

    let call = play.call(Role::Server, WATCH, &1_u32);
    play.flight(Role::Server, "a call of the server's whose answer is a stream: Watch");
    play.client.open_stream(call).expect("a stream");
    item(play, Role::Client, call, &1_u32);
    end(play, Role::Client, call);
    play.flight(Role::Client, "the stream begins, an item, its end");
}

fn credit(play: &mut Play<'_>) {
    let call = play.call(Role::Client, UPLOAD, &FlowsUpload { log: "up".into() });
    item(play, Role::Client, call, &Bytes::from(vec![1; 700]));
    play.flight(Role::Client, "a call with a stream of its caller, Upload, and an item");
    item(play, Role::Client, call, &Bytes::from(vec![2; 700]));
    let events = play.flight(Role::Client, "as much of a second item as there is credit for");
    assert_eq!(events, []);
    let cost = 704;
    play.server.taken(call, cost);
    let said =
        "credit for the first item, which was taken, and for that part, as nothing waits before it";
    play.flight(Role::Server, said);
    play.flight(Role::Client, "the rest of the item");
    end(play, Role::Client, call);
    play.flight(Role::Client, "the end of the stream");
    play.server.reply(call, body(&1_400_u64)).expect("a reply");
    play.flight(Role::Server, "the reply");

    play.client.notify(0, NOTE, CallOptions::default(), body(&entry(1, "noted"))).expect("credit");
    let events = play.flight(Role::Client, "one-way Note");
    let [Event::OneWay { cost, .. }] = events[..] else { panic!("{events:?}") };
    play.server.event_done(cost);
    play.flight(Role::Server, "credit for one-way messages, as the handler has ended");
    assert!(play.client.may_pause());
}

fn fragments(play: &mut Play<'_>) {
    let first = play.call(Role::Client, STORE, &Bytes::from(vec![3; 1_500]));
    let second = play.call(Role::Client, STORE, &Bytes::from(vec![4; 2_500]));
    let events = play.flight(Role::Client, "two calls of Store, in fragments that take turns");
    assert_eq!(events.len(), 2);
    for call in [first, second] {
        play.server.reply(call, body(&())).expect("a reply");
    }
    play.flight(Role::Server, "their replies");

    let call = play.call(Role::Client, PAGE, &1_u32);
    play.flight(
        Role::Client,
        "a call of Page, whose messages may be compressed; short ones are not",
    );
    play.server.reply(call, body(&"all work and no play ".repeat(40))).expect("a reply");
    play.flight(Role::Server, "its reply, compressed");

    let call = play.call(Role::Client, PAGE, &2_u32);
    play.flight(Role::Client, "another call of Page");
    let mut seed = 1_u32;
    let hard = (0..4_000).map(|_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (seed >> 28) as u8)
    });
    play.server.reply(call, body(&hard.collect::<String>())).expect("a reply");
    play.flight(Role::Server, "its reply, compressed as a whole and then cut");
}

fn along(play: &mut Play<'_>) {
    let mut metadata = Metadata::new();
    metadata.insert(&TENANT, &42).expect("a value");
    metadata.insert(&TOKEN, &"hush".to_owned()).expect("a value");
    let timeout = Some(Duration::from_millis(1_500));
    let options = CallOptions { timeout, metadata: Some(&metadata), compress: None };
    let now = play.now;
    let text = "four".to_owned();
    let call = play.client.call(now, 0, MEASURE, options, body(&text)).expect("a call");
    let events = play.flight(Role::Client, "a call with a deadline and metadata: Measure");
    let [Event::Request { deadline, metadata: Some(found), .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((*deadline, found), (Some(now + Duration::from_millis(1_500)), &metadata));
    let mut metadata = Metadata::new();
    metadata.insert(&SERVED, &7).expect("a value");
    play.server.reply_with(call, &metadata, body(&4_u64)).expect("a reply");
    play.flight(Role::Server, "its reply, with metadata");

    let options = CallOptions { metadata: Some(&metadata), ..CallOptions::default() };
    play.client.notify(0, NOTE, options, body(&entry(2, "marked"))).expect("credit");
    let events = play.flight(Role::Client, "one-way Note with metadata");
    let [Event::OneWay { cost, .. }] = events[..] else { panic!("{events:?}") };
    play.server.event_done(cost);
    play.flight(Role::Server, "credit for it");

    let options = CallOptions::timeout(Some(Duration::from_millis(20)));
    let call = play.client.call(now, 0, GRIND, options, body(&1_u64)).expect("a call");
    play.flight(Role::Client, "a call whose deadline passes: Grind");
    play.server.handle_timeout(now + Duration::from_millis(20));
    let why = Dropped::DeadlineExceeded;
    assert_eq!(play.server.poll_event(), Some(Event::Dropped { call, why }));
    let events = play.flight(Role::Server, "its fault: DeadlineExceeded");
    let error = CallFailure::Remote(Fault::DeadlineExceeded);
    assert_eq!(events, [Event::Failed { call, error }]);
}

fn given_up(play: &mut Play<'_>) {
    let now = play.now;
    let call = play.call(Role::Client, GRIND, &2_u64);
    play.flight(Role::Client, "a call: Grind");
    play.client.cancel(now, call);
    let events = play.flight(Role::Client, "the caller gives it up");
    assert_eq!(events, [Event::Dropped { call, why: Dropped::Cancelled }]);
    assert_eq!(play.flight(Role::Server, "its fault: Cancelled"), []);

    let call = play.call(Role::Client, COUNT, &9_u32);
    play.flight(Role::Client, "a call whose answer is a stream: Count");
    play.server.open_stream(call).expect("a stream");
    item(play, Role::Server, call, &1_u32);
    play.flight(Role::Server, "the stream begins, an item");
    play.client.cancel(now, call);
    play.flight(Role::Client, "the caller gives it up");
    assert_eq!(play.flight(Role::Server, "the fault that ends the stream: Cancelled"), []);
    assert_eq!(play.client.calls_in_flight(), 0);
}

fn the_end(play: &mut Play<'_>) {
    let call = play.call(Role::Client, GRIND, &3_u64);
    play.flight(Role::Client, "the last call: Grind");
    play.server.go_away(Reason::ShuttingDown);
    let events = play.flight(Role::Server, "the server goes away: it runs no further calls");
    assert_eq!(events, [Event::GoingAway { reason: Reason::ShuttingDown }]);
    play.server.reply(call, body(&3_u64)).expect("a reply");
    let events = play.flight(Role::Server, "the reply of the call that ran, and the end");
    assert!(matches!(&events[..], [Event::Reply { .. }, Event::Closed(_)]), "{events:?}");
}
