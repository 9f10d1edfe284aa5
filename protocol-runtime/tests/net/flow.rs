//! A protocol with streams, written by hand in the shape that is generated, and its handlers.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::manual_async_fn,
    reason = "starts tasks and fails like a test, and looks like generated code"
)]

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use protocol_runtime::call::Call;
use protocol_runtime::caller::Caller;
use protocol_runtime::client::ClientBuilder;
use protocol_runtime::cx::Cx;
use protocol_runtime::fingerprint::Fingerprint;
use protocol_runtime::metadata::MetaKey;
use protocol_runtime::protocol::{Protocol, side};
use protocol_runtime::schema::{FieldSchema, MessageSchema, ProtocolSchema, ReplySchema};
use protocol_runtime::serve::{Client, Handling, Serve};
use protocol_runtime::server::{Server, ServerBuilder};
use protocol_runtime::types::Stream;
use protocol_runtime::wire::{DecodeError, DecodeOptions, EncodeError, Root, Wire};
use tokio::sync::{Semaphore, watch};

use crate::common::mem;

const COUNT: u16 = 1;
const SUM: u16 = 2;
const DOUBLE: u16 = 3;
const FAIL: u16 = 4;
const BURST: u16 = 5;
const IGNORE: u16 = 6;
const BLOCK: u16 = 7;
const KEEP: u16 = 8;
const RELAY: u16 = 9;
const HANG: u16 = 10;
const VIEW: u16 = 11;
const BACK: u16 = 12;

pub(crate) const TENANT: MetaKey<u32> = MetaKey::new("tenant");
pub(crate) const TOKEN: MetaKey<String> = MetaKey::new("token").sensitive().no_propagate();
pub(crate) const SERVED: MetaKey<u32> = MetaKey::new("served");

pub(crate) enum Flow {}

fn number() -> Option<&'static protocol_runtime::schema::TypeSchema> {
    <u32 as Root>::schema()
}

fn text() -> Option<&'static protocol_runtime::schema::TypeSchema> {
    <String as Root>::schema()
}

const fn call(number_: u16, name: &'static str) -> MessageSchema {
    MessageSchema::new(number_, name, number).reply(ReplySchema::new(number))
}

const fn with_input(message: MessageSchema) -> MessageSchema {
    message.stream(FieldSchema::new(2, "values", <u32 as Wire>::schema))
}

static FLOW: ProtocolSchema = ProtocolSchema::new(
    "test::Flow",
    &[
        MessageSchema::new(COUNT, "Count", number).reply(ReplySchema::stream(number)),
        with_input(call(SUM, "Sum")),
        with_input(MessageSchema::new(DOUBLE, "Double", number).reply(ReplySchema::stream(number))),
        MessageSchema::new(FAIL, "Fail", number).reply(ReplySchema::stream(number).or(text)),
        MessageSchema::new(BURST, "Burst", number).reply(ReplySchema::stream(text)),
        with_input(call(IGNORE, "Ignore")),
        call(BLOCK, "Block"),
        call(KEEP, "Keep"),
        call(RELAY, "Relay"),
        call(HANG, "Hang"),
        MessageSchema::new(VIEW, "View", text).reply(ReplySchema::new(number)),
        MessageSchema::new(BACK, "Back", number).from_server().reply(ReplySchema::new(number)),
    ],
);

impl Protocol for Flow {
    const NAME: &'static str = "test::Flow";
    const VERSION: u32 = 1;
    const MIN_VERSION: u32 = 1;

    fn schema() -> &'static ProtocolSchema {
        &FLOW
    }

    fn fingerprint() -> Fingerprint {
        static ONCE: OnceLock<Fingerprint> = OnceLock::new();
        *ONCE.get_or_init(|| Fingerprint([7; 16]))
    }

    fn number(&self) -> u16 {
        match *self {}
    }

    fn encode(self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {}
    }

    fn decode(_: u16, _: &Bytes, _: &DecodeOptions) -> Result<Option<Self>, DecodeError> {
        Ok(None)
    }
}

/// What the handlers do and show.
#[derive(Clone, Default)]
pub(crate) struct Works {
    /// Streams and handlers that are alive.
    pub(crate) alive: Arc<watch::Sender<usize>>,
    /// Values that were asked of streams.
    pub(crate) made: Arc<AtomicUsize>,
    /// Handlers that came to their end, cancelled or not.
    pub(crate) ended: Arc<watch::Sender<usize>>,
    /// What `Block` waits for, on its thread.
    pub(crate) gate: Arc<(std::sync::Mutex<bool>, std::sync::Condvar)>,
    /// What `Keep` and `Hang` wait for.
    pub(crate) permits: Option<Arc<Semaphore>>,
    /// What `Relay` saw of the metadata of its call.
    pub(crate) tenant: Arc<AtomicU32>,
}

