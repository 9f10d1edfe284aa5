//! Protocols of which no code was generated: messages as the bytes that they are.
//!
//! For tools, which meet protocols when they run: a [`RawProtocol`] says of a protocol what a
//! connection has to know, and a [`RawBody`] is a message, an answer or an item whose bytes somebody
//! else reads and writes, such as `protocol_schema::value`. It goes wherever a type of a schema goes:
//!
//! ```no_run
//! # use protocol_runtime::raw::{RawBody, RawMessage, RawProtocol};
//! # #[cfg(feature = "net")]
//! # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
//! use protocol_runtime::client::ClientBuilder;
//!
//! let chat = RawProtocol::new("acme::chat::Chat", [RawMessage::new(1, "Join").reply()]);
//! let connection = ClientBuilder::new().offer_raw(&chat).open("tcp://127.0.0.1:9000").await?;
//! let join = connection.raw(&chat)?.call::<RawBody, RawBody, RawBody>(1, RawBody::default());
//! println!("{} bytes", join.await?.0.len());
//! # Ok(())
//! # }
//! ```
//!
//! Never looks into a body: whoever has the schema does.

use crate::fingerprint::Fingerprint;
use crate::schema::{FieldSchema, MessageSchema, ProtocolSchema, ReplySchema, TypeSchema};
pub use crate::wire::RawBody;

/// What a connection has to know of a message.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is said of a message or not")]
#[must_use]
pub struct RawMessage {
    number: u16,
    name: String,
    from_server: bool,
    reply: Option<bool>,
    stream: bool,
    compress: bool,
    secret: bool,
}

impl RawMessage {
    /// A one-way message from the client. The name is for logs.
    pub fn new(number: u16, name: impl Into<String>) -> Self {
        let name = name.into();
        let (from_server, reply, stream, compress, secret) = (false, None, false, false, false);
        Self { number, name, from_server, reply, stream, compress, secret }
    }

    /// It is the server that sends it.
    pub fn from_server(mut self) -> Self {
        self.from_server = true;
        self
    }

    /// It is answered, by one value.
    pub fn reply(mut self) -> Self {
        self.reply = Some(false);
        self
    }

    /// It is answered, by a stream.
    pub fn reply_stream(mut self) -> Self {
        self.reply = Some(true);
        self
    }

    /// A stream comes behind it.
    pub fn stream(mut self) -> Self {
        self.stream = true;
        self
    }

    /// It is compressed wherever both sides can.
    pub fn compress(mut self) -> Self {
        self.compress = true;
        self
    }

    /// It, its answer or an item holds a secret: none of them is compressed.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The same as generated code would say it, which stays for good.
    fn schema(&self) -> MessageSchema {
        let name: &'static str = self.name.clone().leak();
        let content = if self.secret { hidden } else { nothing };
        let mut schema = MessageSchema::new(self.number, name, content);
        if self.from_server {
            schema = schema.from_server();
        }
        schema = match self.reply {
            None => schema,
            Some(false) => schema.reply(ReplySchema::new(nothing)),
            Some(true) => schema.reply(ReplySchema::stream(nothing)),
        };
        if self.stream {
            schema = schema.stream(FieldSchema::new(0, "", opaque));
        }
        if self.compress { schema.compress() } else { schema }
    }
}

/// A protocol of which no code was generated.
///
/// What it says is kept until the process ends, each time that one is made: it is for tools, which
/// meet few.
#[derive(Clone, Debug)]
#[must_use]
pub struct RawProtocol {
    schema: &'static ProtocolSchema,
    /// Version and oldest version of a peer.
    versions: (u32, u32),
    fingerprint: Fingerprint,
    #[cfg(feature = "reflect")]
    text: Option<String>,
}

impl RawProtocol {
    /// A protocol by its whole name, `package::Name`, of which any version is taken and whose schema
    /// is not compared with the peer's. Without a message it is good for *Describe*.
    pub fn new(name: impl Into<String>, messages: impl IntoIterator<Item = RawMessage>) -> Self {
        let messages: Vec<_> = messages.into_iter().map(|message| message.schema()).collect();
        let schema = ProtocolSchema::new(name.into().leak(), messages.leak());
        Self {
            schema: Box::leak(Box::new(schema)),
            versions: (u32::MAX, 1),
            fingerprint: Fingerprint([0; 16]),
            #[cfg(feature = "reflect")]
            text: None,
        }
    }

    /// This side's version, and the oldest version of a peer that will do.
    pub const fn version(mut self, version: u32, min: u32) -> Self {
        self.versions = (version, min);
        self
    }

    /// The fingerprint of the schema that the bodies are read and written by.
    pub const fn fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        self.fingerprint = fingerprint;
        self
    }

    /// The schema as canonical text: what peers that ask are told, and what a server's is compared
    /// with whose fingerprint is another.
    #[cfg(feature = "reflect")]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The whole name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.schema.name
    }

    /// What is said of the messages.
    #[must_use]
    pub const fn schema(&self) -> &'static ProtocolSchema {
        self.schema
    }

    /// This side's version, the oldest version of a peer, and the fingerprint.
    #[cfg(feature = "net")]
    pub(crate) const fn offered(&self) -> (u32, u32, Fingerprint) {
        (self.versions.0, self.versions.1, self.fingerprint)
    }

    #[cfg(all(feature = "net", feature = "reflect"))]
    pub(crate) fn as_text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

fn nothing() -> Option<&'static TypeSchema> {
    None
}

fn hidden() -> Option<&'static TypeSchema> {
    static HIDDEN: TypeSchema = TypeSchema::Secret(opaque);
    Some(&HIDDEN)
}

fn opaque() -> &'static TypeSchema {
    &TypeSchema::Bytes
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::wire::{DecodeOptions, decode_root, encode};

    #[test]
    fn a_body_is_the_bytes_that_it_is() {
        let body = RawBody(Bytes::from_static(b"\x04\x07\0\0\0"));
        assert_eq!(encode(&body).unwrap(), encode(&7_u32).unwrap());
        for exact in [true, false] {
            let options = DecodeOptions { exact, ..DecodeOptions::default() };
            assert_eq!(decode_root::<RawBody>(&body.0, &options).unwrap(), body);
        }
    }

    #[test]
    fn what_is_said_of_messages_is_said_as_generated_code_says_it() {
        let raw = RawProtocol::new(
            "a::B",
            [
                RawMessage::new(1, "Both").stream().reply_stream().compress(),
                RawMessage::new(2, "Hush").reply().secret(),
                RawMessage::new(3, "Told").from_server(),
            ],
        );
        let [both, hush, told] = raw.schema().messages else { panic!("{raw:?}") };
        assert!(both.stream.is_some() && both.compress && !both.holds_secret());
        assert!(both.reply.as_ref().is_some_and(|reply| reply.stream));
        assert!(hush.holds_secret() && hush.reply.as_ref().is_some_and(|reply| !reply.stream));
        assert!(told.from == crate::schema::End::Server && told.reply.is_none());
        assert_eq!((raw.name(), told.name, told.number), ("a::B", "Told", 3));
    }
}
