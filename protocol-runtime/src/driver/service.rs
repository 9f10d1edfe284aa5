//! What one end of a connection does for one protocol, with the types of the protocol and of its
//! handler erased.

use std::marker::PhantomData;
use std::sync::Arc;

use super::shared::Shared;
use super::slots::{Handlers, handlers};
use crate::frame::control::Offer;
use crate::protocol::Protocol;
use crate::schema::End;
use crate::serve::Serve;

/// A protocol of this side.
pub(crate) trait Service: Send + Sync {
    /// Its name on the wire.
    fn name(&self) -> &'static str;

    /// How it is offered or accepted.
    fn offer(&self) -> Offer;

    /// What the peer may send as message `number`; `None` if there is no such message.
    fn kind(&self, number: u16) -> Option<Kind>;

    /// The handlers for one connection; `None` if this side only calls.
    fn handlers(&self, shared: &Arc<Shared>, protocol: u8) -> Option<Box<dyn Handlers>>;
}

/// Whether a message has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    OneWay,
}

/// A protocol whose messages `handler` handles; `S` is the end this side is.
struct Served<P, H, S> {
    handler: Arc<H>,
    /// By message number.
    kinds: Vec<Option<Kind>>,
    types: PhantomData<fn() -> (P, S)>,
}

/// A protocol that this side only calls.
struct Called<P>(PhantomData<fn() -> P>);

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
        if let Some(kind) = kinds.get_mut(number) {
            *kind = Some(if message.reply.is_some() { Kind::Call } else { Kind::OneWay });
        }
    }
    Arc::new(Served::<P, H, S> { handler: Arc::new(handler), kinds, types: PhantomData })
}

/// `P` without a handler.
pub(crate) fn called<P: Protocol>() -> Arc<dyn Service> {
    Arc::new(Called::<P>(PhantomData))
}

impl<P: Serve<H, S>, H: Send + Sync + 'static, S: 'static> Service for Served<P, H, S> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn offer(&self) -> Offer {
        offer::<P>()
    }

    fn kind(&self, number: u16) -> Option<Kind> {
        self.kinds.get(usize::from(number)).copied().flatten()
    }

    fn handlers(&self, shared: &Arc<Shared>, protocol: u8) -> Option<Box<dyn Handlers>> {
        let handler = self.handler.clone();
        Some(handlers(shared.clone(), protocol, move |cx, number, body| {
            P::dispatch(handler.clone(), cx, number, body)
        }))
    }
}

impl<P: Protocol> Service for Called<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn offer(&self) -> Offer {
        offer::<P>()
    }

    fn kind(&self, _: u16) -> Option<Kind> {
        None
    }

    fn handlers(&self, _: &Arc<Shared>, _: u8) -> Option<Box<dyn Handlers>> {
        None
    }
}

fn offer<P: Protocol>() -> Offer {
    Offer {
        name: P::NAME.to_owned(),
        version: P::VERSION,
        min: P::MIN_VERSION,
        fingerprint: P::fingerprint().0,
    }
}
