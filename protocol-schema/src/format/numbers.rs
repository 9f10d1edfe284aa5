//! Writes the numbers that nobody wrote.

use std::borrow::Cow;

use super::pieces::{Brackets, Entry, Group, Piece};
use crate::text::lexer::{Kind, int_value};

/// Gives each field, variant, flag and message without a number the one of its position; where
/// others of the list have theirs, those that follow the largest.
pub(super) fn write(items: &mut [Entry<'_>]) {
    for item in items {
        let keyword = match item.body.first() {
            Some(Piece::Token(Kind::Ident, text)) => text.to_string(),
            _ => continue,
        };
        let scalar = item.body.iter().any(|piece| piece.last() == Some(Kind::Colon));
        let (first, payloads) = match keyword.as_str() {
            "struct" | "flags" => (0, false),
            "enum" if scalar => (0, false),
            "enum" | "protocol" => (1, true),
            _ => continue,
        };
        let Some(list) = braces(item) else { continue };
        number(&mut list.entries, first);
        if payloads {
            for fields in list.entries.iter_mut().filter_map(braces) {
                number(&mut fields.entries, 0);
            }
        }
    }
}

fn braces<'e, 'a>(entry: &'e mut Entry<'a>) -> Option<&'e mut Group<'a>> {
    entry.body.iter_mut().find_map(|piece| match piece {
        Piece::Group(group) if group.brackets == Brackets::Braces => Some(group),
        Piece::Group(_) | Piece::Token(..) | Piece::Comment(_) => None,
    })
}

fn number(entries: &mut [Entry<'_>], first: u128) {
    let largest = entries.iter().filter_map(written).max();
    let mut next = largest.map_or(first, |largest| largest.saturating_add(1));
    for entry in entries {
        if entry.body.is_empty() || entry.body.first().and_then(Piece::last) == Some(Kind::At) {
            continue;
        }
        let digits = Piece::Token(Kind::Int, Cow::Owned(next.to_string()));
        entry.body.splice(0..0, [Piece::token(Kind::At, "@"), digits]);
        next = next.saturating_add(1);
    }
}

fn written(entry: &Entry<'_>) -> Option<u128> {
    let mut tokens = entry.body.iter().filter_map(|piece| match piece {
        Piece::Token(kind, text) => Some((*kind, text)),
        Piece::Comment(_) | Piece::Group(_) => None,
    });
    let (at, digits) = (tokens.next()?, tokens.next()?);
    if at.0 == Kind::At { int_value(digits.1).ok() } else { None }
}
