//! A server that runs until the system asks the process to end. Never ends the process itself: what came
//! of it is for `main` to return.
#![expect(clippy::disallowed_methods, reason = "the limit on cutting connections")]

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::process::{ExitCode, Termination};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;

use super::Server;
use crate::error::Error;

/// How long cutting connections may take after a second signal.
const CUTTING: Duration = Duration::from_secs(1);

/// What asked the process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signal {
    /// Ctrl-C, or `SIGINT`.
    Interrupt,
    /// `SIGTERM`, as service managers send it.
    Terminate,
}

/// How a server ended that ran until a signal. `main` may return it: it is the exit code too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it is the exit code: return it from `main`"]
pub enum Ended {
    /// All that ran was finished, or the program stopped the server. Exit code 0.
    Finished,
    /// The time for finishing was over, and so many calls were cut. Exit code 3.
    Cut(u64),
    /// A second signal came before all was finished. Exit code 130 for `SIGINT`, 143 for `SIGTERM`.
    Forced(Signal),
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }
}

impl Ended {
    /// The exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Finished => 0,
            Self::Cut(_) => 3,
            Self::Forced(Signal::Interrupt) => 130,
            Self::Forced(Signal::Terminate) => 143,
        }
    }
}

impl Termination for Ended {
    fn report(self) -> ExitCode {
        self.code().into()
    }
}

impl Server {
    /// Serves until the process gets `SIGTERM` or `SIGINT` (Ctrl-C), then [drains](Self::drain). A
    /// second signal ends it at once: what still runs is cut. It ends too when the server is stopped
    /// otherwise.
    ///
    /// From the call on these signals do not end the process by themselves; `main` should return soon
    /// after this does, with the exit code that [`Ended`] is.
    ///
    /// ```no_run
    /// # use protocol_runtime::server::{Ended, Server};
    /// # async fn run(server: Server) -> Result<Ended, protocol_runtime::error::Error> {
    /// let ended = server.run_until_signal().await?;
    /// # Ok(ended)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not let the process wait for signals. The server goes on.
    pub async fn run_until_signal(&self) -> Result<Ended, Error> {
        let mut signals = Signals::new().map_err(|error| Error::Io {
            kind: error.kind(),
            text: format!("cannot wait for signals: {error}").into(),
        })?;
        let Some(signal) = unless(self.closed(), &mut signals).await else {
            return Ok(Ended::Finished);
        };
        let limit = self.inner.shutdown_timeout;
        tracing::info!(signal = signal.name(), ?limit, "draining; a second signal ends it at once");
        let drained = async {
            // Nothing goes wrong there at present.
            drop(self.drain().await);
        };
        let Some(signal) = unless(drained, &mut signals).await else {
            let calls = self.stats().cut;
            return Ok(if calls == 0 { Ended::Finished } else { Ended::Cut(calls) });
        };
        tracing::warn!(signal = signal.name(), "the second signal: what still runs is cut");
        // A handler that keeps its thread cannot be cut; the process ends without it.
        drop(timeout(CUTTING, self.shutdown(Duration::ZERO)).await);
        Ok(Ended::Forced(signal))
    }
}

/// The next signal, unless something ends before one comes.
async fn unless(end: impl Future<Output = ()>, signals: &mut Signals) -> Option<Signal> {
    let mut end = pin!(end);
    poll_fn(|task| match end.as_mut().poll(task) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => signals.poll(task).map(Some),
    })
    .await
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Signal> {
        if let Poll::Ready(Some(())) = self.terminate.poll_recv(task) {
            return Poll::Ready(Signal::Terminate);
        }
        match self.interrupt.poll_recv(task) {
            Poll::Ready(Some(())) => Poll::Ready(Signal::Interrupt),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

/// Other systems have Ctrl-C alone.
#[cfg(not(unix))]
struct Signals(std::pin::Pin<Box<dyn Future<Output = io::Result<()>> + Send>>);

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self(Box::pin(tokio::signal::ctrl_c())))
    }

    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Signal> {
        match self.0.as_mut().poll(task) {
            Poll::Ready(Ok(())) => {
                self.0 = Box::pin(tokio::signal::ctrl_c());
                Poll::Ready(Signal::Interrupt)
            }
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}
