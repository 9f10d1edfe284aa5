//! From tokens to tokens: read, check, then emit or report. The same steps for both macros.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use protocol_schema::check;
use protocol_schema::diag::Severity;
use protocol_schema::emit::{self, Door};
use quote::{ToTokens as _, quote};

use crate::attr;
use crate::inert;
use crate::item::{self, Read};
use crate::report;
use crate::rules;
use crate::source::Source;

/// `#[protocol(arguments)] input`: the item as it was written, and what is made of it.
///
/// With mistakes in it the enum is emitted all the same, so that its uses do not become errors
/// of their own.
pub(crate) fn protocol(arguments: &TokenStream, input: TokenStream) -> TokenStream {
    let kept = without_streams(without_np(input.clone()));
    let made = match keyword(&input) {
        Some(keyword) if keyword != "enum" => not_an_enum(&keyword),
        Some(_) | None => expand(
            input,
            |source, input| item::protocol(source, arguments.clone(), input),
            |input| inert::protocol(arguments.clone(), input),
        ),
    };
    quote!(#kept #made)
}

/// `#[derive(Wire)] input`: what is made of it.
pub(crate) fn wire(input: TokenStream) -> TokenStream {
    expand(input, item::wire, inert::wire)
}

fn expand(
    input: TokenStream,
    read: impl FnOnce(&mut Source, &syn::DeriveInput) -> Option<Read>,
    inert: impl FnOnce(&syn::DeriveInput) -> TokenStream,
) -> TokenStream {
    match syn::parse2::<syn::DeriveInput>(input) {
        Ok(input) => {
            let mut source = Source::new(input.ident.clone());
            let read = read(&mut source, &input);
            finish(source, read, input.vis.to_token_stream(), || inert(&input))
        }
        Err(error) => error.into_compile_error(),
    }
}

/// Checks what was read, and emits it unless anything is wrong; then it is what is `inert` that
/// stands beside the mistakes.
fn finish(
    mut source: Source,
    read: Option<Read>,
    vis: TokenStream,
    inert: impl FnOnce() -> TokenStream,
) -> TokenStream {
    let mut read = read;
    if let Some(read) = &mut read
        && source.is_complete()
    {
        check::item(&mut read.item, &mut source.found);
    }
    let (tables, found) = source.finish();
    let wrong = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    match read {
        Some(read) if !wrong => {
            let facade = read
                .facade
                .map_or_else(|| quote!(::network_protocol), |facade| facade.into_token_stream());
            let (span, external) = (|at| tables.range(at).0, |id| tables.external(id));
            let door = Door::rust(facade, vis, &span, &external);
            let (items, streams) = (emit::item(&read.item, &read.package, &door), tables.streams());
            quote!(#items #streams)
        }
        Some(_) | None => {
            let (mistakes, inert) = (report::compile_errors(&found, &tables), inert());
            quote!(#mistakes #inert)
        }
    }
}

fn not_an_enum(keyword: &Ident) -> TokenStream {
    let mut source = Source::new(keyword.clone());
    let at = source.spot(keyword.span());
    let message = "`#[protocol]` stands on an enum, whose variants are the messages";
    source.error(rules::NOT_AN_ENUM, at, message);
    finish(source, None, TokenStream::new(), TokenStream::new)
}

/// The word that says what kind of item this is.
fn keyword(item: &TokenStream) -> Option<Ident> {
    item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident != "pub" => Some(ident),
        TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {
            None
        }
    })
}

/// The tokens without what only our macros understand: `#[np(…)]`, also inside `#[cfg_attr]`,
/// and a `Wire` among the derives, which is refused.
fn without_np(tokens: TokenStream) -> TokenStream {
    let mut kept = vec![];
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if is_hash(&token) && tokens.peek().is_some_and(is_np) {
            tokens.next();
            continue;
        }
        let token = match token {
            TokenTree::Group(group) => {
                let derives =
                    matches!(kept.last(), Some(TokenTree::Ident(word)) if word == "derive");
                let change = if derives { without_wire } else { without_np };
                let mut changed = Group::new(group.delimiter(), change(group.stream()));
                changed.set_span(group.span());
                TokenTree::Group(changed)
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => token,
        };
        kept.push(token);
    }
    kept.into_iter().collect()
}

/// The enum without its `Stream` fields: what flows is an argument of a call, and no part of a
/// message. Anything else as it is.
fn without_streams(tokens: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<syn::DeriveInput>(tokens.clone()) else {
        return tokens;
    };
    let syn::Data::Enum(data) = &mut item.data else {
        return tokens;
    };
    let is_stream = |field: &syn::Field| item::stream(&field.ty).is_some();
    let mut changed = false;
    for variant in &mut data.variants {
        if !variant.fields.iter().any(is_stream) {
            continue;
        }
        changed = true;
        match &mut variant.fields {
            syn::Fields::Named(fields) => {
                let named = std::mem::take(&mut fields.named);
                fields.named = named.into_iter().filter(|field| !is_stream(field)).collect();
            }
            syn::Fields::Unnamed(_) | syn::Fields::Unit => variant.fields = syn::Fields::Unit,
        }
    }
    if changed { item.into_token_stream() } else { tokens }
}

fn without_wire(derives: TokenStream) -> TokenStream {
    let kept = attr::entries(derives)
        .into_iter()
        .filter(|path| !matches!(path.last(), Some(TokenTree::Ident(last)) if last == "Wire"));
    kept.map(|path| quote!(#(#path)*,)).collect()
}

fn is_hash(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

fn is_np(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else {
        return false;
    };
    let mut tokens = group.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), _) if name == "np" => true,
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(conditional))) => {
            name == "cfg_attr" && item::mentions_np(&conditional.stream())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{keyword, without_np, without_streams};

    #[test]
    fn the_item_is_kept_without_what_only_our_macros_understand() {
        let written = quote! {
            #[derive(Clone, np::Wire, Debug)]
            #[np(removed(1))]
            pub enum Chat {
                /// Docs.
                #[np(id = 1)]
                #[serde(rename = "s")]
                Say { #[np(id = 0)] #[serde(skip)] text: String },
                #[cfg_attr(unix, np(reply = u8))]
                #[cfg_attr(unix, deprecated)]
                Tell(#[np(max(3))] String),
            }
        };
        let kept = quote! {
            #[derive(Clone, Debug,)]
            pub enum Chat {
                /// Docs.
                #[serde(rename = "s")]
                Say { #[serde(skip)] text: String },
                #[cfg_attr(unix, deprecated)]
                Tell(String),
            }
        };
        assert_eq!(without_np(written).to_string(), kept.to_string());
    }

    #[test]
    fn streams_are_no_part_of_the_enum() {
        let written = quote! {
            #[derive(Clone)]
            pub enum Files {
                /// Docs.
                Put { name: String, data: np::Stream<Bytes>, mode: Stream },
                All(Stream<Bytes>),
                Get(u8),
            }
        };
        let kept = quote! {
            #[derive(Clone)]
            pub enum Files {
                /// Docs.
                Put { name: String, mode: Stream },
                All,
                Get(u8),
            }
        };
        assert_eq!(without_streams(written).to_string(), kept.to_string());
        let other = quote!(
            pub struct File {
                data: Stream<Bytes>,
            }
        );
        assert_eq!(without_streams(other.clone()).to_string(), other.to_string());
    }

    #[test]
    fn the_kind_of_an_item_is_its_first_word() {
        for (item, word) in [
            (
                quote!(
                    #[doc = "enum"]
                    pub(crate) struct S;
                ),
                "struct",
            ),
            (
                quote!(
                    pub enum E {}
                ),
                "enum",
            ),
            (
                quote!(
                    unsafe fn f() {}
                ),
                "unsafe",
            ),
        ] {
            assert_eq!(keyword(&item).unwrap(), word);
        }
    }
}
