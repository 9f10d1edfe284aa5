//! A TCP connection that this side made: its driver reads and writes, and callers may write as well.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Takes octets at once, or not.
pub(crate) trait Writer: fmt::Debug + Send + Sync {
    /// Writes as much as fits now, and never waits.
    fn write_now(&self, octets: &[u8]) -> io::Result<usize>;
}

impl Writer for OwnedWriteHalf {
    fn write_now(&self, octets: &[u8]) -> io::Result<usize> {
        self.try_write(octets)
    }
}

/// The connection. Whoever else writes does so while the driver has nothing to write.
#[derive(Debug)]
pub(crate) struct Dialed {
    read: OwnedReadHalf,
    /// Gone when this direction is shut down.
    write: Option<Arc<OwnedWriteHalf>>,
}

impl Dialed {
    pub(super) fn new(stream: TcpStream) -> Self {
        let (read, write) = stream.into_split();
        Self { read, write: Some(Arc::new(write)) }
    }

    /// What others write to, for as long as the connection is.
    pub(super) fn writer(&self) -> Option<Weak<dyn Writer>> {
        let write: &Arc<OwnedWriteHalf> = self.write.as_ref()?;
        let write: Weak<OwnedWriteHalf> = Arc::downgrade(write);
        Some(write)
    }

    /// Whether there may be something to read. What is wrong is for who reads.
    pub(super) fn poll_readable(&self, task: &mut Context<'_>) -> Poll<()> {
        self.read.as_ref().poll_read_ready(task).map(drop)
    }

    #[cfg(test)]
    pub(super) fn tcp(&self) -> &TcpStream {
        self.read.as_ref()
    }

    /// Writes when there is room.
    fn poll(
        &self,
        task: &mut Context<'_>,
        mut write: impl FnMut(&OwnedWriteHalf) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let Some(half) = &self.write else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        loop {
            ready!(half.as_ref().as_ref().poll_write_ready(task))?;
            match write(half) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

impl AsyncRead for Dialed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.read).poll_read(task, into)
    }
}

impl AsyncWrite for Dialed {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(task, |half| half.try_write(octets))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(task, |half| half.try_write_vectored(pieces))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// There is no buffer in between.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// The half shuts its direction down when it is dropped.
    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write = None;
        Poll::Ready(Ok(()))
    }
}
