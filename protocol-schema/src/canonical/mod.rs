//! What a peer, or another version of the program, can see of a protocol: one schema for all ways
//! to write it down. Its text ([`text::print`](crate::text::print)) is the exchange format: lock
//! files, the check for breaking changes, other languages.
//!
//! It holds the protocols and the types they reach, all in one package, by name, and the entries
//! of each by number. It holds everything that the fingerprint covers, names, and what the rules
//! of evolution ask for: `max`, `since`, `deprecated`, `was`, `idempotent`, `timeout`. It holds
//! neither docs, nor attributes for other tools, nor what is said to one language only, nor
//! aliases and constants, whose meaning stands in their place. Both doors give the same.

mod values;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::index::joined;
use crate::check::vocabulary::{built_in, is_primitive};
use crate::ir::{
    ArrayLen, Bound, Docs, Field, Flags, Handling, Item, Message, Meta, Name, Payload, Protocol,
    Reply, RustType, ScalarEnum, Schema, Struct, Type, TypeKind, Union, Value,
};
use crate::layout::Layouts;
use crate::span::Span;

/// The canonical form of a checked schema: of the protocols called so, or of everything in it,
/// also types that no protocol reaches.
///
/// Types of other packages come under their own names; where two types have one, the one that is
/// met later gets a number (`Page_2`). What only the Rust compiler can resolve stays as it is.
#[must_use]
pub fn canonical(schema: &Schema, protocols: Option<&[&str]>) -> Schema {
    let everything = protocols.is_none();
    let protocols: Vec<&Protocol> = schema
        .items
        .iter()
        .filter_map(|item| if let Item::Protocol(item) = item { Some(item) } else { None })
        .filter(|protocol| protocols.is_none_or(|of| of.contains(&protocol.name.text.as_str())))
        .collect();
    let taken = protocols.iter().map(|protocol| protocol.name.text.clone()).collect();
    let layouts = Layouts::new(schema);
    let names = BTreeMap::new();
    let mut walk = Walk { schema, layouts, names, taken, met: Vec::new(), items: vec![] };
    let protocols: Vec<Protocol> =
        protocols.into_iter().map(|protocol| walk.protocol(protocol)).collect();
    if everything {
        for item in schema.items.iter().filter(|item| is_type(item)) {
            walk.reference(&item.name().text);
        }
    }
    walk.rest();
    let package = joined(&schema.package);
    let (old, protocols) = renamed(&package, protocols);
    let mut items = walk.items;
    items.sort_by(|a, b| a.name().text.cmp(&b.name().text));
    items.extend(protocols.into_iter().map(Item::Protocol));
    Schema {
        package: schema.package.iter().map(|name| bare(&name.text)).collect(),
        meta: Meta { was: old, ..Meta::default() },
        items,
        ..Schema::default()
    }
}

/// The whole name that a protocol had before, `old::chat::Chat`, when it or its package had
/// another. `name` is its whole name now, `package` what is said of the package.
pub(crate) fn was(name: &str, package: Option<&Meta>, protocol: &Meta) -> Option<String> {
    let old_package = package.and_then(|meta| meta.was.as_deref());
    let (now, own) = name.rsplit_once("::").unwrap_or(("", name));
    let in_package = |own: &str| match old_package.unwrap_or(now) {
        "" => own.to_owned(),
        package => format!("{package}::{own}"),
    };
    match &protocol.was {
        Some(was) if was.contains("::") => Some(was.clone()),
        Some(was) => Some(in_package(was)),
        None => old_package.map(|_| in_package(own)),
    }
}

/// What the package was called, if all of its protocols say the same, and the protocols without what
/// that says already.
fn renamed(package: &str, protocols: Vec<Protocol>) -> (Option<String>, Vec<Protocol>) {
    let whole = |protocol: &Protocol| protocol.meta.was.clone();
    let split = |was: &str| was.rsplit_once("::").map(|(package, _)| package.to_owned());
    let mut olds = protocols.iter().map(|protocol| whole(protocol).and_then(|was| split(&was)));
    let first = olds.next().flatten();
    let common = olds.all(|old| old == first);
    let old = first.filter(|old| common && old != package);
    let home = old.clone().unwrap_or_else(|| package.to_owned());
    let protocols = protocols.into_iter().map(|mut protocol| {
        if let Some(own) = whole(&protocol).as_deref().and_then(|was| {
            was.rsplit_once("::").filter(|(package, _)| *package == home).map(|(_, own)| own)
        }) {
            protocol.meta.was = (own != protocol.name.text).then(|| own.to_owned());
        }
        protocol
    });
    (old, protocols.collect())
}

fn is_type(item: &Item) -> bool {
    match item {
        Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => true,
        Item::Const(_) | Item::Alias(_) | Item::Protocol(_) => false,
    }
}

