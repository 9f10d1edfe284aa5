//! What waits to be sent: octets of the handshake in clear, then frames.
//!
//! A frame is encoded in place behind room for its header, which is filled in when the length is
//! known. Frames are gathered until the owner takes them, and are then sealed as one batch. A
//! message that is too long for one frame waits beside them, and goes out in fragments, a few such
//! messages taking turns. It has no limit of its own: who may write how much is the business of
//! whoever writes.

use std::collections::VecDeque;

use bytes::Bytes;

#[cfg(feature = "net")]
use super::batch::Batch;
use super::spare::{BYTES_MAX, Spare};
use crate::buffers::{self, Long};
use crate::compress::Compressor;
use crate::frame::control::Meta;
use crate::frame::header::{Flags, HEADER, Head, Kind};
use crate::frame::id::CallId;
use crate::metadata::Metadata;
use crate::noise::{NoiseError, RECORD_HEADER, Sealer};
use crate::wire::{EncodeError, encode_root};

/// A buffer that grew beyond this many bytes is not kept for the next batch.
const KEPT_MAX: usize = BYTES_MAX;

/// No fragment is added to a batch of so many bytes.
const BATCH: usize = 256 * 1_024;

/// How long a fragment is at least that is shared with its message and not copied.
const SHARED_MIN: usize = 4 * 1_024;

/// Fragments, each with the place in a run of octets before which it comes, in order.
pub(super) type Parts = VecDeque<(usize, Bytes)>;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Octets of the handshake, never sealed.
    clear: Vec<u8>,
    /// Frames; with a sealer, behind room for the header of the first record.
    frames: Vec<u8>,
    /// What comes between them; nothing between one batch and the next.
    parts: Parts,
    /// How long that is.
    shared: usize,
    /// Apart: a connection in clear has none.
    sealer: Option<Box<Sealer>>,
    batch: u64,
    /// A compressed body on its way into `frames`.
    packed: Vec<u8>,
    /// Messages that are not all in `frames`.
    large: VecDeque<Large>,
    /// Whose turn it is.
    turn: usize,
}

/// Messages that are sent in fragments at the same time.
pub(super) const UNFINISHED_MAX: usize = 4;

/// A message to be written.
pub(super) struct Outgoing<'a> {
    pub(super) head: Head,
    /// How long the caller waits, in milliseconds.
    pub(super) deadline: Option<u32>,
    pub(super) metadata: Option<&'a Metadata>,
    /// The longest body.
    pub(super) max: u32,
    /// The longest frame.
    pub(super) fragment: u32,
    /// What may be spent on it at once.
    pub(super) credit: u32,
    pub(super) metadata_max: u32,
    /// By what a body of at least so many octets is compressed.
    pub(super) compress: Option<(Compressor, usize)>,
}

/// A message that goes out in fragments.
#[derive(Debug)]
struct Large {
    head: Head,
    flags: Flags,
    /// What of the message did not go out yet.
    rest: Bytes,
    fragment: usize,
    /// Whether some of it went out.
    begun: bool,
    /// Whether there is no credit for more of it.
    blocked: bool,
    then: Behind,
}

/// What comes behind the last item of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Behind {
    /// Another item, if any.
    #[default]
    Open,
    /// Its end.
    End,
    /// An error with this body, which ends the call.
    Error(Bytes),
}

/// A fragment that went out.
pub(super) struct Fragment {
    pub(super) head: Head,
    /// How long it is, without its header.
    pub(super) len: usize,
    /// What comes behind its message, if it was the last of that.
    pub(super) last: Option<Behind>,
}

impl Outbox {
    /// Where a handshake writes.
    pub(super) const fn clear(&mut self) -> &mut Vec<u8> {
        &mut self.clear
    }

    /// From here on frames are sealed.
    pub(super) fn seal_with(&mut self, sealer: Sealer) {
        self.sealer = Some(Box::new(sealer));
    }

    /// Appends a frame whose body `encode` appends.
    ///
    /// If that fails, writes more than `max` bytes, or panics, nothing was written.
    #[inline]
    pub(super) fn frame(
        &mut self,
        head: Head,
        max: u32,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.make_room();
        let frame = Unfinished::start(&mut self.frames);
        encode(frame.frames)?;
        frame.finish(head, Flags::NONE, max)
    }

