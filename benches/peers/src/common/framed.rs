//! Frames by hand: a length, a number and a body, gathered into batches, and each batch, if that is
//! wanted, sealed in records of at most 16 KiB. Bytes go in and bytes come out; whoever uses it has
//! the socket.

use anyhow::Result;
use bytes::{Buf, BytesMut};

use crate::secure::channel::{LENGTH, Open, RECORD_TEXT, Seal};

/// What one read takes at most, as ours.
const READ_BYTES: usize = 64 * 1_024;
/// A length of four bytes, and a number of eight.
const HEADER: usize = 12;

/// What is to be sent.
pub struct Sink {
    seal: Option<Box<dyn Seal>>,
    /// Frames; or records, and behind `last` one that is still gathered.
    wire: Vec<u8>,
    last: usize,
}

impl Sink {
    pub fn new(seal: Option<Box<dyn Seal>>) -> Self {
        Self { seal, wire: Vec::new(), last: 0 }
    }

    pub fn put(&mut self, number: u64, body: &[u8]) -> Result<()> {
        let [a, b, c, d] = u32::try_from(body.len())?.to_le_bytes();
        let [e, f, g, h, i, j, k, l] = number.to_le_bytes();
        self.put_octets(&[a, b, c, d, e, f, g, h, i, j, k, l])?;
        self.put_octets(body)
    }

    /// Appends to the record that is gathered; one that is full is sealed at once.
    fn put_octets(&mut self, mut octets: &[u8]) -> Result<()> {
        if self.seal.is_none() {
            self.wire.extend_from_slice(octets);
            return Ok(());
        }
        while !octets.is_empty() {
            if self.wire.len() == self.last {
                self.wire.extend_from_slice(&[0; LENGTH]);
            }
            let room = RECORD_TEXT - (self.wire.len() - self.last - LENGTH);
            let (head, rest) = octets.split_at(room.min(octets.len()));
            self.wire.extend_from_slice(head);
            octets = rest;
            if head.len() == room {
                self.finish_record()?;
            }
        }
        Ok(())
    }

    fn finish_record(&mut self) -> Result<()> {
        if let Some(seal) = &mut self.seal {
            seal.seal_behind(&mut self.wire, self.last)?;
        }
        self.last = self.wire.len();
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.wire.is_empty()
    }

    pub fn len(&self) -> usize {
        self.wire.len()
    }

    /// Exchanges the batch that was gathered for an empty buffer.
    pub fn take(&mut self, batch: &mut Vec<u8>) -> Result<()> {
        if self.wire.len() > self.last {
            self.finish_record()?;
        }
        batch.clear();
        std::mem::swap(batch, &mut self.wire);
        self.last = 0;
        Ok(())
    }
}

/// What was received.
pub struct Source {
    open: Option<Box<dyn Open>>,
    input: BytesMut,
    /// What was opened and is no whole frame yet.
    text: BytesMut,
}

impl Source {
    pub fn new(open: Option<Box<dyn Open>>) -> Self {
        Self { open, input: BytesMut::new(), text: BytesMut::new() }
    }

    /// To read into. What has come is to be said by [`took`](Self::took).
    pub fn room(&mut self) -> &mut BytesMut {
        let missing = match (&self.open, self.input.first_chunk::<4>()) {
            (None, Some(&len)) => {
                (HEADER + u32::from_le_bytes(len) as usize).saturating_sub(self.input.len())
            }
            _ => 0,
        };
        self.input.reserve(missing.max(READ_BYTES));
        &mut self.input
    }

    /// Opens the records that are whole.
    pub fn took(&mut self) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        while let Some(&header) = self.input.first_chunk::<LENGTH>() {
            let len = LENGTH + usize::from(u16::from_be_bytes(header));
            if self.input.len() < len {
                break;
            }
            if self.text.is_empty() {
                // Lets go of the memory of the last record, so that it can be read into again.
                self.text = BytesMut::new();
            }
            let record = self.input.split_to(len);
            open.open_behind(record, &mut self.text)?;
        }
        Ok(())
    }

    /// The next frame, if it is whole.
    pub fn frame(&mut self) -> Result<Option<(u64, BytesMut)>> {
        let text = if self.open.is_some() { &mut self.text } else { &mut self.input };
        let Some(&header) = text.first_chunk::<HEADER>() else { return Ok(None) };
        let [a, b, c, d, number @ ..] = header;
        let len = HEADER + usize::try_from(u32::from_le_bytes([a, b, c, d]))?;
        if text.len() < len {
            return Ok(None);
        }
        let mut body = text.split_to(len);
        body.advance(HEADER);
        Ok(Some((u64::from_le_bytes(number), body)))
    }
}
