//! Calls and one-way messages, from the value to the outcome.
//!
//! The caller's own task encodes into the connection's output and decodes the answer; the driver
//! in between only moves bytes. Dropping a future gives up what it waits for.

use std::convert::Infallible;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::caller::Caller;
use crate::connection::Connection;
use crate::driver::{
    Answered, CallInput, Core, Incoming, Inherited, Of, Shared, Ticket, Waiters, failed, input,
    lost,
};
pub use crate::error::CallError;
use crate::error::Error;
use crate::metadata::{MetaKey, Metadata};
use crate::session::{CallId, CallOptions, CallRefused};
use crate::types::Stream;
use crate::wire::{
    AppError, DecodeError, DecodeErrorKind, EncodeError, Root, decode_root, encode_root,
};

/// A call that starts when it is awaited.
///
/// When more calls are in flight than the peer serves at a time, or more output waits than the
/// limits allow, the call waits for its turn; that is part of its timeout. Dropping the future
/// cancels the call: the peer is told, and stops.
///
/// A call that is made in a handler, or in its [`scope`](crate::cx::Cx::scope), ends at the latest
/// when the call that the handler serves does, and takes along the metadata that goes on.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<M, T, E = Infallible> {
    caller: Caller,
    number: u16,
    message: M,
    wait: Wait,
    extras: Option<Box<Extras>>,
    outcome: PhantomData<fn() -> (T, E)>,
}

/// How long a call waits.
#[derive(Clone, Copy, Debug)]
enum Wait {
    /// As long as all calls of the connection; a call with streams as long as it takes.
    Usual,
    AtMost(Duration),
    Until(Instant),
    Forever,
}

/// What few calls have.
#[derive(Default)]
struct Extras {
    metadata: Metadata,
    /// Why a value does not go along.
    refused: Option<EncodeError>,
    compress: Option<bool>,
    input: Option<CallInput>,
}

/// A one-way message that is sent when it is awaited.
///
/// Done when the message is in the connection's output, in order with what else is sent. Above
/// high-water it waits.
#[must_use = "a message is not sent until it is awaited"]
pub struct Notify<M> {
    caller: Caller,
    number: u16,
    message: M,
    compress: Option<bool>,
}

/// What a call may be answered with: any [`Root`], or a [`Stream`].
pub trait Answer: Sized + 'static {
    /// Whether it is a stream.
    #[doc(hidden)]
    const STREAM: bool;

    /// Reads a reply.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break; `NoValue` for an answer of the other kind.
    #[doc(hidden)]
    fn read(reply: Reply<'_>) -> Result<Self, DecodeError>;
}

/// A reply, for whoever waits for it.
#[derive(Debug)]
pub struct Reply<'a> {
    /// `None` if it is a stream.
    body: Option<Bytes>,
    connection: &'a Connection,
    call: CallId,
    protocol: u8,
}

impl<T: Root> Answer for T {
    const STREAM: bool = false;

    fn read(reply: Reply<'_>) -> Result<Self, DecodeError> {
        let options = reply.connection.shared().decode_options(reply.protocol);
        match &reply.body {
            Some(body) => decode_root(body, &options),
            None => {
                reply.connection.shared().give_up(reply.call);
                Err(DecodeErrorKind::NoValue.into())
            }
        }
    }
}

impl<T: Root + Send, E: AppError + Send> Answer for Stream<T, E> {
    const STREAM: bool = true;

    fn read(reply: Reply<'_>) -> Result<Self, DecodeError> {
        if reply.body.is_some() {
            return Err(DecodeErrorKind::NoValue.into());
        }
        let of = Of::Ours(reply.connection.clone());
        Ok(Self::received(Incoming::new(of, reply.call, reply.protocol)))
    }
}

impl<M, T, E> Call<M, T, E> {
    pub(crate) fn new(caller: Caller, number: u16, message: M) -> Self {
        let (wait, outcome) = (Wait::Usual, PhantomData);
        Self { caller, number, message, wait, extras: None, outcome }
    }

