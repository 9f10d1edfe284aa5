//! The echo by hand: frames of a length, a number and a body, gathered into batches, and each batch
//! sealed in records of at most 16 KiB.

use anyhow::{Context, Result, ensure};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::super::channel::{self, Cipher, LENGTH, Open, RECORD_TEXT, Seal};
use super::super::subject::Peer;
use super::{Echo, IN_FLIGHT, loopback};

/// What one read takes at most, as ours.
const READ_BYTES: usize = 64 * 1_024;
/// A length of four bytes, and a number of eight.
const HEADER: usize = 12;

/// One end of a connection.
struct End {
    stream: TcpStream,
    seal: Box<dyn Seal>,
    open: Box<dyn Open>,
    input: BytesMut,
    /// What was opened and is no whole frame yet.
    text: BytesMut,
    /// Records, and behind `last` one that is still gathered.
    wire: Vec<u8>,
    last: usize,
}

impl End {
    fn new(stream: TcpStream, seal: Box<dyn Seal>, open: Box<dyn Open>) -> Self {
        let (input, text) = (BytesMut::new(), BytesMut::new());
        Self { stream, seal, open, input, text, wire: Vec::new(), last: 0 }
    }

    fn put(&mut self, number: u64, body: &[u8]) -> Result<()> {
        let [a, b, c, d] = u32::try_from(body.len())?.to_le_bytes();
        let [e, f, g, h, i, j, k, l] = number.to_le_bytes();
        self.put_octets(&[a, b, c, d, e, f, g, h, i, j, k, l])?;
        self.put_octets(body)
    }

    /// Appends to the record that is gathered; one that is full is sealed at once.
    fn put_octets(&mut self, mut octets: &[u8]) -> Result<()> {
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
        self.seal.seal_behind(&mut self.wire, self.last)?;
        self.last = self.wire.len();
        Ok(())
    }

    /// Sends all frames as one batch.
    async fn flush(&mut self) -> Result<()> {
        if self.wire.len() > self.last {
            self.finish_record()?;
        }
        self.stream.write_all(&self.wire).await?;
        self.wire.clear();
        self.last = 0;
        Ok(())
    }

    /// Reads once, and opens the records that are whole. False at the end of the stream.
    async fn read(&mut self) -> Result<bool> {
        self.input.reserve(READ_BYTES);
        if self.stream.read_buf(&mut self.input).await? == 0 {
            return Ok(false);
        }
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
            self.open.open_behind(record, &mut self.text)?;
        }
        Ok(true)
    }

    /// The next frame, if it is whole.
    fn frame(&mut self) -> Result<Option<(u64, BytesMut)>> {
        let Some(&header) = self.text.first_chunk::<HEADER>() else { return Ok(None) };
        let [a, b, c, d, number @ ..] = header;
        let len = HEADER + usize::try_from(u32::from_le_bytes([a, b, c, d]))?;
        if self.text.len() < len {
            return Ok(None);
        }
        let mut body = self.text.split_to(len);
        body.advance(HEADER);
        Ok(Some((u64::from_le_bytes(number), body)))
    }
}

async fn serve(mut end: End) -> Result<()> {
    while end.read().await? {
        while let Some((number, body)) = end.frame()? {
            end.put(number, &body)?;
        }
        if !end.wire.is_empty() {
            end.flush().await?;
        }
    }
    Ok(())
}

pub struct Client {
    end: End,
    body: Vec<u8>,
}

impl Client {
    pub fn new(runtime: &Runtime, peer: Peer, body: Vec<u8>) -> Result<Self> {
        let ((seal_up, open_up), (seal_down, open_down)) = channel::pair(peer, Cipher::AesGcm)?;
        runtime.block_on(async {
            let (client, server) = loopback().await?;
            let server = End::new(server, seal_down, open_up);
            tokio::spawn(async move {
                if let Err(error) = serve(server).await {
                    eprintln!("the server of {peer} failed: {error:#}");
                }
            });
            Ok(Self { end: End::new(client, seal_up, open_down), body })
        })
    }
}

impl Echo for Client {
    async fn echo(&mut self, times: u64) -> Result<u64> {
        let (mut sent, mut echoed) = (0, 0);
        while echoed < times {
            while sent < times.min(echoed + IN_FLIGHT) {
                self.end.put(sent, &self.body)?;
                sent += 1;
            }
            if !self.end.wire.is_empty() {
                self.end.flush().await?;
            }
            ensure!(self.end.read().await?, "the server has gone");
            while let Some((number, body)) = self.end.frame().context("a frame")? {
                ensure!(number == echoed && body == self.body, "another message came back");
                echoed += 1;
            }
        }
        Ok(echoed)
    }
}
