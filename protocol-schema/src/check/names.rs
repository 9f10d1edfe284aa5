//! Rules on names: no two alike where they would meet, in the schema or in the emitted Rust.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ir::{
    Field, Flags, Item, Name, Payload, Protocol, ScalarEnum, Schema, Side, Struct, UNSPEAKABLE,
    Union, speakable,
};
use crate::span::Span;

use super::codes;
use super::values;
use super::vocabulary;

/// Two items of one name, or an item called like an import.
pub(super) fn items(schema: &Schema, found: &mut Diagnostics) {
    let imports = schema.uses.iter().map(|import| &import.local);
    let names = imports.chain(schema.items.iter().map(Item::name));
    different(names, codes::DUPLICATE_ITEM, "an item", found);
}

/// Items called like a primitive type of Rust, which emitted code has no other word for.
///
/// `Vec`, `Option` or `Result` are free: a built-in type with parameters is always written with
/// them, an item never. `String` and `Bytes` are free as well: what a file declares or imports is
/// what its names mean, and the built-in types have another, in `std`.
pub(super) fn built_in(schema: &Schema, found: &mut Diagnostics) {
    let imports = schema.uses.iter().map(|import| &import.local);
    for name in imports.chain(schema.items.iter().map(Item::name)) {
        if vocabulary::is_primitive(&name.text) {
            let message = format!("`{}` is a primitive type", name.text);
            found.push(
                Diagnostic::error(codes::BUILT_IN_NAME, name.span, message)
                    .note("in Rust and in schemas this word means a type already"),
            );
        }
    }
}

/// Two fields, variants or messages of one name beside each other.
pub(super) fn entries(item: &Item, found: &mut Diagnostics) {
    match item {
        Item::Const(_) | Item::Alias(_) => {}
        Item::Flags(item) => {
            let names = item.flags.iter().map(|flag| &flag.name);
            different(names, codes::DUPLICATE_FLAG, "a flag", found);
        }
        Item::Struct(item) => fields(&item.fields, found),
        Item::Scalar(item) => {
            let names = item.variants.iter().map(|variant| &variant.name);
            different(names, codes::DUPLICATE_VARIANT, "a variant", found);
        }
        Item::Union(item) => {
            let names = item.variants.iter().map(|variant| &variant.name);
            different(names, codes::DUPLICATE_VARIANT, "a variant", found);
            item.variants.iter().for_each(|variant| payload(&variant.payload, found));
        }
        Item::Protocol(item) => {
            let names = item.messages.iter().map(|message| &message.name);
            different(names, codes::DUPLICATE_MESSAGE, "a message", found);
            item.messages.iter().for_each(|message| payload(&message.payload, found));
        }
    }
}

fn payload(payload: &Payload, found: &mut Diagnostics) {
    match payload {
        Payload::Unit | Payload::Tuple(_) => {}
        Payload::Fields(list) => fields(list, found),
    }
}

fn fields(list: &[Field], found: &mut Diagnostics) {
    let names = list.iter().filter(|field| !field.removed).map(|field| &field.name);
    different(names, codes::DUPLICATE_FIELD, "a field", found);
}

fn different<'a>(
    names: impl Iterator<Item = &'a Name> + Clone,
    code: Code,
    what: &str,
    found: &mut Diagnostics,
) {
    different_in_rust(names.clone(), found);
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for name in names {
        if let Some(earlier) = first.get(name.text.as_str()) {
            let message = format!("there is already {what} called `{}`", name.text);
            found.push(
                Diagnostic::error(code, name.span, message).also(*earlier, "declared here first"),
            );
        } else {
            first.insert(&name.text, name.span);
        }
    }
}

