//! A protocol: its enum, the structs of its messages, and `impl Protocol`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::ir::{Field, Message, Name, Protocol};

use super::types::{Content, content};
use super::{Door, client, codec, handler, schemas, types};

/// The name of a message's struct, at the place of the message's own name.
pub(super) fn body_name(message: &Message, protocol: &Protocol) -> Name {
    Name::new(message.body_type_name(protocol), message.name.span)
}

/// The hidden struct around the one value of a message, where more is said of that than its type.
pub(super) fn wrapper(
    message: &Message,
    field: &Field,
    protocol: &Protocol,
    door: &Door<'_>,
) -> Option<Ident> {
    let Field { varint, max, default, rust, .. } = field;
    let more = *varint || max.is_some() || default.is_some() || rust.with.is_some();
    let name = format!("__{}{}", protocol.name.text, message.name.text);
    more.then(|| Ident::new(&name, (door.span)(message.name.span)))
}

/// What a message's content is encoded as: its type, and what makes that of `value`.
pub(super) fn root(
    message: &Message,
    protocol: &Protocol,
    door: &Door<'_>,
) -> (TokenStream, Option<Ident>) {
    let content = content(&message.payload).0;
    let wrapper = match &content {
        Content::Value(field) => wrapper(message, field, protocol, door),
        Content::Unit | Content::Fields(_) => None,
    };
    match wrapper {
        Some(name) => (quote!(#name), Some(name)),
        None => (door.content(&content, &body_name(message, protocol)), None),
    }
}

/// Messages in number order.
pub(super) fn ordered(protocol: &Protocol) -> Vec<&Message> {
    let mut messages: Vec<&Message> = protocol.messages.iter().collect();
    messages.sort_by_key(|message| message.number.value);
    messages
}

pub(super) fn number(message: &Message) -> Literal {
    Literal::u32_unsuffixed(message.number.value)
}

pub(super) fn protocol(item: &Protocol, package: &str, door: &Door<'_>) -> TokenStream {
    let v1 = door.v1();
    let ty = door.types.then(|| types::protocol_enum(item, door));
    let structs = item.messages.iter().filter_map(|message| match content(&message.payload).0 {
        Content::Fields(fields) => Some(message_struct(message, fields, item, door)),
        Content::Value(field) => wrapper(message, field, item, door).map(|name| {
            let text = format!("{}::{}", item.name.text, message.name.text);
            codec::message_value(&name, &text, field, message.handling.view, door)
        }),
        Content::Unit => None,
    });
    let implementation = implementation(item, package, door);
    let (handlers, clients) = (handler::handlers(item, door), client::clients(item, door));
    quote! {
        #ty
        #(#structs)*
        #implementation
        #v1::net! {
            #handlers
            #clients
        }
    }
}

fn message_struct(
    message: &Message,
    mut fields: Vec<&Field>,
    protocol: &Protocol,
    door: &Door<'_>,
) -> TokenStream {
    let name = body_name(message, protocol);
    let doc = format!("What [`{}::{}`] carries.", protocol.name.text, message.name.in_rust());
    let ty = types::message_struct(&name, &doc, protocol, &fields, door);
    fields.sort_by_key(|field| field.number.value);
    let codec = codec::evolvable(&door.ident(&name), &name.text, &fields, &message.meta, door);
    quote!(#ty #codec)
}

fn implementation(item: &Protocol, package: &str, door: &Door<'_>) -> TokenStream {
    let (v1, name) = (door.alias(), door.ident(&item.name));
    let wire_name = if package.is_empty() {
        item.name.text.clone()
    } else {
        format!("{package}::{}", item.name.text)
    };
    let (version, min) = (Literal::u32_unsuffixed(item.version), Literal::u32_unsuffixed(item.min));
    let in_order = ordered(item);
    let schema = schemas::protocol(item, &wire_name, door);
    let numbers = in_order.iter().map(|message| {
        let (variant, number) = (door.ident(&message.name), number(message));
        quote!(Self::#variant { .. } => #number,)
    });
    let (encode, decode) = (encode_fn(&in_order, item, door), decode_fn(&in_order, item, door));
    let import = door.import();
    let quiet = door.silent();
    quote! {
        #quiet
        const _: () = {
        #import

        #[automatically_derived]
        impl #v1::Protocol for #name {
            const NAME: &'static str = #wire_name;
            const VERSION: u32 = #version;
            const MIN_VERSION: u32 = #min;

            fn schema() -> &'static #v1::ProtocolSchema {
                static _SCHEMA: #v1::ProtocolSchema = #schema;
                &_SCHEMA
            }

            fn fingerprint() -> #v1::Fingerprint {
                static _FINGERPRINT: #v1::OnceLock<#v1::Fingerprint> = #v1::OnceLock::new();
                *_FINGERPRINT.get_or_init(|| #v1::Fingerprint::of(Self::schema()))
            }

            fn number(&self) -> u16 {
                match self {
                    #(#numbers)*
                }
            }

            #encode

            #decode
        }
        };
    }
}

fn encode_fn(messages: &[&Message], protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let encodes = messages.iter().map(|message| encode_arm(message, protocol, door));
    quote! {
        fn encode(
            self,
            out: &mut ::std::vec::Vec<u8>,
        ) -> ::core::result::Result<(), #v1::EncodeError> {
            match self {
                #(#encodes)*
            }
        }
    }
}

