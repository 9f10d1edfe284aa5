//! What there is to show, gathered at one moment, and the same as JSON.

use serde_json::{Value, json};

use super::Seen;
use crate::{ConnectionState, ServerState};

/// What an endpoint shows at one moment.
pub(super) struct Live {
    pub(super) servers: Vec<ServerState>,
    /// None if nobody counts them.
    pub(super) messages: Option<Vec<MessageCounts>>,
}

/// How often a message was called or handled, and how long that took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageCounts {
    /// Which end of the calls: `caller` or `handler`.
    pub(super) side: String,
    pub(super) protocol: String,
    pub(super) message: String,
    pub(super) ok: u64,
    pub(super) failed: u64,
    /// Half of them took no longer, in microseconds; and so on.
    pub(super) p50_us: u64,
    pub(super) p90_us: u64,
    pub(super) p99_us: u64,
    pub(super) max_us: u64,
}

impl Live {
    /// Looks at everything, and of each server at so many connections.
    pub(super) fn of(seen: &Seen, connections: usize) -> Self {
        #[cfg(feature = "prometheus")]
        let messages = seen.metrics.as_ref().map(super::Metrics::messages);
        #[cfg(not(feature = "prometheus"))]
        let messages = None;
        let servers = seen.servers.iter().map(|server| server.look(connections)).collect();
        Self { servers, messages }
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let messages = self
            .messages
            .as_ref()
            .map(|all| all.iter().map(MessageCounts::json).collect::<Vec<_>>());
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "servers": self.servers.iter().map(server).collect::<Vec<_>>(),
            "messages": messages,
        })
    }
}

/// How many connections of a server are not among those that are shown.
pub(super) fn left_out(server: &ServerState) -> usize {
    server.stats.connections.saturating_sub(server.connections.len())
}

fn server(server: &ServerState) -> Value {
    let (stats, session) = (&server.stats, &server.stats.session);
    json!({
        "address": &*server.address,
        "phase": server.phase.name(),
        "connections_open": stats.connections,
        "connections_half_open": stats.half_open,
        "connections_accepted": stats.accepted,
        "connections_refused": stats.refused,
        "accept_errors": stats.accept_errors,
        "served_in_flight": stats.served_in_flight,
        "calls_in_flight": stats.calls_in_flight,
        "calls_served": session.requests,
        "calls_made": session.calls,
        "calls_overloaded": session.overloaded,
        "calls_expired": session.expired,
        "calls_cut": stats.cut,
        "one_way_received": session.one_way,
        "one_way_dropped": stats.dropped,
        "octets_in": session.octets_in,
        "octets_out": session.octets_out,
        "octets_waiting": stats.waiting_octets,
        "connections": server.connections.iter().map(connection).collect::<Vec<_>>(),
        "connections_left_out": left_out(server),
    })
}

fn connection(connection: &ConnectionState) -> Value {
    let ConnectionState { peer, security, age, let_in, stats, .. } = connection;
    json!({
        "peer": peer.identity().to_string(),
        "principal": peer.principal(),
        "address": peer.address(),
        "transport": peer.transport(),
        "cipher": let_in.then(|| security.cipher().to_string()),
        "age_ms": u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        "let_in": let_in,
        "served_in_flight": stats.served_in_flight,
        "calls_in_flight": stats.calls_in_flight,
        "calls_served": stats.session.requests,
        "octets_in": stats.session.octets_in,
        "octets_out": stats.session.octets_out,
        "octets_waiting": stats.waiting_octets,
    })
}

impl MessageCounts {
    fn json(&self) -> Value {
        json!({
            "side": self.side,
            "protocol": self.protocol,
            "message": self.message,
            "ok": self.ok,
            "failed": self.failed,
            "p50_us": self.p50_us,
            "p90_us": self.p90_us,
            "p99_us": self.p99_us,
            "max_us": self.max_us,
        })
    }
}
