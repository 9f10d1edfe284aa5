//! Calls and one-way messages, from the value to the outcome.
//!
//! The caller's own task encodes into the connection's output and decodes the answer; the driver
//! in between only moves bytes. Dropping a future gives up what it waits for.

mod answer;
mod line;
mod notify;
mod wait;
mod watching;

use std::convert::Infallible;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

pub use self::answer::{Answer, Reply};
use self::line::{InLine, Line, earlier};
pub use self::notify::{Notify, NotifyFuture};
use self::wait::Wait;
use self::watching::Watching;
use crate::caller::Caller;
use crate::channel::{Unreached, Way};
use crate::driver::{Answered, CallInput, Inherited, Watch, failed, input, lost, now};
pub use crate::error::CallError;
use crate::metadata::{MetaKey, Metadata};
use crate::session::{CallId, CallOptions, CallRefused};
use crate::types::Stream;
use crate::wire::{AppError, EncodeError, Root, encode_root};

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
    idempotent: bool,
    wait_for_ready: Option<bool>,
    outcome: PhantomData<fn() -> (T, E)>,
}

/// What few calls have.
#[derive(Default)]
struct Extras {
    metadata: Metadata,
    /// Why a value does not go along.
    refused: Option<EncodeError>,
    compress: Option<bool>,
    input: Option<CallInput>,
    /// Whether the input is on its way.
    streamed: bool,
}

impl<M, T, E> Call<M, T, E> {
    pub(crate) fn new(caller: Caller, number: u16, message: M) -> Self {
        Self {
            caller,
            number,
            message,
            wait: Wait::Usual,
            extras: None,
            idempotent: false,
            wait_for_ready: None,
            outcome: PhantomData,
        }
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

    /// Says that the message may be run twice without harm, so that a client that reconnects makes
    /// the call again when its connection was lost. The schema's `idempotent` says the same for all
    /// calls of a message.
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Whether the call waits while a client that reconnects has no connection, until its deadline;
    /// instead of what the client does otherwise.
    pub fn wait_for_ready(mut self, wait: bool) -> Self {
        self.wait_for_ready = Some(wait);
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
        let Self { caller, number, message, wait, extras, outcome, .. } = self;
        let way = caller.channel().map(|channel| Way::new(channel, self.wait_for_ready));
        let routed = way.map(|way| Routed { way, bound: false, idempotent: self.idempotent });
        let state = State::New { message, wait, extras, line: InLine::default() };
        let (routed, watch) = (routed.map(Box::new), Watching::NotYet);
        CallFuture { caller, number, state, routed, along: None, watch, outcome }
    }
}

/// A [`Call`] under way.
#[must_use = "a call does nothing until it is awaited"]
pub struct CallFuture<M, T, E> {
    caller: Caller,
    number: u16,
    state: State<M>,
    /// How it gets to a connection, where that is not given.
    routed: Option<Box<Routed>>,
    /// What came along with the reply.
    along: Option<Box<Metadata>>,
    watch: Watching,
    outcome: PhantomData<fn() -> (T, E)>,
}

enum State<M> {
    New {
        message: M,
        wait: Wait,
        extras: Option<Box<Extras>>,
        line: InLine,
    },
    Waiting {
        call: CallId,
        /// What is needed to make the call again; none if it cannot be.
        kept: Option<Kept<M>>,
    },
    Over,
}

/// What a call was made of.
struct Kept<M> {
    message: M,
    wait: Wait,
    extras: Option<Box<Extras>>,
}

/// A call on a channel.
struct Routed {
    way: Way,
    /// Whether the caller's connection is the one of this attempt.
    bound: bool,
    idempotent: bool,
}

/// What the first step of a call came to.
enum Start {
    Sent {
        call: CallId,
        /// Whether it is with the peer already, as far as this side can tell.
        written: bool,
    },
    Wait,
    Failed(CallRefused),
    Late,
    NotSent,
}

// Nothing in it is pinned: the message is moved out or encoded through a reference.
impl<M, T, E> Unpin for CallFuture<M, T, E> {}

impl<M: Root, T: Answer, E: AppError> Future for CallFuture<M, T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match this.watch.begin(&this.caller, this.number, || this.state.extras()) {
            None => this.advance(task),
            Some(watch) => this.watched(watch, task),
        }
    }
}

impl<M: Root, T: Answer, E: AppError> CallFuture<M, T, E> {
    fn watched(
        &mut self,
        watch: Box<Watch>,
        task: &mut Context<'_>,
    ) -> Poll<<Self as Future>::Output> {
        let polled = {
            let _entered = watch.enter();
            let made = !matches!(self.state, State::New { .. });
            let polled = self.advance(task);
            if let State::Waiting { call, .. } = self.state
                && !made
            {
                watch.numbered(call);
            }
            polled
        };
        match &polled {
            Poll::Pending => self.watch.go_on(watch),
            Poll::Ready(Ok(_)) => watch.end("ok"),
            Poll::Ready(Err(error)) => watch.end(error.outcome()),
        }
        polled
    }

