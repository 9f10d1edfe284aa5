//! Diagnostics to `compile_error!`s, each on the tokens it speaks of. Never finds a mistake.
//!
//! A stable macro can report errors only, each in one place, so the rest of a diagnostic becomes
//! lines of its text. Warnings are not shown: there is no way to.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use protocol_schema::diag::{Diagnostic, Severity};

use crate::source::Tables;

/// One `compile_error!` for each error, in order.
pub(crate) fn compile_errors(found: &[Diagnostic], tables: &Tables) -> TokenStream {
    found
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| {
            let (first, last) = tables.range(diagnostic.span);
            compile_error(&text(diagnostic, tables), first, last)
        })
        .collect()
}

/// The words of a diagnostic: the code and the mistake, then notes, then mends.
pub(crate) fn text(diagnostic: &Diagnostic, tables: &Tables) -> String {
    let words = |text: &str| match NUMBERS.contains(&diagnostic.code.0) {
        true => bare_numbers(text),
        // What a schema file has for a reply.
        false => text.replace("`-> ()`", "`reply = ()`"),
    };
    let mut text = format!("{}: {}", diagnostic.code, words(&diagnostic.message));
    if !diagnostic.label.is_empty() {
        line(&mut text, "note", &words(&diagnostic.label));
    }
    for label in &diagnostic.labels {
        let place = match line_number(tables.range(label.span).0) {
            Some(number) => format!("line {number}: "),
            None => String::new(),
        };
        line(&mut text, "note", &format!("{place}{}", words(&label.text)));
    }
    for note in &diagnostic.notes {
        line(&mut text, "note", &words(note));
    }
    for fix in &diagnostic.fixes {
        let (title, replacement) = (words(&fix.title), replacement(&fix.replacement));
        if replacement.is_empty() || title.contains(&replacement) {
            line(&mut text, "help", &title);
        } else {
            line(&mut text, "help", &format!("{title}: `{replacement}`"));
        }
    }
    text
}

/// The shared rules on numbers, which speak of them as a schema writes them: `@3`.
const NUMBERS: std::ops::Range<u16> = 200..300;

/// `@3` as Rust has it: `3`.
fn bare_numbers(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '@' || !rest.peek().is_some_and(char::is_ascii_digit) {
            bare.push(letter);
        }
    }
    bare
}

/// What a schema would write, as Rust has it: `@3` stands for a number that was written, and
/// `@3 name` for a name that lacks one.
fn replacement(written: &str) -> String {
    match written.strip_prefix('@').map(|numbered| numbered.split_once(' ')) {
        Some(Some((number, name))) => format!("#[np(id = {number})] {name}"),
        Some(None) => bare_numbers(written),
        None => written.to_owned(),
    }
}

fn line(text: &mut String, kind: &str, words: &str) {
    for part in ["\n", kind, ": ", words] {
        text.push_str(part);
    }
}

/// The line of a span, when the compiler is there to tell.
fn line_number(span: Span) -> Option<usize> {
    proc_macro::is_available().then(|| span.unwrap().line())
}

/// `::core::compile_error! { "…" }`, which rustc draws from the first to the last token.
fn compile_error(text: &str, first: Span, last: Span) -> TokenStream {
    let colon = |spacing| {
        let mut punct = Punct::new(':', spacing);
        punct.set_span(first);
        TokenTree::Punct(punct)
    };
    let mut bang = Punct::new('!', Spacing::Alone);
    bang.set_span(first);
    let mut words = Literal::string(text);
    words.set_span(last);
    let mut body = Group::new(Delimiter::Brace, TokenTree::Literal(words).into());
    body.set_span(last);
    [
        colon(Spacing::Joint),
        colon(Spacing::Alone),
        Ident::new("core", first).into(),
        colon(Spacing::Joint),
        colon(Spacing::Alone),
        Ident::new("compile_error", first).into(),
        bang.into(),
        body.into(),
    ]
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use protocol_schema::diag::{Code, Diagnostic};
    use protocol_schema::span::Span;

    use super::{compile_errors, text};
    use crate::source::Tables;

    fn number(code: u16) -> Diagnostic {
        Diagnostic::error(Code(code), Span::NONE, "@3 is taken at a@b")
    }

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        let tables = Tables::default();
        let diagnostic = number(202)
            .also(Span::NONE, "@3 is here")
            .note("the next free number is @4")
            .fix("write @4", Span::NONE, "@4")
            .fix("give it @4", Span::NONE, "@4 name");
        assert_eq!(
            text(&diagnostic, &tables),
            "NP0202: 3 is taken at a@b\nnote: 3 is here\nnote: the next free number is 4\n\
             help: write 4\nhelp: give it 4: `#[np(id = 4)] name`"
        );
        assert_eq!(text(&number(911), &tables), "NP0911: @3 is taken at a@b");
    }

    #[test]
    fn errors_become_compile_errors_and_warnings_do_not() {
        let found = [number(1), Diagnostic::warning(Code(2), Span::NONE, "odd"), number(3)];
        assert_eq!(
            compile_errors(&found, &Tables::default()).to_string(),
            ":: core :: compile_error ! { \"NP0001: @3 is taken at a@b\" } \
             :: core :: compile_error ! { \"NP0003: @3 is taken at a@b\" }"
        );
    }
}
