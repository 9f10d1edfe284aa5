//! How the schemas of two peers differ, as data.

use std::fmt;

use thiserror::Error;

use super::PeerText;
use crate::fingerprint::Fingerprint;
use crate::schema::{Change, Effect};

/// What one side of a connection says of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaVersion {
    /// Its version.
    pub version: u32,
    /// The oldest version of a peer that it serves.
    pub min: u32,
    /// The identity of its wire form.
    pub fingerprint: Fingerprint,
}

/// The protocols of a connection of which the two sides do not have the same schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDiff {
    /// At least one.
    pub protocols: Vec<ProtocolDiff>,
}

/// A protocol of which the two sides do not have the same schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtocolDiff {
    /// Its name.
    pub protocol: String,
    /// What this side has.
    pub ours: SchemaVersion,
    /// What the peer has.
    pub theirs: SchemaVersion,
    /// What changed from the older to the newer of the two, or why nobody knows.
    pub comparison: Result<Changes, NotCompared>,
}

/// What changed from one schema to another, by the rules of evolution, what matters most first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The changes, of which the names may be the peer's: each text is short, and shown without
    /// control characters.
    pub list: Vec<Change>,
    /// How many more there are.
    pub left_out: usize,
}

/// Why two schemas were not compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotCompared {
    /// This side did not ask: only clients do, if they were not told otherwise, and only if they
    /// are built with the feature `reflect`.
    #[error("this side did not ask the peer for its schema")]
    NotAsked,
    /// The peer does not say: it is built without the feature `reflect`, or it refuses.
    #[error("the peer does not tell its schema: {0}")]
    NotTold(PeerText),
    /// The peer did not say in time.
    #[error("the peer did not tell its schema in time")]
    Late,
    /// The schema of the peer is longer than `Limits::schema_bytes`.
    #[error("the schema of the peer has {len} bytes, at most {max} are read: raise `schema_bytes`")]
    TooLong {
        /// How long it is.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// What the peer tells is no schema that this side can read, or not the one it offered.
    #[error("the schema that the peer tells cannot be read, or is another than it offered")]
    Unreadable,
}

/// A schema of the peer that does not fit this side's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error(
    "the schemas of `{protocol}` do not fit, this side has {ours}, the peer {theirs}: {changes}; \
     update one of the two"
)]
pub struct SchemaMismatch {
    /// The protocol.
    pub protocol: String,
    /// What this side has.
    pub ours: SchemaVersion,
    /// What the peer has.
    pub theirs: SchemaVersion,
    /// What changed from the older to the newer of the two.
    pub changes: Changes,
}

impl Changes {
    /// What the most serious of the changes does; `Fine` if there is none.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.list.iter().map(|change| change.effect).max().unwrap_or(Effect::Fine)
    }
}

impl ProtocolDiff {
    /// The failure that this is, if the two do not understand each other.
    #[must_use]
    pub fn mismatch(&self) -> Option<SchemaMismatch> {
        let changes = self.comparison.as_ref().ok()?;
        (changes.effect() == Effect::Break).then(|| SchemaMismatch {
            protocol: self.protocol.clone(),
            ours: self.ours,
            theirs: self.theirs,
            changes: changes.clone(),
        })
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {} ({})", self.version, self.fingerprint)
    }
}

/// How many changes are shown in one line.
const SHOWN: usize = 3;

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.list.is_empty() {
            return f.write_str("nothing changed that the rules of evolution know");
        }
        for (at, Change { rule, message, .. }) in self.list.iter().take(SHOWN).enumerate() {
            let comma = if at == 0 { "" } else { "; " };
            write!(f, "{comma}{message} ({rule})")?;
        }
        let more = self.list.len().saturating_sub(SHOWN).saturating_add(self.left_out);
        if more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
    }
}
