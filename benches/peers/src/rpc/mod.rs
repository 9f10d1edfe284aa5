//! The suite `rpc`: calls and streams over TCP, the server in one process and the client in
//! another, beside other libraries and beside what can be had by hand.

mod allocator;
mod goals;
mod load;
mod peers;
mod process;
mod relay;
mod report;
pub mod sample;
pub mod serve;
mod subject;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use self::process::Counter;
use self::report::Report;
use self::subject::{Case, Metric, Peer};
use crate::common::style::Style;

const EXAMPLES: &str = "\
Examples:
  rpc                                         every case, with all peers (about ten minutes)
  rpc --quick --case pipe                     the pipelined cases, shorter samples
  rpc --case lat-64 --peer ours,raw           one call in flight beside raw tokio
  rpc --case pipe64-64 --cores 1,2            on one core, and one core each
  rpc --json rpc.jsonl --plot pictures        figures and pictures, too

Under a profiler: both processes are started by hand, and the client takes one sample
  peers rpc-sample --case pipe64-64 --peer ours --seconds 5 --cores 1";

const NOTES: [&str; 4] = [
    "figures are medians of samples that each have a fresh server and a fresh client process",
    "cpu_us is the processor time of both for a request; server_us and client_us are its parts",
    "p50 and p99 are of every call with one in flight, else of one in 32; for raw, of batches",
    "syscalls and allocs are of the server, in samples of their own",
];

/// Measures calls and streams: rates, times, processor time, system calls, allocations, memory.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A case, or the beginning of its name: lat-64, pipe16-64, pipe64-64, pipe256-64, pipe64-1k,
    /// pipe64-64k, bulk-1m, conns64-64, conns1000-64, stream-items, stream-bytes, stream-slow,
    /// connect, idle, slow, restart; may be repeated, or several with commas [default: all]
    #[arg(long = "case", alias = "cases", value_name = "CASE", value_delimiter = ',')]
    cases: Vec<String>,
    /// A peer; may be repeated, or several with commas [default: all]
    #[arg(long = "peer", alias = "peers", value_name = "PEER", value_delimiter = ',')]
    peers: Vec<Peer>,
    /// On how many cores both processes are: 1, or 2 for one each; the goals are for 1
    #[arg(
        long, value_name = "N", value_delimiter = ',', default_value = "1",
        value_parser = clap::value_parser!(u8).range(1..=2)
    )]
    cores: Vec<u8>,
    /// Shorter samples: enough to see a factor, not to see a few per cent
    #[arg(long)]
    quick: bool,
    /// How many samples to take of each [default: 5, with --quick 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// How long each sample is [default: 1, with --quick 0.2]
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// Write the figures as JSON lines
    #[arg(long, alias = "jsonl", value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw one picture per case into a directory
    #[arg(long, alias = "plots", value_name = "DIR")]
    plot: Option<PathBuf>,
    /// What counts system calls [default: perf if it works, else strace if that does]
    #[arg(long, value_name = "COUNTER")]
    counter: Option<Counter>,
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

    fn peers(&self, case: Case) -> Vec<Peer> {
        let selected =
            |peer: &&Peer| peer.does(case) && (self.peers.is_empty() || self.peers.contains(peer));
        Peer::value_variants().iter().filter(selected).copied().collect()
    }

    fn rounds(&self) -> u16 {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 })
    }

    fn seconds(&self) -> f64 {
        self.seconds.unwrap_or(if self.quick { 0.2 } else { 1.0 })
    }
}

