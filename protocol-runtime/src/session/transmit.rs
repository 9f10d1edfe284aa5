//! Output, as its owner takes it: all that waits, as one batch.

#[cfg(feature = "net")]
use bytes::Buf;

#[cfg(feature = "net")]
use super::Batch;
use super::{Rest, Session, State, stats};
use crate::error::Error;
use crate::noise::NoiseError;

impl Session {
    /// Appends octets that are ready to `out`, sealed as one batch. False if there were none.
    ///
    /// Of large messages about 256 KiB come at a time, so there may be more at once.
    pub fn poll_transmit(&mut self, out: &mut Vec<u8>) -> bool {
        let before = out.len();
        self.gather(false);
        let sealed = self.core.outbox.take(out);
        self.transmitted(sealed, out.len().saturating_sub(before))
    }

    /// The same, in place of what was in `batch`. Where its owner can write in parts, and nothing
    /// is sealed, long fragments are not copied.
    #[cfg(feature = "net")]
    pub(crate) fn poll_batch(&mut self, batch: &mut Batch, in_parts: bool) -> bool {
        if !self.has_output() {
            // Which may be what is left to say.
            self.close_if_drained();
        }
        if !self.has_output() {
            batch.begin();
            return false;
        }
        self.gather(in_parts);
        let sealed = self.core.outbox.take_batch(batch);
        self.transmitted(sealed, batch.remaining())
    }

    /// Leaves the memory of what was taken last to other sessions, though this one has calls in flight.
    #[cfg(feature = "net")]
    pub(crate) fn leave_buffer(&mut self) {
        self.core.outbox.leave_buffer();
    }

    /// Adds to the batch what may go along with it.
    fn gather(&mut self, share: bool) {
        if let State::Open(open) = &mut self.state {
            open.pump(&mut self.core, false, share);
        }
        self.close_if_drained();
    }

    /// So many octets were taken, if they could be sealed. Whether there were any.
    fn transmitted(&mut self, sealed: Result<(), NoiseError>, len: usize) -> bool {
        if let Err(error) = sealed {
            // The counter of records is used up: not even a Close can be sealed.
            self.core.outbox.discard();
            if !matches!(self.state, State::Closed(_)) {
                self.finish(Error::Record(error).into(), Rest::Sent);
            }
        }
        stats::add(&mut self.core.stats.octets_out, len.try_into().unwrap_or(u64::MAX));
        len > 0
    }
}
