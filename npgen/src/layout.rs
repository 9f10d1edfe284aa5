//! The one layout of `.np` files, on files and on text. Never writes what cannot be read.

use protocol_schema::format::{self, Options};
use protocol_schema::text::SourceMap;
use std::sync::Arc;

use crate::failure::Failure;
use crate::files::{Source, write_if_changed};
use crate::render::Report;

/// The text of a schema as it should be laid out; with `numbers`, those that are missing are
/// written too.
///
/// # Errors
///
/// The text cannot be read. Mistakes of meaning, such as an unknown type, are none.
pub fn layout(source: &Source, numbers: bool) -> Result<String, Failure> {
    let mut map = SourceMap::new();
    let file = map.add(source.name.clone(), source.text.clone());
    format::format(&mut map, file, Options { numbers }).map_err(|diagnostics| Failure::Sources {
        unreadable: Vec::new(),
        report: Report::new(Arc::new(map), diagnostics),
    })
}

/// Writes a schema laid out as `text` to where it was read from.
///
/// # Errors
///
/// The file cannot be written; what stood there still stands.
pub fn write_layout(source: &Source, text: &str) -> Result<(), Failure> {
    write_if_changed(source.name.as_ref(), text).map(drop).map_err(Failure::Write)
}

/// The lines in which two texts differ, the way `diff -u` shows them.
#[must_use]
pub fn diff(name: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut out = format!("--- {name}\n+++ {name} (formatted)\n");
    let mut shown = 0;
    let edits = edits(&old, &new);
    for (index, edit) in edits.iter().enumerate() {
        let near = |edits: &[Edit]| edits.iter().any(|edit| !matches!(edit, Edit::Same(..)));
        let from = index.saturating_sub(CONTEXT);
        let to = (index + CONTEXT + 1).min(edits.len());
        if !edits.get(from..to).is_some_and(near) {
            continue;
        }
        if shown != index || index == 0 {
            let (old, new) = edits.get(index).map_or((0, 0), Edit::place);
            out.push_str(&format!("@@ -{} +{} @@\n", old + 1, new + 1));
        }
        shown = index + 1;
        let (mark, line) = match edit {
            Edit::Same(at, _) => (' ', old.get(*at)),
            Edit::Gone(at, _) => ('-', old.get(*at)),
            Edit::Fresh(_, at) => ('+', new.get(*at)),
        };
        out.push(mark);
        out.push_str(line.copied().unwrap_or(""));
        out.push('\n');
    }
    out
}

/// How many lines around a difference are shown.
const CONTEXT: usize = 2;

/// How far the next line that both have is looked for.
const SEARCH: usize = 200;

/// A line of one text, of the other, or of both, with its place in each.
#[derive(Clone, Copy)]
enum Edit {
    Same(usize, usize),
    Gone(usize, usize),
    Fresh(usize, usize),
}

impl Edit {
    fn place(&self) -> (usize, usize) {
        match self {
            Self::Same(old, new) | Self::Gone(old, new) | Self::Fresh(old, new) => (*old, *new),
        }
    }
}

/// From one text to the other, by the nearest line that both have: not the shortest way, but one
/// that people can follow, in linear time.
fn edits(old: &[&str], new: &[&str]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    while at_old < old.len() || at_new < new.len() {
        if at_old < old.len() && old.get(at_old) == new.get(at_new) {
            edits.push(Edit::Same(at_old, at_new));
            at_old += 1;
            at_new += 1;
            continue;
        }
        let (gone, fresh) = next_common(old.get(at_old..), new.get(at_new..));
        edits.extend((0..gone).map(|step| Edit::Gone(at_old + step, at_new)));
        edits.extend((0..fresh).map(|step| Edit::Fresh(at_old + gone, at_new + step)));
        at_old += gone;
        at_new += fresh;
    }
    edits
}

/// How many lines of each stand before the nearest line that both have.
fn next_common(old: Option<&[&str]>, new: Option<&[&str]>) -> (usize, usize) {
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    for distance in 1..SEARCH {
        for gone in 0..=distance {
            let fresh = distance - gone;
            if let (Some(a), Some(b)) = (old.get(gone), new.get(fresh))
                && a == b
                && !a.trim().is_empty()
            {
                return (gone, fresh);
            }
        }
    }
    (old.len(), new.len())
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn a_diff_shows_what_changes_with_a_little_around_it() {
        let old = "a\nb\nc\nd {\ne\nf\ng\nh\ni\nj\nk";
        let new = "a\nb\nc\nd {\n    e\nf\ng\nh\ni\nj\nl\nk";
        assert_eq!(
            diff("x.np", old, new),
            "--- x.np\n+++ x.np (formatted)\n@@ -3 +3 @@\n c\n d {\n-e\n+    e\n f\n g\n\
             @@ -9 +9 @@\n i\n j\n+l\n k\n"
        );
        assert_eq!(diff("x", "a\n", "a\n"), "--- x\n+++ x (formatted)\n");
    }
}