    /// Writes a message whose body `encode` appends, in one frame if it fits. Says how long that
    /// is, or nothing if the message waits to be sent in fragments.
    ///
    /// If that fails or panics, or the body is longer than it may be, nothing was written.
    #[inline]
    pub(super) fn message(
        &mut self,
        message: &Outgoing<'_>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<Option<usize>, EncodeError> {
        self.make_room();
        let mut frame = Unfinished::start(&mut self.frames);
        let (flags, prefix) = match message {
            Outgoing { deadline: None, metadata: None, .. } => (Flags::NONE, 0),
            _ => (frame.prefix(message)?, frame.len()),
        };
        encode(frame.frames)?;
        let body = frame.len().saturating_sub(prefix);
        if u32::try_from(body).ok().is_none_or(|body| body > message.max) {
            let len = body.try_into().unwrap_or(u64::MAX);
            return Err(EncodeError::TooLarge { len, max: message.max.into() });
        }
        let flags = match message.compress {
            Some((compressor, least)) if body >= least => {
                if frame.compress(prefix, compressor, &mut self.packed) {
                    flags.with(Flags::COMPRESSED)
                } else {
                    flags
                }
            }
            Some(_) | None => flags,
        };
        let len = frame.len();
        let most = message.fragment.min(message.credit);
        if u32::try_from(len).is_ok_and(|len| len <= most) {
            frame.finish(message.head, flags, most)?;
            return Ok(Some(len));
        }
        // The first frame holds all that stands before the body.
        if u32::try_from(prefix).ok().is_none_or(|prefix| prefix > message.fragment) {
            let len = prefix.try_into().unwrap_or(u64::MAX);
            return Err(EncodeError::TooLarge { len, max: message.fragment.into() });
        }
        let rest = frame.take();
        self.large.push_back(Large {
            head: message.head,
            flags,
            rest,
            fragment: usize::try_from(message.fragment).unwrap_or(usize::MAX),
            begun: false,
            blocked: false,
            then: Behind::Open,
        });
        Ok(None)
    }

    /// How many octets there is memory for.
    #[cfg(test)]
    pub(super) const fn capacity(&self) -> usize {
        self.clear.capacity() + self.frames.capacity() + self.packed.capacity()
    }

    /// Gives back the buffers that nothing is in.
    pub(super) fn rest(&mut self, spare: &mut Spare, out: &mut Vec<u8>) {
        if self.len() == 0 {
            self.frames.clear();
            spare.frames.keep(&mut self.frames);
            self.clear = Vec::new();
            self.packed = Vec::new();
        }
        if out.is_empty() {
            spare.frames.keep(out);
        }
    }

    /// Leaves the buffer that was put in place of what was taken to others of the thread.
    #[cfg(feature = "net")]
    pub(super) fn leave_buffer(&mut self) {
        if self.frames.is_empty() {
            Spare::with(|spare| spare.frames.keep(&mut self.frames));
        }
    }

    #[inline]
    fn make_room(&mut self) {
        if self.frames.capacity() == 0 {
            Spare::with(|spare| spare.frames.lend(&mut self.frames));
        }
        if self.frames.is_empty() && self.sealer.is_some() {
            self.frames.extend_from_slice(&[0; RECORD_HEADER]);
        }
    }

    /// Whether no batch is full yet.
    pub(super) fn has_room(&self) -> bool {
        self.frames.len().saturating_add(self.shared) < BATCH
    }

    /// The next message that may go on, by its place, and what it is.
    pub(super) fn next_large(&mut self) -> Option<(usize, Head)> {
        if self.large.is_empty() {
            return None;
        }
        let ready = self.ready();
        let count = self.large.len();
        let places =
            (0..count).map(|n| self.turn.saturating_add(n).checked_rem(count).unwrap_or(0));
        let found = places.into_iter().find_map(|at| {
            self.large.get(at).filter(|large| ready(large)).map(|large| (at, large.head))
        });
        self.turn = found.map_or(0, |(at, _)| at.saturating_add(1));
        found
    }

