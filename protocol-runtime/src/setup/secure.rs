//! From the options of a builder to the security of a session. Options that contradict each other
//! are refused before anything is read or made; nothing is ever chosen that protects less than was
//! asked for.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::trust::Trust;
use crate::driver::{TimeSource, WallClock};
use crate::error::Error;
use crate::identity::{FileError, ServerName, StateDir};
use crate::limits::Limits;
use crate::noise::{Keypair, PresharedKey, PublicKey, Suite, SuiteChoice};
use crate::session::{ClientSecurity, ClockPolicy, ReplayFilter, ServerKey, ServerSecurity};
use crate::transport::{Address, Clock};

/// How a side wants its connections protected.
#[derive(Clone, Default)]
pub(crate) struct Secure {
    pub(crate) identity: Option<Keypair>,
    /// The key a client expects of its server.
    pub(crate) server_key: Option<PublicKey>,
    /// Clients stay anonymous.
    pub(crate) server_auth: bool,
    pub(crate) shared_key: Option<PresharedKey>,
    pub(crate) anonymous: bool,
    /// Without protection by this library, on transports that give none either.
    pub(crate) plain: bool,
    /// What a client asks for.
    pub(crate) suite: SuiteChoice,
    pub(crate) clock: ClockPolicy,
    pub(crate) time: Option<Arc<dyn TimeSource>>,
    pub(crate) state: Option<StateDir>,
}

/// What a server makes its sessions with.
pub(crate) struct ServerSetup {
    pub(crate) security: ServerSecurity,
    /// The key it proves to hold.
    pub(crate) key: Option<PublicKey>,
    pub(crate) clock: ClockPolicy,
    pub(crate) time: Arc<dyn TimeSource>,
}

/// What a client makes its session with.
pub(crate) struct ClientSetup {
    pub(crate) security: ClientSecurity,
    /// The key it proves to hold.
    pub(crate) key: Option<PublicKey>,
    pub(crate) suite: Suite,
    pub(crate) clock: ClockPolicy,
    pub(crate) time: Arc<dyn TimeSource>,
    /// The server as it was trusted, or is to be, where the application names no key.
    pub(crate) trust: Option<Trust>,
}

/// What the options add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Plain,
    Anonymous,
    Mutual,
    ServerAuth,
    SharedKey,
}

impl Secure {
    /// What a server at `address` asks of its clients. `listed` says that only some keys may come
    /// in.
    pub(crate) async fn server(
        self,
        address: &Address,
        limits: &Limits,
        listed: bool,
    ) -> Result<ServerSetup, Error> {
        let mode = self.server_mode(address, listed)?;
        let time = self.time();
        let local = match mode {
            Mode::Mutual | Mode::ServerAuth => Some(self.identity().await?),
            Mode::Plain | Mode::Anonymous | Mode::SharedKey => None,
        };
        let key = local.as_ref().map(Keypair::public);
        let security = match (mode, local, self.shared_key) {
            (Mode::Mutual, Some(local), _) => ServerSecurity::Mutual { local },
            (Mode::ServerAuth, Some(local), _) => ServerSecurity::ServerAuth { local },
            (Mode::SharedKey, _, Some(key)) => {
                let replay = Arc::new(ReplayFilter::new(limits, time.unix_ms()));
                ServerSecurity::SharedKey { key, replay }
            }
            (Mode::Anonymous, ..) => {
                warn_insecure(address);
                ServerSecurity::InsecureAnonymous
            }
            (Mode::Plain, ..) => {
                Self::warn_plain(address);
                ServerSecurity::Plain
            }
            (Mode::Mutual | Mode::ServerAuth | Mode::SharedKey, ..) => return Err(lost()),
        };
        Ok(ServerSetup { security, key, clock: self.clock, time })
    }

