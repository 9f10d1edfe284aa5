//! Byte streams and the listeners they come from: TCP and memory, one enum over each.
//!
//! Everything above sees [`Stream`] and [`Listener`] and never asks which kind it holds; another
//! transport is one more variant here. Nothing in this folder knows frames, keys or deadlines.

mod address;
mod mem;
mod tcp;
#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub use self::address::{Address, AddressError};
#[cfg(test)]
pub(crate) use self::mem::fail_accept;

/// One connection's bytes, both ways.
#[derive(Debug)]
pub(crate) enum Stream {
    /// A TCP connection, always with `TCP_NODELAY`.
    Tcp(tokio::net::TcpStream),
    /// A pair of bounded pipes within this process.
    Mem(tokio::io::DuplexStream),
}

/// A stream that somebody opened to us, and where it came from.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) stream: Stream,
    /// Where the peer is, as an address of the same transport.
    pub(crate) from: String,
    /// The address that limits on one source are about; none for what stays on this machine.
    pub(crate) ip: Option<IpAddr>,
}

/// Where streams arrive.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(tcp::Listener),
    Mem(mem::Listener),
}

impl Listener {
    /// Starts listening. The port 0 takes a free one, see [`Listener::address`].
    pub(crate) async fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp { host, port } => tcp::Listener::bind(host, *port).await.map(Self::Tcp),
            Address::Mem { name } => mem::Listener::bind(name).map(Self::Mem),
        }
    }

    /// The next stream.
    ///
    /// An error concerns one connection or a resource of the process and says nothing about the
    /// listener, which can be asked again. Dropping the future loses no stream.
    pub(crate) async fn accept(&mut self) -> io::Result<Incoming> {
        match self {
            Self::Tcp(listener) => listener.accept().await,
            Self::Mem(listener) => listener.accept().await,
        }
    }

    /// The address to connect to, with the real port.
    pub(crate) fn address(&self) -> &Address {
        match self {
            Self::Tcp(listener) => listener.address(),
            Self::Mem(listener) => listener.address(),
        }
    }
}

impl Stream {
    /// Connects, without a deadline of its own.
    pub(crate) async fn connect(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp { host, port } => tcp::connect(host, *port).await.map(Self::Tcp),
            Address::Mem { name } => mem::connect(name).await.map(Self::Mem),
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
            Self::Mem(stream) => Pin::new(stream).poll_read(cx, buf),
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
            Self::Mem(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Self::Mem(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Mem(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
