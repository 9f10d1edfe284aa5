//! Structs: those that evolve, and those whose layout is frozen.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::fields::{Fields, ordered, parts};
use super::mapped;
use super::views::{View, view};
use crate::emit::{Door, schemas};
use crate::ir::{Field, Meta, Name, Struct};

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
    let (parts, layout) = (parts(fields), format_ident!("_LAYOUT"));
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
    let body = body_impl(name, &quote!(#view_name<'a>), &quote!(#view_name(body)), &own);
    let schema = schemas::structure(name, text, false, fields, meta, door);
    let mapped = mapped::structure(name, text, &own);
    let (import, quiet) = (door.import(), door.silent());
    quote! {
        #view_type

        #quiet
        const _: () = {
            #import

            #layout

            #body

            #v1::evolvable! { #name }

            #view

            #schema

            #mapped
        };
    }
}

/// Whether nothing more is said of a value than what stands for it in Rust.
pub(in crate::emit) fn is_converted_only(field: &Field) -> bool {
    field.max.is_none() && !field.varint && field.default.is_none()
}

/// The codec of a message that carries one value of which more is said than its type: a struct
/// that nobody sees, with that value in it.
pub(in crate::emit) fn message_value(
    name: &Ident,
    text: &str,
    field: &Field,
    is_viewed: bool,
    door: &Door<'_>,
) -> TokenStream {
    let (v1, vis, ty) = (door.alias(), &door.vis, door.field_ty(field));
    let wire = door.ty(&field.ty);
    let named = Field { name: Name::new("value", field.name.span), ..field.clone() };
    let all = [&named];
    let own = body(text, &all, door);
    let is_bare = is_converted_only(field);
    let quiet = door.silent();
    let declared = quote! {
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types)]
        #quiet
        #vis struct #name {
            #vis value: #ty,
        }
    };
    if is_viewed && !is_bare {
        let codec = evolvable(name, text, &all, &Meta::default(), door);
        return quote!(#declared #codec);
    }
    let (body, root) = if is_bare {
        (None, converted_root(&own, &wire))
    } else {
        let (layout, unit) = (own.layout(), quote!(()));
        let body = body_impl(
            name,
            &unit,
            &quote!({
                let _ = body;
            }),
            &own,
        );
        let root = quote! {
            fn encode_root(&self, out: &mut #v1::Writer<'_>) {
                #v1::encode_struct_root(self, out);
            }

            fn decode_root(
                reader: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #v1::decode_struct_root(reader)
            }
        };
        (Some(quote!(#layout #body)), root)
    };
    let import = door.import();
    quote! {
        #declared

        #quiet
        const _: () = {
            #import

            #body

            #[automatically_derived]
            impl #v1::Root for #name {
                #root

                fn schema() -> ::core::option::Option<&'static #v1::TypeSchema> {
                    <#wire as #v1::Root>::schema()
                }
            }
        };
    }
}

/// As a whole message, a value for which a type of the application stands is what it is otherwise.
fn converted_root(own: &Fields<'_, '_>, wire: &TokenStream) -> TokenStream {
    let v1 = own.door.alias();
    let (to, from) = (own.to_wire(&quote!(&self.value)), own.accepted(&quote!(value)));
    let layout = own.layout();
    quote! {
        fn encode_root(&self, out: &mut #v1::Writer<'_>) {
            #v1::Root::encode_root(&#to, out);
        }

        fn decode_root(
            reader: &mut #v1::Reader<'_>,
        ) -> ::core::result::Result<Self, #v1::DecodeError> {
            #[allow(dead_code)]
            #layout
            let value: #wire = #v1::Root::decode_root(reader)?;
            ::core::result::Result::Ok(Self { value: #from })
        }
    }
}

/// What the fields of an evolvable struct look like.
fn body_impl(
    name: &Ident,
    view: &TokenStream,
    made_view: &TokenStream,
    own: &Fields<'_, '_>,
) -> TokenStream {
    let (v1, bindings) = (own.door.alias(), own.bindings());
    let plain = own.plain();
    let (blocks, tails) = (own.write_blocks(&own.own()), own.write_tails(&own.own()));
    let (reads, checks) = (own.reads(), own.checks());
    // Without fields the parameters go unused.
    let name_or = |used: bool, name: TokenStream| if used { name } else { quote!(_) };
    let (some, any) = (!own.parts.is_empty(), own.there().next().is_some());
    let (block, tail) = (name_or(some, quote!(block)), name_or(some, quote!(tail)));
    let checked = own.is_checked();
    let (seen, left) = (name_or(checked, quote!(block)), name_or(checked, quote!(tail)));
    let (block_out, out) = (name_or(any, quote!(block)), name_or(own.has_tails(), quote!(out)));
    let start = quote!(0);
    let own_block = some.then(|| own.own_block(&start));
    let check_block = checked.then(|| own.own_block(&start));
    let own_block_mut = any.then(|| own.own_block_mut(&start));
    let unknown_bits = own.unknown_bits();
    quote! {
        #[automatically_derived]
        impl #v1::Body for #name {
            const BLOCK_LEN: usize = _LAYOUT.block_len;
            const TAIL: bool = _LAYOUT.tail;
            const TEXT: bool = _LAYOUT.text;
            const FREE: bool = _LAYOUT.free;
            const PLAIN: bool = #plain;

            type View<'a> = #view;

            #[inline]
            fn encode_fields(&self, #block_out: &mut [u8]) {
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
                #unknown_bits
                #reads
                ::core::result::Result::Ok(Self #bindings)
            }

            #[inline]
            fn check_body(
                #seen: &[u8],
                #left: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<(), #v1::DecodeError> {
                #check_block
                #unknown_bits
                #checks
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn view_body<'a>(body: #v1::BodyView<'a>) -> #view {
                #made_view
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
    let wire = fixed_impl(item, name, &view_name, &own);
    // A macro sees no types. The runtime asserts it as well, but only where code for a list is
    // generated, which `cargo check` does not do.
    let whole = door.plain(item).then(|| {
        quote! {
            const _: () = ::core::assert!(
                ::core::mem::size_of::<#name>() == _LAYOUT.block_len,
                "NP0804: a plain type must be its bytes",
            );
        }
    });
    let schema = schemas::structure(name, &item.name.text, true, fields, &item.meta, door);
    let mapped = mapped::structure(name, &item.name.text, &own);
    let (import, quiet) = (door.import(), door.silent());
    quote! {
        #view_type

        #quiet
        const _: () = {
            #import

            #layout

            #whole

            #wire

            #view

            #schema

            #mapped
        };
    }
}

/// The fields of a fixed struct, at the start of its slot.
fn fixed_impl(item: &Struct, name: &Ident, view: &Ident, own: &Fields<'_, '_>) -> TokenStream {
    let (v1, bindings, plain) = (own.door.alias(), own.bindings(), own.plain());
    let (blocks, reads, checks) = (own.write_blocks(&own.own()), own.reads(), own.checks());
    let start = quote!(slot.block);
    let (own_block, own_block_mut) = (own.own_block(&start), own.own_block_mut(&start));
    let padding_bits = own.padding_bits();
    let name_or = |used: bool, name: TokenStream| if used { name } else { quote!(_) };
    let checked = own.is_checked();
    let check_block = checked.then(|| own_block.clone());
    let (block, slot) = (name_or(checked, quote!(block)), name_or(checked, quote!(slot)));
    let tail = name_or(checked, quote!(tail));
    let tails = own.has_tails().then(|| fixed_tails(own));
    let plain_list = own.door.plain(item).then(|| quote!(#v1::plain_list! {}));
    quote! {
        #[automatically_derived]
        impl #v1::Wire for #name {
            const BITS: usize = 0;
            const BLOCK: usize = _LAYOUT.block_len;
            const HAS_TAIL: bool = _LAYOUT.tail;
            const PLAIN: bool = #plain;
            const TEXT: bool = _LAYOUT.text;
            const FREE: bool = _LAYOUT.free;

            type View<'a> = #view<'a>;

            #[inline]
            fn encode_block(&self, block: &mut [u8], slot: #v1::Slot) {
                #own_block_mut
                #blocks
            }

            #[inline]
            fn decode(
                block: &[u8],
                slot: #v1::Slot,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #own_block
                #padding_bits
                #reads
                ::core::result::Result::Ok(Self #bindings)
            }

            #[inline]
            fn check(
                #block: &[u8],
                #slot: #v1::Slot,
                #tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<(), #v1::DecodeError> {
                #check_block
                #padding_bits
                #checks
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn view<'a>(
                block: &'a [u8],
                slot: #v1::Slot,
                tail: #v1::Tail<'a>,
            ) -> #view<'a> {
                let block = #v1::part(block, slot.block, _LAYOUT.block_len);
                #view(#v1::BodyView { block, tail })
            }

            #tails

            #plain_list

            fn schema() -> &'static #v1::TypeSchema {
                &_SCHEMA
            }
        }
    }
}

/// What a fixed struct does about its tail, where it may have one.
fn fixed_tails(own: &Fields<'_, '_>) -> TokenStream {
    let v1 = own.door.alias();
    let (tails, text_ends) = (own.write_tails(&own.own()), own.text_ends());
    let own_block = own.own_block(&quote!(slot.block));
    quote! {
        #[inline]
        fn encode_tail(&self, out: &mut #v1::Writer<'_>) {
            #tails
        }

        #[inline]
        fn skip(block: &[u8], slot: #v1::Slot, tail: &mut #v1::Tail<'_>) {
            if _LAYOUT.tail {
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
    }
}
