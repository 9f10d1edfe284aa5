//! Protocols and their messages.

use super::{Docs, Meta, Name, Number, Payload, Type};

/// A protocol: the messages two peers may exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Name,
    /// This side's version, from 1.
    pub version: u32,
    /// The oldest version of a peer that is still served.
    pub min: u32,
    /// In source order; numbers dense from 1 to 4,095.
    pub messages: Vec<Message>,
    /// Numbers of removed messages (`@6 _`).
    pub removed: Vec<Number>,
    /// Extra derives of the emitted structs: those that stand on the enum in the Rust door,
    /// `#[rust(derive(…))]` in the `.np` door.
    pub derives: Vec<Name>,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// Which end sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The end that connected.
    Client,
    /// The end that listened.
    Server,
}

/// A message of a protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Documentation.
    pub docs: Docs,
    /// The wire number.
    pub number: Number,
    /// The name.
    pub name: Name,
    /// Who sends it.
    pub from: Side,
    /// What it carries. With named fields a struct is emitted for it: the name of the protocol
    /// followed by that of the message, or `body_name`.
    pub payload: Payload,
    /// Another name for that struct (`#[np(name = …)]`).
    pub body_name: Option<Name>,
    /// What is answered; `None` makes it one-way. At most one field of the payload, and the `ok`
    /// of the reply, may be a [`TypeKind::Stream`](super::TypeKind::Stream); the field is not part of the body.
    pub reply: Option<Reply>,
    /// Asking twice does no harm (`#[idempotent]`): a call may be tried again.
    pub idempotent: bool,
    /// How long a caller waits unless it says otherwise, in milliseconds (`#[timeout("5s")]`).
    pub timeout: Option<u64>,
    /// It is compressed wherever both sides can, as are its answer and its items
    /// (`#[compress]`).
    pub compress: bool,
    /// How the side that receives it handles it.
    pub handling: Handling,
    /// `since`, `deprecated` and the like.
    pub meta: Meta,
}

/// What a message says of its handler: of no concern to the other side, and no part of the
/// canonical text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handling {
    /// The handler reads the message where it lies (`#[view]`).
    pub view: bool,
    /// The handler runs on a task of its own (`#[spawn]`).
    pub spawn: bool,
    /// The handler runs to its end, whoever gives the call up (`#[no_cancel]`).
    pub no_cancel: bool,
}

/// The answer to a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The value, possibly [`TypeKind::Unit`](super::TypeKind::Unit).
    pub ok: Type,
    /// The typed error, when the schema says `Result<T, E>`.
    pub err: Option<Type>,
}

impl Message {
    /// The name of the struct emitted for a message with named fields.
    #[must_use]
    pub fn body_type_name(&self, protocol: &Protocol) -> String {
        match &self.body_name {
            Some(name) => name.text.clone(),
            None => format!("{}{}", protocol.name.in_rust(), self.name.in_rust()),
        }
    }
}
