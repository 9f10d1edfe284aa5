//! One call that is being served, as its handler and the generated dispatch see it.
//!
//! A call has one outcome. The first one recorded counts, whatever comes later; the driver looks
//! after each poll, and a handler that ends without an outcome is answered too.

use std::convert::Infallible;
use std::fmt;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;

use crate::caller::Caller;
use crate::connection::Connection;
use crate::driver::{Incoming, Inherited, Of, Pump, Run, parent};
use crate::error::{CallError, Fault};
use crate::metadata::{MetaKey, Metadata, TraceParent};
use crate::peer::Peer;
use crate::protocol::Protocol;
use crate::session::CallId;
use crate::types::Stream;
use crate::wire::{
    AppError, DecodeError, EncodeError, Reader, Root, Wire, decode_root, encode_root,
};

/// What comes along with most messages.
static NOTHING: Metadata = Metadata::new();

/// The call that a handler serves.
pub struct Cx {
    run: Arc<Run>,
    call: Option<CallId>,
    protocol: u8,
    inherited: Inherited,
    /// What goes along with the answer.
    along: OnceLock<Box<Mutex<Metadata>>>,
}

impl Cx {
    pub(crate) fn new(
        run: Arc<Run>,
        call: Option<CallId>,
        protocol: u8,
        inherited: Inherited,
    ) -> Self {
        Self { run, call, protocol, inherited, along: OnceLock::new() }
    }

    /// Answers that this handler does not implement the message.
    ///
    /// What the handler methods do that were not written. Recorded at once; the future never
    /// completes, because the driver answers and drops the handler.
    pub fn unimplemented<T>(&self) -> impl Future<Output = T> + Send + use<T> {
        self.fail(Fault::Unimplemented)
    }

    /// Answers with a fault, where the message has no error of its own that says it.
    ///
    /// Recorded at once; the future never completes, because the driver answers and drops the
    /// handler. A one-way message has no answer: its handler just ends here.
    ///
    /// ```ignore
    /// async fn read(&self, cx: &np::Cx, page: Page) -> Text {
    ///     if page.0 > 9 {
    ///         return cx.fail(np::Fault::Refused { text: "there are ten pages".into() }).await;
    ///     }
    ///     self.pages[page.0].clone()
    /// }
    /// ```
    pub fn fail<T>(&self, fault: Fault) -> impl Future<Output = T> + Send + use<T> {
        self.run.fail(fault);
        async { match pending::<Infallible>().await {} }
    }

