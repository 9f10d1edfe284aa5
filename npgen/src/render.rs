//! Diagnostics drawn the way rustc draws them. Makes text; never prints.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet, normalize_untrusted_str,
};
use protocol_schema::diag::{Diagnostic, Severity};
use protocol_schema::span::Span;
use protocol_schema::text::{FileId, SourceMap};

/// How many diagnostics are drawn; the rest is counted. A file that is no schema at all may have
/// one in every line.
const DRAWN_MAX: usize = 100;

/// How much of a source is drawn in one piece, in bytes. What is longer is one endless line, or marks
/// that lie far apart: then each mark gets a piece of its own, cut out of its line.
const PIECE_MAX: usize = 16 * 1024;

/// How much of an endless line is drawn on both sides of where a mark starts.
const CUT_AROUND: usize = 200;

/// Whether terminal colours are put into the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text, for files, pipes and logs.
    Off,
    /// ANSI escape codes.
    On,
}

impl Colour {
    const fn renderer(self) -> Renderer {
        match self {
            Self::Off => Renderer::plain(),
            Self::On => Renderer::styled(),
        }
    }
}

/// Diagnostics together with the sources they speak of, in the order of the sources.
#[derive(Clone)]
pub struct Report {
    map: Arc<SourceMap>,
    diagnostics: Vec<Diagnostic>,
}

/// Where something stands in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the source.
    pub source: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl Report {
    pub(crate) fn new(map: Arc<SourceMap>, mut diagnostics: Vec<Diagnostic>) -> Self {
        // Found in order of the rules; read in order of the text.
        diagnostics.sort_by_key(|diagnostic| {
            map.locate(diagnostic.span).map(|(file, range)| (file, range.start))
        });
        Self { map, diagnostics }
    }

    /// Everything that was found.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Where `span` stands; nothing for what nobody wrote.
    #[must_use]
    pub fn place(&self, span: Span) -> Option<Place> {
        place(&self.map, span)
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// How many warnings there are.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }

    /// Draws each diagnostic, with an empty line after it.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        let renderer = colour.renderer();
        let mut drawn = String::new();
        for diagnostic in self.diagnostics.iter().take(DRAWN_MAX) {
            drawn.push_str(&renderer.render(&self.groups(diagnostic)));
            drawn.push_str("\n\n");
        }
        let hidden = self.diagnostics.len().saturating_sub(DRAWN_MAX);
        if hidden > 0 {
            drawn.push_str(&message_at(
                Level::NOTE,
                &format!("{hidden} more are not shown"),
                None,
                colour,
            ));
            drawn.push('\n');
        }
        drawn
    }

    fn groups<'a>(&'a self, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title =
            level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.to_string());
        let mut groups = Vec::new();
        let mut main = Group::with_title(title);
        for cause in self.causes(diagnostic) {
            if let Some(origin) = cause.origin {
                // A snippet without a path of its own stands alone below its place.
                groups.push(main.element(origin));
                main = Group::with_level(Level::NOTE);
            }
            main = main.element(cause.snippet);
        }
        for note in &diagnostic.notes {
            main = main.element(Level::NOTE.message(normalize_untrusted_str(note)));
        }
        groups.push(main);
        for fix in &diagnostic.fixes {
            let title = Level::HELP.secondary_title(normalize_untrusted_str(&fix.title));
            let mut group = Group::with_title(title);
            if let Some((file, range)) = self.map.locate(fix.span) {
                let view = View::of(&self.map, file, std::slice::from_ref(&range));
                let patch = Patch::new(view.inside(&range), fix.replacement.as_str());
                group = group.element(view.snippet().path(view.name).patch(patch));
            }
            groups.push(group);
        }
        groups
    }

    /// The marked places, one snippet for each source, the one with the mistake first.
    fn causes<'a>(&'a self, diagnostic: &'a Diagnostic) -> Vec<Cause<'a>> {
        let primary = (AnnotationKind::Primary, diagnostic.span, &diagnostic.label);
        let others = diagnostic.labels.iter();
        let marks: Vec<_> = std::iter::once(primary)
            .chain(others.map(|label| (AnnotationKind::Context, label.span, &label.text)))
            .filter_map(|(kind, span, text)| {
                let (file, range) = self.map.locate(span)?;
                Some(Mark { file, range, kind, text })
            })
            .collect();
        let mut files: Vec<FileId> = Vec::new();
        for mark in &marks {
            if !files.contains(&mark.file) {
                files.push(mark.file);
            }
        }
        files.into_iter().flat_map(|file| causes_in(&self.map, file, &marks)).collect()
    }
}

/// A piece of a source with its marks, and where it stands if its first column cannot tell.
struct Cause<'a> {
    origin: Option<Origin<'a>>,
    snippet: Snippet<'a, annotate_snippets::Annotation<'a>>,
}

