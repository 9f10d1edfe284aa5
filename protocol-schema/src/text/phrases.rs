//! Reads the small things of the grammar: paths, types, values, docs and attributes.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place wants a few kinds of tokens, and all others alike are not what it wants"
)]

use crate::check::codes;
use crate::diag::Diagnostic;
use crate::ir::Docs;
use crate::span::Span;

use super::cursor::{Cursor, DEPTH_MAX, Parsed, Reported};
use super::lexer::{Kind, Token, float_value, int_value, unescape};
use super::tree::{
    Argument, Arguments, AttrTree, Length, Path, TypeTree, TypeTreeKind, ValueTree, ValueTreeKind,
};

/// What stands before an item or an entry.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) docs: Docs,
    /// Where the docs start.
    pub(super) docs_at: Option<Span>,
    pub(super) attributes: Vec<AttrTree>,
}

impl Cursor<'_> {
    /// `{ outer_doc | "#[" attr { "," attr } "]" }`.
    pub(super) fn before(&mut self) -> Before {
        let mut before = Before::default();
        loop {
            match self.kind() {
                Kind::OuterDoc => {
                    let token = self.bump();
                    let span = self.span(token);
                    before.docs_at.get_or_insert(span);
                    before.docs.0.push(doc_line(self.token_text(token)));
                }
                Kind::InnerDoc => {
                    let token = self.bump();
                    let span = self.span(token);
                    let message = "`//!` speaks of the whole file and stands at its start";
                    self.found.push(
                        Diagnostic::warning(codes::MISPLACED_DOCS, span, message)
                            .note("`///` speaks of what follows it"),
                    );
                }
                Kind::Hash => {
                    let hash = self.bump();
                    self.attribute_group(hash, &mut before.attributes);
                }
                _ => return before,
            }
        }
    }

    /// Warns of docs before something that cannot have any.
    pub(super) fn no_docs(&mut self, before: &Before, what: &str) {
        if let Some(span) = before.docs_at {
            let message = format!("docs before {what} are read by nobody");
            self.found.push(
                Diagnostic::warning(codes::MISPLACED_DOCS, span, message)
                    .note("`///` speaks of what follows it, and `//!` of the file"),
            );
        }
    }

    /// `"[" attr { "," attr } "]"`, behind the `#` or `#!`.
    pub(super) fn attribute_group(&mut self, hash: Token, into: &mut Vec<AttrTree>) {
        if self.expect(Kind::OpenBracket, "`[` after `#`").is_err() {
            return;
        }
        loop {
            match self.attribute(0) {
                Ok(attribute) => into.push(attribute),
                Err(_) => self.skip_entry(Kind::CloseBracket),
            }
            if self.eat(Kind::CloseBracket).is_some() {
                return;
            }
            if self.eat(Kind::Comma).is_none() {
                let start = self.span(hash);
                let token = self.current();
                let message = format!("expected `]`, found {}", self.describe(token));
                self.syntax(token, message, |d| d.also(start, "the attribute starts here"));
                self.skip_entry(Kind::CloseBracket);
                if self.eat(Kind::CloseBracket).is_some() || self.eat(Kind::Comma).is_none() {
                    return;
                }
            } else if self.eat(Kind::CloseBracket).is_some() {
                return;
            }
        }
    }

    fn attribute(&mut self, depth: usize) -> Parsed<AttrTree> {
        let first = self.current();
        let path = self.path("an attribute")?;
        let arguments = if self.at(Kind::OpenParen) {
            Arguments::List(self.arguments(depth)?)
        } else if self.eat(Kind::Equals).is_some() {
            Arguments::Value(self.value(depth)?)
        } else {
            Arguments::None
        };
        Ok(AttrTree { path, arguments, span: self.span_from(first) })
    }

    fn arguments(&mut self, depth: usize) -> Parsed<Vec<Argument>> {
        let mut list = Vec::new();
        if depth >= DEPTH_MAX {
            self.too_deep();
            return Err(Reported);
        }
        self.bump();
        while self.eat(Kind::CloseParen).is_none() {
            list.push(match self.kind() {
                Kind::Ident if !self.at_word("true") && !self.at_word("false") => {
                    Argument::Attr(self.attribute(depth + 1)?)
                }
                _ => Argument::Value(self.value(depth + 1)?),
            });
            if self.eat(Kind::Comma).is_none() && !self.at(Kind::CloseParen) {
                return Err(self.expected("`,` or `)`"));
            }
        }
        Ok(list)
    }

    /// `IDENT { "::" IDENT }`.
    pub(super) fn path(&mut self, what: &str) -> Parsed<Path> {
        let first = self.current();
        let mut last = self.name(what)?;
        let mut before = Vec::new();
        while self.eat(Kind::PathSep).is_some() {
            let next = self.name("a name after `::`")?;
            before.push(std::mem::replace(&mut last, next));
        }
        Ok(Path { before, last, span: self.span_from(first) })
    }

    /// A type, `what` being what it is for.
    pub(super) fn type_tree(&mut self, what: &str) -> Parsed<TypeTree> {
        self.type_at(what, 0)
    }

    fn type_at(&mut self, what: &str, depth: usize) -> Parsed<TypeTree> {
        let first = self.current();
        let kind = match first.kind {
            _ if depth > DEPTH_MAX => self.too_deep_type(what)?,
            Kind::Ident => {
                let path = self.path(what)?;
                let parameters = match self.eat(Kind::Less) {
                    Some(open) => self.parameters(open, depth)?,
                    None => Vec::new(),
                };
                TypeTreeKind::Path { path, parameters }
            }
            Kind::OpenBracket => self.array(depth)?,
            Kind::OpenParen => self.tuple(depth)?,
            _ => return Err(self.expected(what)),
        };
        Ok(TypeTree { kind, span: self.span_from(first) })
    }

    fn parameters(&mut self, open: Token, depth: usize) -> Parsed<Vec<TypeTree>> {
        let mut parameters = Vec::new();
        loop {
            parameters.push(self.type_at("a type", depth + 1)?);
            if self.eat(Kind::Greater).is_some() {
                return Ok(parameters);
            }
            if self.eat(Kind::Comma).is_none() {
                return Err(self.unclosed(open, "`,` or `>`"));
            }
            if self.eat(Kind::Greater).is_some() {
                return Ok(parameters);
            }
            if !matches!(self.kind(), Kind::Ident | Kind::OpenBracket | Kind::OpenParen) {
                return Err(self.unclosed(open, "a type or `>`"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Parsed<TypeTreeKind> {
        let open = self.bump();
        let element = Box::new(self.type_at("a type", depth + 1)?);
        if self.eat(Kind::CloseBracket).is_some() {
            let span = self.span_from(open);
            let inner = self.span_text(element.span);
            let message = "an array has a length, a list is a `Vec`";
            self.found.push(
                Diagnostic::error(codes::SYNTAX, span, message)
                    .fix("write a list", span, format!("Vec<{inner}>"))
                    .note(format!("an array of 4 would be `[{inner}; 4]`")),
            );
            return Ok(TypeTreeKind::Reported);
        }
        self.expect(Kind::Semi, "`;` and the length of the array")?;
        let length = if self.at(Kind::Int) {
            let token = self.bump();
            let span = self.span(token);
            match int_value(self.token_text(token)) {
                Ok(value) => Length::Number(value, span),
                Err(_) => return self.close_array(open, TypeTreeKind::Reported),
            }
        } else {
            Length::Path(self.path("the length of the array, a number or a const")?)
        };
        self.close_array(open, TypeTreeKind::Array { element, length })
    }

    fn close_array(&mut self, open: Token, kind: TypeTreeKind) -> Parsed<TypeTreeKind> {
        match self.eat(Kind::CloseBracket) {
            Some(_) => Ok(kind),
            None => Err(self.unclosed(open, "`]`")),
        }
    }

    fn tuple(&mut self, depth: usize) -> Parsed<TypeTreeKind> {
        let open = self.bump();
        let mut elements = Vec::new();
        while self.eat(Kind::CloseParen).is_none() {
            elements.push(self.type_at("a type", depth + 1)?);
            if self.eat(Kind::Comma).is_none() && !self.at(Kind::CloseParen) {
                return Err(self.unclosed(open, "`,` or `)`"));
            }
        }
        Ok(TypeTreeKind::Tuple(elements))
    }

    /// A value.
    pub(super) fn value_tree(&mut self) -> Parsed<ValueTree> {
        self.value(0)
    }

    fn value(&mut self, depth: usize) -> Parsed<ValueTree> {
        let first = self.current();
        let negative = self.eat(Kind::Minus).is_some();
        let token = self.current();
        let text = self.token_text(token);
        let kind = match token.kind {
            Kind::Int => {
                self.bump();
                // A bad number was reported by the lexer.
                ValueTreeKind::Int { magnitude: int_value(text).unwrap_or(0), negative }
            }
            Kind::Float => {
                self.bump();
                let value = float_value(text).unwrap_or(0.0);
                ValueTreeKind::Float(if negative { -value } else { value })
            }
            _ if negative => return Err(self.expected("a number after `-`")),
            Kind::Str | Kind::CutStr => {
                self.bump();
                let body = text.get(1..).unwrap_or("");
                ValueTreeKind::Str(unescape(body, Kind::Str, |_, _| {}))
            }
            Kind::ByteStr => {
                self.bump();
                let body = text.get(2..).unwrap_or("");
                let chars = unescape(body, Kind::ByteStr, |_, _| {});
                // A character above 255 was reported by the lexer.
                let bytes = chars.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0));
                ValueTreeKind::Bytes(bytes.collect())
            }
            Kind::Ident if text == "true" || text == "false" => {
                self.bump();
                ValueTreeKind::Bool(text == "true")
            }
            Kind::Ident => ValueTreeKind::Path(self.path("a value")?),
            Kind::OpenBracket => self.values(depth)?,
            _ => return Err(self.expected("a value")),
        };
        Ok(ValueTree { kind, span: self.span_from(first) })
    }

    fn values(&mut self, depth: usize) -> Parsed<ValueTreeKind> {
        if depth >= DEPTH_MAX {
            self.too_deep();
            return Err(Reported);
        }
        let open = self.bump();
        let mut list = Vec::new();
        while self.eat(Kind::CloseBracket).is_none() {
            list.push(self.value(depth + 1)?);
            if self.eat(Kind::Comma).is_none() && !self.at(Kind::CloseBracket) {
                return Err(self.unclosed(open, "`,` or `]`"));
            }
        }
        Ok(ValueTreeKind::List(list))
    }

    /// Reports that `what` was expected, and what it would have closed.
    pub(super) fn unclosed(&mut self, open: Token, what: &str) -> Reported {
        let start = self.span(open);
        let token = self.current();
        let message = format!("expected {what}, found {}", self.describe(token));
        self.syntax(token, message, |d| d.also(start, "what it closes starts here"))
    }

    /// Steps over a type that stands too deep.
    fn too_deep_type(&mut self, what: &str) -> Parsed<TypeTreeKind> {
        if self.at(Kind::Ident) {
            self.path(what)?;
        }
        if matches!(self.kind(), Kind::Less | Kind::OpenBracket | Kind::OpenParen) {
            self.too_deep();
        }
        Ok(TypeTreeKind::Reported)
    }

    /// Refuses to go deeper than [`DEPTH_MAX`], and steps over what is there.
    fn too_deep(&mut self) {
        let token = self.current();
        let span = self.span(token);
        let message = format!("this nests more than {DEPTH_MAX} deep");
        self.error(codes::NESTED_TOO_DEEP, span, message);
        self.skip_group();
    }
}

/// A line of documentation behind its three-character mark.
pub(super) fn doc_line(text: &str) -> String {
    let line = text.get(3..).unwrap_or("").trim_end_matches('\r');
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}
