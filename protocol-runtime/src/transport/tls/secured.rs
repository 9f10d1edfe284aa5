//! A TCP connection that TLS protects.
//!
//! Hands are shaken by the first read or write, so whoever reads and writes within a deadline has one
//! for the handshake too. Where that fails the peer was told why by TLS itself; whatever it sent is read
//! past and whatever is written dropped until the stream is let go of, so that it gets to read that.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::{CommonState, ProtocolVersion};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use super::certificate::Certificate;
use super::{ALPN, TlsChannel, fault};
use crate::error::{Error, PeerText, TlsError};
use crate::transport::Stream;

/// Octets on their way that wait for the system to take them, and as many before they are sealed.
const BUFFERED_MAX: usize = 64 * 1024;
/// The label and length of RFC 9266, `tls-exporter`.
const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// A stream under TLS, from either side.
pub(crate) struct Secured {
    state: State,
    channel: Option<TlsChannel>,
    exported: Option<[u8; 32]>,
}

enum State {
    /// Nothing has happened.
    Accepted(TcpStream, Arc<rustls::ServerConfig>),
    Accepting(tokio_rustls::server::FallibleAccept<TcpStream>),
    Connecting(tokio_rustls::client::FallibleConnect<TcpStream>),
    Open(TlsStream<TcpStream>),
    /// It failed, for this reason until that was told.
    Failed(TcpStream, Option<io::Error>),
    /// Between two of the others.
    Gone,
}

impl Secured {
    /// One that somebody opened to us.
    pub(super) fn accepted(stream: TcpStream, config: Arc<rustls::ServerConfig>) -> Self {
        Self::new(State::Accepted(stream, config))
    }

    /// One that we opened to a server whose certificate is for this name.
    pub(super) fn connecting(
        stream: TcpStream,
        config: Arc<rustls::ClientConfig>,
        name: ServerName<'static>,
    ) -> Self {
        let connecting = TlsConnector::from(config)
            .connect_with(name, stream, |session| session.set_buffer_limit(Some(BUFFERED_MAX)));
        Self::new(State::Connecting(connecting.into_fallible()))
    }

    fn new(state: State) -> Self {
        Self { state, channel: None, exported: None }
    }

    /// What carries it, and what is said in clear to a client that there is no room for: an alert. Hands
    /// are not shaken for that, as it would cost what there is too little of.
    pub(in crate::transport) fn refused(self: Box<Self>) -> (Stream, Vec<u8>) {
        // Fatal, and of TLS 1.2 as all records say that are in clear.
        let alert = vec![21, 3, 3, 0, 2, 2, u8::from(fault::BUSY)];
        match *self {
            Self { state: State::Accepted(stream, _), .. } => (Stream::Tcp(stream), alert),
            begun => (Stream::Tls(Box::new(begun)), Vec::new()),
        }
    }

    /// How the stream is protected, once hands are shaken.
    pub(crate) fn channel(&self) -> Option<TlsChannel> {
        self.channel.clone()
    }

    /// What is unique to the stream and the same on both sides.
    pub(crate) fn exported(&self) -> Option<[u8; 32]> {
        self.exported
    }

    /// Whether TLS came to nothing.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(..))
    }

    /// The stream if hands are shaken.
    fn open(&mut self) -> Option<Pin<&mut TlsStream<TcpStream>>> {
        if let State::Open(stream) = &mut self.state { Some(Pin::new(stream)) } else { None }
    }

    /// Shakes hands, if that was not done.
    fn poll_shake(&mut self, task: &mut Context<'_>) -> Poll<()> {
        loop {
            let shaken = match &mut self.state {
                State::Accepting(accepting) => {
                    ready!(Pin::new(accepting).poll(task)).map(TlsStream::from)
                }
                State::Connecting(connecting) => {
                    ready!(Pin::new(connecting).poll(task)).map(TlsStream::from)
                }
                State::Accepted(..) => {
                    self.begin();
                    continue;
                }
                State::Open(_) | State::Failed(..) | State::Gone => return Poll::Ready(()),
            };
            self.state = match shaken {
                Ok(stream) => self.opened(stream),
                Err((error, stream)) => State::Failed(stream, Some(fault::from_io(error, true))),
            };
        }
    }

    /// The server's side of a handshake.
    fn begin(&mut self) {
        if let State::Accepted(stream, config) = std::mem::replace(&mut self.state, State::Gone) {
            let accepting = TlsAcceptor::from(config)
                .accept_with(stream, |session| session.set_buffer_limit(Some(BUFFERED_MAX)));
            self.state = State::Accepting(accepting.into_fallible());
        }
    }

    /// Hands are shaken: is it one of ours, and who is it?
    fn opened(&mut self, stream: TlsStream<TcpStream>) -> State {
        let described = match &stream {
            TlsStream::Client(stream) => describe(stream.get_ref().1),
            TlsStream::Server(stream) => describe(stream.get_ref().1),
        };
        match described {
            Ok(channel) => {
                self.exported = export(&stream);
                self.channel = Some(channel);
                State::Open(stream)
            }
            Err(error) => {
                let error = fault::to_io(Error::Tls(Box::new(error)));
                State::Failed(farewell(stream), Some(error))
            }
        }
    }
}

