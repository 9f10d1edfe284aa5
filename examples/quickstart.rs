//! Ships a log file to a server, over TCP and Noise: `cargo run --example quickstart [-- FILE]`.
#![expect(clippy::as_conversions, clippy::print_stdout, clippy::print_stderr, reason = "short")]

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use network_protocol::{self as np, Client as _, PublicKey};

#[np::protocol(package = "example::logs")]
pub(crate) enum Logs {
    Open(String), // no reply: one-way
    #[np(reply = Result<Totals, ShipError>)]
    Ship {
        first: u64,
        lines: Vec<String>,
    },
    #[np(from(server))]
    Notice(String),
}

#[derive(np::Wire)]
pub(crate) struct Count {
    word: String,
    lines: u64,
}

#[derive(np::Wire)]
pub(crate) struct Totals {
    lines: u64,
    bytes: u64,
    top: Vec<Count>,
}

#[derive(np::Wire, Debug)]
#[np(error)]
pub(crate) enum ShipError {
    /// A line is longer than the server takes.
    LineTooLong { number: u64, max: u32 },
    #[np(unknown)]
    Unknown(np::RawVariant),
}

/// The server counts bytes, and lines by their first word.
struct Counter(Mutex<(u64, HashMap<String, u64>)>);

impl LogsHandler for Counter {
    async fn open(&self, cx: &np::Cx, file: String) {
        LogsPeer::from(cx).notice(format!("ready for {file}")).await.ok(); // it may be gone
    }

    async fn ship(&self, _: &np::Cx, batch: LogsShip) -> Result<Totals, ShipError> {
        if let Some(i) = batch.lines.iter().position(|line| line.len() > 8_192) {
            return Err(ShipError::LineTooLong { number: batch.first + i as u64, max: 8_192 });
        }
        let (bytes, words) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in &batch.lines {
            *bytes += line.len() as u64;
            let word = line.split_whitespace().next().unwrap_or("(blank)");
            *words.entry(word.to_owned()).or_default() += 1;
        }
        let count = |(word, lines): (&String, &u64)| Count { word: word.clone(), lines: *lines };
        let mut top: Vec<Count> = words.iter().map(count).collect();
        top.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.word.cmp(&b.word)));
        top.truncate(5);
        Ok(Totals { lines: words.values().sum(), bytes: *bytes, top })
    }
}

struct Screen; // where the client shows what the server has to say

impl LogsClientHandler for Screen {
    async fn notice(&self, _: &np::Cx, text: String) {
        println!("server: {text}");
    }
}

/// Starts a server on a free port, which proves to hold the key.
pub(crate) async fn serve(identity: np::Keypair) -> np::Result<np::Server> {
    let server = np::server().identity(identity).add::<Logs, _>(Counter(Mutex::default()));
    server.listen("tcp://127.0.0.1:0").await
}

/// Ships the lines of a file to the server that holds the key, and says what they add up to.
pub(crate) async fn ship(at: &str, key: PublicKey, file: &str, text: &str) -> np::Result<String> {
    let (started, client) = (Instant::now(), np::client().identity(np::Keypair::generate()?));
    let logs: LogsClient = client.server_key(key).on::<Logs, _>(Screen).connect(at).await?;
    logs.open(file.to_owned()).await?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let trips = lines.len().div_ceil(100);
    let mut totals = Totals { lines: 0, bytes: 0, top: vec![] };
    for (i, lines) in (0..).zip(lines.chunks(100)) {
        totals = logs.ship(LogsShip { first: 100 * i + 1, lines: lines.to_vec() }).await?;
    }
    let Totals { lines, bytes, top } = totals;
    let top: String = top.iter().map(|c| format!("{:>8} x {}\n", c.lines, c.word)).collect();
    let (time, security) = (started.elapsed(), logs.connection().security());
    Ok(format!("{lines} lines, {bytes} bytes\n{top}{trips} round trips, {time:.1?}\n{security}"))
}

async fn run(file: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
    let name = file.as_deref().unwrap_or("packages.log");
    let sample = include_bytes!("data/packages.log").to_vec();
    let bytes = file.as_ref().map_or(Ok(sample), std::fs::read);
    let bytes = bytes.map_err(|error| format!("cannot read {name}: {error}"))?;
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(|| format!("{name} is binary; give a text file (UTF-8)"))?;
    let text = Some(text).filter(|text| !text.is_empty()).ok_or(format!("{name} is empty"))?;
    let identity = np::Keypair::generate()?;
    let (key, server) = (identity.public(), serve(identity).await?);
    println!("{}", ship(server.address(), key, name, &text).await?);
    Ok(server.shutdown(Duration::from_secs(1)).await?)
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let result = run(std::env::args().nth(1)).await;
    result.inspect_err(|error| eprintln!("quickstart: {error}")).map_or(1, |()| 0).into()
}
