//! The JSON mapping: macros of the runtime that are nothing without its feature `serde`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::fields::{Fields, Part};
use super::unions::variant_fields;
use crate::emit::{Door, types};
use crate::ir::{Payload, ScalarEnum, Union};

/// The mapping of a struct.
pub(super) fn structure(name: &Ident, text: &str, own: &Fields<'_, '_>) -> TokenStream {
    let (v1, fields) = (own.door.alias(), fields(own));
    quote!(#v1::mapped_struct! { #name #text #fields })
}

/// `{ id "id": UserId; … }`.
fn fields(own: &Fields<'_, '_>) -> TokenStream {
    let fields = own.there().map(|(_, part)| {
        let (name, label) = (own.door.ident(&part.field.name), &part.label);
        let value = value(part, own);
        quote!(#name #label: #value;)
    });
    quote!({ #(#fields)* })
}

/// A field's type, the default, and what converts it.
fn value(part: &Part<'_>, own: &Fields<'_, '_>) -> TokenStream {
    let (door, field) = (own.door, part.field);
    let ty = door.ty(&field.ty);
    let default = field.default.as_ref().map(|value| {
        let value = door.value(value, &field.ty);
        quote!(= #value)
    });
    let with = door.module(field).map(|module| quote!(=> #module::to_wire, #module::from_wire));
    quote!(#ty #default #with)
}

/// The mapping of an enum that is a number.
pub(super) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (v1, name, text) = (door.alias(), door.ident(&item.name), &item.name.text);
    let repr = types::repr(item.repr);
    let variants = item.variants.iter().map(|variant| {
        let number = Literal::u32_unsuffixed(variant.number.value);
        let (label, name) = (&variant.name.text, door.ident(&variant.name));
        quote!(#number #label #name;)
    });
    let kind = kind(item.closed, &door.ident(&item.unknown));
    quote!(#v1::mapped_scalar! { #name #text #repr { #(#variants)* } #kind })
}

fn kind(closed: bool, unknown: &Ident) -> TokenStream {
    if closed { quote!(closed) } else { quote!(open #unknown) }
}

/// The mapping of a union.
pub(super) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let (v1, name, text) = (door.alias(), door.ident(&item.name), &item.name.text);
    let variants = item.variants.iter().map(|variant| {
        let tag = Literal::u32_unsuffixed(variant.number.value);
        let (label, name) = (&variant.name.text, door.ident(&variant.name));
        let own = variant_fields(variant, item, door);
        let shape = match &variant.payload {
            Payload::Unit => quote!([]),
            Payload::Tuple(_) => {
                let value = own.parts.iter().map(|part| value(part, &own));
                quote!((#(#value)*))
            }
            Payload::Fields(_) => fields(&own),
        };
        quote!(#tag #label #name #shape;)
    });
    let kind = kind(item.closed, &door.ident(&item.unknown));
    quote!(#v1::mapped_union! { #name #text { #(#variants)* } #kind })
}