    /// What a client asks of a server at `address`.
    pub(crate) async fn client(self, address: &Address) -> Result<ClientSetup, Error> {
        let mode = self.client_mode(address)?;
        let time = self.time();
        let (mut key, mut trust) = (None, None);
        let security = match (mode, self.server_key, &self.shared_key) {
            (Mode::Mutual, named, _) => {
                let local = self.identity().await?;
                key = Some(local.public());
                let server = match (named, address) {
                    (Some(key), _) => ServerKey::Known(key),
                    (None, Address::Tcp { host, port }) => {
                        let name = ServerName::new(host, *port).map_err(config)?;
                        let found = Trust::find(self.state()?, name).await?;
                        trust.insert(found).server_key()
                    }
                    (None, Address::Other { name }) => return Err(nameless(name)),
                    // A name within this process is nobody else's, of a local socket the system says
                    // whose it is, and TLS has looked at a certificate.
                    (None, Address::Mem { .. } | Address::Local { .. } | Address::Tls { .. }) => {
                        ServerKey::Unknown
                    }
                };
                ClientSecurity::Mutual { local, server }
            }
            (Mode::ServerAuth, Some(server), _) => ClientSecurity::ServerAuth { server },
            (Mode::SharedKey, _, Some(key)) => ClientSecurity::SharedKey { key: key.clone() },
            (Mode::Anonymous, ..) => {
                warn_insecure(address);
                ClientSecurity::InsecureAnonymous
            }
            (Mode::Plain, ..) => {
                Self::warn_plain(address);
                ClientSecurity::Plain
            }
            (Mode::ServerAuth | Mode::SharedKey, ..) => return Err(lost()),
        };
        let (suite, clock) = (self.suite.suite(), self.clock);
        Ok(ClientSetup { security, key, suite, clock, time, trust })
    }

    fn server_mode(&self, address: &Address, listed: bool) -> Result<Mode, Error> {
        let mode = self.mode(address)?;
        let keys = matches!(mode, Mode::Mutual);
        if listed && !keys {
            return Err(Error::Config(
                format!(
                    "an allow-list is of clients' keys, and here clients show none: {}",
                    keyless(mode)
                )
                .into(),
            ));
        }
        // With a shared key the time is judged whatever the policy.
        if self.clock == ClockPolicy::Enforce && !keys && mode != Mode::SharedKey {
            return Err(Error::Config(
                format!("a server learns the clock of its clients by their keys only: {}, or leave out `.clock_policy(..)`", keyless(mode)).into(),
            ));
        }
        Ok(mode)
    }

    fn client_mode(&self, address: &Address) -> Result<Mode, Error> {
        let mode = self.mode(address)?;
        exclusive(&[
            (self.server_auth, ".server_auth()"),
            (self.identity.is_some(), ".identity(keypair)"),
        ])?;
        if mode == Mode::ServerAuth && self.server_key.is_none() {
            return Err(Error::Config(
                "a client without a key of its own has to know its server's: add `.server_key(key)` to `.server_auth()`".into(),
            ));
        }
        Ok(mode)
    }

    /// What both sides have in common.
    fn mode(&self, address: &Address) -> Result<Mode, Error> {
        let anonymous = (self.anonymous, ".insecure_anonymous()");
        let plain = (self.plain, ".insecure_plain()");
        let shared = (self.shared_key.is_some(), ".shared_key(key)");
        for keys in [
            (self.identity.is_some(), ".identity(keypair)"),
            (self.server_key.is_some(), ".server_key(key)"),
            (self.server_auth, ".server_auth()"),
        ] {
            exclusive(&[plain, anonymous, shared, keys])?;
        }
        let keys = self.identity.is_some() || self.server_key.is_some();
        Ok(match address {
            _ if self.plain => Mode::Plain,
            _ if self.anonymous => Mode::Anonymous,
            _ if self.shared_key.is_some() => Mode::SharedKey,
            _ if self.server_auth => Mode::ServerAuth,
            Address::Mem { .. } | Address::Local { .. } | Address::Tls { .. } if !keys => {
                Mode::Plain
            }
            Address::Tcp { .. }
            | Address::Tls { .. }
            | Address::Local { .. }
            | Address::Mem { .. }
            | Address::Other { .. } => Mode::Mutual,
        })
    }

