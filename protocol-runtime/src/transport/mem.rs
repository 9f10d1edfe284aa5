//! Connections within this process: a pair of bounded pipes, found by name.
//!
//! The bytes are the same as on a wire, so what works here works over TCP; only the socket is
//! missing. No queue here is unbounded: pipes hold [`PIPE_BYTES`], listeners [`BACKLOG`] streams.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::io::DuplexStream;
use tokio::sync::mpsc;

use super::{Address, Incoming, Stream};

/// What one direction holds before its writer waits.
const PIPE_BYTES: usize = 64 * 1024;
/// Streams that wait for `accept` before a connecting one waits.
const BACKLOG: usize = 128;

/// An accept result is what travels, so that a test can have `accept` fail.
type Arrival = io::Result<DuplexStream>;

static LISTENERS: Mutex<BTreeMap<String, mpsc::Sender<Arrival>>> = Mutex::new(BTreeMap::new());

/// A name, and the streams opened to it. Dropping it frees the name.
#[derive(Debug)]
pub(crate) struct Listener {
    arrivals: mpsc::Receiver<Arrival>,
    name: String,
    address: Address,
}

impl Listener {
    pub(super) fn bind(name: &str) -> io::Result<Self> {
        let mut listeners = listeners();
        if listeners.contains_key(name) {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("another server in this process listens at `mem://{name}`"),
            ));
        }
        let (sender, arrivals) = mpsc::channel(BACKLOG);
        listeners.insert(name.to_owned(), sender);
        drop(listeners);
        Ok(Self {
            arrivals,
            name: name.to_owned(),
            address: Address::Mem { name: name.to_owned() },
        })
    }

    pub(super) async fn accept(&mut self) -> io::Result<Incoming> {
        match self.arrivals.recv().await {
            Some(arrival) => {
                let from = format!("mem://{}", self.name);
                Ok(Incoming { stream: Stream::Mem(arrival?), from, ip: None, local: None })
            }
            // The registry holds a sender for as long as this listener lives.
            None => std::future::pending().await,
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The removed sender is dropped after the lock.
        let _sender = listeners().remove(&self.name);
    }
}

pub(super) async fn connect(name: &str) -> io::Result<DuplexStream> {
    let refused = || {
        io::Error::new(
            io::ErrorKind::ConnectionRefused,
            format!(
                "no server in this process listens at `mem://{name}`: start it before the client"
            ),
        )
    };
    let sender = listeners().get(name).cloned().ok_or_else(refused)?;
    let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
    sender.send(Ok(theirs)).await.map_err(|_| refused())?;
    Ok(ours)
}

/// Has the listener's next `accept` fail.
#[cfg(test)]
pub(crate) async fn fail_accept(name: &str, error: io::Error) {
    let sender = listeners().get(name).cloned().expect("a listener of that name");
    sender.send(Err(error)).await.expect("a listener of that name");
}

fn listeners() -> MutexGuard<'static, BTreeMap<String, mpsc::Sender<Arrival>>> {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner)
}
