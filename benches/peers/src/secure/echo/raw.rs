//! The echo by hand: frames gathered into batches, and each batch sealed.

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::super::channel::{self, Cipher, Open, Seal};
use super::super::subject::Peer;
use super::{Echo, IN_FLIGHT, loopback};
use crate::common::framed::{Sink, Source};

/// One end of a connection.
struct End {
    stream: TcpStream,
    sink: Sink,
    source: Source,
    batch: Vec<u8>,
}

impl End {
    fn new(stream: TcpStream, seal: Box<dyn Seal>, open: Box<dyn Open>) -> Self {
        let (sink, source) = (Sink::new(Some(seal)), Source::new(Some(open)));
        Self { stream, sink, source, batch: Vec::new() }
    }

    /// Sends all frames as one batch.
    async fn flush(&mut self) -> Result<()> {
        self.sink.take(&mut self.batch)?;
        Ok(self.stream.write_all(&self.batch).await?)
    }

    /// Reads once, and opens the records that are whole. False at the end of the stream.
    async fn read(&mut self) -> Result<bool> {
        if self.stream.read_buf(self.source.room()).await? == 0 {
            return Ok(false);
        }
        self.source.took()?;
        Ok(true)
    }
}

async fn serve(mut end: End) -> Result<()> {
    while end.read().await? {
        while let Some((number, body)) = end.source.frame()? {
            end.sink.put(number, &body)?;
        }
        if !end.sink.is_empty() {
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
                self.end.sink.put(sent, &self.body)?;
                sent += 1;
            }
            if !self.end.sink.is_empty() {
                self.end.flush().await?;
            }
            ensure!(self.end.read().await?, "the server has gone");
            while let Some((number, body)) = self.end.source.frame().context("a frame")? {
                ensure!(number == echoed && body == self.body, "another message came back");
                echoed += 1;
            }
        }
        Ok(echoed)
    }
}
