//! A schema as Rust items with `#[protocol]` and `#[derive(Wire)]`: the same protocol through the
//! other door.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::canonical;
use crate::ir::{
    Bound, Field, Handling, Item, Message, Meta, Name, Number, Payload, Protocol, ScalarEnum,
    Schema, Side, Struct, Union, Value, ValueKind, Vendor, VendorArgument, VendorArguments,
};

use super::boxes::with_boxes;
use super::derives::{BASE, SCALAR_BASE, default_impl, derive_list};
use super::{Door, flags, names, types};

/// Prints a schema as Rust items with `#[protocol]` and `#[derive(Wire)]`.
#[must_use]
pub fn rust_door(schema: &Schema, door: &Door<'_>) -> TokenStream {
    let package = names::package(schema);
    with_boxes(schema, door, |schema, door| {
        schema.items.iter().map(|one| item(one, &package, door)).collect()
    })
}

/// Prints one item of a schema; nothing if it has none of that name.
#[must_use]
pub fn rust_door_item(schema: &Schema, name: &str, door: &Door<'_>) -> TokenStream {
    let package = names::package(schema);
    with_boxes(schema, door, |schema, door| {
        let named = schema.items.iter().filter(|one| one.name().text == name);
        named.map(|one| item(one, &package, door)).collect()
    })
}

fn item(item: &Item, package: &str, door: &Door<'_>) -> TokenStream {
    match item {
        Item::Const(item) => types::constant(item, door),
        Item::Alias(item) => types::alias(item, door),
        Item::Flags(item) => flags::flags(item, door),
        Item::Struct(item) => structure(item, door),
        Item::Scalar(item) => scalar(item, door),
        Item::Union(item) => union(item, door),
        Item::Protocol(item) => protocol(item, package, door),
    }
}

