//! Reads what stands between the braces of an item: fields, variants and messages.

use crate::check::codes;
use crate::diag::Diagnostic;
use crate::ir::{Field, Flag, Message, Name, Number, Payload, Type, UnionVariant};

use super::arguments;
use super::attrs::{self, Place};
use super::cursor::{Parsed, Reported};
use super::lexer::{Kind, Token, int_value};
use super::parser::Parser;
use super::phrases::Before;
use super::resolve;

/// What stands between the commas of a list.
pub(super) enum Entry<T> {
    Here(T),
    /// `@n _`.
    Removed(Number),
}

/// The entries of a list.
pub(super) struct List<T> {
    pub(super) here: Vec<T>,
    pub(super) removed: Vec<Number>,
}

/// Reads one entry.
type ReadEntry<P, T> = fn(&mut P, Before, Option<Number>) -> Parsed<Entry<T>>;

impl Parser<'_> {
    /// `{ entry, entry }`, where each entry may have docs, attributes and a number. An entry that
    /// cannot be read is left out, and marks the item.
    pub(super) fn list<T>(&mut self, what: &str, entry: ReadEntry<Self, T>) -> Parsed<List<T>> {
        let open = self.cursor.expect(Kind::OpenBrace, &format!("`{{` and {what}"))?;
        let mut list = List { here: Vec::new(), removed: Vec::new() };
        loop {
            if self.ends_early(open) {
                return Ok(list);
            }
            let before = self.cursor.before();
            if self.cursor.eat(Kind::CloseBrace).is_some() {
                self.nothing_for(&before, "`}`");
                return Ok(list);
            }
            let first = self.cursor.current();
            match self.number().and_then(|number| entry(self, before, number)) {
                Ok(entry) => {
                    match entry {
                        Entry::Here(entry) => list.here.push(entry),
                        Entry::Removed(number) => list.removed.push(number),
                    }
                    self.separator(open, first);
                }
                Err(Reported) => {
                    self.damaged = true;
                    self.cursor.skip_entry(Kind::CloseBrace);
                    self.cursor.eat(Kind::Comma);
                }
            }
        }
    }

    /// Whether the `}` of the list that starts at `open` is missing, which is reported.
    fn ends_early(&mut self, open: Token) -> bool {
        let early = self.cursor.at(Kind::End) || self.cursor.at_item();
        if early {
            self.damaged = true;
            self.cursor.unclosed(open, "`}`");
        }
        early
    }

    /// What stands between two entries: a comma, unless the list ends.
    fn separator(&mut self, open: Token, first: Token) {
        if self.cursor.eat(Kind::Comma).is_some() || self.cursor.at(Kind::CloseBrace) {
            return;
        }
        if self.cursor.at(Kind::End) || self.cursor.at_item() {
            return;
        }
        let token = self.cursor.current();
        let behind = self.cursor.span_behind();
        let starts_entry = matches!(
            token.kind,
            Kind::Ident | Kind::Underscore | Kind::At | Kind::Hash | Kind::OuterDoc
        );
        if starts_entry && token.start != first.start {
            let message = format!("expected `,`, found {}", self.cursor.describe(token));
            self.cursor.syntax(token, message, |d| d.fix("write the comma", behind, ","));
            return;
        }
        if token.kind == Kind::Semi {
            let span = self.cursor.span(token);
            let message = "entries end with `,`, not `;`";
            self.cursor.syntax(token, message, |d| d.fix("write a comma", span, ","));
            self.cursor.bump();
            return;
        }
        self.damaged = true;
        self.cursor.unclosed(open, "`,` or `}`");
        self.cursor.skip_entry(Kind::CloseBrace);
        if self.cursor.eat(Kind::Comma).is_none() && self.cursor.current().start == token.start {
            self.cursor.bump();
        }
    }

    pub(super) fn field(&mut self, before: Before, number: Option<Number>) -> Parsed<Entry<Field>> {
        let meaning = attrs::read(&mut self.cursor, Place::Field, before.attributes);
        if self.cursor.at_word("pub") && self.cursor.ahead(1).kind != Kind::Colon {
            self.no_pub();
        }
        let removed = self.cursor.eat(Kind::Underscore);
        let name = match removed {
            Some(token) => Name::new("_", self.cursor.span(token)),
            None => self.cursor.name("the name of a field")?,
        };
        self.cursor.expect(Kind::Colon, "`:` and the type of the field")?;
        let ty = self.ty("the type of the field")?;
        let default = match self.cursor.eat(Kind::Equals) {
            Some(_) => Some(arguments::value(self.cursor.value_tree()?)),
            None => None,
        };
        Ok(Entry::Here(Field {
            docs: before.docs,
            number: number.unwrap_or(Number::UNWRITTEN),
            name,
            ty,
            removed: removed.is_some(),
            default,
            varint: meaning.varint,
            max: meaning.max,
            rust: meaning.rust,
            meta: meaning.meta,
        }))
    }

    pub(super) fn variant(
        &mut self,
        before: Before,
        number: Option<Number>,
    ) -> Parsed<Entry<UnionVariant>> {
        if self.cursor.at(Kind::Underscore) {
            return Ok(self.removed(&before, number));
        }
        let meaning = attrs::read(&mut self.cursor, Place::Variant, before.attributes);
        let name = self.cursor.name("the name of a variant")?;
        let payload = self.payload()?;
        if self.cursor.at(Kind::Equals) && self.cursor.ahead(1).kind == Kind::Int {
            self.discriminant(&name);
        }
        Ok(Entry::Here(UnionVariant {
            docs: before.docs,
            number: number.unwrap_or(Number::UNWRITTEN),
            name,
            payload,
            default: meaning.default,
            meta: meaning.meta,
        }))
    }

    pub(super) fn flag(&mut self, before: Before, number: Option<Number>) -> Parsed<Entry<Flag>> {
        if self.cursor.at(Kind::Underscore) {
            return Ok(self.removed(&before, number));
        }
        let meaning = attrs::read(&mut self.cursor, Place::Flag, before.attributes);
        let name = self.cursor.name("the name of a flag")?;
        if self.cursor.at(Kind::Equals) && self.cursor.ahead(1).kind == Kind::Int {
            self.discriminant(&name);
        }
        Ok(Entry::Here(Flag {
            docs: before.docs,
            number: number.unwrap_or(Number::UNWRITTEN),
            name,
            meta: meaning.meta,
        }))
    }

    pub(super) fn message(
        &mut self,
        before: Before,
        number: Option<Number>,
    ) -> Parsed<Entry<Message>> {
        if self.cursor.at(Kind::Underscore) {
            return Ok(self.removed(&before, number));
        }
        let meaning = attrs::read(&mut self.cursor, Place::Message, before.attributes);
        let name = self.cursor.name("the name of a message")?;
        let payload = self.payload()?;
        let reply = match self.cursor.eat(Kind::Arrow) {
            Some(_) => {
                let tree = self.cursor.type_tree("the type of the reply")?;
                Some(resolve::lower_reply(&mut self.cursor, tree))
            }
            None => None,
        };
        Ok(Entry::Here(Message {
            docs: before.docs,
            number: number.unwrap_or(Number::UNWRITTEN),
            name,
            from: meaning.from,
            payload,
            body_name: None,
            reply,
            idempotent: meaning.idempotent,
            timeout: meaning.timeout,
            compress: meaning.compress,
            handling: meaning.handling,
            meta: meaning.meta,
        }))
    }

    fn payload(&mut self) -> Parsed<Payload> {
        if self.cursor.at(Kind::OpenBrace) {
            return self.list("the fields", Self::field).map(|list| Payload::Fields(list.here));
        }
        let Some(open) = self.cursor.eat(Kind::OpenParen) else {
            return Ok(Payload::Unit);
        };
        let before = self.cursor.before();
        self.cursor.no_docs(&before, "a type");
        let meaning = attrs::read(&mut self.cursor, Place::Payload, before.attributes);
        let ty = self.ty("the type it carries")?;
        let field = Field {
            varint: meaning.varint,
            max: meaning.max,
            rust: meaning.rust,
            meta: meaning.meta,
            ..Field::unnamed(ty)
        };
        let comma = self.cursor.eat(Kind::Comma);
        if self.cursor.eat(Kind::CloseParen).is_some() {
            return Ok(Payload::Tuple(Box::new(field)));
        }
        if comma.is_none() {
            return Err(self.cursor.unclosed(open, "`)`"));
        }
        let message = "only one type stands between `(` and `)`";
        self.cursor.syntax(open, message, |d| d.note("several have names: `{ a: T, b: U }`"));
        self.damaged = true;
        self.cursor.skip_entry(Kind::CloseParen);
        while self.cursor.eat(Kind::Comma).is_some() {
            self.cursor.skip_entry(Kind::CloseParen);
        }
        self.cursor.eat(Kind::CloseParen);
        Ok(Payload::Tuple(Box::new(field)))
    }

    /// `@n`.
    fn number(&mut self) -> Parsed<Option<Number>> {
        let Some(at) = self.cursor.eat(Kind::At) else {
            return Ok(None);
        };
        let token = self.cursor.expect(Kind::Int, "a number after `@`")?;
        let span = self.cursor.span_from(at);
        let Ok(value) = int_value(self.cursor.token_text(token)) else {
            // Reported by the lexer. The entry stays, its number does not.
            self.damaged = true;
            return Ok(None);
        };
        // Above every limit, whatever the list is.
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        Ok(Some(Number { value, written: Some(span) }))
    }

    pub(super) fn ty(&mut self, what: &str) -> Parsed<Type> {
        let tree = self.cursor.type_tree(what)?;
        Ok(resolve::lower(&mut self.cursor, tree))
    }

    /// A slot whose variant, flag or message is gone. Its number alone is kept.
    fn removed<T>(&mut self, before: &Before, number: Option<Number>) -> Entry<T> {
        self.nothing_for(before, "a removed slot");
        let token = self.cursor.bump();
        let span = self.cursor.span(token);
        if self.cursor.at(Kind::Colon) {
            let message = "a removed slot has a type only where it is a field";
            let token = self.cursor.current();
            self.cursor.syntax(token, message, |d| d);
            self.damaged = true;
            self.cursor.skip_entry(Kind::CloseBrace);
        }
        match number {
            Some(number) => Entry::Removed(number),
            None => {
                self.damaged = true;
                let message = "a removed slot is known by its number, and here is none";
                self.cursor.found.push(
                    Diagnostic::error(codes::REMOVED_NUMBER, span, message)
                        .note("write `@n _`, with the number of what was removed"),
                );
                Entry::Removed(Number::UNWRITTEN)
            }
        }
    }

    /// `A = 1`, as Rust writes it.
    fn discriminant(&mut self, name: &Name) {
        self.damaged = true;
        let equals = self.cursor.bump();
        let digits = self.cursor.bump();
        let span = self.cursor.span_from(equals);
        let whole = self.cursor.places.join(name.span, span);
        let instead = format!("@{} {}", self.cursor.token_text(digits), name.text);
        self.cursor.found.push(
            Diagnostic::error(
                codes::SYNTAX,
                span,
                "the number of a variant stands before its name",
            )
            .fix(format!("write `{instead}`"), whole, instead),
        );
    }
}
