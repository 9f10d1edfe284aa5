//! Credit: how much of a stream, or of one-way messages, may be on its way.
//!
//! A frame costs its length, and at least [`COST_MIN`], so that small ones cannot pile up. What is
//! spent is compared with what was given before anything else happens. Never sends anything: its
//! owner is told what there is to give back.

use crate::error::{Error, FlowFault};

/// What a frame costs at least.
pub(super) const COST_MIN: u32 = 64;

/// The most credit there may be.
const MOST: u32 = 0x7fff_ffff;

/// What a frame with so many octets behind its header costs.
pub(super) fn cost(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX).max(COST_MIN)
}

/// What this side may send.
#[derive(Debug)]
pub(super) struct Sending {
    left: u32,
    first: u32,
    /// Whether the owner was refused, and waits to be told.
    pub(super) refused: bool,
}

impl Sending {
    pub(super) const fn new(first: u32) -> Self {
        Self { left: first, first, refused: false }
    }

    /// How much may be spent.
    pub(super) const fn left(&self) -> u32 {
        self.left
    }

    /// Whether any frame may be sent.
    pub(super) const fn is_open(&self) -> bool {
        self.left >= COST_MIN
    }

    /// Whether everything that was sent was given back.
    pub(super) const fn is_idle(&self) -> bool {
        self.left >= self.first
    }

    /// A frame was sent.
    pub(super) fn spend(&mut self, len: usize) {
        self.left = self.left.saturating_sub(cost(len));
    }

    /// The peer gives more. False if it is of little use: more than was spent, or next to nothing.
    pub(super) fn grant(&mut self, more: u32) -> Result<bool, Error> {
        let spent = self.first.saturating_sub(self.left);
        let sum = self.left.checked_add(more).filter(|sum| *sum <= MOST);
        match sum {
            _ if more == 0 => Err(FlowFault::Zero.into()),
            None => Err(FlowFault::Overflow { left: self.left, more }.into()),
            Some(sum) => {
                self.left = sum;
                Ok((COST_MIN..=spent).contains(&more))
            }
        }
    }
}

/// What the peer may send.
#[derive(Debug)]
pub(super) struct Receiving {
    size: u32,
    left: u32,
    /// What is to be given back, and was not yet.
    owed: u32,
}

impl Receiving {
    pub(super) const fn new(size: u32) -> Self {
        Self { size, left: size, owed: 0 }
    }

    /// A frame came.
    pub(super) fn charge(&mut self, len: usize) -> Result<u32, Error> {
        let cost = cost(len);
        let Some(left) = self.left.checked_sub(cost) else {
            return Err(FlowFault::Overspent { cost, left: self.left }.into());
        };
        self.left = left;
        Ok(cost)
    }

    /// What a frame cost is free again; never more than was charged.
    pub(super) fn free(&mut self, cost: u32) {
        self.owed = self.owed.saturating_add(cost.min(self.used()));
    }

    /// What came and is not free again.
    pub(super) const fn used(&self) -> u32 {
        self.size.saturating_sub(self.left).saturating_sub(self.owed)
    }

    /// What the peer may still send.
    pub(super) const fn left(&self) -> u32 {
        self.left
    }

    /// Whether nothing that came is still held.
    pub(super) const fn is_idle(&self) -> bool {
        self.left.saturating_add(self.owed) >= self.size
    }

    /// What to give back now: when half of the window waits for that.
    pub(super) fn due(&mut self) -> Option<u32> {
        if self.owed >= self.size / 2 { self.due_at_once() } else { None }
    }

    /// What to give back now, if the peer has not half of the window left.
    pub(super) fn due_if_low(&mut self) -> Option<u32> {
        if self.left < self.size / 2 { self.due_at_once() } else { None }
    }

    /// What to give back.
    pub(super) fn due_at_once(&mut self) -> Option<u32> {
        let owed = std::mem::take(&mut self.owed);
        self.left = self.left.saturating_add(owed);
        (owed > 0).then_some(owed)
    }
}

/// The streams of a call, by direction; none where there is no stream, or it is over.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// This side's.
    pub(super) send: Option<Sending>,
    /// This side's before it is open: the peer may give it credit by then.
    pub(super) soon: Option<Sending>,
    /// The peer's.
    pub(super) recv: Option<Receiving>,
    /// Whether the call ends with an error that waits behind an item, and its owner wants nothing more.
    pub(super) failed: bool,
}

impl Streams {
    /// Whether both are over.
    pub(super) const fn are_over(&self) -> bool {
        self.send.is_none() && self.recv.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_credit_never_wraps_and_is_never_nothing() {
        let mut sending = Sending::new(1_000);
        assert_eq!(sending.grant(0), Err(FlowFault::Zero.into()));
        let overflow = FlowFault::Overflow { left: 1_000, more: MOST - 999 };
        assert_eq!(sending.grant(MOST - 999), Err(overflow.into()));
        assert_eq!(
            sending.grant(u32::MAX),
            Err(FlowFault::Overflow { left: 1_000, more: u32::MAX }.into())
        );
        assert_eq!(sending.grant(MOST - 1_000), Ok(false));
        assert_eq!(sending.left(), MOST);
    }

    #[test]
    fn credit_is_useful_as_far_as_it_was_spent() {
        let mut sending = Sending::new(1_000);
        sending.spend(300);
        assert_eq!(sending.grant(63), Ok(false));
        assert_eq!(sending.grant(237), Ok(true));
        assert_eq!(sending.grant(237), Ok(false));
    }

    #[test]
    fn s4_more_than_the_window_is_refused_and_small_frames_cost_their_share() {
        let mut receiving = Receiving::new(1_024);
        for _ in 0..16 {
            assert_eq!(receiving.charge(0), Ok(64));
        }
        assert_eq!(receiving.charge(1), Err(FlowFault::Overspent { cost: 64, left: 0 }.into()));
        receiving.free(500);
        assert_eq!((receiving.due(), receiving.is_idle()), (None, false));
        assert_eq!(receiving.due_if_low(), Some(500));
        receiving.free(u32::MAX);
        assert_eq!((receiving.due(), receiving.is_idle()), (Some(524), true));
    }
}
