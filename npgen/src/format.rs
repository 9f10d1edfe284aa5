//! Tokens to text as a person would lay it out.

use proc_macro2::{Span, TokenStream};
use syn::{File, Item, ItemMacro, MacroDelimiter};

/// Formats a module: `prettyplease`, with an empty line between items, and with the bodies of
/// macros that hold items laid out like any other code.
///
/// An error means that the tokens are not a module.
pub(crate) fn module(code: TokenStream) -> Result<String, syn::Error> {
    let file: File = syn::parse2(code)?;
    if !file.attrs.is_empty() {
        return Err(syn::Error::new(Span::call_site(), "an inner attribute cannot be included"));
    }
    let items: Vec<String> = file.items.into_iter().map(item).collect();
    Ok(items.join("\n"))
}

fn item(mut item: Item) -> String {
    if let Item::Macro(wrapper) = &mut item
        && let Some(body) = items_inside(wrapper)
    {
        wrapper.mac.tokens = TokenStream::new();
        let around = unparse(item);
        let head = around.trim_end().trim_end_matches('}').trim_end();
        return format!("{head}\n{}}}\n", indented(&body));
    }
    unparse(item)
}

/// The items between the braces of a macro, laid out; nothing if something else stands there.
fn items_inside(wrapper: &ItemMacro) -> Option<String> {
    let braces = matches!(wrapper.mac.delimiter, MacroDelimiter::Brace(_));
    let body = braces.then(|| module(wrapper.mac.tokens.clone()).ok()).flatten()?;
    (!body.is_empty()).then_some(body)
}

fn unparse(item: Item) -> String {
    prettyplease::unparse(&File {
        shebang: None,
        attrs: Vec::new(),
        items: vec![item],
        frontmatter: None,
    })
}

/// No literal is torn: the emitter writes line ends inside strings as escapes.
fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(code: &str, expected: &str) {
        assert_eq!(super::module(code.parse().unwrap()).unwrap(), expected);
    }

    #[test]
    fn items_stand_apart() {
        check("struct A { x: u8 } struct B;", "struct A {\n    x: u8,\n}\n\nstruct B;\n");
        check("", "");
    }

    #[test]
    fn items_in_a_macro_are_laid_out_as_well() {
        check(
            "::np::v1::net! { /// Docs.\n trait A { fn f(); } struct B; }",
            "::np::v1::net! {\n    /// Docs.\n    trait A {\n        fn f();\n    }\n\n    struct B;\n}\n",
        );
    }

    #[test]
    fn other_macros_stay_as_they_are() {
        check("m! { a => b }", "m! {\n    a => b\n}\n");
        check("m!(struct A;);", "m!(struct A;);\n");
        check("m! {}", "m! {}\n");
    }

    #[test]
    fn what_cannot_be_included_is_refused() {
        for code in ["#![allow(dead_code)] struct A;", "struct", "1 + 1"] {
            assert!(super::module(code.parse().unwrap()).is_err(), "{code}");
        }
    }
}
