//! A server of messages that is run until it is shut down.
//!
//! The server is one of the runtime; here is only who starts it and who waits for its end.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

pub use crate::config::ServerConfig;
use crate::config::{ConfigError, NetworkConfig};
use crate::error::{ProtocolError, Result};
use crate::protocol::dispatcher::Dispatcher;
use crate::protocol::message::{Message, Pushed};
use crate::{Ended, Serve, Server, ServerBuilder, side};

/// A server that serves while [`run`](Self::run) is awaited. Cheap to clone.
#[derive(Clone)]
pub struct Daemon {
    inner: Arc<Inner>,
}

struct Inner {
    state: watch::Sender<State>,
    shutdown_timeout: Duration,
}

/// What a server is going to be.
struct Plan {
    builder: Result<ServerBuilder, ConfigError>,
    address: String,
}

enum State {
    /// Nobody runs it yet.
    New(Box<Plan>),
    Starting,
    /// It serves as long as somebody runs it.
    Serving(Weak<Server>),
    Ended(Result<()>),
}

/// A server at `address` for messages that are handled as `handler` says, with defaults for all else.
pub fn new<H>(address: &str, handler: H) -> Daemon
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    new_with_config(ServerConfig { address: address.to_owned(), ..Default::default() }, handler)
}

/// A server for messages that are handled as `handler` says: a [`Dispatcher`], or whatever
/// implements [`MessageHandler`](crate::protocol::message::MessageHandler).
///
/// What is wrong with the configuration is told by [`Daemon::run`].
pub fn new_with_config<H>(config: ServerConfig, handler: H) -> Daemon
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    let config = NetworkConfig::default_with_overrides(|all| all.server = config);
    from_config(&config, handler)
}

/// The same, with everything that can be configured.
pub fn from_config<H>(config: &NetworkConfig, handler: H) -> Daemon
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    let builder = config.server_builder().map(|builder| builder.add::<Message, H>(handler));
    let state = State::New(Box::new(Plan { builder, address: config.server_url() }));
    let (state, shutdown_timeout) = (watch::Sender::new(state), config.server.shutdown_timeout);
    Daemon { inner: Arc::new(Inner { state, shutdown_timeout }) }
}

/// Serves at `address` with the handlers that are [built in](built_in), until the process is asked to end
/// (`SIGTERM`, or Ctrl-C): see [`Daemon::run_until_signal`].
///
/// # Errors
///
/// Those of [`Daemon::run`], or [`ProtocolError::Cut`].
pub async fn start(address: &str) -> Result<()> {
    start_with(address, built_in()).await
}

/// The same, with handlers of the program.
///
/// # Errors
///
/// Those of [`start`].
pub async fn start_with<H>(address: &str, handler: H) -> Result<()>
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    finished(new(address, handler).run_until_signal().await?)
}

/// Calls that had to be cut are an error to those who learn nothing else of the end.
pub(super) fn finished(ended: Ended) -> Result<()> {
    if ended == Ended::Finished { Ok(()) } else { Err(ProtocolError::Cut(ended)) }
}

/// Handlers that answer [`Message::Ping`] with [`Message::Pong`] and send [`Message::Echo`] back.
#[must_use]
pub fn built_in() -> Dispatcher {
    let dispatcher = Dispatcher::default();
    dispatcher.register("PING", |_| Ok(Message::Pong));
    dispatcher.register("ECHO", |message| Ok(message.clone()));
    dispatcher
}

impl Daemon {
    /// Serves until the server is shut down. It stops at once if the future is dropped; if several are
    /// awaited, the first is the one that serves.
    ///
    /// # Errors
    ///
    /// The configuration cannot be used, or the address cannot be had.
    pub async fn run(&self) -> Result<()> {
        self.drive(false).await.map(drop)
    }

    /// Serves until the server is shut down or the process gets `SIGTERM` or `SIGINT` (Ctrl-C), as
    /// [`Server::run_until_signal`] does; `main` may return how it ended. Otherwise as [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run), or the system does not let the process wait for signals.
    pub async fn run_until_signal(&self) -> Result<Ended> {
        self.drive(true).await
    }

    async fn drive(&self, signals: bool) -> Result<Ended> {
        let Some(plan) = self.inner.begin() else {
            return self.inner.ended().await.map(|()| Ended::Finished);
        };
        // Says so to whoever waits, however this ends.
        let running = Running { inner: &self.inner };
        let served = running.serve(plan, signals).await;
        self.inner.end(served.clone().map(drop));
        served
    }

