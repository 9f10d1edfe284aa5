//! Ships the lines of a log file to a server, over TCP and a Noise handshake, and shows what they
//! add up to: `cargo run --example quickstart [-- FILE]`.

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use network_protocol::{self as np, Client as _};

#[np::protocol(package = "example::logs")]
pub enum Logs {
    /// One-way: names the file that the next lines are from.
    Open(String),
    #[np(reply = Result<Totals, ShipError>)]
    Ship { first: u64, lines: Vec<String> },
    #[np(from(server))]
    Notice(String),
}

#[derive(np::Wire, Debug)]
pub struct Count {
    pub word: String,
    pub lines: u64,
}

#[derive(np::Wire, Debug)]
pub struct Totals {
    pub lines: u64,
    pub bytes: u64,
    pub top: Vec<Count>,
}

#[derive(np::Wire, Debug)]
#[np(error)]
pub enum ShipError {
    /// The batch has no lines.
    Empty,
    /// A line is longer than the server takes.
    LineTooLong { number: u64, max: u32 },
    #[np(unknown)]
    Unknown(np::RawVariant),
}

/// The server counts what it is sent.
#[derive(Default)]
pub struct Counter(Mutex<(u64, HashMap<String, u64>)>);

impl LogsHandler for Counter {
    async fn open(&self, _: &np::Cx, _file: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Default::default();
    }

    async fn ship(&self, cx: &np::Cx, batch: LogsShip) -> Result<Totals, ShipError> {
        const MAX: u32 = 8_192;
        if batch.lines.is_empty() {
            return Err(ShipError::Empty);
        }
        if let Some(i) = batch.lines.iter().position(|line| line.len() > MAX as usize) {
            return Err(ShipError::LineTooLong { number: batch.first + i as u64, max: MAX });
        }
        let totals = {
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
            Totals { lines: words.values().sum(), bytes: *bytes, top }
        };
        // A client that has gone needs no notice.
        let _ = LogsPeer::from(cx).notice(format!("{} lines counted", totals.lines)).await;
        Ok(totals)
    }
}

/// The client counts the notices.
#[derive(Clone, Default)]
pub struct Notices(Arc<AtomicU64>);

impl LogsClientHandler for Notices {
    async fn notice(&self, _: &np::Cx, _text: String) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Ships the lines of a file and says what they add up to.
pub async fn ship(server: &str, key: np::PublicKey, file: &str, text: &str) -> np::Result<String> {
    let (started, notices) = (Instant::now(), Notices::default());
    let identity = np::Keypair::generate()?;
    let client = np::client().identity(identity).server_key(key).on::<Logs, _>(notices.clone());
    let logs: LogsClient = client.connect(server).await?;
    logs.open(file.to_owned()).await?;
    let (mut first, mut trips, mut totals) = (1, 0, None);
    for lines in text.lines().map(str::to_owned).collect::<Vec<_>>().chunks(100) {
        totals = Some(logs.ship(LogsShip { first, lines: lines.to_vec() }).await?);
        (first, trips) = (first + lines.len() as u64, trips + 1);
    }
    let Totals { lines, bytes, top } = totals.unwrap_or(Totals { lines: 0, bytes: 0, top: vec![] });
    let words: String = top.iter().map(|c| format!("  {:>10} x {}\n", c.lines, c.word)).collect();
    let (notices, secured) = (notices.0.load(Ordering::Relaxed), logs.connection().security());
    let time = started.elapsed();
    Ok(format!(
        "{file}: {lines} lines, {bytes} bytes\nmost frequent first words:\n{words}\
         {trips} round trips and {notices} notices in {time:.1?}\nsecured by {secured}"
    ))
}

/// Starts a server on a free port, and gives its public key.
pub async fn serve() -> np::Result<(np::Server, np::PublicKey)> {
    let identity = np::Keypair::generate()?;
    let (key, server) = (identity.public(), np::server().identity(identity));
    let server = server.add::<Logs, _>(Counter::default()).listen("tcp://127.0.0.1:0").await?;
    Ok((server, key))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (file, text) = match std::env::args().nth(1) {
        None => ("the built-in sample".to_owned(), include_str!("data/packages.log").to_owned()),
        Some(file) => {
            let text = std::fs::read(&file).map_err(|error| format!("cannot read {file}: {error}"))?;
            let text = String::from_utf8(text).map_err(|_| format!("{file} is not text (UTF-8)"))?;
            (file, text)
        }
    };
    if text.is_empty() || text.contains('\0') {
        return Err(format!("{file} is {}", if text.is_empty() { "empty" } else { "binary" }).into());
    }
    let (server, key) = serve().await?;
    println!("{}", ship(server.address(), key, &file, &text).await?);
    Ok(server.shutdown(Duration::from_secs(1)).await?)
}
