//! Views: types that read fields where they lie.
//!
//! A view's type stands beside the item, for people to name; what it can do stands in the item's
//! `const _`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::fields::{Fields, Part, variant_parts};
use crate::emit::Door;
use crate::ir::{Payload, Type, TypeKind, Union, UnionVariant};

/// What a type's view adds to it.
pub(super) struct View {
    /// How it is called.
    pub(super) name: Ident,
    /// Its declaration.
    pub(super) ty: TokenStream,
    /// What it can do.
    pub(super) code: TokenStream,
}

/// What a field of type `ty` looks like in a view; `v1` names the module of generated code.
fn view_type(ty: &Type, v1: &TokenStream, door: &Door<'_>) -> TokenStream {
    match &door.behind(ty).kind {
        TypeKind::Bool | TypeKind::Int(_) | TypeKind::Float(_) => door.ty(ty),
        _ => {
            let ty = door.ty(ty);
            quote!(<#ty as #v1::Wire>::View<'a>)
        }
    }
}

/// The view of a struct.
pub(super) fn view(item: &Ident, text: &str, fixed: bool, own: &Fields<'_, '_>) -> View {
    let (door, v1) = (own.door, own.door.alias());
    let (vis, name, path) = (&door.vis, format_ident!("{item}View"), door.v1());
    let doc = format!(" [`{text}`] where it lies in the bytes.");
    let ty = quote! {
        #[doc = #doc]
        #[derive(Clone, Copy)]
        #[allow(dead_code, non_camel_case_types)]
        #vis struct #name<'a>(#path::BodyView<'a>);
    };
    let taken = |label: &str| own.parts.iter().any(|part| part.label == label);
    let getters = own.parts.iter().enumerate().map(|(i, part)| getter(i, part, fixed, own));
    let to_owned = (!taken("to_owned")).then(|| {
        let read = if fixed {
            quote!(|block, tail| #v1::Wire::decode(block, #v1::Slot::START, tail))
        } else {
            quote!(#v1::Body::decode_body)
        };
        quote! {
            /// Reads the value out of the bytes.
            ///
            /// # Errors
            ///
            /// None in bytes that were checked, unless the value takes more memory than the
            /// default budget of decoding.
            #vis fn to_owned(&self) -> ::core::result::Result<#item, #v1::DecodeError> {
                self.0.decode(#read)
            }
        }
    });
    let skip = skip_fields(own);
    let debug = debug(&name, text, own);
    let code = quote! {
        #skip

        #[allow(dead_code, non_snake_case)]
        impl<'a> #name<'a> {
            #(#getters)*

            #to_owned
        }

        #debug
    };
    View { name, ty, code }
}

/// Moves a tail behind the fields before number `upto`.
fn skip_fields(own: &Fields<'_, '_>) -> TokenStream {
    let v1 = own.door.alias();
    let skips = own.parts.iter().enumerate().map(|(i, part)| {
        let (skip, i) = (own.skip(i, part), Literal::usize_unsuffixed(i));
        quote!(if upto > #i { #skip })
    });
    quote! {
        #[allow(dead_code, unused_variables)]
        #[inline(always)]
        fn skip_fields(upto: usize, block: &[u8], tail: &mut #v1::Tail<'_>) {
            #(#skips)*
        }
    }
}

/// What reads field `i`.
fn getter(i: usize, part: &Part<'_>, fixed: bool, own: &Fields<'_, '_>) -> TokenStream {
    let (door, v1) = (own.door, own.door.alias());
    let (vis, name) = (&door.vis, door.ident(&part.field.name));
    let docs = door.docs(&part.field.docs, &format!("Field {}.", part.field.number.value));
    let ty = view_type(part.ty, &v1, door);
    let view = own.view(i, part, &quote!(tail));
    let number = Literal::usize_unsuffixed(i);
    let has = own.has_name(part).filter(|_| !fixed).map(|has| {
        let doc = format!(" Whether its writer knew of `{}`.", part.label);
        let (slot, ty) = (own.slot(i), door.ty(part.ty));
        quote! {
            #[doc = #doc]
            #[inline]
            #[must_use]
            #vis fn #has(&self) -> bool {
                #v1::has_field::<#ty>(self.0.block, #slot)
            }
        }
    });
    quote! {
        #docs
        #[inline]
        #[must_use]
        #vis fn #name(&self) -> #ty {
            let (block, mut tail) = (self.0.block, self.0.tail);
            skip_fields(#number, block, &mut tail);
            #view
        }

        #has
    }
}

impl Fields<'_, '_> {
    /// What says whether a later field was written: for fields whose writer must be newer than the
    /// first, and whose absence says nothing by itself.
    fn has_name(&self, part: &Part<'_>) -> Option<Ident> {
        part.field.meta.since?;
        if matches!(self.door.behind(part.ty).kind, TypeKind::Bool | TypeKind::Option(_)) {
            return None;
        }
        let name = format!("has_{}", part.label);
        let taken = self.parts.iter().any(|other| other.label == name);
        (!taken).then(|| Ident::new(&name, self.door.place(part.ty)))
    }
}

/// Shows the fields.
fn debug(name: &Ident, text: &str, own: &Fields<'_, '_>) -> TokenStream {
    let fields = own.parts.iter().map(|part| {
        let (label, getter) = (&part.label, own.door.ident(&part.field.name));
        quote!(.field(#label, &self.#getter()))
    });
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #name<'_> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#text) #(#fields)* .finish()
            }
        }
    }
}

/// The view of an open union.
pub(super) fn union_view(item: &Union, door: &Door<'_>) -> View {
    let (vis, v1) = (&door.vis, door.v1());
    let name = format_ident!("{}View", door.ident(&item.name));
    let doc = format!(" [`{}`] where it lies in the bytes.", item.name.text);
    let variants = item.variants.iter().map(|variant| variant_type(variant, &v1, door));
    let unknown = door.ident(&item.unknown);
    let ty = quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        #[allow(dead_code, non_camel_case_types, non_snake_case)]
        #vis enum #name<'a> {
            #(#variants,)*
            /// A variant that this side's schema does not know.
            #unknown(#v1::RawView<'a>),
        }
    };
    View { name, ty, code: quote!() }
}

