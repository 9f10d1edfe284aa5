//! Which items hold a `Secret`, and the rule that asks.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Item, Message, Payload, Protocol, Schema, Type, TypeKind};

use super::codes;
use super::index::Index;
use super::types::{each, nested};

/// Whether there is a `Secret` in a message of a checked schema, in its answer, or in what flows in
/// its streams: none of these is compressed.
#[must_use]
pub fn holds_secret(schema: &Schema, message: &Message) -> bool {
    Secrets::of(&Index::of(schema)).in_message(message)
}

/// A message that is always compressed, and holds what must not be.
pub(super) fn compressed(index: &Index<'_>, found: &mut Diagnostics) {
    let messages: Vec<&Message> = index
        .own()
        .iter()
        .filter_map(|item| protocol(item))
        .flat_map(|protocol| &protocol.messages)
        .filter(|message| message.compress)
        .collect();
    if messages.is_empty() {
        return;
    }
    let secrets = Secrets::of(index);
    for message in messages {
        if secrets.in_message(message) {
            let (name, text) = (&message.name, &message.name.text);
            let told = format!("`{text}` is compressed, and there is a `Secret` in it");
            found.push(
                Diagnostic::error(codes::COMPRESSED_SECRET, name.span, told)
                    .note("how long a compressed message is tells something of what stands in it"),
            );
        }
    }
}

fn protocol(item: &Item) -> Option<&Protocol> {
    match item {
        Item::Protocol(protocol) => Some(protocol),
        Item::Const(_)
        | Item::Alias(_)
        | Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_) => None,
    }
}

/// For each item whether there is a `Secret` in it, by whatever way.
struct Secrets<'i, 'a> {
    index: &'i Index<'a>,
    holds: Vec<bool>,
}

impl<'i, 'a> Secrets<'i, 'a> {
    /// From the items that say `Secret` back to those that name them, so that each is met once.
    fn of(index: &'i Index<'a>) -> Self {
        let items = index.items();
        let mut named_by: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
        let mut holds = vec![false; items.len()];
        let mut met = Vec::new();
        for (position, item) in items.iter().enumerate() {
            let mut says = false;
            each(item, &mut |ty, _| {
                nested(ty, &mut |ty, _| {
                    says |= is_secret(ty);
                    let named = named(ty).and_then(|name| index.position(name));
                    let by = named.and_then(|named| named_by.get_mut(named));
                    by.into_iter().for_each(|by| by.push(position));
                });
            });
            if says {
                met.push(position);
            }
        }
        while let Some(position) = met.pop() {
            if let Some(holds) = holds.get_mut(position).filter(|holds| !**holds) {
                *holds = true;
                met.extend(named_by.get(position).into_iter().flatten());
            }
        }
        Self { index, holds }
    }

    fn in_message(&self, message: &Message) -> bool {
        let reply = message.reply.as_ref();
        let replies = reply.into_iter().flat_map(|reply| [Some(&reply.ok), reply.err.as_ref()]);
        let fields = match &message.payload {
            Payload::Unit => &[],
            Payload::Tuple(only) => std::slice::from_ref(&**only),
            Payload::Fields(fields) => fields.as_slice(),
        };
        let carried = fields.iter().map(|field| &field.ty);
        carried.chain(replies.flatten()).any(|ty| self.in_type(ty))
    }

    fn in_type(&self, ty: &Type) -> bool {
        let mut is_in = false;
        nested(ty, &mut |ty, _| {
            let named = named(ty).and_then(|name| self.index.position(name));
            let holds = named.and_then(|named| self.holds.get(named));
            is_in |= is_secret(ty) || holds.is_some_and(|holds| *holds);
        });
        is_in
    }
}

fn is_secret(ty: &Type) -> bool {
    matches!(ty.kind, TypeKind::Secret(_))
}

fn named(ty: &Type) -> Option<&str> {
    if let TypeKind::Named(name) = &ty.kind { Some(name) } else { None }
}
