//! Views: types that read fields where they lie.
//!
//! A view's type stands beside the item, for people to name; what it can do stands in the item's
//! `const _`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::fields::{Fields, Part, local, variant_parts};
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

/// What a value of type `ty` looks like where it lies, in bytes that live for `lifetime`; `v1`
/// names the module of generated code.
pub(in crate::emit) fn view_type(
    ty: &Type,
    lifetime: &TokenStream,
    v1: &TokenStream,
    door: &Door<'_>,
) -> TokenStream {
    if matches!(door.behind(ty).kind, TypeKind::Bool | TypeKind::Int(_) | TypeKind::Float(_)) {
        return door.ty(ty);
    }
    let view = door.of_wire_at(v1, ty, &door.ty(ty), "View");
    quote_spanned!(door.place(ty)=> #view<#lifetime>)
}

/// The view of a struct.
pub(super) fn view(item: &Ident, text: &str, fixed: bool, own: &Fields<'_, '_>) -> View {
    let (door, v1) = (own.door, own.door.alias());
    let (vis, name, path) = (&door.vis, format_ident!("{item}View"), door.v1());
    let doc = format!(" `{text}` where it lies in the bytes.");
    let ty = quote! {
        #[doc = #doc]
        #[derive(Clone, Copy)]
        #[allow(dead_code, non_camel_case_types)]
        #vis struct #name<'a>(#path::BodyView<'a>);
    };
    let taken = |name: &str| own.parts.iter().any(|part| part.field.name.in_rust() == name);
    let getters = own.there().map(|(i, part)| getter(i, part, fixed, own));
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
    let skip =
        (fixed || own.there().any(|(i, part)| skips(i, part, own))).then(|| skip_fields(own));
    let debug = debug(&name, text, own);
    let code = quote! {
        #skip

        #[allow(dead_code, non_snake_case, clippy::all)]
        impl<'a> #name<'a> {
            #(#getters)*

            #to_owned
        }

        #debug
    };
    View { name, ty, code }
}

/// Whether a tail must be moved for what reads field `i`.
fn skips(i: usize, part: &Part<'_>, own: &Fields<'_, '_>) -> bool {
    part.has_tail(own.door) && own.parts.iter().take(i).any(|part| part.has_tail(own.door))
}

/// Moves a tail behind the fields before number `upto`; nothing where none has a tail.
fn skip_fields(own: &Fields<'_, '_>) -> Option<TokenStream> {
    let v1 = own.door.alias();
    let tails = own.parts.iter().enumerate().filter(|(_, part)| part.has_tail(own.door));
    let skips: Vec<TokenStream> = tails
        .map(|(i, part)| {
            let (skip, i) = (own.skip(i, part), Literal::usize_unsuffixed(i));
            quote!(if upto > #i { #skip })
        })
        .collect();
    (!skips.is_empty()).then(|| {
        quote! {
            #[inline(always)]
            fn skip_fields(upto: usize, block: &[u8], tail: &mut #v1::Tail<'_>) {
                #(#skips)*
            }
        }
    })
}

/// What reads field `i`.
fn getter(i: usize, part: &Part<'_>, fixed: bool, own: &Fields<'_, '_>) -> TokenStream {
    let (door, v1) = (own.door, own.door.alias());
    let (vis, name) = (&door.vis, door.ident(&part.field.name));
    let docs = door.docs(&part.field.docs, &format!("Field {}.", part.field.number.value));
    let deprecated = door.deprecated(&part.field.meta);
    let ty = view_type(part.ty(), &quote!('a), &v1, door);
    let view = own.view(i, part, &quote!(tail));
    let body = if skips(i, part, own) {
        let number = Literal::usize_unsuffixed(i);
        quote! {
            let (block, mut tail) = (self.0.block, self.0.tail);
            skip_fields(#number, block, &mut tail);
            #view
        }
    } else {
        quote!(let #v1::BodyView { block, tail } = self.0; #view)
    };
    let has = own.has_name(part).filter(|_| !fixed).map(|has| {
        let doc = format!(" Whether its writer knew of `{}`.", part.label);
        let known = own.has(i, part);
        quote! {
            #[doc = #doc]
            #[inline]
            #[must_use]
            #vis fn #has(&self) -> bool {
                #known
            }
        }
    });
    quote! {
        #docs
        #[inline]
        #[must_use]
        #deprecated
        #vis fn #name(&self) -> #ty {
            #body
        }

        #has
    }
}

impl Fields<'_, '_> {
    /// What says whether a later field was written: for fields whose writer must be newer than the
    /// first, and whose absence says nothing by itself.
    fn has_name(&self, part: &Part<'_>) -> Option<Ident> {
        part.field.meta.since?;
        if matches!(self.door.behind(part.ty()).kind, TypeKind::Bool | TypeKind::Option(_)) {
            return None;
        }
        let name = format!("has_{}", part.field.name.in_rust());
        let taken = self.parts.iter().any(|other| other.field.name.in_rust() == name);
        (!taken).then(|| Ident::new(&name, self.door.place(part.ty())))
    }
}

/// Shows the fields.
fn debug(name: &Ident, text: &str, own: &Fields<'_, '_>) -> TokenStream {
    let fields = own.there().map(|(_, part)| {
        // As Rust's own `Debug` has it for the value.
        let (label, getter) = (part.field.name.in_rust(), own.door.ident(&part.field.name));
        if own.door.types {
            return quote!(.field(#label, &self.#getter()));
        }
        let at = own.door.place(part.ty());
        let mut getter = getter;
        getter.set_span(at);
        quote_spanned!(at=> .field(#label, &Self::#getter(self)))
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

/// The view of a union.
pub(super) fn union_view(item: &Union, door: &Door<'_>) -> View {
    let (vis, v1) = (&door.vis, door.v1());
    let name = format_ident!("{}View", door.ident(&item.name));
    let doc = format!(" `{}` where it lies in the bytes.", item.name.text);
    let variants = item.variants.iter().map(|variant| variant_type(variant, &v1, door));
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        quote! {
            /// A variant that this side's schema does not know.
            #unknown(#v1::RawView<'a>),
        }
    });
    let (quiet, lifetime) = (door.quiet(), union_lifetime(item, door));
    let ty = quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        #[allow(dead_code, non_camel_case_types, non_snake_case, clippy::large_enum_variant)]
        #quiet
        #vis enum #name #lifetime {
            #(#variants,)*
            #unknown
        }
    };
    View { name, ty, code: quote!() }
}

/// `<'a>`, unless a union is closed and of numbers alone: its view then borrows nothing.
pub(super) fn union_lifetime(item: &Union, door: &Door<'_>) -> Option<TokenStream> {
    let is_number = |part: &Part<'_>| {
        let kind = &door.behind(part.ty()).kind;
        matches!(kind, TypeKind::Bool | TypeKind::Int(_) | TypeKind::Float(_))
    };
    let borrows = item.variants.iter().any(|variant| {
        variant_parts(variant).iter().any(|part| part.is_there() && !is_number(part))
    });
    (borrows || !item.closed).then(|| quote!(<'a>))
}

fn variant_type(variant: &UnionVariant, v1: &TokenStream, door: &Door<'_>) -> TokenStream {
    let docs = door.docs(&variant.docs, &format!("Tag {}.", variant.number.value));
    let deprecated = door.deprecated(&variant.meta);
    let docs = quote!(#docs #deprecated);
    let name = door.ident(&variant.name);
    let parts = variant_parts(variant);
    let parts: Vec<&Part<'_>> = parts.iter().filter(|part| part.is_there()).collect();
    let types = parts.iter().map(|part| view_type(part.ty(), &quote!('a), v1, door));
    match &variant.payload {
        Payload::Unit => quote!(#docs #name),
        Payload::Tuple(_) => quote!(#docs #name(#(#types)*)),
        Payload::Fields(_) => {
            let fields = parts.iter().zip(types).map(|(part, ty)| {
                let text = format!("Field {}.", part.field.number.value);
                let (docs, name) =
                    (door.docs(&part.field.docs, &text), door.ident(&part.field.name));
                let deprecated = door.deprecated(&part.field.meta);
                quote!(#docs #deprecated #name: #ty)
            });
            quote!(#docs #name { #(#fields),* })
        }
    }
}

/// What makes the view of a variant: of the `block` and the `tail` that are at hand, if it has
/// fields.
pub(super) fn variant_view(
    view: &Ident,
    variant: &UnionVariant,
    own: &Fields<'_, '_>,
) -> TokenStream {
    let name = own.door.ident(&variant.name);
    let last = own.parts.len().saturating_sub(1);
    let reads = own.parts.iter().enumerate().map(|(i, part)| {
        let read = part.is_there().then(|| {
            let (local, view) = (local(i), own.view(i, part, &quote!(*tail)));
            quote!(let #local = #view;)
        });
        let skip = (i < last).then(|| own.skip(i, part));
        quote!(#read #skip)
    });
    let reads = quote!(#(#reads)*);
    match &variant.payload {
        Payload::Unit => quote!(#view::#name),
        Payload::Tuple(_) => quote!({ #reads #view::#name(f0) }),
        Payload::Fields(_) => {
            let bindings = own.bindings();
            quote!({ #reads #view::#name #bindings })
        }
    }
}
