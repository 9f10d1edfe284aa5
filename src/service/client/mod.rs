//! A client of messages: sends them, and receives what comes in the order in which it comes.
//!
//! Its connection is one of the runtime. Nothing runs here besides the calls of whoever awaits.

mod inbox;
#[cfg(any(feature = "tls", feature = "tls-ring"))]
mod tls;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use protocol_runtime::call::CallFuture;

use self::inbox::{Arrived, Bell, Inbox};
#[cfg(any(feature = "tls", feature = "tls-ring"))]
pub use self::tls::{TlsClientConfig, connect_tls};
pub use crate::config::ClientConfig;
use crate::config::NetworkConfig;
use crate::error::{CallError, Error, ProtocolError, Result};
use crate::protocol::message::{Content, Message, MessageClient, Pushed, PushedClientHandler};
use crate::{Channel, ClientState, Connection, Cx, Identity, Root};

/// How many messages may be sent before a reply is received.
const UNRECEIVED: usize = 16_384;

/// A connection to a server of messages.
///
/// Replies and what the server pushes arrive together, in the order in which they come:
/// [`receive`](Self::receive) takes the next. For a message and its own reply there is
/// [`request`](Self::request).
pub struct Client {
    link: Link,
    messages: MessageClient,
    inbox: Arc<Inbox>,
    /// What was sent and is not answered yet, by numbers of this client.
    calls: BTreeMap<u64, Sent>,
    next: u64,
    secured: bool,
    /// Done when nothing can come any more.
    end: Pin<Box<dyn Future<Output = ProtocolError> + Send + Sync>>,
}

/// What carries the messages: one connection, or one after the other.
enum Link {
    Once(Connection),
    Again(Channel),
}

/// A message on its way.
struct Sent {
    /// Behind a lock that nobody holds, so that a client can be shared.
    call: Mutex<Box<dyn Started>>,
    bell: Arc<Bell>,
}

/// A call of one of the messages.
trait Started: Future<Output = Result<Content, CallError>> + Send + Unpin {
    fn is_sent(&self) -> bool;
}

impl<M: Root + Send> Started for CallFuture<M, Content, Infallible> {
    fn is_sent(&self) -> bool {
        Self::is_sent(self)
    }
}

/// Connects to the server at `address`, with defaults for all else.
///
/// # Errors
///
/// Those of [`connect_with_config`].
pub async fn connect(address: &str) -> Result<Client> {
    connect_with_config(ClientConfig { address: address.to_owned(), ..Default::default() }).await
}

/// Connects to a server of messages.
///
/// # Errors
///
/// The configuration cannot be used, the server cannot be reached or is not the right one, or
/// [`ProtocolError::Timeout`].
pub async fn connect_with_config(config: ClientConfig) -> Result<Client> {
    from_config(&NetworkConfig::default_with_overrides(|all| all.client = config)).await
}

/// The same, with everything that can be configured.
///
/// # Errors
///
/// Those of [`connect_with_config`].
pub async fn from_config(config: &NetworkConfig) -> Result<Client> {
    let inbox = Arc::new(Inbox::default());
    let builder = config.client_builder()?.offer::<Message>();
    let builder = builder.on::<Pushed, _>(Listener(inbox.clone()));
    let address = config.client_url();
    let link = if config.client.auto_reconnect {
        Link::Again(builder.channel(&address).await?)
    } else {
        Link::Once(builder.open(&address).await?)
    };
    let messages: MessageClient = match &link {
        Link::Once(connection) => connection.client()?,
        Link::Again(channel) => channel.client()?,
    };
    let secured = is_secured(&crate::Client::connection(&messages), config);
    let (end, calls) = (link.end(), BTreeMap::new());
    Ok(Client { link, messages, inbox, calls, next: 0, secured, end })
}

