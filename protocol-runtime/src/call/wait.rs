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

    /// How long there is from now on: the call's own limit, or that of the call being served here.
    #[inline]
    pub(super) fn left(
        self,
        now: Instant,
        usual: Duration,
        streams: bool,
        inherited: Option<Instant>,
    ) -> Option<Duration> {
        let own = match self {
            Self::Usual => (!streams).then_some(usual),
            Self::AtMost(timeout) => Some(timeout),
            Self::Until(deadline) => Some(deadline.saturating_duration_since(now)),
            Self::Forever => None,
        };
        let Some(end) = inherited else { return own };
        let left = end.saturating_duration_since(now);
        Some(own.map_or(left, |own| own.min(left)))
    }

    /// From here on it counts from `now`, whenever it is asked. Says until when that is.
    pub(super) fn settle(&mut self, now: Instant, left: Option<Duration>) -> Option<Instant> {
        // A sum past the end of time is as good as no deadline.
        let deadline = left.and_then(|left| now.checked_add(left));
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
}
