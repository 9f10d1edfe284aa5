//! Peers that keep to the protocol until they stop: a session of the library, and a socket that is
//! read and written by hand.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::BytesMut;
use network_protocol as np;
use np::Protocol as _;
use np::session::{
    CallOptions, ClientSecurity, ClockPolicy, CompressionOffer, Config, Event, MessageMemory,
    Security, ServerKey, Session,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::host::{Load, Protection, client_key, server_key};

pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    session: Session,
}

fn session(protection: Protection) -> Session {
    let security = match protection {
        Protection::Plain => ClientSecurity::Plain,
        Protection::Keys => ClientSecurity::Mutual {
            local: client_key(),
            server: ServerKey::Pinned(server_key().public()),
        },
    };
    let config = Config {
        security: Security::Client(security),
        suite: np::noise::Suite::auto(),
        offers: vec![np::frame::control::Offer {
            name: Load::NAME.to_owned(),
            version: Load::VERSION,
            min: Load::MIN_VERSION,
            fingerprint: Load::fingerprint().0,
        }],
        limits: np::Limits::default().into(),
        unix_ms: 0,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: CompressionOffer::default(),
        memory: MessageMemory::default(),
    };
    Session::new(config, Box::new(np::OsRandom), Instant::now()).unwrap()
}

/// Where a server listens.
pub(crate) fn socket_address(address: &str) -> SocketAddr {
    address.trim_start_matches("tcp://").parse().unwrap()
}

/// A socket that is connected, and says nothing.
pub(crate) async fn connect(address: &str) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_nodelay(true)?;
    socket.connect(socket_address(address)).await
}

impl Raw {
    /// Connects with a socket that takes little before somebody reads, and shakes hands.
    pub(crate) async fn open(address: &str, protection: Protection) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        let stream = socket.connect(socket_address(address)).await?;
        let mut raw = Self { stream, session: session(protection) };
        let mut input = BytesMut::new();
        loop {
            raw.send().await?;
            match raw.session.poll_event() {
                Some(Event::Established) => return Ok(raw),
                Some(_) => return Err(io::ErrorKind::ConnectionRefused.into()),
                None if raw.stream.read_buf(&mut input).await? == 0 => raw.session.handle_eof(),
                None => raw.session.handle_bytes(Instant::now(), &mut input),
            }
        }
    }

    /// Calls, as soon as it [sends](Self::send).
    pub(crate) fn call(&mut self, message: Load) {
        let number = message.number();
        let encode = |out: &mut Vec<u8>| message.encode(out);
        self.session.call(Instant::now(), 0, number, CallOptions::default(), encode).unwrap();
    }

    pub(crate) async fn send(&mut self) -> io::Result<()> {
        let mut output = Vec::new();
        self.session.poll_transmit(&mut output);
        self.stream.write_all(&output).await
    }
}

/// Reads until the other end has enough, and says how that came.
pub(crate) async fn until_closed(stream: &mut TcpStream) -> io::Result<u64> {
    tokio::io::copy(stream, &mut tokio::io::sink()).await
}
