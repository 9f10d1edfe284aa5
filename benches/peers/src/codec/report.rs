//! What was measured of a case, as a table and as JSON lines.

use std::io::{IsTerminal, Write};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Number;

use super::cases::Case;
use super::contestant::{Metric, Peer};
use super::measure::Timing;

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

/// Whether to use colours.
#[derive(Clone, Copy)]
pub struct Style {
    colours: bool,
}

impl Style {
    pub fn of_stdout() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: wanted && std::io::stdout().is_terminal() }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }
}

/// A time with three digits or more, and its unit.
pub fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

/// A number with its thousands apart.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

/// A ratio with two digits or more.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 0.1 => format!("{ratio:.3}"),
        ratio if ratio < 10.0 => format!("{ratio:.2}"),
        ratio => format!("{ratio:.1}"),
    }
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
