//! Connecting to a server: once, or again and again on a channel. Opens the stream, waits for the
//! handshake, and leaves the rest to the driver.

mod connector;
mod schema;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use self::connector::Connector;
use self::schema::Check;
pub use self::schema::SchemaCheck;
use crate::channel::Policy;
pub use crate::channel::{Channel, ClientState, Reconnect, Retry, States};
use crate::connection::Connection;
use crate::driver::{self, TimeSource};
use crate::error::Error;
use crate::identity::StateDir;
use crate::limits::Limits;
use crate::measure;
use crate::noise::{Keypair, OsRandom, PresharedKey, PublicKey, Random, SuiteChoice};
use crate::protocol::{Protocol, side};
use crate::raw::RawProtocol;
use crate::schema::End;
use crate::serve::{Client, Serve};
use crate::session::{ClockPolicy, CompressionOffer, MessageMemory};
use crate::setup::{self, RESPONSE_TIMEOUT, Secure, Services};
use crate::transport::{Address, ByteStream, LocalUsers, TlsClient, Way};

/// The most connections of one client.
const CONNECTIONS_MAX: usize = 1_024;

/// What a client does by itself, if it is told to.
#[derive(Default)]
struct Policies {
    reconnect: Option<Reconnect>,
    connections: Option<usize>,
    retry: Option<Retry>,
    fail_fast: bool,
    lazy: bool,
    random: Option<Box<dyn Random + Send>>,
}

impl Policies {
    /// One of those that were named.
    fn used(&self) -> Option<&'static str> {
        [
            (self.reconnect.is_some(), ".reconnect(policy)"),
            (self.connections.is_some(), ".connections(count)"),
            (self.retry.is_some(), ".retry(policy)"),
            (self.fail_fast, ".fail_fast()"),
            (self.lazy, ".lazy()"),
            (self.random.is_some(), ".randomness(source)"),
        ]
        .into_iter()
        .find_map(|(used, option)| used.then_some(option))
    }

    /// Refuses what could not be kept.
    fn check(&self) -> Result<(), Error> {
        let text = if let Some(count) = self.connections
            && !(1..=CONNECTIONS_MAX).contains(&count)
        {
            format!("{count} connections for one client: 1 to {CONNECTIONS_MAX}")
        } else if let Some(Retry { attempts: 0, .. }) = self.retry {
            "`Retry { attempts: 0, .. }` would make no call at all: 1 makes each once".to_owned()
        } else if let Some(Reconnect { attempts: Some(0), .. }) = self.reconnect {
            let text = "`Reconnect { attempts: Some(0), .. }` would not connect at all";
            format!("{text}: `None` never gives up, and `.open(..)` connects once")
        } else {
            return Ok(());
        };
        Err(Error::Config(text.into()))
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies")
            .field("reconnect", &self.reconnect)
            .field("connections", &self.connections)
            .field("retry", &self.retry)
            .field("fail_fast", &self.fail_fast)
            .field("lazy", &self.lazy)
            .finish_non_exhaustive()
    }
}

/// What a connection is made of, until it is opened.
#[derive(Debug)]
#[must_use = "nothing happens until it is opened"]
pub struct ClientBuilder {
    services: Services,
    secure: Secure,
    limits: Limits,
    response_timeout: Duration,
    connect_timeout: Option<Duration>,
    send_timeout: Option<Duration>,
    users: LocalUsers,
    tls: Option<TlsClient>,
    schema_check: SchemaCheck,
    compression: CompressionOffer,
    level: Option<u32>,
    memory: Option<MessageMemory>,
    policies: Policies,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            services: Services::default(),
            secure: Secure::default(),
            limits: Limits::default(),
            response_timeout: RESPONSE_TIMEOUT,
            connect_timeout: None,
            send_timeout: None,
            users: LocalUsers::same(),
            tls: None,
            schema_check: SchemaCheck::default(),
            compression: CompressionOffer::ALL,
            level: None,
            memory: None,
            policies: Policies::default(),
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
    /// sides have to say so. A warning is logged; in memory and on local sockets it is the default.
    pub fn insecure_plain(mut self) -> Self {
        self.secure.plain = true;
        self
    }

