//! Tokens to text as a person would lay it out.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
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
    if let Item::Macro(wrapper) = &item
        && wrapper.mac.path.segments.last().is_some_and(|last| last.ident == "flags")
    {
        return flags(wrapper);
    }
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

/// Flags, one to a line: they are no Rust that anybody could lay out.
fn flags(wrapper: &ItemMacro) -> String {
    let names = wrapper.mac.path.segments.iter().map(|segment| segment.ident.to_string());
    let start = if wrapper.mac.path.leading_colon.is_some() { "::" } else { "" };
    let path = format!("{start}{}", names.collect::<Vec<_>>().join("::"));
    let (mut out, mut line) = (format!("{path}! {{\n"), String::new());
    lay_out(wrapper.mac.tokens.clone(), 1, &mut line, &mut out);
    out + "}\n"
}

fn lay_out(tokens: TokenStream, depth: usize, line: &mut String, out: &mut String) {
    let indent = "    ".repeat(depth);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                let attribute = [Some(TokenTree::Punct(hash)), tokens.next()];
                let text = attribute_text(attribute.into_iter().flatten().collect());
                out.push_str(&format!("{indent}{text}\n"));
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                out.push_str(&format!("{indent}{},\n", line.trim()));
                line.clear();
            }
            TokenTree::Punct(colon) if colon.as_char() == ':' => {
                line.truncate(line.trim_end().len());
                line.push_str(": ");
            }
            TokenTree::Punct(punct) => line.push(punct.as_char()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                out.push_str(&format!("{indent}{} {{\n", line.trim()));
                line.clear();
                lay_out(group.stream(), depth + 1, line, out);
                out.push_str(&format!("{indent}}}\n"));
            }
            TokenTree::Group(group) => {
                line.truncate(line.trim_end().len());
                line.push_str(&format!("({}) ", group.stream()));
            }
            token @ (TokenTree::Ident(_) | TokenTree::Literal(_)) => {
                line.push_str(&format!("{token} "));
            }
        }
    }
}

/// An attribute on a line of its own, as prettyplease has it.
fn attribute_text(attribute: TokenStream) -> String {
    let bare: TokenStream = "struct S;".parse().unwrap_or_default();
    let item: Option<Item> = syn::parse2([attribute, bare].into_iter().collect()).ok();
    let text = item.map(unparse).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
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
    fn flags_stand_one_to_a_line() {
        check(
            "::np::flags! { #[doc = \" Docs.\"] pub struct A: u8 { @0 ONE where since(2), @1 _, } }",
            "::np::flags! {\n    /// Docs.\n    pub struct A: u8 {\n        @0 ONE where since(2),\n        @1 _,\n    }\n}\n",
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
