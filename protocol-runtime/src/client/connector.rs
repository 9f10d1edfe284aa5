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
use crate::error::{CloseReason, Error};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::noise::OsRandom;
use crate::peer::Peer;
use crate::session::{
    ClientSecurity, ClockPolicy, CompressionOffer, Config, MessageMemory, Security, Session,
};
use crate::setup::{ClientSetup, Secure, Trust};
use crate::transport::{Address, LocalPeer, LocalUsers, Outgoing, Way};

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
    pub(super) check: Check,
    pub(super) compression: CompressionOffer,
    /// For large messages of all connections.
    pub(super) memory: MessageMemory,
}

impl Connector {
    /// Makes one. None is left behind if it fails.
    pub(super) async fn open(&self) -> Result<Connection, Error> {
        let address = &self.way.address;
        let setup = self.secure.clone().client(address).await?;
        let limit = self.connect_timeout.unwrap_or(self.limits.handshake_timeout());
        let connected = timeout(limit, self.way.connect(&self.users)).await;
        let Outgoing { stream, local } = connected
            .map_err(|_| late(address, limit))?
            .map_err(|error| failed(address, &error))?;
        let until = driver::now().checked_add(self.limits.handshake_timeout());
        let shared = Arc::new(self.shared(&setup, local)?);
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

    fn shared(&self, setup: &ClientSetup, local: Option<LocalPeer>) -> Result<Shared, Error> {
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
        let (transport, name) = (self.way.address.transport(), self.way.address.to_string());
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
        let shared = self.shared(&setup, None)?;
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

fn failed(address: &Address, error: &io::Error) -> Error {
    Error::Io { kind: error.kind(), text: format!("cannot connect to {address}: {error}").into() }
}
