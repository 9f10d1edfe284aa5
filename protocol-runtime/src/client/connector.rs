//! Makes connections to one server, any number of them, each from the look-up of its address on.
#![expect(
    clippy::disallowed_methods,
    reason = "connecting has a deadline, before there is a session to keep it"
)]

use std::io;
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "reflect")]
use std::time::Instant;

use tokio::time::timeout;
#[cfg(feature = "reflect")]
use tokio::time::timeout_at;

use super::schema::Check;
use crate::channel::{Connect, Connecting};
use crate::connection::Connection;
use crate::driver::{self, Driver, Service, Shared, WallClock};
use crate::error::{CloseReason, Error, Rejected};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::noise::OsRandom;
use crate::peer::Peer;
use crate::session::{
    ClientSecurity, ClockPolicy, CompressionOffer, Config, MessageMemory, Security, Session,
};
use crate::setup::{ClientSetup, Secure, Trust};
use crate::transport::{Address, LocalPeer, LocalUsers, Outgoing, TlsClient, Way};

/// What each of the connections is made of.
pub(super) struct Connector {
    pub(super) way: Way,
    pub(super) services: Arc<[Arc<dyn Service>]>,
    pub(super) secure: Secure,
    pub(super) limits: Arc<Limits>,
    pub(super) response_timeout: Duration,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) send_timeout: Option<Duration>,
    /// As whom a server at a local socket may run.
    pub(super) users: LocalUsers,
    pub(super) tls: Option<TlsClient>,
    pub(super) check: Check,
    pub(super) compression: CompressionOffer,
    /// For large messages of all connections.
    pub(super) memory: MessageMemory,
}

impl Connector {
    /// Makes one, to the first of the places that can be had. None is left behind if it fails.
    pub(super) async fn open(&self) -> Result<Connection, Error> {
        let mut time = self.connect_timeout.unwrap_or(self.limits.handshake_timeout());
        let mut failed = Vec::new();
        let places = &self.way.places;
        for (address, left) in places.iter().zip((1..=places.len()).rev()) {
            // Who is dead must not take the time of those who come after.
            let part = time / u32::try_from(left).unwrap_or(u32::MAX);
            let setup = self.secure.clone().client(address).await?;
            let begun = driver::now();
            let stream = self.connect(address, part).await;
            time = time.saturating_sub(driver::now().saturating_duration_since(begun));
            let opened = match stream {
                Ok(stream) => self.shake(address, setup, stream).await,
                Err(error) => Err(error),
            };
            match opened {
                Err(error) if left > 1 && is_absent(&error) => {
                    tracing::info!(%address, %error, "going on to the next address");
                    failed.push(error);
                }
                Err(error) if is_absent(&error) => {
                    failed.push(error);
                    break;
                }
                opened => return opened,
            }
        }
        Err(all(failed))
    }

    async fn connect(&self, address: &Address, limit: Duration) -> Result<Outgoing, Error> {
        let connecting = self.way.connect(address, &self.users, self.tls.as_ref());
        let connected = timeout(limit, connecting).await;
        connected.map_err(|_| late(address, limit))?.map_err(|error| failed(address, error))
    }

    /// Makes a connection of a stream.
    async fn shake(
        &self,
        address: &Address,
        setup: ClientSetup,
        stream: Outgoing,
    ) -> Result<Connection, Error> {
        let Outgoing { stream, local } = stream;
        let until = driver::now().checked_add(self.limits.handshake_timeout());
        let shared = Arc::new(self.shared(address, &setup, local)?);
        let connection = Connection::new(shared.clone(), true);
        shared.set_handle(&connection);
        let ClientSetup { key, trust, .. } = setup;
        let gate = trust.as_ref().and_then(Trust::gate);
        driver::spawn(Driver::new(shared, stream, self.services.clone(), key, None, gate));
        match (connection.opened().await, trust) {
            (Ok(()), _) => {}
            (Err(error), Some(trust)) => return Err(trust.explain(error)),
            (Err(error), None) => return Err(error),
        }
        let until = until.unwrap_or_else(driver::now);
        self.check.run(&connection, &self.services, until).await?;
        Ok(connection)
    }

