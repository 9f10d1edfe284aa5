//! What this project set out to reach, and whether this run shows it. Both processes are on one
//! core.

use super::report::Report;
use super::subject::{Case, Metric, Peer};
use crate::common::style::{Style, ratio};

/// What is demanded of one figure.
#[derive(Clone, Copy)]
enum Bound {
    /// So many times that of a peer, or more.
    Least(f64, Peer),
    /// So many times that of a peer, or less.
    Most(f64, Peer),
    /// So much, or less.
    Absolute(f64),
}

struct Goal {
    case: Case,
    peer: Peer,
    metric: Metric,
    bound: Bound,
}

const fn goal(case: Case, peer: Peer, metric: Metric, bound: Bound) -> Goal {
    Goal { case, peer, metric, bound }
}

/// So many times as many a second as a peer.
const fn rate(case: Case, peer: Peer, times: f64, against: Peer) -> Goal {
    goal(case, peer, Metric::Rps, Bound::Least(times, against))
}

const GOALS: &[Goal] = &[
    goal(Case::Lat64, Peer::Ours, Metric::P50, Bound::Most(1.15, Peer::Raw)),
    rate(Case::Pipe64x64, Peer::Ours, 0.8, Peer::Mux),
    rate(Case::Pipe64x64, Peer::Ours, 10.0, Peer::Tarpc),
    rate(Case::Pipe64x64, Peer::Ours, 30.0, Peer::Tonic),
    rate(Case::Pipe64x1k, Peer::Ours, 0.8, Peer::Mux),
    rate(Case::Pipe64x1k, Peer::Ours, 4.0, Peer::Tarpc),
    rate(Case::Pipe64x1k, Peer::Ours, 20.0, Peer::Tonic),
    rate(Case::Pipe64x64, Peer::OursNoise, 0.7, Peer::MuxRecords),
    rate(Case::Pipe64x1k, Peer::OursNoise, 0.7, Peer::MuxRecords),
    rate(Case::Pipe64x64, Peer::OursNoise, 1.0, Peer::Tarpc),
    rate(Case::Pipe64x64, Peer::OursNoise, 1.0, Peer::CapnpRpc),
    rate(Case::Pipe64x64, Peer::OursNoise, 1.0, Peer::Tonic),
    rate(Case::Pipe64x64, Peer::OursNoise, 1.0, Peer::AxumJson),
    rate(Case::Pipe64x64, Peer::OursNoise, 1.0, Peer::Earlier),
    rate(Case::Bulk1m, Peer::Ours, 1.2, Peer::Mux),
    rate(Case::Bulk1m, Peer::Ours, 1.0, Peer::Tarpc),
    rate(Case::Conns64, Peer::Ours, 0.9, Peer::Raw),
    rate(Case::StreamItems, Peer::Ours, 0.5, Peer::Raw),
    // Bounded: a window of items, and what buffers of the connection hold.
    goal(Case::StreamSlow, Peer::Ours, Metric::Kib, Bound::Absolute(1_024.0)),
    goal(Case::StreamSlow, Peer::OursNoise, Metric::Kib, Bound::Absolute(1_024.0)),
    goal(Case::Pipe64x64, Peer::Ours, Metric::Syscalls, Bound::Absolute(0.1)),
    // Two decimals: what starts and ends with the counting is not of a request.
    goal(Case::Pipe64x64, Peer::Ours, Metric::Allocs, Bound::Absolute(0.005)),
    goal(Case::Idle, Peer::Ours, Metric::Kib, Bound::Absolute(4.0)),
    goal(Case::Idle, Peer::OursNoise, Metric::Kib, Bound::Absolute(8.0)),
];

impl Goal {
    /// Whether it is met, and the figures.
    fn judge(&self, reports: &[Report]) -> Option<(bool, String)> {
        let report = reports.iter().find(|report| report.case == self.case && report.cores == 1)?;
        let ours = report.value(self.peer, self.metric)?;
        let (met, figures) = match self.bound {
            Bound::Least(least, peer) => {
                let times = ours / report.value(peer, self.metric)?;
                (times >= least, format!("{:>6} ≥ {least:.2} × {peer}", ratio(times)))
            }
            Bound::Most(most, peer) => {
                let times = ours / report.value(peer, self.metric)?;
                (times <= most, format!("{:>6} ≤ {most:.2} × {peer}", ratio(times)))
            }
            Bound::Absolute(most) => {
                (ours <= most, format!("{ours:>6.3} ≤ {most} {}", self.metric.unit()))
            }
        };
        let (case, peer, metric) =
            (self.case.to_string(), self.peer.to_string(), self.metric.to_string());
        Some((met, format!("{case:<13} {peer:<11} {metric:<9} {figures}")))
    }
}

/// Prints which goals are met; those of what was not measured are left out.
pub fn print(reports: &[Report], style: Style) {
    let judged: Vec<_> = GOALS.iter().filter_map(|goal| goal.judge(reports)).collect();
    if judged.is_empty() {
        return;
    }
    let met = judged.iter().filter(|(met, _)| *met).count();
    println!("{}", style.bold(&format!("goals: {met} of {} met", judged.len())));
    for (met, text) in judged {
        let word = if met { style.good("met   ") } else { style.bad("missed") };
        println!("{word} {text}");
    }
}