/// Runs the suite.
pub fn run(arguments: &Arguments) -> Result<()> {
    let cases = arguments.cases()?;
    let mut json = arguments.json.as_deref().map(File::create).transpose()?.map(BufWriter::new);
    if let Some(directory) = &arguments.plot {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let counter = arguments.counter.unwrap_or_else(Counter::found);
    let style = Style::of_stdout();
    let (mut reports, mut failures) = (Vec::new(), Vec::new());
    for case in cases {
        for &cores in &arguments.cores {
            let report = measure(arguments, case, cores.into(), counter, &mut failures)?;
            if report.peers.is_empty() {
                continue;
            }
            report::print(&report, style);
            if let Some(json) = &mut json {
                report::write_json(&report, json)?;
                json.flush()?;
            }
            if let Some(directory) = &arguments.plot {
                let suffix = if cores == 1 { "" } else { "-2-cores" };
                let file = format!("rpc-{case}{suffix}.svg");
                report::draw(&report, &directory.join(file))?;
            }
            reports.push(report);
        }
    }
    ensure!(!reports.is_empty() || !failures.is_empty(), "nothing of what was selected exists");
    goals::print(&reports, style);
    println!();
    for note in NOTES {
        println!("{}", style.dim(note));
    }
    println!("{}", style.dim(&format!("system calls were counted by: {counter:?}")));
    for failure in &failures {
        println!("{} {failure}", style.bad("failed"));
    }
    ensure!(failures.is_empty(), "no exchange succeeded in {} scenarios", failures.len());
    Ok(())
}

/// All samples of a case, round by round, and in each the peers in a new order, so that whatever
/// the machine does meanwhile meets all alike.
fn measure(
    arguments: &Arguments,
    case: Case,
    cores: usize,
    counter: Counter,
    failures: &mut Vec<String>,
) -> Result<Report> {
    let terminal = std::io::stderr().is_terminal();
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let peers = arguments.peers(case);
    let mut found: Vec<_> = peers.into_iter().map(|peer| (peer, BTreeMap::new())).collect();
    let mut errors = BTreeMap::new();
    let mut order: Vec<usize> = (0..found.len()).collect();
    let counted = u16::from(case.counts());
    for round in 0..arguments.rounds() + counted {
        let count = (round >= arguments.rounds()).then_some(counter);
        order.shuffle(&mut rng);
        for &index in &order {
            let (peer, samples): &mut (Peer, BTreeMap<Metric, Vec<f64>>) = &mut found[index];
            if terminal {
                eprint!("\r\x1b[K{case}: round {} of {}: {peer}", round + 1, arguments.rounds());
            }
            match take(*peer, case, arguments.seconds(), cores, count) {
                Ok(figures) => {
                    for (name, value) in figures {
                        let metric = Metric::from_name(&name).context("no such metric")?;
                        samples.entry(metric).or_default().push(value);
                    }
                }
                Err(error) => drop(errors.insert(index, format!("{error:#}"))),
            }
        }
    }
    if terminal {
        eprint!("\r\x1b[K");
    }
    for (index, error) in errors {
        let (peer, samples) = &found[index];
        let text = format!("{case} {peer}: {error}");
        if samples.is_empty() {
            failures.push(text);
        } else {
            eprintln!("some samples failed: {text}");
        }
    }
    for samples in found.iter_mut().flat_map(|(_, samples)| samples.values_mut()) {
        samples.sort_by(f64::total_cmp);
    }
    found.retain(|(_, samples)| !samples.is_empty());
    Ok(Report { case, cores, peers: found })
}

/// One sample, in processes of its own.
fn take(
    peer: Peer,
    case: Case,
    seconds: f64,
    cores: usize,
    count: Option<Counter>,
) -> Result<sample::Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["rpc-sample", "--peer", &peer.to_string(), "--case", &case.to_string()]);
    command.args(["--seconds", &seconds.to_string(), "--cores", &cores.to_string()]);
    if let Some(counter) = count {
        let name = counter.to_possible_value().context("no name")?;
        command.args(["--count", name.get_name()]);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let limit = Instant::now() + Duration::from_secs_f64(30.0 + 4.0 * seconds);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > limit {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("it took too long");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let (mut output, mut error) = (String::new(), String::new());
    child.stdout.take().context("no output")?.read_to_string(&mut output)?;
    child.stderr.take().context("no errors")?.read_to_string(&mut error)?;
    ensure!(status.success(), "{}", error.trim().replace('\n', " "));
    Ok(serde_json::from_str(&output)?)
}
