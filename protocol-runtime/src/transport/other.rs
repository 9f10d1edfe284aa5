//! Streams and listeners of the application's own: for simulated networks, streams with faults, and
//! sockets that somebody else opened. Nothing is known of how they are protected, so they are
//! taken for a network that anybody may be on.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::{Address, Incoming, LocalUsers, Outgoing, Stream, TlsClient};

/// Bytes both ways, in order, from one end to the other. Implemented for whatever is that.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> ByteStream for S {}

/// A stream that somebody opened, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrival<S> {
    /// The stream.
    pub stream: S,
    /// Where it came from, as logs and [`Peer::address`](crate::peer::Peer::address) have it.
    pub from: String,
    /// The address that limits on one source are about; with none they are not about this stream.
    pub ip: Option<IpAddr>,
}

impl<S> Arrival<S> {
    /// A stream that no limit on one source is about.
    pub fn new(stream: S, from: impl Into<String>) -> Self {
        Self { stream, from: from.into(), ip: None }
    }

    /// A stream that counts for the source at this address.
    #[must_use]
    pub fn with_ip(self, ip: IpAddr) -> Self {
        Self { ip: Some(ip), ..self }
    }
}

/// Where streams arrive, for [`ServerBuilder::serve_on`](crate::server::ServerBuilder::serve_on).
///
/// Implemented for a listening TCP socket that somebody else has opened, and for the receiving end of a
/// channel of streams. Once the senders of the channel are gone there are no more streams, and the
/// server goes on with those it has: so a single connection that was handed over is served.
pub trait Listen: Send + 'static {
    /// What arrives.
    type Stream: ByteStream;

    /// The next stream.
    ///
    /// The future is dropped when something else is to be done first, and asked for again; no
    /// stream may be lost by that. An error concerns one stream or a resource of the process: the
    /// listener is asked again, after a pause that grows while there are errors only.
    fn accept(&mut self) -> impl Future<Output = io::Result<Arrival<Self::Stream>>> + Send;
}

impl<S: ByteStream> Listen for mpsc::Receiver<S> {
    type Stream = S;

    async fn accept(&mut self) -> io::Result<Arrival<S>> {
        match self.recv().await {
            Some(stream) => Ok(Arrival::new(stream, "handed over")),
            None => std::future::pending().await,
        }
    }
}

impl Listen for TcpListener {
    type Stream = TcpStream;

    async fn accept(&mut self) -> io::Result<Arrival<TcpStream>> {
        let (stream, from) = Self::accept(self).await?;
        stream.set_nodelay(true)?;
        Ok(Arrival::new(stream, format!("tcp://{from}")).with_ip(from.ip()))
    }
}

/// A future of whatever type.
type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`Listen`] of whatever type.
trait AnyListen: Send {
    fn next(&mut self) -> Later<'_, io::Result<Incoming>>;
}

impl<L: Listen> AnyListen for L {
    fn next(&mut self) -> Later<'_, io::Result<Incoming>> {
        Box::pin(async {
            let Arrival { stream, from, ip } = self.accept().await?;
            Ok(Incoming { stream: Stream::Other(Box::new(stream)), from, ip, local: None })
        })
    }
}

/// A listener of the application's own.
pub(crate) struct Listener {
    listener: Box<dyn AnyListen>,
    address: Address,
}

impl Listener {
    pub(super) fn new(listener: impl Listen, name: &str) -> Self {
        let address = Address::Other { name: name.to_owned() };
        Self { listener: Box::new(listener), address }
    }

    pub(super) async fn accept(&mut self) -> io::Result<Incoming> {
        self.listener.next().await
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What opens a stream of the application's own.
type Open = Arc<dyn Fn() -> Later<'static, io::Result<Outgoing>> + Send + Sync>;

/// Opens streams to a server, again and again: at its addresses, or as the application does it.
#[derive(Clone)]
pub(crate) struct Way {
    /// Where the server may be, in the order in which to try; one at least.
    pub(crate) places: Vec<Address>,
    open: Option<Open>,
}

impl Way {
    /// Connects to whichever of these addresses can be had.
    pub(crate) fn to(places: Vec<Address>) -> Self {
        Self { places, open: None }
    }

    /// Connects as `open` does.
    pub(crate) fn other<S, F>(name: &str, open: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        S: ByteStream,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        let open = move || -> Later<'static, io::Result<Outgoing>> {
            let opening = open();
            Box::pin(async { Ok(Stream::Other(Box::new(opening.await?)).into()) })
        };
        Self { places: vec![Address::Other { name: name.to_owned() }], open: Some(Arc::new(open)) }
    }

    /// The next stream to one of the places, without a deadline of its own.
    pub(crate) async fn connect(
        &self,
        to: &Address,
        users: &LocalUsers,
        tls: Option<&TlsClient>,
    ) -> io::Result<Outgoing> {
        match &self.open {
            Some(open) => open().await,
            None => Stream::connect(to, users, tls).await,
        }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Way").field(&self.places).finish()
    }
}
