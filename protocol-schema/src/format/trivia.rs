//! What stands between two tokens: comments, and how many lines end.

use crate::text::lexer::{Kind, tokens};

/// A token with what stands before it.
#[derive(Debug)]
pub(super) struct Lexeme<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) gap: Gap<'a>,
}

/// What stands between two tokens.
#[derive(Debug, Default)]
pub(super) struct Gap<'a> {
    pub(super) comments: Vec<Comment<'a>>,
    /// How many lines end behind the last comment.
    pub(super) breaks: usize,
}

/// A comment that is no documentation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'a> {
    pub(super) text: &'a str,
    /// How many lines end before it, behind the token or comment that it follows.
    pub(super) breaks: usize,
}

impl Comment<'_> {
    /// Whether it may stand amid other things on one line.
    pub(super) fn is_inline(&self) -> bool {
        self.text.starts_with("/*") && !self.text.contains('\n')
    }

    /// Whether nothing may follow it on its line.
    pub(super) fn ends_line(&self) -> bool {
        self.text.starts_with("//")
    }
}

impl<'a> Gap<'a> {
    /// Whether a line ends right behind the token before.
    pub(super) fn starts_with_break(&self) -> bool {
        self.comments.first().map_or(self.breaks, |comment| comment.breaks) > 0
    }

    /// Takes out the comments that close the line of the token before.
    pub(super) fn take_trailing(&mut self) -> Vec<Comment<'a>> {
        let first = self.comments.iter().take_while(|comment| comment.breaks == 0).count();
        let line_ends = first < self.comments.len() || self.breaks > 0;
        self.comments.drain(..if line_ends { first } else { 0 }).collect()
    }
}

/// The tokens of a text, up to and with the end.
pub(super) fn lexemes(text: &str) -> Vec<Lexeme<'_>> {
    let mut end = 0;
    let mut lexemes = Vec::new();
    for token in tokens(text) {
        let (start, stop) = (offset(token.start), offset(token.end));
        let mut gap = gap(text.get(end..start).unwrap_or(""));
        if lexemes.is_empty() {
            // The start of the file is the start of a line, and its end the end of one.
            match gap.comments.first_mut() {
                Some(first) => first.breaks = first.breaks.max(1),
                None => gap.breaks = gap.breaks.max(1),
            }
        }
        if token.kind == Kind::End {
            gap.breaks = gap.breaks.max(1);
        }
        lexemes.push(Lexeme { kind: token.kind, text: text.get(start..stop).unwrap_or(""), gap });
        end = stop;
    }
    lexemes
}

fn gap(text: &str) -> Gap<'_> {
    let mut gap = Gap::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match rest.get(..2) {
            Some("//") => rest.find('\n').unwrap_or(rest.len()),
            Some("/*") => block(rest),
            _ => {
                gap.breaks += usize::from(first == '\n');
                rest = rest.get(first.len_utf8()..).unwrap_or("");
                continue;
            }
        };
        let (comment, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let breaks = std::mem::take(&mut gap.breaks);
        gap.comments.push(Comment { text: comment.trim_end(), breaks });
        rest = after;
    }
    gap
}

/// How long the block comment is that `text` starts with; such comments nest.
fn block(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(next) = rest.find(['*', '/']) else { break };
        at += next;
        match text.get(at..at + 2) {
            Some("/*") => {
                depth += 1;
                at += 2;
            }
            Some("*/") => {
                depth = depth.saturating_sub(1);
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

fn offset(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
