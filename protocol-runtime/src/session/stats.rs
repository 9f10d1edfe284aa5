//! What a session has counted, and what it counts at this moment.

use super::{Session, State};

/// Counters of one connection. They only rise, and start again at 0 past their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Octets taken from the peer: of whole units, records and frames.
    pub octets_in: u64,
    /// Octets handed out for the peer.
    pub octets_out: u64,
    /// Frames taken from the peer.
    pub frames_in: u64,
    /// Frames written for the peer.
    pub frames_out: u64,
    /// Calls of this side.
    pub calls: u64,
    /// Calls of this side that had no answer in time.
    pub calls_timed_out: u64,
    /// Answers that came for calls nobody waits for any more, and were dropped.
    pub late_replies: u64,
    /// Calls of the peer that were handed on.
    pub requests: u64,
    /// Calls of the peer that were over the limit, and were answered `Overloaded`.
    pub overloaded: u64,
    /// Messages of the peer without a reply, handed on.
    pub one_way: u64,
    /// Messages that were refused because there was no memory for them.
    pub no_memory: u64,
    /// Calls of the peer that it cancelled.
    pub cancelled: u64,
    /// Calls of the peer whose deadline passed before they were answered.
    pub expired: u64,
    /// Frames that had no effect and were dropped: answers to calls long over, pongs nobody asked
    /// for, one-way messages of number 0.
    pub strays: u64,
    /// Pings of the peer that were answered.
    pub pings: u64,
    /// Calls, of either side, that have a stream.
    pub streams: u64,
    /// Values of streams that came.
    pub items_in: u64,
    /// Values of streams that were written for the peer.
    pub items_out: u64,
    /// Heartbeats in which nothing was heard of the peer.
    pub heartbeats_missed: u64,
}

impl Stats {
    /// What two connections have counted together.
    #[must_use]
    pub const fn plus(mut self, more: Self) -> Self {
        // Without `..`, so that a new counter is not forgotten.
        let Self {
            octets_in,
            octets_out,
            frames_in,
            frames_out,
            calls,
            calls_timed_out,
            late_replies,
            requests,
            overloaded,
            one_way,
            no_memory,
            cancelled,
            expired,
            strays,
            pings,
            streams,
            items_in,
            items_out,
            heartbeats_missed,
        } = more;
        add(&mut self.octets_in, octets_in);
        add(&mut self.octets_out, octets_out);
        add(&mut self.frames_in, frames_in);
        add(&mut self.frames_out, frames_out);
        add(&mut self.calls, calls);
        add(&mut self.calls_timed_out, calls_timed_out);
        add(&mut self.late_replies, late_replies);
        add(&mut self.requests, requests);
        add(&mut self.overloaded, overloaded);
        add(&mut self.one_way, one_way);
        add(&mut self.no_memory, no_memory);
        add(&mut self.cancelled, cancelled);
        add(&mut self.expired, expired);
        add(&mut self.strays, strays);
        add(&mut self.pings, pings);
        add(&mut self.streams, streams);
        add(&mut self.items_in, items_in);
        add(&mut self.items_out, items_out);
        add(&mut self.heartbeats_missed, heartbeats_missed);
        self
    }
}

impl Session {
    /// How many calls of this side are open, including those nobody waits for any more.
    #[must_use]
    pub fn calls_in_flight(&self) -> usize {
        match &self.state {
            State::Open(open) => open.calls(),
            State::Handshaking(_) | State::Closed(_) => 0,
        }
    }

    /// How many more calls of this side may be open now.
    #[must_use]
    pub fn calls_free(&self) -> usize {
        match &self.state {
            State::Open(open) => open.calls_free(),
            State::Handshaking(_) | State::Closed(_) => 0,
        }
    }

    /// How many calls of the peer are not answered yet.
    #[must_use]
    pub fn served_in_flight(&self) -> usize {
        match &self.state {
            State::Open(open) => open.served(),
            State::Handshaking(_) | State::Closed(_) => 0,
        }
    }

    /// What was counted so far.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.core.stats
    }
}

/// Counts one more.
pub(crate) const fn count(counter: &mut u64) {
    add(counter, 1);
}

/// Counts some more.
pub(crate) const fn add(counter: &mut u64, more: u64) {
    *counter = counter.wrapping_add(more);
}
