//! How far two clocks are apart.

use std::fmt;
use std::time::Duration;

/// How far the clock of a peer is from this side's. Written as people say it: `31 s ahead`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// In milliseconds, positive where the peer is ahead; at most 2⁶³ − 1 either way.
    ms: i64,
}

impl Skew {
    /// How far `theirs` is from `ours`, both in milliseconds since 1970.
    #[must_use]
    pub fn between(theirs: u64, ours: u64) -> Self {
        let size = i64::try_from(theirs.abs_diff(ours)).unwrap_or(i64::MAX);
        Self { ms: if theirs < ours { size.saturating_neg() } else { size } }
    }

    /// In milliseconds, positive where the peer is ahead.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.ms
    }

    /// How far, whichever way.
    #[must_use]
    pub const fn size(self) -> Duration {
        Duration::from_millis(self.ms.unsigned_abs())
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.ms < 0 { "behind" } else { "ahead" };
        let ms = self.ms.unsigned_abs();
        if ms < 10_000 { write!(f, "{ms} ms {way}") } else { write!(f, "{} s {way}", ms / 1_000) }
    }
}
