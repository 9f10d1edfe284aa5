//! Serving protocols at an address. Binds, and leaves the rest to the acceptor and the drivers.

mod accept;
mod registry;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use self::accept::{Acceptor, Stop};
use self::registry::Registry;
use crate::driver;
use crate::error::Error;
use crate::limits::Limits;
use crate::noise::{Keypair, PublicKey};
use crate::protocol::side;
use crate::schema::End;
use crate::serve::Serve;
use crate::setup::{RESPONSE_TIMEOUT, Secure, Services};
use crate::transport::{Address, Listener};

/// What a server is made of, until it listens.
#[derive(Debug)]
#[must_use = "nothing is served until it listens"]
pub struct ServerBuilder {
    services: Services,
    secure: Secure,
    limits: Limits,
    response_timeout: Duration,
}

/// A server at work. Cheap to clone.
///
/// Dropping the last handle stops it at once: it accepts nothing more, tells its peers, closes
/// their connections and drops running handlers. [`Server::shutdown`] lets them finish.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    address: String,
    key: Option<PublicKey>,
    registry: Arc<Registry>,
    stop: watch::Sender<Stop>,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            services: Services::default(),
            secure: Secure::default(),
            limits: Limits::default(),
            response_timeout: RESPONSE_TIMEOUT,
        }
    }
}

impl ServerBuilder {
    /// A server of nothing, with default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves protocol `P`, up to four of them. `handler` handles its messages on all connections.
    #[expect(clippy::should_implement_trait, reason = "a builder, and no number")]
    pub fn add<P: Serve<H, side::Server>, H: Send + Sync + 'static>(mut self, handler: H) -> Self {
        self.services.add(driver::served::<P, H, side::Server>(handler, End::Client));
        self
    }

    /// The key that this server proves to hold, and that clients pin.
    pub fn identity(mut self, identity: Keypair) -> Self {
        self.secure.identity = Some(identity);
        self
    }

    /// Does without an identity: connections are encrypted, but whoever is in between can read
    /// and change everything without being noticed. A warning is logged.
    pub fn insecure_anonymous(mut self) -> Self {
        self.secure.anonymous = true;
        self
    }

    /// The limits of the server and of each of its connections.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long calls *to clients* wait for their answer, 30 s by default.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// Starts serving. Port 0 takes a free port, see [`Server::address`].
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the address, the protocols or the security are wrong, [`Error::Io`] if
    /// the address cannot be had. Nothing is left behind.
    pub async fn listen(self, address: &str) -> Result<Server, Error> {
        let address: Address = address.parse().map_err(Error::from)?;
        let services = self
            .services
            .finish("no protocol to serve: add one with `.add::<Protocol, _>(handler)`")?;
        let security = self.secure.server(&address)?;
        let listener = Listener::bind(&address).await.map_err(|error| Error::Io {
            kind: error.kind(),
            text: format!("cannot listen at {address}: {error}").into(),
        })?;
        let address = listener.address().to_string();
        let registry = Arc::new(Registry::default());
        let (stop, stopped) = watch::channel(Stop::Running);
        let acceptor = Acceptor::new(
            listener,
            registry.clone(),
            services,
            security,
            self.limits,
            self.response_timeout,
        );
        driver::spawn(acceptor.run(stopped));
        tracing::info!(%address, "listening");
        let key = self.secure.identity.map(|identity| identity.public());
        Ok(Server { inner: Arc::new(Inner { address, key, registry, stop }) })
    }
}

impl Server {
    /// The address to connect to, with the real port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.inner.address
    }

    /// The key that clients pin, if the server has an identity.
    #[must_use]
    pub fn key(&self) -> Option<PublicKey> {
        self.inner.key
    }

    /// How many connections are open, those in their handshake included.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.inner.registry.len()
    }

    /// Stops: accepts nothing more, lets running handlers finish for at most `limit`, then cuts
    /// what is left. Idle connections are closed at once; calls that come meanwhile are refused.
    ///
    /// Done when nothing of the server runs any more. Calling it again waits for the same end, by
    /// the earlier of the limits. It goes on if the future is dropped while a handle is left.
    ///
    /// # Errors
    ///
    /// None at present.
    pub async fn shutdown(&self, limit: Duration) -> Result<(), Error> {
        let by = driver::now().checked_add(limit);
        self.inner.stop.send_if_modified(|stop| stop.by(by));
        self.closed().await;
        Ok(())
    }

    /// Waits until the server has stopped, whoever stopped it.
    pub async fn closed(&self) {
        self.inner.stop.closed().await;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.inner.address)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