    fn shared(
        &self,
        address: &Address,
        setup: &ClientSetup,
        local: Option<LocalPeer>,
    ) -> Result<Shared, Error> {
        let config = Config {
            security: Security::Client(setup.security.clone()),
            suite: setup.suite,
            offers: self.services.iter().map(|service| service.offer()).collect(),
            limits: self.limits.clone(),
            unix_ms: setup.time.unix_ms(),
            clock: setup.clock,
            shapes: self.services.iter().map(|service| service.shapes()).collect(),
            compression: self.compression,
            memory: self.memory.clone(),
        };
        let session = Session::new(config, Box::new(OsRandom), driver::now())?;
        let (transport, name) = (address.transport(), address.to_string());
        let stranger = Peer::unproven(local, transport, name);
        let shared = Shared::new(session, self.limits.clone(), self.response_timeout, stranger);
        Ok(shared.with_send_timeout(self.send_timeout))
    }
}

impl Connect for Connector {
    fn connect(&self) -> Connecting<'_> {
        Box::pin(self.open())
    }

    fn offers(&self, name: &str) -> bool {
        self.services.iter().any(|service| service.name() == name)
    }

    fn none(&self) -> Result<Connection, Error> {
        let setup = ClientSetup {
            security: ClientSecurity::Plain,
            key: None,
            suite: self.secure.suite.suite(),
            clock: ClockPolicy::default(),
            time: Arc::new(WallClock::start()),
            trust: None,
        };
        let nowhere = Address::Other { name: "nowhere".into() };
        let address = self.way.places.first().unwrap_or(&nowhere);
        let shared = self.shared(address, &setup, None)?;
        shared.with(|core| {
            core.session.close(Reason::Normal, "");
            core.end = Some(CloseReason::Local { reason: Reason::Normal });
        });
        Ok(Connection::new(Arc::new(shared), false))
    }
}

/// What `work` gives, unless it takes longer than until `deadline`.
#[cfg(feature = "reflect")]
pub(super) async fn until<T>(deadline: Instant, work: impl Future<Output = T>) -> Option<T> {
    timeout_at(deadline.into(), work).await.ok()
}

fn late(address: &Address, limit: Duration) -> Error {
    let text = format!("cannot connect to {address}: no answer in {} ms", limit.as_millis());
    Error::Io { kind: io::ErrorKind::TimedOut, text: text.into() }
}

fn failed(address: &Address, error: io::Error) -> Error {
    let mut error = Error::from(error);
    if let Error::Io { text, .. } = &mut error {
        *text = format!("cannot connect to {address}: {text}").into();
    }
    error
}

/// Whether the server is not there, or has no room, so that another may be tried. Whatever is proven or
/// refused by one that is there says that something is wrong, and is not passed over.
fn is_absent(error: &Error) -> bool {
    let refused =
        |rejected: &Rejected| matches!(rejected.reason, Reason::Busy | Reason::ShuttingDown);
    matches!(error, Error::Io { .. } | Error::HandshakeTimeout(_) | Error::HandshakeTruncated)
        || matches!(error, Error::Rejected(rejected) if refused(rejected))
}

/// One error of all that came of trying, which names each address.
fn all(mut failed: Vec<Error>) -> Error {
    if failed.len() == 1
        && let Some(error) = failed.pop()
    {
        return error;
    }
    let alike = |wanted| {
        let is = |error: &Error| matches!(error, Error::Io { kind, .. } if *kind == wanted);
        failed.iter().all(is).then_some(wanted)
    };
    let kind = [io::ErrorKind::ConnectionRefused, io::ErrorKind::TimedOut, io::ErrorKind::NotFound];
    let kind = kind.into_iter().find_map(alike).unwrap_or(io::ErrorKind::NotConnected);
    let texts: Vec<String> = failed.iter().map(ToString::to_string).collect();
    Error::Io { kind, text: texts.join("; ").into() }
}
