//! What was read and not yet understood.
//!
//! Buffers are borrowed from a small pool of the thread while there is something to read, so an
//! idle connection holds none.

use std::cell::RefCell;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::{BufMut, BytesMut};
use tokio::io::AsyncReadExt;

use crate::transport::Stream;

/// What one read takes at most, if nothing unread is in the way.
const READ_BYTES: usize = 64 * 1024;
/// And while a message in fragments is under way.
const READ_BYTES_LARGE: usize = 256 * 1024;
/// A read into less than this is not worth its system call.
const READ_BYTES_MIN: usize = 4 * 1024;
/// What is left of a frame, up to this, is copied rather than that it keeps a whole buffer.
const LEFT_BYTES_MAX: usize = 1024;
/// Buffers a thread keeps.
const POOL: usize = 8;

thread_local! {
    static FREE: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// The bytes of a connection that wait for their rest.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) bytes: BytesMut,
    /// Whether a message in fragments is under way.
    pub(crate) joining: bool,
}

impl Input {
    /// Reads once, in bulk, `most` octets if there are as many. 0 is the end of the stream.
    ///
    /// Memory grows with what has arrived, never with what was announced.
    pub(crate) fn poll_read(
        &mut self,
        stream: &mut Stream,
        task: &mut Context<'_>,
        most: usize,
    ) -> Poll<io::Result<usize>> {
        let wanted = if self.joining { READ_BYTES_LARGE } else { READ_BYTES };
        self.make_room(wanted);
        let read = pin!(stream.read_buf(&mut (&mut self.bytes).limit(most.min(wanted)))).poll(task);
        if read.is_pending() {
            self.release();
        }
        read
    }

    fn make_room(&mut self, wanted: usize) {
        let enough = if self.joining { wanted / 2 } else { READ_BYTES_MIN };
        if self.bytes.capacity() - self.bytes.len() >= enough {
            return;
        }
        if self.bytes.capacity() == 0 {
            self.bytes = FREE.with_borrow_mut(free).unwrap_or_default();
        }
        // Also takes the whole buffer back if no message refers to it.
        self.bytes.reserve(wanted);
    }

    /// Returns a buffer to the pool that is empty, or nearly. Messages may refer to it still;
    /// whoever takes it out looks whether they do.
    pub(super) fn release(&mut self) {
        let (len, capacity) = (self.bytes.len(), self.bytes.capacity());
        if capacity == 0 || len > LEFT_BYTES_MAX || (len > 0 && capacity <= LEFT_BYTES_MAX) {
            return;
        }
        // The rest of a frame may not come for long, and needs no more than it is.
        let left = if len == 0 { BytesMut::new() } else { BytesMut::from(&self.bytes[..]) };
        let mut bytes = std::mem::replace(&mut self.bytes, left);
        bytes.clear();
        FREE.with_borrow_mut(|free| {
            if free.len() == POOL {
                free.remove(0);
            }
            free.push(bytes);
        });
    }
}

/// A buffer that no message refers to any more.
fn free(pool: &mut Vec<BytesMut>) -> Option<BytesMut> {
    for at in (0..pool.len()).rev() {
        if pool.get_mut(at).is_some_and(|bytes| bytes.try_reclaim(READ_BYTES)) {
            let bytes = pool.remove(at);
            // One that grew far is not worth keeping.
            return (bytes.capacity() <= 2 * READ_BYTES_LARGE).then_some(bytes);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_frame_keeps_no_buffer_that_was_read_into() {
        for (len, whole) in [(9, false), (LEFT_BYTES_MAX, false), (LEFT_BYTES_MAX + 1, true)] {
            let mut input = Input::default();
            input.make_room(READ_BYTES);
            input.bytes.extend_from_slice(&vec![7; len]);
            input.release();
            assert_eq!(input.bytes, vec![7; len]);
            assert_eq!(input.bytes.capacity() >= READ_BYTES, whole, "{len}");
            input.make_room(READ_BYTES);
            assert!(input.bytes.capacity() - len >= READ_BYTES_MIN);
        }
    }
}
