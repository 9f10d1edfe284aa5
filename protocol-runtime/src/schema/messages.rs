//! Protocols, their messages and the answers, as data.

use super::{FieldSchema, Remarks, TypeSchema, secrets};

/// From a message's content to its description; `None` for no content.
pub type RootFn = fn() -> Option<&'static TypeSchema>;

/// A protocol as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProtocolSchema {
    /// `package::Name`, or `Name` where there is no package.
    pub name: &'static str,
    /// This side's version.
    pub version: u32,
    /// The oldest version of a peer that is still served.
    pub min: u32,
    /// In number order.
    pub messages: &'static [MessageSchema],
    /// The numbers of removed messages, rising.
    pub removed: &'static [u32],
    /// What else there is to say.
    pub remarks: Remarks,
}

impl ProtocolSchema {
    /// Version 1 of a protocol.
    #[must_use]
    pub const fn new(name: &'static str, messages: &'static [MessageSchema]) -> Self {
        Self { name, version: 1, min: 1, messages, removed: &[], remarks: Remarks::NONE }
    }

    /// Its version, and the oldest version of a peer that is still served.
    #[must_use]
    pub const fn version(mut self, version: u32, min: u32) -> Self {
        self.version = version;
        self.min = min;
        self
    }

    /// These numbers had a message once.
    #[must_use]
    pub const fn removed(mut self, numbers: &'static [u32]) -> Self {
        self.removed = numbers;
        self
    }

    /// What the message with this number is called, for logs and metrics.
    #[must_use]
    pub fn message_name(&self, number: u16) -> &'static str {
        match self.messages.iter().find(|message| message.number == number) {
            Some(message) => message.name,
            None if number == 0 => "Describe",
            None => "unknown",
        }
    }
}

/// Which end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The end that connected.
    Client,
    /// The end that listened.
    Server,
}

/// A message as data.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is said of a message or not")]
#[non_exhaustive]
pub struct MessageSchema {
    /// The wire number.
    pub number: u16,
    /// The name.
    pub name: &'static str,
    /// Who sends it.
    pub from: End,
    /// What it carries.
    pub payload: RootFn,
    /// Whether the fields of `payload` are written in the message itself, `Join { room: u64 }`,
    /// and its name is nobody's business.
    pub inline: bool,
    /// Whether the one value that it carries is written in as few bytes as it needs.
    pub varint: bool,
    /// The most bytes or elements of that value.
    pub max: Option<u64>,
    /// The one field that is a stream of this type: it has a number among the fields of `payload`
    /// and is none of them.
    pub stream: Option<FieldSchema>,
    /// The answer; `None` for a one-way message.
    pub reply: Option<ReplySchema>,
    /// Asking twice does no harm.
    pub idempotent: bool,
    /// How long a caller waits unless it says otherwise, in milliseconds.
    pub timeout: Option<u64>,
    /// Whether it is compressed wherever both sides can, as are its answer and its items.
    pub compress: bool,
    /// What else there is to say.
    pub remarks: Remarks,
}

impl MessageSchema {
    /// A one-way message from the client.
    #[must_use]
    pub const fn new(number: u16, name: &'static str, payload: RootFn) -> Self {
        Self {
            number,
            name,
            from: End::Client,
            payload,
            inline: false,
            varint: false,
            max: None,
            stream: None,
            reply: None,
            idempotent: false,
            timeout: None,
            compress: false,
            remarks: Remarks::NONE,
        }
    }

    /// It is the server that sends it.
    #[must_use]
    pub const fn from_server(mut self) -> Self {
        self.from = End::Server;
        self
    }

    /// Its fields are written in the message itself.
    #[must_use]
    pub const fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// The one value that it carries is written in as few bytes as it needs.
    #[must_use]
    pub const fn varint(mut self) -> Self {
        self.varint = true;
        self
    }

    /// The one value that it carries holds at most as many bytes or elements.
    #[must_use]
    pub const fn max(mut self, max: u64) -> Self {
        self.max = Some(max);
        self
    }

    /// One field is a stream, of this type.
    #[must_use]
    pub const fn stream(mut self, field: FieldSchema) -> Self {
        self.stream = Some(field);
        self
    }

    /// It is answered.
    #[must_use]
    pub const fn reply(mut self, reply: ReplySchema) -> Self {
        self.reply = Some(reply);
        self
    }

    /// Asking twice does no harm.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// A caller waits as many milliseconds unless it says otherwise.
    #[must_use]
    pub const fn timeout(mut self, milliseconds: u64) -> Self {
        self.timeout = Some(milliseconds);
        self
    }

    /// It is compressed wherever both sides can, as are its answer and its items.
    #[must_use]
    pub const fn compress(mut self) -> Self {
        self.compress = true;
        self
    }

    /// Whether there is a `Secret` in the message, in its answer, or in what flows in its streams.
    /// Walks its types each time.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        secrets::of_message(self)
    }
}

/// An answer as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplySchema {
    /// The value, or what each item of the stream is.
    pub ok: RootFn,
    /// Whether the value is a stream.
    pub stream: bool,
    /// The typed error, when there is one.
    pub err: Option<RootFn>,
}

impl ReplySchema {
    /// One value.
    #[must_use]
    pub const fn new(ok: RootFn) -> Self {
        Self { ok, stream: false, err: None }
    }

    /// A stream of values.
    #[must_use]
    pub const fn stream(ok: RootFn) -> Self {
        Self { ok, stream: true, err: None }
    }

    /// Or a typed error.
    #[must_use]
    pub const fn or(mut self, err: RootFn) -> Self {
        self.err = Some(err);
        self
    }
}
