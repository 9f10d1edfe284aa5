//! What was read and not yet understood.
//!
//! Buffers are borrowed from a small pool of the thread while there is something to read, so an
//! idle connection holds none.

use std::cell::RefCell;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{BufMut, BytesMut};
use tokio::io::AsyncReadExt;

use crate::transport::Stream;

/// What one read takes at most, if nothing unread is in the way: what small messages that wait may come to.
const READ_BYTES: usize = 80 * 1024;
/// And while a message in fragments is under way.
const READ_BYTES_LARGE: usize = 256 * 1024;
/// A read into less than this is not worth its system call.
const READ_BYTES_MIN: usize = 4 * 1024;
/// The beginning of a frame, if it is longer, may stay where it was read into while its rest is waited
/// for, at so many connections of the process. At others it is copied: who sends only beginnings may
/// be many, and a whole buffer for each of them is much more than they sent.
const LEFT_BYTES_MAX: usize = 1024;
const LEFT_MAX: usize = 16;
/// Buffers a thread keeps.
const POOL: usize = 8;

thread_local! {
    static FREE: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// Connections at which the beginning of a frame stays where it was read into.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// The bytes of a connection that wait for their rest.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) bytes: BytesMut,
    /// Whether a message in fragments is under way.
    pub(crate) joining: bool,
    place: Place,
    /// Whether the last read brought something.
    again: bool,
}

/// Where the bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// In memory of their own.
    #[default]
    Own,
    /// In a buffer that was read into.
    Borrowed,
    /// In such a one, which is counted.
    Left,
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
        if std::mem::take(&mut self.again) && self.place == Place::Own {
            // Most likely that was all, and no buffer is taken in vain.
            ready!(stream.poll_readable(task));
        }
        let wanted = if self.joining { READ_BYTES_LARGE } else { READ_BYTES };
        self.uncount();
        self.make_room(wanted);
        let read = pin!(stream.read_buf(&mut (&mut self.bytes).limit(most.min(wanted)))).poll(task);
        match read {
            Poll::Pending => self.release(),
            Poll::Ready(_) => self.again = true,
        }
        read
    }

    fn make_room(&mut self, wanted: usize) {
        let enough = if self.joining { wanted / 2 } else { READ_BYTES_MIN };
        if self.bytes.capacity() - self.bytes.len() >= enough {
            return;
        }
        if std::mem::replace(&mut self.place, Place::Borrowed) == Place::Own {
            let other = FREE.with_borrow_mut(free).unwrap_or_default();
            let left = std::mem::replace(&mut self.bytes, other);
            self.bytes.reserve(left.len().saturating_add(wanted));
            self.bytes.extend_from_slice(&left);
            return;
        }
        // Takes the whole buffer back if no message refers to it.
        self.bytes.reserve(wanted);
    }

    /// Returns the buffer to the pool, if nothing or little is in it or many others keep theirs. Messages
    /// may refer to it still; whoever takes it out looks whether they do.
    pub(super) fn release(&mut self) {
        let len = self.bytes.len();
        if self.place == Place::Own {
            return;
        }
        // Once counted is enough.
        self.uncount();
        if len > LEFT_BYTES_MAX && LEFT.fetch_add(1, Ordering::Relaxed) < LEFT_MAX {
            self.place = Place::Left;
            return;
        }
        if len > LEFT_BYTES_MAX {
            LEFT.fetch_sub(1, Ordering::Relaxed);
        }
        self.place = Place::Own;
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

    fn uncount(&mut self) {
        if self.place == Place::Left {
            self.place = Place::Borrowed;
            LEFT.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.uncount();
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
    use std::sync::{Mutex, PoisonError};

    use bytes::Buf;

    use super::*;

    /// What is counted is the process's: one test at a time.
    static TURN: Mutex<()> = Mutex::new(());

    /// A connection where so much of a frame has come.
    fn begun(len: usize, joining: bool) -> Input {
        let mut input = Input::default();
        input.joining = joining;
        input.make_room(if joining { READ_BYTES_LARGE } else { READ_BYTES });
        input.bytes.extend_from_slice(&vec![7; len]);
        // When nothing more came, and when the driver rests.
        input.release();
        input.release();
        assert_eq!(input.bytes, vec![7; len]);
        input
    }

    /// Reads into room for more.
    fn goes_on(mut input: Input) {
        let (wanted, before) =
            (if input.joining { READ_BYTES_LARGE } else { READ_BYTES }, input.bytes.clone());
        input.uncount();
        input.make_room(wanted);
        assert_eq!(input.bytes, before);
        assert!(input.bytes.capacity() - before.len() >= READ_BYTES_MIN);
    }

    #[test]
    fn the_beginnings_of_frames_keep_few_of_the_buffers_that_were_read_into() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        for joining in [false, true] {
            for len in [1, 9, LEFT_BYTES_MAX] {
                let input = begun(len, joining);
                assert!(input.bytes.capacity() < READ_BYTES_MIN, "{len}");
                goes_on(input);
            }
            let many: Vec<Input> = (0..100).map(|_| begun(20_000, joining)).collect();
            let whole = many.iter().filter(|input| input.bytes.capacity() > READ_BYTES / 2).count();
            // Other tests may have some.
            assert!((1..=LEFT_MAX).contains(&whole), "{whole}");
            many.into_iter().for_each(goes_on);
        }
        let again: Vec<Input> = (0..LEFT_MAX).map(|_| begun(20_000, false)).collect();
        assert!(again.iter().any(|input| input.bytes.capacity() > READ_BYTES / 2));
    }

    #[test]
    fn what_is_left_at_the_end_of_a_buffer_does_not_keep_it() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let many: Vec<Input> = (0..100)
            .map(|_| {
                let mut input = Input::default();
                input.make_room(READ_BYTES);
                let fill = input.bytes.capacity();
                input.bytes.extend_from_slice(&vec![7; fill]);
                input.bytes.advance(fill - 2_000);
                input.release();
                assert_eq!(input.bytes, vec![7; 2_000]);
                input
            })
            .collect();
        let kept = many.iter().filter(|input| input.place != Place::Own).count();
        assert!((1..=LEFT_MAX).contains(&kept), "{kept}");
    }
}
