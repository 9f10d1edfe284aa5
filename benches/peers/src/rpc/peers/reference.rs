//! What can be had by hand. The server answers all that one read brought by one write. The client
//! of `raw` sends as many as are to be in flight, and reads; `mux` has a task for each caller, one
//! for the connection, and numbers that say whose an answer is.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::io::poll_read_buf;

use super::super::load::{self, Connection};
use super::Connect;
use crate::common::framed::{Sink, Source};
use crate::secure::channel;

/// A frame with this number asks for items of as many bytes as it has.
const STREAM: u64 = u64::MAX;
/// How much of a stream is one write.
const BATCH_BYTES: usize = 64 * 1_024;

/// Both processes seal with the same keys, one for each direction: nothing here is a secret.
const KEYS: [[u8; 32]; 2] = [[1; 32], [2; 32]];

fn ends(sealed: bool, [sends, receives]: [usize; 2]) -> Result<(Sink, Source)> {
    if !sealed {
        return Ok((Sink::new(None), Source::new(None)));
    }
    let (seal, _) = channel::keyed(&KEYS[sends])?;
    let (_, open) = channel::keyed(&KEYS[receives])?;
    Ok((Sink::new(Some(seal)), Source::new(Some(open))))
}

pub async fn serve(
    sealed: bool,
    address: &str,
    listening: impl FnOnce(&str) -> Result<()>,
) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    listening(&listener.local_addr()?.to_string())?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (sink, source) = ends(sealed, [0, 1])?;
        tokio::spawn(async move {
            // That a client goes away is no error.
            let _ = echo(stream, sink, source).await;
        });
    }
}

async fn echo(mut stream: TcpStream, mut sink: Sink, mut source: Source) -> Result<()> {
    let mut batch = Vec::new();
    while stream.read_buf(source.room()).await? > 0 {
        source.took()?;
        while let Some((number, body)) = source.frame()? {
            if number == STREAM {
                return items(stream, sink, &body).await;
            }
            sink.put(number, &body)?;
        }
        if !sink.is_empty() {
            sink.take(&mut batch)?;
            stream.write_all(&batch).await?;
        }
    }
    Ok(())
}

async fn items(mut stream: TcpStream, mut sink: Sink, item: &[u8]) -> Result<()> {
    let mut batch = Vec::new();
    loop {
        while sink.len() < BATCH_BYTES {
            sink.put(0, item)?;
        }
        sink.take(&mut batch)?;
        stream.write_all(&batch).await?;
    }
}

/// One task and nothing else.
pub struct Raw;

pub struct RawConnection {
    stream: TcpStream,
    sink: Sink,
    source: Source,
    batch: Vec<u8>,
}

async fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Connect for Raw {
    type Connection = RawConnection;

    async fn connect(&self, address: &str) -> Result<RawConnection> {
        let (sink, source) = ends(false, [1, 0])?;
        Ok(RawConnection { stream: connect(address).await?, sink, source, batch: Vec::new() })
    }
}

impl RawConnection {
    async fn flush(&mut self) -> Result<()> {
        self.sink.take(&mut self.batch)?;
        Ok(self.stream.write_all(&self.batch).await?)
    }

    async fn read(&mut self) -> Result<()> {
        let read = self.stream.read_buf(self.source.room()).await?;
        ensure!(read > 0, "the server has gone");
        self.source.took()
    }
}

impl Connection for RawConnection {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        self.sink.put(0, body)?;
        self.flush().await?;
        loop {
            if let Some((_, body)) = self.source.frame()? {
                return Ok(body.freeze());
            }
            self.read().await?;
        }
    }

    async fn echo(mut self, in_flight: usize, body: Bytes) -> Result<()> {
        let (mut sent, mut echoed, mut start) = (0, 0, Instant::now());
        loop {
            while sent < echoed + in_flight as u64 {
                self.sink.put(sent, &body)?;
                sent += 1;
            }
            if !self.sink.is_empty() {
                start = Instant::now();
                self.flush().await?;
            }
            self.read().await?;
            let before = echoed;
            while let Some((number, echo)) = self.source.frame()? {
                ensure!(number == echoed, "another message came back");
                load::check(&body, &echo)?;
                echoed += 1;
            }
            if echoed > before {
                load::count(echoed - before);
                load::time(start);
            }
        }
    }

    async fn items(mut self, bytes: usize) -> Result<()> {
        self.sink.put(STREAM, &vec![b'i'; bytes])?;
        self.flush().await?;
        loop {
            self.read().await?;
            let mut items = 0;
            while let Some((_, item)) = self.source.frame()? {
                ensure!(item.len() == bytes, "another item came");
                items += 1;
            }
            load::count(items);
        }
    }
}

/// Callers that share a connection.
pub struct Mux {
    pub sealed: bool,
}

