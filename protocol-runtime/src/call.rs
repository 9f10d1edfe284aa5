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
use crate::driver::{Core, Shared, Ticket, Waiters};
pub use crate::error::CallError;
use crate::error::{CloseReason, Error};
use crate::frame::reason::Reason;
use crate::session::{CallFailure, CallId, CallOptions, CallRefused};
use crate::types::Stream;
use crate::wire::{
    AppError, DecodeError, DecodeErrorKind, DecodeOptions, Root, decode_root, encode_root,
};

/// A call that starts when it is awaited.
///
/// When more calls are in flight than the peer serves at a time, or more output waits than the
/// limits allow, the call waits for its turn; that is part of its timeout. Dropping the future
/// gives the call up: the peer may still run it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<M, T, E = Infallible> {
    caller: Caller,
    number: u16,
    message: M,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    outcome: PhantomData<fn() -> (T, E)>,
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
}

/// What a call may be answered with: any [`Root`], or a stream, which no call carries yet.
pub trait Answer: Sized + 'static {
    /// Reads the body of a reply.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break; `NoValue` for a stream.
    fn decode_answer(body: &Bytes, options: &DecodeOptions) -> Result<Self, DecodeError>;
}

impl<T: Root> Answer for T {
    fn decode_answer(body: &Bytes, options: &DecodeOptions) -> Result<Self, DecodeError> {
        decode_root(body, options)
    }
}

impl<T: Root + Send, E: AppError + Send> Answer for Stream<T, E> {
    fn decode_answer(_: &Bytes, _: &DecodeOptions) -> Result<Self, DecodeError> {
        Err(DecodeErrorKind::NoValue.into())
    }
}

impl<M, T, E> Call<M, T, E> {
    pub(crate) fn new(caller: Caller, number: u16, message: M) -> Self {
        let timeout = Some(caller.connection().shared().response_timeout);
        Self { caller, number, message, timeout, deadline: None, outcome: PhantomData }
    }

    /// Waits no longer than this for the answer, from the first await on.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        (self.timeout, self.deadline) = (Some(timeout), None);
        self
    }

    /// Waits for the answer until then.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        (self.timeout, self.deadline) = (None, Some(deadline));
        self
    }

    /// Waits for the answer as long as it takes.
    pub fn no_timeout(mut self) -> Self {
        (self.timeout, self.deadline) = (None, None);
        self
    }

    /// Asking twice does no harm.
    #[doc(hidden)]
    pub fn idempotent(self) -> Self {
        self
    }

    /// Compresses the message, if both sides can.
    pub fn compress(self) -> Self {
        self
    }

    /// The stream of the message.
    #[doc(hidden)]
    pub fn input<I: Root + Send>(mut self, stream: Stream<I>) -> Self {
        drop(stream);
        self.caller = self.caller.unable();
        self
    }
}

impl<M: Root, T: Answer, E: AppError> IntoFuture for Call<M, T, E> {
    type Output = Result<T, CallError<E>>;
    type IntoFuture = CallFuture<M, T, E>;

    fn into_future(self) -> CallFuture<M, T, E> {
        let Self { caller, number, message, timeout, deadline, outcome } = self;
        let line = InLine::default();
        CallFuture {
            caller,
            number,
            timeout,
            state: State::New { message, deadline, line },
            outcome,
        }
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
        Self { caller, number, message }
    }

    /// Compresses the message, if both sides can.
    pub fn compress(self) -> Self {
        self
    }
}

/// A [`Call`] under way.
#[must_use = "a call does nothing until it is awaited"]
pub struct CallFuture<M, T, E> {
    caller: Caller,
    number: u16,
    timeout: Option<Duration>,
    state: State<M>,
    outcome: PhantomData<fn() -> (T, E)>,
}

enum State<M> {
    New { message: M, deadline: Option<Instant>, line: InLine },
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
        if let State::New { .. } = this.state {
            return match this.start(protocol, task.waker()) {
                Start::Sent(call) => {
                    this.state = State::Waiting(call);
                    this.caller.connection().shared().signal.ring();
                    Poll::Pending
                }
                Start::Wait => {
                    // A driver that sleeps does not know of the deadline of this wait.
                    this.caller.connection().shared().signal.ring();
                    Poll::Pending
                }
                Start::Failed(refused) => {
                    this.give_up();
                    Poll::Ready(Err(refused.into()))
                }
                Start::Late => {
                    this.give_up();
                    Poll::Ready(Err(CallError::DeadlineExceeded))
                }
            };
        }
        let State::Waiting(call) = this.state else {
            return Poll::Pending;
        };
        let shared = this.caller.connection().shared();
        let mut replaced = None;
        let polled = shared.with(|core| core.calls.poll(call, task.waker(), &mut replaced));
        drop(replaced);
        let Poll::Ready(outcome) = polled else {
            return Poll::Pending;
        };
        let read = match outcome {
            Some(outcome) => read(shared, protocol, outcome),
            None => Err(CallError::ConnectionLost { maybe_executed: true }),
        };
        this.state = State::Over;
        Poll::Ready(read)
    }
}

