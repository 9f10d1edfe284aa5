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

                #[inline]
                fn encode(&self, slot: #v1::Slot, out: &mut #v1::Writer<'_>) {
                    let number: #repr = match self {
                        #(Self::#variants => #numbers,)*
                        Self::#unknown(number) => *number,
                    };
                    #v1::Wire::encode(&number, slot, out);
                }

                #[inline]
                fn decode(
                    block: &[u8],
                    slot: #v1::Slot,
                    tail: &mut #v1::Reader<'_>,
                ) -> ::core::result::Result<Self, #v1::DecodeError> {
                    ::core::result::Result::Ok(
                        match <#repr as #v1::Wire>::decode(block, slot, tail)? {
                            #(#numbers => Self::#variants,)*
                            number => Self::#unknown(number),
                        },
                    )
                }

                #schema
            }
        };
    }
}
