//! The `.np` door: text to the [`ir`](crate::ir) and back.
//!
//! Never reads a file and never stops at the first mistake.

mod attrs;
mod cursor;
mod entries;
mod lexer;
mod parser;
mod phrases;
mod print;
mod resolve;
mod source;
mod tree;

#[cfg(test)]
mod tests;

use crate::check::{self, codes};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::ir::Schema;
use crate::span::Span;

pub use print::print;
pub use source::{FileId, SourceFile, SourceMap};

/// The longest text that is read, in bytes.
const SOURCE_BYTES_MAX: usize = 8 << 20;

/// A schema, and all that is to be said about it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Compiled {
    /// The schema. It may be used if no diagnostic is an error; otherwise it holds what could be
    /// understood.
    pub schema: Schema,
    /// Mistakes and warnings, by their place in the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Whether a diagnostic is an error, and nothing may be made of the schema.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }
}

/// Reads, resolves and checks a file.
///
/// The spans of the result are places of `map`.
pub fn compile(map: &mut SourceMap, file: FileId) -> Compiled {
    let mut places = map.places(file);
    let mut found = Diagnostics::new();
    let text = map.file(file).text.as_str();
    let schema = if text.len() > SOURCE_BYTES_MAX {
        let message =
            format!("the file has {} bytes, at most {SOURCE_BYTES_MAX} are read", text.len());
        found.push(Diagnostic::error(codes::SOURCE_TOO_LARGE, places.span(0, 0), message));
        Schema::default()
    } else {
        let lexed = lexer::lex(text, &mut places, &mut found);
        let parser::Parse { mut schema, damaged, reported_names } =
            parser::parse(text, lexed, &mut places, &mut found);
        resolve::hide(&mut schema, &reported_names);
        check::readable(&mut schema, &damaged, &mut found);
        if !found.has_errors() {
            check::mark_plain(&mut schema);
        }
        schema
    };
    map.record(places);
    let more = found.more();
    let mut diagnostics = found.finish();
    diagnostics.sort_by_key(|found| (place(map, found.span), found.code));
    if let Some(last) = diagnostics.last().filter(|_| more > 0) {
        let message = format!("{more} more are not shown");
        diagnostics.push(Diagnostic::error(codes::TOO_MANY_MISTAKES, last.span, message));
    }
    Compiled { schema, diagnostics }
}

fn place(map: &SourceMap, span: Span) -> usize {
    map.locate(span).map_or(usize::MAX, |(_, range)| range.start)
}