/// The derives of a type, `Wire` first, and where that finds the facade.
fn derives(list: &[Ident], door: &Door<'_>) -> TokenStream {
    let facade = &door.facade;
    quote!(#[derive(#facade::Wire, #(#list),*)] #[np(crate = #facade)])
}

/// With `Default`, if the enum says what that is.
fn with_default(mut list: Vec<Ident>, default: bool) -> Vec<Ident> {
    if default && list.iter().all(|derive| derive != "Default") {
        list.push(Ident::new("Default", Span::call_site()));
    }
    list
}

fn number(value: u32) -> Literal {
    Literal::u32_unsuffixed(value)
}

/// `#[np(…)]` of what is said, or nothing.
fn np(said: &[TokenStream]) -> Option<TokenStream> {
    (!said.is_empty()).then(|| quote!(#[np(#(#said),*)]))
}

/// What has no effect on the bytes. Rust's own `#[deprecated]` is read as well.
fn remarks(meta: &Meta) -> Vec<TokenStream> {
    let since = meta.since.map(|version| {
        let version = number(version);
        quote!(since(#version))
    });
    let was = meta.was.as_ref().map(|name| quote!(was(#name)));
    let vendor = meta.vendor.iter().map(vendor);
    since.into_iter().chain(was).chain(vendor).collect()
}

/// An attribute of somebody else, as it was written.
fn vendor(vendor: &Vendor) -> TokenStream {
    let path = vendor.path.iter().map(|name| names::ident(&name.text, Span::call_site()));
    let arguments = match &vendor.arguments {
        VendorArguments::None => quote!(),
        VendorArguments::List(list) => {
            let list = list.iter().map(|one| match one {
                VendorArgument::Attr(inner) => self::vendor(inner),
                VendorArgument::Value(value) => vendor_value(value),
            });
            quote!((#(#list),*))
        }
        VendorArguments::Value(value) => {
            let value = vendor_value(value);
            quote!(= #value)
        }
    };
    quote!(#(#path)::* #arguments)
}

/// A value that means nothing to Rust: as it was written.
fn vendor_value(value: &Value) -> TokenStream {
    match &value.kind {
        ValueKind::Int { magnitude, negative } => {
            let sign = negative.then(|| quote!(-));
            let number = Literal::u128_unsuffixed(*magnitude);
            quote!(#sign #number)
        }
        ValueKind::Float(number) => {
            let sign = number.is_sign_negative().then(|| quote!(-));
            let number = Literal::f64_unsuffixed(number.abs());
            quote!(#sign #number)
        }
        ValueKind::Str(text) => quote!(#text),
        ValueKind::Bytes(bytes) => {
            let bytes = Literal::byte_string(bytes);
            quote!(#bytes)
        }
        ValueKind::Bool(truth) => quote!(#truth),
        ValueKind::Path(path) => {
            let path = path.iter().map(|name| names::ident(&name.text, Span::call_site()));
            quote!(#(#path)::*)
        }
        ValueKind::List(list) => {
            let list = list.iter().map(vendor_value);
            quote!([#(#list),*])
        }
        ValueKind::Extern(_) => quote!(),
    }
}

/// `rename = "self"`, where Rust calls something otherwise than the schema.
fn renamed(name: &Name) -> Option<TokenStream> {
    let text = &name.text;
    (!text.is_empty() && name.in_rust() != *text).then(|| quote!(rename = #text))
}

/// What is said of a field beside its number.
fn said(field: &Field, door: &Door<'_>) -> Vec<TokenStream> {
    let mut said: Vec<TokenStream> = renamed(&field.name).into_iter().collect();
    if let Some(value) = &field.default {
        let value = door.value(value, &field.ty);
        said.push(quote!(default = #value));
    }
    if field.varint {
        said.push(quote!(varint));
    }
    if let Some(max) = &field.max {
        let max = match max {
            Bound::Literal(number, _) => {
                let number = Literal::u64_unsuffixed(*number);
                quote!(#number)
            }
            Bound::Const(_) | Bound::Extern(_) => door.bound(max, &quote!(u64)),
        };
        said.push(quote!(max(#max)));
    }
    if let Some((module, _)) = &field.rust.with {
        let (module, ty) = (super::rust_text(module), door.ty(&field.ty));
        said.push(quote!(with = #module, wire = #ty));
    }
    said.extend(remarks(&field.meta));
    said
}

/// `removed(3: u32)` for each field that is gone.
fn removed_fields(all: &[Field], door: &Door<'_>) -> Vec<TokenStream> {
    let mut removed: Vec<&Field> = all.iter().filter(|field| field.removed).collect();
    removed.sort_by_key(|field| field.number.value);
    let removed = removed.into_iter().map(|field| {
        let (id, ty) = (number(field.number.value), door.ty(&field.ty));
        let said = np(&said(field, door));
        quote!(removed(#said #id: #ty))
    });
    removed.collect()
}

/// `removed(3, 4)`, where anything is.
fn removed_numbers(numbers: &[Number]) -> Option<TokenStream> {
    let mut numbers: Vec<u32> = numbers.iter().map(|number| number.value).collect();
    numbers.sort_unstable();
    let numbers: Vec<Literal> = numbers.into_iter().map(number).collect();
    (!numbers.is_empty()).then(|| quote!(removed(#(#numbers),*)))
}

fn fields(all: &[Field], vis: &TokenStream, door: &Door<'_>) -> TokenStream {
    let fields = all.iter().filter(|field| !field.removed).map(|field| {
        let docs = door.docs(&field.docs, &format!("Field {}.", field.number.value));
        let (id, name, ty) =
            (number(field.number.value), door.ident(&field.name), door.field_ty(field));
        let (deprecated, said) = (door.deprecated(&field.meta), said(field, door));
        quote!(#docs #deprecated #[np(id = #id #(, #said)*)] #vis #name: #ty)
    });
    quote!({ #(#fields),* })
}

fn payload(payload: &Payload, door: &Door<'_>) -> TokenStream {
    match payload {
        Payload::Unit => quote!(),
        Payload::Tuple(field) => {
            let (ty, said) = (door.field_ty(field), np(&said(field, door)));
            quote!((#said #ty))
        }
        Payload::Fields(named) => fields(named, &quote!(), door),
    }
}

/// The removed fields of a payload.
fn payload_removed(payload: &Payload, door: &Door<'_>) -> Vec<TokenStream> {
    match payload {
        Payload::Unit | Payload::Tuple(_) => Vec::new(),
        Payload::Fields(fields) => removed_fields(fields, door),
    }
}

fn structure(item: &Struct, door: &Door<'_>) -> TokenStream {
    let name = door.ident(&item.name);
    let mut list = derive_list(&item.name, &item.derives, BASE, door);
    let default = default_impl(item, &mut list, door);
    let derives = derives(&list, door);
    let text = door.docs(&item.docs, "A struct of the schema.");
    let body = fields(&item.fields, &quote!(pub), door);
    let fixed = item.fixed.then(|| quote!(fixed));
    let said = fixed.into_iter().chain(removed_fields(&item.fields, door));
    let said = np(&said.chain(remarks(&item.meta)).collect::<Vec<_>>());
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let names: Vec<&Name> = item.fields.iter().map(|field| &field.name).collect();
    let style = names::style(&[&item.name], &names);
    quote! {
        #text
        #derives
        #said
        #deprecated
        #quiet
        #style
        pub struct #name #body

        #default
    }
}

fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (name, repr) = (door.ident(&item.name), types::repr(item.repr));
    let text = door.docs(&item.docs, "An enum of the schema.");
    let list = derive_list(&item.name, &item.derives, SCALAR_BASE, door);
    let derives = derives(&with_default(list, types::scalar_default(item)), door);
    let variants = item.variants.iter().map(|variant| {
        let docs = door.docs(&variant.docs, &format!("Number {}.", variant.number.value));
        let (id, name) = (number(variant.number.value), door.ident(&variant.name));
        let said = said_of_variant(&variant.name, variant.default, &variant.meta);
        let rust = rust_said(variant.default, &variant.meta, door);
        quote!(#docs #rust #[np(id = #id #said)] #name)
    });
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        quote! {
            /// A number that this side's schema does not know.
            #[np(unknown)]
            #unknown(#repr),
        }
    });
    let closed = item.closed.then(|| quote!(closed));
    let said = closed.into_iter().chain(removed_numbers(&item.removed));
    let said = np(&said.chain(remarks(&item.meta)).collect::<Vec<_>>());
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let style = types::scalar_style(item);
    quote! {
        #text
        #derives
        #said
        #[repr(#repr)]
        #deprecated
        #quiet
        #style
        pub enum #name {
            #(#variants,)*
            #unknown
        }
    }
}

/// What stands in a variant's `#[np(…)]` behind its number.
fn said_of_variant(name: &Name, default: bool, meta: &Meta) -> TokenStream {
    let chosen = default.then(|| quote!(default));
    let said = renamed(name).into_iter().chain(chosen).chain(remarks(meta));
    quote!(#(, #said)*)
}

fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let facade = &door.facade;
    let name = door.ident(&item.name);
    let text = door.docs(&item.docs, "A union of the schema.");
    let list = derive_list(&item.name, &item.derives, BASE, door);
    let derives = derives(&with_default(list, types::union_default(item)), door);
    let variants = item.variants.iter().map(|variant| {
        let docs = door.docs(&variant.docs, &format!("Tag {}.", variant.number.value));
        let (id, name) = (number(variant.number.value), door.ident(&variant.name));
        let said = said_of_variant(&variant.name, variant.default, &variant.meta);
        let removed = payload_removed(&variant.payload, door);
        let rust = rust_said(variant.default, &variant.meta, door);
        let payload = payload(&variant.payload, door);
        quote!(#docs #rust #[np(id = #id #said #(, #removed)*)] #name #payload)
    });
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        quote! {
            /// A variant that this side's schema does not know.
            #[np(unknown)]
            #unknown(#facade::RawVariant),
        }
    });
    let error = item.error.then(|| quote!(error));
    let closed = item.closed.then(|| quote!(closed));
    let said = error.into_iter().chain(closed).chain(removed_numbers(&item.removed));
    let said = np(&said.chain(remarks(&item.meta)).collect::<Vec<_>>());
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let style = types::union_style(item);
    quote! {
        #text
        #derives
        #said
        #deprecated
        #quiet
        #style
        pub enum #name {
            #(#variants,)*
            #unknown
        }
    }
}

/// What Rust itself is told of a variant.
fn rust_said(default: bool, meta: &Meta, door: &Door<'_>) -> TokenStream {
    let chosen = default.then(|| quote!(#[default]));
    let deprecated = door.deprecated(meta);
    quote!(#chosen #deprecated)
}

fn protocol(item: &Protocol, package: &str, door: &Door<'_>) -> TokenStream {
    let facade = &door.facade;
    let name = door.ident(&item.name);
    let text = door.docs(&item.docs, "A protocol of the schema.");
    let (version, min) = (number(item.version), number(item.min));
    let whole = match package {
        "" => item.name.text.clone(),
        package => format!("{package}::{}", item.name.text),
    };
    // What the file says of the package, the item says of its whole name.
    let was = canonical::was(&whole, door.schema.map(|schema| &schema.meta), &item.meta);
    let meta = Meta { was, ..item.meta.clone() };
    let package = (!package.is_empty()).then(|| quote!(package = #package,));
    let list = derive_list(&item.name, &item.derives, BASE, door);
    let messages = item.messages.iter().map(|one| message(one, door));
    let said = removed_numbers(&item.removed).into_iter();
    let said = np(&said.chain(remarks(&meta)).collect::<Vec<_>>());
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let style = types::protocol_style(item);
    quote! {
        #text
        #[#facade::protocol(#package version = #version, min = #min, crate = #facade)]
        #[derive(#(#list),*)]
        #said
        #deprecated
        #quiet
        #style
        pub enum #name {
            #(#messages,)*
        }
    }
}

fn message(message: &Message, door: &Door<'_>) -> TokenStream {
    let docs = door.docs(&message.docs, &format!("Message {}.", message.number.value));
    let (id, name) = (number(message.number.value), door.ident(&message.name));
    let mut said: Vec<TokenStream> = renamed(&message.name).into_iter().collect();
    if message.from == Side::Server {
        said.push(quote!(from(server)));
    }
    if let Some(reply) = &message.reply {
        let ok = door.ty(&reply.ok);
        said.push(match &reply.err {
            None => quote!(reply = #ok),
            Some(err) => {
                let err = door.ty(err);
                quote!(reply = Result<#ok, #err>)
            }
        });
    }
    if let Some(name) = &message.body_name {
        let name = door.ident(name);
        said.push(quote!(name = #name));
    }
    if message.idempotent {
        said.push(quote!(idempotent));
    }
    if let Some(milliseconds) = message.timeout {
        let text = format!("{milliseconds}ms");
        said.push(quote!(timeout(#text)));
    }
    let Handling { view, spawn, no_cancel } = message.handling;
    for (word, is_said) in [
        (quote!(compress), message.compress),
        (quote!(view), view),
        (quote!(spawn), spawn),
        (quote!(no_cancel), no_cancel),
    ] {
        said.extend(is_said.then_some(word));
    }
    said.extend(payload_removed(&message.payload, door));
    said.extend(remarks(&message.meta));
    let deprecated = door.deprecated(&message.meta);
    let payload = payload(&message.payload, door);
    quote!(#docs #deprecated #[np(id = #id #(, #said)*)] #name #payload)
}
