//! The codec of data types: `Wire`, and `Body` for what evolves.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::ir::{Field, Payload, ScalarEnum, Struct, Type, Union, UnionVariant};

use crate::check::snake_case;
use super::{Door, schemas, types};

/// One field of a body: how its value is reached, and its type.
pub(super) struct Part<'i> {
    /// `a` in `self.a`, `0` in a tuple's place.
    pub(super) label: String,
    pub(super) ty: &'i Type,
}

/// Fields in number order.
pub(super) fn ordered(fields: &[Field]) -> Vec<&Field> {
    let mut fields: Vec<&Field> = fields.iter().collect();
    fields.sort_by_key(|field| field.number.value);
    fields
}

/// The names `f0`, `f1`, … of values that were read or matched.
fn locals(count: usize) -> Vec<Ident> {
    (0..count).map(|i| format_ident!("f{i}")).collect()
}

/// `const <name>: Layout<N> = …`.
fn layout(name: &Ident, types: &[&Type], door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let count = Literal::usize_unsuffixed(types.len());
    let types = types.iter().map(|ty| door.ty(ty));
    quote! {
        const #name: #v1::Layout<#count> = #v1::layout([#(#v1::Shape::of::<#types>()),*]);
    }
}

/// Statements that write `values` (references to the parts) into a block at `base`.
///
/// They stand at the place of the part's type, so that rustc complains there if it has no
/// encoding.
fn writes(
    layout: &Ident,
    parts: &[Part<'_>],
    values: &[TokenStream],
    base: &TokenStream,
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let writes = parts.iter().zip(values).enumerate().map(|(i, (part, value))| {
        let i = Literal::usize_unsuffixed(i);
        let write = quote_spanned!(door.place(part.ty)=> #v1::Wire::encode);
        quote!(#write(#value, #layout.slots[#i].from(#base), out);)
    });
    quote!(#(#writes)*)
}

/// Statements that read each part of `block` into `f0`, `f1`, …
fn reads(
    layout: &Ident,
    owner: &str,
    parts: &[Part<'_>],
    base: Option<&TokenStream>,
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let from = base.map(|base| quote!(.from(#base)));
    let reads = parts.iter().zip(locals(parts.len())).enumerate().map(|(i, (part, local))| {
        let (label, ty) = (&part.label, door.ty(part.ty));
        let i = Literal::usize_unsuffixed(i);
        let field = quote_spanned!(door.place(part.ty)=> #v1::field);
        quote! {
            let #local: #ty = #field(
                block,
                #layout.slots[#i] #from,
                tail,
                &#v1::Place { owner: #owner, field: #label },
            )?;
        }
    });
    quote!(#(#reads)*)
}

/// Refuses flag bits that no field has, when reading exactly.
fn spare_bits(layout: &Ident, v1: &TokenStream) -> TokenStream {
    quote! {
        if tail.exact() && #layout.has_spare_bits(block) {
            return ::core::result::Result::Err(
                #v1::DecodeError::new(#v1::DecodeErrorKind::UnknownBits),
            );
        }
    }
}

fn parts<'i>(fields: &[&'i Field]) -> Vec<Part<'i>> {
    fields
        .iter()
        .map(|field| Part {
            label: field.name.text.clone(),
            ty: &field.ty,
        })
        .collect()
}

/// The codec of a struct.
pub(super) fn structure(item: &Struct, door: &Door<'_>) -> TokenStream {
    if item.fixed {
        fixed(item, door)
    } else {
        evolvable(&door.ident(&item.name), &item.name.text, &item.fields, door)
    }
}

/// The codec of a struct that evolves; also of the structs of messages.
pub(super) fn evolvable(
    name: &Ident,
    text: &str,
    fields: &[Field],
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let fields = ordered(fields);
    let konst = format_ident!("LAYOUT");
    let layout = layout(
        &konst,
        &fields.iter().map(|f| &f.ty).collect::<Vec<_>>(),
        door,
    );
    let names: Vec<Ident> = fields.iter().map(|field| door.ident(&field.name)).collect();
    let parts = parts(&fields);
    let values: Vec<TokenStream> = names.iter().map(|name| quote!(&self.#name)).collect();
    let writes = writes(&konst, &parts, &values, &quote!(at), door);
    let reads = reads(&konst, text, &parts, None, door);
    let spare = spare_bits(&konst, &v1);
    let locals = locals(fields.len());
    let schema = schemas::structure(name, text, false, &fields, door);
    // Without fields the parameters go unused.
    let (at, out, block, tail) = match fields.is_empty() {
        true => (quote!(_), quote!(_), quote!(_), quote!(_)),
        false => (quote!(at), quote!(out), quote!(block), quote!(tail)),
    };
    let spare = (!fields.is_empty()).then_some(spare);
    let import = door.import();
    quote! {
        const _: () = {
            #import

            #layout

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
        };
    }
}

/// The codec of a struct whose layout is frozen: its blocks stand inline.
fn fixed(item: &Struct, door: &Door<'_>) -> TokenStream {
    let (v1, name, text) = (door.alias(), door.ident(&item.name), &item.name.text);
    let fields = ordered(&item.fields);
    let konst = format_ident!("LAYOUT");
    let layout = layout(
        &konst,
        &fields.iter().map(|f| &f.ty).collect::<Vec<_>>(),
        door,
    );
    let names: Vec<Ident> = fields.iter().map(|field| door.ident(&field.name)).collect();
    let parts = parts(&fields);
    let values: Vec<TokenStream> = names.iter().map(|name| quote!(&self.#name)).collect();
    let writes = writes(&konst, &parts, &values, &quote!(slot.block), door);
    let reads = reads(&konst, text, &parts,
        Some(&quote!(slot.block)),
        door,
    );
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
    let schema = schemas::structure(&name, text, true, &fields, door);
    let import = door.import();
    quote! {
        const _: () = {
            #import

            #layout

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

/// The codec of an enum that is a number.
pub(super) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (v1, name, repr) = (door.alias(), door.ident(&item.name), types::repr(item.repr));
    let unknown = door.ident(&item.unknown);
    let variants: Vec<Ident> = item.variants.iter().map(|v| door.ident(&v.name)).collect();
    let numbers: Vec<Literal> = item
        .variants
        .iter()
        .map(|v| Literal::u32_unsuffixed(v.number.value))
        .collect();
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

/// The fields of a variant as a body; a tuple's value is field 0.
fn variant_parts<'i>(variant: &'i UnionVariant) -> Vec<Part<'i>> {
    match &variant.payload {
        Payload::Unit => Vec::new(),
        Payload::Tuple(ty) => vec![Part {
            label: variant.name.text.clone(),
            ty,
        }],
        Payload::Fields(fields) => parts(&ordered(fields)),
    }
}

/// A pattern, or a constructor, of a variant over `f0`, `f1`, … in number order.
fn variant_shape(variant: &UnionVariant, door: &Door<'_>) -> TokenStream {
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

/// The codec of an open union.
pub(super) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let (v1, name) = (door.alias(), door.ident(&item.name));
    let unknown = door.ident(&item.unknown);
    let mut layouts = Vec::new();
    let mut encodes = Vec::new();
    let mut decodes = Vec::new();
    for variant in &item.variants {
        let tag = Literal::u8_unsuffixed(u8::try_from(variant.number.value).unwrap_or(u8::MAX));
        let shape = variant_shape(variant, door);
        let parts = variant_parts(variant);
        if parts.is_empty() {
            encodes.push(quote!(#shape => #v1::encode_unit(#tag, slot, out),));
            decodes.push(quote!(#tag => #v1::decode_unit(tail).map(|()| #shape),));
            continue;
        }
        let konst = format_ident!("LAYOUT_{}", variant.number.value);
        layouts.push(layout(
            &konst,
            &parts.iter().map(|part| part.ty).collect::<Vec<_>>(),
            door,
        ));
        let values: Vec<TokenStream> = locals(parts.len())
            .iter()
            .map(|local| quote!(#local))
            .collect();
        let writes = writes(&konst, &parts, &values, &quote!(at), door);
        encodes.push(quote! {
            #shape => #v1::encode_variant(#tag, #konst.block_len, slot, out, |at, out| { #writes }),
        });
        let owner = match &variant.payload {
            Payload::Fields(_) => format!("{}::{}", item.name.text, variant.name.text),
            Payload::Unit | Payload::Tuple(_) => item.name.text.clone(),
        };
        let (reads, spare) = (
            reads(&konst, &owner, &parts, None, door),
            spare_bits(&konst, &v1),
        );
        decodes.push(quote! {
            #tag => #v1::decode_variant(#konst.block_len, tail, |block, tail| {
                #spare
                #reads
                ::core::result::Result::Ok(#shape)
            }),
        });
    }
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
                    #v1::decode_union(block, slot, tail, |tag, tail| match tag {
                        #(#decodes)*
                        _ => #v1::decode_raw(tag, tail).map(Self::#unknown),
                    })
                }

                #schema
            }

            #error
        };
    }
}

/// What an error says of itself: the first line of its documentation, as a message, or its name.
fn error_text(variant: &UnionVariant) -> String {
    let first = variant.docs.0.iter().map(|line| line.trim()).find(|line| !line.is_empty());
    let Some(line) = first else {
        return snake_case(&variant.name.text).replace('_', " ");
    };
    let line = line.trim_end_matches('.');
    let mut chars = line.chars();
    match (chars.next(), chars.next()) {
        // A word, and not a name in capitals.
        (Some(head), Some(next)) if !next.is_uppercase() => {
            let rest = line.get(head.len_utf8()..).unwrap_or_default();
            head.to_lowercase().chain(rest.chars()).collect()
        }
        _ => line.to_owned(),
    }
}

/// `Display` and `Error` of a typed error: what it says of itself, and what it carries.
fn error_impls(item: &Union, door: &Door<'_>) -> TokenStream {
    let name = door.ident(&item.name);
    let unknown = door.ident(&item.unknown);
    let arms = item.variants.iter().map(|variant| {
        let (shape, text) = (variant_shape(variant, door), error_text(variant));
        let parts = variant_parts(variant);
        if parts.is_empty() {
            return quote!(#shape => f.write_str(#text),);
        }
        let values: Vec<String> = match &variant.payload {
            Payload::Fields(_) => parts.iter().map(|part| format!("{}: {{:?}}", part.label)).collect(),
            Payload::Unit | Payload::Tuple(_) => vec!["{:?}".to_owned()],
        };
        let (values, locals) = (format!(" ({})", values.join(", ")), locals(parts.len()));
        quote! {
            #shape => {
                f.write_str(#text)?;
                ::core::write!(f, #values, #(#locals),*)
            }
        }
    });
    let unknown_text = format!(
        "an error that this version of {} does not know (tag ",
        item.name.text
    );
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#arms)*
                    Self::#unknown(raw) => {
                        f.write_str(#unknown_text)?;
                        ::core::fmt::Display::fmt(&raw.tag(), f)?;
                        f.write_str(")")
                    }
                }
            }
        }

        #[automatically_derived]
        impl ::core::error::Error for #name {}
    }
}
