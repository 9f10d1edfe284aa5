//! From names in a schema to names in Rust.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ir::{Name, Schema};

use super::Door;

/// Words that must be written raw to be names; those of all editions.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// `text` as an identifier, raw where it must be.
pub(super) fn ident(text: &str, span: Span) -> Ident {
    if KEYWORDS.contains(&text) { Ident::new_raw(text, span) } else { Ident::new(text, span) }
}

impl Door<'_> {
    /// A name as an identifier at the place where it was written.
    pub(super) fn ident(&self, name: &Name) -> Ident {
        ident(&name.text, (self.span)(name.span))
    }

    /// A name made of `name` and a suffix, at the place of the former.
    pub(super) fn derived(&self, name: &Name, suffix: &str) -> Ident {
        ident(&format!("{}{suffix}", name.text), (self.span)(name.span))
    }
}

/// Silences what rustc says about names that are not written as Rust's are: a schema may name its
/// things as its other languages do.
pub(super) fn style(types: &[&Name], others: &[&Name]) -> TokenStream {
    let camel = |name: &&Name| {
        name.text.starts_with(|c: char| c.is_ascii_uppercase()) && !name.text.contains('_')
    };
    let snake = |name: &&Name| !name.text.contains(|c: char| c.is_ascii_uppercase());
    let types = (!types.iter().all(camel)).then(|| quote!(#[allow(non_camel_case_types)]));
    let others = (!others.iter().all(snake)).then(|| quote!(#[allow(non_snake_case)]));
    quote!(#types #others)
}

/// The package path as text, `acme::chat`.
pub(super) fn package(schema: &Schema) -> String {
    let names: Vec<&str> = schema.package.iter().map(|name| name.text.as_str()).collect();
    names.join("::")
}
