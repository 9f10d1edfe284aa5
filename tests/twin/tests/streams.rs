//! Calls with streams, and what else a message says of its handler, from a client of one door to a
//! server of the other.

#![expect(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a test fails where it is wrong, and its numbers are small"
)]

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use network_protocol::{CallError, Stream};
use tokio::sync::Semaphore;

/// What the handlers do beside answering, for the test to see and to hold up.
#[derive(Default)]
struct Spy {
    started: Signal,
    go: Signal,
    done: Signal,
    dropped: Signal,
    noted: Mutex<Vec<String>>,
    tasks: Mutex<Vec<tokio::task::Id>>,
}

impl Spy {
    fn note(&self, text: String) {
        self.noted.lock().unwrap().push(text);
    }

    fn at_work(&self) {
        self.tasks.lock().unwrap().push(tokio::task::id());
    }
}

/// Something that happens once more.
struct Signal(Semaphore);

impl Default for Signal {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Signal {
    fn give(&self) {
        self.0.add_permits(1);
    }

    async fn wait(&self) {
        self.0.acquire().await.unwrap().forget();
    }
}

/// Tells when it is dropped.
struct Guard(Arc<Spy>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.dropped.give();
    }
}

/// Counts without end, and tells when nobody asks any more.
struct Endless {
    next: u32,
    _guard: Guard,
}

impl futures_core::Stream for Endless {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        self.next += 1;
        Poll::Ready(Some(self.next - 1))
    }
}

