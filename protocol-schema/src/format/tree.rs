//! Tokens to entries. Knows where lists begin and end, and to what a comment belongs.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a few kinds of tokens mean something to a layout, and all others alike do not"
)]

use super::pieces::{Brackets, Entry, Group, Lead, LeadKind, Piece, Place};
use super::trivia::{Comment, Gap, Lexeme, lexemes};
use crate::text::lexer::Kind;

/// The items of a text that can be read, with all that stands around them.
pub(super) fn read(text: &str) -> Vec<Entry<'_>> {
    let mut reader = Reader { lexemes: lexemes(text), at: 0 };
    reader.list(List::File, &mut Vec::new())
}

struct Reader<'a> {
    lexemes: Vec<Lexeme<'a>>,
    at: usize,
}

/// What is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    /// Items, up to the end.
    File,
    /// Entries between braces, where comments have lines of their own.
    Braces,
    /// What stands between other brackets, usually on one line.
    Inline,
}

/// Comments that cannot stay where they are, amid an entry, and go before it.
type Moved<'a> = Vec<&'a str>;

impl<'a> Reader<'a> {
    fn kind(&self) -> Kind {
        self.lexemes.get(self.at).map_or(Kind::End, |lexeme| lexeme.kind)
    }

    fn text(&self) -> &'a str {
        self.lexemes.get(self.at).map_or("", |lexeme| lexeme.text)
    }

    fn bump(&mut self) -> Piece<'a> {
        let piece = Piece::token(self.kind(), self.text());
        self.at += 1;
        piece
    }

    /// What stands before the current token; nothing when asked again.
    fn take_gap(&mut self) -> Gap<'a> {
        self.gap_mut().map(std::mem::take).unwrap_or_default()
    }

    fn gap_mut(&mut self) -> Option<&mut Gap<'a>> {
        self.lexemes.get_mut(self.at).map(|lexeme| &mut lexeme.gap)
    }

    fn at_close(&self) -> bool {
        matches!(
            self.kind(),
            Kind::CloseBrace | Kind::CloseParen | Kind::CloseBracket | Kind::Greater | Kind::End
        )
    }

    /// The entries up to the closing bracket, which stays.
    fn list(&mut self, list: List, moved: &mut Moved<'a>) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut carried = Vec::new();
        loop {
            let start = self.at;
            let mut entry = self.entry(list, std::mem::take(&mut carried), moved);
            if entry.leads.is_empty() && entry.body.is_empty() {
                return entries;
            }
            self.end_of_entry(list, &mut entry, &mut carried);
            entries.push(entry);
            if list == List::Inline {
                moved.append(&mut carried);
            }
            let more = self.gap_mut().is_some_and(|gap| !gap.comments.is_empty());
            if self.at_close() && !more && carried.is_empty() || self.at == start && !more {
                return entries;
            }
        }
    }

    fn entry(&mut self, list: List, carried: Moved<'a>, moved: &mut Moved<'a>) -> Entry<'a> {
        let mut entry = Entry::default();
        entry.leads.extend(carried.into_iter().map(Lead::moved));
        self.leads(list, &mut entry, moved);
        let mut own = Vec::new();
        let import = list == List::File && self.text() == "use";
        loop {
            if self.at_close() || list != List::File && self.kind() == Kind::Comma {
                break;
            }
            if !entry.body.is_empty() {
                let gap = self.take_gap();
                Self::amid(gap.comments, &mut entry.body, &mut own);
            }
            match self.kind() {
                Kind::Semi if list == List::File => {
                    entry.body.push(self.bump());
                    break;
                }
                Kind::OpenBrace | Kind::OpenParen | Kind::OpenBracket | Kind::Less => {
                    let behind_name = entry.body.last().and_then(Piece::last) == Some(Kind::Ident);
                    let group = self.group(behind_name, import, &mut own);
                    let ends = list == List::File && group.brackets == Brackets::Braces;
                    entry.body.push(Piece::Group(group));
                    if ends {
                        break;
                    }
                }
                _ => entry.body.push(self.bump()),
            }
        }
        if list == List::Inline {
            moved.append(&mut own);
        } else if !own.is_empty() {
            entry.leads.extend(own.into_iter().map(Lead::moved));
            entry.place = Place::NextLine;
        }
        entry
    }

    /// Comments, docs and attributes before an entry.
    fn leads(&mut self, list: List, entry: &mut Entry<'a>, moved: &mut Moved<'a>) {
        loop {
            let gap = self.take_gap();
            let mut place = Place::behind(gap.breaks);
            if gap.comments.is_empty() && place == Place::SameLine {
                place = Place::NextLine;
            }
            for (index, comment) in gap.comments.iter().enumerate() {
                let mut place = Place::behind(comment.breaks);
                if list == List::Inline {
                    if !comment.is_inline() {
                        moved.push(comment.text);
                        continue;
                    }
                    place = Place::SameLine;
                }
                // Only what follows a doc or an attribute can be on the line of it.
                if index == 0 && entry.leads.is_empty() && place == Place::SameLine {
                    place = Place::NextLine;
                }
                entry.leads.push(Lead { kind: LeadKind::Comment(comment.text), place });
            }
            if list == List::Inline && !gap.comments.is_empty() {
                place = Place::SameLine;
            }
            let mut own = Vec::new();
            let kind = match self.kind() {
                Kind::OuterDoc => LeadKind::OuterDoc(self.text()),
                Kind::InnerDoc => LeadKind::InnerDoc(self.text()),
                Kind::Hash => self.attribute(&mut own),
                _ => {
                    entry.place = place;
                    return;
                }
            };
            if matches!(kind, LeadKind::OuterDoc(_) | LeadKind::InnerDoc(_)) {
                self.at += 1;
            }
            if list == List::Inline {
                moved.append(&mut own);
            } else if !own.is_empty() {
                place = Place::NextLine;
                entry.leads.extend(own.into_iter().map(Lead::moved));
            }
            entry.leads.push(Lead { kind, place });
        }
    }

    fn attribute(&mut self, moved: &mut Moved<'a>) -> LeadKind<'a> {
        let mut pieces = vec![self.bump()];
        let inner = self.kind() == Kind::Bang;
        if inner {
            let gap = self.take_gap();
            Self::amid(gap.comments, &mut pieces, moved);
            pieces.push(self.bump());
        }
        if self.kind() == Kind::OpenBracket {
            let gap = self.take_gap();
            Self::amid(gap.comments, &mut pieces, moved);
            pieces.push(Piece::Group(self.group(false, false, moved)));
        }
        if inner { LeadKind::InnerAttribute(pieces) } else { LeadKind::OuterAttribute(pieces) }
    }

    /// The brackets at the current token, and all between them.
    fn group(&mut self, behind_name: bool, import: bool, moved: &mut Moved<'a>) -> Group<'a> {
        let brackets = match self.kind() {
            Kind::OpenBrace if import => Brackets::Names,
            Kind::OpenBrace => Brackets::Braces,
            Kind::OpenParen if behind_name => Brackets::Arguments,
            Kind::OpenParen => Brackets::Tuple,
            Kind::OpenBracket => Brackets::Square,
            _ => Brackets::Angle,
        };
        self.at += 1;
        let mut opening = Vec::new();
        let mut open = false;
        let list = match brackets {
            Brackets::Braces | Brackets::Names => List::Braces,
            Brackets::Arguments | Brackets::Tuple | Brackets::Square | Brackets::Angle => {
                List::Inline
            }
        };
        if list == List::Braces
            && let Some(gap) = self.gap_mut()
        {
            open = gap.starts_with_break();
            opening = gap.take_trailing().iter().map(|comment| comment.text).collect();
        }
        let entries = self.list(list, moved);
        if list == List::Inline {
            let gap = self.take_gap();
            moved.extend(gap.comments.iter().map(|comment| comment.text));
        }
        self.at += 1;
        Group { brackets, opening, open, entries }
    }

    /// Comments before a token inside of an entry.
    fn amid(comments: Vec<Comment<'a>>, body: &mut Vec<Piece<'a>>, moved: &mut Moved<'a>) {
        for comment in comments {
            if comment.is_inline() {
                body.push(Piece::Comment(comment.text));
            } else {
                moved.push(comment.text);
            }
        }
    }

    /// Takes the comma behind an entry, and the comments on its last line.
    fn end_of_entry(&mut self, list: List, entry: &mut Entry<'a>, carried: &mut Moved<'a>) {
        if list == List::File {
            let trailing = self.gap_mut().map(Gap::take_trailing).unwrap_or_default();
            return Self::trail(trailing, entry, carried);
        }
        if entry.body.is_empty() {
            return;
        }
        if list == List::Inline {
            let gap = self.take_gap();
            let (inline, other): (Vec<_>, Vec<_>) =
                gap.comments.into_iter().partition(Comment::is_inline);
            entry.body.extend(inline.iter().map(|comment| Piece::Comment(comment.text)));
            carried.extend(other.iter().map(|comment| comment.text));
        } else if self.kind() == Kind::Comma {
            let gap = self.take_gap();
            let (inline, other): (Vec<_>, Vec<_>) = gap
                .comments
                .into_iter()
                .partition(|comment| comment.is_inline() && comment.breaks == 0);
            entry.body.extend(inline.iter().map(|comment| Piece::Comment(comment.text)));
            Self::trail(other, entry, carried);
        } else if let Some(gap) = self.gap_mut() {
            if gap.breaks == 0 && gap.comments.iter().all(|c| c.breaks == 0 && c.is_inline()) {
                let comments = std::mem::take(&mut gap.comments);
                entry.body.extend(comments.iter().map(|comment| Piece::Comment(comment.text)));
            } else {
                let trailing = gap.take_trailing();
                Self::trail(trailing, entry, carried);
            }
        }
        if self.kind() == Kind::Comma {
            self.at += 1;
            entry.comma = true;
            if list == List::Braces {
                let trailing = self.gap_mut().map(Gap::take_trailing).unwrap_or_default();
                Self::trail(trailing, entry, carried);
            }
        }
    }

    /// Comments behind an entry, on its line: nothing follows the first one that ends a line.
    fn trail(comments: Vec<Comment<'a>>, entry: &mut Entry<'a>, carried: &mut Moved<'a>) {
        for comment in comments {
            let full = entry.trailing.last().is_some_and(|last| last.starts_with("//"));
            let beside = comment.breaks == 0 && !full && carried.is_empty();
            if beside && (comment.is_inline() || comment.ends_line()) {
                entry.trailing.push(comment.text);
            } else {
                carried.push(comment.text);
            }
        }
    }
}
