//! What this project set out to reach, and whether this run shows it.

use super::cases::Case;
use super::contestant::{Metric, Peer};
use super::report::Report;
use crate::common::style::{Style, ratio, thousands};

/// The ratio of a time of ours to one of wincode, in the same run, that is not to be passed.
struct Goal {
    case: Case,
    peer: Peer,
    metric: Metric,
    /// What of wincode it is compared with.
    against: Metric,
    limit: f64,
}

const fn goal(case: Case, peer: Peer, metric: Metric, limit: f64) -> Goal {
    Goal { case, peer, metric, against: metric, limit }
}

/// A goal for the time that a validated view takes to open, against a borrowed value of wincode.
const fn view(case: Case, peer: Peer, limit: f64) -> Goal {
    Goal { case, peer, metric: Metric::Access, against: Metric::Borrow, limit }
}

const GOALS: &[Goal] = &[
    goal(Case::Log, Peer::OursFixed, Metric::Serialize, 0.85),
    goal(Case::Log, Peer::OursFixed, Metric::Deserialize, 0.80),
    view(Case::Log, Peer::OursFixed, 0.20),
    goal(Case::Log, Peer::Ours, Metric::Serialize, 0.90),
    goal(Case::Log, Peer::Ours, Metric::Deserialize, 0.95),
    view(Case::Log, Peer::Ours, 0.60),
    goal(Case::Mesh, Peer::OursFixed, Metric::Serialize, 1.0),
    goal(Case::Mesh, Peer::OursFixed, Metric::Deserialize, 1.0),
    // In the public benchmark wincode has an owned value here and nothing else; it could borrow
    // the list of triangles in any time at all, if the buffer is aligned.
    Goal {
        case: Case::Mesh,
        peer: Peer::OursFixed,
        metric: Metric::Access,
        against: Metric::Deserialize,
        limit: 0.1,
    },
    goal(Case::Minecraft, Peer::OursFixed, Metric::Serialize, 0.90),
    goal(Case::Minecraft, Peer::OursFixed, Metric::Deserialize, 0.95),
    view(Case::Minecraft, Peer::OursFixed, 0.60),
    goal(Case::Minecraft, Peer::Ours, Metric::Serialize, 0.90),
    goal(Case::Minecraft, Peer::Ours, Metric::Deserialize, 0.95),
    view(Case::Minecraft, Peer::Ours, 0.60),
    goal(Case::Mk48, Peer::OursFixed, Metric::Serialize, 0.85),
    goal(Case::Mk48, Peer::OursFixed, Metric::Deserialize, 1.05),
    view(Case::Mk48, Peer::OursFixed, 0.5),
    goal(Case::Mk48, Peer::Ours, Metric::Serialize, 0.90),
    goal(Case::Mk48, Peer::Ours, Metric::Deserialize, 1.10),
    view(Case::Mk48, Peer::Ours, 0.5),
];

/// How many times as fast as prost both of ours shall be, in every case.
const AS_FAST_AS_PROST: [(Metric, f64); 2] = [(Metric::Serialize, 3.0), (Metric::Deserialize, 1.5)];

/// How many bytes more than any of `SMALLER_THAN` ours may take with leaf structs fixed.
const SPARE_BYTES: usize = 16;
const SMALLER_THAN: [Peer; 3] = [Peer::Wincode, Peer::Speedy, Peer::Prost];

/// One goal and what was measured.
struct Outcome {
    met: bool,
    text: String,
}

/// Prints which goals are met; those of cases, peers and metrics that were not measured are left
/// out.
pub fn print(reports: &[Report], style: Style) {
    let outcomes: Vec<Outcome> = reports
        .iter()
        .flat_map(|report| [ratios(report), prost(report), sizes(report)])
        .flatten()
        .collect();
    if outcomes.is_empty() {
        return;
    }
    let missed = outcomes.iter().filter(|outcome| !outcome.met).count();
    println!(
        "{}",
        style.bold(&format!("goals: {} of {} met", outcomes.len() - missed, outcomes.len()))
    );
    for Outcome { met, text } in outcomes {
        println!("{} {text}", if met { style.good("met   ") } else { style.bad("missed") });
    }
}

fn ratios(report: &Report) -> Vec<Outcome> {
    let of_case = GOALS.iter().filter(|goal| goal.case == report.case);
    of_case
        .filter_map(|goal| {
            let ours = report.value(goal.peer, goal.metric)?;
            let measured = ours / report.value(Peer::Wincode, goal.against)?;
            let against = if goal.against == goal.metric {
                String::new()
            } else {
                format!(" {}", goal.against)
            };
            Some(Outcome {
                met: measured <= goal.limit,
                text: format!(
                    "{:<12} {:<10} {:<11} {:>5} ≤ {:.2} × wincode{against}",
                    goal.case.to_string(),
                    goal.peer.to_string(),
                    goal.metric.to_string(),
                    ratio(measured),
                    goal.limit,
                ),
            })
        })
        .collect()
}

fn prost(report: &Report) -> Vec<Outcome> {
    let peers = [Peer::OursFixed, Peer::Ours];
    let pairs = peers.into_iter().flat_map(|peer| AS_FAST_AS_PROST.map(|goal| (peer, goal)));
    pairs
        .filter_map(|(peer, (metric, times))| {
            let measured = report.value(Peer::Prost, metric)? / report.value(peer, metric)?;
            Some(Outcome {
                met: measured >= times,
                text: format!(
                    "{:<12} {:<10} {:<11} {:>5} ≥ {times:.1} × as fast as prost",
                    report.case.to_string(),
                    peer.to_string(),
                    metric.to_string(),
                    ratio(measured),
                ),
            })
        })
        .collect()
}

fn sizes(report: &Report) -> Vec<Outcome> {
    SMALLER_THAN
        .into_iter()
        .filter_map(|peer| {
            let (ours, other) = (report.size(Peer::OursFixed)?, report.size(peer)?);
            Some(Outcome {
                met: ours <= other + SPARE_BYTES,
                text: format!(
                    "{:<12} {:<10} {:<11} {} ≤ {} of {peer} + {SPARE_BYTES} bytes",
                    report.case.to_string(),
                    Peer::OursFixed.to_string(),
                    Metric::Size.to_string(),
                    thousands(ours),
                    thousands(other),
                ),
            })
        })
        .collect()
}
