//! The `.np` door: text to the [`ir`](crate::ir) and back.
//!
//! Never reads a file and never stops at the first mistake: what other packages hold is asked of a
//! [`Loader`].

mod arguments;
mod attrs;
mod cursor;
mod entries;
pub(crate) mod lexer;
mod packages;
mod parser;
mod phrases;
mod print;
mod resolve;
mod scope;
mod source;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use crate::diag::{Diagnostic, Severity};
use crate::ir::Schema;
use crate::span::Span;

pub use arguments::milliseconds;
pub use print::{print, type_text};
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
    /// Mistakes and warnings: those of the file by their place in it, and then those of the
    /// packages it uses.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Whether a diagnostic is an error, and nothing may be made of the schema.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }
}

/// Finds the file of a package, such as `acme::common`, and adds it to the map.
///
/// It is asked once for each package of a compilation. A file that is there and cannot be read is
/// the loader's own matter to report.
pub type Loader<'l> = dyn FnMut(&mut SourceMap, &str) -> Option<FileId> + 'l;

/// Reads, resolves and checks a file that uses no other packages.
///
/// The spans of the result are places of `map`.
pub fn compile(map: &mut SourceMap, file: FileId) -> Compiled {
    compile_with(map, file, &mut |_, _| None)
}

/// Reads, resolves and checks a file, and each package that it uses.
///
/// The spans of the result are places of `map`. What is wrong in other files is told as well, so
/// whoever compiles several files that use one package gets its diagnostics with each of them.
pub fn compile_with(map: &mut SourceMap, file: FileId, loader: &mut Loader<'_>) -> Compiled {
    let (schema, diagnostics) = packages::compile(map, file, loader);
    Compiled { schema, diagnostics }
}

fn place(map: &SourceMap, span: Span) -> usize {
    map.locate(span).map_or(usize::MAX, |(_, range)| range.start)
}
