//! Who is connected. A place is taken before anything is spent on a connection, and given back by
//! dropping it, so that no panic can keep one.
//!
//! Until a peer is let in its connection is *half-open*, also while it is told that it was not. There
//! are few places for such connections. When they are taken, the newcomer gets the place of the
//! oldest one of the source that has most of them: an honest peer is done with its handshake in
//! milliseconds, and who opens connections to keep them half-open takes the place from himself. Only
//! connections that are let in fill a server for good.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::sources::{Exempt, Refusal, Source, Sources};
use super::stats::{Look, Past};
use super::throttle::Throttle;
use crate::connection::ConnectionStats;
use crate::driver::{self, Command, HalfOpen, Shared};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::peer::Peer;

/// The connections of a server.
#[derive(Debug)]
pub(super) struct Registry {
    exempt: Exempt,
    connections_max: usize,
    half_open_max: usize,
    connections: Mutex<Connections>,
    refusals: Arc<AtomicUsize>,
    /// What is said of peers that were not let in.
    log: Mutex<Throttle>,
}

#[derive(Debug)]
struct Connections {
    next: u64,
    open: BTreeMap<u64, Guest>,
    half_open: usize,
    sources: Sources,
    past: Past,
}

#[derive(Debug)]
struct Guest {
    /// What it is counted for.
    source: Option<Source>,
    since: Instant,
    half_open: bool,
    /// None until there is something to send away.
    shared: Option<Arc<Shared>>,
}

/// A connection's place. Gives it back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    number: u64,
    shared: OnceLock<Arc<Shared>>,
}

/// The handshake of a connection.
struct Handshake {
    registry: Arc<Registry>,
    number: u64,
}

/// One of a count. Gives it back when dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<AtomicUsize>);

