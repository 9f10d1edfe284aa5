//! TCP. `TCP_NODELAY` is always on: the driver writes whole batches, so Nagle only adds delay.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

use super::race::race;
use super::{Address, Incoming, Stream, TlsServer};

/// Connections that the system holds until they are accepted, if it is not told to hold fewer. The
/// 128 that are usual are full at once in a flood, and honest clients then try again after seconds.
const BACKLOG: u32 = 4_096;

/// A listening socket and its real address.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: Address,
    /// What each connection is wrapped in, if it is in anything.
    tls: Option<TlsServer>,
}

impl Listener {
    pub(super) async fn bind(
        host: &str,
        port: u16,
        named: &Address,
        tls: Option<TlsServer>,
    ) -> io::Result<Self> {
        let mut socket =
            Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{host}` has no address")));
        for at in lookup(host, port).await? {
            socket = listen(at).map_err(explain);
            if socket.is_ok() {
                break;
            }
        }
        let socket = socket?;
        // The host stays as it was written: a certificate or a person may know it by that name.
        let address = named.with_port(socket.local_addr()?.port());
        Ok(Self { socket, address, tls })
    }

    pub(super) async fn accept(&mut self) -> io::Result<Incoming> {
        let (stream, from) = self.socket.accept().await?;
        stream.set_nodelay(true)?;
        let ip = Some(from.ip());
        let stream = match &self.tls {
            Some(tls) => tls.accept(stream)?,
            None => Stream::Tcp(stream),
        };
        let from = format!("{}://{from}", self.address.transport());
        Ok(Incoming { stream, from, ip, local: None })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }
}

fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Elsewhere it lets a server start again while connections of the last one are forgotten; on
    // Windows it would let others take the address.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Connects to whichever of the host's addresses answers first.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses = lookup(host, port).await?;
    let stream = race(addresses, reach).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn reach(at: SocketAddr) -> io::Result<TcpStream> {
    other_than_itself(TcpStream::connect(at).await?)
}

/// Refuses a connection that somebody has to himself: where nobody listens at a port that the system gives to
/// those who connect, it may give just that one, and the server could not listen there again.
pub(super) fn other_than_itself(stream: TcpStream) -> io::Result<TcpStream> {
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}

async fn lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    match lookup_host((host, port)).await {
        Ok(found) => Ok(found.collect()),
        Err(error) => {
            Err(io::Error::new(error.kind(), format!("the host `{host}` is not known: {error}")))
        }
    }
}

/// What it means that the system does not let us listen.
fn explain(error: io::Error) -> io::Error {
    let known = [
        (
            io::ErrorKind::AddrInUse,
            "another program listens at that port: stop it, take another port, or 0 for any free one",
        ),
        (
            io::ErrorKind::AddrNotAvailable,
            "no interface of this machine has that address: take one that has, `0.0.0.0` or `[::]`",
        ),
        (
            io::ErrorKind::PermissionDenied,
            "this user may not listen at that port: take one above 1023",
        ),
    ];
    match known.into_iter().find(|(kind, _)| *kind == error.kind()) {
        Some((kind, text)) => io::Error::new(kind, text),
        None => error,
    }
}
