//! What stands in for the output of a macro that found a mistake: impls that do nothing, so that
//! the uses of the item do not become errors of their own. Nothing that holds them compiles, so
//! they never run; nor do they say anything about the item.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use crate::attr::entries;
use crate::item::representation;

/// What a type has by `#[derive(Wire)]`.
pub(crate) fn wire(input: &syn::DeriveInput) -> TokenStream {
    let said: TokenStream = input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("np"))
        .filter_map(|attribute| attribute.meta.require_list().ok())
        .map(|list| {
            let said = &list.tokens;
            quote!(#said,)
        })
        .collect();
    let (facade, subject) = (facade(said.clone()), subject(input));
    let is_error = |entry: &Vec<TokenTree>| match entry.as_slice() {
        [TokenTree::Ident(word)] => word == "error",
        _ => false,
    };
    let kind = match &input.data {
        syn::Data::Enum(_) if entries(said).iter().any(is_error) => Some(quote!(error)),
        syn::Data::Enum(_) => number(&input.attrs).map(|repr| quote!(#repr)),
        syn::Data::Struct(_) | syn::Data::Union(_) => None,
    };
    quote!(#facade::__private::v1::inert! { #subject #kind })
}

/// What an enum has by `#[protocol(arguments)]` itself. All else that this makes has a name, and of
/// names that are not there rustc says nothing where a macro failed.
pub(crate) fn protocol(arguments: TokenStream, input: &syn::DeriveInput) -> TokenStream {
    let (facade, subject) = (facade(arguments), subject(input));
    quote!(#facade::__private::v1::inert! { #subject protocol })
}

/// Where the facade is, whatever else is wrong with what was said.
fn facade(said: TokenStream) -> TokenStream {
    let path = entries(said).into_iter().find_map(|entry| match entry.as_slice() {
        [TokenTree::Ident(key), TokenTree::Punct(_), path @ ..] if key == "crate" => {
            syn::parse2::<syn::Path>(path.iter().cloned().collect()).ok()
        }
        _ => None,
    });
    path.map_or_else(|| quote!(::network_protocol), |path| quote!(#path))
}

/// The type of the number that an enum is.
fn number(attributes: &[syn::Attribute]) -> Option<Ident> {
    representation(attributes).into_iter().find_map(|word| match word.to_string().as_str() {
        "u8" | "u16" | "u32" | "u64" => Some(word),
        // Those that are refused are numbers all the same.
        "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            Some(Ident::new("u8", word.span()))
        }
        _ => None,
    })
}

/// `[parameters] [Type<arguments>] [where …]` of an impl, with `'static` for every lifetime, as a
/// wire type borrows nothing.
fn subject(input: &syn::DeriveInput) -> TokenStream {
    let lifetimes: Vec<&Ident> =
        input.generics.lifetimes().map(|parameter| &parameter.lifetime.ident).collect();
    let mut own = input.generics.clone();
    own.params = own
        .params
        .into_iter()
        .filter(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)))
        .collect();
    for parameter in own.type_params_mut() {
        parameter.bounds.push(syn::parse_quote!('static));
        parameter.bounds.push(syn::parse_quote!(::core::marker::Send));
        parameter.default = None;
    }
    for parameter in own.const_params_mut() {
        parameter.default = None;
    }
    let (name, parameters, clause) = (&input.ident, &own.params, &own.where_clause);
    let (_, arguments, _) = input.generics.split_for_impl();
    with_static(quote!([#parameters] [#name #arguments] [#clause]), &lifetimes)
}

/// The tokens with `'static` for the lifetimes of these names.
fn with_static(tokens: TokenStream, names: &[&Ident]) -> TokenStream {
    let mut in_lifetime = false;
    let with = |token| {
        let named = in_lifetime;
        in_lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        match token {
            TokenTree::Ident(ident) if named && names.contains(&&ident) => {
                TokenTree::Ident(Ident::new("static", Span::call_site()))
            }
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), with_static(group.stream(), names)))
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => token,
        }
    };
    tokens.into_iter().map(with).collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse_quote;

    use super::{protocol, wire};

    #[test]
    fn a_type_keeps_its_parameters_and_borrows_nothing() {
        let item = parse_quote! {
            #[np(bogus, crate = a::np)]
            struct S<'a, T: Clone + 'a = u8, const N: usize = 3> where T: Into<&'a str> { t: &'a [T; N] }
        };
        let expected = quote! {
            a::np::__private::v1::inert! {
                [T: Clone + 'static + 'static + ::core::marker::Send, const N: usize]
                [S<'static, T, N>]
                [where T: Into<&'static str>]
            }
        };
        assert_eq!(wire(&item).to_string(), expected.to_string());
    }

    #[test]
    fn an_enum_is_the_number_or_the_error_that_it_was_to_be() {
        let number = parse_quote!(
            #[repr(i16)]
            enum E {
                A,
            }
        );
        let error = parse_quote!(
            #[np(fixed, error)]
            enum E {
                A,
            }
        );
        let v1 = quote!(::network_protocol::__private::v1);
        assert_eq!(wire(&number).to_string(), quote!(#v1::inert! { [] [E] [] u8 }).to_string());
        assert_eq!(wire(&error).to_string(), quote!(#v1::inert! { [] [E] [] error }).to_string());
        let expected = quote!(x::__private::v1::inert! { [] [E] [] protocol });
        assert_eq!(protocol(quote!(version, crate = x), &error).to_string(), expected.to_string());
    }
}