    /// Whether a message may go on: it has credit, and not too many others are unfinished.
    fn ready(&self) -> impl Fn(&Large) -> bool + use<> {
        let started = self.large.iter().filter(|large| large.begun).count();
        move |large| !large.blocked && (large.begun || started < UNFINISHED_MAX)
    }

    /// There is no credit for more of the message at this place.
    pub(super) fn block(&mut self, at: usize) {
        if let Some(large) = self.large.get_mut(at) {
            large.blocked = true;
        }
    }

    /// There is credit again for items of a call, or for one-way messages.
    pub(super) fn unblock(&mut self, call: Option<CallId>) {
        for large in self.large.iter_mut().filter(|large| large.head.call() == call) {
            large.blocked = false;
        }
    }

    /// Writes a fragment of the message at this place, of at most `most` octets.
    ///
    /// With `share` a long one is not copied; [`take_batch`](Self::take_batch) is to follow.
    pub(super) fn fragment(&mut self, at: usize, most: u32, share: bool) -> Option<Fragment> {
        self.make_room();
        let large = self.large.get_mut(at)?;
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(large.fragment);
        let part = large.rest.split_to(most.min(large.rest.len()));
        let mut flags = if large.begun { Flags::NONE } else { large.flags };
        let over = large.rest.is_empty();
        if !over {
            flags = flags.with(Flags::MORE);
        }
        let (head, len) = (large.head, part.len());
        let shared = share && self.sealer.is_none() && len >= SHARED_MIN;
        if !shared && self.frames.len() <= RECORD_HEADER {
            // For all that comes and what it is packed into, and not twice as much.
            let all = len.saturating_add(large.rest.len()).min(BATCH);
            self.frames.reserve_exact(all.saturating_add(all / 64).saturating_add(HEADER));
        }
        self.frames.extend_from_slice(&head.flagged(flags, u32::try_from(len).unwrap_or(u32::MAX)));
        if shared {
            self.shared = self.shared.saturating_add(len);
            self.parts.push_back((self.frames.len(), part));
        } else {
            self.frames.extend_from_slice(&part);
        }
        large.begun = true;
        let last = if over {
            self.turn = at;
            self.large.remove(at).map(|large| large.then)
        } else {
            None
        };
        Some(Fragment { head, len, last })
    }

    /// Whether a message of this call, or of no call, is not all sent.
    pub(super) fn is_unfinished(&self, call: Option<CallId>) -> bool {
        self.large.iter().any(|large| large.head.call() == call)
    }

    /// Whether nothing is left to be sent in fragments.
    pub(super) fn is_whole(&self) -> bool {
        self.large.is_empty()
    }

    /// This comes behind the unfinished item of a call, in place of what was to come. False if there is
    /// no such item.
    pub(super) fn put_behind(&mut self, call: CallId, then: Behind) -> bool {
        let found = self.large.iter_mut().find(|large| large.head.call() == Some(call));
        found.map(|large| large.then = then).is_some()
    }

    /// What comes behind the unfinished item of a call, if there is one.
    pub(super) fn behind(&self, call: CallId) -> Option<&Behind> {
        let found = self.large.iter().find(|large| large.head.call() == Some(call));
        found.map(|large| &large.then)
    }

    /// What is not sent yet of this call's message, and whether some of it went out.
    pub(super) fn unfinished(&self, call: CallId) -> Option<(Kind, bool)> {
        let large = self.large.iter().find(|large| large.head.call() == Some(call))?;
        Some((large.head.kind(), large.begun))
    }

    /// Drops what is not sent yet of this call's message. Says what that was, and whether some of
    /// it went out.
    #[inline]
    pub(super) fn abandon(&mut self, call: CallId) -> Option<(Kind, bool)> {
        if self.large.is_empty() {
            return None;
        }
        let at = self.large.iter().position(|large| large.head.call() == Some(call))?;
        self.large.remove(at).map(|large| (large.head.kind(), large.begun))
    }

    /// Drops what is not sent yet of all messages in fragments: nothing follows a Close.
    pub(super) fn discard_large(&mut self) {
        self.large = VecDeque::new();
    }