impl Client {
    /// Sends a message; its reply is one of those that [`receive`](Self::receive) gives. Done when the
    /// message was handed to the connection, which may take as long as the `operation_timeout`.
    ///
    /// If the future is dropped before, nothing was sent.
    ///
    /// # Errors
    ///
    /// How it failed. A message whose reply fails later says so to [`receive`](Self::receive).
    pub async fn send(&mut self, message: Message) -> Result<()> {
        if self.calls.len() >= UNRECEIVED {
            return Err(ProtocolError::NotReceived { count: self.calls.len() });
        }
        let number = self.next;
        self.next = number.wrapping_add(1);
        let bell = Arc::new(Bell::new(number, self.inbox.clone()));
        let mut call = self.start(message);
        let waker = Waker::from(bell.clone());
        let answered = poll_fn(|task| {
            self.inbox.watch(task.waker());
            bell.reset();
            match Pin::new(&mut call).poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending if call.is_sent() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        match answered.await {
            None => drop(self.calls.insert(number, Sent { call: Mutex::new(call), bell })),
            Some(answer) => self.inbox.put(answer?.into()),
        }
        Ok(())
    }

    /// The next reply to what was sent, or the next message that the server pushed, whichever came first;
    /// of those that are read at one time, pushed messages are first.
    /// Waits for either as long as it takes; a reply that does not come within the `response_timeout` is an
    /// error. If the future is dropped, nothing is lost.
    ///
    /// # Errors
    ///
    /// How the message that is next failed, or why nothing can come any more.
    pub async fn receive(&mut self) -> Result<Message> {
        poll_fn(|task| self.poll_receive(task)).await
    }

    /// The same, by its shorter name.
    ///
    /// # Errors
    ///
    /// Those of [`receive`](Self::receive).
    pub async fn recv(&mut self) -> Result<Message> {
        self.receive().await
    }

    /// Sends a message and gives its reply. Neither is among what [`receive`](Self::receive) gives.
    ///
    /// # Errors
    ///
    /// How it failed.
    pub fn request(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<Message>> + Send + use<> {
        let call = self.start(message);
        async move { Ok(call.await?.into()) }
    }

    /// As [`send`](Self::send), and only over a connection that is protected: encrypted, or to a process of this
    /// machine that the system vouches for.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::NotSecured`] if nothing protects it, and those of [`send`](Self::send).
    pub async fn secure_send(&mut self, message: Message) -> Result<()> {
        self.check_secured()?;
        self.send(message).await
    }

    /// As [`receive`](Self::receive), and only over a connection that is protected.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::NotSecured`] if nothing protects it, and those of [`receive`](Self::receive).
    pub async fn secure_recv(&mut self) -> Result<Message> {
        self.check_secured()?;
        self.receive().await
    }

    /// Says goodbye and closes the connection. What was sent goes out first; replies that did not come
    /// yet never will.
    ///
    /// # Errors
    ///
    /// None at present.
    pub async fn close(self) -> Result<()> {
        match &self.link {
            Link::Once(connection) => connection.close().await,
            Link::Again(channel) => channel.close().await,
        }
        Ok(())
    }

    /// The connection that the next message goes over.
    #[must_use]
    pub fn connection(&self) -> Connection {
        crate::Client::connection(&self.messages)
    }

    fn check_secured(&self) -> Result<()> {
        if self.secured { Ok(()) } else { Err(ProtocolError::NotSecured) }
    }

    fn start(&self, message: Message) -> Box<dyn Started> {
        match message {
            Message::Ping => Box::new(self.messages.ping().into_future()),
            Message::Pong => Box::new(self.messages.pong().into_future()),
            Message::Echo(text) => Box::new(self.messages.echo(text).into_future()),
            Message::Custom(bytes) => Box::new(self.messages.custom(bytes).into_future()),
            Message::Unknown => Box::new(self.messages.unknown().into_future()),
        }
    }

    fn poll_receive(&mut self, task: &mut Context<'_>) -> Poll<Result<Message>> {
        self.inbox.watch(task.waker());
        while let Some(arrived) = self.inbox.take() {
            let number = match arrived {
                Arrived::Message(message) => return Poll::Ready(Ok(message)),
                Arrived::News(number) => number,
            };
            let Some(Sent { call, bell }) = self.calls.get_mut(&number) else { continue };
            bell.heard();
            let waker = Waker::from(bell.clone());
            let call = call.get_mut().unwrap_or_else(PoisonError::into_inner);
            if let Poll::Ready(answer) = Pin::new(call).poll(&mut Context::from_waker(&waker)) {
                self.calls.remove(&number);
                return Poll::Ready(answer.map(Message::from).map_err(ProtocolError::from));
            }
        }
        // While a reply is to come, how its call ends says more.
        if self.calls.is_empty() { self.end.as_mut().poll(task).map(Err) } else { Poll::Pending }
    }
}

impl Link {
    fn end(&self) -> Pin<Box<dyn Future<Output = ProtocolError> + Send + Sync>> {
        match self {
            Self::Once(connection) => {
                let connection = connection.clone();
                Box::pin(async move { Error::Closed(Box::new(connection.closed().await)).into() })
            }
            Self::Again(channel) => {
                let mut states = channel.states();
                Box::pin(async move {
                    while let Some(state) = states.next().await {
                        if let ClientState::Closed { error: Some(error) } = state {
                            return error.into();
                        }
                    }
                    CallError::ConnectionLost { maybe_executed: false }.into()
                })
            }
        }
    }
}

/// Whether the connection is protected, and so are all that may follow it.
fn is_secured(connection: &Connection, config: &NetworkConfig) -> bool {
    let is_local = matches!(connection.peer().identity(), Identity::Local(_));
    // Which of several addresses the next one is to is not known.
    let is_one = !config.client.address.contains(',');
    connection.security().is_encrypted() || (is_local && is_one)
}

/// Takes what the server pushes.
struct Listener(Arc<Inbox>);

impl PushedClientHandler for Listener {
    async fn push(&self, _: &Cx, content: Content) {
        self.0.deliver(content.into()).await;
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("messages", &self.messages)
            .field("unanswered", &self.calls.len())
            .field("secured", &self.secured)
            .finish_non_exhaustive()
    }
}
