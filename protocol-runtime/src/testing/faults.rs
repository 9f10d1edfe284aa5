//! Streams with faults, each drawn from one seed. What happens is decided by how many octets went
//! through and in which portions; the clock is the runtime's, so that a test can stop it.
#![expect(clippy::disallowed_methods, reason = "delays are what this is for")]

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::Dice;
use crate::transport::ByteStream;

/// Which faults the streams have that it wraps. Without any of its options there are none.
///
/// ```
/// use std::time::Duration;
/// use protocol_runtime::testing::Faults;
///
/// let mut faults = Faults::new(42).slices(7).delays(Duration::from_millis(30)).losses(4_096);
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let (near, far) = tokio::io::duplex(1_024);
/// let (near, far) = (faults.wrap(near), faults.wrap(far));
/// # });
/// # drop(faults);
/// ```
#[derive(Clone, Debug)]
pub struct Faults {
    dice: Dice,
    slice: usize,
    delay: Duration,
    lost_within: Option<u64>,
    corrupted: u32,
}

impl Faults {
    /// No faults yet; those to come follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (slice, delay) = (usize::MAX, Duration::ZERO);
        Self { dice: Dice::new(seed), slice, delay, lost_within: None, corrupted: 0 }
    }

    /// At most so many octets at a time, in either direction; at least one.
    #[must_use]
    pub fn slices(self, most: usize) -> Self {
        Self { slice: most.max(1), ..self }
    }

    /// Up to so much time passes before more can be read.
    #[must_use]
    pub fn delays(self, most: Duration) -> Self {
        Self { delay: most, ..self }
    }

    /// Each stream is reset before so many octets have gone through it, both ways together.
    #[must_use]
    pub fn losses(self, within: u64) -> Self {
        Self { lost_within: Some(within), ..self }
    }

    /// Of a million octets that are read so many have one of their bits turned over.
    #[must_use]
    pub fn corrupts(self, per_million: u32) -> Self {
        Self { corrupted: per_million, ..self }
    }

    /// A stream with faults. The next one has others.
    pub fn wrap<S: ByteStream>(&mut self, stream: S) -> Faulty<S> {
        let mut dice = Dice::new(self.dice.roll());
        let left = self.lost_within.map(|within| dice.below(within));
        Faulty { stream, dice, left, delayed: None, faults: self.clone() }
    }
}

/// A stream with [`Faults`].
#[derive(Debug)]
pub struct Faulty<S> {
    stream: S,
    dice: Dice,
    faults: Faults,
    /// Octets until it is lost, if it is to be.
    left: Option<u64>,
    /// Before that nothing is read.
    delayed: Option<Pin<Box<Sleep>>>,
}

/// What one portion is at most, whatever the faults are.
const PORTION: usize = 16 * 1024;

impl<S> Faulty<S> {
    /// How much may go through now.
    fn portion(&mut self, wanted: usize) -> io::Result<usize> {
        let left = self.left.map_or(usize::MAX, |left| left.try_into().unwrap_or(usize::MAX));
        if left == 0 {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let most = wanted.min(PORTION).min(self.faults.slice).min(left);
        if self.faults.slice == usize::MAX {
            return Ok(most);
        }
        let drawn = self.dice.below(u64::try_from(most).unwrap_or(u64::MAX));
        Ok(usize::try_from(drawn).unwrap_or(0).saturating_add(1).min(most))
    }

    /// So much went through.
    fn went(&mut self, len: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(u64::try_from(len).unwrap_or(u64::MAX));
        }
    }

    fn corrupt(&mut self, octets: &mut [u8]) {
        if self.faults.corrupted == 0 {
            return;
        }
        for octet in octets {
            if self.dice.happens(self.faults.corrupted) {
                *octet ^= 1 << self.dice.below(8);
            }
        }
    }

    fn delay(&mut self) {
        let most = u64::try_from(self.faults.delay.as_micros()).unwrap_or(u64::MAX);
        if most > 0 {
            let drawn = self.dice.below(most.saturating_add(1));
            self.delayed = Some(Box::pin(sleep(Duration::from_micros(drawn))));
        }
    }
}

impl<S: ByteStream> AsyncRead for Faulty<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(delayed) = &mut this.delayed {
            if delayed.as_mut().poll(task).is_pending() {
                return Poll::Pending;
            }
            this.delayed = None;
        }
        let mut room = vec![0; this.portion(buf.remaining())?];
        let mut part = ReadBuf::new(&mut room);
        let read = Pin::new(&mut this.stream).poll_read(task, &mut part);
        if let Poll::Ready(Ok(())) = read {
            let octets = part.filled_mut();
            this.went(octets.len());
            this.corrupt(octets);
            buf.put_slice(octets);
            this.delay();
        }
        read
    }
}

impl<S: ByteStream> AsyncWrite for Faulty<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let portion = this.portion(octets.len())?;
        let written = Pin::new(&mut this.stream).poll_write(task, &octets[..portion]);
        if let Poll::Ready(Ok(len)) = written {
            this.went(len);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(task)
    }

    fn poll_shutdown(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(task)
    }
}
