//! How long a connection lives: signs of life from the peer, the time without use, and its age.
//!
//! A timer that is due early looks whether anything happened meanwhile, and moves; so octets that
//! come and go move none.

use std::time::{Duration, Instant};

use super::super::{Core, stats};
use super::Open;
use crate::error::Error;
use crate::frame::control::Ping;
use crate::frame::header::Head;
use crate::frame::reason::Reason;
use crate::limits::Limits;

/// The token of pings that nobody asked for.
const TOKEN: u64 = u64::MAX;

pub(super) struct Life {
    /// Zero for never.
    heartbeat: Duration,
    missed_max: u32,
    idle: Duration,
    /// When something was last heard.
    heard: Instant,
    /// When to look whether something was heard.
    beat: Option<Instant>,
    /// Heartbeats that nothing was heard in.
    missed: u32,
    /// Pings that are not answered.
    asked: u32,
    paused: bool,
    /// What of the last octets was left for the next time.
    left: usize,
    /// When the connection was last used, and whether it was since anybody looked.
    used: Instant,
    touched: bool,
    end: Option<Instant>,
}

impl Life {
    pub(super) fn new(now: Instant, limits: &Limits) -> Self {
        let heartbeat = limits.heartbeat();
        let some = |limit: Duration| (!limit.is_zero()).then_some(limit);
        Self {
            heartbeat,
            missed_max: limits.heartbeats_missed(),
            idle: limits.idle_timeout(),
            heard: now,
            beat: some(heartbeat).and_then(|every| now.checked_add(every)),
            missed: 0,
            asked: 0,
            paused: false,
            left: 0,
            used: now,
            touched: false,
            end: some(limits.max_age()).and_then(|age| now.checked_add(age)),
        }
    }

    /// Octets are handed in, of which some may have been there before.
    pub(super) fn hear(&mut self, now: Instant, octets: usize) {
        if octets > self.left {
            self.heard = now;
            self.missed = 0;
        }
    }

    /// Whether this side does not read for the time being.
    pub(super) const fn is_paused(&self) -> bool {
        self.paused
    }

    /// So many octets were not taken.
    pub(super) const fn leave(&mut self, octets: usize) {
        self.left = octets;
    }

    /// The connection is used.
    pub(super) const fn used(&mut self, now: Instant) {
        self.used = now;
    }

    /// The connection is used, at a time that is found out later.
    pub(super) const fn touch(&mut self) {
        self.touched = true;
    }

    /// Whether this is the answer to a ping of its own.
    pub(super) const fn answered(&mut self, token: u64) -> bool {
        let own = token == TOKEN && self.asked > 0;
        if own {
            self.asked = self.asked.saturating_sub(1);
        }
        own
    }

    pub(super) fn deadlines(&self, leaving: bool) -> [Option<Instant>; 3] {
        let idle = (!self.idle.is_zero() && !leaving).then(|| self.used.checked_add(self.idle));
        let end = self.end.filter(|_| !leaving);
        [self.beat.filter(|_| !self.paused), idle.flatten(), end]
    }
}

impl Open {
    #[cfg(feature = "net")]
    pub(in super::super) const fn is_paused(&self) -> bool {
        self.life.is_paused()
    }

    pub(in super::super) fn set_paused(&mut self, now: Instant, paused: bool) {
        if self.life.paused && !paused {
            // What came meanwhile could not be heard.
            self.life.heard = now;
            self.life.missed = 0;
            self.life.beat = self.next_beat(now);
        }
        self.life.paused = paused;
    }

    fn next_beat(&self, now: Instant) -> Option<Instant> {
        self.life.beat.and_then(|_| now.checked_add(self.life.heartbeat))
    }

    /// Asks a peer that is silent, gives up one that stays so, and ends a connection that is not
    /// used or is old.
    pub(super) fn beat(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        if self.life.beat.is_some_and(|due| due <= now) && !self.life.paused {
            let quiet = now.saturating_duration_since(self.life.heard);
            if let Some(left) = self.life.heartbeat.checked_sub(quiet).filter(|l| !l.is_zero()) {
                self.life.beat = now.checked_add(left);
            } else {
                self.life.missed = self.life.missed.saturating_add(1);
                stats::count(&mut core.stats.heartbeats_missed);
                if self.life.missed >= self.life.missed_max {
                    return Err(Error::Dead { after: quiet });
                }
                self.life.beat = self.next_beat(now);
                self.life.asked = self.life.asked.saturating_add(1);
                core.write_small(Head::Ping, &Ping { token: TOKEN })?;
            }
        }
        let [_, idle, end] = self.life.deadlines(self.drain.is_begun());
        if idle.is_some_and(|due| due <= now) {
            let busy = std::mem::take(&mut self.life.touched) || !self.is_quiet(core);
            if busy {
                self.life.used = now;
            } else {
                self.go_away(core, Reason::IdleTimeout);
            }
        }
        if end.is_some_and(|due| due <= now) {
            self.go_away(core, Reason::MaxAge);
        }
        Ok(())
    }
}
