//! What a session has to know of messages beside their octets: which have streams, and which may
//! be compressed. It comes from the schemas; without it each message is a plain call.

use std::sync::Arc;

use crate::schema::{End, ProtocolSchema};

/// What a message of a protocol is to a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The caller sends a stream behind the message.
    pub input: bool,
    /// The answer is a stream.
    pub output: bool,
    /// Whether the message, its answer and its items may be compressed.
    pub compress: Compress,
}

/// Whether a message may be compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compress {
    /// Never: it holds a secret, or is not known.
    #[default]
    Never,
    /// If compression is enabled for all messages.
    IfEnabled,
    /// Always, where both sides can.
    Always,
}

/// The shapes of a protocol's messages, by who sends them and their number.
#[derive(Clone, Debug, Default)]
pub struct Shapes(Arc<[Vec<Option<Shape>>; 2]>);

impl Shapes {
    /// The shapes of these messages. Numbers past the last one of the wire are left out.
    #[must_use]
    pub fn new(shapes: impl IntoIterator<Item = (End, u16, Shape)>) -> Self {
        let mut table = [Vec::new(), Vec::new()];
        for (from, number, shape) in shapes {
            let [client, server] = &mut table;
            let row = match from {
                End::Client => client,
                End::Server => server,
            };
            let at = usize::from(number.min(crate::frame::header::NUMBER_MAX));
            if row.len() <= at {
                row.resize(at.saturating_add(1), None);
            }
            if let Some(place) = row.get_mut(at).filter(|_| at == usize::from(number)) {
                *place = Some(shape);
            }
        }
        Self(Arc::new(table))
    }

    /// The shapes of the messages of a protocol.
    #[must_use]
    pub fn of(schema: &ProtocolSchema) -> Self {
        Self::new(schema.messages.iter().map(|message| {
            let shape = Shape {
                input: message.stream.is_some(),
                output: message.reply.as_ref().is_some_and(|reply| reply.stream),
                compress: match (message.holds_secret(), message.compress) {
                    (true, _) => Compress::Never,
                    (false, true) => Compress::Always,
                    (false, false) => Compress::IfEnabled,
                },
            };
            (message.from, message.number, shape)
        }))
    }

    /// The shape of a message; `None` if it is not known.
    #[must_use]
    pub fn get(&self, from: End, number: u16) -> Option<Shape> {
        let [client, server] = &*self.0;
        let row = match from {
            End::Client => client,
            End::Server => server,
        };
        row.get(usize::from(number)).copied().flatten()
    }
}

/// What one side says of a protocol that it has.
#[cfg(any(feature = "net", test, feature = "testing"))]
pub(crate) fn offer<P: crate::protocol::Protocol>() -> crate::frame::control::Offer {
    crate::frame::control::Offer {
        name: P::NAME.to_owned(),
        version: P::VERSION,
        min: P::MIN_VERSION,
        fingerprint: P::fingerprint().0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_found_by_its_side_and_number() {
        let stream = Shape { output: true, ..Shape::default() };
        let shapes = Shapes::new([(End::Client, 3, stream), (End::Server, 4_096, stream)]);
        assert_eq!(shapes.get(End::Client, 3), Some(stream));
        assert_eq!(shapes.get(End::Server, 3), None);
        assert_eq!(shapes.get(End::Client, 4), None);
        assert_eq!(shapes.get(End::Server, 4_095), None);
        assert_eq!(Shapes::default().get(End::Client, 3), None);
    }
}