    /// Says so where nothing else protects the connection.
    fn warn_plain(address: &Address) {
        match address {
            Address::Tcp { .. } | Address::Other { .. } => warn_insecure(address),
            Address::Mem { .. } | Address::Local { .. } | Address::Tls { .. } => {}
        }
    }

    /// The clock of the application, for what reads that of the machine otherwise.
    pub(crate) fn clock_of_day(&self) -> Option<Clock> {
        let time = self.time.clone()?;
        Some(Arc::new(move || time.unix_ms()))
    }

    fn time(&self) -> Arc<dyn TimeSource> {
        self.time.clone().unwrap_or_else(|| Arc::new(WallClock::start()))
    }

    fn state(&self) -> Result<StateDir, Error> {
        match &self.state {
            Some(state) => Ok(state.clone()),
            None => StateDir::from_env().map_err(config),
        }
    }

    /// The key of this side: the one that was given, or else that of the state directory.
    async fn identity(&self) -> Result<Keypair, Error> {
        if let Some(identity) = &self.identity {
            return Ok(identity.clone());
        }
        let state = self.state()?;
        let file = state.identity();
        let pair = blocking(move || state.keypair()).await??;
        log_identity(pair.public(), &file);
        Ok(pair)
    }
}

impl fmt::Debug for Secure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure")
            .field("identity", &self.identity)
            .field("server_key", &self.server_key)
            .field("server_auth", &self.server_auth)
            .field("shared_key", &self.shared_key)
            .field("anonymous", &self.anonymous)
            .field("plain", &self.plain)
            .field("suite", &self.suite)
            .field("clock", &self.clock)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Runs what waits for a disk or for another process where that holds up nobody.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Error::Internal("reading a file panicked, or the runtime went away"))
}

/// What a file or a variable says is configuration, and each of these texts names the mend.
fn config(error: impl fmt::Display) -> Error {
    Error::Config(error.to_string().into())
}

impl From<FileError> for Error {
    /// A file that cannot be used is part of the configuration.
    fn from(error: FileError) -> Self {
        config(error)
    }
}

/// A server that has no address has no name that its key could be remembered by.
fn nameless(name: &str) -> Error {
    config(format_args!(
        "the server's key has no address to be known by on the stream `{name}`: add `.server_key(key)`, or say with `.shared_key(key)`, `.insecure_anonymous()` or `.insecure_plain()` how else the stream is protected"
    ))
}

/// At most one of these options may be in use.
fn exclusive(options: &[(bool, &str)]) -> Result<(), Error> {
    let mut used = options.iter().filter(|(used, _)| *used).map(|(_, name)| name);
    match (used.next(), used.next()) {
        (Some(one), Some(other)) => {
            Err(config(format_args!("`{one}` and `{other}` exclude each other: keep one")))
        }
        _ => Ok(()),
    }
}

/// How a server comes to clients with keys.
fn keyless(mode: Mode) -> &'static str {
    match mode {
        Mode::Plain | Mode::Mutual => "add `.identity(keypair)`",
        Mode::Anonymous => "leave out `.insecure_anonymous()`",
        Mode::ServerAuth => "leave out `.server_auth()`",
        Mode::SharedKey => "leave out `.shared_key(key)`",
    }
}

/// A mode follows from the options that it needs.
fn lost() -> Error {
    Error::Internal("a mode of security without its key")
}

fn log_identity(key: PublicKey, file: &Path) {
    let fingerprint = key.fingerprint();
    tracing::info!(%fingerprint, %key, file = %file.display(), "the identity of this user");
}

fn warn_insecure(address: &Address) {
    tracing::warn!(%address, "insecure: whoever is in between can read and change everything");
}
