//! How long a call waits, from what was asked for to a moment.

use std::time::{Duration, Instant};

use crate::driver::{Core, now};

/// How long a call waits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    /// As long as all calls of the connection; a call with streams as long as it takes.
    Usual,
    AtMost(Duration),
    Until(Instant),
    Forever,
}

impl Wait {
    /// The time from which it counts. That of the turn that the driver is in is as good for what
    /// nobody said.
    pub(super) fn now(self, core: &mut Core) -> Instant {
        match self {
            Self::AtMost(_) => now(),
            Self::Usual | Self::Until(_) | Self::Forever => core.time(),
        }
    }

    /// Until when, from the first time that this is asked: the call's own limit, or that of the call
    /// being served here.
    pub(super) fn limit(
        &mut self,
        now: Instant,
        usual: Duration,
        streams: bool,
        inherited: Option<Instant>,
    ) -> Option<Instant> {
        let own = self.settle(now, usual, streams);
        let deadline = match (own, inherited) {
            (Some(own), Some(left)) => Some(own.min(left)),
            (own, left) => own.or(left),
        };
        *self = deadline.map_or(Self::Forever, Self::Until);
        deadline
    }

    /// Until when, once that is settled.
    pub(super) const fn settled(self) -> Option<Instant> {
        match self {
            Self::Until(deadline) => Some(deadline),
            Self::Usual | Self::AtMost(_) | Self::Forever => None,
        }
    }

    /// Until when, counted from now.
    fn settle(self, now: Instant, usual: Duration, streams: bool) -> Option<Instant> {
        match self {
            Self::Usual if streams => None,
            // A sum past the end of time is as good as no deadline.
            Self::Usual => now.checked_add(usual),
            Self::AtMost(timeout) => now.checked_add(timeout),
            Self::Until(deadline) => Some(deadline),
            Self::Forever => None,
        }
    }
}