    /// TLS, for servers at `tls://host:port`: whom to trust, and which certificate to show. Nothing of
    /// Noise is inside it unless keys are named too. See [`ClientConfig`](crate::tls::ClientConfig).
    #[cfg(feature = "_tls")]
    pub fn tls(mut self, tls: impl Into<TlsClient>) -> Self {
        self.tls = Some(tls.into());
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

    /// How long opening the stream may take, at all addresses together; as long as the handshake by
    /// default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long a call or a one-way message may wait until it is handed to the connection: for a
    /// connection to be there, for room in its output, or for its turn among the calls in flight. What
    /// waited so long fails as [`NotSent`](crate::call::CallError::NotSent); each attempt of a call that is
    /// made again has as long, and what it waits before does not count. By default a call waits
    /// until its deadline, and a one-way message as long as it takes.
    pub fn send_timeout(mut self, timeout: Duration) -> Self {
        self.send_timeout = Some(timeout);
        self
    }

    /// Which users of this machine a server at a local socket may run as; by default the one of this
    /// process, and root. Nothing is sent to others: a path in a folder that all may write to, or a name,
    /// can be taken by anybody before the right server does.
    pub fn local_users(mut self, users: LocalUsers) -> Self {
        self.users = users;
        self
    }

    /// What becomes of a server whose schema of a protocol is not this side's. By default it is asked
    /// for it, and connecting fails if the two do not understand each other. The feature `reflect`
    /// compares; without it nothing is asked.
    pub fn schema_check(mut self, check: SchemaCheck) -> Self {
        self.schema_check = check;
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

    /// Offers a protocol of which no code was generated, for calling only.
    pub fn offer_raw(mut self, protocol: &RawProtocol) -> Self {
        self.services.add(driver::raw_called(protocol));
        self
    }

    /// The same, and hands each one-way message of the server on, by its number. Its calls are
    /// answered as unimplemented. What the handler has not done yet counts against the credit that
    /// the server has for such messages.
    pub fn on_raw<F: Future<Output = ()> + Send + 'static>(
        mut self,
        protocol: &RawProtocol,
        handler: impl Fn(u16, Bytes) -> F + Send + Sync + 'static,
    ) -> Self {
        self.services.add(driver::raw_served(protocol, handler));
        self
    }

    /// Connects again whenever the connection ends, as the policy says. Calls that are made meanwhile
    /// wait for it, each until its deadline. What comes back of a call whose connection was lost is
    /// said in `docs/client.md`.
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.policies.reconnect = Some(policy);
        self
    }

    /// Keeps as many connections to the server, up to 1,024, and makes each call on the one with the
    /// fewest in flight. They are made again as [`reconnect`](Self::reconnect) says.
    pub fn connections(mut self, count: usize) -> Self {
        self.policies.connections = Some(count);
        self
    }

    /// Calls fail at once, as [`NotConnected`](crate::call::CallError::NotConnected), while the last
    /// attempt to connect failed and the next is to come. A call can say otherwise.
    pub fn fail_fast(mut self) -> Self {
        self.policies.fail_fast = true;
        self
    }

    /// Connects when something is called or waited for, and not before.
    pub fn lazy(mut self) -> Self {
        self.policies.lazy = true;
        self
    }

    /// How often calls are made again, and when: those that were certainly not run, and those that
    /// say that twice does no harm.
    pub fn retry(mut self, policy: Retry) -> Self {
        self.policies.retry = Some(policy);
        self
    }

    /// Where the waits between attempts get their randomness; by default from the system.
    pub fn randomness(mut self, random: impl Random + Send + 'static) -> Self {
        self.policies.random = Some(Box::new(random));
        self
    }

    /// Connects once, with the protocols that were offered.
    ///
    /// `address` may be several, as in `tcp://a:9000,b:9000` or `local:///run/chat.sock,tcp://a:9000`: they
    /// are tried in this order, each time from the first, until one is a server that has room. Each
    /// that does not answer gets an equal part of [the time for connecting](Self::connect_timeout).
    /// A server that is there and is not the right one (by its key, its protocols, its security) is an
    /// error, and no reason to go on to another.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the address, the protocols, the security or a file of the state
    /// directory are wrong, [`Error::Io`] if the server cannot be reached, and the errors of the
    /// handshake. No connection is left behind.
    pub async fn open(self, address: &str) -> Result<Connection, Error> {
        self.open_by(Way::to(Address::several(address)?)).await
    }

