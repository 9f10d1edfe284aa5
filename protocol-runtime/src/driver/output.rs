//! What was taken from the session and is being written, batch by batch.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::AsyncWrite;

use super::shared::Shared;
use crate::transport::Stream;

/// A batch on its way out.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    written: usize,
    /// Bytes were written that the stream may still hold back.
    dirty: bool,
    /// Since when the stream has taken nothing.
    stalled: Option<Instant>,
}

/// A buffer that grew beyond this is not kept for the next batch.
const KEPT_BYTES_MAX: usize = 256 * 1024;

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
            while let Some(rest) = self.bytes.get(self.written..).filter(|rest| !rest.is_empty()) {
                match Pin::new(&mut *stream).poll_write(task, rest) {
                    Poll::Ready(Ok(0)) => return Written::Failed(io::ErrorKind::WriteZero.into()),
                    Poll::Ready(Ok(count)) => {
                        self.written = self.written.saturating_add(count);
                        (self.dirty, self.stalled, some) = (true, None, true);
                    }
                    Poll::Ready(Err(error)) => return Written::Failed(error),
                    Poll::Pending => return self.blocked(some, now),
                }
            }
            self.next_batch(shared);
            if self.bytes.is_empty() {
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
        self.bytes.is_empty()
    }

    /// Since when the stream has taken nothing.
    pub(super) fn stalled(&self) -> Option<Instant> {
        self.stalled
    }

    /// Forgets what was not written.
    pub(super) fn discard(&mut self) {
        *self = Self::default();
    }

    /// The buffer of the batch, for whoever fills it.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Takes all that waits in the session as one batch.
    fn next_batch(&mut self, shared: &Shared) {
        self.written = 0;
        self.bytes.clear();
        if self.bytes.capacity() > KEPT_BYTES_MAX {
            self.bytes = Vec::new();
        }
        shared.with(|core| {
            core.session.poll_transmit(&mut self.bytes);
            core.unsent = self.bytes.len();
        });
    }

    fn blocked(&mut self, some: bool, now: Instant) -> Written {
        self.stalled.get_or_insert(now);
        Written::Blocked(some)
    }
}
