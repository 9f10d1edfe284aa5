//! Enums that are plain numbers.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::mapped;
use crate::emit::{Door, schemas, types};
use crate::ir::ScalarEnum;

/// The codec of an enum that is a number.
pub(in crate::emit) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (v1, name, repr) = (door.alias(), door.ident(&item.name), types::repr(item.repr));
    let variants: Vec<Ident> = item.variants.iter().map(|v| door.ident(&v.name)).collect();
    let numbers: Vec<Literal> =
        item.variants.iter().map(|v| Literal::u32_unsuffixed(v.number.value)).collect();
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        quote!(Self::#unknown(number) => number,)
    });
    let others = if item.closed {
        quote!(number => return ::core::result::Result::Err(#v1::unknown_number(number.into())),)
    } else {
        let unknown = door.ident(&item.unknown);
        quote!(number => Self::#unknown(number),)
    };
    let (fallback, absent) = (fallback(item, door), absent(item, door));
    // Of an open one any number is a value.
    let open = !item.closed;
    let (schema, mapped) = (schemas::scalar(item, door), mapped::scalar(item, door));
    let (import, quiet) = (door.import(), door.silent());
    quote! {
        #quiet
        const _: () = {
            #import

            #[automatically_derived]
            impl #v1::Xor for #name {
                type Number = #repr;

                #[inline]
                fn to_number(self) -> #repr {
                    match self {
                        #(Self::#variants => #numbers,)*
                        #unknown
                    }
                }

                #[inline]
                fn from_number(
                    number: #repr,
                ) -> ::core::result::Result<Self, #v1::DecodeError> {
                    ::core::result::Result::Ok(match number {
                        #(#numbers => Self::#variants,)*
                        #others
                    })
                }
            }

            #v1::scalar! { #name #repr, #open, #fallback, [#absent] }

            #schema

            #mapped
        };
    }
}

/// What a view reads in bytes that nobody checked.
fn fallback(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let chosen = item.variants.iter().find(|variant| variant.default).or(item.variants.first());
    match chosen {
        Some(variant) => {
            let name = door.ident(&variant.name);
            quote!(Self::#name)
        }
        None => {
            let unknown = door.ident(&item.unknown);
            quote!(Self::#unknown(0))
        }
    }
}

/// What an absent value of a closed enum reads as, where its number 0 is none.
fn absent(item: &ScalarEnum, door: &Door<'_>) -> Option<TokenStream> {
    let has_zero = item.variants.iter().any(|variant| variant.number.value == 0);
    let default = item.variants.iter().find(|variant| variant.default);
    default.filter(|_| item.closed && !has_zero).map(|variant| {
        let name = door.ident(&variant.name);
        quote!(Self::#name)
    })
}