    /// Waits no longer than this for the answer, from the first await on. With a stream as the
    /// answer, that is until its end.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.wait = Wait::AtMost(timeout);
        self
    }

    /// Waits for the answer until then.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.wait = Wait::Until(deadline);
        self
    }

    /// Waits for the answer as long as it takes.
    pub fn no_timeout(mut self) -> Self {
        self.wait = Wait::Forever;
        self
    }

    /// Sends a value along with the message. One that cannot be encoded fails the call.
    pub fn meta<V: Root>(mut self, key: &MetaKey<V>, value: &V) -> Self {
        let extras = self.extras.get_or_insert_default();
        if let Err(error) = extras.metadata.insert(key, value) {
            extras.refused = Some(error);
        }
        self
    }

    /// Asking twice does no harm.
    #[doc(hidden)]
    pub fn idempotent(self) -> Self {
        self
    }

    /// Compresses the message, if both sides can and it holds no secret.
    pub fn compress(mut self) -> Self {
        self.extras.get_or_insert_default().compress = Some(true);
        self
    }

    /// The stream of the message.
    #[doc(hidden)]
    pub fn input<I: Root + Send>(mut self, stream: Stream<I>) -> Self {
        self.extras.get_or_insert_default().input = Some(input(stream));
        self
    }
}

impl<M: Root, T: Answer, E: AppError> Call<M, T, E> {
    /// Makes the call, and gives the reply with what came along.
    ///
    /// # Errors
    ///
    /// As the call itself.
    pub async fn with_metadata(self) -> Result<(T, Metadata), CallError<E>> {
        let mut call = self.into_future();
        let reply = (&mut call).await?;
        Ok((reply, call.along.take().map(|along| *along).unwrap_or_default()))
    }
}

impl<M: Root, T: Answer, E: AppError> IntoFuture for Call<M, T, E> {
    type Output = Result<T, CallError<E>>;
    type IntoFuture = CallFuture<M, T, E>;

    fn into_future(self) -> CallFuture<M, T, E> {
        let Self { caller, number, message, wait, extras, outcome } = self;
        let state = State::New { message, wait, extras, line: InLine::default() };
        CallFuture { caller, number, state, along: None, outcome }
    }
}

impl<M: Root> IntoFuture for Notify<M> {
    type Output = Result<(), Error>;
    type IntoFuture = NotifyFuture<M>;

    fn into_future(self) -> NotifyFuture<M> {
        NotifyFuture { message: self, line: InLine::default() }
    }
}

impl<M> Notify<M> {
    pub(crate) fn new(caller: Caller, number: u16, message: M) -> Self {
        Self { caller, number, message, compress: None }
    }

    /// Compresses the message, if both sides can and it holds no secret.
    pub fn compress(mut self) -> Self {
        self.compress = Some(true);
        self
    }
}

/// A [`Call`] under way.
#[must_use = "a call does nothing until it is awaited"]
pub struct CallFuture<M, T, E> {
    caller: Caller,
    number: u16,
    state: State<M>,
    /// What came along with the reply.
    along: Option<Box<Metadata>>,
    outcome: PhantomData<fn() -> (T, E)>,
}

enum State<M> {
    New { message: M, wait: Wait, extras: Option<Box<Extras>>, line: InLine },
    Waiting(CallId),
    Over,
}

/// What the first step of a call came to.
enum Start {
    Sent(CallId),
    Wait,
    Failed(CallRefused),
    Late,
}

// Nothing in it is pinned: the message is moved out or encoded through a reference.
impl<M, T, E> Unpin for CallFuture<M, T, E> {}

impl<M: Root, T: Answer, E: AppError> Future for CallFuture<M, T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(protocol) = this.caller.protocol() else {
            return Poll::Ready(Err(CallError::Unimplemented));
        };
        match this.state {
            State::New { .. } => this.begin(protocol, task.waker()),
            State::Waiting(call) => this.look(protocol, call, task.waker()),
            State::Over => Poll::Pending,
        }
    }
}

impl<M: Root, T: Answer, E: AppError> CallFuture<M, T, E> {
    fn begin(&mut self, protocol: u8, waker: &Waker) -> Poll<Result<T, CallError<E>>> {
        match self.start(protocol, waker) {
            Start::Sent(call) => {
                self.state = State::Waiting(call);
                self.caller.connection().shared().signal.ring();
                Poll::Pending
            }
            Start::Wait => {
                // A driver that sleeps does not know of the deadline of this wait.
                self.caller.connection().shared().signal.ring();
                Poll::Pending
            }
            Start::Failed(refused) => {
                self.give_up();
                Poll::Ready(Err(CallError::refused(refused)))
            }
            Start::Late => {
                self.give_up();
                Poll::Ready(Err(CallError::DeadlineExceeded))
            }
        }
    }

