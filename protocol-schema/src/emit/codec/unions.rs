//! Unions: a tag, and the body of a variant. An open one says how long that is, a closed one has
//! nothing to say.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::errors::error_impls;
use super::fields::{Fields, variant_parts};
use super::mapped;
use super::views::{View, union_lifetime, union_view, variant_view};
use crate::emit::{Door, schemas};
use crate::ir::{Payload, Union, UnionVariant};

/// The fields of a variant, under the const that holds their layout.
pub(super) fn variant_fields<'i, 'd>(
    variant: &'i UnionVariant,
    union: &Union,
    door: &'d Door<'d>,
) -> Fields<'i, 'd> {
    let owner = match &variant.payload {
        Payload::Fields(_) => format!("{}::{}", union.name.text, variant.name.text),
        Payload::Unit | Payload::Tuple(_) => union.name.text.clone(),
    };
    let layout = format_ident!("_LAYOUT_{}", variant.number.value);
    Fields { parts: variant_parts(variant), layout, owner, door }
}

/// A pattern, or a constructor, of a variant over `f0`, `f1`, … in number order.
pub(super) fn variant_shape(variant: &UnionVariant, own: &Fields<'_, '_>) -> TokenStream {
    let name = own.door.ident(&variant.name);
    match &variant.payload {
        Payload::Unit => quote!(Self::#name),
        Payload::Tuple(_) => quote!(Self::#name(f0)),
        Payload::Fields(_) => {
            let bindings = own.bindings();
            quote!(Self::#name #bindings)
        }
    }
}

/// What one variant adds to the codec of its union: an arm to each of these.
struct VariantCode {
    layout: Option<TokenStream>,
    /// From the value to its tag.
    tag: TokenStream,
    /// From the value to its tail.
    tail: TokenStream,
    decode: TokenStream,
    check: TokenStream,
    view: TokenStream,
    /// Closed unions only.
    skip: Option<TokenStream>,
}

fn tag(variant: &UnionVariant) -> Literal {
    Literal::u8_unsuffixed(u8::try_from(variant.number.value).unwrap_or(u8::MAX))
}

fn open_variant(variant: &UnionVariant, view: &Ident, own: &Fields<'_, '_>) -> VariantCode {
    let (v1, tag, name) = (own.door.alias(), tag(variant), own.door.ident(&variant.name));
    let (shape, viewed) = (variant_shape(variant, own), variant_view(view, variant, own));
    if own.parts.is_empty() {
        return VariantCode {
            layout: None,
            tag: quote!(Self::#name { .. } => #tag,),
            tail: quote!(Self::#name { .. } => #v1::encode_unit(out),),
            decode: quote!(#tag => #v1::read_unit(tail).map(|()| #shape),),
            check: quote!(#tag => #v1::read_unit(tail),),
            view: quote!(#tag => #viewed,),
            skip: None,
        };
    }
    let (blocks, tails) = (own.write_blocks(&own.matched()), own.write_tails(&own.matched()));
    let (reads, checks, spare) = (own.reads(), own.checks(), own.unknown_bits());
    let (block, layout) = (own.own_block(&quote!(0)), &own.layout);
    let body = quote!((#layout.block_len, #layout.text));
    let written = if own.there().next().is_some() { quote!(block) } else { quote!(_) };
    VariantCode {
        layout: Some(own.layout()),
        tag: quote!(Self::#name { .. } => #tag,),
        tail: quote! {
            #shape => {
                let (at, #written) = #v1::begin_variant(#layout.block_len, out);
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
        check: if own.is_checked() {
            quote! {
                #tag => #v1::read_fields(#body, tail, |block, tail| {
                    #block
                    #spare
                    #checks
                    ::core::result::Result::Ok(())
                }),
            }
        } else {
            quote! {
                #tag => #v1::read_fields(#body, tail, |_, _| ::core::result::Result::Ok(())),
            }
        },
        view: quote! {
            #tag => {
                let #v1::BodyView { block, mut tail } = #v1::open_body(bytes);
                let tail = &mut tail;
                #viewed
            }
        },
        skip: None,
    }
}

fn closed_variant(variant: &UnionVariant, view: &Ident, own: &Fields<'_, '_>) -> VariantCode {
    let (tag, name) = (tag(variant), own.door.ident(&variant.name));
    let (shape, viewed) = (variant_shape(variant, own), variant_view(view, variant, own));
    if own.parts.is_empty() {
        return VariantCode {
            layout: None,
            tag: quote!(Self::#name { .. } => #tag,),
            tail: quote!(Self::#name { .. } => {}),
            decode: quote!(#tag => ::core::result::Result::Ok(#shape),),
            check: quote!(#tag => ::core::result::Result::Ok(()),),
            view: quote!(#tag => #viewed,),
            skip: Some(quote!(#tag => {})),
        };
    }
    let (blocks, tails) = (own.write_blocks(&own.matched()), own.write_tails(&own.matched()));
    let (reads, checks, layout) = (own.reads(), own.checks(), &own.layout);
    let written = if own.there().next().is_some() { quote!(block) } else { quote!(_) };
    let skips = own.parts.iter().enumerate().map(|(i, part)| own.skip(i, part));
    let padding_bits = own.padding_bits();
    let take = quote!(let block = tail.take(#layout.block_len)?; #padding_bits);
    let check = if own.is_checked() {
        quote!(#take #checks)
    } else {
        quote!(tail.take(#layout.block_len)?;)
    };
    VariantCode {
        layout: Some(own.layout()),
        tag: quote!(Self::#name { .. } => #tag,),
        tail: quote! {
            #shape => {
                let #written = out.block(#layout.block_len);
                #blocks
                #tails
            }
        },
        decode: quote!(#tag => { #take #reads ::core::result::Result::Ok(#shape) }),
        check: quote!(#tag => { #check ::core::result::Result::Ok(()) }),
        view: quote! {
            #tag => {
                let block = tail.take(#layout.block_len);
                #viewed
            }
        },
        skip: Some(if own.parts.iter().any(|part| part.has_tail(own.door)) {
            quote!(#tag => { let block = tail.take(#layout.block_len); #(#skips)* })
        } else {
            quote!(#tag => { tail.take(#layout.block_len); })
        }),
    }
}

/// The codec of a union.
pub(in crate::emit) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let View { name: view_name, ty: view_type, code: view } = union_view(item, door);
    let variants: Vec<VariantCode> = item
        .variants
        .iter()
        .map(|one| {
            let own = variant_fields(one, item, door);
            if item.closed {
                closed_variant(one, &view_name, &own)
            } else {
                open_variant(one, &view_name, &own)
            }
        })
        .collect();
    let layouts = variants.iter().map(|variant| &variant.layout);
    let read = if item.closed {
        read_closed(item, &variants, &view_name, door)
    } else {
        read_open(item, &variants, &view_name, door)
    };
    let wire = union_impl(item, &variants, &view_name, &read, door);
    let error = item.error.then(|| error_impls(item, door));
    let (schema, mapped) = (schemas::union(item, door), mapped::union(item, door));
    let (import, quiet) = (door.import(), door.silent());
    quote! {
        #view_type

        #quiet
        const _: () = {
            #import

            #(#layouts)*

            #wire

            #view

            #error

            #schema

            #mapped
        };
    }
}

/// A match on a tag, of which those that no variant has are `other`.
fn by_tag(arms: &[&TokenStream], other: &TokenStream) -> TokenStream {
    if arms.is_empty() { other.clone() } else { quote!(match tag { #(#arms)* _ => #other, }) }
}

type Arms<'v> = Vec<&'v TokenStream>;

fn arms(variants: &[VariantCode], of: fn(&VariantCode) -> &TokenStream) -> Arms<'_> {
    variants.iter().map(of).collect()
}

/// How an open union is read: its variants within their own bytes.
fn read_open(item: &Union, variants: &[VariantCode], view: &Ident, door: &Door<'_>) -> TokenStream {
    let (v1, unknown) = (door.alias(), door.ident(&item.unknown));
    let decode = by_tag(
        &arms(variants, |variant| &variant.decode),
        &quote!(#v1::decode_raw(tag, tail).map(Self::#unknown)),
    );
    let check = by_tag(&arms(variants, |variant| &variant.check), &quote!(#v1::check_raw(tail)));
    let read = by_tag(
        &arms(variants, |variant| &variant.view),
        &quote!(#view::#unknown(#v1::RawView::new(tag, bytes))),
    );
    quote! {
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
        ) -> Self::View<'a> {
            let (tag, bytes) = #v1::open_union(block, slot, &mut tail);
            #read
        }

        #[inline]
        fn skip(block: &[u8], slot: #v1::Slot, tail: &mut #v1::Tail<'_>) {
            #v1::skip_union(block, slot, tail);
        }
    }
}

/// How a closed union is read: its variants straight from the tail.
fn read_closed(
    item: &Union,
    variants: &[VariantCode],
    view: &Ident,
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    // What an absent one reads as, where the schema says so, stands beside the variants' own arms.
    let default = item.variants.iter().find(|variant| variant.default);
    let absent = |value: TokenStream| {
        default.map(|_| quote!(0 if !tail.exact() => ::core::result::Result::Ok(#value),))
    };
    let chosen =
        default.map(|variant| variant_shape(variant, &variant_fields(variant, item, door)));
    let (decode_absent, check_absent) = (absent(quote!(#chosen)), absent(quote!(())));
    let refused = quote!(::core::result::Result::Err(#v1::unknown_tag(tag)));
    let with = |absent: Option<TokenStream>, of: fn(&VariantCode) -> &TokenStream| {
        let mut arms = arms(variants, of);
        arms.extend(absent.as_ref());
        by_tag(&arms, &refused)
    };
    let decode = with(decode_absent, |variant| &variant.decode);
    let check = with(check_absent, |variant| &variant.check);
    let views = arms(variants, |variant| &variant.view);
    let skips = variants.iter().filter_map(|variant| variant.skip.as_ref());
    // Bytes that were checked have no other tags; of others something is read.
    let fallback = default.or(item.variants.first()).map(|variant| {
        let own = variant_fields(variant, item, door);
        let read = variant_view(view, variant, &own);
        let nothing = (!own.parts.is_empty()).then(|| {
            quote! {
                let (block, tail): (&[u8], _) = (&[], &mut #v1::Tail::new(&[]));
            }
        });
        quote!(_ => { #nothing #read })
    });
    quote! {
        fn decode(
            block: &[u8],
            slot: #v1::Slot,
            tail: &mut #v1::Reader<'_>,
        ) -> ::core::result::Result<Self, #v1::DecodeError> {
            #v1::read_closed(block, slot, tail, |tag, tail| #decode)
        }

        fn check(
            block: &[u8],
            slot: #v1::Slot,
            tail: &mut #v1::Reader<'_>,
        ) -> ::core::result::Result<(), #v1::DecodeError> {
            #v1::read_closed(block, slot, tail, |tag, tail| #check)
        }

        #[allow(unused_variables, unused_mut)]
        fn view<'a>(
            block: &'a [u8],
            slot: #v1::Slot,
            mut tail: #v1::Tail<'a>,
        ) -> Self::View<'a> {
            let (tag, tail) = (#v1::tag(block, slot), &mut tail);
            match tag {
                #(#views)*
                #fallback
            }
        }

        fn skip(block: &[u8], slot: #v1::Slot, tail: &mut #v1::Tail<'_>) {
            tail.nested(|tail| match #v1::tag(block, slot) {
                #(#skips)*
                _ => {}
            });
        }
    }
}

fn union_impl(
    item: &Union,
    variants: &[VariantCode],
    view: &Ident,
    read: &TokenStream,
    door: &Door<'_>,
) -> TokenStream {
    let (v1, name) = (door.alias(), door.ident(&item.name));
    let lifetime = union_lifetime(item, door);
    let tags = variants.iter().map(|variant| &variant.tag);
    let tails = variants.iter().map(|variant| &variant.tail);
    let (raw_tag, raw_tail) = if item.closed {
        (None, None)
    } else {
        let unknown = door.ident(&item.unknown);
        let tag = quote!(Self::#unknown(raw) => raw.tag(),);
        (Some(tag), Some(quote!(Self::#unknown(raw) => #v1::encode_raw(raw, out),)))
    };
    quote! {
        #[automatically_derived]
        impl #v1::Wire for #name {
            const BITS: usize = 0;
            const BLOCK: usize = 1;
            const HAS_TAIL: bool = true;
            const PLAIN: bool = false;

            type View<'a> = #view #lifetime;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: #v1::Slot) {
                let tag = match self {
                    #(#tags)*
                    #raw_tag
                };
                #v1::encode_tag(tag, block, slot);
            }

            fn encode_tail(&self, out: &mut #v1::Writer<'_>) {
                match self {
                    #(#tails)*
                    #raw_tail
                }
            }

            #read

            fn schema() -> &'static #v1::TypeSchema {
                &_SCHEMA
            }
        }
    }
}
