//! What was taken from the session and is being written, batch by batch.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Buf;
use tokio::io::AsyncWrite;

use super::shared::Shared;
use crate::session::Batch;
use crate::transport::Stream;

/// A batch on its way out.
#[derive(Debug, Default)]
pub(super) struct Output {
    batch: Batch,
    /// Bytes were written that the stream may still hold back.
    dirty: bool,
    /// Since when the stream has taken nothing.
    stalled: Option<Instant>,
}

/// Pieces that one system call writes at most. A batch of fragments has fewer.
const PIECES: usize = 16;

/// How much of its memory a batch may leave unused while the stream takes nothing.
const SPARE_BYTES_MAX: usize = 4 * 1024;

/// For how long it may leave more.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a write came to.
#[derive(Debug)]
pub(super) enum Written {
    /// There was nothing to write.
    Nothing,
    /// Everything is written.
    All,
    /// The stream takes no more for the time being; `true` if it took some.
    Blocked(bool),
    /// The stream is gone.
    Failed(io::Error),
}

impl Output {
    /// Writes what the session has, as far as the stream takes it.
    pub(super) fn poll_write(
        &mut self,
        shared: &Shared,
        stream: &mut Stream,
        task: &mut Context<'_>,
        now: Instant,
    ) -> Written {
        let mut some = false;
        loop {
            while !self.batch.is_empty() {
                match self.poll_pieces(stream, task) {
                    Poll::Ready(Ok(0)) => return Written::Failed(io::ErrorKind::WriteZero.into()),
                    Poll::Ready(Ok(count)) => {
                        self.batch.advance(count);
                        (self.dirty, self.stalled, some) = (true, None, true);
                    }
                    Poll::Ready(Err(error)) => return Written::Failed(error),
                    Poll::Pending => return self.blocked(some, now),
                }
            }
            self.next_batch(shared, stream.is_write_vectored());
            if self.batch.is_empty() {
                break;
            }
        }
        if self.dirty {
            match Pin::new(stream).poll_flush(task) {
                Poll::Ready(Ok(())) => self.dirty = false,
                Poll::Ready(Err(error)) => return Written::Failed(error),
                Poll::Pending => return self.blocked(some, now),
            }
        }
        self.stalled = None;
        if some { Written::All } else { Written::Nothing }
    }

    /// Whether nothing of what was taken is left.
    pub(super) fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Since when the stream has taken nothing.
    pub(super) fn stalled(&self) -> Option<Instant> {
        self.stalled
    }

    /// When to [`trim`](Self::trim), if there is a reason to.
    pub(super) fn trims(&self) -> Option<Instant> {
        let stalled = self.stalled.filter(|_| self.batch.spare() > SPARE_BYTES_MAX)?;
        stalled.checked_add(PATIENCE)
    }

    /// Keeps no more memory than for what is left of the batch, if the stream has taken nothing for
    /// a while: those who read slowly may be many.
    pub(super) fn trim(&mut self, now: Instant) {
        if self.trims().is_some_and(|at| at <= now) {
            self.batch.trim();
        }
    }

    /// Forgets what was not written.
    pub(super) fn discard(&mut self) {
        *self = Self::default();
    }

    /// The buffer of the batch, for whoever fills it.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        self.batch.buffer()
    }

    /// Writes once.
    fn poll_pieces(&self, stream: &mut Stream, task: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let stream = Pin::new(stream);
        if self.batch.is_whole() {
            return stream.poll_write(task, self.batch.chunk());
        }
        let mut pieces = [IoSlice::new(&[]); PIECES];
        let count = self.batch.chunks_vectored(&mut pieces);
        stream.poll_write_vectored(task, pieces.get(..count).unwrap_or_default())
    }

    /// Takes what a caller could not write all of, or else all that waits in the session, as one batch.
    fn next_batch(&mut self, shared: &Shared, in_parts: bool) {
        shared.with(|core| {
            match core.alone.left() {
                Some(left) => self.batch = *left,
                None => drop(core.session.poll_batch(&mut self.batch, in_parts)),
            }
            core.unsent = self.batch.remaining();
        });
    }

    fn blocked(&mut self, some: bool, now: Instant) -> Written {
        self.stalled.get_or_insert(now);
        Written::Blocked(some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_that_nobody_takes_keeps_no_more_than_its_rest() {
        let start = crate::driver::now();
        let mut batch = Batch::default();
        batch.buffer().reserve_exact(200_000);
        batch.buffer().resize(50_000, 7);
        batch.advance(20_000);
        let mut output = Output { batch, dirty: true, stalled: Some(start) };
        output.trim(start);
        assert_eq!(output.buffer().len(), 50_000);
        let later = output.trims().unwrap();
        output.trim(later);
        assert_eq!((output.buffer().len(), output.buffer().capacity()), (30_000, 30_000));
        assert_eq!((output.batch.remaining(), output.trims()), (30_000, None));
    }

    #[test]
    fn a_batch_that_is_taken_keeps_its_memory() {
        let mut batch = Batch::default();
        batch.buffer().reserve_exact(200_000);
        let output = Output { batch, dirty: true, stalled: None };
        assert_eq!(output.trims(), None);
    }
}
