//! Goes through what items refer to: types, limits and values, to look at it or to change it.

use crate::ir::{Bound, Field, Item, Payload, Type, TypeKind, Value, ValueKind};

/// Something that may name an item.
pub(super) enum Part<'a> {
    /// A type, and then, one by one, those in it.
    Type(&'a mut Type),
    /// The limit of a field.
    Bound(&'a mut Bound),
    /// The value of a const or a default, or one in a list.
    Value(&'a mut Value),
}

/// Shows `act` every part of some items.
pub(super) fn parts(items: &mut [Item], act: &mut dyn FnMut(Part<'_>)) {
    for item in items {
        parts_of(item, act);
    }
}

/// Shows `act` every part of an item.
pub(super) fn parts_of(item: &mut Item, act: &mut dyn FnMut(Part<'_>)) {
    match item {
        Item::Scalar(_) | Item::Flags(_) => {}
        Item::Const(item) => {
            each(&mut item.ty, act);
            value(&mut item.value, act);
        }
        Item::Alias(item) => each(&mut item.ty, act),
        Item::Struct(item) => fields(&mut item.fields, act),
        Item::Union(item) => {
            item.variants.iter_mut().for_each(|variant| payload(&mut variant.payload, act));
        }
        Item::Protocol(item) => {
            for message in &mut item.messages {
                payload(&mut message.payload, act);
                if let Some(reply) = &mut message.reply {
                    each(&mut reply.ok, act);
                    reply.err.iter_mut().for_each(|ty| each(ty, act));
                }
            }
        }
    }
}

fn payload(payload: &mut Payload, act: &mut dyn FnMut(Part<'_>)) {
    match payload {
        Payload::Unit => {}
        Payload::Tuple(field) => self::field(field, act),
        Payload::Fields(list) => fields(list, act),
    }
}

fn fields(list: &mut [Field], act: &mut dyn FnMut(Part<'_>)) {
    list.iter_mut().for_each(|field| self::field(field, act));
}

fn field(field: &mut Field, act: &mut dyn FnMut(Part<'_>)) {
    each(&mut field.ty, act);
    if let Some(bound) = &mut field.max {
        act(Part::Bound(bound));
    }
    if let Some(default) = &mut field.default {
        value(default, act);
    }
}

fn value(it: &mut Value, act: &mut dyn FnMut(Part<'_>)) {
    act(Part::Value(it));
    if let ValueKind::List(list) = &mut it.kind {
        list.iter_mut().for_each(|it| value(it, act));
    }
}

fn each(ty: &mut Type, act: &mut dyn FnMut(Part<'_>)) {
    act(Part::Type(ty));
    match &mut ty.kind {
        TypeKind::Vec(inner)
        | TypeKind::Option(inner)
        | TypeKind::Array(inner, _)
        | TypeKind::Set(inner)
        | TypeKind::Secret(inner)
        | TypeKind::Stream(inner) => each(inner, act),
        TypeKind::Map(key, value) => {
            each(key, act);
            each(value, act);
        }
        TypeKind::Tuple(elements) => elements.iter_mut().for_each(|ty| each(ty, act)),
        TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Std(_)
        | TypeKind::Named(_)
        | TypeKind::Extern(_) => {}
    }
}
