//! Handlers made of closures, by the names of messages. They may be registered and taken away while
//! a server serves them.
//!
//! Implements the same seam as generated dispatch, so that whatever holds for handlers holds for
//! these: a panic, bytes that cannot be read and a message without a handler are answered each in
//! its own way, at once. It never looks into a message to find out which one it is.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::cx::Cx;
use crate::error::Fault;
use crate::fingerprint::Fingerprint;
use crate::protocol::Protocol;
use crate::schema::{End, MessageSchema, RootFn};
use crate::serve::Serve;
use crate::wire::{Root, Wire};

/// A handler of `P` that consists of closures. Clones share them.
///
/// A message is named as in the schema (`ShipAll`), like the method that is generated for it
/// (`ship_all`), or in capitals (`SHIP_ALL`). Which end the dispatcher serves shows only when it is
/// added to a server or a client: a closure for a message that this end sends itself is never run.
///
/// ```text
/// let dispatcher = Dispatcher::<Chat>::new();
/// dispatcher.on("Join", |cx: &Cx, join: ChatJoin| Joined { room: join.room })?;
/// let server = np::server().add::<Chat, _>(dispatcher.clone()).listen("tcp://[::]:9000").await?;
/// dispatcher.on_async("Say", |cx, line: Line| async move { … })?; // from now on
/// ```
pub struct Dispatcher<P> {
    handlers: Arc<RwLock<BTreeMap<u16, Handler>>>,
    protocol: PhantomData<fn() -> P>,
}

/// What runs for a message, and answers it.
#[derive(Clone)]
struct Handler(Arc<dyn Fn(Cx, Bytes) -> Answering + Send + Sync>);

/// A handler at work.
struct Answering(Pin<Box<dyn Future<Output = ()> + Send>>);

/// Why a closure cannot handle a message. The caller's mistake; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The protocol has no message of this name.
    #[error("`{protocol}` has no message `{name}`: use one of {known}")]
    NoSuchMessage {
        /// The protocol.
        protocol: &'static str,
        /// The name that was given.
        name: String,
        /// The names there are, by who sends the messages.
        known: String,
    },
    /// The closure takes or gives another type than the schema has.
    #[error(
        "the {part} of `{message}` is of another type: have the closure use that of the schema"
    )]
    OtherType {
        /// The message.
        message: &'static str,
        /// Which of its types: `content`, `reply` or `error`.
        part: &'static str,
    },
    /// The content of the message is more than a value of a type, and only the whole message says so.
    #[error(
        "`{message}` has a bound or a varint in its content: take the whole message with `.register(..)`, or implement the handler trait"
    )]
    NotOneValue {
        /// The message.
        message: &'static str,
    },
    /// The message comes with a stream or is answered by one, which no closure takes or gives.
    #[error("`{message}` has a stream: closures have none, so implement the handler trait")]
    Streams {
        /// The message.
        message: &'static str,
    },
}

/// What a closure may give: the reply, `()` for a one-way message, or a `Result` with the message's
/// own error.
pub trait Outcome: Send + 'static {
    /// Which part of it is not what the schema has, if one is not.
    #[doc(hidden)]
    fn misfit(message: &MessageSchema) -> Option<&'static str>;

    /// Answers the call.
    #[doc(hidden)]
    fn answer(self, cx: &Cx);
}

impl<T: Root + Send> Outcome for T {
    fn misfit(message: &MessageSchema) -> Option<&'static str> {
        match &message.reply {
            Some(reply) if reply.err.is_some() => Some("error"),
            Some(reply) => (!is::<T>(reply.ok)).then_some("reply"),
            None => T::schema().is_some().then_some("reply"),
        }
    }

    fn answer(self, cx: &Cx) {
        if cx.one_way() { cx.done() } else { cx.reply(&self) }
    }
}

impl<T: Root + Send, E: Wire + Send + 'static> Outcome for Result<T, E> {
    fn misfit(message: &MessageSchema) -> Option<&'static str> {
        match &message.reply {
            Some(reply) if !is::<T>(reply.ok) => Some("reply"),
            Some(reply) => (!reply.err.is_some_and(is::<E>)).then_some("error"),
            None => Some("error"),
        }
    }

    fn answer(self, cx: &Cx) {
        match self {
            Ok(value) => cx.reply(&value),
            Err(error) => cx.reply_error(&error),
        }
    }
}

