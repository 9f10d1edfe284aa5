//! The admin endpoint: what a server at work tells those who look after it, over HTTP on an address of
//! its own. Never takes an order, never shows what is in a message, and answers nobody but this machine
//! unless it is told to.
//!
//! | path | what it is |
//! |---|---|
//! | `/` | one page of live state, which refreshes itself |
//! | `/stats.json` | the same for programs; `npctl stats` shows it |
//! | `/metrics` | metrics as Prometheus reads them, with the feature `prometheus` |
//! | `/healthz` | 200 as long as the process answers |
//! | `/readyz` | 200 while all servers take connections, 503 from when one drains |
//!
//! ```no_run
//! # async fn run(server: network_protocol::Server) -> Result<(), Box<dyn std::error::Error>> {
//! use network_protocol::admin::AdminBuilder;
//!
//! let admin = AdminBuilder::new().server(&server).listen("127.0.0.1:9001").await?;
//! println!("http://{}/", admin.address());
//! let ended = server.run_until_signal().await?;
//! # drop((admin, ended));
//! # Ok(())
//! # }
//! ```

mod http;
mod live;
#[cfg(feature = "prometheus")]
mod metrics;
mod page;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

#[cfg(feature = "prometheus")]
pub use self::metrics::{InstallError, Metrics, Recorder};
use crate::{Monitor, Server};

/// An admin endpoint, until it listens.
#[derive(Clone, Debug)]
#[must_use = "nothing is shown until it listens"]
pub struct AdminBuilder {
    seen: Seen,
    remote: bool,
    connections: usize,
    timeout: Duration,
}

/// What an endpoint shows.
#[derive(Clone, Debug, Default)]
struct Seen {
    servers: Vec<Monitor>,
    #[cfg(feature = "prometheus")]
    metrics: Option<Metrics>,
}

/// An admin endpoint at work. Dropping it stops it.
#[derive(Debug)]
#[must_use = "dropping it stops it"]
pub struct Admin {
    address: SocketAddr,
    task: AbortHandle,
}

/// Why there is no admin endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Others than this machine could read it, and nobody said that they may.
    #[error(
        "the admin endpoint would be open to the network at {address}: say an address of this machine like 127.0.0.1, or `.allow_remote()`"
    )]
    Remote {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address is none.
    #[error("`{address}` is not an IP address with a port: say one like 127.0.0.1:9001")]
    Address {
        /// What was asked for.
        address: String,
    },
    /// The address cannot be had.
    #[error("the admin endpoint cannot listen at {address}: {kind}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        kind: io::ErrorKind,
    },
}

impl Default for AdminBuilder {
    fn default() -> Self {
        Self {
            seen: Seen::default(),
            remote: false,
            connections: 16,
            timeout: Duration::from_secs(10),
        }
    }
}

impl AdminBuilder {
    /// An endpoint that shows nothing yet, with the usual limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows this server, beside others. It is not kept by that.
    pub fn server(mut self, server: &Server) -> Self {
        self.seen.servers.push(server.monitor());
        self
    }

    /// Shows these metrics at `/metrics`, and of each message how often and how fast on the page.
    #[cfg(feature = "prometheus")]
    pub fn metrics(mut self, metrics: &Metrics) -> Self {
        self.seen.metrics = Some(metrics.clone());
        self
    }

    /// Lets it listen where other machines reach it. There is no password and no encryption: whoever
    /// reaches it sees who is connected.
    pub fn allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// How many connections it has at a time, 16 by default. One more takes the place of the oldest
    /// that has no answer yet.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.connections = usize::try_from(connections.max(1)).unwrap_or(usize::MAX);
        self
    }

    /// How long a request and its answer may take together, 10 s by default. Each connection has one
    /// request.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Starts to answer. Port 0 takes a free one, see [`Admin::address`].
    ///
    /// # Errors
    ///
    /// [`AdminError`]: the address is none, is not of this machine alone, or cannot be had.
    pub async fn listen(self, address: &str) -> Result<Admin, AdminError> {
        let Ok(asked) = address.parse::<SocketAddr>() else {
            return Err(AdminError::Address { address: address.to_owned() });
        };
        if !is_loopback(asked) && !self.remote {
            return Err(AdminError::Remote { address: asked });
        }
        let failed = |error: io::Error| AdminError::Listen { address: asked, kind: error.kind() };
        let listener = TcpListener::bind(asked).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let host = http::Hosts { any: self.remote };
        let limits = http::Limits { connections: self.connections, timeout: self.timeout };
        let task = tokio::spawn(http::run(listener, limits, host, Arc::new(self.seen)));
        tracing::info!(%address, "the admin endpoint is there");
        Ok(Admin { address, task: task.abort_handle() })
    }
}

fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Whether nobody else reaches an address; what is none is for others to judge.
#[cfg(feature = "config")]
pub(crate) fn is_of_this_machine(address: &str) -> bool {
    address.parse().map_or(true, is_loopback)
}

impl Admin {
    /// Where it is, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.task.abort();
    }
}
