//! Each kind of stream, on one connection: a log that is followed, a file that is sent in pieces,
//! and a talk both ways: `cargo run --example streams`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it shows what happens")]

use std::time::Duration;

use network_protocol::{self as np, Bytes, CallError, Fault, Stream};

#[np::protocol(package = "example::board")]
pub(crate) enum Board {
    /// The lines of a log as they come. The stream flows from the server.
    #[np(reply = Result<Stream<String>, LogError>)]
    Tail { log: String, first: u64 },
    /// A file, in pieces from the client; answered by how many came.
    #[np(reply = u32)]
    Upload { name: String, pieces: Stream<Bytes> },
    /// What is said and what is heard, both at once.
    #[np(reply = Stream<String>)]
    Talk { nick: String, said: Stream<String> },
}

#[derive(np::Wire, Debug)]
#[np(error)]
pub(crate) enum LogError {
    NoSuchLog,
    /// The log was put away, with so many lines.
    PutAway {
        lines: u64,
    },
    #[np(unknown)]
    Unknown(np::RawVariant),
}

struct Host;

impl BoardHandler for Host {
    async fn tail(
        &self,
        _: &np::Cx,
        message: BoardTail,
    ) -> Result<Stream<String, LogError>, LogError> {
        if message.log != "door" {
            return Err(LogError::NoSuchLog); // before anything flows
        }
        let (sender, lines) = Stream::channel(8);
        tokio::spawn(async move {
            for guest in message.first..5 {
                // Waits while the other side does not read; fails when it does not want any more.
                if sender.send(format!("guest {guest} came in")).await.is_err() {
                    return;
                }
            }
            sender.fail(LogError::PutAway { lines: 5 }); // after what was sent
        });
        Ok(lines)
    }

    async fn upload(&self, cx: &np::Cx, _: BoardUpload, mut pieces: Stream<Bytes>) -> u32 {
        let mut count = 0;
        while let Some(piece) = pieces.next().await {
            if let Err(error) = piece {
                // Torn, and not at its end: half a file is none.
                return cx.fail(Fault::Refused { text: error.to_string().as_str().into() }).await;
            }
            count += 1;
        }
        count
    }

    async fn talk(&self, _: &np::Cx, who: BoardTalk, mut said: Stream<String>) -> Stream<String> {
        let (sender, heard) = Stream::channel(8);
        tokio::spawn(async move {
            while let Some(text) = said.next().await {
                let heard = match text {
                    Ok(text) => format!("{} says: {text}", who.nick),
                    Err(error) => format!("{} was cut off: {error}", who.nick),
                };
                if sender.send(heard).await.is_err() {
                    return;
                }
            }
        });
        heard
    }
}

/// Serves at `address`, calls, and tells what happens.
pub(crate) async fn run(address: &str, mut tell: impl FnMut(String)) -> np::Result<()> {
    let server = np::serve::<Board, _>(address, Host).await?;
    let board: BoardClient = np::connect(server.address()).await?;

    let mut lines = board.tail(BoardTail { log: "door".into(), first: 3 }).await?;
    while let Some(line) = lines.next().await {
        match line {
            Ok(line) => tell(line),
            Err(CallError::Application(LogError::PutAway { lines })) => {
                tell(format!("the log was put away with {lines} lines"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Err(error) = board.tail(BoardTail { log: "window".into(), first: 0 }).await {
        tell(format!("no window: {error:?}"));
    }

    let pieces = (0..100).map(|_| Bytes::from(vec![0; 64 * 1_024]));
    let message = BoardUpload { name: "zeros".into() };
    let count = board.upload(message, Stream::from_iter(pieces)).await?;
    tell(format!("{count} pieces went up"));

    let (mouth, said) = Stream::channel(1);
    let mut heard = board.talk(BoardTalk { nick: "ann".into() }, said).await?;
    for text in ["hello", "anybody here?"] {
        mouth.send(text.to_owned()).await.ok();
        if let Some(heard) = heard.next().await {
            tell(heard?);
        }
    }
    drop(mouth); // the end of what is said, and so of what is heard
    tell(format!("the talk goes on: {}", heard.next().await.is_some()));
    server.shutdown(Duration::from_secs(5)).await
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => {
            let ran = run("tcp://127.0.0.1:0", |line| println!("{line}")).await;
            ran.inspect_err(|error| eprintln!("streams: {error}")).map_or(1, |()| 0).into()
        }
        Some("-h" | "--help") => {
            println!("Shows each kind of stream, on one connection.\n\nUsage: streams");
            0.into()
        }
        Some(other) => {
            eprintln!("streams: it takes no arguments, not even `{other}`");
            2.into()
        }
    }
}
