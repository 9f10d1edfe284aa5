//! TCP. `TCP_NODELAY` is always on: the driver writes whole batches, so Nagle only adds delay.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

use super::dialed::Dialed;
use super::{Address, Incoming, Stream};

/// Connections that the system holds until they are accepted, if it is not told to hold fewer. The
/// 128 that are usual are full at once in a flood, and honest clients then try again after seconds.
const BACKLOG: u32 = 4_096;

/// A listening socket and its real address.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: Address,
}

impl Listener {
    pub(super) async fn bind(host: &str, port: u16) -> io::Result<Self> {
        let mut socket =
            Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{host}` has no address")));
        for at in lookup_host((host, port)).await? {
            socket = listen(at);
            if socket.is_ok() {
                break;
            }
        }
        let socket = socket?;
        // The host stays as it was written: a certificate or a person may know it by that name.
        let address = Address::Tcp { host: host.to_owned(), port: socket.local_addr()?.port() };
        Ok(Self { socket, address })
    }

    pub(super) async fn accept(&mut self) -> io::Result<Incoming> {
        let (stream, from) = self.socket.accept().await?;
        stream.set_nodelay(true)?;
        let ip = Some(from.ip());
        Ok(Incoming { stream: Stream::Tcp(stream), from: format!("tcp://{from}"), ip })
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

/// Connects to the first of the host's addresses that answers.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<Dialed> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(Dialed::new(stream))
}
