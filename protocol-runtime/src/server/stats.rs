//! What a server has done and is doing, as one look at it finds.

use std::sync::Arc;

use super::registry::Registry;
use crate::connection::ConnectionStats;
use crate::driver::Shared;
use crate::session::Stats;

/// A look at a server at work. Taking it stops nothing; what happens meanwhile may be in it or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStats {
    /// Connections that are open, those in their handshake included.
    pub connections: usize,
    /// Connections whose handshake is not done, or whose peer is not let in yet.
    pub half_open: usize,
    /// Connections that had a place, since the server started.
    pub accepted: u64,
    /// Connections there was no place for, since the server started.
    pub refused: u64,
    /// Calls of clients, streams among them, that were still served when a shutdown's time was over:
    /// they were cut, and their callers lost them.
    pub cut: u64,
    /// Times that the listener failed to give the next connection.
    pub accept_errors: u64,
    /// Calls of clients that are being served.
    pub served_in_flight: usize,
    /// Calls to clients that wait for an answer.
    pub calls_in_flight: usize,
    /// Octets that wait to be sent.
    pub waiting_octets: usize,
    /// One-way messages that nothing was done with, since the server started.
    pub dropped: u64,
    /// What all connections have counted together, since the server started.
    pub session: Stats,
}

/// What the registry knows at one moment.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) past: Past,
    pub(super) connections: usize,
    pub(super) half_open: usize,
    pub(super) open: Vec<Arc<Shared>>,
}

/// What is left of connections that are over.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past {
    pub(super) accepted: u64,
    pub(super) refused: u64,
    pub(super) cut: u64,
    pub(super) accept_errors: u64,
    dropped: u64,
    session: Stats,
}

impl Past {
    /// One more connection is over.
    pub(super) fn add(&mut self, last: &ConnectionStats) {
        self.dropped = self.dropped.wrapping_add(last.dropped);
        self.session = self.session.plus(last.session);
    }
}

impl ServerStats {
    pub(super) fn of(registry: &Registry) -> Self {
        let Look { past, connections, half_open, open } = registry.look();
        let mut stats = Self {
            connections,
            half_open,
            accepted: past.accepted,
            refused: past.refused,
            cut: past.cut,
            accept_errors: past.accept_errors,
            dropped: past.dropped,
            session: past.session,
            ..Self::default()
        };
        for shared in open {
            let one = ConnectionStats::of(&shared);
            stats.served_in_flight = stats.served_in_flight.saturating_add(one.served_in_flight);
            stats.calls_in_flight = stats.calls_in_flight.saturating_add(one.calls_in_flight);
            stats.waiting_octets = stats.waiting_octets.saturating_add(one.waiting_octets);
            stats.dropped = stats.dropped.wrapping_add(one.dropped);
            stats.session = stats.session.plus(one.session);
        }
        stats
    }
}
