//! From names in a schema to names in Rust.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ir::{Name, Schema, speakable};

use super::Door;

/// Words that must be written raw to be names; those of all editions.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// `text` as an identifier, raw where it must be; with an underscore behind it where no raw form
/// exists.
pub(super) fn ident(text: &str, span: Span) -> Ident {
    let text = match text {
        // What has no name at all is never said, but no name may break what says it.
        "" | "_" => "__".into(),
        text => speakable(text),
    };
    if KEYWORDS.contains(&&*text) { Ident::new_raw(&text, span) } else { Ident::new(&text, span) }
}

impl Door<'_> {
    /// A name as an identifier at the place where it was written.
    pub(super) fn ident(&self, name: &Name) -> Ident {
        ident(&name.in_rust(), (self.span)(name.span))
    }

    /// The path of a type by its name in the model: an item of this package, or of another.
    pub(super) fn path(&self, name: &str, span: Span) -> TokenStream {
        let Some((package, last)) = name.rsplit_once("::") else {
            let name = ident(name, span);
            return quote!(#name);
        };
        let last = ident(last, span);
        if let Some(module) = self.modules.get(package) {
            return quote!(#module::#last);
        }
        let parts = package.split("::").map(|part| ident(part, span));
        quote!(crate::#(#parts::)*#last)
    }

    /// A name made of `name` and a suffix, at the place of the former.
    pub(super) fn derived(&self, name: &Name, suffix: &str) -> Ident {
        ident(&format!("{}{suffix}", name.in_rust()), (self.span)(name.span))
    }
}

/// Silences what rustc says about names that are not written as Rust's are: a schema may name its
/// things as its other languages do.
pub(super) fn style(types: &[&Name], others: &[&Name]) -> TokenStream {
    let camel = |name: &&Name| {
        let text = name.in_rust();
        text.starts_with(|c: char| c.is_ascii_uppercase()) && !text.contains('_')
    };
    let snake = |name: &&Name| !name.in_rust().contains(|c: char| c.is_ascii_uppercase());
    let types = (!types.iter().all(camel)).then(|| quote!(#[allow(non_camel_case_types)]));
    let others = (!others.iter().all(snake)).then(|| quote!(#[allow(non_snake_case)]));
    quote!(#types #others)
}

/// The package path as text, `acme::chat`.
pub(super) fn package(schema: &Schema) -> String {
    let names: Vec<&str> = schema.package.iter().map(|name| name.text.as_str()).collect();
    names.join("::")
}
