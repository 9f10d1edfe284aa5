//! A place in the tokens: looking ahead, expecting, reporting, and finding the way back after a
//! mistake.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place wants a few kinds of tokens, and all others alike are not what it wants"
)]

use crate::check::codes;
use crate::check::index::Extent;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ir::Name;
use crate::span::Span;

use super::lexer::{Kind, Lexed, NAME_BYTES_MAX, Token};
use super::source::Places;

/// How deep types, values and attributes may nest: as deep as types may with aliases written out.
pub(super) const DEPTH_MAX: usize = Extent::DEPTH_MAX;

/// How far to look for the keyword behind docs and attributes.
const LOOKAHEAD_MAX: usize = 256;

/// How far to look for the end of an attribute.
const ATTRIBUTE_MAX: usize = 64;

/// A mistake that was already reported: the caller only has to find its way back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

/// What a part of the text was read as.
pub(super) type Parsed<T> = Result<T, Reported>;

/// The words that start an item.
pub(super) const KEYWORDS: [&str; 8] =
    ["package", "use", "const", "type", "struct", "enum", "flags", "protocol"];

const END: Token = Token { kind: Kind::End, start: u32::MAX, end: u32::MAX };

/// A place in the tokens of one file.
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    cut_short: bool,
    at: usize,
    /// The token of the last syntax error: one place gives one of them.
    reported_at: Option<usize>,
    pub(super) places: &'a mut Places,
    pub(super) found: &'a mut Diagnostics,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(
        text: &'a str,
        lexed: Lexed,
        places: &'a mut Places,
        found: &'a mut Diagnostics,
    ) -> Self {
        let Lexed { tokens, cut_short } = lexed;
        Self { text, tokens, cut_short, at: 0, reported_at: None, places, found }
    }

    // Looking.

    pub(super) fn current(&self) -> Token {
        self.ahead(0)
    }

    pub(super) fn kind(&self) -> Kind {
        self.current().kind
    }

    pub(super) fn at(&self, kind: Kind) -> bool {
        self.kind() == kind
    }

    /// Whether the current token is the bare word `word`.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.at(Kind::Ident) && self.token_text(self.current()) == word
    }

    pub(super) fn ahead(&self, count: usize) -> Token {
        self.tokens.get(self.at + count).or(self.tokens.last()).copied().unwrap_or(END)
    }

    pub(super) fn token_text(&self, token: Token) -> &'a str {
        let start = usize::try_from(token.start).unwrap_or(usize::MAX);
        let end = usize::try_from(token.end).unwrap_or(usize::MAX);
        self.text.get(start..end).unwrap_or("")
    }

    /// The text of a place.
    pub(super) fn span_text(&self, span: Span) -> &'a str {
        let Some((start, end)) = self.places.range(span) else {
            return "";
        };
        self.token_text(Token { kind: Kind::End, start, end })
    }

    /// Whether an item starts here, on a line of its own: a keyword before a name, possibly with
    /// docs and attributes before it. Inside braces this means that the `}` is missing.
    pub(super) fn at_item(&self) -> bool {
        if !self.starts_line(0) {
            return false;
        }
        let mut ahead = 0;
        while ahead < LOOKAHEAD_MAX {
            match self.ahead(ahead).kind {
                Kind::OuterDoc => ahead += 1,
                Kind::Hash => ahead = self.behind_attribute(ahead),
                Kind::Ident if self.token_text(self.ahead(ahead)) == "pub" => ahead += 1,
                Kind::Ident => {
                    let keyword = KEYWORDS.contains(&self.token_text(self.ahead(ahead)));
                    return keyword && self.ahead(ahead + 1).kind == Kind::Ident;
                }
                _ => return false,
            }
        }
        false
    }

    /// The place behind the `#[…]` that starts at `ahead`.
    fn behind_attribute(&self, start: usize) -> usize {
        let mut depth = 0_usize;
        for ahead in start + 1..start + ATTRIBUTE_MAX {
            match self.ahead(ahead).kind {
                Kind::OpenBracket => depth += 1,
                Kind::CloseBracket if depth <= 1 => return ahead + 1,
                Kind::CloseBracket => depth -= 1,
                Kind::End => break,
                _ => {}
            }
        }
        LOOKAHEAD_MAX
    }

    /// Whether the token at `ahead` is the first of its line.
    fn starts_line(&self, ahead: usize) -> bool {
        let Some(before) = (self.at + ahead).checked_sub(1) else {
            return true;
        };
        let Some(before) = self.tokens.get(before) else {
            return true;
        };
        let gap = Token { kind: Kind::End, start: before.end, end: self.ahead(ahead).start };
        self.token_text(gap).contains('\n')
    }

    // Moving.

    pub(super) fn bump(&mut self) -> Token {
        let token = self.current();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    pub(super) fn eat(&mut self, kind: Kind) -> Option<Token> {
        self.at(kind).then(|| self.bump())
    }

    /// Takes a token of `kind`, or reports that `what` was expected.
    pub(super) fn expect(&mut self, kind: Kind, what: &str) -> Parsed<Token> {
        self.eat(kind).ok_or_else(|| self.expected(what))
    }

    /// Takes a name, or reports that `what` was expected.
    pub(super) fn name(&mut self, what: &str) -> Parsed<Name> {
        let token = self.expect(Kind::Ident, what)?;
        let text = self.token_text(token);
        let mut text = text.strip_prefix("r#").unwrap_or(text);
        if text.len() > NAME_BYTES_MAX {
            // Reported by the lexer; no message shall repeat a megabyte of it.
            let cut = (0..=NAME_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at));
            text = text.get(..cut.unwrap_or(0)).unwrap_or("");
        }
        Ok(Name::new(text, self.span(token)))
    }

    /// The names among the tokens from `first` to the cursor.
    pub(super) fn names_since(&self, first: Token) -> Vec<String> {
        let tokens = self.tokens.iter().take(self.at).rev();
        let tokens = tokens.take_while(|token| token.start >= first.start);
        let names = tokens.filter(|token| token.kind == Kind::Ident);
        names.map(|token| self.token_text(*token).to_owned()).collect()
    }

    // Reporting.

    pub(super) fn span(&mut self, token: Token) -> Span {
        self.places.span(token.start, token.end)
    }

    /// From the start of `first` to the end of the token before the current one.
    pub(super) fn span_from(&mut self, first: Token) -> Span {
        let last = self.previous_end().max(first.end);
        self.places.span(first.start, last)
    }

    /// The empty place behind the token before the current one.
    pub(super) fn span_behind(&mut self) -> Span {
        let end = self.previous_end();
        self.places.span(end, end)
    }

    pub(super) fn previous_end(&self) -> u32 {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.map_or(0, |token| token.end)
    }

    /// Reports that `what` was expected where the current token is.
    pub(super) fn expected(&mut self, what: &str) -> Reported {
        let token = self.current();
        let message = format!("expected {what}, found {}", self.describe(token));
        self.syntax(token, message, |diagnostic| diagnostic)
    }

    /// Reports a syntax error at `token`, once for each place.
    pub(super) fn syntax(
        &mut self,
        token: Token,
        message: impl Into<String>,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) -> Reported {
        // What an unclosed comment or string swallowed is not missing.
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let swallowed = token.kind == Kind::End && self.cut_short
            || before.is_some_and(|before| before.kind == Kind::CutStr);
        if !swallowed && self.reported_at != Some(self.at) {
            let span = self.span(token);
            self.found.push(more(Diagnostic::error(codes::SYNTAX, span, message)));
        }
        self.reported_at = Some(self.at);
        Reported
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.found.push(Diagnostic::error(code, span, message));
    }

    /// A token in the words of a message.
    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            Kind::End => "the end of the file".to_owned(),
            Kind::OuterDoc | Kind::InnerDoc => "a doc comment".to_owned(),
            Kind::Str | Kind::ByteStr | Kind::CutStr => "a string".to_owned(),
            _ => format!("`{}`", shorten(self.token_text(token))),
        }
    }

    // Finding the way back.

    /// Skips to the next `,` or `close` of the list the cursor stands in, to a line that starts
    /// like another entry, or to the next item.
    pub(super) fn skip_entry(&mut self, close: Kind) {
        let mut depth = 0_usize;
        let mut angles = 0_usize;
        loop {
            let kind = self.kind();
            match kind {
                Kind::End => return,
                Kind::Comma if depth == 0 && angles == 0 => return,
                Kind::At | Kind::Hash | Kind::OuterDoc if depth == 0 && self.starts_line(0) => {
                    return;
                }
                _ if kind == close && depth == 0 => return,
                Kind::OpenBrace | Kind::OpenParen | Kind::OpenBracket => depth += 1,
                Kind::CloseBrace | Kind::CloseParen | Kind::CloseBracket => {
                    depth = depth.saturating_sub(1);
                }
                Kind::Less => angles += 1,
                Kind::Greater => angles = angles.saturating_sub(1),
                _ if self.at_item() => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Skips to the end of what looks like an item: `;`, a closing brace, or the next item.
    pub(super) fn skip_item(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                Kind::End => return,
                Kind::Semi if depth == 0 => {
                    self.bump();
                    return;
                }
                Kind::OpenBrace => depth += 1,
                Kind::CloseBrace => {
                    if depth <= 1 {
                        self.bump();
                        return;
                    }
                    depth -= 1;
                }
                _ if self.at_item() => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Skips what is between the bracket at the cursor and the one that closes it, both included.
    pub(super) fn skip_group(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                Kind::End => return,
                Kind::OpenBrace | Kind::OpenParen | Kind::OpenBracket | Kind::Less => depth += 1,
                Kind::CloseBrace | Kind::CloseParen | Kind::CloseBracket | Kind::Greater => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            if depth == 0 {
                self.bump();
                return;
            }
            if self.at_item() {
                return;
            }
            self.bump();
        }
    }
}

/// A piece of source short enough for a message.
pub(super) fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    if text.chars().nth(CHARS_MAX).is_none() {
        return text.to_owned();
    }
    let start: String = text.chars().take(CHARS_MAX).collect();
    format!("{start}…")
}