fn decode_fn(messages: &[&Message], protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let decodes = messages.iter().map(|message| decode_arm(message, protocol, door));
    quote! {
        fn decode(
            number: u16,
            body: &#v1::Bytes,
            options: &#v1::DecodeOptions,
        ) -> ::core::result::Result<::core::option::Option<Self>, #v1::DecodeError> {
            ::core::result::Result::Ok(::core::option::Option::Some(match number {
                #(#decodes)*
                _ => return ::core::result::Result::Ok(::core::option::Option::None),
            }))
        }
    }
}

fn encode_arm(message: &Message, protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, variant) = (door.alias(), door.ident(&message.name));
    match content(&message.payload).0 {
        Content::Unit => quote!(Self::#variant => #v1::encode_root(&(), out),),
        Content::Value(_) => {
            let (_, wrapper) = root(message, protocol, door);
            let value = wrapper.map_or(quote!(value), |name| quote!(#name { value }));
            quote!(Self::#variant(value) => #v1::encode_root(&#value, out),)
        }
        Content::Fields(fields) => {
            let body = door.ident(&body_name(message, protocol));
            let (names, locals) = bindings(&fields, door);
            quote! {
                Self::#variant { #(#names: #locals),* } => {
                    #v1::encode_root(&#body { #(#names: #locals),* }, out)
                }
            }
        }
    }
}

fn decode_arm(message: &Message, protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, variant, number) = (door.alias(), door.ident(&message.name), number(message));
    match content(&message.payload).0 {
        Content::Unit => quote! {
            #number => {
                #v1::decode_root::<()>(body, options)?;
                Self::#variant
            }
        },
        Content::Value(_) => {
            let (ty, wrapper) = root(message, protocol, door);
            let value = wrapper.map(|_| quote!(.value));
            quote!(#number => Self::#variant(#v1::decode_root::<#ty>(body, options)? #value),)
        }
        Content::Fields(fields) => {
            let body = door.ident(&body_name(message, protocol));
            let (names, locals) = bindings(&fields, door);
            quote! {
                #number => {
                    let #body { #(#names: #locals),* } = #v1::decode_root(body, options)?;
                    Self::#variant { #(#names: #locals),* }
                }
            }
        }
    }
}

/// The names of a message's fields, and what they are called while they move.
fn bindings(fields: &[&Field], door: &Door<'_>) -> (Vec<Ident>, Vec<Ident>) {
    let there = fields.iter().filter(|field| !field.removed);
    there.enumerate().map(|(i, field)| (door.ident(&field.name), format_ident!("f{i}"))).unzip()
}
