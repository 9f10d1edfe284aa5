//! The accept loop of a listener. It never ends because of an error and never spins on one; it
//! awaits no connection, so a slow one holds up nobody.
#![expect(
    clippy::disallowed_methods,
    reason = "the pause after an error and the limit of a shutdown"
)]

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use super::registry::{Permit, Registry};
use crate::connection::Connection;
use crate::driver::{self, Command, Driver, Service, Shared};
use crate::error::{Error, Rejected};
use crate::frame::preface::{FORMAT_MAX, FORMAT_MIN};
use crate::frame::reason::Reason;
use crate::frame::unit::put_reject;
use crate::limits::Limits;
use crate::noise::{OsRandom, Suite};
use crate::peer::Peer;
use crate::session::{ClockPolicy, Config, Security, ServerSecurity, Session};
use crate::transport::{Incoming, Listener, Stream};

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
    services: Arc<[Arc<dyn Service>]>,
    security: ServerSecurity,
    limits: Limits,
    response_timeout: Duration,
    tasks: JoinSet<()>,
    refusals: JoinSet<()>,
}

/// The first pause after an error, doubled with each that follows.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest pause after an error.
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// Connections that are told of their refusal at a time; more are closed without a word.
const REFUSALS_MAX: usize = 64;
/// When somebody who was refused may try again.
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

impl Acceptor {
    pub(super) fn new(
        listener: Listener,
        registry: Arc<Registry>,
        services: Arc<[Arc<dyn Service>]>,
        security: ServerSecurity,
        limits: Limits,
        response_timeout: Duration,
    ) -> Self {
        let (tasks, refusals) = (JoinSet::new(), JoinSet::new());
        Self { listener, registry, services, security, limits, response_timeout, tasks, refusals }
    }

    /// Accepts until it is told to stop, and returns when no connection is left.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<Stop>) {
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
    }

    /// Starts a connection, if there is room for it.
    fn admit(&mut self, incoming: Incoming) {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        let full = self.registry.len() >= count(self.limits.connections());
        let permit = self.registry.half_open(count(self.limits.half_open()));
        let Some(permit) = permit.filter(|_| !full) else {
            let limit = if full { "connections" } else { "half-open connections" };
            tracing::warn!(address = %incoming.from, limit, "connection refused: too many");
            self.refuse(incoming.stream);
            return;
        };
        match self.start(incoming, permit) {
            Ok(()) => {}
            Err(error) => tracing::error!(%error, "cannot start a connection"),
        }
    }

    fn start(&mut self, incoming: Incoming, half_open: Permit) -> Result<(), Error> {
        let Incoming { stream, from } = incoming;
        let config = Config {
            security: Security::Server(self.security.clone()),
            suite: Suite::auto(),
            offers: self.services.iter().map(|service| service.offer()).collect(),
            limits: self.limits.clone(),
            unix_ms: driver::unix_ms(),
            clock: ClockPolicy::Warn,
        };
        let session = Session::new(config, Box::new(OsRandom), driver::now())?;
        let stranger = Peer::new(None, self.listener.address().transport(), from);
        let shared =
            Arc::new(Shared::new(session, self.limits.clone(), self.response_timeout, stranger));
        let place = self.registry.enter(shared.clone());
        let handle = Connection::new(shared.clone(), false);
        shared.set_handle(&handle);
        let key = match &self.security {
            ServerSecurity::Mutual { local } | ServerSecurity::ServerAuth { local } => {
                Some(local.public())
            }
            ServerSecurity::Plain
            | ServerSecurity::InsecureAnonymous
            | ServerSecurity::SharedKey { .. } => None,
        };
        let driver =
            Driver::new(shared, stream, self.services.clone(), key, Some(Box::new(half_open)));
        self.tasks.spawn(async move {
            let _held = (place, handle);
            driver.await;
        });
        Ok(())
    }

    /// Tells a peer that there is no room, and gives it a moment to read that.
    fn refuse(&mut self, mut stream: Stream) {
        let Some(permit) = self.registry.refusal(REFUSALS_MAX) else {
            return;
        };
        let rejected = Rejected {
            reason: Reason::Busy,
            format_min: FORMAT_MIN,
            format_max: FORMAT_MAX,
            retry_after: Some(RETRY_AFTER),
        };
        let (limit, bytes_max) = (self.limits.linger(), u64::from(self.limits.pre_auth_bytes()));
        self.refusals.spawn(async move {
            let _permit = permit;
            let mut reject = Vec::new();
            put_reject(&mut reject, rejected);
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
    registry.command(Command::Cut);
    all(&mut tasks).await;
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