impl Registry {
    pub(super) fn new(limits: &Limits, exempt: Exempt) -> Self {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            exempt,
            connections_max: count(limits.connections()),
            half_open_max: count(limits.half_open()),
            connections: Mutex::new(Connections {
                next: 0,
                open: BTreeMap::new(),
                half_open: 0,
                sources: Sources::new(limits),
                past: Past::default(),
            }),
            refusals: Arc::default(),
            log: Mutex::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Takes a place for a connection from there, which is half-open from now on.
    pub(super) fn admit(
        self: &Arc<Self>,
        ip: Option<IpAddr>,
        now: Instant,
    ) -> Result<Place, Refusal> {
        let source = ip.and_then(|ip| self.exempt.source(ip));
        let mut connections = self.lock();
        if let Some(source) = source {
            connections.sources.check(source, now)?;
        }
        let full = if connections.open.len() >= self.connections_max {
            Some("connections")
        } else {
            (connections.half_open >= self.half_open_max).then_some("half_open")
        };
        let mut gone = None;
        if let Some(limit) = full {
            let Some(number) = connections.sources.gives_way(source) else {
                return Err(Refusal { limit, retry_after: None });
            };
            gone = connections.remove(number, now);
        }
        let number = connections.enter(source, now);
        drop(connections);
        if let Some(shared) = gone.and_then(|guest| guest.shared) {
            shared.with(|core| core.session.close(Reason::Busy, ""));
            shared.command(Command::Cut);
        }
        Ok(Place { registry: self.clone(), number, shared: OnceLock::new() })
    }

    /// One more connection being refused, unless there are `max`.
    pub(super) fn refusal(&self, max: usize) -> Option<Permit> {
        Permit::take(&self.refusals, max)
    }

    /// Whether the log may say that a peer was not let in: how many were left out before it.
    pub(super) fn note(&self, now: Instant) -> Option<u64> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).pass(now)
    }

    /// What there is at this moment.
    pub(super) fn look(&self) -> Look {
        let connections = self.lock();
        let open = connections.open.values().filter_map(|guest| guest.shared.clone()).collect();
        Look {
            past: connections.past,
            connections: connections.open.len(),
            half_open: connections.half_open,
            open,
        }
    }

    /// The first `max` connections, oldest first, since when they are there, and whether their peers
    /// were let in.
    pub(super) fn list(&self, max: usize) -> Vec<(Instant, bool, Arc<Shared>)> {
        let connections = self.lock();
        let seen = connections
            .open
            .values()
            .filter_map(|guest| Some((guest.since, !guest.half_open, guest.shared.clone()?)));
        seen.take(max).collect()
    }

    /// The listener failed to give a connection.
    pub(super) fn accept_failed(&self) {
        let past = &mut self.lock().past;
        past.accept_errors = past.accept_errors.wrapping_add(1);
    }

    /// There was no place for a connection.
    pub(super) fn refused(&self) {
        let past = &mut self.lock().past;
        past.refused = past.refused.wrapping_add(1);
    }

    /// Tells every connection.
    pub(super) fn command(&self, command: Command) {
        for shared in self.all() {
            shared.command(command);
        }
    }

    /// Sends every peer away that may not stay.
    pub(super) fn expel(&self, stays: impl Fn(&Peer) -> bool) {
        for shared in self.all() {
            if shared.expel(&stays) {
                let peer = shared.peer();
                let (peer, address) = (peer.identity(), peer.address());
                tracing::warn!(%peer, %address, "the allow-list has the peer no longer as it was");
            }
        }
    }

    /// The connections whose peers were let in, oldest first.
    pub(super) fn let_in(&self) -> Vec<Arc<Shared>> {
        let connections = self.lock();
        let let_in = connections.open.values().filter(|guest| !guest.half_open);
        let_in.filter_map(|guest| guest.shared.clone()).collect()
    }

    /// The time for finishing is over: cuts every connection, and counts the calls that are cut.
    pub(super) fn cut(&self) -> u64 {
        let all = self.all();
        let served = all.iter().map(|shared| shared.with(|core| core.session.served_in_flight()));
        let served = served.map(|calls| u64::try_from(calls).unwrap_or(u64::MAX));
        let calls = served.fold(0, u64::saturating_add);
        let past = &mut self.lock().past;
        past.cut = past.cut.wrapping_add(calls);
        all.iter().for_each(|shared| shared.command(Command::Cut));
        calls
    }

    fn all(&self) -> Vec<Arc<Shared>> {
        self.lock().open.values().filter_map(|guest| guest.shared.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    fn enter(&mut self, source: Option<Source>, now: Instant) -> u64 {
        let number = self.next;
        self.next = number.wrapping_add(1);
        self.past.accepted = self.past.accepted.wrapping_add(1);
        let source = source.filter(|source| self.sources.enter(*source, number, now));
        self.open.insert(number, Guest { source, since: now, half_open: true, shared: None });
        self.half_open = self.half_open.saturating_add(1);
        number
    }

    fn opened(&mut self, number: u64) {
        let Some(guest) = self.open.get_mut(&number).filter(|guest| guest.half_open) else {
            return;
        };
        guest.half_open = false;
        self.half_open = self.half_open.saturating_sub(1);
        if let Some(source) = guest.source {
            self.sources.opened(source, number);
        }
    }

    fn remove(&mut self, number: u64, now: Instant) -> Option<Guest> {
        let guest = self.open.remove(&number)?;
        if guest.half_open {
            self.half_open = self.half_open.saturating_sub(1);
        }
        if let Some(source) = guest.source {
            if guest.half_open {
                self.sources.failed(source, number, now);
            }
            self.sources.closed(source, now);
        }
        Some(guest)
    }
}

impl Place {
    /// Says what to tell when the connection has to go.
    pub(super) fn enter(&self, shared: Arc<Shared>) {
        // A place is entered once.
        let _first = self.shared.set(shared.clone());
        if let Some(guest) = self.registry.lock().open.get_mut(&self.number) {
            guest.shared = Some(shared);
        }
    }

    /// What the driver tells of the handshake.
    pub(super) fn handshake(&self) -> Box<dyn HalfOpen> {
        Box::new(Handshake { registry: self.registry.clone(), number: self.number })
    }
}

impl HalfOpen for Handshake {
    fn opened(&self) {
        self.registry.lock().opened(self.number);
    }

    fn note(&self, now: Instant) -> Option<u64> {
        self.registry.note(now)
    }
}

impl Refusal {
    /// When to try again: not at once.
    pub(super) fn retry_after(self, least: Duration) -> Duration {
        self.retry_after.unwrap_or(least).max(least)
    }
}

impl Permit {
    fn take(count: &Arc<AtomicUsize>, max: usize) -> Option<Self> {
        let more = |taken: usize| (taken < max).then(|| taken.saturating_add(1));
        count.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Self(count.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let now = driver::now();
        // The lock of a connection is never taken under that of the registry.
        let last = self.shared.get().map(|shared| ConnectionStats::of(shared));
        let mut connections = self.registry.lock();
        let guest = connections.remove(self.number, now);
        if let Some(last) = last {
            connections.past.add(&last);
        }
        drop(connections);
        // What is left of the connection is dropped after the lock.
        drop(guest);
    }
}
