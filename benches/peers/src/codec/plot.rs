//! Draws a case: a panel of bars for each thing that was measured.

use std::path::Path;

use anyhow::Result;

use super::contestant::{Metric, Peer};
use super::report::Report;
use crate::common::plot::{Bar, LONGEST, Panel, draw_panels};
use crate::common::style::{ratio, thousands, time};

fn panel(report: &Report, baseline: Peer, heading: &str, metrics: &[Metric]) -> Panel {
    let find = |peer| {
        let found = metrics.iter().find_map(|&metric| Some((metric, report.value(peer, metric)?)));
        found.map(|(metric, value)| (peer, metric, value))
    };
    let found: Vec<_> = report.sizes.iter().filter_map(|&(peer, _)| find(peer)).collect();
    let base = find(baseline).map(|(_, _, value)| value);
    let bars = found.into_iter().map(|(peer, metric, value)| {
        let figure = match metric {
            Metric::Size => format!("{} B", thousands(value as usize)),
            _ => time(value),
        };
        let name = match metrics {
            [_] => peer.to_string(),
            _ => format!("{peer} ({metric})"),
        };
        Bar {
            name,
            ours: matches!(peer, Peer::Ours | Peer::OursFixed),
            value,
            figure,
            ratio: base.map_or_else(String::new, |base| format!("{} ×", ratio(value / base))),
        }
    });
    Panel { heading: heading.into(), bars: bars.collect(), base }
}

/// Draws a report into an SVG file.
pub fn draw(report: &Report, baseline: Peer, path: &Path) -> Result<()> {
    let panels = [
        panel(report, baseline, "serialize", &[Metric::Serialize]),
        panel(report, baseline, "deserialize", &[Metric::Deserialize]),
        panel(
            report,
            baseline,
            "read without a copy: open a validated view, or borrow",
            &[Metric::Access, Metric::Borrow],
        ),
        panel(report, baseline, "size", &[Metric::Size]),
    ];
    let name = format!("{}: {}", report.case, report.case.about());
    let note =
        format!("shorter is better · × is relative to {baseline} · bars are cut at {LONGEST} ×");
    draw_panels(&name, &note, &panels, path)
}
