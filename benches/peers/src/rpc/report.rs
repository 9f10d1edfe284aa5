//! What was measured of a case, as a table, as JSON lines and as a picture.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use serde::Serialize;

use super::subject::{Case, Metric, Peer};
use crate::common::plot::{self, Bar, LONGEST, Panel};
use crate::common::quantile;
use crate::common::style::{Style, ratio, thousands};

/// The figures of one case.
pub struct Report {
    pub case: Case,
    pub cores: usize,
    /// What the samples of each peer say, sorted.
    pub peers: Vec<(Peer, BTreeMap<Metric, Vec<f64>>)>,
}

/// What ratios are relative to, where it was measured.
const BASELINES: [Peer; 2] = [Peer::Mux, Peer::Raw];

impl Report {
    pub fn value(&self, peer: Peer, metric: Metric) -> Option<f64> {
        self.samples(peer, metric).map(|samples| quantile(samples, 0.5))
    }

    fn samples(&self, peer: Peer, metric: Metric) -> Option<&[f64]> {
        let (_, samples) = self.peers.iter().find(|(other, _)| *other == peer)?;
        samples.get(&metric).map(Vec::as_slice)
    }

    fn metrics(&self) -> impl Iterator<Item = Metric> {
        let all = Metric::value_variants().iter().copied();
        all.filter(|metric| self.peers.iter().any(|(_, samples)| samples.contains_key(metric)))
    }

    fn baseline(&self, metric: Metric) -> Option<(Peer, f64)> {
        BASELINES.into_iter().find_map(|peer| Some((peer, self.value(peer, metric)?)))
    }
}

/// A figure with three digits or more.
fn figure(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Rps | Metric::MbS => thousands(value.round() as usize),
        Metric::Syscalls | Metric::Allocs => format!("{value:.3}"),
        _ if value < 100.0 => format!("{value:.2}"),
        _ => thousands(value.round() as usize),
    }
}

/// Prints the table of a case.
pub fn print(report: &Report, style: Style) {
    let Report { case, cores, .. } = report;
    let on = if *cores == 1 { "both processes on one core" } else { "one core each" };
    println!("{}", style.bold(&format!("{case} – {} ({on})", case.about())));
    let mut heading = format!("{:<12}", "");
    for metric in report.metrics() {
        heading.push_str(&format!(" {:>10}", metric.to_string()));
        if metric == Metric::Rps {
            heading.push_str(&format!(" {:>6}", "×"));
        }
    }
    println!("{}", style.dim(&heading));
    for (peer, _) in &report.peers {
        let mut line = format!("{:<12}", peer.to_string());
        for metric in report.metrics() {
            let value = report.value(*peer, metric);
            let text = value.map_or_else(|| "–".into(), |value| figure(metric, value));
            line.push_str(&format!(" {text:>10}"));
            if metric == Metric::Rps {
                let base = report.baseline(metric).map(|(_, base)| base);
                let times = value.zip(base).map(|(value, base)| ratio(value / base));
                line.push_str(&format!(" {:>6}", times.unwrap_or_default()));
            }
        }
        println!("{}", if peer.is_ours() { style.bold(&line) } else { line });
    }
    if let Some((peer, _)) = report.baseline(Metric::Rps) {
        println!("{}", style.dim(&format!("× is relative to {peer}")));
    }
    println!();
}

#[derive(Serialize)]
struct Line {
    suite: &'static str,
    case: String,
    cores: usize,
    peer: String,
    metric: String,
    value: f64,
    unit: &'static str,
    min: f64,
    q1: f64,
    q3: f64,
}

/// Writes a line for each figure.
pub fn write_json(report: &Report, out: &mut impl Write) -> Result<()> {
    let digits = |value: f64| (value * 1e4).round() / 1e4;
    for (peer, metrics) in &report.peers {
        for (metric, samples) in metrics {
            let line = Line {
                suite: "rpc",
                case: report.case.to_string(),
                cores: report.cores,
                peer: peer.to_string(),
                metric: metric.to_string(),
                value: digits(quantile(samples, 0.5)),
                unit: metric.unit(),
                min: digits(quantile(samples, 0.0)),
                q1: digits(quantile(samples, 0.25)),
                q3: digits(quantile(samples, 0.75)),
            };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
        }
    }
    Ok(())
}

/// Draws a panel for each of the metrics that say most.
pub fn draw(report: &Report, path: &Path) -> Result<()> {
    let case = report.case;
    let panel = |metric: Metric| {
        let base = report.baseline(metric).map(|(_, base)| base);
        let bars = report.peers.iter().filter_map(|(peer, _)| {
            let value = report.value(*peer, metric)?;
            let ratio = base.map_or_else(String::new, |base| format!("{} ×", ratio(value / base)));
            Some(Bar {
                name: peer.to_string(),
                ours: peer.is_ours(),
                value,
                figure: format!("{} {}", figure(metric, value), metric.unit()),
                ratio,
            })
        });
        let better = if metric.more_is_better() { "longer" } else { "shorter" };
        Panel { heading: format!("{metric}: {better} is better"), bars: bars.collect(), base }
    };
    let panels: Vec<Panel> = case.panels().iter().copied().map(panel).collect();
    let base = case.panels().first().and_then(|&metric| report.baseline(metric));
    let base = base.map_or_else(String::new, |(peer, _)| {
        format!("× is relative to {peer} · bars are cut at {LONGEST} ×")
    });
    plot::draw_panels(&format!("{case}: {}", case.about()), &base, &panels, path)
}
