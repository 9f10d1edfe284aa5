//! The echo by two sessions of this project: its frames, limits and records, but no client, no
//! handler and no task for either. What [`ours`](super::ours) costs beyond this is calls.

use std::collections::VecDeque;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use bytes::{Bytes, BytesMut};
use network_protocol::noise::Pattern;
use network_protocol::session::{CallId, Event, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::super::handshake::Keys;
use super::super::session::{Pairs, Side};
use super::{Echo, IN_FLIGHT, loopback};

/// What one read takes at most, as ours.
const READ_BYTES: usize = 64 * 1_024;

/// One end of a connection.
struct End {
    stream: TcpStream,
    session: Session,
    input: BytesMut,
    wire: Vec<u8>,
}

impl End {
    fn new(stream: TcpStream, side: Side) -> Self {
        Self { stream, session: side.session, input: side.inbox, wire: Vec::new() }
    }

    /// Sends all that waits as one batch.
    async fn flush(&mut self) -> Result<()> {
        self.wire.clear();
        if self.session.poll_transmit(&mut self.wire) {
            self.stream.write_all(&self.wire).await?;
        }
        Ok(())
    }

    /// Reads once. False at the end of the stream.
    async fn read(&mut self) -> Result<bool> {
        self.input.reserve(READ_BYTES);
        let read = self.stream.read_buf(&mut self.input).await?;
        self.session.handle_bytes(Instant::now(), &mut self.input);
        Ok(read > 0)
    }
}

async fn serve(mut end: End) -> Result<()> {
    while end.read().await? {
        while let Some(event) = end.session.poll_event() {
            match event {
                Event::Request { call, body, .. } => end.session.reply(call, put(&body))?,
                other => bail!("{other:?}"),
            }
        }
        end.flush().await?;
    }
    Ok(())
}

fn put(body: &[u8]) -> impl FnOnce(&mut Vec<u8>) -> Result<(), network_protocol::EncodeError> + '_ {
    |out| {
        out.extend_from_slice(body);
        Ok(())
    }
}

pub struct Client {
    end: End,
    body: Bytes,
    /// The calls that wait for their replies, which come in turn.
    waiting: VecDeque<CallId>,
}

impl Client {
    pub fn new(runtime: &Runtime, sealed: bool, body: Vec<u8>) -> Result<Self> {
        let pairs = Pairs::new(&Keys::new()?, sealed.then_some(Pattern::Xx))?;
        let (client, server) = pairs.connect()?;
        runtime.block_on(async {
            let (client_stream, server_stream) = loopback().await?;
            let server = End::new(server_stream, server);
            tokio::spawn(async move {
                if let Err(error) = serve(server).await {
                    eprintln!("the server of sessions failed: {error:#}");
                }
            });
            let end = End::new(client_stream, client);
            Ok(Self { end, body: body.into(), waiting: VecDeque::new() })
        })
    }
}

impl Echo for Client {
    async fn echo(&mut self, times: u64) -> Result<u64> {
        let (mut sent, mut echoed) = (0, 0);
        while echoed < times {
            let now = Instant::now();
            while sent < times.min(echoed + IN_FLIGHT) {
                let call = self.end.session.call(
                    now,
                    0,
                    1,
                    network_protocol::session::CallOptions::default(),
                    put(&self.body),
                )?;
                self.waiting.push_back(call);
                sent += 1;
            }
            self.end.flush().await?;
            ensure!(self.end.read().await?, "the server has gone");
            while let Some(event) = self.end.session.poll_event() {
                match event {
                    Event::Reply { call, body, .. } => {
                        let right = self.waiting.pop_front() == Some(call) && body == self.body;
                        ensure!(right, "another message came back");
                        echoed += 1;
                    }
                    other => bail!("{other:?}"),
                }
            }
        }
        Ok(echoed)
    }
}
