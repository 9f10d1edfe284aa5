//! Handler traits, one for each end that receives something, and the dispatch to them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ir::{Field, Message, Protocol, Side, TypeKind};

use super::Door;
use super::names::{self, ident};
use super::protocol::{body_name, number, ordered, root};
use super::types::{Content, content};
use crate::check::snake_case;

/// The name of a message's method.
pub(super) fn method(message: &Message, door: &Door<'_>) -> Ident {
    ident(&snake_case(&message.name.in_rust()), (door.span)(message.name.span))
}

/// Whether anything of a message is a stream.
pub(super) fn streams(message: &Message) -> bool {
    let reply = message.reply.as_ref();
    content(&message.payload).1.is_some()
        || reply.is_some_and(|reply| matches!(reply.ok.kind, TypeKind::Stream(_)))
}

/// What a handler's method returns, and so does the call.
fn output(message: &Message, door: &Door<'_>) -> TokenStream {
    match &message.reply {
        None => quote!(()),
        Some(reply) => {
            let ok = door.ty(&reply.ok);
            match &reply.err {
                None => ok,
                Some(err) => {
                    let err = door.ty(err);
                    quote!(::core::result::Result<#ok, #err>)
                }
            }
        }
    }
}

pub(super) fn handlers(item: &Protocol, door: &Door<'_>) -> TokenStream {
    // A server must be able to offer a protocol in which only it speaks.
    let server = handler(item, Side::Client, "Handler", &quote!(Server), door);
    let pushed = item.messages.iter().any(|message| message.from == Side::Server);
    let client =
        pushed.then(|| handler(item, Side::Server, "ClientHandler", &quote!(Client), door));
    quote!(#server #client)
}

/// The trait for the messages from one end, and the dispatch to it at the other.
fn handler(
    item: &Protocol,
    from: Side,
    suffix: &str,
    side: &TokenStream,
    door: &Door<'_>,
) -> TokenStream {
    let (vis, alias, import) = (&door.vis, door.alias(), door.import());
    let (protocol, name) = (door.ident(&item.name), door.derived(&item.name, suffix));
    let sender = match from {
        Side::Client => "the client",
        Side::Server => "the server",
    };
    let doc = format!(
        " Handles the messages of [`{}`] that {sender} sends. A method that is not written \
         answers `Unimplemented`.",
        item.name.text
    );
    let messages: Vec<&Message> =
        ordered(item).into_iter().filter(|message| message.from == from).collect();
    let methods = messages.iter().map(|message| declaration(message, item, door));
    let dispatch = dispatch(&messages, item, &name, door);
    let style = names::style(&[&item.name], &[]);
    let quiet = door.silent();
    quote! {
        #[doc = #doc]
        #[allow(dead_code, clippy::new_ret_no_self, clippy::wrong_self_convention)]
        #quiet
        #style
        #vis trait #name: ::core::marker::Send + ::core::marker::Sync + 'static {
            #(#methods)*
        }

        #quiet
        const _: () = {
            #import

            #[automatically_derived]
            impl<_H: #name> #alias::Serve<_H, #alias::side::#side> for #protocol {
                #dispatch
            }
        };
    }
}

/// From a message's number to its method. Messages with streams are among the unknown ones.
fn dispatch(
    messages: &[&Message],
    item: &Protocol,
    handler: &Ident,
    door: &Door<'_>,
) -> TokenStream {
    let alias = door.alias();
    let served: Vec<TokenStream> = messages
        .iter()
        .filter(|message| !streams(message))
        .map(|message| arm(message, item, handler, door))
        .collect();
    if served.is_empty() {
        return quote! {
            async fn dispatch(_: #alias::Arc<_H>, cx: #alias::Cx, _: u16, _: #alias::Bytes) {
                cx.unknown();
            }
        };
    }
    quote! {
        async fn dispatch(
            handler: #alias::Arc<_H>,
            cx: #alias::Cx,
            number: u16,
            body: #alias::Bytes,
        ) {
            match number {
                #(#served)*
                _ => cx.unknown(),
            }
        }
    }
}

/// What a method says of streams.
fn stream_note(message: &Message) -> Option<TokenStream> {
    streams(message).then(|| {
        quote! {
            #[doc = ""]
            #[doc = " Streams do not flow in this version: it is never called, and callers are \
                     answered `Unimplemented`."]
        }
    })
}

fn declaration(message: &Message, protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, name, output) = (door.v1(), method(message, door), output(message, door));
    let docs = door.docs(&message.docs, &format!("Message {}.", message.number.value));
    let (note, deprecated) = (stream_note(message), door.deprecated(&message.meta));
    let parameters = parameters(message, protocol, door);
    let unused = (!parameters.is_empty()).then(|| quote!(#[allow(unused_variables)]));
    quote! {
        #docs
        #note
        #deprecated
        #unused
        fn #name(
            &self,
            cx: &#v1::Cx
            #(, #parameters)*
        ) -> impl ::core::future::Future<Output = #output> + ::core::marker::Send {
            cx.unimplemented()
        }
    }
}

/// The parameters for what a message carries, and for its stream.
pub(super) fn parameters(
    message: &Message,
    protocol: &Protocol,
    door: &Door<'_>,
) -> Vec<TokenStream> {
    let (content, stream) = content(&message.payload);
    let value = match &content {
        Content::Unit => None,
        Content::Value(_) | Content::Fields(_) => {
            let ty = door.content(&content, &body_name(message, protocol));
            Some(quote!(message: #ty))
        }
    };
    let stream = stream.map(|field| {
        let (name, ty) = (stream_name(field, door), door.ty(&field.ty));
        quote!(#name: #ty)
    });
    value.into_iter().chain(stream).collect()
}

/// What the parameter of a message's stream is called.
pub(super) fn stream_name(field: &Field, door: &Door<'_>) -> Ident {
    match &*field.name.in_rust() {
        "" => ident("stream", door.place(&field.ty)),
        // The parameters that a method has anyway.
        "message" | "cx" => door.derived(&field.name, "_"),
        _ => door.ident(&field.name),
    }
}

fn arm(message: &Message, protocol: &Protocol, handler: &Ident, door: &Door<'_>) -> TokenStream {
    let (number, name) = (number(message), method(message, door));
    let (ty, wrapper) = root(message, protocol, door);
    let (binding, argument) = match (content(&message.payload).0, wrapper) {
        (Content::Unit, _) => (quote!(()), quote!()),
        (Content::Value(_), Some(name)) => (quote!(#name { value }), quote!(, value)),
        (Content::Value(_) | Content::Fields(_), _) => (quote!(message), quote!(, message)),
    };
    let call = quote!(<_H as #handler>::#name(&*handler, &cx #argument).await);
    let answer = match &message.reply {
        None => quote! {
            #call;
            cx.done();
        },
        Some(reply) if reply.err.is_none() => quote!(cx.reply(&#call);),
        Some(_) => quote! {
            match #call {
                ::core::result::Result::Ok(value) => cx.reply(&value),
                ::core::result::Result::Err(error) => cx.reply_error(&error),
            }
        },
    };
    quote! {
        #number => {
            let ::core::option::Option::Some(#binding) = cx.decode::<#ty>(&body) else { return };
            ::core::mem::drop(body);
            #answer
        }
    }
}
