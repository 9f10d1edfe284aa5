//! The two seams between generated code and the shell: dispatch to a handler, and typed clients.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

use crate::caller::Caller;
use crate::connection::Connection;
use crate::cx::Cx;
use crate::protocol::{Protocol, side};

/// A protocol whose messages a handler of type `H` takes at the end `Side`.
///
/// Implemented by `#[protocol]` and by `npgen` for every `H` that implements the handler trait.
#[diagnostic::on_unimplemented(
    message = "`{H}` does not handle the messages of `{Self}`",
    label = "no handler for this protocol",
    note = "implement the handler trait that was generated for it, such as `{Self}Handler`"
)]
pub trait Serve<H, Side = side::Server>: Protocol {
    /// How the messages are handled that say something about it. Each number once.
    const HANDLING: &'static [Handling] = &[];

    /// Decodes message `number`, runs the handler's method, and answers through `cx`.
    fn dispatch(
        handler: Arc<H>,
        cx: Cx,
        number: u16,
        body: Bytes,
    ) -> impl Future<Output = ()> + Send + 'static;
}

/// What a message says of how it is handled: `#[np(spawn)]` and `#[np(no_cancel)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handling {
    /// The message's number.
    pub number: u16,
    /// Its handler runs on a task of its own, because it computes for long.
    pub spawn: bool,
    /// Its handler runs to its end, whoever gives the call up. What it answers then goes to nobody.
    pub no_cancel: bool,
}

/// A typed client, generated for a protocol.
pub trait Client: Sized {
    /// The protocol it speaks.
    type Protocol: Protocol;

    /// A client that calls through `caller`.
    fn from_caller(caller: Caller) -> Self;

    /// What it calls through.
    fn caller(&self) -> &Caller;

    /// The connection that the calls go over.
    fn connection(&self) -> Connection {
        self.caller().connection()
    }
}
