//! Types as data: the `schema` function of each type.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::ir::{Field, Payload, Repr, ScalarEnum, Union};

use super::Door;
use super::codec::ordered;

fn schema_fn(value: &TokenStream, v1: &TokenStream) -> TokenStream {
    quote! {
        fn schema() -> &'static #v1::TypeSchema {
            static SCHEMA: #v1::TypeSchema = #value;
            &SCHEMA
        }
    }
}

fn fields(fields: &[&Field], door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let fields = fields.iter().map(|field| {
        let number = Literal::u32_unsuffixed(field.number.value);
        let (name, ty) = (&field.name.text, door.ty(&field.ty));
        quote! {
            #v1::FieldSchema { number: #number, name: #name, ty: <#ty as #v1::Wire>::schema }
        }
    });
    quote!(&[#(#fields),*])
}

pub(super) fn structure(
    name: &Ident,
    text: &str,
    fixed: bool,
    own: &[&Field],
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let fields = fields(own, door);
    let value = quote! {
        #v1::TypeSchema::Struct(#v1::StructSchema {
            id: #v1::TypeId::of::<#name>,
            name: #text,
            fixed: #fixed,
            fields: #fields,
        })
    };
    schema_fn(&value, &v1)
}

pub(super) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let (name, text) = (door.ident(&item.name), &item.name.text);
    let width = Literal::u8_unsuffixed(match item.repr {
        Repr::U8 => 1,
        Repr::U16 => 2,
        Repr::U32 => 4,
        Repr::U64 => 8,
    });
    let mut variants: Vec<_> = item.variants.iter().collect();
    variants.sort_by_key(|variant| variant.number.value);
    let variants = variants.iter().map(|variant| {
        let (number, name) = (Literal::u32_unsuffixed(variant.number.value), &variant.name.text);
        quote!((#number, #name))
    });
    let value = quote! {
        #v1::TypeSchema::Scalar(#v1::ScalarSchema {
            id: #v1::TypeId::of::<#name>,
            name: #text,
            width: #width,
            variants: &[#(#variants),*],
        })
    };
    schema_fn(&value, &v1)
}

pub(super) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let (name, text, error) = (door.ident(&item.name), &item.name.text, item.error);
    let mut variants: Vec<_> = item.variants.iter().collect();
    variants.sort_by_key(|variant| variant.number.value);
    let variants = variants.iter().map(|variant| {
        let tag = Literal::u32_unsuffixed(variant.number.value);
        let name = &variant.name.text;
        let fields = match &variant.payload {
            Payload::Unit => quote!(&[]),
            Payload::Tuple(ty) => {
                let ty = door.ty(ty);
                quote! {
                    &[#v1::FieldSchema { number: 0, name: "", ty: <#ty as #v1::Wire>::schema }]
                }
            }
            Payload::Fields(named) => fields(&ordered(named), door),
        };
        quote!(#v1::VariantSchema { tag: #tag, name: #name, fields: #fields })
    });
    let value = quote! {
        #v1::TypeSchema::Union(#v1::UnionSchema {
            id: #v1::TypeId::of::<#name>,
            name: #text,
            error: #error,
            variants: &[#(#variants),*],
        })
    };
    schema_fn(&value, &v1)
}
