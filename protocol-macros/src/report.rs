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
    let mut text = format!("{}: {}", diagnostic.code, diagnostic.message);
    if !diagnostic.label.is_empty() {
        line(&mut text, "note", &diagnostic.label);
    }
    for label in &diagnostic.labels {
        match line_number(tables.range(label.span).0) {
            Some(number) => line(&mut text, "note", &format!("line {number}: {}", label.text)),
            None => line(&mut text, "note", &label.text),
        }
    }
    for note in &diagnostic.notes {
        line(&mut text, "note", note);
    }
    for fix in &diagnostic.fixes {
        if fix.replacement.is_empty() || fix.title.contains(&fix.replacement) {
            line(&mut text, "help", &fix.title);
        } else {
            line(
                &mut text,
                "help",
                &format!("{}: `{}`", fix.title, fix.replacement),
            );
        }
    }
    text
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
