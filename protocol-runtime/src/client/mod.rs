//! Connecting to a server. Opens the stream, waits for the handshake, and leaves the rest to the
//! driver.
#![expect(
    clippy::disallowed_methods,
    reason = "connecting has a deadline, before there is a session to keep it"
)]

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::connection::Connection;
use crate::driver::{self, Driver, Service, Shared, TimeSource};
use crate::error::Error;
use crate::identity::StateDir;
use crate::limits::Limits;
use crate::noise::{Keypair, OsRandom, PresharedKey, PublicKey, SuiteChoice};
use crate::peer::{Identity, Peer};
use crate::protocol::{Protocol, side};
use crate::schema::End;
use crate::serve::{Client, Serve};
use crate::session::{ClockPolicy, Config, MessageMemory, Security, Session};
use crate::setup::{ClientSetup, RESPONSE_TIMEOUT, Secure, Services, Trust};
use crate::transport::{Address, Stream};

/// What a connection is made of, until it is opened.
#[derive(Debug)]
#[must_use = "nothing happens until it is opened"]
pub struct ClientBuilder {
    services: Services,
    secure: Secure,
    limits: Limits,
    response_timeout: Duration,
    connect_timeout: Option<Duration>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            services: Services::default(),
            secure: Secure::default(),
            limits: Limits::default(),
            response_timeout: RESPONSE_TIMEOUT,
            connect_timeout: None,
        }
    }
}

impl ClientBuilder {
    /// A client of nothing, with default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key that this client proves to hold; the one in the [state directory](Self::state_dir)
    /// if none is named.
    pub fn identity(mut self, identity: Keypair) -> Self {
        self.secure.identity = Some(identity);
        self
    }

    /// The key that the server has to prove to hold. Whoever does not hold it learns nothing of
    /// this side, and cannot say which key it has instead (Noise XK).
    ///
    /// Without it a client at a TCP address trusts on first use: the first key that the server shows
    /// is written down in the [state directory](Self::state_dir), by host and port, and from then
    /// on another one is refused ([`Error::ServerKeyChanged`]).
    pub fn server_key(mut self, key: PublicKey) -> Self {
        self.secure.server_key = Some(key);
        self
    }

    /// The server proves to hold its key, and this side stays anonymous (Noise NK). For servers
    /// that are built with [`ServerBuilder::server_auth`](crate::server::ServerBuilder::server_auth).
    pub fn server_auth(mut self) -> Self {
        self.secure.server_auth = true;
        self
    }

    /// Both sides prove to hold this secret, and have no keys of their own (Noise NNpsk0). Their
    /// clocks may differ by [`Limits::clock_skew`].
    pub fn shared_key(mut self, key: PresharedKey) -> Self {
        self.secure.shared_key = Some(key);
        self
    }

    /// Does without any key: the connection is encrypted, but whoever is in between can read and
    /// change everything without being noticed. A warning is logged.
    pub fn insecure_anonymous(mut self) -> Self {
        self.secure.anonymous = true;
        self
    }

    /// Connects without any protection: whoever is in between can read and change everything, and the
    /// other end may be anybody. For streams that are protected otherwise, and for measurements. Both
    /// sides have to say so. A warning is logged; in memory it is the default.
    pub fn insecure_plain(mut self) -> Self {
        self.secure.plain = true;
        self
    }

    /// The cipher that is asked for; by default the quicker one on this processor. Servers take any.
    pub fn suite(mut self, suite: SuiteChoice) -> Self {
        self.secure.suite = suite;
        self
    }

    /// What becomes of a server whose clock is further off than [`Limits::clock_skew`]. By default a
    /// warning is logged.
    pub fn clock_policy(mut self, policy: ClockPolicy) -> Self {
        self.secure.clock = policy;
        self
    }

    /// Where the time of day comes from; by default from the clock of the machine.
    pub fn time_source(mut self, time: impl TimeSource) -> Self {
        self.secure.time = Some(Arc::new(time));
        self
    }

