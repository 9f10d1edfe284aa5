//! One way to lay out `.np` text: comments, docs and the order of things stay, spaces and line
//! ends are ours.
//!
//! Works on tokens, so whatever can be read can be laid out, also with mistakes of meaning in it.
//! Never changes a token, apart from trailing commas and, when asked, numbers that are missing.

mod layout;
mod numbers;
mod pieces;
mod tree;
mod trivia;

#[cfg(test)]
mod tests;

use crate::check::codes;
use crate::diag::{Code, Diagnostic, Severity};
use crate::text::{self, FileId, SourceMap};

/// The longest line, in characters, where there is a place to break it.
pub const WIDTH: usize = 100;

/// What is done beside the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Writes a number before each field, variant, flag and message that has none: the one it
    /// has by its position, or the next free one of its list.
    pub numbers: bool,
}

/// The text of a file as it should be laid out, with its own kind of line ends.
///
/// # Errors
///
/// What cannot be read: the diagnostics about the text. Mistakes of meaning, such as an unknown
/// type, are none.
pub fn format(
    map: &mut SourceMap,
    file: FileId,
    options: Options,
) -> Result<String, Vec<Diagnostic>> {
    let mut unreadable = text::compile(map, file).diagnostics;
    unreadable.retain(|found| found.severity == Severity::Error && is_of_the_text(found.code));
    if unreadable.is_empty() {
        Ok(format_text(&map.file(file).text, options))
    } else {
        Err(unreadable)
    }
}

/// Lays out a text that can be read.
fn format_text(text: &str, options: Options) -> String {
    let windows = text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut entries = tree::read(&text);
    if options.numbers {
        numbers::write(&mut entries);
    }
    let laid_out = layout::file(&entries);
    if windows { laid_out.replace('\n', "\r\n") } else { laid_out }
}

/// Whether a rule speaks of the text, and not of what it means.
fn is_of_the_text(code: Code) -> bool {
    code < codes::DUPLICATE_ITEM
}
