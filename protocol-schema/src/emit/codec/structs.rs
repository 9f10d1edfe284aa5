//! Structs: those that evolve, and those whose layout is frozen.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::fields::{layout, locals, ordered, parts, reads, spare_bits, writes};
use crate::emit::{Door, schemas};
use crate::ir::{Field, Meta, Struct, Type};

/// The codec of a struct.
pub(in crate::emit) fn structure(item: &Struct, door: &Door<'_>) -> TokenStream {
    if item.fixed {
        fixed(item, door)
    } else {
        let fields = ordered(&item.fields);
        evolvable(&door.ident(&item.name), &item.name.text, &fields, &item.meta, door)
    }
}

/// The codec of a struct that evolves; also of the structs of messages.
pub(in crate::emit) fn evolvable(
    name: &Ident,
    text: &str,
    fields: &[&Field],
    meta: &Meta,
    door: &Door<'_>,
) -> TokenStream {
    let types: Vec<&Type> = fields.iter().map(|field| &field.ty).collect();
    let layout = layout(&format_ident!("LAYOUT"), &types, door);
    let body = body_impl(name, text, fields, door);
    let wire = wire_impl(name, &schemas::structure(name, text, false, fields, meta, door), door);
    let import = door.import();
    quote! {
        const _: () = {
            #import

            #layout

            #body

            #wire
        };
    }
}

/// What the fields of an evolvable struct look like.
fn body_impl(name: &Ident, text: &str, fields: &[&Field], door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let konst = format_ident!("LAYOUT");
    let names: Vec<Ident> = fields.iter().map(|field| door.ident(&field.name)).collect();
    let parts = parts(fields);
    let values: Vec<TokenStream> = names.iter().map(|name| quote!(&self.#name)).collect();
    let writes = writes(&konst, &parts, &values, &quote!(at), door);
    let reads = reads(&konst, text, &parts, None, door);
    let locals = locals(fields.len());
    // Without fields the parameters go unused.
    let (at, out, block, tail) = match fields.is_empty() {
        true => (quote!(_), quote!(_), quote!(_), quote!(_)),
        false => (quote!(at), quote!(out), quote!(block), quote!(tail)),
    };
    let spare = (!fields.is_empty()).then(|| spare_bits(&konst, &v1));
    quote! {
        #[automatically_derived]
        impl #v1::Body for #name {
            const BLOCK_LEN: usize = LAYOUT.block_len;
            const TAIL: bool = LAYOUT.tail;

            #[inline]
            fn encode_body(&self, #at: usize, #out: &mut #v1::Writer<'_>) {
                #writes
            }

            #[inline]
            fn decode_body(
                #block: &[u8],
                #tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #spare
                #reads
                ::core::result::Result::Ok(Self { #(#names: #locals),* })
            }
        }
    }
}

/// How an evolvable struct stands as a field, in lists, and alone: what every one of them shares.
fn wire_impl(name: &Ident, schema: &TokenStream, door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    quote! {
        #[automatically_derived]
        impl #v1::Wire for #name {
            const BITS: usize = 0;
            const BLOCK: usize = 1;
            const HAS_TAIL: bool = true;
            const PLAIN: bool = false;

            fn encode(&self, slot: #v1::Slot, out: &mut #v1::Writer<'_>) {
                #v1::encode_struct(self, slot, out);
            }

            fn decode(
                block: &[u8],
                slot: #v1::Slot,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #v1::decode_struct(block, slot, tail)
            }

            fn encode_elements<'i>(
                items: impl ::core::iter::ExactSizeIterator<Item = &'i Self>,
                out: &mut #v1::Writer<'_>,
            ) {
                #v1::encode_struct_list(items, out);
            }

            fn decode_list(
                count: usize,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<::std::vec::Vec<Self>, #v1::DecodeError> {
                #v1::decode_struct_list(count, tail)
            }

            fn encode_root(&self, out: &mut #v1::Writer<'_>) {
                #v1::encode_struct_root(self, out);
            }

            fn decode_root(
                reader: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<Self, #v1::DecodeError> {
                #v1::decode_struct_root(reader)
            }

            #schema
        }
    }
}

/// The codec of a struct whose layout is frozen: its blocks stand inline.
fn fixed(item: &Struct, door: &Door<'_>) -> TokenStream {
    let (v1, name, text) = (door.alias(), door.ident(&item.name), &item.name.text);
    let fields = ordered(&item.fields);
    let konst = format_ident!("LAYOUT");
    let layout = layout(&konst, &fields.iter().map(|f| &f.ty).collect::<Vec<_>>(), door);
    let names: Vec<Ident> = fields.iter().map(|field| door.ident(&field.name)).collect();
    let parts = parts(&fields);
    let values: Vec<TokenStream> = names.iter().map(|name| quote!(&self.#name)).collect();
    let writes = writes(&konst, &parts, &values, &quote!(slot.block), door);
    let reads = reads(&konst, text, &parts, Some(&quote!(slot.block)), door);
    let locals = locals(fields.len());
    let types = fields.iter().map(|field| door.ty(&field.ty));
    let plain_list = door.plain(item).then(|| {
        quote! {
            #[inline]
            fn encode_list(items: &[Self], out: &mut #v1::Writer<'_>) {
                #v1::encode_plain_list(items, out);
            }

            #[inline]
            fn decode_list(
                count: usize,
                tail: &mut #v1::Reader<'_>,
            ) -> ::core::result::Result<::std::vec::Vec<Self>, #v1::DecodeError> {
                #v1::decode_plain_list(count, tail)
            }
        }
    });
    // Checked for a schema; a macro sees no types. The runtime asserts it as well, but only where
    // code for a list is generated, which `cargo check` does not do.
    let whole = (door.plain(item) && !door.types).then(|| {
        quote! {
            const _: () = ::core::assert!(
                ::core::mem::size_of::<#name>() == LAYOUT.block_len,
                "NP0804: a plain type must be its bytes",
            );
        }
    });
    let schema = schemas::structure(&name, text, true, &fields, &item.meta, door);
    let import = door.import();
    quote! {
        const _: () = {
            #import

            #layout

            #whole

            #[automatically_derived]
            impl #v1::Wire for #name {
                const BITS: usize = 0;
                const BLOCK: usize = LAYOUT.block_len;
                const HAS_TAIL: bool = LAYOUT.tail;
                const PLAIN: bool = true #(&& <#types as #v1::Wire>::PLAIN)*;

                #[inline]
                fn encode(&self, slot: #v1::Slot, out: &mut #v1::Writer<'_>) {
                    #writes
                }

                #[inline]
                fn decode(
                    block: &[u8],
                    slot: #v1::Slot,
                    tail: &mut #v1::Reader<'_>,
                ) -> ::core::result::Result<Self, #v1::DecodeError> {
                    // A frozen layout has no newer version that could give these bits a meaning.
                    if LAYOUT.has_spare_bits(#v1::behind(block, slot)) {
                        return ::core::result::Result::Err(
                            #v1::DecodeError::new(#v1::DecodeErrorKind::PaddingBits),
                        );
                    }
                    #reads
                    ::core::result::Result::Ok(Self { #(#names: #locals),* })
                }

                #plain_list

                #schema
            }
        };
    }
}
