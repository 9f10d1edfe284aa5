//! What one end of a connection does for one protocol, with the types of the protocol and of its
//! handler erased.

use std::marker::PhantomData;
use std::sync::Arc;
#[cfg(feature = "reflect")]
use std::sync::OnceLock;

use super::shared::Shared;
use super::slots::{Handlers, handlers};
use crate::frame::control::Offer;
use crate::protocol::Protocol;
use crate::schema::{End, ProtocolSchema};
use crate::serve::Serve;
use crate::session::{Shapes, offer};

/// A protocol of this side.
pub(crate) trait Service: Send + Sync {
    /// Its name on the wire.
    fn name(&self) -> &'static str;

    /// It as data.
    fn schema(&self) -> &'static ProtocolSchema;

    /// How it is offered or accepted.
    fn offer(&self) -> Offer;

    /// What the peer may send as message `number`; `None` if there is no such message.
    fn kind(&self, number: u16) -> Option<Kind>;

    /// What the session has to know of its messages.
    fn shapes(&self) -> Shapes;

    /// The protocol as canonical text, for peers that ask; `None` if it is not known.
    #[cfg(feature = "reflect")]
    fn text(&self) -> Option<&str>;

    /// The handlers for one connection; `None` if this side only calls.
    fn handlers(&self, shared: &Arc<Shared>, protocol: u8) -> Option<Box<dyn Handlers>>;
}

/// What a message that is handled is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub(crate) struct Kind {
    /// It has an answer.
    pub(crate) call: bool,
    /// A stream comes behind it.
    pub(crate) input: bool,
    /// Its handler runs on a task of its own.
    pub(crate) spawn: bool,
    /// Its handler runs on when nobody waits for the answer any more.
    pub(crate) no_cancel: bool,
}

/// A protocol whose messages `handler` handles; `S` is the end this side is.
struct Served<P, H, S> {
    handler: Arc<H>,
    /// By message number.
    kinds: Vec<Option<Kind>>,
    shapes: Shapes,
    #[cfg(feature = "reflect")]
    text: OnceLock<String>,
    types: PhantomData<fn() -> (P, S)>,
}

/// A protocol that this side only calls.
struct Called<P> {
    shapes: Shapes,
    #[cfg(feature = "reflect")]
    text: OnceLock<String>,
    types: PhantomData<fn() -> P>,
}

/// `P` with a handler; `from` is the end whose messages it handles.
pub(crate) fn served<P: Serve<H, S>, H: Send + Sync + 'static, S: 'static>(
    handler: H,
    from: End,
) -> Arc<dyn Service> {
    let mut kinds = Vec::new();
    for message in P::schema().messages.iter().filter(|message| message.from == from) {
        let number = usize::from(message.number);
        if kinds.len() <= number {
            kinds.resize(number + 1, None);
        }
        let handling = P::HANDLING.iter().find(|handling| handling.number == message.number);
        if let Some(kind) = kinds.get_mut(number) {
            *kind = Some(Kind {
                call: message.reply.is_some(),
                input: message.stream.is_some(),
                spawn: handling.is_some_and(|handling| handling.spawn),
                no_cancel: handling.is_some_and(|handling| handling.no_cancel),
            });
        }
    }
    Arc::new(Served::<P, H, S> {
        handler: Arc::new(handler),
        kinds,
        shapes: Shapes::of(P::schema()),
        #[cfg(feature = "reflect")]
        text: OnceLock::new(),
        types: PhantomData,
    })
}

/// `P` without a handler.
pub(crate) fn called<P: Protocol>() -> Arc<dyn Service> {
    Arc::new(Called::<P> {
        shapes: Shapes::of(P::schema()),
        #[cfg(feature = "reflect")]
        text: OnceLock::new(),
        types: PhantomData,
    })
}

impl<P: Serve<H, S>, H: Send + Sync + 'static, S: 'static> Service for Served<P, H, S> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn schema(&self) -> &'static ProtocolSchema {
        P::schema()
    }

    fn offer(&self) -> Offer {
        offer::<P>()
    }

    fn shapes(&self) -> Shapes {
        self.shapes.clone()
    }

    #[cfg(feature = "reflect")]
    fn text(&self) -> Option<&str> {
        Some(self.text.get_or_init(P::to_np))
    }

    fn kind(&self, number: u16) -> Option<Kind> {
        self.kinds.get(usize::from(number)).copied().flatten()
    }

    fn handlers(&self, shared: &Arc<Shared>, protocol: u8) -> Option<Box<dyn Handlers>> {
        let handler = self.handler.clone();
        Some(handlers(shared.clone(), P::schema(), protocol, move |cx, number, body| {
            P::dispatch(handler.clone(), cx, number, body)
        }))
    }
}

impl<P: Protocol> Service for Called<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn schema(&self) -> &'static ProtocolSchema {
        P::schema()
    }

    fn offer(&self) -> Offer {
        offer::<P>()
    }

    fn shapes(&self) -> Shapes {
        self.shapes.clone()
    }

    #[cfg(feature = "reflect")]
    fn text(&self) -> Option<&str> {
        Some(self.text.get_or_init(P::to_np))
    }

    fn kind(&self, _: u16) -> Option<Kind> {
        None
    }

    fn handlers(&self, _: &Arc<Shared>, _: u8) -> Option<Box<dyn Handlers>> {
        None
    }
}
