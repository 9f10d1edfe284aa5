//! Files, and the table from [`Span`] to the place in a file it stands for.
//!
//! Never reads from disk: whoever owns the files hands their text over.

use std::ops::Range;

use crate::span::Span;

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A file and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// What to call it in diagnostics, usually its path.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

/// Files, and the places in them that spans stand for.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    places: Vec<Place>,
}

/// What one span stands for.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: FileId,
    start: u32,
    end: u32,
}

impl SourceMap {
    /// A map without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    pub fn add(&mut self, name: String, text: String) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        self.files.push(SourceFile { name, text, lines });
        id
    }

    /// The file `id` stands for.
    ///
    /// # Panics
    ///
    /// If `id` comes from another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        match self.get(id) {
            Some(file) => file,
            #[expect(clippy::panic, reason = "a handle of another map is the caller's mistake")]
            None => panic!("file {} is not of this map, which has {}", id.0, self.files.len()),
        }
    }

    /// The file and the byte range `span` stands for; `None` for [`Span::NONE`].
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<(FileId, Range<usize>)> {
        let place = self.places.get(usize::try_from(span.0).ok()?)?;
        let start = usize::try_from(place.start).ok()?;
        let end = usize::try_from(place.end).ok()?;
        Some((place.file, start..end))
    }

    /// The line and the column of a byte offset, both from 1, the column in characters.
    ///
    /// An offset past the end stands for the end, and one inside a character for its start.
    #[must_use]
    pub fn line_column(&self, id: FileId, offset: usize) -> (usize, usize) {
        let Some(file) = self.get(id) else {
            return (1, 1);
        };
        let mut offset = offset.min(file.text.len());
        while !file.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = file.lines.partition_point(|start| *start <= offset).max(1);
        let start = file.lines.get(line - 1).copied().unwrap_or(0);
        let before = file.text.get(start..offset).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(usize::try_from(id.0).ok()?)
    }

    /// A table for the places of `file`, to be given back with [`record`](Self::record).
    pub(super) fn places(&self, file: FileId) -> Places {
        let first = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        Places { file, first, places: Vec::new() }
    }

    /// Takes the places noted since [`places`](Self::places).
    pub(super) fn record(&mut self, places: Places) {
        self.places.extend(places.places);
    }
}

/// Places noted while a file is read, when its text is borrowed from the map.
#[derive(Debug)]
pub(super) struct Places {
    file: FileId,
    first: u32,
    places: Vec<Place>,
}

impl Places {
    /// A handle for the bytes from `start` to `end`.
    pub(super) fn span(&mut self, start: u32, end: u32) -> Span {
        let index = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(Place { file: self.file, start, end });
        Span(self.first.saturating_add(index))
    }

    /// The bytes of a handle made here.
    pub(super) fn range(&self, span: Span) -> Option<(u32, u32)> {
        let index = usize::try_from(span.0.checked_sub(self.first)?).ok()?;
        self.places.get(index).map(|place| (place.start, place.end))
    }

    /// A handle from the start of `first` to the end of `last`, both made here.
    pub(super) fn join(&mut self, first: Span, last: Span) -> Span {
        match (self.range(first), self.range(last)) {
            (Some((start, _)), Some((_, end))) => self.span(start, end),
            _ => first,
        }
    }
}
