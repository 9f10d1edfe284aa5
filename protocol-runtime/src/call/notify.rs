//! One-way messages. They have no answer, and are never sent twice.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::line::{InLine, Line};
use super::watching::Watching;
use crate::caller::Caller;
use crate::channel::{Unreached, Way};
use crate::driver::{Inherited, Watch, now};
use crate::error::{CallError, Error};
use crate::session::{CallOptions, CallRefused};
use crate::wire::{Root, encode_root};

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

impl<M: Root> IntoFuture for Notify<M> {
    type Output = Result<(), Error>;
    type IntoFuture = NotifyFuture<M>;

    fn into_future(self) -> NotifyFuture<M> {
        let way = self.caller.channel().map(|channel| Box::new(Way::new(channel, None)));
        NotifyFuture { message: self, line: InLine::default(), way, watch: Watching::NotYet }
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

/// A [`Notify`] under way.
#[must_use = "a message is not sent until it is awaited"]
pub struct NotifyFuture<M> {
    message: Notify<M>,
    line: InLine,
    /// How it gets to a connection, while it has none.
    way: Option<Box<Way>>,
    watch: Watching,
}

// Nothing in it is pinned.
impl<M> Unpin for NotifyFuture<M> {}

impl<M: Root> Future for NotifyFuture<M> {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Notify { caller, number, .. } = &this.message;
        let mut extras = None;
        let watch = this.watch.begin(caller, *number, || Some(&mut extras));
        let Some(watch) = watch else { return this.advance(task, None) };
        let polled = {
            let _entered = watch.enter();
            this.advance(task, Some(&watch))
        };
        match &polled {
            Poll::Pending => this.watch.go_on(watch),
            Poll::Ready(Ok(())) => watch.end("ok"),
            Poll::Ready(Err(_)) => watch.end("not_sent"),
        }
        polled
    }
}

impl<M: Root> NotifyFuture<M> {
    fn advance(
        &mut self,
        task: &mut Context<'_>,
        watch: Option<&Watch>,
    ) -> Poll<Result<(), Error>> {
        let Self { message: Notify { caller, number, message, compress }, line, way, .. } = self;
        if let Some(unbound) = way {
            let by = line.by(now(), caller.bound().shared().send_timeout);
            match ready!(unbound.poll(task, by)) {
                Ok(connection) => caller.bind(connection),
                Err(Unreached::Late) => return Poll::Ready(Err(not_sent())),
                Err(unreached) => {
                    let error: CallError = unreached.into();
                    return Poll::Ready(Err(error.into()));
                }
            }
            *way = None;
        }
        let Some(protocol) = caller.protocol() else {
            let error: CallError = CallError::Unimplemented;
            return Poll::Ready(Err(error.into()));
        };
        let shared = caller.bound().shared();
        let mut inherited = Inherited::current().metadata.map(|metadata| metadata.propagated());
        if let Some(watch) = watch.filter(|watch| watch.is_traced()) {
            watch.mark(inherited.get_or_insert_default());
        }
        let options = CallOptions {
            timeout: None,
            metadata: inherited.as_ref().filter(|metadata| !metadata.is_empty()),
            compress: *compress,
        };
        let limit = shared.send_timeout;
        let (sent, _dropped) = shared.with(|core| {
            if limit.is_some() && line.is_late(core.time(), limit) {
                return (Some(Err(not_sent())), [line.served(core), None]);
            }
            if core.is_full(shared.high_water()) {
                return (None, line.wait(core, Line::Room, task.waker(), None));
            }
            let encode = |out: &mut Vec<u8>| encode_root(message, out);
            match core.session.notify(protocol, *number, options, encode) {
                Err(CallRefused::NoCredit | CallRefused::Busy) => {
                    (None, line.wait(core, Line::Credit, task.waker(), None))
                }
                sent => (Some(sent.map_err(Error::from)), [line.served(core), None]),
            }
        });
        // A driver that sleeps does not know of the deadline of a wait either.
        if sent.is_some() || limit.is_some() {
            shared.signal.ring();
        }
        sent.map_or(Poll::Pending, Poll::Ready)
    }
}

/// It waited too long.
fn not_sent() -> Error {
    let error: CallError = CallError::NotSent;
    error.into()
}

impl<M> Drop for NotifyFuture<M> {
    fn drop(&mut self) {
        std::mem::take(&mut self.line).leave(self.message.caller.bound().shared());
    }
}

impl<M> fmt::Debug for Notify<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for NotifyFuture<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyFuture").field("number", &self.message.number).finish_non_exhaustive()
    }
}
