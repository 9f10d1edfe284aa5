//! Which type a name means.

use std::fmt;

use super::Codec;
use super::build::Builder;
use super::type_text;
use crate::check::nearest;
use crate::ir::{Item, Message, Payload, Protocol, Schema, Type, TypeKind};

/// There is no codec for what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeError {
    /// The schema has no type, protocol or message of that name.
    Name {
        /// What was asked for.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// A message has no reply, no error, or no stream of that name.
    NoPart {
        /// The message.
        message: String,
        /// What was asked for.
        part: String,
        /// What it has.
        parts: Vec<String>,
    },
    /// It has no values that stand alone, or in a field.
    NoValue {
        /// What was asked for.
        name: String,
    },
    /// What was asked for is not written as a type.
    Syntax {
        /// All of it.
        text: String,
        /// From where it could not be read.
        rest: String,
        /// The type that is meant, if it was written as it is declared.
        nearest: Option<String>,
    },
    /// A type is written too deep, or holds itself.
    TooDeep,
    /// A type takes more than 16,383 bytes inline.
    TooLarge,
    /// The length of an array is 0, or no const of the schema.
    NoLength,
    /// An option is in an option.
    NestedOption,
    /// Keys of a map, or elements of a set, have no order.
    NoKey {
        /// Their type.
        ty: String,
    },
    /// A default or a limit is not of its field's type.
    Default {
        /// The field.
        field: String,
    },
    /// A type is known to the Rust compiler alone.
    Extern,
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name, nearest } => {
                write!(f, "the schema has no type `{name}`")?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            Self::NoPart { message, part, parts } if parts.is_empty() => {
                write!(f, "`{message}` has no `{part}`: nothing is answered to it")
            }
            Self::NoPart { message, part, parts } => {
                write!(f, "`{message}` has no `{part}`; it has `{}`", parts.join("`, `"))
            }
            Self::NoValue { name } => write!(f, "`{name}` has no values of its own"),
            Self::Syntax { text, rest, nearest } => {
                write!(f, "`{text}` is no type")?;
                match &rest[..] {
                    "" => f.write_str(": it ends too early")?,
                    _ => write!(f, ", from `{rest}`")?,
                }
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => f.write_str("; write a name, or a type made of names: `Vec<String>`"),
                }
            }
            Self::TooDeep => f.write_str("the type holds itself, or is nested too deep"),
            Self::TooLarge => f.write_str("the type takes more than 16,383 bytes inline"),
            Self::NoLength => {
                f.write_str("the length of an array is a number from 1 on, or such a const")
            }
            Self::NestedOption => f.write_str("an `Option` cannot hold an `Option`"),
            Self::NoKey { ty } => write!(
                f,
                "`{ty}` is no key: these are integers, `bool`, `String`, `Bytes`, `Uuid`, \
                 `Timestamp`, `Duration`, and tuples and arrays of these"
            ),
            Self::Default { field } => {
                write!(f, "the default or the limit of `{field}` is not of its type")
            }
            Self::Extern => f.write_str("a type is known to the Rust compiler alone"),
        }
    }
}

impl std::error::Error for TypeError {}

/// All that a codec can be made for in a schema: types, and the parts of messages.
#[must_use]
pub fn known(schema: &Schema) -> Vec<String> {
    let mut names = Vec::new();
    for item in &schema.items {
        match item {
            Item::Const(_) => {}
            Item::Alias(_)
            | Item::Struct(_)
            | Item::Scalar(_)
            | Item::Union(_)
            | Item::Flags(_) => {
                names.push(item.name().text.clone());
            }
            Item::Protocol(protocol) => {
                for message in &protocol.messages {
                    let name = format!("{}.{}", protocol.name.text, message.name.text);
                    let parts = parts(message).into_iter();
                    let parts: Vec<_> = parts.map(|(part, _)| format!("{name}.{part}")).collect();
                    names.push(name);
                    names.extend(parts);
                }
            }
        }
    }
    let foreign = schema.foreign.iter().filter(|foreign| is_type(&foreign.item));
    names.extend(
        foreign.map(|foreign| format!("{}::{}", foreign.package, foreign.item.name().text)),
    );
    names
}