fn variant_type(variant: &UnionVariant, v1: &TokenStream, door: &Door<'_>) -> TokenStream {
    let docs = door.docs(&variant.docs, &format!("Tag {}.", variant.number.value));
    let name = door.ident(&variant.name);
    let parts = variant_parts(variant);
    let types = parts.iter().map(|part| view_type(part.ty, v1, door));
    match &variant.payload {
        Payload::Unit => quote!(#docs #name),
        Payload::Tuple(_) => quote!(#docs #name(#(#types)*)),
        Payload::Fields(_) => {
            let fields = parts.iter().zip(types).map(|(part, ty)| {
                let text = format!("Field {}.", part.field.number.value);
                let (docs, name) =
                    (door.docs(&part.field.docs, &text), door.ident(&part.field.name));
                quote!(#docs #name: #ty)
            });
            quote!(#docs #name { #(#fields),* })
        }
    }
}

/// The arm that makes a view of a variant out of `bytes`.
pub(super) fn variant_view(
    tag: &Literal,
    view: &Ident,
    variant: &UnionVariant,
    own: &Fields<'_, '_>,
) -> TokenStream {
    let (v1, name) = (own.door.alias(), own.door.ident(&variant.name));
    if own.parts.is_empty() {
        let braces = matches!(variant.payload, Payload::Fields(_)).then(|| quote!({}));
        return quote!(#tag => #view::#name #braces,);
    }
    let last = own.parts.len() - 1;
    let reads = own.parts.iter().enumerate().map(|(i, part)| {
        let (local, view) = (format_ident!("f{i}"), own.view(i, part, &quote!(*tail)));
        let skip = (i < last).then(|| own.skip(i, part));
        quote!(let #local = #view; #skip)
    });
    let locals = super::fields::locals(own.parts.len());
    let made = match &variant.payload {
        Payload::Unit | Payload::Tuple(_) => quote!(#view::#name(#(#locals),*)),
        Payload::Fields(_) => {
            let names = own.parts.iter().map(|part| own.door.ident(&part.field.name));
            quote!(#view::#name { #(#names: #locals),* })
        }
    };
    quote! {
        #tag => {
            let #v1::BodyView { block, mut tail } = #v1::open_body(bytes);
            let tail = &mut tail;
            #(#reads)*
            #made
        }
    }
}
