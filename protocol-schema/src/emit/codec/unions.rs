//! Open unions: a tag, and a body that says how long it is.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::errors::error_impls;
use super::fields::{Part, layout, locals, ordered, parts, reads, spare_bits, writes};
use crate::emit::{Door, schemas};
use crate::ir::{Payload, Type, Union, UnionVariant};

/// The fields of a variant as a body; a tuple's value is field 0.
pub(super) fn variant_parts<'i>(variant: &'i UnionVariant) -> Vec<Part<'i>> {
    match &variant.payload {
        Payload::Unit => Vec::new(),
        Payload::Tuple(field) => vec![Part { label: variant.name.text.clone(), ty: &field.ty }],
        Payload::Fields(fields) => parts(&ordered(fields)),
    }
}

/// A pattern, or a constructor, of a variant over `f0`, `f1`, … in number order.
pub(super) fn variant_shape(variant: &UnionVariant, door: &Door<'_>) -> TokenStream {
    let name = door.ident(&variant.name);
    match &variant.payload {
        Payload::Unit => quote!(Self::#name),
        Payload::Tuple(_) => quote!(Self::#name(f0)),
        Payload::Fields(fields) => {
            let fields = ordered(fields);
            let names = fields.iter().map(|field| door.ident(&field.name));
            let locals = locals(fields.len());
            quote!(Self::#name { #(#names: #locals),* })
        }
    }
}

/// What one variant adds to the codec of its union.
struct VariantCode {
    layout: Option<TokenStream>,
    encode: TokenStream,
    decode: TokenStream,
}

fn variant(variant: &UnionVariant, union: &Union, door: &Door<'_>) -> VariantCode {
    let v1 = door.alias();
    let tag = Literal::u8_unsuffixed(u8::try_from(variant.number.value).unwrap_or(u8::MAX));
    let shape = variant_shape(variant, door);
    let parts = variant_parts(variant);
    if parts.is_empty() {
        return VariantCode {
            layout: None,
            encode: quote!(#shape => #v1::encode_unit(#tag, slot, out),),
            decode: quote!(#tag => #v1::decode_unit(tail).map(|()| #shape),),
        };
    }
    let konst = format_ident!("LAYOUT_{}", variant.number.value);
    let types: Vec<&Type> = parts.iter().map(|part| part.ty).collect();
    let values: Vec<TokenStream> = locals(parts.len()).iter().map(|f| quote!(#f)).collect();
    let writes = writes(&konst, &parts, &values, &quote!(at), door);
    let owner = match &variant.payload {
        Payload::Fields(_) => format!("{}::{}", union.name.text, variant.name.text),
        Payload::Unit | Payload::Tuple(_) => union.name.text.clone(),
    };
    let (reads, spare) = (reads(&konst, &owner, &parts, None, door), spare_bits(&konst, &v1));
    VariantCode {
        layout: Some(layout(&konst, &types, door)),
        encode: quote! {
            #shape => #v1::encode_variant(#tag, #konst.block_len, slot, out, |at, out| { #writes }),
        },
        decode: quote! {
            #tag => #v1::decode_variant(#konst.block_len, tail, |block, tail| {
                #spare
                #reads
                ::core::result::Result::Ok(#shape)
            }),
        },
    }
}

/// The codec of an open union.
pub(in crate::emit) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let (v1, name) = (door.alias(), door.ident(&item.name));
    let unknown = door.ident(&item.unknown);
    let variants: Vec<VariantCode> =
        item.variants.iter().map(|one| variant(one, item, door)).collect();
    let layouts = variants.iter().map(|variant| &variant.layout);
    let encodes = variants.iter().map(|variant| &variant.encode);
    let raw = quote!(#v1::decode_raw(tag, tail).map(Self::#unknown));
    let decode = if variants.is_empty() {
        raw
    } else {
        let decodes = variants.iter().map(|variant| &variant.decode);
        quote!(match tag { #(#decodes)* _ => #raw, })
    };
    let schema = schemas::union(item, door);
    let error = item.error.then(|| error_impls(item, door));
    let import = door.import();
    quote! {
        const _: () = {
            #import

            #(#layouts)*

            #[automatically_derived]
            impl #v1::Wire for #name {
                const BITS: usize = 0;
                const BLOCK: usize = 1;
                const HAS_TAIL: bool = true;
                const PLAIN: bool = false;

                fn encode(&self, slot: #v1::Slot, out: &mut #v1::Writer<'_>) {
                    match self {
                        #(#encodes)*
                        Self::#unknown(raw) => #v1::encode_raw(raw, slot, out),
                    }
                }

                fn decode(
                    block: &[u8],
                    slot: #v1::Slot,
                    tail: &mut #v1::Reader<'_>,
                ) -> ::core::result::Result<Self, #v1::DecodeError> {
                    #v1::decode_union(block, slot, tail, |tag, tail| #decode)
                }

                #schema
            }

            #error
        };
    }
}
