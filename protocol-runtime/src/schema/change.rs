//! What changed from one schema to another, as data.

/// A change from one version of a protocol to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The rule that speaks of it: `NPB101`, which `npgen explain` explains.
    pub rule: String,
    /// What it does to peers of the two versions.
    pub effect: Effect,
    /// Of what, and what changed.
    pub message: String,
}

/// What a change does to peers of the two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// They understand each other.
    Fine,
    /// They do as a rule; some values are refused.
    Warning,
    /// They do not.
    Break,
}
