//! A server for the program to call, in this process, and the protocol that it serves: a message
//! of each kind.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use network_protocol::{self as np, Fault, MetaKey, Stream};
use tokio::runtime::Runtime;

use crate::common::{Dir, Run, command};

#[np::protocol(package = "test::desk")]
pub(crate) enum Desk {
    #[np(reply = String)]
    Echo(String),
    #[np(reply = Result<u32, Odd>)]
    Half(u32),
    Note(String),
    /// Is never answered.
    #[np(reply = u32)]
    Hang(u32),
    /// Items from 0; fails behind the tenth.
    #[np(reply = Result<Stream<u32>, Odd>)]
    Count(u32),
    #[np(reply = u32)]
    Sum {
        start: u32,
        numbers: Stream<u32>,
    },
    #[np(reply = Stream<String>)]
    Talk {
        nick: String,
        said: Stream<String>,
    },
    /// Says no: 1 refuses, 2 is not authorized, 3 panics.
    #[np(reply = u32)]
    Guarded(u8),
    #[np(reply = Option<String>)]
    Tenant,
    #[np(reply = Order)]
    Place(Order),
    /// The server goes down without another word.
    #[np(reply = Stream<u32>)]
    Fall,
    #[np(from(server))]
    News(String),
    #[np(reply = u32)]
    Unhandled,
}

#[derive(np::Wire, Debug, Clone)]
pub(crate) struct Order {
    id: u32,
    lines: Vec<Line>,
}

#[derive(np::Wire, Debug, Clone)]
pub(crate) struct Line {
    item: String,
    count: u32,
    key: np::Secret<String>,
}

#[derive(np::Wire, Debug, Clone, PartialEq)]
#[np(error)]
pub(crate) enum Odd {
    Number(u32),
    #[np(unknown)]
    Unknown(np::RawVariant),
}

/// Another protocol of the same server, without a package.
#[np::protocol]
pub(crate) enum Clock {
    #[np(reply = u32)]
    Now,
}

pub(crate) struct Noon;

impl ClockHandler for Noon {
    async fn now(&self, _: &np::Cx) -> u32 {
        12
    }
}

const TENANT: MetaKey<String> = MetaKey::new("tenant");

/// Tells what it does.
struct Clerk(SyncSender<String>);

/// Tells when it is dropped.
struct Gone(SyncSender<String>, &'static str);

impl Drop for Gone {
    fn drop(&mut self) {
        // The test may be over.
        drop(self.0.send(format!("{} was given up", self.1)));
    }
}

impl DeskHandler for Clerk {
    async fn echo(&self, cx: &np::Cx, text: String) -> String {
        let peer = DeskPeer::from(&cx.connection());
        peer.news(format!("echoed {text}")).await.unwrap();
        text
    }

    async fn half(&self, _: &np::Cx, number: u32) -> Result<u32, Odd> {
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err(Odd::Number(number)) }
    }

    async fn note(&self, _: &np::Cx, text: String) {
        self.0.send(format!("noted {text}")).unwrap();
    }

    async fn hang(&self, _: &np::Cx, number: u32) -> u32 {
        let _gone = Gone(self.0.clone(), "hang");
        self.0.send(format!("hanging {number}")).unwrap();
        std::future::pending().await
    }

    async fn count(&self, _: &np::Cx, to: u32) -> Result<Stream<u32, Odd>, Odd> {
        if to == 13 {
            return Err(Odd::Number(to));
        }
        let (sender, items) = Stream::channel(1);
        let gone = Gone(self.0.clone(), "count");
        tokio::spawn(async move {
            let _gone = gone;
            for item in 0..to {
                if item == 10 && to == 11 {
                    return sender.fail(Odd::Number(item));
                }
                if sender.send(item).await.is_err() {
                    return;
                }
            }
        });
        Ok(items)
    }

    async fn sum(&self, _: &np::Cx, sum: DeskSum, mut numbers: Stream<u32>) -> u32 {
        let _gone = Gone(self.0.clone(), "sum");
        let mut all = sum.start;
        loop {
            match numbers.next().await {
                Some(Ok(number)) => {
                    all += number;
                    self.0.send(format!("sum is {all}")).unwrap();
                }
                None => return all,
                Some(Err(_)) => std::future::pending().await,
            }
        }
    }

    async fn talk(&self, _: &np::Cx, who: DeskTalk, mut said: Stream<String>) -> Stream<String> {
        let (sender, heard) = Stream::channel(1);
        tokio::spawn(async move {
            while let Some(Ok(text)) = said.next().await {
                if sender.send(format!("{}: {text}", who.nick)).await.is_err() {
                    return;
                }
            }
        });
        heard
    }

    async fn guarded(&self, cx: &np::Cx, how: u8) -> u32 {
        match how {
            1 => cx.fail(Fault::Refused { text: "not today".into() }).await,
            2 => cx.fail(Fault::Unauthorized).await,
            _ => panic!("as it was told"),
        }
    }

    async fn tenant(&self, cx: &np::Cx) -> Option<String> {
        cx.metadata().get(&TENANT).and_then(Result::ok)
    }

    async fn place(&self, _: &np::Cx, order: Order) -> Order {
        order
    }

    async fn fall(&self, cx: &np::Cx) -> Stream<u32> {
        let (sender, items) = Stream::channel(1);
        let connection = cx.connection();
        let told = self.0.clone();
        tokio::spawn(async move {
            sender.send(1).await.unwrap();
            told.send("falling".into()).unwrap();
            // A runtime that goes drops this before the connection, or after it: the stream is not to
            // end by that.
            std::mem::forget(sender);
            connection.closed().await;
        });
        items
    }
}

/// The server.
pub(crate) struct Served {
    runtime: Option<Runtime>,
    /// It serves as long as this is there.
    _server: np::Server,
    pub(crate) address: String,
    told: Receiver<String>,
}

impl Served {
    /// Without protection.
    pub(crate) fn plain() -> Self {
        Self::start(|server| server.insecure_plain())
    }

    pub(crate) fn start(with: impl FnOnce(np::ServerBuilder) -> np::ServerBuilder) -> Self {
        Self::at("tcp://127.0.0.1:0", with)
    }

    /// At this address.
    pub(crate) fn at(
        address: &str,
        with: impl FnOnce(np::ServerBuilder) -> np::ServerBuilder,
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let (tell, told) = sync_channel(1_000);
        let server = with(np::server()).add::<Desk, _>(Clerk(tell)).add::<Clock, _>(Noon);
        let server = runtime.block_on(server.listen(address)).unwrap();
        let address = server.address().to_owned();
        Self { runtime: Some(runtime), _server: server, address, told }
    }

    /// What a handler tells next.
    #[track_caller]
    pub(crate) fn told(&self) -> String {
        self.told.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    /// It is gone, and all of its connections with it.
    pub(crate) fn fall(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    /// `npctl call` without protection.
    pub(crate) fn call(&self, dir: &Dir, arguments: &[&str]) -> Run {
        Run::of(command(dir, &self.calling(arguments)))
    }

    fn calling<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        [&["call", &self.address, "--insecure-plain"], arguments].concat()
    }

    /// The same, as a process that is under way, with pipes.
    pub(crate) fn begin(&self, dir: &Dir, arguments: &[&str]) -> Child {
        let mut command = command(dir, &self.calling(arguments));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// The same, with this as its standard input.
    pub(crate) fn feed(&self, dir: &Dir, arguments: &[&str], input: &str) -> Run {
        let mut child = self.begin(dir, arguments);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        finish(child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What a process left behind.
pub(crate) fn finish(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
