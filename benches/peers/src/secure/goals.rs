//! What this project set out to reach, and whether this run shows it.

use super::report::Report;
use super::subject::{Case, Metric, Peer};
use crate::common::style::{Style, ratio};

/// A rate of ours beside one of a peer, in the same run.
struct Goal {
    case: Case,
    metric: Metric,
    against: Peer,
    bound: Bound,
}

/// What is demanded of the ratio.
#[derive(Clone, Copy)]
enum Bound {
    /// So many times the rate, or more.
    Rate(f64),
    /// So many times the time, or less.
    Time(f64),
    /// Nothing; it is only to be seen.
    Shown,
}

const fn goal(case: Case, metric: Metric, against: Peer, bound: Bound) -> Goal {
    Goal { case, metric, against, bound }
}

const GOALS: &[Goal] = &[
    goal(Case::Handshake, Metric::Xx, Peer::DhAlone, Bound::Time(1.1)),
    goal(Case::Handshake, Metric::Xx, Peer::Snow, Bound::Rate(1.0)),
    goal(Case::Session, Metric::Nk, Peer::Rustls, Bound::Rate(1.05)),
    goal(Case::Session, Metric::Xx, Peer::Rustls, Bound::Shown),
    goal(Case::Records16k, Metric::SealAesGcm, Peer::AwsLcRs, ALONE),
    goal(Case::Records16k, Metric::OpenAesGcm, Peer::AwsLcRs, ALONE),
    goal(Case::Echo, Metric::Echo64, Peer::AwsLcRs, Bound::Rate(0.9)),
    goal(Case::Echo, Metric::Echo1k, Peer::AwsLcRs, Bound::Rate(0.9)),
];

/// The goal for bulk is one for the same library.
const ALONE: Bound = if cfg!(feature = "accel") { Bound::Rate(0.9) } else { Bound::Shown };

impl Goal {
    /// Whether it is met, if there is something to meet, and the figures.
    fn judge(&self, reports: &[Report]) -> Option<(Option<bool>, String)> {
        let report = reports.iter().find(|report| report.case == self.case)?;
        let ours = report.value(Peer::Ours, self.metric)?;
        let rate = ours / report.value(self.against, self.metric)?;
        let (met, figures) = match self.bound {
            Bound::Rate(least) => {
                (Some(rate >= least), format!("{:>5} ≥ {least:.2} × the rate", ratio(rate)))
            }
            Bound::Time(most) => (
                Some(1.0 / rate <= most),
                format!("{:>5} ≤ {most:.2} × the time", ratio(1.0 / rate)),
            ),
            Bound::Shown => (None, format!("{:>5} × the rate", ratio(rate))),
        };
        let (case, metric) = (self.case.to_string(), self.metric.to_string());
        Some((met, format!("{case:<12} {metric:<13} {figures} of {}", self.against)))
    }
}

/// Prints which goals are met; those of what was not measured are left out.
pub fn print(reports: &[Report], style: Style) {
    let judged: Vec<_> = GOALS.iter().filter_map(|goal| goal.judge(reports)).collect();
    if judged.is_empty() {
        return;
    }
    let count = |wanted: bool| judged.iter().filter(|(met, _)| *met == Some(wanted)).count();
    let (met, missed) = (count(true), count(false));
    println!("{}", style.bold(&format!("goals: {met} of {} met", met + missed)));
    for (met, text) in judged {
        let word = match met {
            Some(true) => style.good("met   "),
            Some(false) => style.bad("missed"),
            None => style.dim("shown "),
        };
        println!("{word} {text}");
    }
}