/// Goes from the protocols to what they reach.
struct Walk<'s> {
    schema: &'s Schema,
    layouts: Layouts<'s>,
    /// What each type is called here, by what it is called there.
    names: BTreeMap<&'s str, String>,
    /// The names that are given away.
    taken: BTreeSet<String>,
    /// Types that were met and not yet walked, the last one first.
    met: Vec<&'s str>,
    items: Vec<Item>,
}

impl<'s> Walk<'s> {
    fn protocol(&mut self, item: &'s Protocol) -> Protocol {
        let name = format!("{}::{}", joined(&self.schema.package), item.name.text);
        let was = was(&name, Some(&self.schema.meta), &item.meta);
        let messages = by_number(&item.messages, |message| message.number.value);
        Protocol {
            docs: Docs::default(),
            name: bare(&item.name.text),
            version: item.version,
            min: item.min,
            messages: messages.into_iter().map(|message| self.message(message)).collect(),
            removed: removed(&item.removed),
            derives: vec![],
            meta: Meta { was, ..meta(&item.meta) },
        }
    }

    fn message(&mut self, message: &'s Message) -> Message {
        Message {
            docs: Docs::default(),
            number: message.number,
            name: bare(&message.name.text),
            from: message.from,
            payload: self.payload(&message.payload),
            body_name: None,
            reply: message.reply.as_ref().map(|reply| Reply {
                ok: self.ty(&reply.ok),
                err: reply.err.as_ref().map(|err| self.ty(err)),
            }),
            idempotent: message.idempotent,
            timeout: message.timeout,
            compress: message.compress,
            handling: Handling::default(),
            meta: meta(&message.meta),
        }
    }

    fn payload(&mut self, payload: &'s Payload) -> Payload {
        match payload {
            Payload::Unit => Payload::Unit,
            Payload::Tuple(only) => Payload::Tuple(Box::new(self.field(only))),
            Payload::Fields(fields) => Payload::Fields(self.fields(fields)),
        }
    }

    fn fields(&mut self, fields: &'s [Field]) -> Vec<Field> {
        let fields = by_number(fields, |field| field.number.value);
        fields.into_iter().map(|field| self.field(field)).collect()
    }

    fn field(&mut self, field: &'s Field) -> Field {
        let ty = self.ty(&field.ty);
        let default = field.default.as_ref().map(|value| {
            let kind = values::plain(&self.layouts, &field.ty, value, &|item| self.named(item));
            Value { kind: kind.unwrap_or_else(|| value.kind.clone()), span: Span::NONE }
        });
        let max = field.max.as_ref().map(|max| match self.layouts.bound(max) {
            Some(number) => Bound::Literal(number, Span::NONE),
            None => max.clone(),
        });
        Field {
            docs: Docs::default(),
            number: field.number,
            name: bare(&field.name.text),
            ty,
            removed: field.removed,
            default,
            varint: field.varint,
            max,
            rust: RustType::default(),
            meta: meta(&field.meta),
        }
    }

    /// What an item that was met is called.
    fn named(&self, item: &str) -> String {
        self.names.get(item).cloned().unwrap_or_else(|| item.to_owned())
    }

    fn ty(&mut self, ty: &'s Type) -> Type {
        let ty = self.layouts.written(ty).unwrap_or(ty);
        let kind = match &ty.kind {
            TypeKind::Vec(inner) => TypeKind::Vec(self.boxed(inner)),
            TypeKind::Option(inner) => TypeKind::Option(self.boxed(inner)),
            TypeKind::Set(inner) => TypeKind::Set(self.boxed(inner)),
            TypeKind::Secret(inner) => TypeKind::Secret(self.boxed(inner)),
            TypeKind::Stream(inner) => TypeKind::Stream(self.boxed(inner)),
            TypeKind::Map(key, value) => TypeKind::Map(self.boxed(key), self.boxed(value)),
            TypeKind::Array(item, len) => {
                let len = self.layouts.length(len).map_or(len.clone(), ArrayLen::Literal);
                TypeKind::Array(self.boxed(item), len)
            }
            TypeKind::Tuple(parts) => {
                TypeKind::Tuple(parts.iter().map(|part| self.ty(part)).collect())
            }
            TypeKind::Named(name) => return self.reference(name),
            TypeKind::Unit
            | TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::String
            | TypeKind::Bytes
            | TypeKind::Std(_)
            | TypeKind::Extern(_) => ty.kind.clone(),
        };
        Type { kind, span: Span::NONE }
    }

    fn boxed(&mut self, ty: &'s Type) -> Box<Type> {
        Box::new(self.ty(ty))
    }

