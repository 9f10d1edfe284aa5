//! Handler traits, one for each end that receives something, and the dispatch to them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ir::{Field, Handling, Message, Name, Protocol, Reply, Side, Type, TypeKind};

use super::names::{self, ident};
use super::protocol::{body_name, number, ordered, root};
use super::types::{Content, content};
use super::{Door, codec};
use crate::check::snake_case;

/// The name of a message's method.
pub(super) fn method(message: &Message, door: &Door<'_>) -> Ident {
    ident(&snake_case(&message.name.in_rust()), (door.span)(message.name.span))
}

/// What a call that went well gives: of a stream, its own error as well.
pub(super) fn ok_type(reply: &Reply, door: &Door<'_>) -> TokenStream {
    match (&reply.ok.kind, &reply.err) {
        (TypeKind::Stream(item), Some(err)) => {
            let (facade, item, err) = (&door.facade, door.ty(item), door.ty(err));
            quote!(#facade::Stream<#item, #err>)
        }
        _ => door.ty(&reply.ok),
    }
}

/// What a handler's method returns, and so does the call.
fn output(message: &Message, door: &Door<'_>) -> TokenStream {
    let Some(reply) = &message.reply else {
        return quote!(());
    };
    let ok = ok_type(reply, door);
    match &reply.err {
        None => ok,
        Some(err) => {
            let err = door.ty(err);
            quote!(::core::result::Result<#ok, #err>)
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
    let (handling, dispatch) = (handling(&messages, door), dispatch(&messages, item, &name, door));
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
                #handling

                #dispatch
            }
        };
    }
}

/// What the messages say of how they are handled, those that say anything.
fn handling(messages: &[&Message], door: &Door<'_>) -> Option<TokenStream> {
    let alias = door.alias();
    let handled: Vec<TokenStream> = messages
        .iter()
        .filter(|message| message.handling.spawn || message.handling.no_cancel)
        .map(|message| {
            let Handling { spawn, no_cancel, view: _ } = message.handling;
            let number = number(message);
            quote!(#alias::Handling { number: #number, spawn: #spawn, no_cancel: #no_cancel })
        })
        .collect();
    (!handled.is_empty())
        .then(|| quote!(const HANDLING: &'static [#alias::Handling] = &[#(#handled),*];))
}

/// From a message's number to its method.
fn dispatch(
    messages: &[&Message],
    item: &Protocol,
    handler: &Ident,
    door: &Door<'_>,
) -> TokenStream {
    let alias = door.alias();
    let served: Vec<TokenStream> =
        messages.iter().map(|message| arm(message, item, handler, door)).collect();
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

fn declaration(message: &Message, protocol: &Protocol, door: &Door<'_>) -> TokenStream {
    let (v1, name, output) = (door.v1(), method(message, door), output(message, door));
    let docs = door.docs(&message.docs, &format!("Message {}.", message.number.value));
    let deprecated = door.deprecated(&message.meta);
    let taken = if message.handling.view { Taken::View } else { Taken::Owned };
    let parameters = parameters(message, protocol, taken, door);
    let (generics, borrow) = view_lifetime(message);
    let unused = (!parameters.is_empty()).then(|| quote!(#[allow(unused_variables)]));
    quote! {
        #docs
        #deprecated
        #unused
        fn #name #generics(
            &self,
            cx: &#borrow #v1::Cx
            #(, #parameters)*
        ) -> impl ::core::future::Future<Output = #output> + ::core::marker::Send {
            cx.unimplemented()
        }
    }
}

/// How a method takes what a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Owned,
    View,
}

/// The parameters for what a message carries, and for its stream.
pub(super) fn parameters(
    message: &Message,
    protocol: &Protocol,
    taken: Taken,
    door: &Door<'_>,
) -> Vec<TokenStream> {
    let (content, stream) = content(&message.payload);
    let value = (!matches!(content, Content::Unit)).then(|| {
        let body = body_name(message, protocol);
        let ty = match taken {
            Taken::Owned => door.content(&content, &body),
            Taken::View => view_type(&content, &body, door),
        };
        quote!(message: #ty)
    });
    let stream = stream.map(|field| {
        let (name, ty) = (stream_name(field, door), door.ty(&field.ty));
        quote!(#name: #ty)
    });
    value.into_iter().chain(stream).collect()
}

/// The lifetime of a view whose type is not known by name, and the same for what stands beside it:
/// named by a projection alone it would be one that an implementation has to name as well.
fn view_lifetime(message: &Message) -> (Option<TokenStream>, Option<TokenStream>) {
    let is_named = match content(&message.payload).0 {
        Content::Value(field) => matches!(field.ty.kind, TypeKind::String | TypeKind::Bytes),
        Content::Unit | Content::Fields(_) => true,
    };
    let named = (message.handling.view && !is_named).then(|| quote!('v));
    (named.as_ref().map(|named| quote!(<#named>)), named)
}

/// What a message's content is where it lies.
fn view_type(content: &Content<'_>, body: &Name, door: &Door<'_>) -> TokenStream {
    match content {
        Content::Unit => quote!(()),
        Content::Value(field) if field.ty.kind == TypeKind::String => quote!(&str),
        Content::Value(field) if field.ty.kind == TypeKind::Bytes => quote!(&[u8]),
        Content::Value(field) => codec::view_type(&field.ty, &quote!('v), &door.v1(), door),
        Content::Fields(_) => {
            let view = door.derived(body, "View");
            quote!(#view<'_>)
        }
    }
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
    let (content, stream) = content(&message.payload);
    let is_view = message.handling.view;
    let (ty, wrapper) = match &content {
        // What stands for a value in Rust does not stand for what lies in the bytes.
        Content::Value(field) if is_view && codec::is_converted_only(field) => {
            (door.ty(&field.ty), None)
        }
        Content::Unit | Content::Value(_) | Content::Fields(_) => root(message, protocol, door),
    };
    let (binding, argument) = match (&content, &wrapper) {
        (Content::Unit, _) => (quote!(()), quote!()),
        (Content::Value(_), Some(_)) if is_view => (quote!(message), quote!(, message.value())),
        (Content::Value(_), Some(name)) => (quote!(#name { value }), quote!(, value)),
        (Content::Value(_) | Content::Fields(_), _) => (quote!(message), quote!(, message)),
    };
    // A view borrows the body, which then lives as long as the handler does.
    let (decode, done) = if is_view {
        (quote!(decode_view), None)
    } else {
        (quote!(decode), Some(quote!(::core::mem::drop(body);)))
    };
    let input = stream.map(|field| flowing(&field.ty, door)).map(|ty| quote!(, cx.input::<#ty>()));
    let call = quote!(<_H as #handler>::#name(&*handler, &cx #argument #input).await);
    let answer = answer(message.reply.as_ref(), &call);
    quote! {
        #number => {
            let ::core::option::Option::Some(#binding) = cx.#decode::<#ty>(&body) else { return };
            #done
            #answer
        }
    }
}

/// Calls the handler, and passes on what it says.
fn answer(reply: Option<&Reply>, call: &TokenStream) -> TokenStream {
    let Some(reply) = reply else {
        return quote! {
            #call;
            cx.done();
        };
    };
    let is_stream = matches!(reply.ok.kind, TypeKind::Stream(_));
    let pass = |value: TokenStream| match is_stream {
        true => quote!(cx.reply_stream(#value).await),
        false => quote!(cx.reply(&#value)),
    };
    if reply.err.is_none() {
        let pass = pass(call.clone());
        return quote!(#pass;);
    }
    let pass = pass(quote!(value));
    quote! {
        match #call {
            ::core::result::Result::Ok(value) => #pass,
            ::core::result::Result::Err(error) => cx.reply_error(&error),
        }
    }
}

/// What flows in a stream.
fn flowing(ty: &Type, door: &Door<'_>) -> TokenStream {
    if let TypeKind::Stream(item) = &ty.kind { door.ty(item) } else { door.ty(ty) }
}