impl<P: Protocol> Dispatcher<P> {
    /// A handler that implements nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { handlers: Arc::default(), protocol: PhantomData }
    }

    /// Handles a message by its content. In place of the handler that the message had, if any.
    ///
    /// A name is found as the schema has it, or else in capitals, as in `SHIP_ALL`.
    ///
    /// # Errors
    ///
    /// [`RegisterError`] if there is no such message, or the closure's types are not its.
    pub fn on<M: Root + Send, A: Outcome>(
        &self,
        name: &str,
        f: impl Fn(&Cx, M) -> A + Send + Sync + 'static,
    ) -> Result<(), RegisterError> {
        let message = typed::<P, M, A>(name)?;
        let f = Arc::new(f);
        self.insert(message.number, move |cx, body| {
            let f = f.clone();
            async move {
                let Some(content) = cx.decode::<M>(&body) else { return };
                drop(body);
                f(&cx, content).answer(&cx);
            }
        });
        Ok(())
    }

    /// Handles a message by its content, in its own time.
    ///
    /// # Errors
    ///
    /// As [`Dispatcher::on`].
    pub fn on_async<M: Root + Send, A: Outcome, F: Future<Output = A> + Send + 'static>(
        &self,
        name: &str,
        f: impl Fn(Arc<Cx>, M) -> F + Send + Sync + 'static,
    ) -> Result<(), RegisterError> {
        let message = typed::<P, M, A>(name)?;
        let f = Arc::new(f);
        self.insert(message.number, move |cx, body| {
            let f = f.clone();
            async move {
                let Some(content) = cx.decode::<M>(&body) else { return };
                drop(body);
                let cx = Arc::new(cx);
                f(cx.clone(), content).await.answer(&cx);
            }
        });
        Ok(())
    }

    /// Handles a message as a value of the protocol. What is said by an error goes to the caller as
    /// [`Fault::Refused`]; for a message with an error of its own there is [`Dispatcher::on`].
    ///
    /// # Errors
    ///
    /// [`RegisterError`] if there is no such message, or its reply is not of the type `R`.
    pub fn register<R: Root + Send, E: fmt::Display>(
        &self,
        name: &str,
        f: impl Fn(&P) -> Result<R, E> + Send + Sync + 'static,
    ) -> Result<(), RegisterError> {
        let number = whole::<P, R>(name)?.number;
        let f = Arc::new(f);
        self.insert(number, move |cx, body| {
            let f = f.clone();
            async move {
                let Some(message) = cx.decode_message::<P>(number, &body) else { return };
                drop(body);
                settle(&cx, f(&message));
            }
        });
        Ok(())
    }

    /// Handles a message as a value of the protocol, in its own time; otherwise as
    /// [`Dispatcher::register`].
    ///
    /// # Errors
    ///
    /// As [`Dispatcher::register`].
    pub fn register_async<R, E, F>(
        &self,
        name: &str,
        f: impl Fn(P) -> F + Send + Sync + 'static,
    ) -> Result<(), RegisterError>
    where
        R: Root + Send,
        E: fmt::Display,
        F: Future<Output = Result<R, E>> + Send + 'static,
    {
        let number = whole::<P, R>(name)?.number;
        let f = Arc::new(f);
        self.insert(number, move |cx, body| {
            let f = f.clone();
            async move {
                let Some(message) = cx.decode_message::<P>(number, &body) else { return };
                drop(body);
                settle(&cx, f(message).await);
            }
        });
        Ok(())
    }

    /// Handles a message no longer: its calls are answered as unimplemented. Those that run go on.
    /// Says whether there was a handler.
    pub fn remove(&self, name: &str) -> bool {
        let number = find::<P>(name).map(|message| message.number);
        let mut handlers = self.handlers.write().unwrap_or_else(PoisonError::into_inner);
        let gone = number.ok().and_then(|number| handlers.remove(&number));
        drop(handlers);
        gone.is_some()
    }

    /// The messages that have a handler, in the order of their numbers.
    #[must_use]
    pub fn handled(&self) -> Vec<&'static str> {
        let handlers = self.handlers.read().unwrap_or_else(PoisonError::into_inner);
        let messages = P::schema().messages.iter();
        messages.filter(|m| handlers.contains_key(&m.number)).map(|m| m.name).collect()
    }

    fn insert<F: Future<Output = ()> + Send + 'static>(
        &self,
        number: u16,
        run: impl Fn(Cx, Bytes) -> F + Send + Sync + 'static,
    ) {
        let handler = Handler(Arc::new(move |cx, body| Answering(Box::pin(run(cx, body)))));
        let mut handlers = self.handlers.write().unwrap_or_else(PoisonError::into_inner);
        let replaced = handlers.insert(number, handler);
        drop(handlers);
        // The closure of somebody else is dropped after the lock.
        drop(replaced);
    }

    fn handler(&self, number: u16) -> Option<Handler> {
        self.handlers.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }
}

