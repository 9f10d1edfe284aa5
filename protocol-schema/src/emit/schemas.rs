//! Types as data: a static for each type, and what a protocol says of itself. Only
//! what is not the rule is written: an ordinary field is `FieldSchema::new(…)` and nothing else.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::canonical;
use crate::ir::{
    Field, Message, Meta, Name, Number, Payload, Protocol, Repr, ScalarEnum, Side, Type, TypeKind,
    Union, UnionVariant,
};

use super::codec::ordered;
use super::{Door, types};

fn schema_static(value: &TokenStream, v1: &TokenStream) -> TokenStream {
    quote!(static _SCHEMA: #v1::TypeSchema = #value;)
}

/// The methods that say what stands in `meta`.
fn remarks(meta: &Meta) -> TokenStream {
    let since = meta.since.map(|version| {
        let version = Literal::u32_unsuffixed(version);
        quote!(.since(#version))
    });
    let deprecated = meta.deprecated.as_ref().map(|reason| quote!(.deprecated(#reason)));
    let was = meta.was.as_ref().map(|name| quote!(.was(#name)));
    quote!(#since #deprecated #was)
}

fn removed(numbers: &[Number]) -> Option<TokenStream> {
    let mut numbers: Vec<u32> = numbers.iter().map(|number| number.value).collect();
    numbers.sort_unstable();
    let numbers = numbers.into_iter().map(Literal::u32_unsuffixed);
    (numbers.len() > 0).then(|| quote!(.removed(&[#(#numbers),*])))
}

fn field(field: &Field, door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let number = Literal::u32_unsuffixed(field.number.value);
    let (name, ty) = (&field.name.text, door.ty(&field.ty));
    let schema = door.of_wire(&field.ty, &ty, "schema");
    let varint = field.varint.then(|| quote!(.varint()));
    let default = field.default.as_ref().map(|value| {
        let value = door.value(value, &field.ty);
        quote!(.default(|| #v1::default_block::<#ty>(&#value)))
    });
    if field.removed {
        return quote! {
            #v1::FieldSchema::removed(#number, #schema) #varint #default
        };
    }
    let max = field.max.as_ref().map(|max| {
        let max = door.bound(max, &quote!(u64));
        quote!(.max(#max))
    });
    let remarks = remarks(&field.meta);
    quote! {
        #v1::FieldSchema::new(#number, #name, #schema)
            #varint #default #max #remarks
    }
}

fn fields(fields: &[&Field], door: &Door<'_>) -> TokenStream {
    let fields = fields.iter().map(|one| field(one, door));
    quote!(&[#(#fields),*])
}

/// The schema of a struct.
pub(super) fn structure(
    name: &Ident,
    text: &str,
    fixed: bool,
    own: &[&Field],
    meta: &Meta,
    door: &Door<'_>,
) -> TokenStream {
    let (v1, fields, remarks) = (door.alias(), fields(own, door), remarks(meta));
    let fixed = fixed.then(|| quote!(.fixed()));
    let value = quote! {
        #v1::TypeSchema::Struct(
            #v1::StructSchema::new(#v1::TypeId::of::<#name>, #text, #fields) #fixed #remarks
        )
    };
    schema_static(&value, &v1)
}

fn width(repr: Repr) -> Literal {
    Literal::u8_unsuffixed(match repr {
        Repr::U8 => 1,
        Repr::U16 => 2,
        Repr::U32 => 4,
        Repr::U64 => 8,
    })
}

fn number(
    number: Number,
    name: &Name,
    default: bool,
    meta: &Meta,
    door: &Door<'_>,
) -> (u32, TokenStream) {
    let (v1, remarks) = (door.alias(), remarks(meta));
    let (value, name) = (Literal::u32_unsuffixed(number.value), &name.text);
    let default = default.then(|| quote!(.default()));
    (number.value, quote!(#v1::NumberSchema::new(#value, #name) #default #remarks))
}

fn rising(mut numbers: Vec<(u32, TokenStream)>) -> TokenStream {
    numbers.sort_by_key(|(number, _)| *number);
    let numbers = numbers.iter().map(|(_, schema)| schema);
    quote!(&[#(#numbers),*])
}

/// The schema of an enum that is a number.
pub(super) fn scalar(item: &ScalarEnum, door: &Door<'_>) -> TokenStream {
    let (v1, name, text) = (door.alias(), door.ident(&item.name), &item.name.text);
    let (width, removed, remarks) = (width(item.repr), removed(&item.removed), remarks(&item.meta));
    let closed = item.closed.then(|| quote!(.closed()));
    let variants = item.variants.iter();
    let variants =
        rising(variants.map(|v| number(v.number, &v.name, v.default, &v.meta, door)).collect());
    let value = quote! {
        #v1::TypeSchema::Scalar(
            #v1::ScalarSchema::new(#v1::TypeId::of::<#name>, #text, #width, #variants)
                #closed #removed #remarks
        )
    };
    schema_static(&value, &v1)
}

/// The schema of a union.
pub(super) fn union(item: &Union, door: &Door<'_>) -> TokenStream {
    let (v1, name, text) = (door.alias(), door.ident(&item.name), &item.name.text);
    let (removed, remarks) = (removed(&item.removed), remarks(&item.meta));
    let error = item.error.then(|| quote!(.error()));
    let closed = item.closed.then(|| quote!(.closed()));
    let mut variants: Vec<_> = item.variants.iter().collect();
    variants.sort_by_key(|variant| variant.number.value);
    let variants = variants.iter().map(|one| variant(one, door));
    let value = quote! {
        #v1::TypeSchema::Union(
            #v1::UnionSchema::new(#v1::TypeId::of::<#name>, #text, &[#(#variants),*])
                #error #closed #removed #remarks
        )
    };
    schema_static(&value, &v1)
}

fn variant(variant: &UnionVariant, door: &Door<'_>) -> TokenStream {
    let (v1, remarks) = (door.alias(), remarks(&variant.meta));
    let (tag, name) = (Literal::u32_unsuffixed(variant.number.value), &variant.name.text);
    let default = variant.default.then(|| quote!(.default()));
    let fields = match &variant.payload {
        Payload::Unit => quote!(&[]),
        Payload::Tuple(only) => {
            let only = field(only, door);
            quote!(&[#only])
        }
        Payload::Fields(named) => fields(&ordered(named), door),
    };
    quote!(#v1::VariantSchema::new(#tag, #name, #fields) #default #remarks)
}

/// What a protocol says of itself, as the value of a static.
pub(super) fn protocol(item: &Protocol, wire_name: &str, door: &Door<'_>) -> TokenStream {
    let (v1, removed) = (door.alias(), removed(&item.removed));
    let was = canonical::was(wire_name, door.schema.map(|schema| &schema.meta), &item.meta);
    let remarks = remarks(&Meta { was, ..item.meta.clone() });
    let version = ((item.version, item.min) != (1, 1)).then(|| {
        let (version, min) =
            (Literal::u32_unsuffixed(item.version), Literal::u32_unsuffixed(item.min));
        quote!(.version(#version, #min))
    });
    let messages = super::protocol::ordered(item);
    let messages = messages.iter().map(|one| message(one, item, door));
    quote! {
        #v1::ProtocolSchema::new(#wire_name, &[#(#messages),*]) #version #removed #remarks
    }
}

fn message(message: &Message, protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, remarks) = (door.alias(), remarks(&message.meta));
    let (number, name) = (super::protocol::number(message), &message.name.text);
    let (content, stream) = types::content(&message.payload);
    let (payload, value) = match content {
        types::Content::Value(field) => (door.ty(&field.ty), Some(value(field, door))),
        types::Content::Unit | types::Content::Fields(_) => {
            (door.content(&content, &super::protocol::body_name(message, protocol)), None)
        }
    };
    let from = (message.from == Side::Server).then(|| quote!(.from_server()));
    let inline = matches!(content, types::Content::Fields(_)).then(|| quote!(.inline()));
    let stream = stream.and_then(|field| stream_field(field, door));
    let stream = stream.map(|field| quote!(.stream(#field)));
    let reply = message.reply.as_ref().map(|reply| {
        let (make, ok) = if let TypeKind::Stream(item) = &reply.ok.kind {
            (quote!(stream), root(item, door))
        } else {
            (quote!(new), root(&reply.ok, door))
        };
        let or = reply.err.as_ref().map(|err| {
            let err = root(err, door);
            quote!(.or(#err))
        });
        quote!(.reply(#v1::ReplySchema::#make(#ok) #or))
    });
    let idempotent = message.idempotent.then(|| quote!(.idempotent()));
    let timeout = message.timeout.map(|milliseconds| {
        let milliseconds = Literal::u64_unsuffixed(milliseconds);
        quote!(.timeout(#milliseconds))
    });
    let compress = message.compress.then(|| quote!(.compress()));
    quote! {
        #v1::MessageSchema::new(#number, #name, <#payload as #v1::Root>::schema)
            #from #inline #value #stream #reply #idempotent #timeout #compress
            #remarks
    }
}

/// What is said of the one value that a message carries.
fn value(field: &Field, door: &Door<'_>) -> TokenStream {
    let varint = field.varint.then(|| quote!(.varint()));
    let max = field.max.as_ref().map(|max| {
        let max = door.bound(max, &quote!(u64));
        quote!(.max(#max))
    });
    quote!(#varint #max)
}

fn root(ty: &Type, door: &Door<'_>) -> TokenStream {
    let (v1, ty) = (door.alias(), door.ty(ty));
    quote!(<#ty as #v1::Root>::schema)
}

/// The field of a message that is a stream, as data of what flows in it.
fn stream_field(of: &Field, door: &Door<'_>) -> Option<TokenStream> {
    let TypeKind::Stream(item) = &of.ty.kind else {
        return None;
    };
    Some(field(&Field { ty: (**item).clone(), ..of.clone() }, door))
}