/// Where a span of a map stands.
pub(crate) fn place(map: &SourceMap, span: Span) -> Option<Place> {
    let (file, range) = map.locate(span)?;
    let (line, column) = map.line_column(file, range.start);
    Some(Place { source: map.file(file).name.clone(), line, column })
}

struct Mark<'a> {
    file: FileId,
    range: Range<usize>,
    kind: AnnotationKind,
    text: &'a str,
}

fn causes_in<'a>(map: &'a SourceMap, file: FileId, marks: &[Mark<'a>]) -> Vec<Cause<'a>> {
    let here: Vec<_> = marks.iter().filter(|mark| mark.file == file).collect();
    let ranges: Vec<_> = here.iter().map(|mark| mark.range.clone()).collect();
    let whole = View::lines(map, file, &ranges);
    if whole.text.len() <= PIECE_MAX {
        let origin = None;
        return vec![Cause { origin, snippet: whole.marked(&here).path(whole.name) }];
    }
    here.into_iter()
        .map(|mark| {
            let view = View::of(map, file, std::slice::from_ref(&mark.range));
            let (line, column) = map.line_column(file, mark.range.start);
            let origin = Origin::path(view.name).line(line).char_column(column);
            Cause { origin: Some(origin), snippet: view.marked(&[mark]) }
        })
        .collect()
}

/// The part of a source that holds some ranges, whole lines as long as that is no endless one: what
/// is drawn does not cost more in a larger file.
struct View<'a> {
    name: &'a str,
    text: &'a str,
    start: usize,
    first_line: usize,
}

impl<'a> View<'a> {
    /// The lines that hold `ranges`, or what stands around the start of the first one.
    fn of(map: &'a SourceMap, file: FileId, ranges: &[Range<usize>]) -> Self {
        let whole = Self::lines(map, file, ranges);
        if whole.text.len() <= PIECE_MAX {
            return whole;
        }
        let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let at = first.saturating_sub(whole.start).min(whole.text.len());
        let first_line = map.line_column(file, first).0;
        let (before, after) = whole.text.split_at_checked(at).unwrap_or((whole.text, ""));
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let from = boundary(whole.text, at.saturating_sub(CUT_AROUND).max(line));
        let end = after.find('\n').map_or(whole.text.len(), |end| at + end);
        let to = boundary(whole.text, at.saturating_add(CUT_AROUND).min(end));
        let text = whole.text.get(from..to).unwrap_or_default();
        Self { text, start: whole.start + from, first_line, ..whole }
    }

    /// The whole lines that hold `ranges`.
    fn lines(map: &'a SourceMap, file: FileId, ranges: &[Range<usize>]) -> Self {
        let source = map.file(file);
        let text = source.text.as_str();
        let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let last = ranges.iter().map(|range| range.end).max().unwrap_or(text.len());
        let start = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = text
            .get(last..)
            .and_then(|after| after.find('\n'))
            .map_or(text.len(), |at| last + at + 1);
        Self {
            name: &source.name,
            text: text.get(start..end).unwrap_or(text),
            start,
            first_line: map.line_column(file, start).0,
        }
    }

    fn inside(&self, range: &Range<usize>) -> Range<usize> {
        let within = |at: usize| at.saturating_sub(self.start).min(self.text.len());
        within(range.start)..within(range.end)
    }

    fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        Snippet::source(self.text).line_start(self.first_line)
    }

    fn marked(&self, marks: &[&Mark<'a>]) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        self.snippet().annotations(marks.iter().map(|mark| {
            let label = Some(mark.text).filter(|text| !text.is_empty());
            mark.kind.span(self.inside(&mark.range)).label(label)
        }))
    }
}

/// The last place up to `at` at which `text` can be cut.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl PartialEq for Report {
    /// Equal when the same is said about the same text: what is drawn tells both.
    fn eq(&self, other: &Self) -> bool {
        self.diagnostics == other.diagnostics && self.to_string() == other.to_string()
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.diagnostics).finish()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Off))
    }
}

/// An error that stands in no source, with a line on how to mend it.
pub(crate) fn message(text: &str, help: Option<&str>, colour: Colour) -> String {
    message_at(Level::ERROR, text, help, colour)
}

/// The last line: how much there was.
pub(crate) fn closing_line(errors: usize, warnings: usize, colour: Colour) -> String {
    let level = if errors > 0 { Level::ERROR } else { Level::WARNING };
    let parts = [(errors, "error"), (warnings, "warning")];
    let parts: Vec<_> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(*n, what)).collect();
    message_at(level, &parts.join(", "), None, colour)
}

pub(crate) fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn message_at(level: Level<'_>, text: &str, help: Option<&str>, colour: Colour) -> String {
    let mut group = Group::with_title(level.primary_title(text));
    if let Some(help) = help {
        group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
    }
    colour.renderer().render(&[group]) + "\n"
}
