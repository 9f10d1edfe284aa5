//! The quickstart from a schema file: `build.rs` compiles `schemas/logs.np`, and everything else
//! is the same program. `cargo run -p schema-first [-- FILE]`.

#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use network_protocol::{self as np, Client as _};

network_protocol::include_schema!("example::logs");

/// The server counts bytes, and lines by their first word.
#[derive(Debug, Default)]
struct Counter(Mutex<(u64, HashMap<String, u64>)>);

impl LogsHandler for Counter {
    async fn open(&self, cx: &np::Cx, file: String) {
        // A client that has gone needs no notice.
        LogsPeer::from(cx).notice(format!("ready for {file}")).await.ok();
    }

    async fn ship(&self, _: &np::Cx, batch: LogsShip) -> Result<Totals, ShipError> {
        for (number, line) in (batch.first..).zip(&batch.lines) {
            if u32::try_from(line.len()).map_or(true, |len| len > MAX_LINE) {
                return Err(ShipError::LineTooLong { number, max: MAX_LINE });
            }
        }
        let (bytes, words) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in &batch.lines {
            *bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
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

/// The client shows what the server has to say.
struct Screen;

impl LogsClientHandler for Screen {
    #[expect(clippy::print_stdout, reason = "a program that talks to its user")]
    async fn notice(&self, _: &np::Cx, text: String) {
        println!("server: {text}");
    }
}

/// Starts a server on a free port, which proves to hold the key.
///
/// # Errors
///
/// [`np::Error`] when there is no port to be had.
pub async fn serve(identity: np::Keypair) -> np::Result<np::Server> {
    let server = np::server().identity(identity).add::<Logs, _>(Counter::default());
    server.listen("tcp://127.0.0.1:0").await
}

/// Ships the lines of a file to the server that holds the key, and says what they add up to.
///
/// # Errors
///
/// [`np::Error`] when the server cannot be reached, does not hold the key, or refuses a line.
pub async fn ship(server: &str, key: np::PublicKey, file: &str, text: &str) -> np::Result<String> {
    let (started, client) = (Instant::now(), np::client().identity(np::Keypair::generate()?));
    let logs: LogsClient = client.server_key(key).on::<Logs, _>(Screen).connect(server).await?;
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
