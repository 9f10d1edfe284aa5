//! The enum below `#[protocol]`: each variant is a message.

use proc_macro2::{Ident, TokenStream, TokenTree};
use protocol_schema::check::WIRE_NAME_BYTES_MAX;
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Handling, Item, Message, Name, Number, Payload, Protocol, Reply, Side};

use super::choice::discriminant;
use super::{Read, bare, configured, count_on, docs, generics, last_segment, payload, value};
use crate::attr::{Attributes, Place, entries, is_path};
use crate::rules;
use crate::source::Source;

/// The derives that hold for the message structs as well. `Default` is not among them: on an
/// enum it chooses a variant.
static STANDARD: &[&str] =
    &["Clone", "Copy", "Debug", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash"];

/// Reads the enum below `#[protocol(arguments)]`.
pub(crate) fn protocol(
    source: &mut Source,
    arguments: TokenStream,
    input: &syn::DeriveInput,
) -> Option<Read> {
    let syn::Data::Enum(data) = &input.data else {
        return None;
    };
    let said = Attributes::arguments(source, arguments);
    let on_enum = Attributes::of(source, &input.attrs, Place::Protocol);
    generics(source, &input.generics);
    let package = package(source, said.package.as_ref(), &input.ident);
    let derives = derives(source, &input.attrs);
    let mut messages: Vec<Message> =
        data.variants.iter().map(|variant| message(source, variant)).collect();
    let entries = messages.iter_mut().map(|message| (&mut message.number, message.name.span));
    count_on(1, &on_enum.removed_numbers, entries);
    let item = Protocol {
        docs: docs(&input.attrs),
        name: source.name(&input.ident),
        version: said.version.unwrap_or(1),
        min: said.min.unwrap_or(1),
        messages,
        meta: on_enum.meta(),
        removed: on_enum.removed_numbers,
        derives,
    };
    Some(Read { item: Item::Protocol(item), package, facade: said.facade })
}

fn message(source: &mut Source, variant: &syn::Variant) -> Message {
    let said = Attributes::of(source, &variant.attrs, Place::Message);
    configured(source, &variant.attrs);
    discriminant(source, variant);
    let meta = said.meta();
    let own_name = said.named(source, &variant.ident);
    let payload = payload(source, variant, said.removed_fields);
    if let Some(name) = &said.name
        && !matches!(payload, Payload::Fields(_))
    {
        let message = format!("there is no struct to name for `{}`", variant.ident);
        let wrong = Diagnostic::error(rules::MISPLACED_ATTRIBUTE, name.span, message);
        source.found.push(wrong.note("only a message with named fields gets a struct"));
    }
    Message {
        docs: docs(&variant.attrs),
        number: said.id.unwrap_or(Number::UNWRITTEN),
        name: own_name,
        from: said.from.unwrap_or(Side::Client),
        payload,
        body_name: said.name,
        reply: said.reply.map(|ty| reply(source, &ty)),
        idempotent: said.idempotent.is_some(),
        timeout: said.timeout,
        compress: said.compress.is_some(),
        handling: Handling {
            view: said.view.is_some(),
            spawn: said.spawn.is_some(),
            no_cancel: said.no_cancel.is_some(),
        },
        meta,
    }
}

/// `Result<T, E>` is told from a plain value by the last segment of its path. Without parameters it
/// is a type of the user's own that happens to be called so.
fn reply(source: &mut Source, ty: &syn::Type) -> Reply {
    let Some(last) =
        last_segment(bare(ty)).filter(|last| last.ident == "Result" && !last.arguments.is_none())
    else {
        return Reply { ok: value(source, ty), err: None };
    };
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
        let mut arguments = arguments.args.iter();
        if let Some(syn::GenericArgument::Type(ok)) = arguments.next()
            && let Some(syn::GenericArgument::Type(err)) = arguments.next()
            && arguments.next().is_none()
        {
            return Reply { ok: value(source, ok), err: Some(value(source, err)) };
        }
    }
    let at = source.at(ty);
    let wrong = Diagnostic::error(
        rules::TYPE_PARAMETERS,
        at,
        "a `Result` in a reply names the value and the error",
    );
    source.found.push(wrong.note("a macro cannot see what an alias of `Result` stands for").fix(
        "write both",
        at,
        "Result<T, E>",
    ));
    source.lacks_a_part();
    Reply { ok: source.external(ty), err: None }
}

/// The package as it was written, or empty when it is not one.
fn package(source: &mut Source, written: Option<&syn::LitStr>, name: &Ident) -> String {
    let Some(written) = written else {
        return String::new();
    };
    let package = written.value();
    let at = source.at(written);
    if !is_path(&package) {
        let message = format!("`{package}` is not a path of identifiers");
        let wrong = Diagnostic::error(rules::PACKAGE_PATH, at, message);
        source.found.push(wrong.fix("write it like a Rust path", at, "\"acme::chat\""));
        return String::new();
    }
    let bytes = package.len() + "::".len() + source.name(name).text.len();
    if bytes > WIRE_NAME_BYTES_MAX {
        let message =
            format!("`{package}::{name}` is {bytes} bytes, more than the handshake takes");
        let wrong = Diagnostic::error(rules::WIRE_NAME_TOO_LONG, at, message);
        source.found.push(
            wrong
                .note(format!("package and name together have at most {WIRE_NAME_BYTES_MAX} bytes"))
                .fix("shorten the package", at, ""),
        );
    }
    package
}

/// The standard derives below `#[protocol]`.
fn derives(source: &mut Source, attributes: &[syn::Attribute]) -> Vec<Name> {
    let mut derives: Vec<Name> = vec![];
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(list) = attribute.meta.require_list() else {
            continue;
        };
        for path in entries(list.tokens.clone()) {
            let Some(TokenTree::Ident(last)) = path.last() else {
                continue;
            };
            let name = source.name(last);
            if STANDARD.contains(&name.text.as_str()) {
                derives.push(name);
            } else if name.text == "Wire" {
                protocol_as_wire(source, &name);
            }
        }
    }
    derives
}

/// ```text
/// #[protocol] #[derive(Wire)] enum Chat { … }
/// ```
fn protocol_as_wire(source: &mut Source, derive: &Name) {
    let wrong = Diagnostic::error(rules::NOT_A_TYPE, derive.span, "a protocol is not a wire type");
    source.found.push(
        wrong.note("its messages travel one by one; `#[protocol]` makes what they need").fix(
            "remove `Wire`",
            derive.span,
            "",
        ),
    );
}
