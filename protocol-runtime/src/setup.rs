//! What the builders of servers and clients have in common. Mistakes made in them come out when
//! they are used, each with what mends it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::driver::Service;
use crate::error::Error;
use crate::frame::preface::OFFERS_MAX;
use crate::noise::{Keypair, PublicKey};
use crate::session::{ClientSecurity, ServerKey, ServerSecurity};
use crate::transport::Address;

/// How long a call waits for its answer unless told otherwise.
pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// The protocols of one side.
#[derive(Clone, Default)]
pub(crate) struct Services(Vec<Arc<dyn Service>>);

impl Services {
    pub(crate) fn add(&mut self, service: Arc<dyn Service>) {
        self.0.push(service);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|service| service.name() == name)
    }

    /// The protocols, one to four and each once. `none` says what to do when there is none.
    pub(crate) fn finish(self, none: &'static str) -> Result<Arc<[Arc<dyn Service>]>, Error> {
        if self.0.is_empty() {
            return Err(Error::Config(none.into()));
        }
        if self.0.len() > OFFERS_MAX {
            let text = format!(
                "{} protocols for one connection, at most {OFFERS_MAX} fit: use several addresses",
                self.0.len()
            );
            return Err(Error::Config(text.into()));
        }
        for (at, service) in self.0.iter().enumerate() {
            if self.0.iter().take(at).any(|earlier| earlier.name() == service.name()) {
                let text = format!(
                    "protocol `{}` was added twice: add it once, with one handler",
                    service.name()
                );
                return Err(Error::Config(text.into()));
            }
        }
        Ok(self.0.into())
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|service| service.name())).finish()
    }
}

/// How a side wants its connections protected.
#[derive(Debug, Default)]
pub(crate) struct Secure {
    pub(crate) identity: Option<Keypair>,
    pub(crate) anonymous: bool,
    /// The key a client expects of its server.
    pub(crate) server_key: Option<PublicKey>,
}

impl Secure {
    /// What a server at `address` asks of its clients.
    pub(crate) fn server(&self, address: &Address) -> Result<ServerSecurity, Error> {
        Ok(match (self.choose(address)?, address) {
            (Some(local), _) => ServerSecurity::Mutual { local },
            (None, Address::Mem { .. }) => ServerSecurity::Plain,
            (None, Address::Tcp { .. }) => {
                warn_insecure(address);
                ServerSecurity::InsecureAnonymous
            }
        })
    }

    /// What a client asks of a server at `address`.
    pub(crate) fn client(&self, address: &Address) -> Result<ClientSecurity, Error> {
        match (self.choose(address)?, self.server_key) {
            (Some(local), Some(key)) => {
                Ok(ClientSecurity::Mutual { local, server: ServerKey::Pinned(key) })
            }
            (Some(_), None) => Err(Error::Config(
                "a client with an identity has to know its server: give the server's public key with `.server_key(key)`".into(),
            )),
            (None, Some(_)) => Err(Error::Config(
                "to check the server's key the client needs one of its own: add `.identity(keypair)`".into(),
            )),
            (None, None) => Ok(match address {
                Address::Mem { .. } => ClientSecurity::Plain,
                Address::Tcp { .. } => {
                    warn_insecure(address);
                    ClientSecurity::InsecureAnonymous
                }
            }),
        }
    }

    fn choose(&self, address: &Address) -> Result<Option<Keypair>, Error> {
        match (&self.identity, self.anonymous, address) {
            (Some(_), true, _) => Err(Error::Config(
                "`.identity(keypair)` and `.insecure_anonymous()` exclude each other: keep one".into(),
            )),
            (Some(identity), false, _) => Ok(Some(identity.clone())),
            (None, false, Address::Tcp { .. }) => Err(Error::Config(
                format!("{address} has no security: add `.identity(keypair)`, or `.insecure_anonymous()` where it does not matter who reads and changes what is sent").into(),
            )),
            (None, _, _) => Ok(None),
        }
    }
}

fn warn_insecure(address: &Address) {
    tracing::warn!(%address, "insecure: whoever is in between can read and change everything");
}