    /// Moves everything that waits behind `out`, and seals it there.
    ///
    /// On an error `out` is as it was, and nothing can be sent any more.
    pub(super) fn take(&mut self, out: &mut Vec<u8>) -> Result<(), NoiseError> {
        let start = out.len();
        self.batch = self.batch.wrapping_add(1);
        out.append(&mut self.clear);
        let from = out.len();
        if from == 0 {
            std::mem::swap(out, &mut self.frames);
        } else {
            out.append(&mut self.frames);
        }
        if self.frames.capacity() > KEPT_MAX {
            buffers::give(std::mem::take(&mut self.frames));
        }
        match &mut self.sealer {
            Some(sealer) if out.len() > from => {
                sealer.seal_reserved(out, from).inspect_err(|_| out.truncate(start))
            }
            _ => Ok(()),
        }
    }

    /// Moves everything that waits into `batch`, of which nothing is left, and seals it there.
    ///
    /// On an error `batch` is empty, and nothing can be sent any more.
    #[cfg(feature = "net")]
    pub(super) fn take_batch(&mut self, batch: &mut Batch) -> Result<(), NoiseError> {
        let clear = self.clear.len();
        self.shared = 0;
        let taken = self.take(batch.begin());
        if !self.parts.is_empty() {
            let parts = std::mem::take(&mut self.parts);
            if taken.is_ok() {
                batch.share(parts, clear);
            }
        }
        taken
    }

    /// Drops everything that waits.
    pub(super) fn discard(&mut self) {
        self.clear = Vec::new();
        self.frames = Vec::new();
        (self.parts, self.shared) = (Parts::new(), 0);
        self.large = VecDeque::new();
    }

    /// How many octets wait, without those that wait for credit.
    pub(super) fn len(&self) -> usize {
        let ready = self.large.iter().filter(|large| !large.blocked);
        ready.fold(self.small(), |sum, large| sum.saturating_add(large.rest.len()))
    }

    /// Whether some of that can be sent now.
    pub(super) fn is_ready(&self) -> bool {
        self.small() > 0 || self.large.iter().any(self.ready())
    }

    /// How many octets wait that are frames already.
    fn small(&self) -> usize {
        let room = if self.sealer.is_some() { RECORD_HEADER } else { 0 };
        self.clear.len().saturating_add(self.frames.len().saturating_sub(room))
    }

    /// The number of the batch that is being gathered.
    pub(super) const fn batch(&self) -> u64 {
        self.batch
    }
}

/// A frame that is being encoded. Unless it is finished, its bytes are taken back.
struct Unfinished<'a> {
    frames: &'a mut Vec<u8>,
    start: usize,
    finished: bool,
}

impl<'a> Unfinished<'a> {
    #[inline]
    fn start(frames: &'a mut Vec<u8>) -> Self {
        let start = frames.len();
        frames.extend_from_slice(&[0; HEADER]);
        Self { frames, start, finished: false }
    }

    /// How long it is so far, without its header.
    fn len(&self) -> usize {
        self.frames.len().saturating_sub(self.start).saturating_sub(HEADER)
    }

    /// Writes what stands before the body.
    #[inline]
    fn prefix(&mut self, message: &Outgoing<'_>) -> Result<Flags, EncodeError> {
        let mut flags = Flags::NONE;
        if let Some(deadline) = message.deadline {
            self.frames.extend_from_slice(&deadline.to_le_bytes());
            flags = flags.with(Flags::DEADLINE);
        }
        if let Some(metadata) = message.metadata.filter(|metadata| !metadata.is_empty()) {
            let at = self.frames.len();
            self.frames.extend_from_slice(&[0; 2]);
            encode_root::<std::collections::BTreeMap<String, Meta>>(
                metadata.entries(),
                self.frames,
            )?;
            let len = self.frames.len().saturating_sub(at).saturating_sub(2);
            let max = message.metadata_max;
            let fitting = u16::try_from(len).ok().filter(|len| u32::from(*len) <= max);
            let place = self.frames.get_mut(at..).and_then(<[u8]>::first_chunk_mut);
            let (Some(fitting), Some(place)) = (fitting, place) else {
                let len = len.try_into().unwrap_or(u64::MAX);
                return Err(EncodeError::TooLarge { len, max: max.into() });
            };
            *place = fitting.to_le_bytes();
            flags = flags.with(Flags::METADATA);
        }
        Ok(flags)
    }

