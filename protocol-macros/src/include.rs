//! `include_schema!`: from a package to the file that `npgen::build` wrote for it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

/// The tokens of `include_schema!("acme::chat")`.
pub(crate) fn include_schema(input: TokenStream) -> TokenStream {
    let package: LitStr = match syn::parse2(input) {
        Ok(package) => package,
        Err(error) => {
            let help = "write the package of the schema as a string: \
                        include_schema!(\"acme::chat\")";
            return syn::Error::new(error.span(), help).into_compile_error();
        }
    };
    let text = package.value();
    let names: Vec<&str> = text.split("::").collect();
    if !names.iter().all(|name| is_name(name)) {
        let help = format!("`{text}` is not the package of a schema, such as \"acme::chat\"");
        return syn::Error::new(package.span(), help).into_compile_error();
    }
    let file = format!("/{}.rs", names.join("."));
    quote!(::core::include!(::core::concat!(::core::env!("OUT_DIR"), #file));)
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_ascii_alphabetic())
        && chars.all(|c| c == '_' || c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(input: &str) -> String {
        include_schema(input.parse().unwrap()).to_string()
    }

    #[test]
    fn a_package_becomes_the_file_that_npgen_writes_for_it() {
        assert!(expand("\"acme::chat\"").contains("\"/acme.chat.rs\""));
    }

    #[test]
    fn anything_but_a_package_is_refused() {
        for input in ["", "acme::chat", "\"../secret\"", "\"\"", "\"a::\"", "\"a\", \"b\""] {
            assert!(expand(input).contains("compile_error"), "{input}");
        }
    }
}