pub(super) fn codec(schema: &Schema, name: &str) -> Result<Codec, TypeError> {
    let given = type_text::local(schema, name.trim());
    let found = match given.split_once('.') {
        Some((protocol, rest)) => of_protocol(schema, protocol, rest),
        None => match body(schema, given) {
            Some((name, message)) => Builder::new(schema).message(&name, &message.payload),
            None => {
                type_text::parse(schema, given).and_then(|ty| Builder::new(schema).root(given, &ty))
            }
        },
    };
    let nearest = |text: &str| {
        let known = known(schema);
        let name = declared(text).unwrap_or(text);
        known.iter().find(|known| *known == name).map_or_else(
            || nearest(name, known.iter().map(String::as_str)).map(str::to_owned),
            |known| Some(known.clone()),
        )
    };
    match found {
        Ok((types, root)) => Ok(Codec { types, root }),
        Err(TypeError::Name { name, nearest: None }) => {
            let nearest = nearest(&name);
            Err(TypeError::Name { name, nearest })
        }
        Err(TypeError::Syntax { text, rest, nearest: None }) if declared(given).is_some() => {
            Err(TypeError::Syntax { text, rest, nearest: nearest(given) })
        }
        Err(error) => Err(error),
    }
}

/// The name in what is written as in a declaration: `Join` of `Join(String)` or `Join { @0 … }`.
fn declared(text: &str) -> Option<&str> {
    let (before, _) = text.split_once(['(', '{'])?;
    before.split_whitespace().next_back()
}

type Found = Result<(super::layout::Types, super::layout::Root), TypeError>;

fn of_protocol(schema: &Schema, protocol: &str, rest: &str) -> Found {
    let unknown = || TypeError::Name { name: format!("{protocol}.{rest}"), nearest: None };
    let Some(Item::Protocol(item)) = schema.find(protocol) else { return Err(unknown()) };
    let (name, part) = match rest.split_once('.') {
        Some((name, part)) => (name, Some(part)),
        None => (rest, None),
    };
    let message = item.messages.iter().find(|message| message.name.text == name);
    let message = message.ok_or_else(unknown)?;
    let full = format!("{protocol}.{rest}");
    let Some(part) = part else { return Builder::new(schema).message(&full, &message.payload) };
    let parts = parts(message);
    match parts.iter().find(|(known, _)| known == part) {
        Some((_, ty)) => Builder::new(schema).root(&full, ty),
        None => Err(TypeError::NoPart {
            message: format!("{protocol}.{name}"),
            part: part.to_owned(),
            parts: parts.into_iter().map(|(part, _)| part).collect(),
        }),
    }
}

/// What belongs to a message beside its content: of streams one item.
fn parts(message: &Message) -> Vec<(String, &Type)> {
    let mut parts = Vec::new();
    if let Some(reply) = &message.reply {
        parts.push(("reply".to_owned(), item_of(&reply.ok)));
        parts.extend(reply.err.as_ref().map(|err| ("error".to_owned(), err)));
    }
    if let Payload::Fields(fields) = &message.payload {
        let streams = fields.iter().filter(|field| matches!(field.ty.kind, TypeKind::Stream(_)));
        parts.extend(streams.map(|field| (field.name.text.clone(), item_of(&field.ty))));
    }
    parts
}

fn item_of(ty: &Type) -> &Type {
    if let TypeKind::Stream(item) = &ty.kind { item } else { ty }
}

/// The message whose fields the emitted struct of that name holds.
fn body<'s>(schema: &'s Schema, name: &str) -> Option<(String, &'s Message)> {
    let protocols = schema.items.iter().filter_map(|item| match item {
        Item::Protocol(item) => Some(item),
        Item::Const(_)
        | Item::Alias(_)
        | Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_) => None,
    });
    let messages = |protocol: &'s Protocol| {
        let messages = protocol.messages.iter();
        messages.map(move |message| (protocol, message))
    };
    let mut bodies = protocols
        .flat_map(messages)
        .filter(|(_, message)| matches!(message.payload, Payload::Fields(_)));
    let (protocol, message) =
        bodies.find(|(protocol, message)| message.body_type_name(protocol) == name)?;
    Some((format!("{}.{}", protocol.name.text, message.name.text), message))
}

fn is_type(item: &Item) -> bool {
    match item {
        Item::Const(_) | Item::Protocol(_) => false,
        Item::Alias(_) | Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => {
            true
        }
    }
}
