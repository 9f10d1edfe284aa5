//! The handle to one connection. Everything it does goes through the lock to the driver.

use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::caller::Caller;
use crate::driver::{Agreed, Command, Core, Ping, Shared, Ticket, Waiters};
use crate::error::{CloseReason, Error, NotCompared, PeerText, ProtocolDiff, SchemaDiff, Skew};
use crate::frame::reason::Reason;
use crate::noise::{Pattern, PublicKey, Suite};
use crate::peer::Peer;
use crate::protocol::Protocol;
use crate::raw::RawProtocol;
use crate::serve::Client;
use crate::session::Stats;
use crate::transport::{PeerCertificate, TlsChannel};

/// A connection to a peer. Cheap to clone.
///
/// A client's connection lives as long as one of its handles: this, or a client made from it.
/// When the last is dropped, what was sent before goes out and the connection is closed. A
/// server's connections live until either side closes them, whoever holds a handle;
/// [`Server::connected`](crate::server::Server::connected) gives them.
#[derive(Clone)]
pub struct Connection {
    handle: Arc<Handle>,
}

/// What the clones of a connection have in common.
#[derive(Debug)]
pub(crate) struct Handle {
    shared: Arc<Shared>,
    closes: bool,
}

/// How a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Security {
    /// The handshake that was run; none means that this library does not protect the connection.
    pub pattern: Option<Pattern>,
    /// The algorithms.
    pub suite: Option<Suite>,
    /// How TLS protects the connection, where it does.
    pub tls: Option<Box<TlsChannel>>,
    /// What is unique to this connection and the same on both sides: binds a token of the
    /// application to it. Of Noise it is the hash of the handshake, of TLS exported keying material.
    pub handshake_hash: Option<[u8; 32]>,
    /// The key this side proved to hold.
    pub local_key: Option<PublicKey>,
    /// The key the peer proved to hold.
    pub peer_key: Option<PublicKey>,
    /// How far the peer's clock was from this side's, if it told. A server learns it from clients
    /// with a key, their own or a shared one, a client always. More than
    /// [`Limits::clock_skew`](crate::limits::Limits::clock_skew) is logged.
    pub clock_skew: Option<Skew>,
}

impl Security {
    /// Whether nobody on the way can read or change what is sent.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.pattern.is_some() || self.tls.is_some()
    }

    /// The protocol and the algorithms alone, as text.
    #[must_use]
    pub fn cipher(&self) -> impl fmt::Display {
        Cipher(self)
    }

    /// Whether the peer proved to hold a key: its own, that of its certificate, or the shared one.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.peer_key.is_some()
            || self.pattern == Some(Pattern::NnPsk0)
            || self.certificate().is_some()
    }

    fn certificate(&self) -> Option<&PeerCertificate> {
        self.tls.as_ref()?.peer.as_ref()
    }
}

/// How a connection is protected, without who is at the other end: see [`Security::cipher`].
struct Cipher<'a>(&'a Security);

impl fmt::Display for Cipher<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tls) = &self.0.tls {
            let TlsChannel { version, suite, key_exchange, .. } = &**tls;
            write!(f, "{version} {suite} {key_exchange}")?;
        }
        match (self.0.pattern, self.0.suite) {
            (Some(pattern), Some(suite)) => {
                let inside = if self.0.tls.is_some() { ", " } else { "" };
                write!(f, "{inside}Noise_{pattern}_25519_{suite}_SHA256")?;
            }
            _ if self.0.tls.is_some() => {}
            _ => f.write_str("not encrypted")?,
        }
        Ok(())
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cipher().fmt(f)?;
        if let Some(PeerCertificate { spki_sha256, .. }) = self.certificate() {
            write!(f, ", peer certificate sha256/{}", PublicKey::from_bytes(*spki_sha256))?;
        }
        match &self.peer_key {
            Some(key) => write!(f, ", peer key {key}"),
            None if self.certificate().is_some() => Ok(()),
            None if self.is_authenticated() => f.write_str(", shared key"),
            None => f.write_str(", peer anonymous"),
        }
    }
}

/// Counters of a connection, for people and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionStats {
    /// What the session counted.
    pub session: Stats,
    /// One-way messages nothing was done with: unknown, unreadable, sent as the wrong kind, or
    /// come while the connection was being closed.
    pub dropped: u64,
    /// Calls of this side that wait for an answer.
    pub calls_in_flight: usize,
    /// Calls of the peer that are being served.
    pub served_in_flight: usize,
    /// Octets that wait to be sent.
    pub waiting_octets: usize,
}

impl ConnectionStats {
    pub(crate) fn of(shared: &Shared) -> Self {
        let dropped = shared.dropped();
        shared.with(|core| Self {
            session: core.session.stats(),
            dropped,
            calls_in_flight: core.session.calls_in_flight(),
            served_in_flight: core.session.served_in_flight(),
            waiting_octets: core.backlog(),
        })
    }
}

