//! The accept loop of a listener. It never ends because of an error and never spins on one; it
//! awaits no connection, so a slow one holds up nobody.
#![expect(
    clippy::disallowed_methods,
    reason = "the pause after an error and the limit of a shutdown"
)]

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use super::authority::Authority;
use super::certificate;
use super::registry::{Place, Registry};
use crate::connection::Connection;
use crate::driver::{self, Command, Driver, Service, Shared};
use crate::error::{Error, Rejected};
use crate::frame::preface::{FORMAT_MAX, FORMAT_MIN};
use crate::frame::reason::Reason;
use crate::frame::unit::put_reject;
use crate::limits::Limits;
use crate::measure;
use crate::noise::{OsRandom, Suite};
use crate::peer::Peer;
use crate::session::{CompressionOffer, Config, MessageMemory, Security, Session};
use crate::setup::ServerSetup;
use crate::transport::{Incoming, Listener, LocalUsers, Stream, TlsServer};

/// Whether a server goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Running,
    /// It is to stop, at the latest then; `None` is the end of time.
    By(Option<Instant>),
}

/// A listener, and what its connections are made with.
pub(super) struct Acceptor {
    listener: Listener,
    registry: Arc<Registry>,
    plan: Plan,
    authority: Authority,
    tasks: JoinSet<()>,
    refusals: JoinSet<()>,
}

/// What each connection of a server is made with.
pub(super) struct Plan {
    pub(super) services: Arc<[Arc<dyn Service>]>,
    pub(super) setup: ServerSetup,
    pub(super) limits: Arc<Limits>,
    pub(super) response_timeout: Duration,
    pub(super) compression: CompressionOffer,
    /// For large messages of all connections.
    pub(super) memory: MessageMemory,
    /// Who may come in over a local socket.
    pub(super) users: LocalUsers,
    /// What follows its files while the server runs.
    pub(super) tls: Option<TlsServer>,
}

/// A connection, which has its place for as long as its driver runs.
///
/// Not an `async` block, because one that awaits a driver takes twice the memory of it.
struct Hosted {
    driver: Driver,
    _held: (Place, Connection),
}

/// The first pause after an error, doubled with each that follows.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest pause after an error.
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// Connections that are told of their refusal at a time, and given the time to read it.
const REFUSALS_MAX: usize = 64;
/// With more than those they have this long, and beyond so many they are closed without a word.
const HURRIED: Duration = Duration::from_millis(100);
const HURRIED_MAX: usize = 1_024;
/// When somebody who was refused may try again, at the earliest.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Stop {
    /// Stops by the earlier of the two. Says whether that changed anything.
    pub(super) fn by(&mut self, by: Option<Instant>) -> bool {
        let sooner = match (*self, by) {
            (Self::Running, by) => Self::By(by),
            (Self::By(Some(first)), Some(by)) => Self::By(Some(first.min(by))),
            (Self::By(first), by) => Self::By(first.or(by)),
        };
        let changed = sooner != *self;
        *self = sooner;
        changed
    }
}

impl Future for Hosted {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.driver).poll(task)
    }
}

impl Acceptor {
    pub(super) fn new(
        listener: Listener,
        registry: Arc<Registry>,
        plan: Plan,
        authority: Authority,
    ) -> Self {
        let (tasks, refusals) = (JoinSet::new(), JoinSet::new());
        Self { listener, registry, plan, authority, tasks, refusals }
    }

