//! Serving protocols at an address. Binds, and leaves the rest to the acceptor and the drivers.

mod accept;
mod authority;
mod certificate;
mod monitor;
mod networks;
mod registry;
mod signals;
mod sources;
mod stats;
#[cfg(test)]
mod tests;
mod throttle;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use self::accept::{Acceptor, Plan, Stop};
use self::authority::{Authority, Rules};
pub use self::monitor::{ConnectionState, Monitor, Phase, ServerState};
use self::registry::Registry;
pub use self::signals::{Ended, Signal};
use self::sources::Exempt;
pub use self::stats::ServerStats;
use crate::connection::Connection;
use crate::driver::{self, TimeSource};
use crate::error::Error;
use crate::identity::StateDir;
use crate::limits::Limits;
use crate::measure;
use crate::noise::{Keypair, PresharedKey, PublicKey};
use crate::peer::Authorizer;
use crate::protocol::side;
use crate::schema::End;
use crate::serve::Serve;
use crate::session::{ClockPolicy, CompressionOffer, MessageMemory, ServerSecurity};
use crate::setup::{RESPONSE_TIMEOUT, Secure, Services, check_tls, compression};
use crate::transport::{Address, Listen, Listener, LocalUsers, TlsServer};

/// How long handlers may take to finish when a server drains.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// What a server is made of, until it listens.
#[derive(Debug)]
#[must_use = "nothing is served until it listens"]
pub struct ServerBuilder {
    services: Services,
    secure: Secure,
    rules: Rules,
    trusted: Vec<String>,
    exempt_loopback: bool,
    users: LocalUsers,
    tls: Option<TlsServer>,
    limits: Limits,
    response_timeout: Duration,
    shutdown_timeout: Duration,
    compression: CompressionOffer,
    level: Option<u32>,
    memory: Option<MessageMemory>,
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
    shutdown_timeout: Duration,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            services: Services::default(),
            secure: Secure::default(),
            rules: Rules::default(),
            trusted: Vec::new(),
            exempt_loopback: true,
            users: LocalUsers::same(),
            tls: None,
            limits: Limits::default(),
            response_timeout: RESPONSE_TIMEOUT,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
            compression: CompressionOffer::ALL,
            level: None,
            memory: None,
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

    /// The key that this server proves to hold; the one in the [state directory](Self::state_dir)
    /// if none is named. Clients prove keys of their own. Any of them is taken, unless an
    /// [allow-list](Self::allow_list) or an [authorizer](Self::authorizer) says otherwise.
    pub fn identity(mut self, identity: Keypair) -> Self {
        self.secure.identity = Some(identity);
        self
    }

    /// The server proves to hold its key to clients that stay anonymous (Noise NK).
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

    /// Does without any key: connections are encrypted, but whoever is in between can read and
    /// change everything without being noticed. A warning is logged.
    pub fn insecure_anonymous(mut self) -> Self {
        self.secure.anonymous = true;
        self
    }

    /// Takes connections without any protection: whoever is in between can read and change everything, and the
    /// other end may be anybody. For streams that are protected otherwise, and for measurements. Both
    /// sides have to say so. A warning is logged; in memory and on local sockets it is the default.
    pub fn insecure_plain(mut self) -> Self {
        self.secure.plain = true;
        self
    }

    /// TLS, for the address `tls://host:port`: the server's certificate, and whether clients show one.
    /// Nothing of Noise is inside it unless keys are named too. See
    /// [`ServerConfig`](crate::tls::ServerConfig).
    #[cfg(feature = "_tls")]
    pub fn tls(mut self, tls: impl Into<TlsServer>) -> Self {
        self.tls = Some(tls.into());
        self
    }

    /// What becomes of clients whose clock is further off than [`Limits::clock_skew`]. By default a
    /// warning is logged. With a shared key they are always refused.
    pub fn clock_policy(mut self, policy: ClockPolicy) -> Self {
        self.secure.clock = policy;
        self
    }

    /// Where the time of day comes from; by default from the clock of the machine.
    pub fn time_source(mut self, time: impl TimeSource) -> Self {
        self.secure.time = Some(Arc::new(time));
        self
    }

