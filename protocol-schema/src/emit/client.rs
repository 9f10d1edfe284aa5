//! Typed callers: the client's handle to the server, and the server's to the client.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ir::{Message, Protocol, Side};

use super::Door;
use super::handler::{Taken, method, ok_type, parameters, stream_name};
use super::names;
use super::protocol::{number, ordered, root};
use super::types::{Content, content};

pub(super) fn clients(item: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, vis) = (door.v1(), &door.vis);
    let (protocol, client) = (door.ident(&item.name), door.derived(&item.name, "Client"));
    let doc = format!(" Calls the server of [`{}`]. Cheap to clone.", item.name.text);
    let methods = methods(item, Side::Client, door);
    let pushed = item.messages.iter().any(|message| message.from == Side::Server);
    let peer = pushed.then(|| peer(item, door));
    let (style, quiet) = (names::style(&[&item.name], &[]), door.quiet());
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #[allow(dead_code)]
        #style
        #vis struct #client {
            caller: #v1::Caller,
        }

        #[allow(dead_code, clippy::new_ret_no_self, clippy::wrong_self_convention)]
        #quiet
        impl #client {
            #(#methods)*
        }

        #quiet
        #[automatically_derived]
        impl #v1::Client for #client {
            type Protocol = #protocol;

            fn from_caller(caller: #v1::Caller) -> Self {
                Self { caller }
            }

            fn caller(&self) -> &#v1::Caller {
                &self.caller
            }
        }

        #peer
    }
}

/// The server's handle to the client at the other end.
fn peer(item: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, vis) = (door.v1(), &door.vis);
    let (protocol, peer) = (door.ident(&item.name), door.derived(&item.name, "Peer"));
    let doc = format!(
        " Calls the client of [`{}`] at the other end of a connection. Cheap to clone.",
        item.name.text
    );
    let methods = methods(item, Side::Server, door);
    let (style, quiet) = (names::style(&[&item.name], &[]), door.quiet());
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #[allow(dead_code)]
        #style
        #vis struct #peer {
            caller: #v1::Caller,
        }

        #[allow(dead_code, clippy::new_ret_no_self, clippy::wrong_self_convention)]
        #quiet
        impl #peer {
            #(#methods)*
        }

        #quiet
        #[automatically_derived]
        impl ::core::convert::From<&#v1::Cx> for #peer {
            fn from(cx: &#v1::Cx) -> Self {
                Self { caller: cx.caller::<#protocol>() }
            }
        }

        #quiet
        #[automatically_derived]
        impl ::core::convert::From<&#v1::Connection> for #peer {
            fn from(connection: &#v1::Connection) -> Self {
                Self { caller: connection.caller::<#protocol>() }
            }
        }
    }
}

fn methods(item: &Protocol, from: Side, door: &Door<'_>) -> Vec<TokenStream> {
    let messages = ordered(item).into_iter().filter(|message| message.from == from);
    messages.map(|message| call(message, item, door)).collect()
}

fn call(message: &Message, protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, vis) = (door.v1(), &door.vis);
    let (name, number) = (method(message, door), number(message));
    let docs = door.docs(&message.docs, &format!("Message {}.", message.number.value));
    let deprecated = door.deprecated(&message.meta);
    let (content, stream) = content(&message.payload);
    let (ty, wrapper) = root(message, protocol, door);
    let parameters = parameters(message, protocol, Taken::Owned, door);
    let argument = match (content, wrapper) {
        (Content::Unit, _) => quote!(()),
        (Content::Value(_), Some(name)) => quote!(#name { value: message }),
        (Content::Value(_) | Content::Fields(_), _) => quote!(message),
    };
    let (function, output) = match &message.reply {
        None => (quote!(notify), quote!(#v1::Notify<#ty>)),
        Some(reply) => {
            let ok = ok_type(reply, door);
            let err = reply.err.as_ref().map(|err| door.ty(err));
            let err = err.unwrap_or_else(|| quote!(::core::convert::Infallible));
            (quote!(call), quote!(#v1::Call<#ty, #ok, #err>))
        }
    };
    let idempotent = message.idempotent.then(|| quote!(.idempotent()));
    let input = stream.map(|field| {
        let name = stream_name(field, door);
        quote!(.input(#name))
    });
    let timeout = message.timeout.filter(|_| message.reply.is_some()).map(|milliseconds| {
        let milliseconds = Literal::u64_unsuffixed(milliseconds);
        quote!(.timeout(::core::time::Duration::from_millis(#milliseconds)))
    });
    let note = timeout_note(message);
    quote! {
        #docs
        #note
        #deprecated
        #vis fn #name(&self #(, #parameters)*) -> #output {
            self.caller.#function(#number, #argument) #idempotent #input #timeout
        }
    }
}

/// What a method says of time.
fn timeout_note(message: &Message) -> Option<TokenStream> {
    message.timeout.filter(|_| message.reply.is_some()).map(|milliseconds| {
        let text = match milliseconds {
            whole if whole % 1_000 == 0 => format!("{} s", whole / 1_000),
            milliseconds => format!("{milliseconds} ms"),
        };
        let text = format!(" Waits for {text} unless told otherwise.");
        quote!(#[doc = ""] #[doc = #text])
    })
}
