//! Open unions: a tag, and a body that says how long it is.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::errors::error_impls;
use super::fields::{Fields, locals, ordered, variant_parts};
use super::views::{View, union_view, variant_view};
use crate::emit::{Door, schemas};
use crate::ir::{Payload, Union, UnionVariant};

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
    tag: TokenStream,
    tail: TokenStream,
    decode: TokenStream,
    check: TokenStream,
    view: TokenStream,
}

fn variant(variant: &UnionVariant, union: &Union, view: &Ident, door: &Door<'_>) -> VariantCode {
    let v1 = door.alias();
    let tag = Literal::u8_unsuffixed(u8::try_from(variant.number.value).unwrap_or(u8::MAX));
    let (shape, name) = (variant_shape(variant, door), door.ident(&variant.name));
    let parts = variant_parts(variant);
    let layout = format_ident!("LAYOUT_{}", variant.number.value);
    let owner = match &variant.payload {
        Payload::Fields(_) => format!("{}::{}", union.name.text, variant.name.text),
        Payload::Unit | Payload::Tuple(_) => union.name.text.clone(),
    };
    let values: Vec<TokenStream> = locals(parts.len()).iter().map(|f| quote!(#f)).collect();
    let own = Fields { parts, layout, owner, door };
    let view = variant_view(&tag, view, variant, &own);
    if own.parts.is_empty() {
        return VariantCode {
            layout: None,
            tag: quote!(#shape => #tag,),
            tail: quote!(#shape => #v1::encode_unit(out),),
            decode: quote!(#tag => #v1::read_unit(tail).map(|()| #shape),),
            check: quote!(#tag => #v1::read_unit(tail),),
            view,
        };
    }
    let (blocks, tails) = (own.write_blocks(&values), own.write_tails(&values));
    let (reads, checks, spare) = (own.reads(), own.checks(), own.spare_bits());
    let (block, layout) = (own.own_block(&quote!(0)), &own.layout);
    let body = quote!((#layout.block_len, #layout.text));
    VariantCode {
        layout: Some(own.layout()),
        tag: quote!(Self::#name { .. } => #tag,),
        tail: quote! {
            #shape => {
                let (at, block) = #v1::begin_variant(#layout.block_len, out);
                #blocks
                #tails
                #v1::end_variant(at, out);
            }
        },
        decode: quote! {
            #tag => #v1::read_fields(#body, tail, |block, tail| {
                #block
                #spare
                #reads
                ::core::result::Result::Ok(#shape)
            }),
        },
        check: quote! {
            #tag => #v1::read_fields(#body, tail, |block, tail| {
                #block
                #spare
                #checks
                ::core::result::Result::Ok(())
            }),
        },
        view,
    }
}

/// The codec of an open union.
pub(in crate::emit) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let View { name: view_name, ty: view_type, code: view } = union_view(item, door);
    let variants: Vec<VariantCode> =
        item.variants.iter().map(|one| variant(one, item, &view_name, door)).collect();
    let layouts = variants.iter().map(|variant| &variant.layout);
    let wire = union_impl(item, &variants, &view_name, door);
    let error = item.error.then(|| error_impls(item, door));
    let import = door.import();
    quote! {
        #view_type

        const _: () = {
            #import

            #(#layouts)*

            #wire

            #view

            #error
        };
    }
}

/// A match on a tag, of which those that no variant has are `raw`.
fn by_tag(arms: &[&TokenStream], raw: &TokenStream) -> TokenStream {
    if arms.is_empty() { raw.clone() } else { quote!(match tag { #(#arms)* _ => #raw, }) }
}

fn union_impl(
    item: &Union,
    variants: &[VariantCode],
    view: &Ident,
    door: &Door<'_>,
) -> TokenStream {
    let (v1, name, unknown) = (door.alias(), door.ident(&item.name), door.ident(&item.unknown));
    let tags = variants.iter().map(|variant| &variant.tag);
    let tails = variants.iter().map(|variant| &variant.tail);
    let arms = |of: fn(&VariantCode) -> &TokenStream| variants.iter().map(of).collect::<Vec<_>>();
    let decode = by_tag(
        &arms(|variant| &variant.decode),
        &quote!(#v1::decode_raw(tag, tail).map(Self::#unknown)),
    );
    let check = by_tag(&arms(|variant| &variant.check), &quote!(#v1::check_raw(tail)));
    let read = by_tag(
        &arms(|variant| &variant.view),
        &quote!(#view::#unknown(#v1::RawView::new(tag, bytes))),
    );
    let schema = schemas::union(item, door);
    quote! {
        #[automatically_derived]
        impl #v1::Wire for #name {
            const BITS: usize = 0;
            const BLOCK: usize = 1;
            const HAS_TAIL: bool = true;
            const PLAIN: bool = false;

            type View<'a> = #view<'a>;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: #v1::Slot) {
                let tag = match self {
                    #(#tags)*
                    Self::#unknown(raw) => raw.tag(),
                };
                #v1::encode_tag(tag, block, slot);
            }

            fn encode_tail(&self, out: &mut #v1::Writer<'_>) {
                match self {
                    #(#tails)*
                    Self::#unknown(raw) => #v1::encode_raw(raw, out),
                }
            }

            fn decode(
                block: &[u8],
                slot: #v1::Slot,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #v1::read_union(block, slot, tail, |tag, tail| #decode)
            }

            fn check(
                block: &[u8],
                slot: #v1::Slot,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<(), #v1::DecodeError> {
                #v1::read_union(block, slot, tail, |tag, tail| #check)
            }

            fn view<'a>(
                block: &'a [u8],
                slot: #v1::Slot,
                mut tail: #v1::Tail<'a>,
            ) -> #view<'a> {
                let (tag, bytes) = #v1::open_union(block, slot, &mut tail);
                #read
            }

            #[inline]
            fn skip(block: &[u8], slot: #v1::Slot, tail: &mut #v1::Tail<'_>) {
                #v1::skip_union(block, slot, tail);
            }

            #schema
        }
    }
}
