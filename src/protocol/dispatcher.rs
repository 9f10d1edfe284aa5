//! Handlers made of closures, found by what a message is called.
//!
//! Adds names to the [`Dispatcher`](crate::Dispatcher) of the runtime, which is what serves: how
//! handlers are run, and what becomes of those that fail, is decided there.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use protocol_runtime::Bytes;

use super::message::{Content, Message};
use crate::error::{CallError, ProtocolError, Result};
use crate::{Cx, Protocol, Serve};

/// Handlers of the messages of `P`, which are those that are [built in](Message) unless it says
/// otherwise. Clones share them; they may be registered while they serve.
///
/// ```
/// use network_protocol::protocol::{dispatcher::Dispatcher, message::Message};
///
/// let dispatcher = Dispatcher::default();
/// dispatcher.register("PING", |_| Ok(Message::Pong));
/// dispatcher.register("ECHO", |message| Ok(message.clone()));
/// dispatcher.register("SUM", |message| match message {
///     Message::Custom(bytes) => Ok(Message::Custom(vec![bytes.iter().fold(0, |a, b| a ^ b)])),
///     _ => Ok(Message::Unknown),
/// });
/// ```
///
/// For another protocol there is what the runtime's dispatcher has, such as
/// [`on`](crate::Dispatcher::on), and [`typed`](Self::typed) is what its server is given.
pub struct Dispatcher<P = Message> {
    typed: crate::Dispatcher<P>,
    named: Arc<RwLock<Vec<Named>>>,
}

/// A handler with its name: of a message, or one that is tried for `Custom`.
#[derive(Clone)]
struct Named {
    name: String,
    handler: Handler,
}

#[derive(Clone)]
enum Handler {
    Sync(Arc<AtOnce>),
    Async(Arc<InItsTime>),
}

type AtOnce = dyn Fn(&Message) -> Result<Message> + Send + Sync;
type InItsTime =
    dyn Fn(Message) -> Pin<Box<dyn Future<Output = Result<Message>> + Send>> + Send + Sync;

/// The name of those handlers that take any [`Message::Custom`].
const CUSTOM: &str = "CUSTOM";

/// The messages, as handlers are registered for them and as the schema has them.
const MESSAGES: [(&str, &str); 5] = [
    ("PING", "Ping"),
    ("PONG", "Pong"),
    ("ECHO", "Echo"),
    (CUSTOM, "Custom"),
    ("UNKNOWN", "Unknown"),
];

impl<P: Protocol> Dispatcher<P> {
    /// What serves: to be given to a server of the runtime.
    #[must_use]
    pub const fn typed(&self) -> &crate::Dispatcher<P> {
        &self.typed
    }
}

impl Dispatcher {
    /// Handles the messages of this name from now on, in the place of the handler that it had, if any.
    ///
    /// The names are `PING`, `PONG`, `ECHO`, `CUSTOM` and `UNKNOWN`. A handler with any other name is
    /// for [`Message::Custom`], whose bytes only the program understands: such handlers are tried in
    /// the order in which they were registered, until one returns something else than
    /// [`Message::Unknown`], and the one for `CUSTOM` after all of them.
    ///
    /// What is said by an error goes to the sender.
    pub fn register(
        &self,
        name: &str,
        f: impl Fn(&Message) -> Result<Message> + Send + Sync + 'static,
    ) {
        self.insert(name, Handler::Sync(Arc::new(f)));
    }

