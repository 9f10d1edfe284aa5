//! What was measured of a case, as a table, as JSON lines and as a picture.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::measure::Rate;
use super::subject::{Case, Metric, Peer, Unit};
use crate::common::plot::{self, Bar, LONGEST, Panel};
use crate::common::style::{Style, ratio, thousands};

/// The figures of one case.
pub struct Report {
    pub case: Case,
    pub rates: Vec<Rate>,
}

impl Report {
    fn rate(&self, peer: Peer, metric: Metric) -> Option<&Rate> {
        self.rates.iter().find(|rate| rate.peer == peer && rate.metric == metric)
    }

    pub fn value(&self, peer: Peer, metric: Metric) -> Option<f64> {
        self.rate(peer, metric).map(Rate::median)
    }

    /// Who did something, in the order of the first metric that has most.
    fn peers(&self) -> Vec<Peer> {
        let mut peers = Vec::new();
        for rate in &self.rates {
            if !peers.contains(&rate.peer) {
                peers.push(rate.peer);
            }
        }
        peers
    }

    fn metrics(&self) -> impl Iterator<Item = Metric> {
        let measured = |metric: &&Metric| self.rates.iter().any(|rate| rate.metric == **metric);
        self.case.metrics().iter().filter(measured).copied()
    }

    fn ratio(&self, peer: Peer, metric: Metric) -> Option<String> {
        let base = self.value(self.case.baseline(), metric)?;
        Some(ratio(self.value(peer, metric)? / base))
    }
}

/// A rate with three digits or more.
fn rate(unit: Unit, rate: f64) -> String {
    match unit {
        Unit::Times => thousands(rate.round() as usize),
        Unit::Bytes if rate < 1e9 => format!("{:.0} MB", rate / 1e6),
        Unit::Bytes => format!("{:.2} GB", rate / 1e9),
    }
}

/// Prints the table of a case.
pub fn print(report: &Report, style: Style) {
    let case = report.case;
    println!("{}", style.bold(&format!("{case} – {}", case.about())));
    let mut heading = format!("{:<14}", "");
    for metric in report.metrics() {
        heading.push_str(&format!("  {:>12} {:>5}", metric.to_string(), "×"));
    }
    println!("{}", style.dim(&heading));
    for peer in report.peers() {
        let mut line = format!("{:<14}", peer.to_string());
        for metric in report.metrics() {
            let value = report.value(peer, metric);
            let value = value.map_or_else(|| "–".into(), |value| rate(case.unit(), value));
            let ratio = report.ratio(peer, metric).unwrap_or_default();
            line.push_str(&format!("  {value:>12} {ratio:>5}"));
        }
        println!("{}", if peer.is_ours() { style.bold(&line) } else { line });
    }
    println!("{}\n", style.dim(&format!("more is better; × is relative to {}", case.baseline())));
}

#[derive(Serialize)]
struct Line {
    suite: &'static str,
    case: String,
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
    let digits = |value: f64| (value * 10.0).round() / 10.0;
    for rate in &report.rates {
        let line = Line {
            suite: "secure",
            case: report.case.to_string(),
            peer: rate.peer.to_string(),
            metric: rate.metric.to_string(),
            value: digits(rate.median()),
            unit: match report.case.unit() {
                Unit::Times => "1/s",
                Unit::Bytes => "B/s",
            },
            min: digits(rate.quantile(0.0)),
            q1: digits(rate.quantile(0.25)),
            q3: digits(rate.quantile(0.75)),
        };
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    Ok(())
}

/// Draws a panel for each metric.
pub fn draw(report: &Report, path: &Path) -> Result<()> {
    let case = report.case;
    let panel = |metric: Metric| {
        let bars = report.peers().into_iter().filter_map(|peer| {
            let value = report.value(peer, metric)?;
            let ratio = report.ratio(peer, metric).map(|ratio| format!("{ratio} ×"));
            Some(Bar {
                name: peer.to_string(),
                ours: peer.is_ours(),
                value,
                figure: format!("{}/s", rate(case.unit(), value)),
                ratio: ratio.unwrap_or_default(),
            })
        });
        let base = report.value(case.baseline(), metric);
        Panel { heading: metric.to_string(), bars: bars.collect(), base }
    };
    let panels: Vec<Panel> = report.metrics().map(panel).collect();
    let note = format!(
        "longer is better · × is relative to {} · bars are cut at {LONGEST} ×",
        case.baseline()
    );
    plot::draw_panels(&format!("{case}: {}", case.about()), &note, &panels, path)
}
