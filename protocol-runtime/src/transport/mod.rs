//! Byte streams and the listeners they come from: TCP, TLS, local sockets, memory and the application's
//! own, one enum over each.
//!
//! Everything above sees [`Stream`] and [`Listener`] and never asks which kind it holds; another
//! transport is one more variant here. Nothing in this folder knows frames, deadlines or the keys of
//! sessions.

mod address;
mod channel;
mod dialed;
mod local;
mod mem;
mod other;
mod race;
mod tcp;
#[cfg(test)]
mod tests;
#[cfg(feature = "_tls")]
pub mod tls;
#[cfg(not(feature = "_tls"))]
mod without_tls;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub use self::address::{Address, AddressError};
pub use self::channel::{PeerCertificate, TlsChannel};
pub(crate) use self::dialed::Writer;
pub use self::local::{LocalPeer, LocalUsers};
#[cfg(test)]
pub(crate) use self::mem::fail_accept;
pub(crate) use self::other::Way;
pub use self::other::{Arrival, ByteStream, Listen};
#[cfg(feature = "_tls")]
pub(crate) use self::tls::{Clock, TlsClient, TlsServer};
#[cfg(not(feature = "_tls"))]
pub(crate) use self::without_tls::{Clock, TlsClient, TlsServer};

/// One connection's bytes, both ways.
pub(crate) enum Stream {
    /// A TCP connection that somebody made to us, always with `TCP_NODELAY`.
    Tcp(tokio::net::TcpStream),
    /// The same, made by us.
    Dialed(dialed::Dialed),
    /// One that TLS protects, or will once hands are shaken; from either side.
    #[cfg(feature = "_tls")]
    Tls(Box<tls::Secured>),
    /// A local socket, from either side.
    Local(local::Bytes),
    /// A pair of bounded pipes within this process.
    Mem(tokio::io::DuplexStream),
    /// What the application opened or accepted.
    Other(Box<dyn ByteStream>),
}

/// A stream that somebody opened to us, and where it came from.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) stream: Stream,
    /// Where the peer is, as an address of the same transport.
    pub(crate) from: String,
    /// The address that limits on one source are about; none for what stays on this machine.
    pub(crate) ip: Option<IpAddr>,
    /// Who it is, if the system says so.
    pub(crate) local: Option<LocalPeer>,
}

/// A stream that we opened to somebody.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) stream: Stream,
    /// Who is there, if the system says so.
    pub(crate) local: Option<LocalPeer>,
}

impl From<Stream> for Outgoing {
    fn from(stream: Stream) -> Self {
        Self { stream, local: None }
    }
}

/// Where streams arrive.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(tcp::Listener),
    Local(local::Listener),
    Mem(mem::Listener),
    Other(other::Listener),
}

impl Listener {
    /// Starts listening. The port 0 takes a free one, see [`Listener::address`].
    pub(crate) async fn bind(
        address: &Address,
        users: &LocalUsers,
        tls: Option<TlsServer>,
    ) -> io::Result<Self> {
        match address {
            Address::Local { name } => local::Listener::bind(name, users).await.map(Self::Local),
            Address::Tcp { host, port } | Address::Tls { host, port } => {
                tcp::Listener::bind(host, *port, address, tls).await.map(Self::Tcp)
            }
            Address::Mem { name } => mem::Listener::bind(name).map(Self::Mem),
            Address::Other { name } => Err(unknown(name)),
        }
    }

    /// Takes what arrives at a listener of the application's own.
    pub(crate) fn other(listener: impl Listen, name: &str) -> Self {
        Self::Other(other::Listener::new(listener, name))
    }

    /// The next stream.
    ///
    /// An error concerns one connection or a resource of the process and says nothing about the
    /// listener, which can be asked again. Dropping the future loses no stream.
    pub(crate) async fn accept(&mut self) -> io::Result<Incoming> {
        match self {
            Self::Tcp(listener) => listener.accept().await,
            Self::Local(listener) => listener.accept().await,
            Self::Mem(listener) => listener.accept().await,
            Self::Other(listener) => listener.accept().await,
        }
    }

    /// The address to connect to, with the real port.
    pub(crate) fn address(&self) -> &Address {
        match self {
            Self::Tcp(listener) => listener.address(),
            Self::Local(listener) => listener.address(),
            Self::Mem(listener) => listener.address(),
            Self::Other(listener) => listener.address(),
        }
    }
}