    /// Stops: accepts nothing more, lets handlers that run finish for at most `limit`, or for the
    /// `shutdown_timeout` of the configuration, and cuts what is left. Done when nothing of the server runs
    /// any more. One that was not run yet never serves.
    pub async fn shutdown(&self, limit: Option<Duration>) {
        match self.inner.stop() {
            // The server itself has no way to fail at that.
            Some(server) => {
                drop(server.shutdown(limit.unwrap_or(self.inner.shutdown_timeout)).await);
            }
            None => drop(self.inner.ended().await),
        }
    }

    /// The address to connect to, with the real port, once the server listens.
    ///
    /// # Errors
    ///
    /// Why it never will.
    pub async fn listening(&self) -> Result<String> {
        Ok(self.server().await?.address().to_owned())
    }

    /// The server, once it listens: to see its connections, or to
    /// [push](crate::protocol::message::PushedPeer) to its clients. While there is a handle like this one,
    /// only [`shutdown`](Self::shutdown) stops it.
    ///
    /// # Errors
    ///
    /// Why it never will.
    pub async fn server(&self) -> Result<Server> {
        let mut states = self.inner.state.subscribe();
        loop {
            match &*states.borrow_and_update() {
                State::New(_) | State::Starting => {}
                State::Serving(server) => {
                    let server = server.upgrade().ok_or(ProtocolError::ShutDown)?;
                    return Ok(Server::clone(&server));
                }
                State::Ended(Err(error)) => return Err(error.clone()),
                State::Ended(Ok(())) => return Err(ProtocolError::ShutDown),
            }
            states.changed().await.map_err(|_| ProtocolError::ShutDown)?;
        }
    }
}

impl Inner {
    /// The plan, for the first who asks.
    fn begin(&self) -> Option<Plan> {
        let mut plan = None;
        self.state.send_if_modified(|state| {
            if matches!(state, State::New(_))
                && let State::New(found) = std::mem::replace(state, State::Starting)
            {
                plan = Some(*found);
            }
            plan.is_some()
        });
        plan
    }

    /// The first end is the one that is told.
    fn end(&self, result: Result<()>) {
        self.state.send_if_modified(|state| {
            let first = !matches!(state, State::Ended(_));
            if first {
                *state = State::Ended(result);
            }
            first
        });
    }

    /// The server to stop; if there is none, that is the end of it.
    fn stop(&self) -> Option<Arc<Server>> {
        let server = match &*self.state.borrow() {
            State::Serving(server) => server.upgrade(),
            State::New(_) | State::Starting | State::Ended(_) => None,
        };
        if server.is_none() {
            self.end(Ok(()));
        }
        server
    }

    async fn ended(&self) -> Result<()> {
        let mut states = self.state.subscribe();
        loop {
            if let State::Ended(result) = &*states.borrow_and_update() {
                return result.clone();
            }
            if states.changed().await.is_err() {
                return Ok(());
            }
        }
    }
}

/// The one who runs a server.
struct Running<'a> {
    inner: &'a Inner,
}

impl Running<'_> {
    async fn serve(&self, plan: Plan, signals: bool) -> Result<Ended> {
        let builder = plan.builder?.add::<Pushed, _>(crate::Dispatcher::<Pushed>::new());
        let server = Arc::new(builder.listen(&plan.address).await?);
        let listens = self.inner.state.send_if_modified(|state| {
            let starting = matches!(state, State::Starting);
            if starting {
                *state = State::Serving(Arc::downgrade(&server));
            }
            starting
        });
        // It was shut down while it started.
        if !listens {
            return Ok(Ended::Finished);
        }
        if signals {
            return Ok(server.run_until_signal().await?);
        }
        server.closed().await;
        Ok(Ended::Finished)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.inner.end(Ok(()));
    }
}

impl std::fmt::Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match &*self.inner.state.borrow() {
            State::New(_) => "new",
            State::Starting => "starting",
            State::Serving(_) => "serving",
            State::Ended(_) => "ended",
        };
        f.debug_struct("Daemon").field("state", &state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, ProtocolError, finished};

    #[test]
    fn a_program_that_only_starts_a_server_hears_of_calls_that_were_cut() {
        assert_eq!(finished(Ended::Finished), Ok(()));
        assert_eq!(finished(Ended::Cut(3)), Err(ProtocolError::Cut(Ended::Cut(3))));
    }
}
