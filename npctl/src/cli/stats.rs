//! `npctl stats`: what a server at work counts, asked of its admin endpoint.
//!
//! HTTP is hyper's. What the other side tells is hostile until it was read as what it should be, and
//! nothing of it is obeyed by a terminal.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::output::{Stop, print};
use super::remote::duration;
use super::{Done, Refusal, after_help_remote, codes, shown};

/// The longest answer that is taken, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// How many connections are shown as text.
const SHOWN: usize = 50;

/// Shows what a running server counts, by its admin endpoint
///
/// The endpoint has an address of its own, which the program that serves decides; by the configuration
/// it is 127.0.0.1:9001.
#[derive(clap::Args)]
#[command(after_help = after_help_remote!(
    "npctl stats 127.0.0.1:9001",
    "npctl stats 127.0.0.1:9001 --json",
    "npctl stats 127.0.0.1:9001 --watch 5s"
))]
pub(crate) struct Arguments {
    /// The admin endpoint: `host:port` or `http://host:port`
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// One line of JSON, as the endpoint tells it
    #[arg(long)]
    json: bool,
    /// Ask again and again, every 2 s or as often as is said, until Ctrl-C
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = "2s", value_parser = duration)]
    watch: Option<Duration>,
    /// How long the answer may take
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    timeout: Duration,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    super::runtime()?.block_on(async {
        let Some(interval) = arguments.watch else {
            return Ok(Done::text(text(arguments, &ask(arguments).await?)));
        };
        loop {
            let mut text = text(arguments, &ask(arguments).await?);
            if !arguments.json {
                // A terminal is cleared; elsewhere an empty line stands in between.
                let terminal = std::io::stdout().is_terminal();
                text = if terminal { format!("\x1b[2J\x1b[H{text}") } else { format!("{text}\n") };
            }
            match print(&text) {
                Ok(()) => sleep(interval).await,
                Err(Stop::Gone) => return Ok(Done::default()),
                Err(Stop::Refused(refusal)) => return Err(refusal),
            }
        }
    })
}

fn text(arguments: &Arguments, stats: &Json) -> String {
    if arguments.json { format!("{stats}\n") } else { drawn(stats) }
}

/// The state that the endpoint tells.
async fn ask(arguments: &Arguments) -> Result<Json, Refusal> {
    let given = &arguments.address;
    let authority = given.strip_prefix("http://").unwrap_or(given).trim_end_matches('/');
    let usage = || {
        Refusal::usage(format!("`{}` is not the address of an admin endpoint", shown(given)))
            .help("write `host:port` or `http://host:port`, like 127.0.0.1:9001")
    };
    let uri = format!("http://{authority}/stats.json").parse::<Uri>().map_err(|_| usage())?;
    if uri.port_u16().is_none() || uri.path() != "/stats.json" {
        return Err(usage());
    }
    let late = |_| Refusal::new(codes::DEADLINE, format!("no answer from {authority} in time"));
    timeout(arguments.timeout, exchange(authority)).await.map_err(late)?
}

async fn exchange(authority: &str) -> Result<Json, Refusal> {
    let stream = TcpStream::connect(authority).await.map_err(|error| {
        Refusal::new(codes::UNREACHED, format!("cannot connect to {authority}: {error}")).help(
            "it is the address of the admin endpoint that is asked for, which the server has if its program says so",
        )
    })?;
    let lost = |error: &dyn std::fmt::Display| {
        Refusal::new(codes::LOST, format!("the connection to {authority} failed: {error}"))
            .help("is it the admin endpoint, and not the server itself?")
    };
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
    // It ends with the runtime; what is wrong with it is told to the sender.
    drop(tokio::spawn(async move { drop(connection.await) }));
    let request = Request::get("/stats.json").header(HOST, authority);
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| lost(&error))?;
    let answer = sender.send_request(request).await.map_err(|error| lost(&error))?;
    let status = answer.status();
    if status != StatusCode::OK {
        let text = format!("{authority} answered {status}");
        return Err(Refusal::new(codes::FAILED, text).help("is it an admin endpoint?"));
    }
    let unread = |why: &dyn std::fmt::Display| {
        Refusal::new(codes::FAILED, format!("what {authority} answered cannot be read: {why}"))
    };
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| unread(&error))?.to_bytes();
    let stats: Json = serde_json::from_slice(&body).map_err(|error| unread(&error))?;
    if !stats.get("servers").is_some_and(Json::is_array) {
        return Err(unread(&"it has no `servers`"));
    }
    Ok(stats)
}

