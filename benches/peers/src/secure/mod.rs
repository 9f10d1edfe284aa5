//! The suite `secure`: handshakes, records and echoes over the encrypted channel, beside snow,
//! rustls, and the ciphers alone.

pub(crate) mod channel;
mod echo;
mod goals;
mod handshake;
mod measure;
mod records;
mod report;
mod session;
mod subject;
mod tls;

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use self::measure::{Effort, Run};
use self::report::Report;
use self::subject::{Case, Contestant, Metric, Peer};
use crate::common::style::{Style, time};

const EXAMPLES: &str = "\
Examples:
  secure                                      every case, with all peers (about two minutes)
  secure --quick --case handshake             one case, fewer and shorter samples
  secure --case records --peer ours --peer aws-lc-rs
  secure --json secure.jsonl --plot pictures  figures and pictures, too
  secure --case handshake --metric xx --peer ours --iterations 200
                                              only that, in a loop, for a profiler

Ours computes with aws-lc-rs, as it does by default; with plain Rust after
  cargo run --release --manifest-path benches/peers/Cargo.toml --no-default-features -- secure";

const NOTES: [&str; 5] = [
    "rates are medians, by the processor time of one thread that has both ends",
    "handshake: AESGCM and SHA-256; session: ours with AESGCM, TLS 1.3 with AES-256-GCM",
    "nk of rustls is TLS with a server's certificate, xx with one of the client, too (P-256 both)",
    "rustls exchanges keys by X25519, rustls-hybrid by its default, X25519MLKEM768; no resumption",
    "echo: aws-lc-rs, ring, snow and clear are raw tokio whose batches are sealed by these",
];

/// Measures the encrypted channel: handshakes, whole connections, records, and echoes over TCP.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A case, or the beginning of its name: handshake, session, records-64, records-1k,
    /// records-16k, echo; may be repeated [default: all]
    #[arg(long = "case", value_name = "CASE")]
    cases: Vec<String>,
    /// A peer; may be repeated [default: all]
    #[arg(long = "peer", value_name = "PEER")]
    peers: Vec<Peer>,
    /// What to measure; may be repeated [default: all]
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<Metric>,
    /// Fewer and shorter samples: enough to see a factor, not to see a few per cent
    #[arg(long)]
    quick: bool,
    /// How many samples to take of each [default: 30, with --quick 7]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Write the figures as JSON lines
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw one picture per case into a directory
    #[arg(long, value_name = "DIR")]
    plot: Option<PathBuf>,
    /// Measure nothing: run each selected thing so many times, for a profiler
    #[arg(long, value_name = "N", conflicts_with_all = ["json", "plot", "rounds", "quick"])]
    iterations: Option<u64>,
}

impl Arguments {
    fn cases(&self) -> Result<Vec<Case>> {
        let all = Case::value_variants();
        for wanted in &self.cases {
            ensure!(
                all.iter().any(|case| case.to_string().starts_with(wanted)),
                "no case is called `{wanted}`: there are {}",
                all.iter().map(Case::to_string).collect::<Vec<_>>().join(", ")
            );
        }
        let selected = |case: &&Case| {
            self.cases.is_empty()
                || self.cases.iter().any(|wanted| case.to_string().starts_with(wanted))
        };
        Ok(all.iter().filter(selected).copied().collect())
    }

    fn peers(&self) -> Vec<Peer> {
        let selected = |peer: &&Peer| self.peers.is_empty() || self.peers.contains(peer);
        Peer::value_variants().iter().filter(selected).copied().collect()
    }

    fn effort(&self) -> Effort {
        let (rounds, sample) = if self.quick { (7, 5) } else { (30, 10) };
        Effort {
            rounds: self.rounds.unwrap_or(rounds).into(),
            sample: Duration::from_millis(sample),
        }
    }

    /// What competes in a case, each connected and checked.
    fn contestants(&self, case: Case) -> Result<Vec<Contestant>> {
        let peers = self.peers();
        let mut contestants = match case {
            Case::Handshake => handshake::contestants(&peers),
            Case::Session => session::contestants(&peers),
            Case::Records64 | Case::Records1k | Case::Records16k => {
                records::contestants(case, &peers)
            }
            Case::Echo => echo::contestants(&peers),
        }
        .with_context(|| format!("case {case}"))?;
        contestants.retain(|contestant| {
            self.metrics.is_empty() || self.metrics.contains(&contestant.metric)
        });
        Ok(contestants)
    }
}

/// Runs the suite.
pub fn run(arguments: &Arguments) -> Result<()> {
    let cases = arguments.cases()?;
    if let Some(times) = arguments.iterations {
        return repeat(arguments, &cases, times);
    }
    stay_on_one_processor();
    let mut json = arguments.json.as_deref().map(File::create).transpose()?.map(BufWriter::new);
    if let Some(directory) = &arguments.plot {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let style = Style::of_stdout();
    let mut reports = Vec::new();
    for case in cases {
        let report = measure(arguments, case)?;
        if report.rates.is_empty() {
            continue;
        }
        report::print(&report, style);
        if let Some(json) = &mut json {
            report::write_json(&report, json)?;
            json.flush()?;
        }
        if let Some(directory) = &arguments.plot {
            report::draw(&report, &directory.join(format!("secure-{case}.svg")))?;
        }
        reports.push(report);
    }
    ensure!(!reports.is_empty(), "nothing of what was selected exists");
    goals::print(&reports, style);
    println!();
    for note in NOTES {
        println!("{}", style.dim(note));
    }
    Ok(())
}

fn measure(arguments: &Arguments, case: Case) -> Result<Report> {
    let terminal = std::io::stderr().is_terminal();
    let status = |text: &str| {
        if terminal {
            eprint!("\r\x1b[K{text}");
        }
    };
    status(&format!("{case}: checking and warming up"));
    let effort = arguments.effort();
    let contestants = arguments.contestants(case)?;
    let rates = measure::measure(case, contestants, effort, |round| {
        status(&format!("{case}: round {} of {}", round + 1, effort.rounds));
    })
    .with_context(|| format!("case {case}"))?;
    status("");
    Ok(Report { case, rates })
}

/// Runs the selected things and nothing else.
fn repeat(arguments: &Arguments, cases: &[Case], times: u64) -> Result<()> {
    for &case in cases {
        for Contestant { peer, metric, mut run } in arguments.contestants(case)? {
            let took = profiled(&mut run, times)?;
            let each = took.as_secs_f64() * 1e9 / times as f64;
            println!("{case} {peer} {metric}: {}", time(each));
        }
    }
    Ok(())
}

/// What a profiler is to look at: `callgrind --toggle-collect` takes its name.
#[inline(never)]
fn profiled(run: &mut Run, times: u64) -> Result<Duration> {
    run(times)
}

/// Keeps the thread where it is, so that caches and turbo are those of one processor. Where that
/// is not allowed nothing is lost but a little quiet.
#[cfg(target_os = "linux")]
fn stay_on_one_processor() {
    use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};

    let mut here = CpuSet::new();
    here.set(sched_getcpu());
    let _ = sched_setaffinity(None, &here);
}

#[cfg(not(target_os = "linux"))]
fn stay_on_one_processor() {}