    /// Who calls.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        self.run.shared.peer()
    }

    /// The connection that the call came over.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection::of(&self.run.shared)
    }

    /// When the caller stops waiting, if it said so. The handler is dropped then.
    ///
    /// Calls that the handler makes have it as their deadline, unless theirs is earlier.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.inherited.deadline
    }

    /// What came along with the message. Calls that the handler makes take it along, but for what
    /// is not to go on.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.inherited.metadata.as_deref().unwrap_or(&NOTHING)
    }

    /// Where the call stands in a trace, to pass on by other ways than calls of this library; those
    /// that the handler makes have it by themselves. It is the place of the call's own span if that is on,
    /// and otherwise that of its caller.
    #[must_use]
    pub fn trace_parent(&self) -> Option<TraceParent> {
        self.inherited.metadata.as_deref().and_then(parent)
    }

    /// Sends this along with the reply, for callers that ask for it by
    /// [`with_metadata`](crate::call::Call::with_metadata). An answer that is a stream has nothing
    /// along.
    ///
    /// # Errors
    ///
    /// If the value cannot be encoded.
    pub fn reply_meta<T: Root>(&self, key: &MetaKey<T>, value: &T) -> Result<(), EncodeError> {
        let along = self.along.get_or_init(Box::default);
        along.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value)
    }

    /// Waits until nobody waits for the answer any more: the caller gave up, its time is over, or
    /// the connection is.
    ///
    /// Most handlers are dropped then, and need not ask. It is for those that run on, because their
    /// message says `no_cancel`, and for tasks that they have started.
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + use<> {
        let run = self.run.clone();
        poll_fn(move |task| run.poll_given_up(task))
    }

    /// Runs `future` as part of this call, on whatever task: the calls that it makes have the
    /// deadline and the metadata of this one, as those of the handler itself have.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        let inherited = self.inherited.clone();
        async move {
            let mut future = pin!(future);
            poll_fn(|task| {
                let _entered = inherited.enter();
                future.as_mut().poll(task)
            })
            .await
        }
    }

    /// A way to call the peer back over the same connection.
    ///
    /// If the peer does not have the protocol, the calls fail as unimplemented.
    #[must_use]
    pub fn caller<P: Protocol>(&self) -> Caller {
        Connection::of(&self.run.shared).caller::<P>()
    }

    /// Whether nobody waits for an answer.
    #[must_use]
    pub fn one_way(&self) -> bool {
        self.call.is_none()
    }

    /// Reads the message. `None` if it cannot be read: that is the outcome then.
    #[doc(hidden)]
    #[must_use]
    pub fn decode<M: Root>(&self, body: &Bytes) -> Option<M> {
        match decode_root(body, &self.run.shared.decode_options(self.protocol)) {
            Ok(message) => Some(message),
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    /// Opens the message where it lies. `None` if it cannot be read: that is the outcome then.
    #[doc(hidden)]
    #[must_use]
    pub fn decode_view<'a, M: Wire>(&self, body: &'a Bytes) -> Option<M::View<'a>> {
        let options = self.run.shared.decode_options(self.protocol);
        match M::check_root(&mut Reader::new(body, &options)) {
            Ok(()) => Some(M::view_root(body)),
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    /// The stream of the message, once.
    #[doc(hidden)]
    #[must_use]
    pub fn input<T: Root + Send>(&self) -> Stream<T> {
        let call = self.call.and_then(|call| Some((call, self.run.shared.claim_input(call)?)));
        match call {
            Some((call, serial)) => {
                let of = Of::Theirs(self.run.shared.clone(), serial);
                Stream::received(Incoming::new(of, call, self.protocol))
            }
            None => Stream::failed(CallError::Cancelled),
        }
    }

    /// Answers with a stream, to its end.
    #[doc(hidden)]
    pub async fn reply_stream<T: Root + Send, E: AppError + Send>(&self, stream: Stream<T, E>) {
        let Some(call) = self.call.filter(|_| self.run.stream()) else {
            return;
        };
        let shared = &self.run.shared;
        if shared.with(|core| core.session.open_stream(call)).is_err() {
            // Nobody is there; or a dispatch by hand answers a message whose answer is no stream.
            return;
        }
        let mut pump = Pump::new(shared.clone(), call, stream);
        let end = {
            let mut sent = pin!(pump.run());
            poll_fn(|task| match self.run.poll_given_up(task) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => sent.as_mut().poll(task),
            })
            .await
        };
        let end = match end.map(|end| end.map_err(CallError::into_answer)) {
            // The driver answers that, as it does everywhere.
            Some(Err(Err(fault))) => return self.run.break_off(fault),
            Some(Err(Ok(error))) => Some(Err(error)),
            Some(Ok(())) => Some(Ok(())),
            None => None,
        };
        if !self.run.streamed(matches!(end, Some(Err(_)))) {
            return;
        }
        let ended = shared.with(|core| match end {
            None => Ok(()),
            Some(Ok(())) => core.session.end(call),
            Some(Err(error)) => core.session.reply_error(call, |out| error.encode_detail(out)),
        });
        shared.signal.ring();
        self.sent(ended.is_ok());
    }

    /// Answers, encoding straight into the output.
    #[doc(hidden)]
    pub fn reply<T: Root>(&self, value: &T) {
        let Some(call) = self.first_answer() else {
            return;
        };
        // Too large a reply is answered as such, and a call that is gone needs no answer.
        let shared = &self.run.shared;
        let answered = match self.along.get() {
            None => shared.with(|core| core.session.reply(call, |out| encode_root(value, out))),
            Some(along) => {
                let along = along.lock().unwrap_or_else(PoisonError::into_inner).clone();
                shared.with(|core| {
                    core.session.reply_with(call, &along, |out| encode_root(value, out))
                })
            }
        };
        self.sent(answered.is_ok());
    }

    /// Answers with the message's own error.
    #[doc(hidden)]
    pub fn reply_error<E: Root>(&self, error: &E) {
        let Some(call) = self.call.filter(|_| self.run.answer_error()) else {
            return;
        };
        let answered = self
            .run
            .shared
            .with(|core| core.session.reply_error(call, |out| encode_root(error, out)));
        self.sent(answered.is_ok());
    }

    /// The handler of a one-way message ended.
    #[doc(hidden)]
    pub fn done(&self) {
        if let Some(call) = self.first_answer() {
            // Only a dispatch by hand gets here: the driver turns away calls of one-way messages.
            drop(self.run.shared.with(|core| core.session.fail(call, &not_a_call())));
        }
    }

    /// There is no such message.
    #[doc(hidden)]
    pub fn unknown(&self) {
        self.run.fail(Fault::Unimplemented);
    }

    /// The same call once more: the first outcome of the two counts.
    #[cfg(feature = "tower")]
    pub(crate) fn twin(&self) -> Self {
        let (run, inherited) = (self.run.clone(), self.inherited.clone());
        Self { run, inherited, call: self.call, protocol: self.protocol, along: OnceLock::new() }
    }

    /// Reads the message as a value of its protocol. `None` if it cannot be read: that is the
    /// outcome then.
    pub(crate) fn decode_message<P: Protocol>(&self, number: u16, body: &Bytes) -> Option<P> {
        match P::decode(number, body, &self.run.shared.decode_options(self.protocol)) {
            Ok(Some(message)) => return Some(message),
            Ok(None) => self.unknown(),
            Err(error) => self.unreadable(&error),
        }
        None
    }

    fn unreadable(&self, error: &DecodeError) {
        self.run.fail(Fault::BadMessage { text: error.to_string().as_str().into() });
    }

    /// The call, if this is its first outcome and somebody waits for it.
    fn first_answer(&self) -> Option<CallId> {
        if self.run.answer() { self.call } else { None }
    }

    fn sent(&self, whole: bool) {
        if !whole {
            tracing::debug!(peer = self.peer().address(), "a reply did not go out");
        }
    }
}

impl fmt::Debug for Cx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("peer", self.peer())
            .field("one_way", &self.one_way())
            .finish_non_exhaustive()
    }
}

/// What a call of a one-way message is answered.
pub(crate) fn not_a_call() -> Fault {
    Fault::BadMessage { text: "this message is one-way: send it as an event".into() }
}
