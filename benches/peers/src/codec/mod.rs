//! The suite `codec`: time and size of encodings.

mod cases;
mod contestant;
mod convert;
mod data;
mod goals;
mod measure;
mod memory;
mod ours;
mod peers;
mod plot;
mod report;

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use cases::Case;
use contestant::{Contestant, Metric, Peer, Run};
use measure::Effort;
use report::Report;

use crate::common::style::{self, Style};

const EXAMPLES: &str = "\
Examples:
  codec                                       every case, with all peers (about three minutes)
  codec --quick --case log --case mesh        two cases, fewer and shorter samples
  codec --case small                          the small messages
  codec --peer ours --peer ours-fixed --peer wincode
  codec --json codec.jsonl --plot pictures    figures and pictures, too
  codec --case log --peer ours --metric deserialize --iterations 200
                                              only that, in a loop, for a profiler";

const NOTES: [&str; 5] = [
    "times are medians of processor time; those of reading include dropping what was read",
    "ours borrows by opening a validated view, which is its access, too",
    "mesh: Vector3 and Triangle are fixed in both of ours; evolvable ones would be slow by design",
    "planus stands for FlatBuffers; its readers check nothing before a getter is called",
    "Cap'n Proto is left out, for its schema compiler is a C++ program that has to be installed",
];

/// Measures encodings: time to serialize, to deserialize, to borrow, to open a validated view, and
/// the size.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A case, or the beginning of its name: log, mesh, minecraft, mk48, lockfile, small-log,
    /// small-player; may be repeated [default: all]
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
    /// The peer that ratios are relative to
    #[arg(long, value_name = "PEER", default_value = "wincode")]
    baseline: Peer,
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
        for wanted in &self.cases {
            ensure!(
                Case::value_variants().iter().any(|case| case.to_string().starts_with(wanted)),
                "no case is called `{wanted}`: there are {}",
                Case::value_variants().iter().map(Case::to_string).collect::<Vec<_>>().join(", ")
            );
        }
        let selected = |case: &&Case| {
            self.cases.is_empty()
                || self.cases.iter().any(|wanted| case.to_string().starts_with(wanted))
        };
        Ok(Case::value_variants().iter().filter(selected).copied().collect())
    }

    fn peers(&self) -> Vec<Peer> {
        let selected = |peer: &&Peer| self.peers.is_empty() || self.peers.contains(peer);
        Peer::value_variants().iter().filter(selected).copied().collect()
    }

    fn measures(&self, metric: Metric) -> bool {
        self.metrics.is_empty() || self.metrics.contains(&metric)
    }

    fn effort(&self) -> Effort {
        let (rounds, sample) = if self.quick { (7, 5) } else { (30, 10) };
        Effort {
            rounds: self.rounds.unwrap_or(rounds).into(),
            sample: Duration::from_millis(sample),
        }
    }
}

/// Runs the suite.
pub fn run(arguments: &Arguments) -> Result<()> {
    let (cases, peers) = (arguments.cases()?, arguments.peers());
    memory::retain();
    if let Some(times) = arguments.iterations {
        return repeat(arguments, &cases, &peers, times);
    }
    let mut json = arguments.json.as_deref().map(File::create).transpose()?.map(BufWriter::new);
    if let Some(directory) = &arguments.plot {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let style = Style::of_stdout();
    let mut reports = Vec::new();
    for case in cases {
        let report = measure(arguments, case, &peers)?;
        report::print(&report, arguments.baseline, style);
        if let Some(json) = &mut json {
            report::write_json(&report, json)?;
            json.flush()?;
        }
        if let Some(directory) = &arguments.plot {
            plot::draw(&report, arguments.baseline, &directory.join(format!("codec-{case}.svg")))?;
        }
        reports.push(report);
    }
    goals::print(&reports, style);
    println!();
    for note in NOTES {
        println!("{}", style.dim(note));
    }
    Ok(())
}

fn measure(arguments: &Arguments, case: Case, peers: &[Peer]) -> Result<Report> {
    let terminal = std::io::stderr().is_terminal();
    let status = |text: &str| {
        if terminal {
            eprint!("\r\x1b[K{text}");
        }
    };
    status(&format!("{case}: checking"));
    let mut contestants = set_up(case, peers)?;
    for contestant in &mut contestants {
        contestant.runs.retain(|(metric, _)| arguments.measures(*metric));
    }
    let sizes = contestants.iter().map(|contestant| (contestant.peer, contestant.size)).collect();
    let effort = arguments.effort();
    status(&format!("{case}: warming up"));
    let timings = measure::measure(contestants, effort, |round| {
        status(&format!("{case}: round {} of {}", round + 1, effort.rounds));
    });
    status("");
    Ok(Report { case, sizes, timings })
}

fn set_up(case: Case, peers: &[Peer]) -> Result<Vec<Contestant>> {
    let peers = peers.to_vec();
    memory::prepare(move || case.contestants(&peers))?.with_context(|| format!("case {case}"))
}

/// Runs the selected things and nothing else.
fn repeat(arguments: &Arguments, cases: &[Case], peers: &[Peer], times: u64) -> Result<()> {
    for &case in cases {
        for contestant in set_up(case, peers)? {
            for (metric, mut run) in contestant.runs {
                if arguments.measures(metric) {
                    let start = Instant::now();
                    profiled(&mut run, times);
                    let each = start.elapsed().as_secs_f64() * 1e9 / times as f64;
                    println!("{case} {} {metric}: {}", contestant.peer, style::time(each));
                }
            }
        }
    }
    Ok(())
}

/// What a profiler is to look at: `callgrind --toggle-collect` takes its name.
#[inline(never)]
fn profiled(run: &mut Run, times: u64) {
    run(times);
}