    /// As [`register`](Self::register), for a handler that waits for something.
    pub fn register_async<F>(&self, name: &str, f: impl Fn(Message) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<Message>> + Send + 'static,
    {
        self.insert(name, Handler::Async(Arc::new(move |message| Box::pin(f(message)))));
    }

    /// Handles the messages of this name no longer. Says whether there was a handler.
    pub fn remove(&self, name: &str) -> bool {
        let name = canonical(name);
        let (message, typed) = message_of(&name);
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        let before = named.len();
        // The closures of somebody else are dropped after the lock.
        let (gone, left): (Vec<_>, _) = named.drain(..).partition(|one| one.name == name);
        *named = left;
        let handled = named.iter().any(|one| message_of(&one.name).0 == message);
        let found = named.len() < before;
        drop(named);
        drop(gone);
        if handled { found } else { self.typed.remove(typed) || found }
    }

    /// Has a message handled as if it had come from a client.
    ///
    /// # Errors
    ///
    /// What the handler says, or [`CallError::Unimplemented`] if none was registered for it.
    pub async fn dispatch(&self, message: &Message) -> Result<Message> {
        run(&self.named, message).await
    }

    fn insert(&self, name: &str, handler: Handler) {
        let name = canonical(name);
        let (_, typed) = message_of(&name);
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        let place = named.iter_mut().find(|one| one.name == name);
        let replaced = match place {
            Some(place) => Some(std::mem::replace(&mut place.handler, handler)),
            None => {
                named.push(Named { name, handler });
                None
            }
        };
        drop(named);
        drop(replaced);
        let named = self.named.clone();
        let installed = self.typed.register_async(typed, move |message: Message| {
            let named = named.clone();
            async move { run(&named, &message).await.map(Content::from) }
        });
        debug_assert!(installed.is_ok(), "{installed:?}");
    }
}

/// Runs the handlers of a message until one answers.
async fn run(named: &RwLock<Vec<Named>>, message: &Message) -> Result<Message> {
    let mut handlers = of_message(named, message.message_type());
    let Some(last) = handlers.pop() else {
        return Err(ProtocolError::Call(CallError::Unimplemented));
    };
    for handler in handlers {
        let reply = handler.run(message).await?;
        if reply != Message::Unknown {
            return Ok(reply);
        }
    }
    last.run(message).await
}

/// The handlers of a message in the order in which they are tried.
fn of_message(named: &RwLock<Vec<Named>>, message: &str) -> Vec<Handler> {
    let named = named.read().unwrap_or_else(PoisonError::into_inner);
    let mine = named.iter().filter(|one| message_of(&one.name).0 == message);
    let (by_message, others): (Vec<_>, Vec<_>) = mine.partition(|one| one.name == message);
    others.into_iter().chain(by_message).map(|one| one.handler.clone()).collect()
}

/// The message that a handler of this name is for.
fn message_of(name: &str) -> (&'static str, &'static str) {
    let found = MESSAGES.into_iter().find(|(message, _)| *message == name);
    found.unwrap_or((CUSTOM, "Custom"))
}

/// The name as it is kept: that of a message in capitals, any other as it is.
fn canonical(name: &str) -> String {
    let found = MESSAGES.into_iter().find(|(message, _)| message.eq_ignore_ascii_case(name));
    found.map_or(name, |(message, _)| message).to_owned()
}

impl Handler {
    async fn run(&self, message: &Message) -> Result<Message> {
        match self {
            Self::Sync(f) => f(message),
            Self::Async(f) => f(message.clone()).await,
        }
    }
}

impl<S: 'static> Serve<Dispatcher, S> for Message {
    fn dispatch(
        handler: Arc<Dispatcher>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        let typed = Arc::new(handler.typed.clone());
        <Self as Serve<crate::Dispatcher<Self>, S>>::dispatch(typed, cx, number, body)
    }
}

impl<S: 'static> Serve<Arc<Dispatcher>, S> for Message {
    fn dispatch(
        handler: Arc<Arc<Dispatcher>>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static {
        <Self as Serve<Dispatcher, S>>::dispatch(Arc::clone(&handler), cx, number, body)
    }
}

impl<P> Deref for Dispatcher<P> {
    type Target = crate::Dispatcher<P>;

    fn deref(&self) -> &Self::Target {
        &self.typed
    }
}

impl<P> Clone for Dispatcher<P> {
    fn clone(&self) -> Self {
        Self { typed: self.typed.clone(), named: self.named.clone() }
    }
}

impl<P: Protocol> Default for Dispatcher<P> {
    fn default() -> Self {
        Self { typed: crate::Dispatcher::new(), named: Arc::default() }
    }
}

impl<P: Protocol> fmt::Debug for Dispatcher<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<_> = named.iter().map(|one| one.name.as_str()).collect();
        f.debug_struct("Dispatcher").field("typed", &self.typed).field("named", &names).finish()
    }
}