    fn advance(&mut self, task: &mut Context<'_>) -> Poll<Result<T, CallError<E>>> {
        loop {
            if let Err(error) = ready!(self.bind(task)) {
                self.give_up();
                return Poll::Ready(Err(error));
            }
            let error = match ready!(self.attempt(task)) {
                Err(error) => error,
                reply => return Poll::Ready(reply),
            };
            if !self.again(&error) {
                self.state = State::Over;
                return Poll::Ready(Err(match &self.routed {
                    Some(routed) => routed.way.told(error),
                    None => error,
                }));
            }
        }
    }

    /// Gets to a connection, if that is not given.
    fn bind(&mut self, task: &mut Context<'_>) -> Poll<Result<(), CallError<E>>> {
        let Some(routed) = self.routed.as_mut().filter(|routed| !routed.bound) else {
            return Poll::Ready(Ok(()));
        };
        let State::New { wait, extras, line, .. } = &mut self.state else {
            return Poll::Ready(Ok(()));
        };
        ready!(routed.way.poll_pause(task));
        let shared = self.caller.bound().shared();
        let streams = T::STREAM || extras.as_ref().is_some_and(|extras| extras.input.is_some());
        let (now, inherited) = (now(), Inherited::current().deadline);
        let left = wait.left(now, shared.response_timeout, streams, inherited);
        let deadline = wait.settle(now, left);
        let until = earlier(deadline, line.by(now, shared.send_timeout));
        match ready!(routed.way.poll(task, until)) {
            Ok(connection) => {
                self.caller.bind(connection);
                routed.bound = true;
                Poll::Ready(Ok(()))
            }
            Err(Unreached::Late) if until != deadline => {
                Poll::Ready(Err(routed.way.told(CallError::NotSent)))
            }
            Err(unreached) => Poll::Ready(Err(routed.way.told(unreached.into()))),
        }
    }

    fn attempt(&mut self, task: &mut Context<'_>) -> Poll<Result<T, CallError<E>>> {
        let Some(protocol) = self.caller.protocol() else {
            return Poll::Ready(Err(CallError::Unimplemented));
        };
        match self.state {
            State::New { .. } => self.begin(protocol, task.waker()),
            State::Waiting { call, .. } => self.look(protocol, call, task.waker()),
            State::Over => Poll::Pending,
        }
    }

    /// Goes back to where the call was not made yet, if it is to be made once more.
    fn again(&mut self, error: &CallError<E>) -> bool {
        let Some(routed) = &mut self.routed else { return false };
        let kept = match std::mem::replace(&mut self.state, State::Over) {
            State::Waiting { kept, .. } => kept,
            State::New { message, wait, extras, line } => {
                line.leave(self.caller.bound().shared());
                Some(Kept { message, wait, extras })
            }
            State::Over => None,
        };
        let Some(Kept { message, wait, extras }) = kept else { return false };
        let deadline = wait.settled();
        if !routed.way.again(error, routed.idempotent, deadline) {
            return false;
        }
        routed.bound = false;
        self.state = State::New { message, wait, extras, line: InLine::default() };
        true
    }

    fn begin(&mut self, protocol: u8, waker: &Waker) -> Poll<Result<T, CallError<E>>> {
        match self.start(protocol, waker) {
            Start::Sent { call, written } => {
                let kept = if self.routed.is_some() { self.keep() } else { None };
                self.state = State::Waiting { call, kept };
                if !written {
                    self.caller.bound().shared().signal.ring();
                }
                Poll::Pending
            }
            Start::Wait => {
                // A driver that sleeps does not know of the deadline of this wait.
                self.caller.bound().shared().signal.ring();
                Poll::Pending
            }
            Start::Failed(refused) => {
                self.leave_line();
                Poll::Ready(Err(CallError::refused(refused)))
            }
            Start::Late => {
                self.give_up();
                Poll::Ready(Err(CallError::DeadlineExceeded))
            }
            Start::NotSent => {
                self.give_up();
                Poll::Ready(Err(CallError::NotSent))
            }
        }
    }

    /// What the call was made of, if it can be made again.
    fn keep(&mut self) -> Option<Kept<M>> {
        match std::mem::replace(&mut self.state, State::Over) {
            // A stream that was sent is not sent again.
            State::New { message, wait, extras, .. }
                if !extras.as_ref().is_some_and(|extras| extras.streamed) =>
            {
                Some(Kept { message, wait, extras })
            }
            State::New { .. } | State::Waiting { .. } | State::Over => None,
        }
    }