    /// Accepts until it is told to stop, and returns when no connection is left.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<Stop>) {
        let mut watch = self.authority.watch(self.registry.clone());
        if let Some(tls) = self.plan.tls.take() {
            watch.spawn(certificate::keep(tls, self.listener.address().to_string()));
        }
        let mut failures: u32 = 0;
        let mut resume = None;
        loop {
            tokio::select! {
                biased;
                // An error means that the last handle is gone.
                _ = stop.changed() => break,
                Some(_ended) = self.tasks.join_next() => {}
                Some(_ended) = self.refusals.join_next() => {}
                incoming = next(&mut self.listener, resume) => match incoming {
                    Ok(incoming) => {
                        (failures, resume) = (0, None);
                        self.admit(incoming);
                    }
                    Err(error) => {
                        self.registry.accept_failed();
                        measure::accept_failed();
                        resume = driver::now().checked_add(pause(failures));
                        failures = failures.saturating_add(1);
                        tracing::warn!(%error, failures, "cannot accept a connection");
                    }
                },
            }
        }
        let Self { listener, registry, tasks, refusals, .. } = self;
        tracing::info!(address = %listener.address(), "stopped listening");
        drop((listener, refusals));
        registry.command(Command::Drain);
        drain(tasks, &registry, stop).await;
        end(watch).await;
    }

    /// Starts a connection, if there is room for it.
    fn admit(&mut self, incoming: Incoming) {
        let now = driver::now();
        if let Some(local) = incoming.local
            && !self.plan.users.allow(&local)
        {
            self.registry.refused();
            measure::connection_refused("local_users");
            if let Some(left_out) = self.registry.note(now) {
                tracing::warn!(%local, left_out, "connection refused: not a user who may come in");
            }
            self.refuse(incoming.stream, Reason::Unauthorized, None);
            return;
        }
        let place = match self.registry.admit(incoming.ip, now) {
            Ok(place) => place,
            Err(refusal) => {
                self.registry.refused();
                measure::connection_refused(refusal.limit);
                if let Some(left_out) = self.registry.note(now) {
                    let (address, limit) = (&incoming.from, refusal.limit);
                    tracing::warn!(%address, limit, left_out, "connection refused: too many");
                }
                let after = Some(refusal.retry_after(RETRY_AFTER));
                self.refuse(incoming.stream, Reason::Busy, after);
                return;
            }
        };
        match self.start(incoming, place) {
            Ok(()) => {}
            Err(error) => tracing::error!(%error, "cannot start a connection"),
        }
    }

    fn start(&mut self, incoming: Incoming, place: Place) -> Result<(), Error> {
        let Incoming { stream, from, local, .. } = incoming;
        let Plan { services, setup, limits, response_timeout, compression, memory, .. } =
            &self.plan;
        let config = Config {
            security: Security::Server(setup.security.clone()),
            suite: Suite::auto(),
            offers: services.iter().map(|service| service.offer()).collect(),
            limits: limits.clone(),
            unix_ms: setup.time.unix_ms(),
            clock: setup.clock,
            shapes: services.iter().map(|service| service.shapes()).collect(),
            compression: *compression,
            memory: memory.clone(),
        };
        let session = Session::new(config, Box::new(OsRandom), driver::now())?;
        let stranger = Peer::unproven(local, self.listener.address().transport(), from);
        let shared = Arc::new(Shared::new(session, limits.clone(), *response_timeout, stranger));
        place.enter(shared.clone());
        let handle = Connection::new(shared.clone(), false);
        shared.set_handle(&handle);
        let (held, gate) = (Some(place.handshake()), self.authority.gate());
        let driver = Driver::new(shared, stream, services.clone(), setup.key, held, gate);
        self.tasks.spawn(Hosted { driver, _held: (place, handle) });
        Ok(())
    }

    /// Tells a peer why it is not let in, and gives it a moment to read that.
    fn refuse(&mut self, stream: Stream, reason: Reason, retry_after: Option<Duration>) {
        let linger = self.plan.limits.linger();
        let refusal = |max| self.registry.refusal(max);
        let at_leisure = refusal(REFUSALS_MAX).map(|permit| (permit, linger));
        let hurried = || Some((refusal(HURRIED_MAX)?, linger.min(HURRIED)));
        let Some((permit, limit)) = at_leisure.or_else(hurried) else { return };
        let rejected =
            Rejected { reason, format_min: FORMAT_MIN, format_max: FORMAT_MAX, retry_after };
        let bytes_max = u64::from(self.plan.limits.pre_auth_bytes());
        self.refusals.spawn(async move {
            let _permit = permit;
            let mut reject = Vec::new();
            put_reject(&mut reject, rejected);
            let (mut stream, reject) = stream.refused(reject);
            let told = async {
                stream.write_all(&reject).await?;
                stream.shutdown().await?;
                // A stream closed with input unread may take back what was written.
                tokio::io::copy(&mut stream.take(bytes_max), &mut tokio::io::sink()).await
            };
            // Whatever comes of it, the stream is closed.
            let _told = timeout(limit, told).await;
        });
    }
}

/// The next stream, not before `resume`.
async fn next(listener: &mut Listener, resume: Option<Instant>) -> io::Result<Incoming> {
    if let Some(resume) = resume {
        sleep_until(resume.into()).await;
    }
    listener.accept().await
}

/// How long to leave a listener alone that has failed so many times before.
pub(super) fn pause(failures: u32) -> Duration {
    let doubled = 1_u32.checked_shl(failures).unwrap_or(u32::MAX);
    PAUSE.saturating_mul(doubled).min(PAUSE_MAX)
}

/// Waits for the connections to end, and cuts them short when the time for that is over.
async fn drain(mut tasks: JoinSet<()>, registry: &Registry, mut stop: watch::Receiver<Stop>) {
    loop {
        let by = match *stop.borrow_and_update() {
            Stop::By(by) => by,
            // The last handle is gone: nobody set a limit.
            Stop::Running => Some(driver::now()),
        };
        tokio::select! {
            biased;
            () = all(&mut tasks) => return,
            changed = stop.changed() => if changed.is_err() { break },
            () = until(by) => break,
        }
    }
    let calls = registry.cut();
    if calls > 0 {
        tracing::warn!(calls, "calls were cut: the time for finishing them was over");
    }
    all(&mut tasks).await;
}

/// Ends a task, and waits until it has.
async fn end(mut watch: JoinSet<()>) {
    watch.shutdown().await;
}

async fn all(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

async fn until(by: Option<Instant>) {
    match by {
        Some(by) => sleep_until(by.into()).await,
        None => std::future::pending().await,
    }
}
