//! A type as it is written in a schema, standing alone.

use crate::check::index::joined;
use crate::check::vocabulary::{built_in, in_std};
use crate::ir::{ArrayLen, Name, Schema, Type, TypeKind};
use crate::span::Span;

use super::lookup::TypeError;

/// How deep a type may be written.
const DEPTH_MAX: u32 = 64;

/// Reads all of `text` as a type of `schema`.
pub(super) fn parse(schema: &Schema, text: &str) -> Result<Type, TypeError> {
    let mut parser = Parser { schema, text, rest: text.trim_start(), depth: DEPTH_MAX };
    let ty = parser.ty()?;
    if parser.rest.is_empty() { Ok(ty) } else { Err(parser.syntax()) }
}

struct Parser<'t> {
    schema: &'t Schema,
    text: &'t str,
    rest: &'t str,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn ty(&mut self) -> Result<Type, TypeError> {
        self.depth = self.depth.checked_sub(1).ok_or(TypeError::TooDeep)?;
        let kind = if self.eat("[") {
            let element = Box::new(self.ty()?);
            self.expect(";")?;
            let length = self.length()?;
            self.expect("]")?;
            TypeKind::Array(element, length)
        } else if self.eat("(") {
            match self.list(")")? {
                types if types.is_empty() => TypeKind::Unit,
                types => TypeKind::Tuple(types),
            }
        } else {
            self.path()?
        };
        self.depth += 1;
        Ok(Type { kind, span: Span::NONE })
    }

    fn path(&mut self) -> Result<TypeKind, TypeError> {
        let start = self.rest;
        let path = self.word(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '#');
        let name = path.strip_prefix("r#").unwrap_or(path);
        if name.is_empty() {
            return Err(self.syntax());
        }
        let types = if self.eat("<") { self.list(">")? } else { Vec::new() };
        let mut types = types.into_iter().map(Box::new);
        let kind = match (name, types.next(), types.next(), types.next()) {
            ("Vec", Some(element), None, None) => TypeKind::Vec(element),
            ("Set", Some(element), None, None) => TypeKind::Set(element),
            ("Option", Some(inner), None, None) => TypeKind::Option(inner),
            ("Secret", Some(inner), None, None) => TypeKind::Secret(inner),
            ("Stream", Some(inner), None, None) => TypeKind::Stream(inner),
            ("Map", Some(key), Some(value), None) => TypeKind::Map(key, value),
            (name, None, None, None) => self.plain(name),
            _ => {
                self.rest = start;
                return Err(self.syntax());
            }
        };
        Ok(kind)
    }

    /// What the schema declares comes first, as in the schema itself.
    fn plain(&self, name: &str) -> TypeKind {
        let name = local(self.schema, name);
        if self.schema.find(name).is_some() {
            return TypeKind::Named(name.to_owned());
        }
        let imported = self.schema.uses.iter().find(|import| import.local.text == name);
        let path = imported.map(|import| {
            joined(&import.package.iter().chain(&import.item).cloned().collect::<Vec<_>>())
        });
        let name = path.as_deref().unwrap_or(name);
        let known = in_std(name.strip_prefix("std::").unwrap_or(name)).or_else(|| built_in(name));
        known.unwrap_or_else(|| TypeKind::Named(name.to_owned()))
    }

    fn length(&mut self) -> Result<ArrayLen, TypeError> {
        let word = self.word(|c| c.is_alphanumeric() || c == '_' || c == ':');
        match word.replace('_', "").parse() {
            Ok(length) => Ok(ArrayLen::Literal(length)),
            Err(_) if word.starts_with(|c: char| c.is_ascii_digit()) => Err(TypeError::TooLarge),
            Err(_) => Ok(ArrayLen::Const(Name::new(local(self.schema, word), Span::NONE))),
        }
    }

    fn list(&mut self, close: &str) -> Result<Vec<Type>, TypeError> {
        let mut types = Vec::new();
        while !self.eat(close) {
            types.push(self.ty()?);
            if !self.eat(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(types)
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest.trim_start();
        word
    }

    fn eat(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn expect(&mut self, text: &str) -> Result<(), TypeError> {
        if self.eat(text) { Ok(()) } else { Err(self.syntax()) }
    }

    fn syntax(&self) -> TypeError {
        let (text, rest) = (self.text.to_owned(), self.rest.to_owned());
        TypeError::Syntax { text, rest, nearest: None }
    }
}

/// A path without the schema's own package.
pub(super) fn local<'n>(schema: &Schema, name: &'n str) -> &'n str {
    let rest = name.strip_prefix(&joined(&schema.package)).and_then(|rest| rest.strip_prefix("::"));
    rest.unwrap_or(name)
}
