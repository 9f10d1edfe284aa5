//! Entries to lines: on one line what the author wrote on one line and what fits it, else an
//! entry on each line.

use super::WIDTH;
use super::pieces::{Brackets, Entry, Group, LeadKind, Piece, Place};
use crate::text::lexer::Kind;

const INDENT: usize = 4;

/// The text of a file.
pub(super) fn file(entries: &[Entry<'_>]) -> String {
    let mut layout = Layout { out: String::new() };
    for (index, entry) in entries.iter().enumerate() {
        layout.entry(entry, 0, index == 0, "");
    }
    if !layout.out.is_empty() {
        layout.out.push('\n');
    }
    layout.out
}

struct Layout {
    out: String,
}

impl Layout {
    /// An entry on lines of its own, with `comma` behind it.
    fn entry(&mut self, entry: &Entry<'_>, indent: usize, first: bool, comma: &str) {
        let mut before: Option<&LeadKind<'_>> = None;
        for lead in &entry.leads {
            self.go_on(lead.place, before, indent, first);
            match &lead.kind {
                LeadKind::Comment(text) | LeadKind::OuterDoc(text) | LeadKind::InnerDoc(text) => {
                    self.out.push_str(text)
                }
                LeadKind::OuterAttribute(pieces) | LeadKind::InnerAttribute(pieces) => {
                    self.pieces(pieces, indent, 0);
                }
            }
            before = Some(&lead.kind);
        }
        if !entry.body.is_empty() {
            self.go_on(entry.place, before, indent, first);
            self.pieces(&entry.body, indent, comma.len());
            self.out.push_str(comma);
        }
        for comment in &entry.trailing {
            self.out.push(' ');
            self.out.push_str(comment);
        }
    }

    /// Goes to where the next thing stands: `before` is what stands before it in the same entry.
    fn go_on(
        &mut self,
        place: Place,
        before: Option<&LeadKind<'_>>,
        indent: usize,
        first_entry: bool,
    ) {
        let beside = match before {
            Some(LeadKind::Comment(text)) => !text.starts_with("//"),
            // A comment behind an attribute stays there.
            Some(LeadKind::OuterAttribute(_) | LeadKind::InnerAttribute(_)) => true,
            Some(LeadKind::OuterDoc(_) | LeadKind::InnerDoc(_)) | None => false,
        };
        if place == Place::SameLine && beside {
            self.out.push(' ');
            return;
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let apart = match before {
            Some(before) => before.may_stand_apart(),
            None => !first_entry,
        };
        if place == Place::Apart && apart {
            self.out.push('\n');
        }
        self.indent(indent);
    }

    /// Pieces from where the line is, with room for so many characters behind them.
    fn pieces(&mut self, pieces: &[Piece<'_>], indent: usize, room: usize) {
        let mut line = String::new();
        let whole = flat(pieces, &mut line);
        let group = breakable(pieces);
        let fits = self.column() + line.chars().count() + room <= WIDTH;
        let Some(at) = group.filter(|_| !whole || !fits) else {
            self.out.push_str(&line);
            return;
        };
        let (before, rest) = pieces.split_at(at);
        let Some((Piece::Group(group), after)) = rest.split_first() else {
            return;
        };
        flat(before, &mut self.out);
        if let (Some(last), Some(first)) = (before.last(), rest.first())
            && Piece::apart(last, first)
        {
            self.out.push(' ');
        }
        self.broken(group, indent);
        if let (Some(last), Some(first)) = (rest.first(), after.first())
            && Piece::apart(last, first)
        {
            self.out.push(' ');
        }
        // What stands behind it may be too long by itself.
        self.pieces(after, indent, room);
    }

    /// A list with an entry on each line.
    fn broken(&mut self, group: &Group<'_>, indent: usize) {
        let (open, close) = group.brackets.text();
        self.out.push_str(open);
        for comment in &group.opening {
            self.out.push(' ');
            self.out.push_str(comment);
        }
        for (index, entry) in group.entries.iter().enumerate() {
            self.entry(entry, indent + INDENT, index == 0, ",");
        }
        self.out.push('\n');
        self.indent(indent);
        self.out.push_str(close);
    }

    fn column(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or("");
        line.chars().count()
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// The list that is broken when not all fits one line: a body or a payload, else the first of what
/// is made of several parts, such as `Map<…>`; of attributes the list between `#[` and `]`.
fn breakable(pieces: &[Piece<'_>]) -> Option<usize> {
    let wanted = |wanted: fn(&Group<'_>) -> bool| {
        pieces.iter().rposition(|piece| matches!(piece, Piece::Group(group) if wanted(group)))
    };
    let attribute = pieces.first().and_then(Piece::last) == Some(Kind::Hash);
    if attribute {
        return wanted(|group| group.brackets == Brackets::Square && group.entries.len() > 1);
    }
    let braces = |brackets| matches!(brackets, Brackets::Braces | Brackets::Names);
    let holds = |group: &Group<'_>| !group.entries.is_empty() || !group.opening.is_empty();
    let list = pieces.iter().rposition(
        |piece| matches!(piece, Piece::Group(group) if braces(group.brackets) && holds(group)),
    );
    list.or_else(|| {
        wanted(|group| group.brackets == Brackets::Arguments && !group.entries.is_empty())
    })
    .or_else(|| {
        pieces.iter().position(|piece| matches!(piece, Piece::Group(group) if is_list(group)))
    })
}

/// Whether a comma may stand behind each part: not so in `[u8; 16]`, and of one alone between
/// parentheses it would make a tuple.
fn is_list(group: &Group<'_>) -> bool {
    let counts = |piece: &Piece<'_>| matches!(piece, Piece::Token(Kind::Semi, _));
    match group.entries.as_slice() {
        [] => false,
        [only] if group.brackets == Brackets::Tuple => only.comma,
        entries => !entries.iter().any(|entry| entry.body.iter().any(counts)),
    }
}

/// Puts all on one line, and says whether it may stay there.
fn flat(pieces: &[Piece<'_>], line: &mut String) -> bool {
    let mut whole = true;
    let mut before: Option<&Piece<'_>> = None;
    for piece in pieces {
        if before.is_some_and(|before| Piece::apart(before, piece)) {
            line.push(' ');
        }
        match piece {
            Piece::Token(_, text) => line.push_str(text),
            Piece::Comment(text) => line.push_str(text),
            Piece::Group(group) => whole &= flat_group(group, line),
        }
        before = Some(piece);
    }
    whole
}

fn flat_group(group: &Group<'_>, line: &mut String) -> bool {
    let (open, close) = group.brackets.text();
    let braces = group.brackets == Brackets::Braces;
    let mut whole = group.opening.is_empty();
    line.push_str(open);
    for comment in &group.opening {
        line.push(' ');
        line.push_str(comment);
        line.push('\n');
    }
    let space = if braces && !group.entries.is_empty() { " " } else { "" };
    line.push_str(space);
    for (index, entry) in group.entries.iter().enumerate() {
        if index > 0 && !line.ends_with(' ') {
            line.push(' ');
        }
        whole &= flat_entry(entry, line);
        let last = index + 1 == group.entries.len();
        // `(u8,)` is a tuple, and `(u8)` is not.
        let single = group.brackets == Brackets::Tuple && index == 0 && last && entry.comma;
        if !entry.body.is_empty() && (!last || single) {
            line.push(',');
        }
        for comment in &entry.trailing {
            whole = false;
            line.push(' ');
            line.push_str(comment);
            line.push('\n');
        }
    }
    line.push_str(space);
    line.push_str(close);
    let broken_by_author = group.brackets == Brackets::Braces && group.open;
    whole && (!broken_by_author || group.entries.is_empty())
}

fn flat_entry(entry: &Entry<'_>, line: &mut String) -> bool {
    let mut whole = true;
    let mut leads = entry.leads.iter().peekable();
    while let Some(lead) = leads.next() {
        match &lead.kind {
            LeadKind::Comment(text) => {
                line.push_str(text);
                let next = leads.peek().map_or(entry.place, |next| next.place);
                let alone = next != Place::SameLine || entry.body.is_empty();
                if alone || text.starts_with("//") || text.contains('\n') {
                    whole = false;
                    line.push('\n');
                }
            }
            LeadKind::OuterDoc(text) | LeadKind::InnerDoc(text) => {
                line.push_str(text);
                line.push('\n');
                whole = false;
            }
            LeadKind::OuterAttribute(pieces) | LeadKind::InnerAttribute(pieces) => {
                whole &= flat(pieces, line);
            }
        }
        if leads.peek().is_some() || !entry.body.is_empty() {
            line.push(' ');
        }
    }
    whole & flat(&entry.body, line)
}
