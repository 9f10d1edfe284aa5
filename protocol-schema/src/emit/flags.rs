//! Flags, by the macro that people write in Rust as well: the same lines through both doors.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ir::{Flags, Meta, Number};

use super::derives::{FLAGS_BASE, derive_list};
use super::{Door, names, types};

pub(super) fn flags(item: &Flags, door: &Door<'_>) -> TokenStream {
    let (name, vis, repr, facade) =
        (door.ident(&item.name), &door.vis, types::repr(item.repr), &door.facade);
    let docs = door.docs(&item.docs, "Flags of the schema.");
    let extra = derive_list(&item.name, &item.derives, FLAGS_BASE, door);
    let extra = extra.get(FLAGS_BASE.len()..).unwrap_or_default();
    let derives = (!extra.is_empty()).then(|| quote!(#[derive(#(#extra),*)]));
    let (deprecated, said) = (door.deprecated(&item.meta), remarks(&item.meta));
    let mut bits: Vec<(u32, TokenStream)> = Vec::new();
    for flag in &item.flags {
        let docs = door.docs(&flag.docs, &format!("Bit {}.", flag.number.value));
        let (name, bit) = (door.ident(&flag.name), flag_number(flag.number));
        let (deprecated, said) = (door.deprecated(&flag.meta), remarks(&flag.meta));
        bits.push((flag.number.value, quote!(#docs #deprecated @ #bit #name #said)));
    }
    for number in &item.removed {
        let bit = flag_number(*number);
        bits.push((number.value, quote!(@ #bit _)));
    }
    bits.sort_by_key(|(number, _)| *number);
    let bits = bits.iter().map(|(_, bit)| bit);
    let style = names::style(&[&item.name], &[]);
    quote! {
        #facade::flags! {
            #docs
            #derives
            #deprecated
            #style
            #vis struct #name: #repr #said {
                #(#bits,)*
            }
        }
    }
}

fn flag_number(number: Number) -> Literal {
    Literal::u32_unsuffixed(number.value)
}

/// What flags say of themselves beside their documentation.
fn remarks(meta: &Meta) -> Option<TokenStream> {
    let since = meta.since.map(|version| {
        let version = Literal::u32_unsuffixed(version);
        quote!(since(#version))
    });
    let deprecated = meta.deprecated.as_ref().map(|reason| quote!(deprecated(#reason)));
    let was = meta.was.as_ref().map(|name| quote!(was(#name)));
    let any = since.is_some() || deprecated.is_some() || was.is_some();
    any.then(|| quote!(where #since #deprecated #was))
}