    fn look(&mut self, protocol: u8, call: CallId, waker: &Waker) -> Poll<Result<T, CallError<E>>> {
        let connection = self.caller.connection();
        let shared = connection.shared();
        let mut replaced = None;
        let polled = shared.with(|core| core.calls.poll(call, waker, &mut replaced));
        drop(replaced);
        let Poll::Ready(outcome) = polled else {
            return Poll::Pending;
        };
        let read = match outcome {
            Some(Ok(Answered { body, metadata })) => {
                self.along = metadata;
                T::read(Reply { body, connection, call, protocol }).map_err(CallError::Decode)
            }
            Some(Err(failure)) => Err(failed(shared, &shared.decode_options(protocol), failure)),
            None => Err(CallError::ConnectionLost { maybe_executed: true }),
        };
        self.state = State::Over;
        Poll::Ready(read)
    }

    /// Encodes the call into the output, or waits in line for that.
    fn start(&mut self, protocol: u8, waker: &Waker) -> Start {
        let State::New { message, wait, extras, line } = &mut self.state else {
            return Start::Wait;
        };
        let shared = self.caller.connection().shared();
        let now = shared.now();
        let streams = T::STREAM || extras.as_ref().is_some_and(|extras| extras.input.is_some());
        let deadline = wait.settle(now, shared.response_timeout, streams);
        let inherited = Inherited::current();
        if let Some(metadata) = &inherited.metadata
            && !line.is_kept()
        {
            extras.get_or_insert_default().metadata.inherit(&metadata.propagated());
        }
        if let Some(extras) = extras
            && let Some(error) = &extras.refused
        {
            return Start::Failed(CallRefused::Encode(error.clone()));
        }
        let deadline = match (deadline, inherited.deadline) {
            (Some(own), Some(left)) => Some(own.min(left)),
            (own, left) => own.or(left),
        };
        *wait = deadline.map_or(Wait::Forever, Wait::Until);
        let timeout = deadline.map(|deadline| deadline.saturating_duration_since(now));
        if timeout.is_some_and(|left| left.is_zero()) {
            return Start::Late;
        }
        let options = CallOptions {
            timeout,
            metadata: extras
                .as_ref()
                .map(|extras| &extras.metadata)
                .filter(|metadata| !metadata.is_empty()),
            compress: extras.as_ref().and_then(|extras| extras.compress),
        };
        let number = self.number;
        let sent = shared.with(|core| {
            if core.is_full(shared.high_water()) {
                return Err((Start::Wait, line.wait(core, Line::Room, waker, deadline)));
            }
            let encode = |out: &mut Vec<u8>| encode_root(message, out);
            match core.session.call(now, protocol, number, options, encode) {
                Ok(call) => Ok((call, core.calls.insert(call, waker.clone()), line.served(core))),
                Err(CallRefused::TooManyCalls { .. }) if !core.going_away => {
                    Err((Start::Wait, line.wait(core, Line::Turn, waker, deadline)))
                }
                Err(refused) => Err((Start::Failed(refused), [None, None])),
            }
        });
        match sent {
            Ok((call, ..)) => {
                if let Some(input) = extras.as_mut().and_then(|extras| extras.input.take()) {
                    let started = input(shared.clone(), call);
                    shared.with(|core| core.started.push(started));
                }
                Start::Sent(call)
            }
            Err((start, _dropped)) => start,
        }
    }
}

impl<M, T, E> CallFuture<M, T, E> {
    fn give_up(&mut self) {
        let shared = self.caller.connection().shared();
        match std::mem::replace(&mut self.state, State::Over) {
            State::New { line, .. } => line.leave(shared),
            State::Waiting(call) => shared.give_up(call),
            State::Over => {}
        }
    }
}

impl Wait {
    /// Until when, counted from now.
    fn settle(self, now: Instant, usual: Duration, streams: bool) -> Option<Instant> {
        match self {
            Self::Usual if streams => None,
            // A sum past the end of time is as good as no deadline.
            Self::Usual => now.checked_add(usual),
            Self::AtMost(timeout) => now.checked_add(timeout),
            Self::Until(deadline) => Some(deadline),
            Self::Forever => None,
        }
    }
}