/// `self` beside `self_`, which is what Rust calls the former.
fn different_in_rust<'a>(names: impl Iterator<Item = &'a Name>, found: &mut Diagnostics) {
    let mut first: BTreeMap<Cow<'_, str>, &Name> = BTreeMap::new();
    for name in names {
        let Some(earlier) = first.get(&name.in_rust()).copied() else {
            first.insert(name.in_rust(), name);
            continue;
        };
        // The same name twice is told once, as such.
        if earlier.text != name.text {
            let (one, other) = (&earlier.text, &name.text);
            let message =
                format!("`{one}` and `{other}` would both be `{}` in Rust", name.in_rust());
            found.push(
                Diagnostic::error(codes::RUST_NAME, name.span, message)
                    .also(earlier.span, "the other name")
                    .note("Rust has no raw form of `self`, `Self`, `super` and `crate`, and puts `_` behind them"),
            );
        }
    }
}

/// Items whose names Rust cannot spell, raw or not.
///
/// What stands in an item may well be called so: there Rust has the name with an underscore behind
/// it. The name of an item is the start of others, and stands in paths.
pub(super) fn reserved(item: &Item, found: &mut Diagnostics) {
    let name = item.name();
    if UNSPEAKABLE.contains(&name.text.as_str()) {
        let message = format!("no item can be called `{}`", name.text);
        found.push(
            Diagnostic::error(codes::RESERVED_NAME, name.span, message)
                .note("Rust has no raw form of this word"),
        );
    }
}

/// Two messages of one side whose methods would have one name.
pub(super) fn methods(protocol: &Protocol, found: &mut Diagnostics) {
    let mut first: BTreeMap<(bool, String), &Name> = BTreeMap::new();
    for message in &protocol.messages {
        let method = snake_case(&message.name.in_rust());
        let key = (message.from == Side::Server, speakable(&method).into_owned());
        let Some(earlier) = first.get(&key).copied() else {
            first.insert(key, &message.name);
            continue;
        };
        // The same name twice is told once, as such.
        if earlier.text != message.name.text {
            let (name, method) = (&message.name, key.1);
            let message = format!(
                "`{}` and `{}` would both be the method `{method}`",
                earlier.text, name.text
            );
            found.push(
                Diagnostic::error(codes::METHOD_NAME, name.span, message)
                    .also(earlier.span, "the other message"),
            );
        }
    }
}

/// A variant called like the one that holds what is not known.
pub(super) fn unknown_scalar(item: &ScalarEnum, found: &mut Diagnostics) {
    if !item.closed {
        unknown(item.variants.iter().map(|variant| &variant.name), &item.unknown, found);
    }
}

/// A variant called like the one that holds what is not known.
pub(super) fn unknown_union(item: &Union, found: &mut Diagnostics) {
    if !item.closed {
        unknown(item.variants.iter().map(|variant| &variant.name), &item.unknown, found);
    }
}

/// Flags that are not in upper case: in Rust they are consts.
pub(super) fn flags(item: &Flags, found: &mut Diagnostics) {
    for flag in &item.flags {
        values::upper_case(&flag.name, "flag", codes::FLAG_CASE, found);
    }
}

/// A second variant marked `#[default]`, or one that carries something.
pub(super) fn default_scalar(item: &ScalarEnum, found: &mut Diagnostics) {
    let marked = item.variants.iter().filter(|variant| variant.default);
    default_once(marked.map(|variant| &variant.name), found);
}

/// A second variant marked `#[default]`, or one that carries something.
pub(super) fn default_union(item: &Union, found: &mut Diagnostics) {
    let marked = item.variants.iter().filter(|variant| variant.default);
    default_once(marked.clone().map(|variant| &variant.name), found);
    for variant in marked.filter(|variant| variant.payload != Payload::Unit) {
        let name = &variant.name;
        let message = format!("`{}` carries something, and so is no default", name.text);
        found.push(Diagnostic::error(codes::DEFAULT_VARIANT, name.span, message));
    }
}

fn default_once<'a>(mut marked: impl Iterator<Item = &'a Name>, found: &mut Diagnostics) {
    let Some(first) = marked.next() else {
        return;
    };
    for name in marked {
        let message = format!("`{}` is a second default", name.text);
        found.push(
            Diagnostic::error(codes::DEFAULT_VARIANT, name.span, message)
                .also(first.span, "the first one"),
        );
    }
}