fn address() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("mem://twin-streams-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

macro_rules! doors {
    ($name:ident: $server:ident serves $client:ident) => {
        mod $name {
            use std::future::IntoFuture as _;

            use network_protocol::{self as np, Bytes, Cx, Server};

            use super::*;
            use $client::flows as ours;
            use $client::flows::FlowsClient;
            use $server::flows::{
                Entry, EntryView, FlowError, Flows, FlowsCountLongerView, FlowsDouble,
                FlowsHandler, FlowsLongestView, FlowsPeer, FlowsSum, FlowsTail, FlowsTalk,
                FlowsUpload,
            };

            struct Host(Arc<Spy>);

            impl FlowsHandler for Host {
                async fn tail(
                    &self,
                    _: &Cx,
                    message: FlowsTail,
                ) -> Result<Stream<Entry, FlowError>, FlowError> {
                    if message.log != "cut" {
                        return Err(FlowError::NoSuchLog);
                    }
                    let (sender, lines) = Stream::channel(1);
                    tokio::spawn(async move {
                        for at in message.after..3 {
                            sender.send(Entry { at, text: "line".repeat(at as usize) }).await.ok();
                        }
                        sender.fail(FlowError::Cut(7));
                    });
                    Ok(lines)
                }

                async fn count(&self, _: &Cx, upto: u32) -> Stream<u32> {
                    match upto {
                        u32::MAX => Stream::new(Endless { next: 0, _guard: Guard(self.0.clone()) }),
                        upto => Stream::from_iter(0..upto),
                    }
                }

                async fn upload(
                    &self,
                    _: &Cx,
                    message: FlowsUpload,
                    mut data: Stream<Bytes>,
                ) -> Result<u64, FlowError> {
                    let mut bytes = 0;
                    while let Some(piece) = data.next().await {
                        bytes += piece.unwrap().len() as u64;
                        if message.log == "none" {
                            return Err(FlowError::NoSuchLog);
                        }
                    }
                    Ok(bytes)
                }

                async fn sum(&self, _: &Cx, _: FlowsSum, numbers: Stream<u32>) -> u64 {
                    let all: Vec<u32> = numbers.try_collect().await.unwrap();
                    all.into_iter().map(u64::from).sum()
                }

                async fn talk(
                    &self,
                    _: &Cx,
                    message: FlowsTalk,
                    mut said: Stream<String>,
                ) -> Result<Stream<Entry, FlowError>, FlowError> {
                    let (sender, heard) = Stream::channel(1);
                    tokio::spawn(async move {
                        let mut at = 0;
                        while let Some(Ok(text)) = said.next().await {
                            at += 1;
                            let text = format!("{}: {text}", message.room);
                            sender.send(Entry { at, text }).await.ok();
                        }
                        sender.fail(FlowError::Cut(at));
                    });
                    Ok(heard)
                }

                async fn double(
                    &self,
                    _: &Cx,
                    _: FlowsDouble,
                    mut numbers: Stream<u32>,
                ) -> Stream<u32> {
                    let (sender, doubled) = Stream::channel(1);
                    tokio::spawn(async move {
                        while let Some(Ok(n)) = numbers.next().await {
                            sender.send(2 * n).await.ok();
                        }
                    });
                    doubled
                }

                async fn longest(&self, _: &Cx, message: FlowsLongestView<'_>) -> String {
                    // A view stays while its handler waits.
                    tokio::task::yield_now().await;
                    let words = message.words().iter().map(|word| word.to_owned());
                    words.max_by_key(String::len).unwrap_or_default()
                }

                async fn measure(&self, _: &Cx, text: &str) -> u64 {
                    self.0.at_work();
                    text.len() as u64
                }

                async fn measure_short(&self, _: &Cx, text: &str) -> u64 {
                    text.len() as u64
                }

                async fn note(&self, _: &Cx, entry: EntryView<'_>) {
                    self.0.note(format!("{} {}", entry.at(), entry.text()));
                    self.0.done.give();
                }

                async fn count_longer(
                    &self,
                    _: &Cx,
                    message: FlowsCountLongerView<'_>,
                    mut lines: Stream<String>,
                ) -> u64 {
                    let mut count = 0;
                    while let Some(line) = lines.next().await {
                        count += u64::from(line.unwrap().len() > message.than().len());
                    }
                    count
                }

                async fn grind(&self, _: &Cx, n: u64) -> u64 {
                    self.0.at_work();
                    n + 1
                }

                async fn store(&self, cx: &Cx, _: Bytes) {
                    self.0.started.give();
                    cx.cancelled().await;
                    self.0.go.wait().await;
                    self.0.done.give();
                }

                async fn digest(&self, _: &Cx, bytes: &[u8]) {
                    self.0.at_work();
                    self.0.note(format!("{bytes:?}"));
                    self.0.done.give();
                }

                async fn page(&self, cx: &Cx, n: u32) -> String {
                    let _guard = Guard(self.0.clone());
                    self.0.started.give();
                    if n == 0 {
                        self.0.go.wait().await;
                    }
                    let seen = FlowsPeer::from(cx).watch(n).await.unwrap();
                    let seen: Vec<u32> = seen.try_collect().await.unwrap();
                    format!("{seen:?}")
                }
            }

            struct Looking;

            impl ours::FlowsClientHandler for Looking {
                async fn watch(&self, _: &Cx, upto: u32) -> Stream<u32> {
                    Stream::from_iter((0..upto).map(|n| n * n))
                }
            }

            async fn both() -> (Server, FlowsClient, Arc<Spy>) {
                let spy = Arc::new(Spy::default());
                let builder = np::server().add::<Flows, _>(Host(spy.clone()));
                let server = builder.listen(&address()).await.unwrap();
                let builder = np::client().on::<ours::Flows, _>(Looking);
                let client = builder.connect(server.address()).await.unwrap();
                (server, client, spy)
            }

            fn tail(log: &str) -> ours::FlowsTail {
                ours::FlowsTail { log: log.into(), after: 1 }
            }

            #[tokio::test]
            async fn what_a_handler_returns_arrives_in_order_and_ends() {
                let (_server, client, _) = both().await;
                let mut all = client.count(1_000).await.unwrap();
                for n in 0..1_000 {
                    assert_eq!(all.next().await, Some(Ok(n)));
                }
                assert_eq!(all.next().await, None);
                assert_eq!(all.next().await, None);
                assert_eq!(client.count(0).await.unwrap().next().await, None);
            }

            #[tokio::test]
            async fn an_error_refuses_a_stream_before_it_flows_and_ends_one_that_does() {
                let (_server, client, _) = both().await;
                let refused = client.tail(tail("none")).await.unwrap_err();
                assert_eq!(refused, CallError::Application(ours::FlowError::NoSuchLog));
                let mut lines = client.tail(tail("cut")).await.unwrap();
                for (at, text) in [(1, "line"), (2, "lineline")] {
                    let line = ours::Entry { at, text: text.into() };
                    assert_eq!(lines.next().await, Some(Ok(line)));
                }
                let cut = CallError::Application(ours::FlowError::Cut(7));
                assert_eq!(lines.next().await, Some(Err(cut)));
                assert_eq!(lines.next().await, None);
            }

            #[tokio::test]
            async fn what_a_caller_passes_arrives_before_it_is_answered() {
                let (_server, client, _) = both().await;
                let sum = client.sum(ours::FlowsSum {}, Stream::from_iter(0..=1_000)).await;
                assert_eq!(sum, Ok(500_500));
                let none = client.sum(ours::FlowsSum {}, Stream::empty()).await;
                assert_eq!(none, Ok(0));
                let pieces = Stream::from_iter((0..40).map(|_| Bytes::from(vec![7; 50_000])));
                let message = ours::FlowsUpload { log: "new".into() };
                assert_eq!(client.upload(message, pieces).await, Ok(2_000_000));
            }

            #[tokio::test]
            async fn an_answer_ends_what_the_caller_still_sends() {
                let (_server, client, _) = both().await;
                let (sender, data) = Stream::channel(1);
                let message = ours::FlowsUpload { log: "none".into() };
                let call = tokio::spawn(client.upload(message, data).into_future());
                sender.send(Bytes::from_static(b"some")).await.unwrap();
                let refused = call.await.unwrap().unwrap_err();
                assert_eq!(refused, CallError::Application(ours::FlowError::NoSuchLog));
                sender.closed().await;
            }

            #[tokio::test]
            async fn both_sides_speak_in_turn_and_each_ends_by_itself() {
                let (_server, client, _) = both().await;
                let (sender, said) = Stream::channel(1);
                let message = ours::FlowsTalk { room: "hall".into() };
                let mut heard = client.talk(message, said).await.unwrap();
                for at in 1..=50_u64 {
                    sender.send(format!("hi {at}")).await.unwrap();
                    let entry = ours::Entry { at, text: format!("hall: hi {at}") };
                    assert_eq!(heard.next().await, Some(Ok(entry)));
                }
                drop(sender);
                let cut = CallError::Application(ours::FlowError::Cut(50));
                assert_eq!(heard.next().await, Some(Err(cut)));
                let numbers = Stream::from_iter(0..500);
                let doubled = client.double(ours::FlowsDouble {}, numbers).await.unwrap();
                let doubled: Vec<u32> = doubled.try_collect().await.unwrap();
                assert_eq!(doubled, (0..500).map(|n| 2 * n).collect::<Vec<_>>());
            }

            #[tokio::test]
            async fn a_receiver_that_is_dropped_ends_the_stream_at_its_source() {
                let (_server, client, spy) = both().await;
                let mut all = client.count(u32::MAX).await.unwrap();
                for n in 0..3 {
                    assert_eq!(all.next().await, Some(Ok(n)));
                }
                drop(all);
                spy.dropped.wait().await;
                assert_eq!(client.measure("on".into()).await, Ok(2));
            }

            #[tokio::test]
            async fn a_server_calls_for_a_stream_of_its_client() {
                let (_server, client, _) = both().await;
                assert_eq!(client.page(4).await.as_deref(), Ok("[0, 1, 4, 9]"));
            }

            #[tokio::test]
            async fn a_handler_reads_a_message_where_it_lies() {
                let (_server, client, spy) = both().await;
                let words = ["a", "longest", "word"].map(String::from).into();
                let longest = client.longest(ours::FlowsLongest { words }).await;
                assert_eq!(longest.as_deref(), Ok("longest"));
                assert_eq!(client.measure("räum".into()).await, Ok(5));
                assert_eq!(client.measure_short("16 bytes at most".into()).await, Ok(16));
                let long = client.measure_short("more than 16 bytes".into()).await;
                assert!(matches!(long, Err(CallError::Encode(_))), "{long:?}");
                client.note(ours::Entry { at: 3, text: "rain".into() }).await.unwrap();
                spy.done.wait().await;
                assert_eq!(*spy.noted.lock().unwrap(), ["3 rain"]);
                let lines = Stream::from_iter(["a", "abcd", "ab", "abcde"].map(String::from));
                let message = ours::FlowsCountLonger { than: "abc".into() };
                assert_eq!(client.count_longer(message, lines).await, Ok(2));
            }

            #[tokio::test]
            async fn only_a_message_that_says_so_has_a_task_of_its_own() {
                let (_server, client, spy) = both().await;
                for n in 0..2 {
                    assert_eq!(client.measure(String::new()).await, Ok(0));
                    assert_eq!(client.grind(n).await, Ok(n + 1));
                }
                client.digest(Bytes::from_static(&[1, 2])).await.unwrap();
                spy.done.wait().await;
                assert_eq!(*spy.noted.lock().unwrap(), ["[1, 2]"]);
                let tasks = spy.tasks.lock().unwrap().clone();
                let [first, one, second, two, last] = tasks[..] else { panic!("{tasks:?}") };
                assert_eq!(first, second);
                assert!([one, two, last].iter().all(|task| *task != first), "{tasks:?}");
                assert!(one != two && two != last, "{tasks:?}");
            }

            #[tokio::test]
            async fn only_a_message_that_says_so_is_handled_to_its_end_when_it_is_given_up() {
                let (_server, client, spy) = both().await;
                let call = tokio::spawn(client.page(0).into_future());
                spy.started.wait().await;
                call.abort();
                spy.dropped.wait().await;

                let call = tokio::spawn(client.store(Bytes::new()).into_future());
                spy.started.wait().await;
                call.abort();
                spy.go.give();
                spy.done.wait().await;
                assert_eq!(client.measure("on".into()).await, Ok(2));
            }
        }
    };
}

doors!(files_serve_items: golden serves twin);
doors!(items_serve_files: twin serves golden);