/// Pings are told apart across all connections of the process.
static PINGS: AtomicU64 = AtomicU64::new(1);

impl Connection {
    /// A handle; the last of a client's `closes`.
    pub(crate) fn new(shared: Arc<Shared>, closes: bool) -> Self {
        Self { handle: Arc::new(Handle { shared, closes }) }
    }

    /// The handle that is in use, or else one whose end means nothing.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        match shared.handle() {
            Some(handle) => Self { handle },
            None => Self::new(shared.clone(), false),
        }
    }

    pub(crate) fn downgrade(&self) -> Weak<Handle> {
        Arc::downgrade(&self.handle)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }

    /// The client of a protocol on this connection.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the connection does not have the protocol: this side did not offer
    /// it, or the server does not serve it. The connection goes on.
    pub fn client<C: Client>(&self) -> Result<C, Error> {
        let name = <C::Protocol as Protocol>::NAME;
        match self.shared().protocol(name) {
            Some(index) => {
                let schema = <C::Protocol as Protocol>::schema();
                Ok(C::from_caller(Caller::new(self.clone(), schema, Some(index))))
            }
            None => Err(Error::Config(
                format!("`{name}` is not in use on this connection: offer it with `.offer::<_>()`, and have the server add it").into(),
            )),
        }
    }

    /// A way to call the peer over this connection.
    ///
    /// If the peer does not have the protocol, the calls fail as unimplemented.
    #[must_use]
    pub fn caller<P: Protocol>(&self) -> Caller {
        Caller::new(self.clone(), P::schema(), self.shared().protocol(P::NAME))
    }

    /// A way to call the peer in a protocol of which no code was generated.
    ///
    /// # Errors
    ///
    /// As [`client`](Self::client).
    pub fn raw(&self, protocol: &RawProtocol) -> Result<Caller, Error> {
        match self.shared().protocol(protocol.name()) {
            Some(index) => Ok(Caller::new(self.clone(), protocol.schema(), Some(index))),
            None => Err(Error::Config(
                format!("`{}` is not in use on this connection: offer it with `.offer_raw(..)`, and have the server add it", protocol.name()).into(),
            )),
        }
    }

    /// Who is at the other end.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        self.shared().peer()
    }

    /// How the connection is protected.
    #[must_use]
    pub fn security(&self) -> Security {
        match self.shared().open() {
            Some(open) => open.security.clone(),
            None => Security::none(),
        }
    }

    /// How the schemas of the two sides differ; none if both have the same of every protocol.
    ///
    /// A client asks the server for its schema when it connects and the two are not the same; what
    /// came of that is here, as long as the connection was not refused because of it. A server does not ask.
    #[must_use]
    pub fn schema_diff(&self) -> Option<SchemaDiff> {
        if let Some(diff) = self.shared().schema_diff.get() {
            return Some(diff.as_ref().clone());
        }
        let protocols: Vec<_> = self.differing().into_iter().map(|(_, diff)| diff).collect();
        (!protocols.is_empty()).then_some(SchemaDiff { protocols })
    }

    pub(crate) fn set_schema_diff(&self, diff: SchemaDiff) {
        // Looked at once, where the connection is made.
        let _first = self.shared().schema_diff.set(Box::new(diff));
    }

    /// The protocols of which the two sides have different schemas, by their index; not compared.
    pub(crate) fn differing(&self) -> Vec<(u8, ProtocolDiff)> {
        let agreed = self.shared().open().map(|open| &open.protocols);
        let differing = |(index, agreed): (u8, &Agreed)| {
            let differing = agreed.differing.as_deref()?;
            let diff = ProtocolDiff {
                protocol: agreed.name.to_owned(),
                ours: differing.ours,
                theirs: differing.theirs,
                comparison: Err(NotCompared::NotAsked),
            };
            Some((index, diff))
        };
        (0..).zip(agreed.into_iter().flatten()).filter_map(differing).collect()
    }

    /// Closes a connection that was opened and is of no use after all.
    pub(crate) fn refuse(&self, error: &Error, text: &str) {
        self.shared().with(|core| core.session.close(error.reason(), text));
        self.shared().signal.ring();
    }

    /// The failure of a connection that ended meanwhile.
    pub(crate) fn still_open(&self) -> Result<(), Error> {
        match self.shared().with(|core| core.end.clone()) {
            Some(reason) => Err(reason.into()),
            None => Ok(()),
        }
    }

    /// How long the peer takes to answer, at this moment.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] or the failure if the connection is over; [`Error::Call`] if more pings
    /// are sent than the peer may be asked to answer.
    pub async fn ping(&self) -> Result<Duration, Error> {
        let mut ping = PingGuard { shared: self.shared(), token: None };
        poll_fn(|task| {
            let shared = ping.shared;
            let (polled, _replaced) = shared.with(|core| {
                let Some(token) = ping.token else {
                    let token = PINGS.fetch_add(1, Ordering::Relaxed);
                    let sent = shared.now();
                    if let Err(refused) = core.session.ping(sent, token) {
                        return (Poll::Ready(Err(refused.into())), None);
                    }
                    core.pings.push(Ping {
                        token,
                        sent,
                        waker: task.waker().clone(),
                        answered: None,
                    });
                    ping.token = Some(token);
                    return (Poll::Pending, None);
                };
                let Some(at) = core.pings.iter().position(|ping| ping.token == token) else {
                    return (Poll::Ready(Err(core.ended())), None);
                };
                match core.pings.get_mut(at) {
                    Some(Ping { answered: None, waker, .. }) if core.end.is_none() => {
                        let replaced = std::mem::replace(waker, task.waker().clone());
                        (Poll::Pending, Some(replaced))
                    }
                    Some(Ping { answered: Some(answered), sent, .. }) => {
                        (Poll::Ready(Ok(answered.saturating_duration_since(*sent))), None)
                    }
                    Some(Ping { answered: None, .. }) | None => {
                        (Poll::Ready(Err(core.ended())), None)
                    }
                }
            });
            shared.signal.ring();
            polled
        })
        .await
    }

    /// Says goodbye and closes. What was sent before goes out first; calls in flight fail.
    ///
    /// Done when the connection is closed; more than once does no harm.
    pub async fn close(&self) {
        self.shared().command(Command::Close);
        self.closed().await;
    }

    /// Waits for the end of the connection, and says how it came.
    pub async fn closed(&self) -> CloseReason {
        let mut waiting = Waiting::new(self.shared(), |core| &mut core.closing);
        poll_fn(|task| {
            let (reason, _replaced) = waiting.shared.with(|core| match &core.end {
                Some(reason) => (Some(reason.clone()), None),
                None => (None, waiting.wait(core, task.waker())),
            });
            reason.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Waits until no call can be made any more, because the connection is over or the peer takes no
    /// more, and says why.
    pub(crate) async fn leaving(&self) -> Error {
        let mut waiting = Waiting::new(self.shared(), |core| &mut core.closing);
        poll_fn(|task| {
            let (error, _replaced) = waiting.shared.with(|core| match &core.end {
                Some(reason) => (Some(Error::Closed(Box::new(reason.clone()))), None),
                None if core.going_away => {
                    let (reason, text) = (Reason::ShuttingDown, PeerText::default());
                    let reason = CloseReason::Peer { reason, text };
                    (Some(Error::Closed(Box::new(reason))), None)
                }
                None => (None, waiting.wait(core, task.waker())),
            });
            error.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// How many calls of this side are in flight; none if no more can be made.
    pub(crate) fn load(&self) -> Option<usize> {
        self.shared().with(|core| {
            let over = core.going_away || core.session.close_reason().is_some();
            (!over).then(|| core.session.calls_in_flight())
        })
    }

    /// Waits until the handshake is done.
    pub(crate) async fn opened(&self) -> Result<(), Error> {
        let mut waiting = Waiting::new(self.shared(), |core| &mut core.opening);
        poll_fn(|task| {
            let shared = waiting.shared;
            let (polled, _replaced) = shared.with(|core| match &core.end {
                _ if shared.open().is_some() => (Poll::Ready(Ok(())), None),
                Some(reason) => (Poll::Ready(Err(reason.clone().into())), None),
                None => (Poll::Pending, waiting.wait(core, task.waker())),
            });
            polled
        })
        .await
    }

    /// Counters.
    #[must_use]
    pub fn stats(&self) -> ConnectionStats {
        ConnectionStats::of(self.shared())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("peer", self.peer()).finish_non_exhaustive()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.closes {
            self.shared.command(Command::Close);
        }
    }
}

impl Security {
    pub(crate) const fn none() -> Self {
        Self {
            pattern: None,
            suite: None,
            tls: None,
            handshake_hash: None,
            local_key: None,
            peer_key: None,
            clock_skew: None,
        }
    }
}

/// A place among those who wait for the handshake or the end, given back when dropped.
struct Waiting<'a> {
    shared: &'a Shared,
    line: fn(&mut Core) -> &mut Waiters,
    ticket: Option<Ticket>,
}

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared, line: fn(&mut Core) -> &mut Waiters) -> Self {
        Self { shared, line, ticket: None }
    }

    #[must_use]
    fn wait(&mut self, core: &mut Core, waker: &Waker) -> Option<Waker> {
        (self.line)(core).wait(&mut self.ticket, waker, None)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = &self.ticket {
            let _waker = self.shared.with(|core| (self.line)(core).leave(ticket));
        }
    }
}

/// A ping, forgotten when dropped.
struct PingGuard<'a> {
    shared: &'a Shared,
    token: Option<u64>,
}

impl Drop for PingGuard<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token {
            let _ping = self.shared.with(|core| {
                let at = core.pings.iter().position(|ping| ping.token == token)?;
                Some(core.pings.swap_remove(at))
            });
        }
    }
}
