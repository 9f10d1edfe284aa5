//! What comes from where, in numbers: connections, unfinished handshakes, and handshakes that failed
//! a short while ago. Time is an argument; nothing here is read, written, locked or logged.
//!
//! *Failures* of a source are one moment: when the last of them is forgotten. Each failure moves it
//! on by a share of [`Limits::failure_memory`], so that as many as are allowed are forgotten in that
//! time, one after the other.
//!
//! *The table* has room for [`Limits::sources`] sources and never grows beyond that. A source without
//! a connection leaves it when its failures are forgotten. If there is no room for another, the one
//! leaves whose failures would be forgotten first; who rotates through many addresses so drives out
//! his own, and gains nothing that the new address does not give him anyway. A source with a
//! connection never leaves. If each has one, the newcomer is let in and not counted: to refuse it
//! would let those who fill the table lock everybody else out, and the limits on all sources together
//! hold for it.
//!
//! [`Limits::failure_memory`]: crate::limits::Limits::failure_memory
//! [`Limits::sources`]: crate::limits::Limits::sources

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use super::networks::Network;
use crate::limits::Limits;

/// Whom a limit on sources takes for one: an address of IPv4, or the network of an IPv6 address that
/// one subscriber has to himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    V4(Ipv4Addr),
    /// The first 64 bits.
    V6([u16; 4]),
}

/// Whose connections are not counted by source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exempt {
    pub(super) loopback: bool,
    pub(super) networks: Vec<Network>,
}

/// The sources of a server's connections.
#[derive(Debug)]
pub(super) struct Sources {
    table: BTreeMap<Source, Entry>,
    /// Sources without a connection, by when their failures are forgotten.
    idle: BTreeSet<(Instant, Source)>,
    /// Sources with unfinished handshakes: by their number, then by the age of the oldest.
    crowds: BTreeSet<(usize, Reverse<u64>, Source)>,
    sources_max: usize,
    connections_max: usize,
    half_open_max: usize,
    /// How long one failure counts.
    forget: Duration,
}

#[derive(Debug)]
struct Entry {
    connections: usize,
    /// The numbers of connections whose handshake is unfinished.
    half_open: BTreeSet<u64>,
    /// When all failures are forgotten.
    forgotten: Instant,
}

/// A limit on one source does not allow another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The name of the limit.
    pub(super) limit: &'static str,
    /// When there may be room, if time alone makes it.
    pub(super) retry_after: Option<Duration>,
}

/// Expired sources that leave for each that comes.
const LEAVE: usize = 2;

impl Source {
    pub(super) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl Exempt {
    /// What a connection from there counts for; `None` if it is not counted.
    pub(super) fn source(&self, ip: IpAddr) -> Option<Source> {
        let ip = ip.to_canonical();
        let loopback = self.loopback && ip.is_loopback();
        let trusted = || self.networks.iter().any(|network| network.contains(ip));
        (!loopback && !trusted()).then(|| Source::of(ip))
    }
}

impl Sources {
    pub(super) fn new(limits: &Limits) -> Self {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            table: BTreeMap::new(),
            idle: BTreeSet::new(),
            crowds: BTreeSet::new(),
            sources_max: count(limits.sources()),
            connections_max: count(limits.connections_per_source()),
            half_open_max: count(limits.half_open_per_source()),
            // At least something, so that failures have an order in time.
            forget: (limits.failure_memory() / limits.half_open_per_source().max(1))
                .max(Duration::from_nanos(1)),
        }
    }

