//! What may change from one version of a schema to the next: two schemas in, changes out.
//!
//! Names decide what is compared with what; numbers and types decide whether it is the same on
//! the wire. Never looks at source order, docs or what is said to Rust alone.

mod compare;
mod entries;
mod fields;
mod items;
mod messages;
pub mod rules;
mod same;
mod values;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::ir::Schema;
use crate::span::Span;

pub use rules::{RULES, Rule, RuleId};

/// How much a change matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Peers with the old schema understand those with the new one, and the other way round.
    Note,
    /// They do as a rule; some values or some peers are refused.
    Warning,
    /// They do not.
    Break,
}

impl Level {
    /// As it is printed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Break => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One difference between two versions of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which rule speaks of it.
    pub rule: &'static Rule,
    /// Of what: `Chat.Join.nick`.
    pub path: String,
    /// What changed, in one sentence, lower case, no full stop.
    pub message: String,
    /// The place in the new schema, or of what it was a part of; [`Span::NONE`] when all of that
    /// is gone.
    pub span: Span,
    /// The place in the old schema; [`Span::NONE`] for what was not there.
    pub old: Span,
    /// Whether the new schema says that it is meant: `#[npgen::allow(NPB101)]` on the entry, its
    /// item or the file.
    pub allowed: bool,
}

/// All changes that a version of a schema brings, in the order of its items. Both are checked
/// schemas without errors.
#[must_use]
pub fn compare(old: &Schema, new: &Schema) -> Vec<Change> {
    compare::run(old, new)
}

/// Whether a schema allows a rule to be broken, at a place with these words beside it.
fn allows(meta: &crate::ir::Meta, rule: RuleId) -> bool {
    use crate::ir::{VendorArgument, VendorArguments};
    meta.vendor.iter().any(|vendor| {
        let path: Vec<&str> = vendor.path.iter().map(|name| name.text.as_str()).collect();
        let VendorArguments::List(list) = &vendor.arguments else {
            return false;
        };
        path == ["npgen", "allow"]
            && list.iter().any(|argument| match argument {
                VendorArgument::Attr(named) => {
                    named.path.iter().map(|name| &name.text).eq([&rule.to_string()])
                }
                VendorArgument::Value(value) => match &value.kind {
                    crate::ir::ValueKind::Path(names) => {
                        names.iter().map(|name| &name.text).eq([&rule.to_string()])
                    }
                    crate::ir::ValueKind::Int { .. }
                    | crate::ir::ValueKind::Float(_)
                    | crate::ir::ValueKind::Str(_)
                    | crate::ir::ValueKind::Bytes(_)
                    | crate::ir::ValueKind::Bool(_)
                    | crate::ir::ValueKind::List(_)
                    | crate::ir::ValueKind::Extern(_) => false,
                },
            })
    })
}
