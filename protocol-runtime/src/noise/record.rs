//! Records: what a finished handshake's keys carry, `u16 length (big-endian) ‖ ciphertext`.
//! [Rekey](https://noiseprotocol.org/noise.html#rekey).
//!
//! The counters are implicit and never on the wire, so over an ordered stream any change, loss,
//! repetition or swap fails to authenticate. Sealing and opening work in place and allocate
//! nothing but the growth of the caller's buffer and, once in 65,536 records, the place of a key.

use core::fmt;
use core::num::NonZeroU64;

use super::aead::TAG_LEN;
use super::cipher::CipherState;
use super::error::NoiseError;

/// The bytes in front of a record: its length.
pub const RECORD_HEADER: usize = 2;

/// What a record adds to its text: its length in front and its tag behind.
pub const RECORD_OVERHEAD: usize = RECORD_HEADER + TAG_LEN;

/// The most text a record can hold.
pub const RECORD_MAX: usize = 65_519;

/// The most text a record holds unless both sides agreed on another size.
pub const RECORD_MAX_DEFAULT: usize = 16_384;

/// After so many records a direction changes its key, on both sides, by count alone.
pub const REKEY_INTERVAL: NonZeroU64 = NonZeroU64::new(65_536).unwrap();

/// Encrypts the records of one direction.
pub struct Sealer {
    cipher: CipherState,
    record_max: usize,
    rekey_interval: NonZeroU64,
}

impl Sealer {
    pub(super) fn new(cipher: CipherState) -> Self {
        Self { cipher, record_max: RECORD_MAX_DEFAULT, rekey_interval: REKEY_INTERVAL }
    }

    /// Limits the text of each record to what the peer accepts.
    ///
    /// # Errors
    /// [`NoiseError::RecordSize`] for a size outside 1 to [`RECORD_MAX`]; nothing is changed.
    pub fn set_record_max(&mut self, size: usize) -> Result<(), NoiseError> {
        self.record_max = check_size(size)?;
        Ok(())
    }

    /// Turns `buf[from..]`, text of any length, into records in place. Empty text becomes no record.
    ///
    /// The text moves by the length of a record's header; [`seal_reserved`](Self::seal_reserved)
    /// avoids that.
    ///
    /// # Errors
    /// [`NoiseError::NonceExhausted`] when the counter does not reach, [`NoiseError::OutOfBounds`]
    /// when `from` lies behind the end. `buf` is then as before.
    pub fn seal(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<(), NoiseError> {
        self.seal_at(buf, from, from)
    }

    /// Like [`seal`](Self::seal), for a buffer in which the text begins [`RECORD_HEADER`] bytes
    /// behind `from`: text of one record does not move at all. Without text the reserved bytes are
    /// taken away.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn seal_reserved(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<(), NoiseError> {
        self.seal_at(buf, from, from.saturating_add(RECORD_HEADER))
    }

    /// How many records were sealed.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cipher.count()
    }

    fn seal_at(&mut self, buf: &mut Vec<u8>, start: usize, text: usize) -> Result<(), NoiseError> {
        let len = buf.len().checked_sub(text).ok_or(NoiseError::OutOfBounds)?;
        let records = len.div_ceil(self.record_max);
        if u64::try_from(records).map_or(true, |records| records > self.cipher.left()) {
            return Err(NoiseError::NonceExhausted);
        }
        buf.resize(start + len + records * RECORD_OVERHEAD, 0);
        let stride = self.record_max + RECORD_OVERHEAD;
        // From the back, each text moves behind those in front of it, so none is overwritten.
        for index in (0..records).rev() {
            let offset = index * self.record_max;
            let end = len.min(offset + self.record_max);
            let to = start + index * stride + RECORD_HEADER;
            if to != text + offset {
                buf.copy_within(text + offset..text + end, to);
            }
        }
        let (_, records) = buf.split_at_mut(start);
        records.chunks_mut(stride).try_for_each(|record| self.seal_one(record))
    }

    fn seal_one(&mut self, record: &mut [u8]) -> Result<(), NoiseError> {
        let (header, body) = record.split_first_chunk_mut().ok_or(NoiseError::OutOfBounds)?;
        let len =
            u16::try_from(body.len()).map_err(|_| NoiseError::RecordSize { size: body.len() })?;
        *header = len.to_be_bytes();
        self.cipher.seal(&[], body)?;
        rekey_if_due(&mut self.cipher, self.rekey_interval)
    }

    #[cfg(test)]
    pub(super) fn for_test(&mut self) -> (&mut CipherState, &mut NonZeroU64) {
        (&mut self.cipher, &mut self.rekey_interval)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("count", &self.count()).finish_non_exhaustive()
    }
}

