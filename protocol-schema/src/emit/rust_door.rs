//! A schema as Rust items with `#[protocol]` and `#[derive(Wire)]`: the same protocol through the
//! other door.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ir::{
    Field, Item, Message, Name, Payload, Protocol, ScalarEnum, Schema, Side, Struct, Union,
};

use super::boxes::with_boxes;
use super::{Door, names, types};

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
        Item::Flags(item) => types::flags(item, door),
        Item::Struct(item) => structure(item, door),
        Item::Scalar(item) => scalar(item, door),
        Item::Union(item) => union(item, door),
        Item::Protocol(item) => protocol(item, package, door),
    }
}

/// The derives of a type, `Wire` first, and where that finds the facade.
fn derives(extra: &[Name], base: &[&str], door: &Door<'_>) -> TokenStream {
    let (facade, list) = (&door.facade, types::derive_list(extra, base, door));
    quote!(#[derive(#facade::Wire, #list)] #[np(crate = #facade)])
}

fn number(value: u32) -> Literal {
    Literal::u32_unsuffixed(value)
}

fn fields(all: &[Field], vis: &TokenStream, door: &Door<'_>) -> TokenStream {
    let fields = all.iter().map(|field| {
        let docs = door.docs(&field.docs, &format!("Field {}.", field.number.value));
        let (id, name, ty) =
            (number(field.number.value), door.ident(&field.name), door.ty(&field.ty));
        quote!(#docs #[np(id = #id)] #vis #name: #ty)
    });
    quote!({ #(#fields),* })
}

fn payload(payload: &Payload, door: &Door<'_>) -> TokenStream {
    match payload {
        Payload::Unit => quote!(),
        Payload::Tuple(field) => {
            let ty = door.ty(&field.ty);
            quote!((#ty))
        }
        Payload::Fields(named) => fields(named, &quote!(), door),
    }
}

fn structure(item: &Struct, door: &Door<'_>) -> TokenStream {
    let (name, derives) = (door.ident(&item.name), derives(&item.derives, types::BASE, door));
    let text = door.docs(&item.docs, "A struct of the schema.");
    let body = fields(&item.fields, &quote!(pub), door);
    let fixed = item.fixed.then(|| quote!(#[np(fixed)]));
    let names: Vec<&Name> = item.fields.iter().map(|field| &field.name).collect();
    let style = names::style(&[&item.name], &names);
    quote!(#text #derives #fixed #style pub struct #name #body)
}

fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (name, repr) = (door.ident(&item.name), types::repr(item.repr));
    let (text, derives) = (
        door.docs(&item.docs, "An enum of the schema."),
        derives(&item.derives, types::SCALAR_BASE, door),
    );
    let variants = item.variants.iter().map(|variant| {
        let docs = door.docs(&variant.docs, &format!("Number {}.", variant.number.value));
        let (id, name) = (number(variant.number.value), door.ident(&variant.name));
        quote!(#docs #[np(id = #id)] #name)
    });
    let unknown = door.ident(&item.unknown);
    let style = types::scalar_style(item);
    quote! {
        #text
        #derives
        #[repr(#repr)]
        #style
        pub enum #name {
            #(#variants,)*
            /// A number that this side's schema does not know.
            #[np(unknown)]
            #unknown(#repr),
        }
    }
}

fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let facade = &door.facade;
    let name = door.ident(&item.name);
    let (text, derives) = (
        door.docs(&item.docs, "A union of the schema."),
        derives(&item.derives, types::BASE, door),
    );
    let error = item.error.then(|| quote!(#[np(error)]));
    let variants = item.variants.iter().map(|variant| {
        let docs = door.docs(&variant.docs, &format!("Tag {}.", variant.number.value));
        let (id, name) = (number(variant.number.value), door.ident(&variant.name));
        let payload = payload(&variant.payload, door);
        quote!(#docs #[np(id = #id)] #name #payload)
    });
    let unknown = door.ident(&item.unknown);
    let style = types::union_style(item);
    quote! {
        #text
        #derives
        #error
        #style
        pub enum #name {
            #(#variants,)*
            /// A variant that this side's schema does not know.
            #[np(unknown)]
            #unknown(#facade::RawVariant),
        }
    }
}

fn protocol(item: &Protocol, package: &str, door: &Door<'_>) -> TokenStream {
    let facade = &door.facade;
    let name = door.ident(&item.name);
    let text = door.docs(&item.docs, "A protocol of the schema.");
    let (version, min) = (number(item.version), number(item.min));
    let package = (!package.is_empty()).then(|| quote!(package = #package,));
    let list = types::derive_list(&item.derives, types::BASE, door);
    let messages = item.messages.iter().map(|one| message(one, door));
    let style = types::protocol_style(item);
    quote! {
        #text
        #[#facade::protocol(#package version = #version, min = #min, crate = #facade)]
        #[derive(#list)]
        #style
        pub enum #name {
            #(#messages,)*
        }
    }
}

fn message(message: &Message, door: &Door<'_>) -> TokenStream {
    let docs = door.docs(&message.docs, &format!("Message {}.", message.number.value));
    let (id, name) = (number(message.number.value), door.ident(&message.name));
    let from = match message.from {
        Side::Client => quote!(),
        Side::Server => quote!(, from(server)),
    };
    let reply = message.reply.as_ref().map(|reply| {
        let ok = door.ty(&reply.ok);
        match &reply.err {
            None => quote!(, reply = #ok),
            Some(err) => {
                let err = door.ty(err);
                quote!(, reply = Result<#ok, #err>)
            }
        }
    });
    let body = message.body_name.as_ref().map(|name| {
        let name = door.ident(name);
        quote!(, name = #name)
    });
    let payload = payload(&message.payload, door);
    quote!(#docs #[np(id = #id #from #reply #body)] #name #payload)
}