pub(crate) struct Alive(Arc<watch::Sender<usize>>);

impl Alive {
    pub(crate) fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Values as long as somebody asks, in numbers that are counted.
pub(crate) struct Endless<T> {
    pub(crate) make: fn(usize) -> T,
    pub(crate) made: Arc<AtomicUsize>,
    pub(crate) _alive: Alive,
}

impl<T> futures_core::Stream for Endless<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(Some((self.make)(self.made.fetch_add(1, Ordering::SeqCst))))
    }
}

/// A stream that panics.
pub(crate) struct Panics;

impl futures_core::Stream for Panics {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        panic!("as told")
    }
}

impl Works {
    pub(crate) fn new() -> Self {
        Self { permits: Some(Arc::new(Semaphore::new(0))), ..Self::default() }
    }

    pub(crate) async fn until_alive(&self, count: usize) {
        self.alive.subscribe().wait_for(|alive| *alive == count).await.expect("a sender");
    }

    pub(crate) async fn until_ended(&self, count: usize) {
        self.ended.subscribe().wait_for(|ended| *ended == count).await.expect("a sender");
    }

    pub(crate) fn endless<T>(&self, make: fn(usize) -> T) -> Endless<T> {
        Endless { make, made: self.made.clone(), _alive: Alive::new(&self.alive) }
    }

    pub(crate) fn permits(&self) -> &Semaphore {
        self.permits.as_ref().expect("made by new")
    }

    async fn sum(&self, mut values: Stream<u32>) -> u32 {
        let _alive = Alive::new(&self.alive);
        let mut sum = 0_u32;
        while let Some(value) = values.next().await {
            match value {
                Ok(value) => sum = sum.wrapping_add(value),
                Err(_) => break,
            }
        }
        self.ended.send_modify(|ended| *ended += 1);
        sum
    }

    fn block(&self) -> u32 {
        let (open, bell) = &*self.gate;
        let mut open = open.lock().expect("whole");
        while !*open {
            open = bell.wait(open).expect("whole");
        }
        7
    }

    pub(crate) fn unblock(&self) {
        let (open, bell) = &*self.gate;
        *open.lock().expect("whole") = true;
        bell.notify_all();
    }

    async fn keep(&self, cx: &Cx) -> u32 {
        let _alive = Alive::new(&self.alive);
        cx.cancelled().await;
        self.permits().acquire().await.expect("open").forget();
        self.ended.send_modify(|ended| *ended += 1);
        8
    }

    async fn hang(&self) -> u32 {
        let _alive = Alive::new(&self.alive);
        self.permits().acquire().await.expect("open").forget();
        self.ended.send_modify(|ended| *ended += 1);
        9
    }

    /// Calls back, and says what the other side told.
    async fn relay(&self, cx: &Cx, how: u32) -> u32 {
        self.tenant.store(
            cx.metadata().get(&TENANT).map_or(0, |read| read.expect("a number")),
            Ordering::SeqCst,
        );
        cx.reply_meta(&SERVED, &77).expect("encoded");
        let call: Call<u32, u32> = cx.caller::<Flow>().call(BACK, how);
        match how {
            // In a task of its own, with what the handler's calls have.
            1 => tokio::spawn(cx.scope(call.into_future())).await.expect("no panic"),
            _ => call.await,
        }
        .unwrap_or(u32::MAX)
    }
}