    fn look(&mut self, protocol: u8, call: CallId, waker: &Waker) -> Poll<Result<T, CallError<E>>> {
        let connection = self.caller.bound();
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
        if read.is_ok() {
            self.state = State::Over;
        }
        Poll::Ready(read)
    }

    /// Encodes the call into the output, or waits in line for that.
    fn start(&mut self, protocol: u8, waker: &Waker) -> Start {
        let State::New { message, wait, extras, line } = &mut self.state else {
            return Start::Wait;
        };
        let shared = self.caller.bound().shared();
        let streams = T::STREAM || extras.as_ref().is_some_and(|extras| extras.input.is_some());
        let inherited = Inherited::current();
        if let Some(metadata) = &inherited.metadata
            && !line.is_kept()
        {
            extras.get_or_insert_default().metadata.inherit(&metadata.propagated());
        }
        if let Some(extras) = extras
            && let Some(error) = &extras.refused
        {
            return Start::Failed(CallRefused::Encode(*error));
        }
        let metadata = extras.as_ref().map(|extras| &extras.metadata);
        let metadata = metadata.filter(|metadata| !metadata.is_empty());
        let compress = extras.as_ref().and_then(|extras| extras.compress);
        let (number, again) = (self.number, self.routed.is_some());
        let alone = shared.signal.is_asleep()
            && extras.as_ref().is_none_or(|extras| extras.input.is_none());
        let sent = shared.with(|core| {
            let now = wait.now(core);
            let timeout = wait.left(now, shared.response_timeout, streams, inherited.deadline);
            let late = timeout.is_some_and(|left| left.is_zero());
            if late || line.is_late(now, shared.send_timeout) {
                core.turn_began = None;
                return Err((if late { Start::Late } else { Start::NotSent }, [None, None]));
            }
            if core.is_full(shared.high_water()) {
                let deadline = wait.settle(now, timeout);
                return Err((Start::Wait, line.wait(core, Line::Room, waker, deadline)));
            }
            let options = CallOptions { timeout, metadata, compress };
            let encode = |out: &mut Vec<u8>| encode_root(message, out);
            match core.session.call(now, protocol, number, options, encode) {
                Ok(call) => {
                    if again {
                        wait.settle(now, timeout);
                    }
                    let (evicted, served) =
                        (core.calls.insert(call, waker.clone()), line.served(core));
                    let written = alone && core.write_alone();
                    Ok((call, written, evicted, served))
                }
                Err(CallRefused::TooManyCalls { .. }) if !core.going_away => {
                    let deadline = wait.settle(now, timeout);
                    Err((Start::Wait, line.wait(core, Line::Turn, waker, deadline)))
                }
                Err(refused) => {
                    // Nobody wakes the driver for it.
                    core.turn_began = None;
                    Err((Start::Failed(refused), [None, None]))
                }
            }
        });
        match sent {
            Ok((call, written, ..)) => {
                if let Some(extras) = extras
                    && let Some(input) = extras.input.take()
                {
                    extras.streamed = true;
                    shared.send_input(call, input);
                }
                Start::Sent { call, written }
            }
            Err((start, _dropped)) => start,
        }
    }
}

impl<M, T, E> CallFuture<M, T, E> {
    /// Whether the call was handed to the connection, and waits for its answer. It did nothing yet, or
    /// waits for its turn, while this says no.
    #[must_use]
    pub const fn is_sent(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    fn give_up(&mut self) {
        let shared = self.caller.bound().shared();
        match std::mem::replace(&mut self.state, State::Over) {
            State::New { line, .. } => line.leave(shared),
            State::Waiting { call, .. } => shared.give_up(call),
            State::Over => {}
        }
    }

    /// Waits in no line any more; the message stays.
    fn leave_line(&mut self) {
        if let State::New { line, .. } = &mut self.state {
            std::mem::take(line).leave(self.caller.bound().shared());
        }
    }
}

impl<M> State<M> {
    /// What few calls have, of one that is not made yet.
    const fn extras(&mut self) -> Option<&mut Option<Box<Extras>>> {
        match self {
            Self::New { extras, .. } => Some(extras),
            Self::Waiting { .. } | Self::Over => None,
        }
    }
}

impl<M, T, E> Drop for CallFuture<M, T, E> {
    fn drop(&mut self) {
        if !matches!(self.state, State::Over) {
            self.give_up();
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

impl<M, T, E> fmt::Debug for CallFuture<M, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").field("number", &self.number).finish_non_exhaustive()
    }
}
