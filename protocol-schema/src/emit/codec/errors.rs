//! `Display` and `Error` of typed errors.

use proc_macro2::TokenStream;
use quote::quote;

use super::fields::local;
use super::unions::{variant_fields, variant_shape};
use crate::check::snake_case;
use crate::emit::Door;
use crate::ir::{Payload, Union, UnionVariant};

/// What an error says of itself: the first line of its documentation, as a message, or its name.
fn error_text(variant: &UnionVariant) -> String {
    let first = variant.docs.0.iter().map(|line| line.trim()).find(|line| !line.is_empty());
    let Some(line) = first else {
        return snake_case(&variant.name.text).replace('_', " ");
    };
    let line = line.trim_end_matches('.');
    let mut chars = line.chars();
    match (chars.next(), chars.next()) {
        // A word, and not a name in capitals.
        (Some(head), Some(next)) if !next.is_uppercase() => {
            let rest = line.get(head.len_utf8()..).unwrap_or_default();
            head.to_lowercase().chain(rest.chars()).collect()
        }
        _ => line.to_owned(),
    }
}

/// `Display` and `Error` of a typed error: what it says of itself, and what it carries.
pub(super) fn error_impls(item: &Union, door: &Door<'_>) -> TokenStream {
    let name = door.ident(&item.name);
    let arms = item.variants.iter().map(|variant| {
        let own = variant_fields(variant, item, door);
        let (shape, text) = (variant_shape(variant, &own), error_text(variant));
        if own.there().next().is_none() {
            return quote!(#shape => f.write_str(#text),);
        }
        let values: Vec<String> = match &variant.payload {
            Payload::Fields(_) => {
                own.there().map(|(_, part)| format!("{}: {{:?}}", part.label)).collect()
            }
            Payload::Unit | Payload::Tuple(_) => vec!["{:?}".to_owned()],
        };
        let (values, locals) =
            (format!(" ({})", values.join(", ")), own.there().map(|(i, _)| local(i)));
        quote! {
            #shape => {
                f.write_str(#text)?;
                ::core::write!(f, #values, #(#locals),*)
            }
        }
    });
    let unknown = (!item.closed).then(|| {
        let unknown = door.ident(&item.unknown);
        let text = format!("an error that this version of {} does not know (tag ", item.name.text);
        quote! {
            Self::#unknown(raw) => {
                f.write_str(#text)?;
                ::core::fmt::Display::fmt(&raw.tag(), f)?;
                f.write_str(")")
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#arms)*
                    #unknown
                }
            }
        }

        #[automatically_derived]
        impl ::core::error::Error for #name {}
    }
}
