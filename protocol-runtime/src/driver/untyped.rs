//! What one end of a connection does for a protocol that has no type of its own: one of which no
//! code was generated, and the list of protocols, which every server that tells its schemas has.

use std::sync::Arc;

use bytes::Bytes;

use super::service::{Kind, Service};
use super::shared::Shared;
use super::slots::{Handlers, handlers};
use crate::frame::control::Offer;
use crate::raw::RawProtocol;
use crate::schema::{End, ProtocolSchema};
use crate::session::Shapes;

/// A protocol that this side only calls, without generated code.
pub(crate) fn raw_called(protocol: &RawProtocol) -> Arc<dyn Service> {
    let run = None::<fn(u16, Bytes) -> std::future::Ready<()>>;
    Arc::new(Raw { protocol: protocol.clone(), run: run.map(Arc::new) })
}

/// The same, with something to do for each one-way message of the server.
pub(crate) fn raw_served<F: Future<Output = ()> + Send + 'static>(
    protocol: &RawProtocol,
    run: impl Fn(u16, Bytes) -> F + Send + Sync + 'static,
) -> Arc<dyn Service> {
    Arc::new(Raw { protocol: protocol.clone(), run: Some(Arc::new(run)) })
}

struct Raw<H> {
    protocol: RawProtocol,
    run: Option<Arc<H>>,
}

impl<H, F> Service for Raw<H>
where
    H: Fn(u16, Bytes) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.protocol.name()
    }

    fn schema(&self) -> &'static ProtocolSchema {
        self.protocol.schema()
    }

    fn offer(&self) -> Offer {
        let (version, min, fingerprint) = self.protocol.offered();
        Offer { name: self.name().to_owned(), version, min, fingerprint: fingerprint.0 }
    }

    fn shapes(&self) -> Shapes {
        Shapes::of(self.protocol.schema())
    }

    #[cfg(feature = "reflect")]
    fn text(&self) -> Option<&str> {
        self.protocol.as_text()
    }

    fn kind(&self, number: u16) -> Option<Kind> {
        let mut messages = self.protocol.schema().messages.iter();
        let sent = |one: &&crate::schema::MessageSchema| {
            one.number == number && one.from == End::Server && one.reply.is_none()
        };
        self.run.as_ref()?;
        messages.find(sent)?;
        Some(Kind { call: false, input: false, spawn: false, no_cancel: false })
    }

    fn handlers(&self, shared: &Arc<Shared>, protocol: u8) -> Option<Box<dyn Handlers>> {
        let run = self.run.clone()?;
        let schema = self.protocol.schema();
        Some(handlers(shared.clone(), schema, protocol, move |cx, number, body| {
            let run = run.clone();
            async move {
                run(number, body).await;
                cx.done();
            }
        }))
    }
}

#[cfg(feature = "reflect")]
pub(crate) use self::list::listing;

/// The list of protocols.
#[cfg(feature = "reflect")]
mod list {
    use std::sync::OnceLock;

    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::protocol::{LIST, LISTING};
    use crate::schema::{MessageSchema, ReplySchema};
    use crate::wire::Root;

    static SCHEMA: ProtocolSchema = ProtocolSchema::new(LISTING, &[LIST_MESSAGE]);
    const LIST_MESSAGE: MessageSchema = MessageSchema::new(LIST, "List", <() as Root>::schema)
        .reply(ReplySchema::new(<Vec<String> as Root>::schema))
        .idempotent();

    /// Tells the names of these protocols to peers that ask.
    pub(crate) fn listing(services: &[Arc<dyn Service>]) -> Arc<dyn Service> {
        let names = services.iter().map(|service| service.name().to_owned()).collect();
        Arc::new(Listing { names: Arc::new(names), text: OnceLock::new() })
    }

    struct Listing {
        names: Arc<Vec<String>>,
        text: OnceLock<String>,
    }

    impl Service for Listing {
        fn name(&self) -> &'static str {
            LISTING
        }

        fn schema(&self) -> &'static ProtocolSchema {
            &SCHEMA
        }

        fn offer(&self) -> Offer {
            let ProtocolSchema { name, version, min, .. } = SCHEMA;
            let fingerprint = Fingerprint::of(&SCHEMA).0;
            Offer { name: name.to_owned(), version, min, fingerprint }
        }

        fn shapes(&self) -> Shapes {
            Shapes::of(&SCHEMA)
        }

        fn text(&self) -> Option<&str> {
            Some(self.text.get_or_init(|| crate::reflect::text(&[&SCHEMA])))
        }

        fn kind(&self, number: u16) -> Option<Kind> {
            let kind = Kind { call: true, input: false, spawn: false, no_cancel: false };
            (number == LIST).then_some(kind)
        }

        fn handlers(&self, shared: &Arc<Shared>, protocol: u8) -> Option<Box<dyn Handlers>> {
            let names = self.names.clone();
            Some(handlers(shared.clone(), &SCHEMA, protocol, move |cx, _, body| {
                let names = names.clone();
                async move {
                    if cx.decode::<()>(&body).is_some() {
                        cx.reply(&*names);
                    }
                }
            }))
        }
    }
}