/// How a stream is protected; an error if the peer does not say that it speaks our protocol.
fn describe(state: &CommonState) -> Result<TlsChannel, TlsError> {
    if state.alpn_protocol() != Some(ALPN) {
        return Err(TlsError::NoAlpn);
    }
    let unknown = "unknown";
    let version = match state.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => unknown,
    };
    let suite = state.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    let group = state.negotiated_key_exchange_group();
    let peer = match state.peer_certificates().and_then(|chain| chain.first()) {
        Some(certificate) => {
            let read = Certificate::read(certificate).ok_or_else(|| TlsError::BadCertificate {
                why: PeerText::from("it cannot be read"),
            })?;
            Some(read.into_peer())
        }
        None => None,
    };
    Ok(TlsChannel {
        version,
        suite: suite.unwrap_or(unknown),
        key_exchange: group.and_then(|group| group.name().as_str()).unwrap_or(unknown),
        peer,
    })
}

/// None with a version of TLS that has nothing of the kind.
fn export(stream: &TlsStream<TcpStream>) -> Option<[u8; 32]> {
    let exported = match stream {
        TlsStream::Client(stream) => {
            stream.get_ref().1.export_keying_material([0; 32], EXPORTER, None)
        }
        TlsStream::Server(stream) => {
            stream.get_ref().1.export_keying_material([0; 32], EXPORTER, None)
        }
    };
    exported.ok()
}

/// Says goodbye as far as the system takes it at once.
fn farewell(stream: TlsStream<TcpStream>) -> TcpStream {
    let mut goodbye = Vec::new();
    let (stream, written) = match stream {
        TlsStream::Client(stream) => {
            let (stream, mut session) = stream.into_inner();
            session.send_close_notify();
            (stream, session.write_tls(&mut goodbye))
        }
        TlsStream::Server(stream) => {
            let (stream, mut session) = stream.into_inner();
            session.send_close_notify();
            (stream, session.write_tls(&mut goodbye))
        }
    };
    // Whether the peer hears it makes no difference here.
    let _said = written.and_then(|_| stream.try_write(&goodbye));
    stream
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_shake(task));
        match &mut self.state {
            State::Open(stream) => match ready!(Pin::new(stream).poll_read(task, buf)) {
                // The session knows whether the peer had said that it was done.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                read => Poll::Ready(read.map_err(|error| fault::from_io(error, false))),
            },
            State::Failed(_, error) if error.is_some() => {
                let error = error.take().unwrap_or_else(|| io::ErrorKind::NotConnected.into());
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(error))
            }
            State::Failed(stream, _) => Pin::new(stream).poll_read(task, buf),
            State::Accepted(..) | State::Accepting(_) | State::Connecting(_) | State::Gone => {
                Poll::Ready(Err(io::ErrorKind::NotConnected.into()))
            }
        }
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_shake(task));
        match self.open() {
            Some(stream) => stream.poll_write(task, buf),
            None => Poll::Ready(Ok(buf.len())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_shake(task));
        match self.open() {
            Some(stream) => stream.poll_write_vectored(task, bufs),
            None => Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum())),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_shake(task));
        match self.open() {
            Some(stream) => stream.poll_flush(task),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Open(stream) => Pin::new(stream).poll_shutdown(task),
            State::Failed(stream, _) => Pin::new(stream).poll_shutdown(task),
            // Nobody waits for hands to be shaken on a stream that is let go of.
            State::Accepted(..) | State::Accepting(_) | State::Connecting(_) | State::Gone => {
                Poll::Ready(Ok(()))
            }
        }
    }
}