    /// Whether a source may have another connection.
    pub(super) fn check(&self, source: Source, now: Instant) -> Result<(), Refusal> {
        let Some(entry) = self.table.get(&source) else { return Ok(()) };
        if entry.connections >= self.connections_max {
            return Err(Refusal { limit: "connections_per_source", retry_after: None });
        }
        let left = entry.forgotten.saturating_duration_since(now).as_nanos();
        let failures = left.div_ceil(self.forget.as_nanos());
        let room = self.half_open_max.saturating_sub(entry.half_open.len());
        if u128::try_from(room).is_ok_and(|room| failures < room) {
            return Ok(());
        }
        // The failure that is forgotten first has what is left over the others.
        let oldest = left.saturating_sub(failures.saturating_sub(1) * self.forget.as_nanos());
        let nanos = u64::try_from(oldest).unwrap_or(u64::MAX);
        let retry_after = (failures > 0).then(|| Duration::from_nanos(nanos));
        Err(Refusal { limit: "half_open_per_source", retry_after })
    }

    /// Enters a connection that begins its handshake. False if the table is full of sources that
    /// have to stay: the connection is not counted, and nothing more is to be said of it.
    pub(super) fn enter(&mut self, source: Source, number: u64, now: Instant) -> bool {
        for _ in 0..LEAVE {
            let expired = self.idle.first().is_some_and(|(forgotten, _)| *forgotten <= now);
            if !expired || !self.leave() {
                break;
            }
        }
        let known = self.table.contains_key(&source);
        if !known && self.table.len() >= self.sources_max && !self.leave() {
            return false;
        }
        let entry = self.table.entry(source).or_insert_with(|| Entry {
            connections: 0,
            half_open: BTreeSet::new(),
            forgotten: now,
        });
        self.idle.remove(&(entry.forgotten, source));
        entry.connections = entry.connections.saturating_add(1);
        self.crowd(source, |half_open| half_open.insert(number));
        true
    }

    /// A handshake is done.
    pub(super) fn opened(&mut self, source: Source, number: u64) {
        self.crowd(source, |half_open| half_open.remove(&number));
    }

    /// A handshake will not be done.
    pub(super) fn failed(&mut self, source: Source, number: u64, now: Instant) {
        self.crowd(source, |half_open| half_open.remove(&number));
        if let Some(entry) = self.table.get_mut(&source) {
            let from = entry.forgotten.max(now);
            entry.forgotten = from.checked_add(self.forget).unwrap_or(from);
        }
    }

    /// A connection is gone. Its handshake was said to be done, or to have failed.
    pub(super) fn closed(&mut self, source: Source, now: Instant) {
        let Some(entry) = self.table.get_mut(&source) else { return };
        entry.connections = entry.connections.saturating_sub(1);
        if entry.connections > 0 {
            return;
        }
        if entry.forgotten > now {
            self.idle.insert((entry.forgotten, source));
        } else {
            self.table.remove(&source);
        }
    }

    /// Whose handshake gives way to a new one from `newcomer`, if one has to: the oldest of the
    /// source that has most of them, the newcomer counted in. `None` if no source has any.
    pub(super) fn gives_way(&self, newcomer: Option<Source>) -> Option<u64> {
        let (most, Reverse(oldest), _) = *self.crowds.last()?;
        let own = newcomer.and_then(|source| self.table.get(&source));
        let own = own.filter(|entry| entry.half_open.len() >= most);
        Some(own.and_then(|entry| entry.half_open.first()).copied().unwrap_or(oldest))
    }

    /// How many sources are in the table.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Lets the source go whose failures are forgotten first. False if there is none to let go.
    fn leave(&mut self) -> bool {
        let Some((_, source)) = self.idle.pop_first() else { return false };
        self.table.remove(&source);
        true
    }

    /// Changes the unfinished handshakes of a source, and keeps its place among the others.
    fn crowd(&mut self, source: Source, change: impl FnOnce(&mut BTreeSet<u64>) -> bool) {
        let Some(entry) = self.table.get_mut(&source) else { return };
        if let Some(oldest) = entry.half_open.first() {
            self.crowds.remove(&(entry.half_open.len(), Reverse(*oldest), source));
        }
        change(&mut entry.half_open);
        if let Some(oldest) = entry.half_open.first() {
            self.crowds.insert((entry.half_open.len(), Reverse(*oldest), source));
        }
    }
}