fn unknown<'a>(names: impl Iterator<Item = &'a Name>, unknown: &Name, found: &mut Diagnostics) {
    for name in names.filter(|name| name.text == unknown.text) {
        let message = format!("`{}` is the variant that holds what is not known", name.text);
        found.push(
            Diagnostic::error(codes::UNKNOWN_VARIANT_NAME, name.span, message)
                .note("an open enum has it without a declaration"),
        );
    }
}

/// Names of what is emitted beside the items that something else has already.
pub(super) fn generated(items: &[Item], found: &mut Diagnostics) {
    let mut taken: BTreeMap<String, (Span, Option<String>)> = BTreeMap::new();
    for item in items {
        let name = item.name();
        taken.entry(name.text.clone()).or_insert((name.span, None));
    }
    for (name, span, what) in items.iter().flat_map(emitted) {
        match taken.get(&name) {
            None => {
                taken.insert(name, (span, Some(what)));
            }
            Some((other, None)) => {
                let message = format!("`{name}` is the name of {what}");
                found.push(
                    Diagnostic::error(codes::GENERATED_NAME, *other, message)
                        .also(span, "generated for this"),
                );
            }
            // Two items or messages of one name are told as such.
            Some((_, Some(other))) if *other == what => {}
            Some((place, Some(other))) => {
                let message = format!("`{name}` is the name of {what} and of {other}");
                found.push(
                    Diagnostic::error(codes::GENERATED_NAME, span, message)
                        .also(*place, "generated for this as well"),
                );
            }
        }
    }
}

/// What is emitted beside an item: the name, whose it is, and what it is.
fn emitted(item: &Item) -> Vec<(String, Span, String)> {
    match item {
        Item::Struct(Struct { name, .. }) | Item::Union(Union { name, .. }) => {
            let what = format!("the view of `{}`", name.text);
            vec![(format!("{}View", name.in_rust()), name.span, what)]
        }
        Item::Protocol(protocol) => of_protocol(protocol),
        Item::Const(_) | Item::Alias(_) | Item::Scalar(_) | Item::Flags(_) => Vec::new(),
    }
}

fn of_protocol(protocol: &Protocol) -> Vec<(String, Span, String)> {
    let name = &protocol.name;
    let pushes = protocol.messages.iter().any(|message| message.from == Side::Server);
    let of_protocol = |suffix: &str, what: &str| {
        (format!("{}{suffix}", name.text), name.span, format!("{what} of `{}`", name.text))
    };
    let mut list =
        vec![of_protocol("Handler", "the handler trait"), of_protocol("Client", "the client")];
    if pushes {
        list.push(of_protocol("ClientHandler", "the client's handler trait"));
        list.push(of_protocol("Peer", "the server's handle to a client"));
    }
    for message in &protocol.messages {
        match message.payload {
            Payload::Unit | Payload::Tuple(_) => {}
            Payload::Fields(_) => {
                let own = message.body_name.as_ref().unwrap_or(&message.name);
                let whose = format!("of message `{}` of `{}`", message.name.text, name.text);
                let body = message.body_type_name(protocol);
                list.push((format!("{body}View"), own.span, format!("the view {whose}")));
                list.push((body, own.span, format!("the struct {whose}")));
            }
        }
    }
    list
}

/// The name of a message's method: `JoinRoom` is `join_room`, `HTTPGet` is `http_get`.
#[must_use]
pub fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let starts_word = c.is_uppercase()
            && match before {
                None | Some('_') => false,
                Some(before) if before.is_uppercase() => {
                    rest.peek().is_some_and(|next| next.is_lowercase())
                }
                Some(_) => true,
            };
        if starts_word {
            out.push('_');
        }
        out.extend(c.to_lowercase());
        before = Some(c);
    }
    out
}
