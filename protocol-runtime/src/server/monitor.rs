//! A look at a server and each of its connections, for pages, probes and tools. Never keeps a server
//! or a connection going, and never waits for one.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::accept::Stop;
use super::{Inner, Server, ServerStats};
use crate::connection::{ConnectionStats, Security};
use crate::driver::{self, Shared};
use crate::peer::Peer;

/// Shows what a server does, for as long as there is one: see [`Server::monitor`].
#[derive(Clone)]
pub struct Monitor {
    inner: Weak<Inner>,
    address: Arc<str>,
}

/// How far a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// It takes connections.
    Serving,
    /// It takes none any more, and lets handlers finish.
    Draining,
    /// Nothing of it runs any more, or nobody holds it.
    Stopped,
}

/// A server at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerState {
    /// Where it listens.
    pub address: Arc<str>,
    /// How far it is.
    pub phase: Phase,
    /// What it counts.
    pub stats: ServerStats,
    /// Its connections, oldest first, as many as were asked for.
    pub connections: Vec<ConnectionState>,
}

/// A connection at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectionState {
    /// Who is at the other end, and what carries the connection.
    pub peer: Peer,
    /// How it is protected; nothing of it is known before the handshake is done.
    pub security: Security,
    /// How long it has been there.
    pub age: Duration,
    /// Whether the peer was let in.
    pub let_in: bool,
    /// What it counts.
    pub stats: ConnectionStats,
}

impl Phase {
    /// As it is shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Monitor {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self { inner: Arc::downgrade(inner), address: inner.address.as_str().into() }
    }

    /// Where the server listens, or did.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How far the server is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.inner.upgrade().map_or(Phase::Stopped, |inner| inner.phase())
    }

    /// The server with its oldest connections, at most `max` of them. Of one that has stopped only the
    /// address is left.
    ///
    /// It reads what is counted anyway. The lock of each connection is taken once, for as long as that takes.
    #[must_use]
    pub fn look(&self, max: usize) -> ServerState {
        let address = self.address.clone();
        let Some(inner) = self.inner.upgrade() else {
            let (stats, connections) = (ServerStats::default(), Vec::new());
            return ServerState { address, phase: Phase::Stopped, stats, connections };
        };
        let now = driver::now();
        let list = inner.registry.list(max).into_iter();
        let connections = list.map(|(since, let_in, shared)| {
            ConnectionState::of(&shared, now.saturating_duration_since(since), let_in)
        });
        ServerState {
            address,
            phase: inner.phase(),
            connections: connections.collect(),
            stats: ServerStats::of(&inner.registry),
        }
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Inner {
    fn phase(&self) -> Phase {
        let running = *self.stop.borrow() == Stop::Running;
        match self.stop.is_closed() {
            true => Phase::Stopped,
            false if running => Phase::Serving,
            false => Phase::Draining,
        }
    }
}

impl ConnectionState {
    fn of(shared: &Shared, age: Duration, let_in: bool) -> Self {
        let open = shared.open();
        Self {
            peer: shared.peer().clone(),
            security: open.map_or_else(Security::none, |open| open.security.clone()),
            age,
            let_in,
            stats: ConnectionStats::of(shared),
        }
    }
}

impl Server {
    /// What shows this server to others without keeping it: pages, probes, tools.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        Monitor::new(&self.inner)
    }
}
