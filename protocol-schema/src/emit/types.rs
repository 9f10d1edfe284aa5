//! The Rust types themselves: emitted by the `.np` door only, the Rust door has them already.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{
    Alias, ArrayLen, Const, Docs, Field, Flags, Float, Int, Meta, Name, Payload, Protocol, Repr,
    ScalarEnum, Struct, Type, TypeKind, Union,
};

use super::{Door, names};

/// What a message carries, apart from its stream.
pub(super) enum Content<'i> {
    Unit,
    Value(&'i Field),
    Fields(Vec<&'i Field>),
}

/// What a message carries, and the one field that is a stream.
pub(super) fn content(payload: &Payload) -> (Content<'_>, Option<&Field>) {
    let is_stream = |field: &&Field| matches!(field.ty.kind, TypeKind::Stream(_));
    match payload {
        Payload::Unit => (Content::Unit, None),
        Payload::Tuple(field) if is_stream(&&**field) => (Content::Unit, Some(field)),
        Payload::Tuple(field) => (Content::Value(field), None),
        Payload::Fields(fields) => {
            let stream = fields.iter().find(is_stream);
            (Content::Fields(fields.iter().filter(|field| !is_stream(field)).collect()), stream)
        }
    }
}

impl Door<'_> {
    /// A type as Rust writes it.
    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        match &ty.kind {
            TypeKind::Unit => quote!(()),
            TypeKind::Bool => quote!(bool),
            TypeKind::Int(int) => int_type(*int),
            TypeKind::Float(Float::F32) => quote!(f32),
            TypeKind::Float(Float::F64) => quote!(f64),
            TypeKind::String => quote!(::std::string::String),
            TypeKind::Bytes => {
                let facade = &self.facade;
                quote!(#facade::Bytes)
            }
            TypeKind::Vec(item) => {
                let item = self.ty(item);
                quote!(::std::vec::Vec<#item>)
            }
            TypeKind::Option(item) => {
                let item = self.ty(item);
                quote!(::core::option::Option<#item>)
            }
            TypeKind::Array(item, len) => {
                let item = self.ty(item);
                let len = array_len(len, self);
                quote!([#item; #len])
            }
            TypeKind::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.ty(part));
                quote!((#(#parts,)*))
            }
            TypeKind::Map(key, value) => {
                let (key, value) = (self.ty(key), self.ty(value));
                quote!(::std::collections::BTreeMap<#key, #value>)
            }
            TypeKind::Set(key) => {
                let key = self.ty(key);
                quote!(::std::collections::BTreeSet<#key>)
            }
            TypeKind::Std(std) => {
                let (facade, name) = (&self.facade, names::ident(std.name(), self.place(ty)));
                quote!(#facade::types::#name)
            }
            TypeKind::Secret(inner) => {
                let (facade, inner) = (&self.facade, self.ty(inner));
                quote!(#facade::types::Secret<#inner>)
            }
            TypeKind::Stream(item) => {
                let (facade, item) = (&self.facade, self.ty(item));
                quote!(#facade::Stream<#item>)
            }
            TypeKind::Named(name) => self.path(name, self.place(ty)),
            TypeKind::Extern(id) => (self.external)(*id),
        }
    }

    /// Where a type was written.
    pub(super) fn place(&self, ty: &Type) -> proc_macro2::Span {
        (self.span)(ty.span)
    }

    /// Whether lists of `item` are copied as memory. An emitted type needs derives for that, which
    /// find their crate only by an absolute path.
    pub(super) fn plain(&self, item: &Struct) -> bool {
        item.plain && (!self.types || self.facade.to_string().starts_with("::"))
    }

    /// The type of a field: what the schema says, unless it names a Rust type.
    pub(super) fn field_ty(&self, field: &Field) -> TokenStream {
        match &field.rust.ty {
            None => self.ty(&field.ty),
            Some((text, _)) => text.parse().unwrap_or_else(|_| quote!(())),
        }
    }

    /// `#[deprecated]`, where the schema says so.
    pub(super) fn deprecated(&self, meta: &Meta) -> Option<TokenStream> {
        meta.deprecated.as_ref().map(|reason| match reason.as_str() {
            "" => quote!(#[deprecated]),
            reason => quote!(#[deprecated(note = #reason)]),
        })
    }

    /// The type of a message's content.
    pub(super) fn content(&self, content: &Content<'_>, body: &Name) -> TokenStream {
        match content {
            Content::Unit => quote!(()),
            Content::Value(field) => self.field_ty(field),
            Content::Fields(_) => {
                let body = self.ident(body);
                quote!(#body)
            }
        }
    }
}

fn array_len(len: &ArrayLen, door: &Door<'_>) -> TokenStream {
    match len {
        ArrayLen::Literal(len) => {
            let len = proc_macro2::Literal::u32_unsuffixed(*len);
            quote!(#len)
        }
        ArrayLen::Const(name) => {
            let name = door.ident(name);
            quote!(#name as usize)
        }
    }
}

fn int_type(int: Int) -> TokenStream {
    let name = names::ident(int.name(), proc_macro2::Span::call_site());
    quote!(#name)
}

pub(super) fn repr(repr: Repr) -> TokenStream {
    let name = names::ident(repr.name(), proc_macro2::Span::call_site());
    quote!(#name)
}

/// The derives of a type that is emitted: those everything can have, and those that were asked for.
fn derives(extra: &[Name], base: &[&str], door: &Door<'_>) -> TokenStream {
    let list = derive_list(extra, base, door);
    quote!(#[derive(#list)])
}

/// The names of the derives, each once.
pub(super) fn derive_list(extra: &[Name], base: &[&str], door: &Door<'_>) -> TokenStream {
    let known = base.iter().map(|name| names::ident(name, proc_macro2::Span::call_site()));
    let extra = extra.iter().filter(|name| !base.contains(&name.text.as_str()));
    let extra = extra.map(|name| door.ident(name));
    quote!(#(#known,)* #(#extra),*)
}

/// What every emitted type can have, as floats can stand in any.
pub(super) const BASE: &[&str] = &["Clone", "Debug", "PartialEq"];

/// What an enum that is a number can have as well.
pub(super) const SCALAR_BASE: &[&str] = &["Clone", "Copy", "Debug", "PartialEq", "Eq", "Hash"];

pub(super) fn constant(item: &Const, door: &Door<'_>) -> TokenStream {
    let (name, vis) = (door.ident(&item.name), &door.vis);
    let docs = door.docs(&item.docs, "A constant of the schema.");
    let deprecated = door.deprecated(&item.meta);
    // The types that are written differently in a constant.
    let ty = match door.behind(&item.ty).kind {
        TypeKind::String => quote!(&str),
        TypeKind::Bytes => quote!(&[u8]),
        _ => door.ty(&item.ty),
    };
    let value = door.value(&item.value, &item.ty);
    quote! {
        #docs
        #deprecated
        #[allow(dead_code)]
        #vis const #name: #ty = #value;
    }
}

pub(super) fn alias(item: &Alias, door: &Door<'_>) -> TokenStream {
    let (name, vis, ty) = (door.ident(&item.name), &door.vis, door.ty(&item.ty));
    let docs = door.docs(&item.docs, "Another name for a type.");
    let deprecated = door.deprecated(&item.meta);
    let style = names::style(&[&item.name], &[]);
    quote!(#docs #deprecated #[allow(dead_code)] #style #vis type #name = #ty;)
}

/// Flags, by the macro that people write in Rust as well.
pub(super) fn flags(item: &Flags, door: &Door<'_>) -> TokenStream {
    let (name, vis, repr, facade) =
        (door.ident(&item.name), &door.vis, repr(item.repr), &door.facade);
    let docs = door.docs(&item.docs, "Flags of the schema.");
    let mut flags: Vec<_> = item.flags.iter().collect();
    flags.sort_by_key(|flag| flag.number.value);
    let flags = flags.into_iter().map(|flag| {
        let docs = door.docs(&flag.docs, &format!("Bit {}.", flag.number.value));
        let bit = proc_macro2::Literal::u32_unsuffixed(flag.number.value);
        let name = door.ident(&flag.name);
        quote!(#docs #name = #bit,)
    });
    quote! {
        #facade::flags! {
            #docs
            #vis struct #name: #repr {
                #(#flags)*
            }
        }
    }
}

/// Fields as they stand in a struct or variant; of a removed one nothing is left there.
fn fields(fields: &[&Field], vis: &TokenStream, door: &Door<'_>) -> TokenStream {
    let fields = fields.iter().filter(|field| !field.removed).map(|field| {
        let docs = door.docs(&field.docs, &format!("Field {}.", field.number.value));
        let deprecated = door.deprecated(&field.meta);
        let (name, ty) = (door.ident(&field.name), door.field_ty(field));
        quote!(#docs #deprecated #vis #name: #ty)
    });
    quote!({ #(#fields),* })
}

pub(super) fn structure(item: &Struct, door: &Door<'_>) -> TokenStream {
    let (name, vis) = (door.ident(&item.name), &door.vis);
    let text = door.docs(&item.docs, "A struct of the schema.");
    let derives = derives(&item.derives, BASE, door);
    let mut in_order: Vec<&Field> = item.fields.iter().collect();
    let plain = door.plain(item).then(|| {
        // Memory order is wire order.
        in_order.sort_by_key(|field| field.number.value);
        let v1 = door.v1();
        let path = quote!(#v1::zerocopy).to_string().replace(' ', "");
        quote! {
            #[derive(
                #v1::zerocopy::FromBytes, #v1::zerocopy::IntoBytes, #v1::zerocopy::Immutable,
                #v1::zerocopy::KnownLayout
            )]
            #[zerocopy(crate = #path)]
            #[repr(C)]
        }
    });
    let body = fields(&in_order, vis, door);
    let names: Vec<&Name> = in_order.iter().map(|field| &field.name).collect();
    let style = names::style(&[&item.name], &names);
    quote!(#text #derives #plain #style #vis struct #name #body)
}

/// The struct of a message with named fields; emitted by both doors.
pub(super) fn message_struct(
    name: &Name,
    doc: &str,
    extra: &[Name],
    message_fields: &[&Field],
    door: &Door<'_>,
) -> TokenStream {
    let (ident, vis) = (door.ident(name), &door.vis);
    let text = door.docs(&Docs::default(), doc);
    let derives = if door.types {
        derives(extra, BASE, door)
    } else {
        let extra = extra.iter().map(|name| door.ident(name));
        quote!(#[derive(#(#extra),*)])
    };
    let body = fields(message_fields, vis, door);
    let names: Vec<&Name> = message_fields.iter().map(|field| &field.name).collect();
    let style = names::style(&[name], &names);
    quote!(#text #derives #[allow(dead_code)] #style #vis struct #ident #body)
}

pub(super) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (name, vis, repr) = (door.ident(&item.name), &door.vis, repr(item.repr));
    let text = door.docs(&item.docs, "An enum of the schema.");
    let derives = derives(&item.derives, SCALAR_BASE, door);
    let variants = item.variants.iter().map(|variant| {
        let docs = door.docs(&variant.docs, &format!("Number {}.", variant.number.value));
        let name = door.ident(&variant.name);
        quote!(#docs #name)
    });
    let unknown = door.ident(&item.unknown);
    let style = scalar_style(item);
    quote! {
        #text
        #derives
        #style
        #vis enum #name {
            #(#variants,)*
            /// A number that this side's schema does not know.
            #unknown(#repr),
        }
    }
}

/// The variants of a union or the messages of a protocol, as they stand in an enum.
pub(super) fn variant(
    text: &TokenStream,
    name: &Name,
    payload: &Payload,
    door: &Door<'_>,
) -> TokenStream {
    let name = door.ident(name);
    let payload = match content(payload).0 {
        Content::Unit => quote!(),
        Content::Value(field) => {
            let ty = door.field_ty(field);
            quote!((#ty))
        }
        Content::Fields(named) => fields(&named, &quote!(), door),
    };
    quote!(#text #name #payload)
}

pub(super) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let (name, vis, facade) = (door.ident(&item.name), &door.vis, &door.facade);
    let text = door.docs(&item.docs, "A union of the schema.");
    let derives = derives(&item.derives, BASE, door);
    let variants = item.variants.iter().map(|one| {
        let docs = door.docs(&one.docs, &format!("Tag {}.", one.number.value));
        variant(&docs, &one.name, &one.payload, door)
    });
    let unknown = door.ident(&item.unknown);
    let style = union_style(item);
    quote! {
        #text
        #derives
        #style
        #vis enum #name {
            #(#variants,)*
            /// A variant that this side's schema does not know.
            #unknown(#facade::RawVariant),
        }
    }
}

pub(super) fn protocol_enum(item: &Protocol, door: &Door<'_>) -> TokenStream {
    let (name, vis) = (door.ident(&item.name), &door.vis);
    let text = door.docs(&item.docs, "A protocol of the schema.");
    let derives = derives(&item.derives, BASE, door);
    let messages = item.messages.iter().map(|one| {
        let docs = door.docs(&one.docs, &format!("Message {}.", one.number.value));
        variant(&docs, &one.name, &one.payload, door)
    });
    let style = protocol_style(item);
    quote!(#text #derives #style #vis enum #name { #(#messages,)* })
}

/// Silences lints on the names of an enum.
pub(super) fn scalar_style(item: &ScalarEnum) -> TokenStream {
    let variants = item.variants.iter().map(|variant| &variant.name);
    names::style(&std::iter::once(&item.name).chain(variants).collect::<Vec<_>>(), &[])
}

/// Silences lints on the names of a union.
pub(super) fn union_style(item: &Union) -> TokenStream {
    let variants = item.variants.iter().map(|variant| (&variant.name, &variant.payload));
    enum_style(&item.name, variants)
}

/// Silences lints on the names of a protocol.
pub(super) fn protocol_style(item: &Protocol) -> TokenStream {
    let messages = item.messages.iter().map(|message| (&message.name, &message.payload));
    enum_style(&item.name, messages)
}

fn enum_style<'i>(
    name: &'i Name,
    variants: impl Iterator<Item = (&'i Name, &'i Payload)>,
) -> TokenStream {
    let (mut types, mut others) = (vec![name], Vec::new());
    for (name, payload) in variants {
        types.push(name);
        if let Payload::Fields(fields) = payload {
            others.extend(fields.iter().map(|field| &field.name));
        }
    }
    names::style(&types, &others)
}