    /// The directory with the identity of this user, instead of [the usual
    /// one](StateDir::from_env). Whatever is missing in it is made.
    pub fn state_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.secure.state = Some(StateDir::new(path));
        self
    }

    /// Takes only clients whose key is in this file, by the name and with the roles that stand
    /// there: see [`AllowList`](crate::identity::AllowList).
    ///
    /// The file is looked at every second. Connections of a key that was taken out, whose time has
    /// passed, or that has another name or other roles now, are closed. While the file cannot be used the list
    /// stays as it was, and an error is logged.
    pub fn allow_list(mut self, path: impl Into<PathBuf>) -> Self {
        self.rules.allow_list = Some(path.into());
        self
    }

    /// Asks whether a client may come in, each once and after the allow-list, if there is one.
    pub fn authorizer(mut self, authorizer: impl Authorizer) -> Self {
        self.rules.authorizer = Some(Arc::new(authorizer));
        self
    }

    /// Networks like `10.0.0.0/8` whose connections no limit on one source is about: proxies and
    /// gateways that many clients come through. The limits on all connections hold for them too.
    pub fn trusted_sources<N: AsRef<str>>(mut self, networks: impl IntoIterator<Item = N>) -> Self {
        self.trusted.extend(networks.into_iter().map(|network| network.as_ref().to_owned()));
        self
    }

    /// Whether the limits on one source leave out connections from this machine, which is the
    /// default. They should not where a proxy on this machine forwards what strangers send and
    /// gives each an address of its own (127.0.0.0/8 has many).
    pub fn exempt_loopback(mut self, exempt: bool) -> Self {
        self.exempt_loopback = exempt;
        self
    }

    /// Which users of this machine may connect to a local socket; by default the one that the server runs
    /// as, and root. Others are turned away before anything of theirs is read. Where others than these
    /// two may come in, the file of the socket is open to all, as the system would stop them before they
    /// could be asked who they are.
    pub fn local_users(mut self, users: LocalUsers) -> Self {
        self.users = users;
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

    /// How long [`Server::drain`] lets handlers finish, 30 s by default.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// Compresses all messages that hold no secret, and not only those that say so
    /// (`#[np(compress)]`, or `.compress()` on a call). Off by default: what an attacker can have
    /// mixed with something secret must not show by its length what that is.
    pub fn compression_enabled(mut self, enabled: bool) -> Self {
        self.compression.enabled = enabled;
        self
    }

    /// How hard zstd tries, from 1 (quick) to 22 (small); 1 by default. LZ4 has no levels. For bodies of
    /// some MiB the highest take up to 100 MiB of memory while they are at it.
    pub fn compression_level(mut self, level: u32) -> Self {
        self.level = Some(level);
        self
    }

    /// Which compressed messages this side reads, and so may be sent: all by default that this build
    /// can. The two sides use what both read.
    pub fn compression(mut self, compression: CompressionOffer) -> Self {
        self.compression = compression;
        self
    }

    /// The memory for large messages, of this and of whatever else has a clone of it. By default one
    /// of its own, as large as [`Limits::decode_total_bytes`].
    pub fn message_memory(mut self, memory: MessageMemory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Starts serving. Port 0 takes a free port, see [`Server::address`].
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the address, the protocols, the security or a file are wrong,
    /// [`Error::Io`] if the address cannot be had. Nothing is left behind but an identity, if one had
    /// to be made.
    pub async fn listen(self, address: &str) -> Result<Server, Error> {
        let address: Address = address.parse()?;
        let (users, tls) = (self.users.clone(), self.tls.clone());
        self.start(&address, Listener::bind(&address, &users, tls)).await
    }

    /// Starts serving the streams that arrive at a listener of the application's own: a simulated
    /// network, a socket that somebody else opened. `name` is what logs call it.
    ///
    /// The streams are taken for a network that anybody may be on: both sides prove to hold a key, as
    /// over TCP, unless the options say how else they are protected. That the process that opened the
    /// socket has encrypted it already is said by [`insecure_plain`](Self::insecure_plain).
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the protocols, the security or a file are wrong.
    pub async fn serve_on(self, name: &str, listener: impl Listen) -> Result<Server, Error> {
        let address = Address::Other { name: name.to_owned() };
        self.start(&address, async { Ok(Listener::other(listener, name)) }).await
    }

    async fn start(
        self,
        address: &Address,
        bind: impl Future<Output = io::Result<Listener>>,
    ) -> Result<Server, Error> {
        check_tls(address, self.tls.is_some(), "name the server's certificate")?;
        if let Some(tls) = &self.tls {
            tls.start(self.secure.clock_of_day()).await?;
        }
        let services = self
            .services
            .finish("no protocol to serve: add one with `.add::<Protocol, _>(handler)`")?;
        #[cfg(feature = "reflect")]
        let services = services.iter().cloned().chain([driver::listing(&services)]).collect();
        let networks = self.trusted.iter().map(|network| network.parse());
        let networks = networks
            .collect::<Result<_, String>>()
            .map_err(|error| Error::Config(format!("in `.trusted_sources(…)`: {error}").into()))?;
        let exempt = Exempt { loopback: self.exempt_loopback, networks };
        let listed = self.rules.allow_list.is_some();
        let setup = self.secure.server(address, &self.limits, listed).await?;
        let authority = Authority::new(self.rules, setup.time.clone()).await?;
        let listener = bind.await.map_err(|error| Error::Io {
            kind: error.kind(),
            text: format!("cannot listen at {address}: {error}").into(),
        })?;
        let address = listener.address().to_string();
        if matches!(setup.security, ServerSecurity::Mutual { .. }) && authority.takes_any() {
            tracing::warn!(%address, "any client's key is taken: there is no allow-list");
        }
        let registry = Arc::new(Registry::new(&self.limits, exempt));
        let (stop, stopped) = watch::channel(Stop::Running);
        let key = setup.key;
        let (limits, response_timeout) = (Arc::new(self.limits), self.response_timeout);
        let memory = self.memory.unwrap_or_else(|| MessageMemory::new(&limits));
        let compression = compression(self.compression, self.level)?;
        let (users, tls) = (self.users, self.tls);
        let plan =
            Plan { services, setup, limits, response_timeout, compression, memory, users, tls };
        let acceptor = Acceptor::new(listener, registry.clone(), plan, authority);
        measure::describe();
        driver::spawn(acceptor.run(stopped));
        tracing::info!(%address, "listening");
        let shutdown_timeout = self.shutdown_timeout;
        Ok(Server { inner: Arc::new(Inner { address, key, registry, stop, shutdown_timeout }) })
    }
}

impl Server {
    /// The address to connect to, with the real port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.inner.address
    }

    /// The key that clients pin, if the server has one.
    #[must_use]
    pub fn key(&self) -> Option<PublicKey> {
        self.inner.key
    }

    /// How many connections are open, those in their handshake included. [`Server::connected`] gives
    /// those that can be used.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.inner.registry.len()
    }

    /// The connections whose peers were let in and that calls can be made over, oldest first: to tell
    /// all clients something, or one of them. No more than
    /// [`Limits::connections`](crate::limits::Limits::connections).
    ///
    /// A look at one moment: any of them may end, and others begin, while it is used. A handle keeps no
    /// connection open, and what is called over one that ended fails at once.
    ///
    /// ```
    /// # use protocol_runtime::connection::Connection;
    /// # use protocol_runtime::server::Server;
    /// # struct ChatPeer;
    /// # impl From<&Connection> for ChatPeer { fn from(_: &Connection) -> Self { Self } }
    /// # impl ChatPeer { async fn news(&self, _: &str) -> Result<(), ()> { Ok(()) } }
    /// # async fn tell(server: &Server) {
    /// for connection in server.connected() {
    ///     // One that is gone by now does not keep the others from it.
    ///     ChatPeer::from(&connection).news("we close at noon").await.ok();
    /// }
    /// # }
    /// ```
    ///
    /// A one-way message waits until its client takes it. Where one client must not hold up the
    /// others, send to each from a task of its own, or with a limit on the time for it.
    #[must_use]
    pub fn connected(&self) -> Vec<Connection> {
        let connections = self.inner.registry.let_in().into_iter();
        let connections = connections.map(|shared| Connection::of(&shared));
        connections.filter(|connection| connection.load().is_some()).collect()
    }

    /// What the server has done and is doing.
    #[must_use]
    pub fn stats(&self) -> ServerStats {
        ServerStats::of(&self.inner.registry)
    }

    /// Stops: accepts nothing more, lets running handlers finish for at most `limit`, then cuts
    /// what is left. Idle connections are closed at once; calls that come meanwhile are refused.
    ///
    /// Done when nothing of the server runs any more. Calling it again waits for the same end, by
    /// the earlier of the limits. It goes on if the future is dropped while a handle is left. How many
    /// calls had to be cut is in [`ServerStats::cut`] then, and is logged.
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

    /// Stops as [`shutdown`](Self::shutdown) does, with the limit that the server was
    /// [built with](ServerBuilder::shutdown_timeout).
    ///
    /// # Errors
    ///
    /// Those of [`shutdown`](Self::shutdown).
    pub async fn drain(&self) -> Result<(), Error> {
        self.shutdown(self.inner.shutdown_timeout).await
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