impl Stream {
    /// Connects, without a deadline of its own. Of TLS hands are shaken later, by whoever reads or writes.
    pub(crate) async fn connect(
        address: &Address,
        users: &LocalUsers,
        tls: Option<&TlsClient>,
    ) -> io::Result<Outgoing> {
        let stream = match address {
            Address::Tcp { host, port } => {
                Self::Dialed(dialed::Dialed::new(tcp::connect(host, *port).await?))
            }
            Address::Tls { host, port } => {
                let tls = tls.ok_or(io::ErrorKind::Unsupported)?;
                // What is wrong with its files is known before anybody is bothered.
                let secures = tls.to(host).await.map_err(io::Error::other)?;
                secures.secure(tcp::connect(host, *port).await?)
            }
            Address::Local { name } => {
                let (stream, server) = local::connect(name, users).await?;
                return Ok(Outgoing { stream: Self::Local(stream), local: Some(server) });
            }
            Address::Mem { name } => Self::Mem(mem::connect(name).await?),
            Address::Other { name } => return Err(unknown(name)),
        };
        Ok(stream.into())
    }

    /// Whether there may be something to read, where that is known without trying. If not, the task is woken
    /// when there is.
    pub(crate) fn poll_readable(&self, task: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Tcp(stream) => stream.poll_read_ready(task).map(drop),
            Self::Dialed(stream) => stream.poll_readable(task),
            #[cfg(feature = "_tls")]
            Self::Tls(_) => Poll::Ready(()),
            Self::Local(_) | Self::Mem(_) | Self::Other(_) => Poll::Ready(()),
        }
    }

    /// The end that callers write to by themselves, if there is one.
    pub(crate) fn writer(&self) -> Option<Weak<dyn Writer>> {
        match self {
            Self::Dialed(stream) => stream.writer(),
            // It seals what goes out, so that nobody but the driver writes to it.
            #[cfg(feature = "_tls")]
            Self::Tls(_) => None,
            Self::Tcp(_) | Self::Local(_) | Self::Mem(_) | Self::Other(_) => None,
        }
    }

    /// The stream of somebody who is not let in, and what to say on it instead of `reject`, which is in clear.
    pub(crate) fn refused(self, reject: Vec<u8>) -> (Self, Vec<u8>) {
        match self {
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => stream.refused(),
            other @ (Self::Tcp(_)
            | Self::Dialed(_)
            | Self::Local(_)
            | Self::Mem(_)
            | Self::Other(_)) => (other, reject),
        }
    }

    /// How TLS protects the stream, with what is unique to it; none where it does not.
    pub(crate) fn channel(&self) -> Option<(TlsChannel, Option<[u8; 32]>)> {
        match self {
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => Some((stream.channel()?, stream.exported())),
            Self::Tcp(_) | Self::Dialed(_) | Self::Local(_) | Self::Mem(_) | Self::Other(_) => None,
        }
    }

    /// Whether the stream itself has told the peer why it is at its end, who needs time to read that.
    pub(crate) fn has_told(&self) -> bool {
        match self {
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => stream.has_failed(),
            Self::Tcp(_) | Self::Dialed(_) | Self::Local(_) | Self::Mem(_) | Self::Other(_) => {
                false
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Dialed(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Local(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Mem(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Other(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Dialed(stream) => Pin::new(stream).poll_write(cx, buf),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Local(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Mem(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Other(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Dialed(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Local(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Mem(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Other(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tcp(stream) => stream.is_write_vectored(),
            Self::Dialed(stream) => stream.is_write_vectored(),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => stream.is_write_vectored(),
            Self::Local(stream) => stream.is_write_vectored(),
            Self::Mem(stream) => stream.is_write_vectored(),
            Self::Other(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Self::Dialed(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Local(stream) => Pin::new(stream).poll_flush(cx),
            Self::Mem(stream) => Pin::new(stream).poll_flush(cx),
            Self::Other(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Dialed(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(feature = "_tls")]
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Local(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Mem(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Other(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(stream) => stream.fmt(f),
            Self::Dialed(stream) => stream.fmt(f),
            Self::Local(stream) => stream.fmt(f),
            Self::Mem(stream) => stream.fmt(f),
            #[cfg(feature = "_tls")]
            Self::Tls(_) => f.write_str("Tls"),
            Self::Other(_) => f.write_str("Other"),
        }
    }
}

/// A name says nothing of how to get there.
fn unknown(name: &str) -> io::Error {
    let text = format!("`{name}` is no address: use `.serve_on(..)` and `.open_on(..)`");
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