#[derive(Clone)]
pub struct Caller(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
}

struct State {
    sink: Sink,
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// The connection's task, while it waits.
    idle: Option<Waker>,
    closed: bool,
}

#[derive(Default)]
struct Slot {
    caller: Option<Waker>,
    reply: Option<BytesMut>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection's task ends with its last caller.
impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(idle) = self.lock().idle.take() {
            idle.wake();
        }
    }
}

impl Connect for Mux {
    type Connection = Caller;

    async fn connect(&self, address: &str) -> Result<Caller> {
        let stream = connect(address).await?;
        let (sink, source) = ends(self.sealed, [1, 0])?;
        let state = State { sink, slots: Vec::new(), free: Vec::new(), idle: None, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state) });
        let weak = Arc::downgrade(&shared);
        let mut task = Task { stream, source, batch: Vec::new(), written: 0, ready: Vec::new() };
        tokio::spawn(async move {
            let ended = poll_fn(|cx| match weak.upgrade() {
                Some(shared) => task.poll(&shared, cx),
                None => Poll::Ready(Ok(())),
            });
            let _ = ended.await;
            if let Some(shared) = weak.upgrade() {
                let mut state = shared.lock();
                state.closed = true;
                state.slots.iter_mut().filter_map(|slot| slot.caller.take()).for_each(Waker::wake);
            }
        });
        Ok(Caller(shared))
    }
}

/// What the connection's task has to itself.
struct Task {
    stream: TcpStream,
    source: Source,
    batch: Vec<u8>,
    written: usize,
    ready: Vec<Waker>,
}

impl Task {
    fn poll(&mut self, shared: &Shared, cx: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            let wrote = self.write(shared, cx)?;
            let read = self.read(shared, cx)?;
            if wrote.is_pending() && read.is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Pending if there is nothing to write, or if it is not taken.
    fn write(&mut self, shared: &Shared, cx: &mut Context<'_>) -> Result<Poll<()>> {
        if self.written == self.batch.len() {
            let mut state = shared.lock();
            if state.sink.is_empty() {
                let known = state.idle.as_ref().is_some_and(|idle| idle.will_wake(cx.waker()));
                if !known {
                    state.idle = Some(cx.waker().clone());
                }
                return Ok(Poll::Pending);
            }
            state.sink.take(&mut self.batch)?;
            self.written = 0;
        }
        while let Some(rest) = self.batch.get(self.written..).filter(|rest| !rest.is_empty()) {
            match Pin::new(&mut self.stream).poll_write(cx, rest)? {
                Poll::Ready(written) => self.written += written,
                Poll::Pending => return Ok(Poll::Pending),
            }
        }
        Ok(Poll::Ready(()))
    }

    fn read(&mut self, shared: &Shared, cx: &mut Context<'_>) -> Result<Poll<()>> {
        let Poll::Ready(read) = poll_read_buf(Pin::new(&mut self.stream), cx, self.source.room())?
        else {
            return Ok(Poll::Pending);
        };
        ensure!(read > 0, "the server has gone");
        self.source.took()?;
        let mut state = shared.lock();
        while let Some((number, body)) = self.source.frame()? {
            let slot = state.slots.get_mut(usize::try_from(number)?).context("no such call")?;
            slot.reply = Some(body);
            self.ready.extend(slot.caller.take());
        }
        drop(state);
        self.ready.drain(..).for_each(Waker::wake);
        Ok(Poll::Ready(()))
    }
}

impl Caller {
    fn begin(&self, body: &[u8]) -> Result<usize> {
        let mut state = self.0.lock();
        let state = &mut *state;
        if state.closed {
            bail!("the server has gone");
        }
        let number = state.free.pop().unwrap_or_else(|| {
            state.slots.push(Slot::default());
            state.slots.len() - 1
        });
        state.sink.put(number as u64, body)?;
        if let Some(idle) = state.idle.take() {
            idle.wake();
        }
        Ok(number)
    }

    fn poll_reply(&self, number: usize, cx: &Context<'_>) -> Poll<Result<Bytes>> {
        let mut state = self.0.lock();
        let state = &mut *state;
        let slot = state.slots.get_mut(number).context("no such call")?;
        if let Some(reply) = slot.reply.take() {
            state.free.push(number);
            return Poll::Ready(Ok(reply.freeze()));
        }
        if state.closed {
            return Poll::Ready(Err(anyhow::anyhow!("the server has gone")));
        }
        slot.caller = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Connection for Caller {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        let number = self.begin(body)?;
        poll_fn(|cx| self.poll_reply(number, cx)).await
    }

    async fn echo(self, in_flight: usize, body: Bytes) -> Result<()> {
        load::share!(self, in_flight, body)
    }
}