    /// Compresses what stands behind so many octets of the frame, if that makes it smaller.
    fn compress(&mut self, behind: usize, compressor: Compressor, packed: &mut Vec<u8>) -> bool {
        let at = self.start.saturating_add(HEADER).saturating_add(behind);
        packed.clear();
        let smaller = self.frames.get(at..).is_some_and(|body| compressor.compress(body, packed));
        if smaller {
            self.frames.truncate(at);
            self.frames.extend_from_slice(packed);
        }
        if packed.capacity() > KEPT_MAX {
            *packed = Vec::new();
        }
        smaller
    }

    /// Takes the octets of the frame out, which is not to be one.
    fn take(mut self) -> Bytes {
        self.finished = true;
        let at = self.start.saturating_add(HEADER);
        let before = self.frames.get(..self.start).unwrap_or_default();
        // Whichever is shorter is copied.
        if before.len() > self.len() {
            let bytes = self.frames.split_off(at);
            self.frames.truncate(self.start);
            return bytes.into();
        }
        // Room for a record, if that is all there is, is made anew.
        let before = before.get(..if before.len() > RECORD_HEADER { before.len() } else { 0 });
        let before = before.unwrap_or_default().to_vec();
        let bytes = Long::from(std::mem::replace(self.frames, before));
        Bytes::from_owner(bytes).split_off(at)
    }

    #[inline]
    fn finish(mut self, head: Head, flags: Flags, max: u32) -> Result<(), EncodeError> {
        let len = self.len();
        let fitting = u32::try_from(len).ok().filter(|len| *len <= max);
        let place = self.frames.get_mut(self.start..).and_then(<[u8]>::first_chunk_mut);
        let (Some(fitting), Some(place)) = (fitting, place) else {
            let len = len.try_into().unwrap_or(u64::MAX);
            return Err(EncodeError::TooLarge { len, max: max.into() });
        };
        *place = head.flagged(flags, fitting);
        self.finished = true;
        Ok(())
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.frames.truncate(self.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn bytes(len: usize) -> impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError> {
        move |out| {
            out.resize(out.len() + len, 7);
            Ok(())
        }
    }

    #[test]
    fn frames_are_gathered_and_taken_behind_the_handshake() {
        let mut outbox = Outbox::default();
        outbox.clear().extend_from_slice(b"hello");
        outbox.frame(Head::Ping, 8, bytes(8)).unwrap();
        outbox.frame(Head::Pong, 8, bytes(2)).unwrap();
        assert_eq!(outbox.len(), 5 + 12 + 8 + 12 + 2);
        let mut out = Vec::new();
        outbox.take(&mut out).unwrap();
        assert_eq!((out.len(), outbox.len()), (39, 0));
        assert!(out.starts_with(b"hello\x08\0\0\0\x09"));
    }

    #[test]
    fn a_frame_that_fails_leaves_nothing() {
        let mut outbox = Outbox::default();
        outbox.frame(Head::Ping, 8, bytes(8)).unwrap();
        let too_large = EncodeError::TooLarge { len: 9, max: 8 };
        assert_eq!(outbox.frame(Head::Ping, 8, bytes(9)), Err(too_large));
        let failing = |out: &mut Vec<u8>| {
            out.push(1);
            Err(EncodeError::TooLong(1))
        };
        assert_eq!(outbox.frame(Head::Ping, 8, failing), Err(EncodeError::TooLong(1)));
        let panicking = AssertUnwindSafe(|| outbox.frame(Head::Ping, 8, |_| panic!("by the test")));
        assert!(catch_unwind(panicking).is_err());
        assert_eq!(outbox.len(), 20);
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        let mut outbox = Outbox::default();
        outbox.frame(Head::Ping, u32::MAX, bytes(KEPT_MAX * 2)).unwrap();
        outbox.take(&mut vec![1]).unwrap();
        assert_eq!(outbox.frames.capacity(), 0);
    }
}