    /// Connects once over a stream of the application's own, with the protocols that were offered. `open`
    /// is called for each stream that is needed; `name` is what logs call the other end.
    ///
    /// The stream is taken for a network that anybody may be on: both sides prove to hold a key, as
    /// over TCP. There is no address by which a key could be remembered, so the server's has to be named
    /// with [`server_key`](Self::server_key); or the other options say how it is protected instead.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::open`].
    pub async fn open_on<S, F>(
        self,
        name: &str,
        open: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Connection, Error>
    where
        S: ByteStream,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        self.open_by(Way::other(name, open)).await
    }

    async fn open_by(self, way: Way) -> Result<Connection, Error> {
        if let Some(option) = self.policies.used() {
            let text = format!(
                "`{option}` is for `.channel(..)` and `.connect(..)`: a connection by itself is not made again"
            );
            return Err(Error::Config(text.into()));
        }
        self.connector(way)?.open().await
    }

    /// Connects, and connects again whenever a connection ends.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::open`], of the first attempt; none of an attempt if it is
    /// [lazy](Self::lazy).
    pub async fn channel(self, address: &str) -> Result<Channel, Error> {
        self.channel_by(Way::to(Address::several(address)?)).await
    }

    /// As [`ClientBuilder::channel`], over streams of the application's own: see
    /// [`ClientBuilder::open_on`].
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::channel`].
    pub async fn channel_on<S, F>(
        self,
        name: &str,
        open: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Channel, Error>
    where
        S: ByteStream,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        self.channel_by(Way::other(name, open)).await
    }

    async fn channel_by(mut self, way: Way) -> Result<Channel, Error> {
        let policies = std::mem::take(&mut self.policies);
        policies.check()?;
        let connector = self.connector(way)?;
        let policy = Policy {
            connections: policies.connections.unwrap_or(1),
            reconnect: policies.reconnect.unwrap_or_default(),
            retry: policies.retry.unwrap_or_default(),
            fail_fast: policies.fail_fast,
        };
        let random = policies.random.unwrap_or_else(|| Box::new(OsRandom));
        let channel = Channel::new(connector, policy, random)?;
        if !policies.lazy {
            channel.first().await?;
        }
        Ok(channel)
    }

    /// Connects as a typed client; offers its protocol, if that was not done before. The client
    /// reconnects if any policy for that was named.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::open`], or of [`ClientBuilder::channel`].
    pub async fn connect<C: Client>(mut self, address: &str) -> Result<C, Error> {
        self.offer_once::<C::Protocol>();
        match self.policies.used() {
            Some(_) => self.channel(address).await?.client(),
            None => self.open(address).await?.client(),
        }
    }

    fn connector(self, way: Way) -> Result<Connector, Error> {
        measure::describe();
        for address in &way.places {
            setup::check_tls(address, self.tls.is_some(), "say whom to trust")?;
        }
        if let (Some(tls), Some(clock)) = (&self.tls, self.secure.clock_of_day()) {
            tls.set_clock(clock);
        }
        let services =
            self.services.finish("no protocol is offered: add one with `.offer::<Protocol>()`")?;
        let compression = setup::compression(self.compression, self.level)?;
        let Self {
            secure,
            limits,
            response_timeout,
            connect_timeout,
            send_timeout,
            users,
            tls,
            ..
        } = self;
        let memory = self.memory.unwrap_or_else(|| MessageMemory::new(&limits));
        let (limits, check) = (Arc::new(limits), Check::new(self.schema_check));
        Ok(Connector {
            way,
            services,
            secure,
            limits,
            response_timeout,
            connect_timeout,
            send_timeout,
            users,
            tls,
            check,
            compression,
            memory,
        })
    }

    /// A protocol with a handler need not be offered again.
    fn offer_once<P: Protocol>(&mut self) {
        if !self.services.has(P::NAME) {
            self.services.add(driver::called::<P>());
        }
    }
}
