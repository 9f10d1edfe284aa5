//! Rules on protocols.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Field, Item, Name, Payload, Protocol, Reply, Type, TypeKind};

use super::codes;
use super::index::Index;

/// The longest name of a protocol on the wire, in bytes.
pub const WIRE_NAME_BYTES_MAX: usize = 64;

/// A protocol that says nothing.
pub(super) fn messages(protocol: &Protocol, found: &mut Diagnostics) {
    if protocol.messages.is_empty() {
        let message = format!("the protocol `{}` has no messages", protocol.name.text);
        found.push(Diagnostic::error(codes::NO_MESSAGES, protocol.name.span, message));
    }
}

/// A version below 1, or one older than the oldest that is served.
pub(super) fn version(protocol: &Protocol, found: &mut Diagnostics) {
    let Protocol { name, version, min, .. } = protocol;
    let message = if *version == 0 || *min == 0 {
        format!("the versions of `{}` start at 1", name.text)
    } else if min > version {
        format!("`{}` is of version {version} and would serve {min} and above only", name.text)
    } else {
        return;
    };
    found.push(Diagnostic::error(codes::VERSION, name.span, message));
}

/// A message, or a field of one, that is newer than its protocol.
pub(super) fn since(protocol: &Protocol, found: &mut Diagnostics) {
    let mut newer = |name: &Name, since: Option<u32>| {
        if let Some(since) = since.filter(|since| *since > protocol.version) {
            let message = format!(
                "`{}` is since version {since}, and `{}` is of version {}",
                name.text, protocol.name.text, protocol.version
            );
            found.push(Diagnostic::error(codes::SINCE, name.span, message));
        }
    };
    for message in &protocol.messages {
        newer(&message.name, message.meta.since);
        if let Payload::Fields(fields) = &message.payload {
            fields.iter().for_each(|field| newer(&field.name, field.meta.since));
        }
    }
}

/// What is said of a call, on a message that is none.
pub(super) fn one_way(protocol: &Protocol, found: &mut Diagnostics) {
    for message in protocol.messages.iter().filter(|message| message.reply.is_none()) {
        let what = if message.idempotent {
            "idempotent"
        } else if message.timeout.is_some() {
            "timeout"
        } else if message.handling.no_cancel {
            "no_cancel"
        } else {
            continue;
        };
        let (name, text) = (&message.name, &message.name.text);
        let message = format!("`{text}` has no reply, and so `#[{what}]` means nothing");
        found.push(Diagnostic::error(codes::ONE_WAY, name.span, message));
    }
}

/// A view of nothing.
pub(super) fn views(protocol: &Protocol, found: &mut Diagnostics) {
    for message in protocol.messages.iter().filter(|message| message.handling.view) {
        let is_stream = |field: &Field| matches!(field.ty.kind, TypeKind::Stream(_));
        let nothing = match &message.payload {
            Payload::Unit => true,
            Payload::Tuple(only) => is_stream(only),
            Payload::Fields(fields) => fields.iter().all(is_stream),
        };
        if nothing {
            let (name, text) = (&message.name, &message.name.text);
            let message = format!("`{text}` carries nothing that `#[view]` could show in place");
            found.push(Diagnostic::error(codes::NOTHING_TO_VIEW, name.span, message));
        }
    }
}

/// The name of a protocol on the wire.
#[must_use]
pub fn wire_name(package: &[Name], protocol: &Protocol) -> String {
    let names = package.iter().chain([&protocol.name]);
    names.map(|name| name.text.as_str()).collect::<Vec<_>>().join("::")
}

/// A name on the wire that is too long for the handshake.
pub fn wire_name_length(package: &[Name], protocol: &Protocol, found: &mut Diagnostics) {
    let len: usize = package.iter().map(|name| name.text.len() + 2).sum();
    let len = len + protocol.name.text.len();
    if len > WIRE_NAME_BYTES_MAX {
        let message = format!(
            "with its package, the name of this protocol has {len} bytes, and at most {WIRE_NAME_BYTES_MAX} are sent"
        );
        found.push(Diagnostic::error(codes::WIRE_NAME_TOO_LONG, protocol.name.span, message));
    }
}

/// An error of a reply that is no enum marked `#[error]`.
///
/// An error and no warning: what a call returns must be `std::error::Error` for `?` to work, and
/// only `#[error]` gives a type that.
pub(super) fn errors(index: &Index<'_>, found: &mut Diagnostics) {
    for item in index.own() {
        let Item::Protocol(protocol) = item else {
            continue;
        };
        for message in &protocol.messages {
            if let Some(Reply { err: Some(err), .. }) = &message.reply {
                error(err, index, found);
            }
        }
    }
}

fn error(err: &Type, index: &Index<'_>, found: &mut Diagnostics) {
    let mut diagnostic = Diagnostic::error(
        codes::NOT_AN_ERROR,
        err.span,
        "the error of a reply is an enum marked `#[error]`",
    )
    .note("callers use `?` on it, so it must be an error in Rust too");
    let Some(peeled) = index.peel(err) else {
        return;
    };
    match &peeled.ty.kind {
        // Told by other rules, or known to the Rust compiler only.
        TypeKind::Extern(_) | TypeKind::Unit => return,
        TypeKind::Named(name) => match index.get(name) {
            None | Some(Item::Const(_) | Item::Protocol(_)) => return,
            Some(Item::Union(union)) if union.error => return,
            Some(Item::Union(union)) => {
                diagnostic = diagnostic.also(union.name.span, "`#[error]` is missing here");
            }
            Some(Item::Alias(_) | Item::Struct(_) | Item::Scalar(_) | Item::Flags(_)) => {}
        },
        TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Vec(_)
        | TypeKind::Option(_)
        | TypeKind::Array(..)
        | TypeKind::Tuple(_)
        | TypeKind::Map(..)
        | TypeKind::Set(_)
        | TypeKind::Std(_)
        | TypeKind::Secret(_)
        | TypeKind::Stream(_) => {}
    }
    found.push(diagnostic);
}