impl<M: Root, T, E> CallFuture<M, T, E> {
    /// Encodes the call into the output, or waits in line for that.
    fn start(&mut self, protocol: u8, waker: &Waker) -> Start {
        let State::New { message, deadline, line } = &mut self.state else {
            return Start::Wait;
        };
        let shared = self.caller.connection().shared();
        let now = shared.now();
        let left = match (*deadline, self.timeout) {
            // A sum past the end of time is as good as no deadline.
            (None, Some(timeout)) => {
                *deadline = now.checked_add(timeout);
                Some(timeout)
            }
            (Some(deadline), _) => Some(deadline.saturating_duration_since(now)),
            (None, None) => None,
        };
        if left.is_some_and(|left| left.is_zero()) {
            return Start::Late;
        }
        let (start, _dropped) = shared.with(|core| {
            if core.is_full(shared.high_water()) {
                return (Start::Wait, line.wait(core, Line::Room, waker, *deadline));
            }
            match core.session.call(now, protocol, self.number, CallOptions::timeout(left), |out| {
                encode_root(message, out)
            }) {
                Ok(call) => {
                    let dropped = [core.calls.insert(call, waker.clone()), line.served(core)];
                    (Start::Sent(call), dropped)
                }
                Err(CallRefused::TooManyCalls { .. }) => {
                    (Start::Wait, line.wait(core, Line::Turn, waker, *deadline))
                }
                Err(refused) => (Start::Failed(refused), [None, None]),
            }
        });
        start
    }
}

impl<M, T, E> CallFuture<M, T, E> {
    fn give_up(&mut self) {
        let shared = self.caller.connection().shared();
        match std::mem::replace(&mut self.state, State::Over) {
            State::New { line, .. } => line.leave(shared),
            State::Waiting(call) => {
                let waker = shared.with(|core| {
                    let waker = core.calls.remove(call);
                    if waker.is_some() {
                        core.session.cancel(shared.now(), call);
                    }
                    waker
                });
                drop(waker);
            }
            State::Over => {}
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
        let Self { message: Notify { caller, number, message }, line } = self.get_mut();
        let Some(protocol) = caller.protocol() else {
            let error: CallError = CallError::Unimplemented;
            return Poll::Ready(Err(error.into()));
        };
        let shared = caller.connection().shared();
        let (sent, _dropped) = shared.with(|core| {
            if core.is_full(shared.high_water()) {
                return (None, line.wait(core, Line::Room, task.waker(), None));
            }
            let sent = core
                .session
                .notify(protocol, *number, CallOptions::default(), |out| encode_root(message, out));
            (Some(sent), [line.served(core), None])
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
        }
    }
}

/// What the outcome is to the caller.
fn read<T: Answer, E: AppError>(
    shared: &Shared,
    protocol: u8,
    outcome: Result<Bytes, CallFailure>,
) -> Result<T, CallError<E>> {
    let options = shared.decode_options(protocol);
    match outcome {
        Ok(body) => T::decode_answer(&body, &options).map_err(CallError::Decode),
        Err(CallFailure::Application(detail)) => Err(match E::decode_detail(&detail, &options) {
            Ok(error) => CallError::Application(error),
            Err(error) => CallError::Decode(error),
        }),
        Err(CallFailure::Remote(fault)) => Err(fault.into()),
        Err(CallFailure::TimedOut) => Err(CallError::DeadlineExceeded),
        Err(CallFailure::ConnectionLost { maybe_executed }) => {
            Err(shared.with(|core| lost(core.session.close_reason(), maybe_executed)))
        }
    }
}

/// What the end of the connection is to a caller.
fn lost<E>(reason: Option<&CloseReason>, maybe_executed: bool) -> CallError<E> {
    if let Some(CloseReason::Peer { reason: Reason::Unauthorized, .. }) = reason {
        return CallError::NotLetIn { maybe_executed };
    }
    CallError::ConnectionLost { maybe_executed }
}

impl<E> From<CallRefused> for CallError<E> {
    fn from(refused: CallRefused) -> Self {
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
