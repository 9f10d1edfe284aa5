//! Enums that are plain numbers.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::emit::{Door, schemas, types};
use crate::ir::ScalarEnum;

/// The codec of an enum that is a number.
pub(in crate::emit) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (v1, name, repr) = (door.alias(), door.ident(&item.name), types::repr(item.repr));
    let unknown = door.ident(&item.unknown);
    let variants: Vec<Ident> = item.variants.iter().map(|v| door.ident(&v.name)).collect();
    let numbers: Vec<Literal> =
        item.variants.iter().map(|v| Literal::u32_unsuffixed(v.number.value)).collect();
    let schema = schemas::scalar(item, door);
    let import = door.import();
    quote! {
        const _: () = {
            #import

            #[automatically_derived]
            impl #v1::Wire for #name {
                const BITS: usize = 0;
                const BLOCK: usize = <#repr as #v1::Wire>::BLOCK;
                const HAS_TAIL: bool = false;
                const PLAIN: bool = false;

                type View<'a> = Self;

                #[inline]
                fn encode_block(&self, block: &mut [u8], slot: #v1::Slot) {
                    let number: #repr = match self {
                        #(Self::#variants => #numbers,)*
                        Self::#unknown(number) => *number,
                    };
                    #v1::Wire::encode_block(&number, block, slot);
                }

                #[inline]
                fn decode(
                    block: &[u8],
                    slot: #v1::Slot,
                    _: &mut #v1::Reader<'_>,
                ) -> ::core::result::Result<Self, #v1::DecodeError> {
                    ::core::result::Result::Ok(Self::view(block, slot, #v1::Tail::new(&[])))
                }

                #[inline]
                fn check(
                    _: &[u8],
                    _: #v1::Slot,
                    _: &mut #v1::Reader<'_>,
                ) -> ::core::result::Result<(), #v1::DecodeError> {
                    ::core::result::Result::Ok(())
                }

                #[inline]
                fn view<'a>(block: &'a [u8], slot: #v1::Slot, tail: #v1::Tail<'a>) -> Self {
                    match <#repr as #v1::Wire>::view(block, slot, tail) {
                        #(#numbers => Self::#variants,)*
                        number => Self::#unknown(number),
                    }
                }

                #schema
            }
        };
    }
}