/// For people.
fn drawn(stats: &Json) -> String {
    let mut out = String::new();
    // Writing to a `String` does not fail.
    draw(&mut out, stats).ok();
    out
}

fn draw(out: &mut String, stats: &Json) -> std::fmt::Result {
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    for (at, server) in list(&stats["servers"]).iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        writeln!(out, "{} {}", cell(&server["address"]), cell(&server["phase"]))?;
        for (name, keys) in [
            (
                "connections",
                &[
                    "connections_open",
                    "connections_half_open",
                    "connections_accepted",
                    "connections_refused",
                ][..],
            ),
            (
                "calls",
                &[
                    "calls_served",
                    "served_in_flight",
                    "calls_overloaded",
                    "calls_expired",
                    "calls_cut",
                ],
            ),
            ("octets", &["octets_in", "octets_out", "octets_waiting"]),
        ] {
            write!(out, "  {name:<11}")?;
            for (at, key) in keys.iter().enumerate() {
                let word = key.trim_start_matches(name).trim_start_matches('_').replace('_', " ");
                let comma = if at == 0 { " " } else { ", " };
                write!(out, "{comma}{} {word}", cell(&server[*key]))?;
            }
            out.push('\n');
        }
        connections(out, server, &list(&server["connections"]))?;
    }
    let messages = list(&stats["messages"]);
    if !messages.is_empty() {
        let mut rows = vec![
            ["message", "side", "ok", "failed", "p50 us", "p90 us", "p99 us", "max us"]
                .map(str::to_owned)
                .to_vec(),
        ];
        rows.extend(messages.iter().map(|one| {
            let name = format!("{}.{}", cell(&one["protocol"]), cell(&one["message"]));
            let keys = ["side", "ok", "failed", "p50_us", "p90_us", "p99_us", "max_us"];
            std::iter::once(name).chain(keys.iter().map(|key| cell(&one[*key]))).collect()
        }));
        if !out.is_empty() {
            out.push('\n');
        }
        columns(out, &rows, 2)?;
    }
    Ok(())
}

fn connections(out: &mut String, server: &Json, all: &[Json]) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    let head = ["peer", "address", "cipher", "age s", "in flight", "octets in", "octets out"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(all.iter().take(SHOWN).map(|one| {
        let peer = if one["principal"].is_string() { &one["principal"] } else { &one["peer"] };
        let age = one["age_ms"].as_u64().unwrap_or_default() / 1_000;
        let mut row =
            vec![cell(peer), cell(&one["address"]), cell(&one["cipher"]), age.to_string()];
        row.extend(["served_in_flight", "octets_in", "octets_out"].map(|key| cell(&one[key])));
        row
    }));
    out.push('\n');
    columns(out, &rows, 3)?;
    let told = server["connections_left_out"].as_u64().unwrap_or_default();
    let more = told.saturating_add(all.len().saturating_sub(SHOWN).try_into().unwrap_or(u64::MAX));
    if more > 0 {
        writeln!(out, "  and {more} more: --json has what the endpoint tells")
    } else {
        Ok(())
    }
}

/// Rows of which the first columns are text and the others numbers.
fn columns(out: &mut String, rows: &[Vec<String>], texts: usize) -> std::fmt::Result {
    let count = rows.first().map_or(0, Vec::len);
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if at < texts {
                write!(line, "  {cell:<width$}")?;
            } else {
                write!(line, "  {cell:>width$}")?;
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A value as text, with nothing in it that a terminal obeys.
fn cell(value: &Json) -> String {
    match value {
        Json::String(text) => shown(text),
        Json::Null => "-".to_owned(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            shown(&value.to_string())
        }
    }
}