/// Decrypts the records of one direction. After its first error it stays failed.
pub struct Opener {
    cipher: CipherState,
    record_max: usize,
    rekey_interval: NonZeroU64,
    failed: bool,
}

impl Opener {
    pub(super) fn new(cipher: CipherState) -> Self {
        Self {
            cipher,
            record_max: RECORD_MAX_DEFAULT,
            rekey_interval: REKEY_INTERVAL,
            failed: false,
        }
    }

    /// Limits the text of each record to what this side announced.
    ///
    /// # Errors
    /// [`NoiseError::RecordSize`] for a size outside 1 to [`RECORD_MAX`]; nothing is changed.
    pub fn set_record_max(&mut self, size: usize) -> Result<(), NoiseError> {
        self.record_max = check_size(size)?;
        Ok(())
    }

    /// The length that a record's header announces, checked before anybody waits for its bytes.
    ///
    /// # Errors
    /// [`NoiseError::RecordLength`] for a length that no record may have, and
    /// [`NoiseError::Dead`] after an earlier error.
    pub fn record_len(&mut self, header: [u8; RECORD_HEADER]) -> Result<usize, NoiseError> {
        let len = usize::from(u16::from_be_bytes(header));
        self.step(|opener| opener.check_len(len))?;
        Ok(len)
    }

    /// Decrypts one record, without its header, in place: the text is `record[..n]`.
    ///
    /// # Errors
    /// [`NoiseError::Authentication`], [`NoiseError::RecordLength`],
    /// [`NoiseError::NonceExhausted`], and [`NoiseError::Dead`] after an earlier error. No text
    /// came out: `record` is as before, or zeros where a text would be.
    pub fn open(&mut self, record: &mut [u8]) -> Result<usize, NoiseError> {
        self.step(|opener| {
            opener.check_len(record.len())?;
            let len = opener.cipher.open(&[], record)?;
            rekey_if_due(&mut opener.cipher, opener.rekey_interval)?;
            Ok(len)
        })
    }

    /// How many records were opened.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cipher.count()
    }

    fn step<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, NoiseError>,
    ) -> Result<T, NoiseError> {
        if self.failed {
            return Err(NoiseError::Dead);
        }
        let result = step(self);
        self.failed = result.is_err();
        result
    }

    fn check_len(&self, len: usize) -> Result<(), NoiseError> {
        let (min, max) = (1 + TAG_LEN, self.record_max + TAG_LEN);
        if (min..=max).contains(&len) {
            Ok(())
        } else {
            Err(NoiseError::RecordLength { len, min, max })
        }
    }

    #[cfg(test)]
    pub(super) fn for_test(&mut self) -> (&mut CipherState, &mut NonZeroU64) {
        (&mut self.cipher, &mut self.rekey_interval)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("count", &self.count())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

fn check_size(size: usize) -> Result<usize, NoiseError> {
    if (1..=RECORD_MAX).contains(&size) { Ok(size) } else { Err(NoiseError::RecordSize { size }) }
}

/// Record n, counted from 0, is followed by REKEY where n + 1 is a multiple of the interval.
fn rekey_if_due(cipher: &mut CipherState, interval: NonZeroU64) -> Result<(), NoiseError> {
    if cipher.count().is_multiple_of(interval.get()) { cipher.rekey() } else { Ok(()) }
}
