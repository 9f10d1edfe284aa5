//! Structs: those that evolve, and those whose layout is frozen.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::fields::{Fields, locals, ordered, parts};
use super::views::{View, view};
use crate::emit::{Door, schemas};
use crate::ir::{Field, Meta, Struct};

/// The codec of a struct.
pub(in crate::emit) fn structure(item: &Struct, door: &Door<'_>) -> TokenStream {
    let fields = ordered(&item.fields);
    let (name, text) = (door.ident(&item.name), &item.name.text);
    if item.fixed {
        fixed(item, &name, &fields, door)
    } else {
        evolvable(&name, text, &fields, &item.meta, door)
    }
}

fn body<'i, 'd>(text: &str, fields: &[&'i Field], door: &'d Door<'d>) -> Fields<'i, 'd> {
    let (parts, layout) = (parts(fields), format_ident!("LAYOUT"));
    Fields { parts, layout, owner: text.to_owned(), door }
}

/// The codec of a struct that evolves; also of the structs of messages.
pub(in crate::emit) fn evolvable(
    name: &Ident,
    text: &str,
    fields: &[&Field],
    meta: &Meta,
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let own = body(text, fields, door);
    let layout = own.layout();
    let View { ty: view_type, name: view_name, code: view } = view(name, text, false, &own);
    let body = body_impl(name, &view_name, fields, &own);
    let schema = schemas::structure(name, text, false, fields, meta, door);
    let import = door.import();
    quote! {
        #view_type

        const _: () = {
            #import

            #layout

            #body

            #v1::evolvable! { #name { #schema } }

            #view
        };
    }
}

/// What the fields of an evolvable struct look like.
fn body_impl(name: &Ident, view: &Ident, fields: &[&Field], own: &Fields<'_, '_>) -> TokenStream {
    let (v1, door) = (own.door.alias(), own.door);
    let names: Vec<Ident> = fields.iter().map(|field| door.ident(&field.name)).collect();
    let values: Vec<TokenStream> = names.iter().map(|name| quote!(&self.#name)).collect();
    let locals = locals(fields.len());
    let types = fields.iter().map(|field| door.ty(&field.ty));
    let (blocks, tails) = (own.write_blocks(&values), own.write_tails(&values));
    let (reads, checks) = (own.reads(), own.checks());
    // Without fields the parameters go unused.
    let (out, block, tail) = match fields.is_empty() {
        true => (quote!(_), quote!(_), quote!(_)),
        false => (quote!(out), quote!(block), quote!(tail)),
    };
    let (start, some) = (quote!(0), !fields.is_empty());
    let own_block = some.then(|| own.own_block(&start));
    let own_block_mut = some.then(|| own.own_block_mut(&start));
    let spare = some.then(|| own.spare_bits());
    quote! {
        #[automatically_derived]
        impl #v1::Body for #name {
            const BLOCK_LEN: usize = LAYOUT.block_len;
            const TAIL: bool = LAYOUT.tail;
            const TEXT: bool = LAYOUT.text;
            const PLAIN: bool = true #(&& <#types as #v1::Wire>::PLAIN)*;

            type View<'a> = #view<'a>;

            #[inline]
            fn encode_fields(&self, #block: &mut [u8]) {
                #own_block_mut
                #blocks
            }

            #[inline]
            fn encode_tails(&self, #out: &mut #v1::Writer<'_>) {
                #tails
            }

            #[inline]
            fn decode_body(
                #block: &[u8],
                #tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #own_block
                #spare
                #reads
                ::core::result::Result::Ok(Self { #(#names: #locals),* })
            }

            #[inline]
            fn check_body(
                #block: &[u8],
                #tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<(), #v1::DecodeError> {
                #own_block
                #spare
                #checks
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn view_body(body: #v1::BodyView<'_>) -> #view<'_> {
                #view(body)
            }
        }
    }
}

/// The codec of a struct whose layout is frozen: its blocks stand inline.
fn fixed(item: &Struct, name: &Ident, fields: &[&Field], door: &Door<'_>) -> TokenStream {
    let own = body(&item.name.text, fields, door);
    let layout = own.layout();
    let View { ty: view_type, name: view_name, code: view } =
        view(name, &item.name.text, true, &own);
    let wire = fixed_impl(item, name, &view_name, fields, &own);
    // Checked for a schema; a macro sees no types. The runtime asserts it as well, but only where
    // code for a list is generated, which `cargo check` does not do.
    let whole = (door.plain(item) && door.types).then(|| {
        quote! {
            const _: () = ::core::assert!(
                ::core::mem::size_of::<#name>() == LAYOUT.block_len,
                "NP0804: a plain type must be its bytes",
            );
        }
    });
    let import = door.import();
    quote! {
        #view_type

        const _: () = {
            #import

            #layout

            #whole

            #wire

            #view
        };
    }
}

/// The fields of a fixed struct, at the start of its slot.
fn fixed_impl(
    item: &Struct,
    name: &Ident,
    view: &Ident,
    fields: &[&Field],
    own: &Fields<'_, '_>,
) -> TokenStream {
    let (v1, door) = (own.door.alias(), own.door);
    let names: Vec<Ident> = fields.iter().map(|field| door.ident(&field.name)).collect();
    let values: Vec<TokenStream> = names.iter().map(|name| quote!(&self.#name)).collect();
    let locals = locals(fields.len());
    let types = fields.iter().map(|field| door.ty(&field.ty));
    let (blocks, tails) = (own.write_blocks(&values), own.write_tails(&values));
    let (reads, checks, text_ends) = (own.reads(), own.checks(), own.text_ends());
    let start = quote!(slot.block);
    let (own_block, own_block_mut) = (own.own_block(&start), own.own_block_mut(&start));
    // A frozen layout has no newer version that could give these bits a meaning.
    let spare = quote! {
        if LAYOUT.has_spare_bits(block) {
            return ::core::result::Result::Err(
                #v1::DecodeError::new(#v1::DecodeErrorKind::PaddingBits),
            );
        }
    };
    let plain_list = door.plain(item).then(|| quote!(#v1::plain_list! {}));
    let schema = schemas::structure(name, &item.name.text, true, fields, &item.meta, door);
    quote! {
        #[automatically_derived]
        impl #v1::Wire for #name {
            const BITS: usize = 0;
            const BLOCK: usize = LAYOUT.block_len;
            const HAS_TAIL: bool = LAYOUT.tail;
            const PLAIN: bool = true #(&& <#types as #v1::Wire>::PLAIN)*;
            const TEXT: bool = LAYOUT.text;

            type View<'a> = #view<'a>;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: #v1::Slot) {
                #own_block_mut
                #blocks
            }

            #[inline]
            fn encode_tail(&self, out: &mut #v1::Writer<'_>) {
                #tails
            }

            #[inline]
            fn decode(
                block: &[u8],
                slot: #v1::Slot,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #own_block
                #spare
                #reads
                ::core::result::Result::Ok(Self { #(#names: #locals),* })
            }

            #[inline]
            fn check(
                block: &[u8],
                slot: #v1::Slot,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<(), #v1::DecodeError> {
                #own_block
                #spare
                #checks
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn view<'a>(
                block: &'a [u8],
                slot: #v1::Slot,
                tail: #v1::Tail<'a>,
            ) -> #view<'a> {
                let block = #v1::part(block, slot.block, LAYOUT.block_len);
                #view(#v1::BodyView { block, tail })
            }

            #[inline]
            fn skip(block: &[u8], slot: #v1::Slot, tail: &mut #v1::Tail<'_>) {
                if LAYOUT.tail {
                    #own_block
                    skip_fields(usize::MAX, block, tail);
                }
            }

            #[inline]
            fn text_end(block: &[u8], slot: #v1::Slot, tails: &[u8], at: usize) -> usize {
                #own_block
                #text_ends
                at
            }

            #plain_list

            #schema
        }
    }
}