    /// The directory with this user's identity and the servers that were trusted, instead of
    /// [the usual one](StateDir::from_env). Whatever is missing in it is made.
    pub fn state_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.secure.state = Some(StateDir::new(path));
        self
    }

    /// The limits of the connection.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long a call waits for its answer, 30 s by default. A call can say otherwise.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// How long opening the stream may take; as long as the handshake by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Offers protocol `P`, and handles the messages that the server sends.
    pub fn on<P: Serve<H, side::Client>, H: Send + Sync + 'static>(mut self, handler: H) -> Self {
        self.services.add(driver::served::<P, H, side::Client>(handler, End::Server));
        self
    }

    /// Offers protocol `P`, for calling only. Up to four are offered.
    pub fn offer<P: Protocol>(mut self) -> Self {
        self.offer_once::<P>();
        self
    }

    /// Connects, with the protocols that were offered.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the address, the protocols, the security or a file of the state
    /// directory are wrong, [`Error::Io`] if the server cannot be reached, and the errors of the
    /// handshake. No connection is left behind.
    pub async fn open(self, address: &str) -> Result<Connection, Error> {
        let address: Address = address.parse().map_err(Error::from)?;
        let services =
            self.services.finish("no protocol is offered: add one with `.offer::<Protocol>()`")?;
        let setup = self.secure.client(&address).await?;
        let limit = self.connect_timeout.unwrap_or(self.limits.handshake_timeout());
        let connected = timeout(limit, Stream::connect(&address)).await;
        let stream = connected
            .map_err(|_| late(&address, limit))?
            .map_err(|error| failed(&address, &error))?;
        let session = session(&services, &setup, &self.limits)?;
        let stranger = Peer::new(Identity::Anonymous, address.transport(), address.to_string());
        let shared = Arc::new(Shared::new(session, self.limits, self.response_timeout, stranger));
        let connection = Connection::new(shared.clone(), true);
        shared.set_handle(&connection);
        let ClientSetup { key, trust, .. } = setup;
        let gate = trust.as_ref().and_then(Trust::gate);
        driver::spawn(Driver::new(shared, stream, services, key, None, gate));
        match (connection.opened().await, trust) {
            (Ok(()), _) => Ok(connection),
            (Err(error), Some(trust)) => Err(trust.explain(error)),
            (Err(error), None) => Err(error),
        }
    }

    /// Connects as a typed client; offers its protocol, if that was not done before.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::open`].
    pub async fn connect<C: Client>(mut self, address: &str) -> Result<C, Error> {
        self.offer_once::<C::Protocol>();
        self.open(address).await?.client()
    }

    /// A protocol with a handler need not be offered again.
    fn offer_once<P: Protocol>(&mut self) {
        if !self.services.has(P::NAME) {
            self.services.add(driver::called::<P>());
        }
    }
}

fn session(
    services: &[Arc<dyn Service>],
    setup: &ClientSetup,
    limits: &Limits,
) -> Result<Session, Error> {
    let config = Config {
        security: Security::Client(setup.security.clone()),
        suite: setup.suite,
        offers: services.iter().map(|service| service.offer()).collect(),
        limits: limits.clone(),
        unix_ms: setup.time.unix_ms(),
        clock: setup.clock,
        shapes: services.iter().map(|service| service.shapes()).collect(),
        compression: crate::session::CompressionOffer::default(),
        memory: MessageMemory::new(limits),
    };
    Session::new(config, Box::new(OsRandom), driver::now())
}

fn late(address: &Address, limit: Duration) -> Error {
    let text = format!("cannot connect to {address}: no answer in {} ms", limit.as_millis());
    Error::Io { kind: io::ErrorKind::TimedOut, text: text.into() }
}

fn failed(address: &Address, error: &io::Error) -> Error {
    Error::Io { kind: error.kind(), text: format!("cannot connect to {address}: {error}").into() }
}