    /// The name that a type gets.
    fn reference(&mut self, name: &'s str) -> Type {
        if !self.names.contains_key(name) {
            let own = name.rsplit("::").next().unwrap_or(name);
            let given = self.free(own);
            self.taken.insert(given.clone());
            self.names.insert(name, given);
            self.met.push(name);
        }
        Type { kind: TypeKind::Named(self.named(name)), span: Span::NONE }
    }

    /// The name, or the name with the first number that makes it one of its own.
    fn free(&self, own: &str) -> String {
        // Everything in a canonical text is what it says, whatever its source called so.
        let is_built_in = |name: &String| built_in(name).is_some() || is_primitive(name);
        let is_free = |name: &String| !self.taken.contains(name) && !is_built_in(name);
        let numbered = (2_u32..).map(|number| format!("{own}_{number}"));
        std::iter::once(own.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }

    /// Walks everything that was met.
    fn rest(&mut self) {
        while let Some(name) = self.met.pop() {
            let given = bare(&self.named(name));
            let item = match self.layouts.find(name) {
                Some(Item::Struct(item)) => Item::Struct(self.structure(item, given)),
                Some(Item::Union(item)) => Item::Union(self.union(item, given)),
                Some(Item::Scalar(item)) => Item::Scalar(scalar(item, given)),
                Some(Item::Flags(item)) => Item::Flags(flags(item, given)),
                Some(Item::Const(_) | Item::Alias(_) | Item::Protocol(_)) | None => continue,
            };
            self.items.push(item);
        }
    }

    fn structure(&mut self, item: &'s Struct, name: Name) -> Struct {
        Struct {
            docs: Docs::default(),
            name,
            fixed: item.fixed,
            plain: item.plain,
            fields: self.fields(&item.fields),
            derives: vec![],
            meta: meta(&item.meta),
        }
    }

    fn union(&mut self, item: &'s Union, name: Name) -> Union {
        let mut union = item.clone();
        let mut order: Vec<usize> = (0..item.variants.len()).collect();
        order.sort_by_key(|at| item.variants.get(*at).map(|variant| variant.number.value));
        union.variants = order
            .into_iter()
            .filter_map(|at| item.variants.get(at))
            .map(|variant| {
                let payload = match &variant.payload {
                    // The same on the wire, where it may grow either way.
                    Payload::Fields(fields) if fields.is_empty() => Payload::Unit,
                    Payload::Unit | Payload::Tuple(_) | Payload::Fields(_) => {
                        self.payload(&variant.payload)
                    }
                };
                let (docs, meta) = (Docs::default(), meta(&variant.meta));
                let name = bare(&variant.name.text);
                crate::ir::UnionVariant { docs, name, payload, meta, ..variant.clone() }
            })
            .collect();
        Union {
            docs: Docs::default(),
            name,
            unknown: bare("Unknown"),
            removed: removed(&item.removed),
            derives: vec![],
            meta: meta(&item.meta),
            ..union
        }
    }
}

fn scalar(item: &ScalarEnum, name: Name) -> ScalarEnum {
    let variants = by_number(&item.variants, |variant| variant.number.value);
    let variants = variants.into_iter().map(|variant| crate::ir::ScalarVariant {
        docs: Docs::default(),
        number: variant.number,
        name: bare(&variant.name.text),
        default: variant.default,
        meta: meta(&variant.meta),
    });
    ScalarEnum {
        docs: Docs::default(),
        name,
        repr: item.repr,
        variants: variants.collect(),
        unknown: bare("Unknown"),
        closed: item.closed,
        removed: removed(&item.removed),
        derives: vec![],
        meta: meta(&item.meta),
    }
}

fn flags(item: &Flags, name: Name) -> Flags {
    let flags = by_number(&item.flags, |flag| flag.number.value);
    let flags = flags.into_iter().map(|flag| crate::ir::Flag {
        docs: Docs::default(),
        number: flag.number,
        name: bare(&flag.name.text),
        meta: meta(&flag.meta),
    });
    Flags {
        docs: Docs::default(),
        name,
        repr: item.repr,
        flags: flags.collect(),
        removed: removed(&item.removed),
        derives: vec![],
        meta: meta(&item.meta),
    }
}

/// What is said to people and tools of this project, and not to others.
fn meta(meta: &Meta) -> Meta {
    Meta { vendor: vec![], ..meta.clone() }
}

fn removed(numbers: &[crate::ir::Number]) -> Vec<crate::ir::Number> {
    by_number(numbers, |number| number.value).into_iter().copied().collect()
}

/// A name that nobody wrote.
fn bare(text: &str) -> Name {
    Name::new(text, Span::NONE)
}

fn by_number<T>(entries: &[T], number: impl Fn(&T) -> u32) -> Vec<&T> {
    let mut entries: Vec<&T> = entries.iter().collect();
    entries.sort_by_key(|entry| number(entry));
    entries
}
