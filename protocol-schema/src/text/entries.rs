//! Reads what stands between the braces of an item: fields, variants and messages.

use crate::check::codes;
use crate::diag::Diagnostic;
use crate::ir::{Field, Message, Name, Number, Payload, Type, UnionVariant};
use crate::span::Span;

use super::attrs::{self, Place};
use super::cursor::{Parsed, Reported};
use super::lexer::{Kind, Token, int_value};
use super::parser::Parser;
use super::phrases::Meta;
use super::resolve;

impl Parser<'_> {
    /// `{ entry, entry }`, where each entry may have docs, attributes and a number. An entry that
    /// cannot be read is left out, and marks the item.
    pub(super) fn list<T>(
        &mut self,
        what: &str,
        entry: fn(&mut Self, Meta, Option<Number>) -> Parsed<Option<T>>,
    ) -> Parsed<Vec<T>> {
        let open = self.cursor.expect(Kind::OpenBrace, &format!("`{{` and {what}"))?;
        let mut list = Vec::new();
        loop {
            if self.ends_early(open) {
                return Ok(list);
            }
            let meta = self.cursor.meta();
            if self.cursor.eat(Kind::CloseBrace).is_some() {
                self.nothing_for(&meta, "`}`");
                return Ok(list);
            }
            let first = self.cursor.current();
            match self.number().and_then(|number| entry(self, meta, number)) {
                Ok(entry) => {
                    list.extend(entry);
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

    pub(super) fn field(&mut self, meta: Meta, number: Option<Number>) -> Parsed<Option<Field>> {
        attrs::read(&mut self.cursor, Place::Field, &meta.attributes);
        if self.cursor.at_word("pub") && self.cursor.ahead(1).kind != Kind::Colon {
            self.no_pub();
        }
        let first = self.cursor.current();
        let removed = self.cursor.eat(Kind::Underscore).is_some();
        let name = match removed {
            true => Name::new("_", Span::NONE),
            false => self.cursor.name("the name of a field")?,
        };
        self.cursor.expect(Kind::Colon, "`:` and the type of the field")?;
        let ty = self.ty("the type of the field")?;
        if let Some(equals) = self.cursor.eat(Kind::Equals) {
            self.cursor.value_tree()?;
            let span = self.cursor.span_from(equals);
            self.cursor.unsupported(span, "a default is");
        }
        if removed {
            return Ok(self.removed(first));
        }
        let number = number.unwrap_or(Number::UNWRITTEN);
        Ok(Some(Field { docs: meta.docs, ..Field::new(number, name, ty) }))
    }

    pub(super) fn variant(
        &mut self,
        meta: Meta,
        number: Option<Number>,
    ) -> Parsed<Option<UnionVariant>> {
        attrs::read(&mut self.cursor, Place::Variant, &meta.attributes);
        if let Some(first) = self.cursor.eat(Kind::Underscore) {
            return Ok(self.removed(first));
        }
        let name = self.cursor.name("the name of a variant")?;
        let payload = self.payload()?;
        if self.cursor.at(Kind::Equals) && self.cursor.ahead(1).kind == Kind::Int {
            self.discriminant(&name);
        }
        let number = number.unwrap_or(Number::UNWRITTEN);
        let meta_of = crate::ir::Meta::default();
        Ok(Some(UnionVariant {
            docs: meta.docs,
            number,
            name,
            payload,
            default: false,
            meta: meta_of,
        }))
    }

    pub(super) fn message(
        &mut self,
        meta: Meta,
        number: Option<Number>,
    ) -> Parsed<Option<Message>> {
        let meaning = attrs::read(&mut self.cursor, Place::Message, &meta.attributes);
        if let Some(first) = self.cursor.eat(Kind::Underscore) {
            return Ok(self.removed(first));
        }
        let name = self.cursor.name("the name of a message")?;
        let payload = self.payload()?;
        let reply = match self.cursor.eat(Kind::Arrow) {
            Some(_) => {
                let tree = self.cursor.type_tree("the type of the reply")?;
                Some(resolve::lower_reply(&mut self.cursor, tree))
            }
            None => None,
        };
        let number = number.unwrap_or(Number::UNWRITTEN);
        let from = meaning.from;
        Ok(Some(Message {
            docs: meta.docs,
            number,
            name,
            from,
            payload,
            body_name: None,
            reply,
            idempotent: false,
            timeout: None,
            meta: crate::ir::Meta::default(),
        }))
    }

    fn payload(&mut self) -> Parsed<Payload> {
        if self.cursor.at(Kind::OpenBrace) {
            return self.list("the fields", Self::field).map(Payload::Fields);
        }
        let Some(open) = self.cursor.eat(Kind::OpenParen) else {
            return Ok(Payload::Unit);
        };
        let meta = self.cursor.meta();
        self.cursor.no_docs(&meta, "a type");
        attrs::read(&mut self.cursor, Place::Payload, &meta.attributes);
        let ty = self.ty("the type it carries")?;
        let comma = self.cursor.eat(Kind::Comma);
        if self.cursor.eat(Kind::CloseParen).is_some() {
            return Ok(Payload::Tuple(Box::new(Field::unnamed(ty))));
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
        Ok(Payload::Tuple(Box::new(Field::unnamed(ty))))
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

    /// A slot whose field, variant or message is gone.
    fn removed<T>(&mut self, first: Token) -> Option<T> {
        let span = self.cursor.span_from(first);
        self.cursor.unsupported(span, "removed slots (`_`) are");
        self.damaged = true;
        None
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