impl<P: Protocol, S: 'static> Serve<Dispatcher<P>, S> for P {
    async fn dispatch(handler: Arc<Dispatcher<P>>, cx: Cx, number: u16, body: Bytes) {
        match handler.handler(number) {
            Some(Handler(run)) => run(cx, body).0.await,
            None => cx.unknown(),
        }
    }
}

impl<P: Protocol, S: 'static> Serve<Arc<Dispatcher<P>>, S> for P {
    fn dispatch(
        handler: Arc<Arc<Dispatcher<P>>>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        <Self as Serve<Dispatcher<P>, S>>::dispatch(Arc::clone(&handler), cx, number, body)
    }
}

impl<P> Clone for Dispatcher<P> {
    fn clone(&self) -> Self {
        Self { handlers: self.handlers.clone(), protocol: PhantomData }
    }
}

impl<P: Protocol> Default for Dispatcher<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Protocol> fmt::Debug for Dispatcher<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("handled", &self.handled()).finish_non_exhaustive()
    }
}

/// Answers with what a closure gave that has no error of the schema.
fn settle<R: Root, E: fmt::Display>(cx: &Cx, outcome: Result<R, E>) {
    match outcome {
        Ok(_) if cx.one_way() => cx.done(),
        Ok(reply) => cx.reply(&reply),
        // Recorded at once; what would wait for it is not needed.
        Err(error) => {
            drop(cx.fail::<()>(Fault::Refused { text: error.to_string().as_str().into() }));
        }
    }
}

/// The message of a closure that takes its content.
fn typed<P: Protocol, M: Root, A: Outcome>(
    name: &str,
) -> Result<&'static MessageSchema, RegisterError> {
    let message = streamless::<P>(name)?;
    if message.varint || message.max.is_some() {
        return Err(RegisterError::NotOneValue { message: message.name });
    }
    let content = (!is::<M>(message.payload)).then_some("content");
    match content.or_else(|| A::misfit(message)) {
        Some(part) => Err(RegisterError::OtherType { message: message.name, part }),
        None => Ok(message),
    }
}

/// The message of a closure that takes it whole.
fn whole<P: Protocol, R: Root>(name: &str) -> Result<&'static MessageSchema, RegisterError> {
    let message = streamless::<P>(name)?;
    let fits = match &message.reply {
        Some(reply) => is::<R>(reply.ok),
        None => true,
    };
    let misfit = RegisterError::OtherType { message: message.name, part: "reply" };
    if fits { Ok(message) } else { Err(misfit) }
}

/// The message of a name, if no stream goes with it either way.
fn streamless<P: Protocol>(name: &str) -> Result<&'static MessageSchema, RegisterError> {
    let message = find::<P>(name)?;
    let streams = message.stream.is_some() || message.reply.as_ref().is_some_and(|one| one.stream);
    if streams { Err(RegisterError::Streams { message: message.name }) } else { Ok(message) }
}

fn find<P: Protocol>(name: &str) -> Result<&'static MessageSchema, RegisterError> {
    let messages = P::schema().messages;
    let found = messages.iter().find(|message| message.name == name);
    let spelled = |message: &&MessageSchema| {
        let capitals = capitals(message.name);
        capitals == name || capitals.to_ascii_lowercase() == name
    };
    found.or_else(|| messages.iter().find(spelled)).ok_or_else(|| RegisterError::NoSuchMessage {
        protocol: P::NAME,
        name: name.to_owned(),
        known: known(messages),
    })
}

/// The names of messages, by who sends them: which of the two is meant is not known here.
fn known(messages: &[MessageSchema]) -> String {
    let from = |end, whose: &str| {
        let names = messages.iter().filter(|message| message.from == end);
        let names: Vec<_> = names.map(|message| message.name).collect();
        (!names.is_empty()).then(|| format!("{} ({whose})", names.join(", ")))
    };
    let sides = [from(End::Client, "from clients"), from(End::Server, "from the server")];
    let sides: Vec<_> = sides.into_iter().flatten().collect();
    if sides.is_empty() { "none".to_owned() } else { sides.join("; ") }
}

/// `ShipAll` as `SHIP_ALL`.
fn capitals(name: &str) -> String {
    let mut capitals = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !capitals.is_empty() {
            capitals.push('_');
        }
        capitals.push(c.to_ascii_uppercase());
    }
    capitals
}

/// Whether `T` has the bytes of that type.
fn is<T: Root>(root: RootFn) -> bool {
    Fingerprint::of_root(T::schema()) == Fingerprint::of_root(root())
}