impl<M, T, E> Drop for CallFuture<M, T, E> {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// A [`Notify`] under way.
#[must_use = "a message is not sent until it is awaited"]
pub struct NotifyFuture<M> {
    message: Notify<M>,
    line: InLine,
}

// Nothing in it is pinned.
impl<M> Unpin for NotifyFuture<M> {}

impl<M: Root> Future for NotifyFuture<M> {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { message: Notify { caller, number, message, compress }, line } = self.get_mut();
        let Some(protocol) = caller.protocol() else {
            let error: CallError = CallError::Unimplemented;
            return Poll::Ready(Err(error.into()));
        };
        let shared = caller.connection().shared();
        let inherited = Inherited::current().metadata.map(|metadata| metadata.propagated());
        let options = CallOptions {
            timeout: None,
            metadata: inherited.as_ref().filter(|metadata| !metadata.is_empty()),
            compress: *compress,
        };
        let (sent, _dropped) = shared.with(|core| {
            if core.is_full(shared.high_water()) {
                return (None, line.wait(core, Line::Room, task.waker(), None));
            }
            let encode = |out: &mut Vec<u8>| encode_root(message, out);
            match core.session.notify(protocol, *number, options, encode) {
                Err(CallRefused::NoCredit | CallRefused::Busy) => {
                    (None, line.wait(core, Line::Credit, task.waker(), None))
                }
                sent => (Some(sent), [line.served(core), None]),
            }
        });
        let Some(sent) = sent else {
            return Poll::Pending;
        };
        shared.signal.ring();
        Poll::Ready(sent.map_err(Error::from))
    }
}

impl<M> Drop for NotifyFuture<M> {
    fn drop(&mut self) {
        std::mem::take(&mut self.line).leave(self.message.caller.connection().shared());
    }
}

/// Which line a caller waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// For output to fall below high-water.
    Room,
    /// For a call to end.
    Turn,
    /// For the peer to have handled one-way messages.
    Credit,
}

/// A caller's place in one of the lines.
#[derive(Debug, Default)]
struct InLine {
    place: Option<(Line, Ticket)>,
}

/// Wakers to drop outside the lock.
type Dropped = [Option<Waker>; 2];

impl InLine {
    /// Waits in `line`, at the place it had if it was in this line before.
    fn wait(
        &mut self,
        core: &mut Core,
        line: Line,
        waker: &Waker,
        deadline: Option<Instant>,
    ) -> Dropped {
        let (mut ticket, left) = match self.place.take() {
            Some((old, ticket)) if old == line => (Some(ticket), None),
            Some((old, ticket)) => (None, old.of(core).leave(&ticket)),
            None => (None, None),
        };
        let replaced = line.of(core).wait(&mut ticket, waker, deadline);
        self.place = ticket.map(|ticket| (line, ticket));
        [left, replaced]
    }

    /// Whether it waits already.
    const fn is_kept(&self) -> bool {
        self.place.is_some()
    }

    /// Got what it waited for.
    fn served(&mut self, core: &mut Core) -> Option<Waker> {
        let (line, ticket) = self.place.take()?;
        line.of(core).leave(&ticket)
    }

    /// Gives up. A turn that came meanwhile goes to the next in line.
    fn leave(mut self, shared: &Shared) {
        let Some((line, ticket)) = self.place.take() else {
            return;
        };
        let _left = shared.with_wakers(|core, wakers| {
            let left = line.of(core).leave(&ticket);
            if left.is_none() {
                line.of(core).wake(1, wakers);
            }
            left
        });
    }
}

impl Line {
    fn of(self, core: &mut Core) -> &mut Waiters {
        match self {
            Self::Room => &mut core.room,
            Self::Turn => &mut core.turn,
            Self::Credit => &mut core.events,
        }
    }
}

impl<E> CallError<E> {
    fn refused(refused: CallRefused) -> Self {
        match refused {
            CallRefused::Encode(error) => Self::Encode(error),
            CallRefused::NoSuchMessage { .. } => Self::Unimplemented,
            CallRefused::Closed(reason) => lost(Some(&reason), false),
            CallRefused::NotOpen
            | CallRefused::GoingAway
            | CallRefused::NoCredit
            | CallRefused::Busy
            | CallRefused::TooManyCalls { .. }
            | CallRefused::TooManyPings { .. } => Self::ConnectionLost { maybe_executed: false },
        }
    }
}

impl<M, T, E> fmt::Debug for Call<M, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for Notify<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<M, T, E> fmt::Debug for CallFuture<M, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for NotifyFuture<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyFuture").field("number", &self.message.number).finish_non_exhaustive()
    }
}
