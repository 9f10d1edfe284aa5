//! The Rust types themselves: emitted by the `.np` door only, the Rust door has them already.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{
    Alias, ArrayLen, Const, Docs, Field, Float, Int, Meta, Name, Payload, Protocol, Repr,
    ScalarEnum, Std, Struct, Type, TypeKind, Union,
};

use super::derives::{BASE, SCALAR_BASE, default_impl, derive_list};
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
            TypeKind::Std(Std::Duration) => quote!(::core::time::Duration),
            TypeKind::Std(Std::SocketAddr) => quote!(::core::net::SocketAddr),
            TypeKind::Std(std @ (Std::Uuid | Std::Timestamp)) => {
                let (facade, name) = (&self.facade, names::ident(std.name(), self.place(ty)));
                quote!(#facade::#name)
            }
            TypeKind::Secret(inner) => {
                let (facade, inner) = (&self.facade, self.ty(inner));
                quote!(#facade::Secret<#inner>)
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
            Some((text, _)) => super::rust_text(text),
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
            let path = door.path(&name.text, (door.span)(name.span));
            quote!(#path as usize)
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

pub(super) fn constant(item: &Const, door: &Door<'_>) -> TokenStream {
    let (name, vis) = (door.ident(&item.name), &door.vis);
    let docs = door.docs(&item.docs, "A constant of the schema.");
    let deprecated = door.deprecated(&item.meta);
    // The types that are written differently in a constant.
    let ty = if door.behind(&item.ty).kind == TypeKind::String {
        quote!(&str)
    } else if door.behind(&item.ty).kind == TypeKind::Bytes {
        quote!(&[u8])
    } else {
        door.ty(&item.ty)
    };
    let value = door.value(&item.value, &item.ty);
    let quiet = door.quiet();
    quote! {
        #docs
        #deprecated
        #quiet
        #[allow(dead_code)]
        #vis const #name: #ty = #value;
    }
}

pub(super) fn alias(item: &Alias, door: &Door<'_>) -> TokenStream {
    let (name, vis, ty) = (door.ident(&item.name), &door.vis, door.ty(&item.ty));
    let docs = door.docs(&item.docs, "Another name for a type.");
    let deprecated = door.deprecated(&item.meta);
    let style = names::style(&[&item.name], &[]);
    let quiet = door.quiet();
    quote!(#docs #deprecated #quiet #[allow(dead_code)] #style #vis type #name = #ty;)
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
    let mut derives = derive_list(&item.name, &item.derives, BASE, door);
    let default = default_impl(item, &mut derives, door);
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
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
    quote! {
        #text
        #[derive(#(#derives),*)]
        #plain
        #deprecated
        #quiet
        #style
        #vis struct #name #body

        #default
    }
}

/// The struct of a message with named fields; emitted by both doors.
pub(super) fn message_struct(
    name: &Name,
    doc: &str,
    protocol: &Protocol,
    message_fields: &[&Field],
    door: &Door<'_>,
) -> TokenStream {
    let (ident, vis) = (door.ident(name), &door.vis);
    let text = door.docs(&Docs::default(), doc);
    let derives = if door.types {
        derive_list(&protocol.name, &protocol.derives, BASE, door)
    } else {
        protocol.derives.iter().map(|name| door.ident(name)).collect()
    };
    let quiet = door.quiet();
    let body = fields(message_fields, vis, door);
    let names: Vec<&Name> = message_fields.iter().map(|field| &field.name).collect();
    let style = names::style(&[name], &names);
    quote!(#text #[derive(#(#derives),*)] #[allow(dead_code)] #quiet #style #vis struct #ident #body)
}

pub(super) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (name, vis, repr) = (door.ident(&item.name), &door.vis, repr(item.repr));
    let text = door.docs(&item.docs, "An enum of the schema.");
    let derives = enum_derives(&item.name, &item.derives, SCALAR_BASE, scalar_default(item), door);
    let variants = item.variants.iter().map(|variant| {
        let docs = door.docs(&variant.docs, &format!("Number {}.", variant.number.value));
        let (name, deprecated) = (door.ident(&variant.name), door.deprecated(&variant.meta));
        let default = variant.default.then(|| quote!(#[default]));
        quote!(#docs #default #deprecated #name)
    });
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        quote! {
            /// A number that this side's schema does not know.
            #unknown(#repr),
        }
    });
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let style = scalar_style(item);
    quote! {
        #text
        #derives
        #deprecated
        #quiet
        #style
        #vis enum #name {
            #(#variants,)*
            #unknown
        }
    }
}

/// Whether an enum says what Rust's `Default` is.
pub(super) fn scalar_default(item: &ScalarEnum) -> bool {
    item.variants.iter().any(|variant| variant.default)
}

/// Whether a union says what Rust's `Default` is.
pub(super) fn union_default(item: &Union) -> bool {
    item.variants.iter().any(|variant| variant.default)
}

/// The derives of an enum, with `Default` if it says what that is.
fn enum_derives(
    name: &Name,
    extra: &[Name],
    base: &[&str],
    default: bool,
    door: &Door<'_>,
) -> TokenStream {
    let mut list = derive_list(name, extra, base, door);
    if default && list.iter().all(|derive| derive != "Default") {
        list.push(names::ident("Default", proc_macro2::Span::call_site()));
    }
    quote!(#[derive(#(#list),*)])
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
    let derives = enum_derives(&item.name, &item.derives, BASE, union_default(item), door);
    let variants = item.variants.iter().map(|one| {
        let docs = door.docs(&one.docs, &format!("Tag {}.", one.number.value));
        let deprecated = door.deprecated(&one.meta);
        let default = one.default.then(|| quote!(#[default]));
        variant(&quote!(#docs #default #deprecated), &one.name, &one.payload, door)
    });
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        quote! {
            /// A variant that this side's schema does not know.
            #unknown(#facade::RawVariant),
        }
    });
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let style = union_style(item);
    quote! {
        #text
        #derives
        #deprecated
        #quiet
        #style
        #[allow(clippy::large_enum_variant)]
        #vis enum #name {
            #(#variants,)*
            #unknown
        }
    }
}

pub(super) fn protocol_enum(item: &Protocol, door: &Door<'_>) -> TokenStream {
    let (name, vis) = (door.ident(&item.name), &door.vis);
    let text = door.docs(&item.docs, "A protocol of the schema.");
    let derives = derive_list(&item.name, &item.derives, BASE, door);
    let messages = item.messages.iter().map(|one| {
        let docs = door.docs(&one.docs, &format!("Message {}.", one.number.value));
        let deprecated = door.deprecated(&one.meta);
        variant(&quote!(#docs #deprecated), &one.name, &one.payload, door)
    });
    let (deprecated, quiet) = (door.deprecated(&item.meta), door.quiet());
    let style = protocol_style(item);
    quote! {
        #text
        #[derive(#(#derives),*)]
        #deprecated
        #quiet
        #style
        #[allow(clippy::large_enum_variant)]
        #vis enum #name {
            #(#messages,)*
        }
    }
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
