//! TCP. `TCP_NODELAY` is always on: the driver writes whole batches, so Nagle only adds delay.

use std::io;

use tokio::net::{TcpListener, TcpStream};

use super::{Address, Incoming, Stream};

/// A listening socket and its real address.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: Address,
}

impl Listener {
    pub(super) async fn bind(host: &str, port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((host, port)).await?;
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

/// Connects to the first of the host's addresses that answers.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