impl Serve<Works> for Flow {
    const HANDLING: &'static [Handling] = &[
        Handling { number: BLOCK, spawn: true, no_cancel: false },
        Handling { number: KEEP, spawn: false, no_cancel: true },
    ];

    fn dispatch(
        works: Arc<Works>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        async move {
            if number == VIEW {
                let Some(text) = cx.decode_view::<String>(&body) else { return };
                cx.reply(&u32::try_from(text.len()).expect("short"));
                return;
            }
            let Some(count) = cx.decode::<u32>(&body) else { return };
            drop(body);
            match number {
                COUNT if count == u32::MAX => {
                    let stream = Stream::new(Panics);
                    cx.reply_stream::<u32, Infallible>(stream).await;
                }
                COUNT => cx.reply_stream::<u32, Infallible>(Stream::from_iter(0..count)).await,
                SUM => {
                    let sum = works.sum(cx.input::<u32>()).await;
                    cx.reply(&sum);
                }
                DOUBLE => {
                    let mut values = cx.input::<u32>();
                    let (sender, doubled) = Stream::channel(4);
                    let doubling = tokio::spawn(async move {
                        while let Some(Ok(value)) = values.next().await {
                            if sender.send(value * 2).await.is_err() {
                                return;
                            }
                        }
                    });
                    cx.reply_stream::<u32, Infallible>(doubled).await;
                    doubling.await.expect("no panic");
                }
                FAIL => {
                    let (sender, stream) =
                        Stream::channel(usize::try_from(count).expect("small") + 1);
                    for value in 0..count {
                        sender.send(value).await.expect("a receiver");
                    }
                    sender.fail("that is all".to_owned());
                    cx.reply_stream::<u32, String>(stream).await;
                }
                BURST => {
                    let stream = Stream::new(works.endless(|_| "x".repeat(1_000)));
                    cx.reply_stream::<String, Infallible>(stream).await;
                }
                IGNORE => cx.reply(&count),
                BLOCK => {
                    let _alive = Alive::new(&works.alive);
                    let value = works.block();
                    cx.reply(&value);
                }
                KEEP => {
                    let value = works.keep(&cx).await;
                    cx.reply(&value);
                }
                RELAY => {
                    let value = works.relay(&cx, count).await;
                    cx.reply(&value);
                }
                HANG => {
                    let value = works.hang().await;
                    cx.reply(&value);
                }
                _ => cx.unknown(),
            }
        }
    }
}

impl Serve<Works, side::Client> for Flow {
    fn dispatch(
        works: Arc<Works>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        async move {
            let (BACK, Some(how)) = (number, cx.decode::<u32>(&body)) else {
                return cx.unknown();
            };
            match how {
                // How long the caller waits, in seconds.
                0 | 1 => {
                    let now = std::time::Instant::from(tokio::time::Instant::now());
                    let left = cx.deadline().map(|deadline| deadline.duration_since(now));
                    let left = left.unwrap_or(Duration::from_secs(9_999)).as_secs();
                    cx.reply(&u32::try_from(left).expect("some"));
                }
                // What came along.
                2 => {
                    assert!(cx.metadata().get(&TOKEN).is_none(), "it is for one call only");
                    let tenant = cx.metadata().get(&TENANT);
                    cx.reply(&tenant.map_or(0, |read| read.expect("a number")));
                }
                _ => {
                    let value = works.hang().await;
                    cx.reply(&value);
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct FlowClient(Caller);

impl Client for FlowClient {
    type Protocol = Flow;

    fn from_caller(caller: Caller) -> Self {
        Self(caller)
    }

    fn caller(&self) -> &Caller {
        &self.0
    }
}

impl FlowClient {
    pub(crate) fn count(&self, to: u32) -> Call<u32, Stream<u32>> {
        self.0.call(COUNT, to)
    }

    pub(crate) fn sum(&self, values: Stream<u32>) -> Call<u32, u32> {
        self.0.call(SUM, 0).input(values)
    }

    pub(crate) fn double(&self, values: Stream<u32>) -> Call<u32, Stream<u32>> {
        self.0.call(DOUBLE, 0).input(values)
    }

    pub(crate) fn fail(&self, after: u32) -> Call<u32, Stream<u32, String>, String> {
        self.0.call(FAIL, after)
    }

    pub(crate) fn burst(&self) -> Call<u32, Stream<String>> {
        self.0.call(BURST, 0)
    }

    pub(crate) fn ignore(&self, values: Stream<u32>) -> Call<u32, u32> {
        self.0.call(IGNORE, 5).input(values)
    }

    pub(crate) fn block(&self) -> Call<u32, u32> {
        self.0.call(BLOCK, 0)
    }

    pub(crate) fn keep(&self) -> Call<u32, u32> {
        self.0.call(KEEP, 0)
    }

    pub(crate) fn relay(&self, how: u32) -> Call<u32, u32> {
        self.0.call(RELAY, how)
    }

    pub(crate) fn hang(&self) -> Call<u32, u32> {
        self.0.call(HANG, 0)
    }

    pub(crate) fn view(&self, text: &str) -> Call<String, u32> {
        self.0.call(VIEW, text.to_owned())
    }
}

/// A server in memory and a client of it, with these limits for both.
pub(crate) async fn flow(
    limits: protocol_runtime::limits::Limits,
) -> (Server, FlowClient, Works, Works) {
    let (works, back) = (Works::new(), Works::new());
    let server = ServerBuilder::new().limits(limits.clone()).add::<Flow, _>(works.clone());
    let server = server.listen(&mem()).await.expect("a server");
    let client = ClientBuilder::new().limits(limits).on::<Flow, _>(back.clone());
    let client = client.connect(server.address()).await.expect("a client");
    (server, client, works, back)
}
