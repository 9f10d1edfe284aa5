//! What was measured of a case, as a table and as JSON lines.

use std::io::Write;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Number;

use super::cases::Case;
use super::contestant::{Metric, Peer};
use super::measure::Timing;
use crate::common::style::{Style, ratio, thousands, time};

/// The figures of one case.
pub struct Report {
    pub case: Case,
    pub sizes: Vec<(Peer, usize)>,
    pub timings: Vec<Timing>,
}

impl Report {
    pub fn timing(&self, peer: Peer, metric: Metric) -> Option<&Timing> {
        self.timings.iter().find(|timing| timing.peer == peer && timing.metric == metric)
    }

    pub fn size(&self, peer: Peer) -> Option<usize> {
        self.sizes.iter().find(|(other, _)| *other == peer).map(|(_, size)| *size)
    }

    /// A median in nanoseconds, or a size in bytes.
    pub fn value(&self, peer: Peer, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Size => self.size(peer).map(|size| size as f64),
            _ => self.timing(peer, metric).map(Timing::median),
        }
    }

    /// What a peer's ratio is relative to. One that opens views competes with one that borrows,
    /// if the other has no views.
    pub fn base(&self, baseline: Peer, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Access => self
                .value(baseline, Metric::Access)
                .or_else(|| self.value(baseline, Metric::Borrow)),
            _ => self.value(baseline, metric),
        }
    }
}

fn cell(report: &Report, peer: Peer, metric: Metric, baseline: Peer) -> (String, String) {
    let Some(value) = report.value(peer, metric) else {
        return ("–".into(), String::new());
    };
    let text = match metric {
        Metric::Size => thousands(value as usize),
        _ => time(value),
    };
    let ratio = report.base(baseline, metric).map(|base| ratio(value / base));
    (text, ratio.unwrap_or_default())
}

/// Prints the table of a case.
pub fn print(report: &Report, baseline: Peer, style: Style) {
    const METRICS: [Metric; 5] =
        [Metric::Serialize, Metric::Deserialize, Metric::Borrow, Metric::Access, Metric::Size];

    let title = format!("{} – {}", report.case, report.case.about());
    println!("{}", style.bold(&title));
    let mut heading = format!("{:<11}", "");
    for metric in METRICS {
        heading.push_str(&format!("  {:>10} {:>5}", metric.to_string(), "×"));
    }
    println!("{}", style.dim(&heading));
    for &(peer, _) in &report.sizes {
        let mut line = format!("{:<11}", peer.to_string());
        for metric in METRICS {
            let (value, ratio) = cell(report, peer, metric, baseline);
            line.push_str(&format!("  {value:>10} {ratio:>5}"));
        }
        let ours = matches!(peer, Peer::Ours | Peer::OursFixed);
        println!("{}", if ours { style.bold(&line) } else { line });
    }
    println!(
        "{}",
        style.dim(&format!(
            "× is relative to {baseline}; an access without one there, to its borrow"
        ))
    );
    print_published(report, style);
    println!();
}

/// Prints how the sizes differ from those of the public benchmark.
fn print_published(report: &Report, style: Style) {
    let differences: Vec<String> = report
        .case
        .published()
        .iter()
        .filter_map(|&(peer, published)| {
            let difference = report.size(peer)?.cast_signed() - published.cast_signed();
            let share = 100.0 * difference as f64 / published as f64;
            Some(if difference == 0 {
                format!("{peer} =")
            } else {
                format!("{peer} {difference:+} ({share:+.2} %)")
            })
        })
        .collect();
    if !differences.is_empty() {
        let text = format!("sizes beside the published ones: {}", differences.join(", "));
        println!("{}", style.dim(&text));
    }
}

/// One figure, as a line of JSON.
#[derive(Serialize)]
struct Line {
    suite: &'static str,
    case: String,
    peer: String,
    metric: String,
    value: Number,
    unit: &'static str,
    #[serde(flatten)]
    spread: Option<Spread>,
}

/// How far the samples of a time lie apart.
#[derive(Serialize)]
struct Spread {
    min: f64,
    q1: f64,
    q3: f64,
}

/// Writes one line per figure: the median, and the spread of the samples.
pub fn write_json(report: &Report, out: &mut impl Write) -> Result<()> {
    let line = |peer: Peer, metric: Metric, value, unit, spread| Line {
        suite: "codec",
        case: report.case.to_string(),
        peer: peer.to_string(),
        metric: metric.to_string(),
        value,
        unit,
        spread,
    };
    let times = report.timings.iter().map(|timing| -> Result<Line> {
        let [min, q1, q3] = [0.0, 0.25, 0.75].map(|quantile| timing.quantile(quantile));
        let median = Number::from_f64(timing.median()).context("a time is a number")?;
        Ok(line(timing.peer, timing.metric, median, "ns", Some(Spread { min, q1, q3 })))
    });
    let sizes = report
        .sizes
        .iter()
        .map(|&(peer, size)| Ok(line(peer, Metric::Size, size.into(), "bytes", None)));
    for line in times.chain(sizes) {
        serde_json::to_writer(&mut *out, &line?)?;
        writeln!(out)?;
    }
    Ok(())
}
