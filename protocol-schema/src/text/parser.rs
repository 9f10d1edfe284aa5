//! Reads a file: items, fields, variants and messages, straight into the IR.
//!
//! After a mistake it goes on at the next entry or item, so that all mistakes of a file are found;
//! what it could not read is marked, and no rule is run on it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a place wants a few kinds of tokens, and all others alike are not what it wants"
)]

use std::collections::BTreeSet;

use crate::check::codes;
use crate::check::vocabulary::nearest;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{
    Alias, Const, Flags, Item, Name, Payload, Protocol, Repr, ScalarEnum, ScalarVariant, Schema,
    Struct, Union, UnionVariant,
};
use crate::span::Span;

use super::arguments;
use super::attrs::{self, Place};
use super::cursor::{Cursor, KEYWORDS, Parsed, Reported};
use super::entries::List;
use super::lexer::{Kind, Lexed, NAME_BYTES_MAX, Token};
use super::phrases::{Before, doc_line};
use super::scope::joined;
use super::source::Places;
use super::tree::{AttrTree, UseTree};

/// The name the variants for what is not known have in `.np`.
const UNKNOWN: &str = "Unknown";

/// What a file was read as.
#[derive(Debug, Default)]
pub(super) struct Parse {
    pub(super) schema: Schema,
    /// The imports, as they are written.
    pub(super) uses: Vec<UseTree>,
    /// For each item whether a part of it could not be read.
    pub(super) damaged: Vec<bool>,
    /// Names that something reported would have declared.
    pub(super) reported_names: BTreeSet<String>,
}

/// Reads a file.
pub(super) fn parse(
    text: &str,
    lexed: Lexed,
    places: &mut Places,
    found: &mut Diagnostics,
) -> Parse {
    let cursor = Cursor::new(text, lexed, places, found);
    let mut parser =
        Parser { cursor, out: Parse::default(), damaged: false, package: Package::Awaited };
    parser.file();
    parser.out
}

pub(super) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    out: Parse,
    /// Whether a part of the item at hand could not be read.
    pub(super) damaged: bool,
    package: Package,
}

/// Whether the package was said.
enum Package {
    /// Not yet, and nothing else was either.
    Awaited,
    /// Not before the item that starts here.
    Passed(Token),
    Seen,
}

impl Parser<'_> {
    fn file(&mut self) {
        self.head();
        loop {
            let first = self.cursor.current();
            let before = self.cursor.before();
            if matches!(self.package, Package::Awaited) && !self.cursor.at_word("package") {
                self.package = Package::Passed(first);
            }
            if self.cursor.at(Kind::End) {
                self.nothing_for(&before, "the end of the file");
                return self.no_package();
            }
            self.damaged = false;
            match self.item(before) {
                Ok(Some(item)) => {
                    self.out.schema.items.push(item);
                    self.out.damaged.push(self.damaged);
                }
                Ok(None) => {}
                Err(Reported) => self.cursor.skip_item(),
            }
        }
    }

    /// Inner docs and attributes, and the package.
    fn head(&mut self) {
        let mut attributes = Vec::new();
        loop {
            match self.cursor.kind() {
                Kind::InnerDoc => {
                    let token = self.cursor.bump();
                    self.out.schema.docs.0.push(doc_line(self.cursor.token_text(token)));
                }
                Kind::Hash if self.cursor.ahead(1).kind == Kind::Bang => {
                    let hash = self.cursor.bump();
                    self.cursor.bump();
                    self.cursor.attribute_group(hash, &mut attributes);
                }
                _ => break,
            }
        }
        let meaning = attrs::read(&mut self.cursor, Place::File, attributes);
        self.out.schema.stable = meaning.stable;
        self.out.schema.meta = meaning.meta;
    }

    fn no_package(&mut self) {
        if let Package::Passed(token) = self.package {
            let span = self.cursor.places.span(token.start, token.start);
            self.cursor.found.push(
                Diagnostic::error(codes::PACKAGE, span, "a schema file starts with its package")
                    .fix("name the package", span, "package example;\n\n"),
            );
        }
    }

    fn item(&mut self, before: Before) -> Parsed<Option<Item>> {
        while self.cursor.at_word("pub") {
            self.no_pub();
        }
        let token = self.cursor.current();
        if token.kind != Kind::Ident {
            let reported = self.cursor.expected("an item, such as `struct` or `protocol`");
            self.cursor.bump();
            // One brace too many belongs to nothing that could be skipped with it.
            return if token.kind == Kind::CloseBrace { Ok(None) } else { Err(reported) };
        }
        match self.cursor.token_text(token) {
            "package" => self.package(token, &before).map(|()| None),
            "use" => self.import(token, &before).map(|()| None),
            "const" => self.constant(before).map(|item| Some(Item::Const(item))),
            "type" => self.alias(before).map(|item| Some(Item::Alias(item))),
            "struct" => self.structure(before).map(|item| Some(Item::Struct(item))),
            "enum" => self.enumeration(before).map(Some),
            "flags" => self.flags(before).map(|item| Some(Item::Flags(item))),
            "protocol" => self.protocol(before).map(|item| Some(Item::Protocol(item))),
            word => Err(self.no_item(token, word)),
        }
    }

    fn package(&mut self, token: Token, before: &Before) -> Parsed<()> {
        self.nothing_for(before, "the package");
        self.cursor.bump();
        let earlier = std::mem::replace(&mut self.package, Package::Seen);
        let path = self.cursor.path("the package, such as `acme::chat`")?;
        let span = self.cursor.span(token);
        if matches!(earlier, Package::Awaited) {
            self.out.schema.package = path.before;
            self.out.schema.package.push(path.last);
            self.package_length(span);
        } else {
            let message = "the package is said once, before everything but the docs of the file";
            self.cursor.error(codes::PACKAGE, span, message);
        }
        self.semicolon("the package")
    }

    /// Files are named after packages.
    fn package_length(&mut self, span: Span) {
        let len = joined(&self.out.schema.package).len();
        if len > NAME_BYTES_MAX {
            let message = format!(
                "a package of {len} bytes is too long, at most {NAME_BYTES_MAX} are allowed"
            );
            self.cursor.error(codes::NAME_TOO_LONG, span, message);
        }
    }

    /// `use a::b;`, `use a::b::{C, D as E};`
    fn import(&mut self, token: Token, before: &Before) -> Parsed<()> {
        self.nothing_for(before, "an import");
        if !self.out.schema.items.is_empty() {
            let message = "imports stand between the package and the items";
            self.cursor.syntax(token, message, |d| d);
        }
        self.cursor.bump();
        let mut path = vec![self.cursor.name("a path")?];
        let mut names = Vec::new();
        while self.cursor.eat(Kind::PathSep).is_some() {
            if let Some(open) = self.cursor.eat(Kind::OpenBrace) {
                self.import_list(open, &mut names)?;
                self.semicolon("the import")?;
                self.out.uses.push(UseTree::List { package: path, names });
                return Ok(());
            }
            path.push(self.cursor.name("a name or `{`")?);
        }
        let last = path.last().cloned().unwrap_or_else(|| Name::new("", Span::NONE));
        let local = self.local_name(last)?;
        self.semicolon("the import")?;
        self.out.uses.push(UseTree::Path { path, local });
        Ok(())
    }

    fn import_list(&mut self, open: Token, names: &mut Vec<(Name, Name)>) -> Parsed<()> {
        while self.cursor.eat(Kind::CloseBrace).is_none() {
            let name = self.cursor.name("a name or `}`")?;
            let local = self.local_name(name.clone())?;
            names.push((name, local));
            if self.cursor.eat(Kind::Comma).is_none() && !self.cursor.at(Kind::CloseBrace) {
                return Err(self.cursor.unclosed(open, "`,` or `}`"));
            }
        }
        Ok(())
    }

    /// What an imported name is called here. If the import cannot be read to its end, no use of
    /// the name is a mistake as well.
    fn local_name(&mut self, name: Name) -> Parsed<Name> {
        let mut local = name;
        if self.cursor.at_word("as") {
            self.cursor.bump();
            local = self.cursor.name("the name after `as`")?;
        }
        self.out.reported_names.insert(local.text.clone());
        Ok(local)
    }

    fn constant(&mut self, before: Before) -> Parsed<Const> {
        let meaning = attrs::read(&mut self.cursor, Place::Const, before.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the const")?;
        self.cursor.expect(Kind::Colon, "`:` and the type of the const")?;
        let ty = self.ty("the type of the const")?;
        self.cursor.expect(Kind::Equals, "`=` and the value of the const")?;
        let value = arguments::value(self.cursor.value_tree()?);
        self.semicolon("the const")?;
        Ok(Const { docs: before.docs, name, ty, value, meta: meaning.meta })
    }

    fn alias(&mut self, before: Before) -> Parsed<Alias> {
        let meaning = attrs::read(&mut self.cursor, Place::Alias, before.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the alias")?;
        self.no_generics();
        self.cursor.expect(Kind::Equals, "`=` and the type it stands for")?;
        let ty = self.ty("a type")?;
        self.semicolon("the alias")?;
        Ok(Alias { docs: before.docs, name, ty, meta: meaning.meta })
    }

    fn flags(&mut self, before: Before) -> Parsed<Flags> {
        let meaning = attrs::read(&mut self.cursor, Place::Flags, before.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the flags")?;
        self.no_generics();
        self.cursor.expect(Kind::Colon, "`:` and the type of the flags, such as `u8`")?;
        let repr = self.repr("flags are", "the type of the flags, such as `u8`")?;
        let list = self.list("the flags", Self::flag)?;
        let (flags, removed, derives) = (list.here, list.removed, meaning.derives);
        let docs = before.docs;
        Ok(Flags { docs, name, repr, flags, removed, derives, meta: meaning.meta })
    }

    fn structure(&mut self, before: Before) -> Parsed<Struct> {
        let meaning = attrs::read(&mut self.cursor, Place::Struct, before.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the struct")?;
        self.no_generics();
        if self.cursor.at(Kind::Semi) || self.cursor.at(Kind::OpenParen) {
            let token = self.cursor.current();
            let message = "a struct has named fields between `{` and `}`";
            return Err(self.cursor.syntax(token, message, |d| d));
        }
        let fields = self.list("the fields of the struct", Self::field)?.here;
        let (docs, derives, meta) = (before.docs, meaning.derives, meaning.meta);
        Ok(Struct { docs, name, fixed: meaning.fixed, plain: false, fields, derives, meta })
    }

    fn enumeration(&mut self, before: Before) -> Parsed<Item> {
        let is_error = |tree: &&AttrTree| tree.path.single().is_some_and(|n| n.text == "error");
        let error_at = before.attributes.iter().find(is_error).map(|tree| tree.span);
        let meaning = attrs::read(&mut self.cursor, Place::Enum, before.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the enum")?;
        self.no_generics();
        let repr = match self.cursor.eat(Kind::Colon) {
            Some(_) => Some(self.repr("a scalar enum is", "the type of the enum, such as `u8`")?),
            None => None,
        };
        let List { here: variants, removed } =
            self.list("the variants of the enum", Self::variant)?;
        let (docs, derives, meta, closed) =
            (before.docs, meaning.derives, meaning.meta, meaning.closed);
        let unknown = Name::new(UNKNOWN, Span::NONE);
        let Some(repr) = repr else {
            let error = meaning.error;
            return Ok(Item::Union(Union {
                docs,
                name,
                error,
                variants,
                unknown,
                closed,
                removed,
                derives,
                meta,
            }));
        };
        if let Some(span) = error_at.filter(|_| meaning.error) {
            let message = "an `#[error]` enum is a union, without `: u8` behind its name";
            self.cursor.error(codes::MISPLACED_ATTRIBUTE, span, message);
        }
        let variants = variants.into_iter().map(|variant| self.scalar(variant)).collect();
        Ok(Item::Scalar(ScalarEnum {
            docs,
            name,
            repr,
            variants,
            unknown,
            closed,
            removed,
            derives,
            meta,
        }))
    }

    fn repr(&mut self, of: &str, what: &str) -> Parsed<Repr> {
        let path = self.cursor.path(what)?;
        Ok(match path.text().as_str() {
            "u8" => Repr::U8,
            "u16" => Repr::U16,
            "u32" => Repr::U32,
            "u64" => Repr::U64,
            other => {
                let message = format!("{of} u8, u16, u32 or u64, not `{other}`");
                self.cursor.error(codes::SCALAR_TYPE, path.span, message);
                Repr::U64
            }
        })
    }

    fn scalar(&mut self, variant: UnionVariant) -> ScalarVariant {
        let UnionVariant { docs, number, name, payload, default, meta } = variant;
        if payload != Payload::Unit {
            let message = format!("`{}` carries something, and a scalar enum cannot", name.text);
            self.cursor.found.push(
                Diagnostic::error(codes::SCALAR_PAYLOAD, name.span, message)
                    .note("without `: u8` behind its name the enum is a union, which can"),
            );
        }
        ScalarVariant { docs, number, name, default, meta }
    }

    fn protocol(&mut self, before: Before) -> Parsed<Protocol> {
        let meaning = attrs::read(&mut self.cursor, Place::Protocol, before.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the protocol")?;
        self.no_generics();
        let List { here: messages, removed } =
            self.list("the messages of the protocol", Self::message)?;
        Ok(Protocol {
            docs: before.docs,
            name,
            version: meaning.version,
            min: meaning.min,
            messages,
            removed,
            derives: meaning.derives,
            meta: meaning.meta,
        })
    }

    /// The name of an item; until the item is read to its end, it counts as reported, so that an
    /// item with a mistake in it is not missing as well.
    fn declared(&mut self, what: &str) -> Parsed<Name> {
        let name = self.cursor.name(what)?;
        self.out.reported_names.insert(name.text.clone());
        Ok(name)
    }

    fn semicolon(&mut self, what: &str) -> Parsed<()> {
        if self.cursor.eat(Kind::Semi).is_some() {
            return Ok(());
        }
        let token = self.cursor.current();
        let behind = self.cursor.span_behind();
        let message = format!("expected `;` after {what}, found {}", self.cursor.describe(token));
        self.cursor.syntax(token, message, |d| d.fix("write the semicolon", behind, ";"));
        if self.cursor.at_item() || self.cursor.at(Kind::End) {
            return Ok(());
        }
        Err(Reported)
    }

    fn no_generics(&mut self) {
        if !self.cursor.at(Kind::Less) {
            return;
        }
        let first = self.cursor.current();
        self.cursor.syntax(first, "items of a schema have no parameters", |d| d);
        self.cursor.skip_group();
        // What they would have been called is no unknown type besides.
        let names = self.cursor.names_since(first);
        self.out.reported_names.extend(names);
    }

    /// `pub` or `pub(crate)`, pasted from Rust.
    pub(super) fn no_pub(&mut self) {
        let token = self.cursor.bump();
        if self.cursor.at(Kind::OpenParen) {
            self.cursor.skip_group();
        }
        let span = self.cursor.span_from(token);
        self.cursor.found.push(
            Diagnostic::error(codes::SYNTAX, span, "everything in a schema is public").fix(
                "leave `pub` out",
                span,
                "",
            ),
        );
    }

    /// Reports a word that starts no item, and steps over it.
    fn no_item(&mut self, token: Token, word: &str) -> Reported {
        let span = self.cursor.span(token);
        let known = match word {
            "message" | "record" | "table" | "object" => Some("struct"),
            "union" | "oneof" | "variant" => Some("enum"),
            "service" | "interface" => Some("protocol"),
            "import" | "include" => Some("use"),
            "module" | "namespace" | "mod" => Some("package"),
            "bitflags" | "bits" => Some("flags"),
            "alias" | "typedef" => Some("type"),
            _ => nearest(word, KEYWORDS),
        };
        let message = format!("expected an item, found {}", self.cursor.describe(token));
        let reported = self.cursor.syntax(token, message, |d| match known {
            Some(known) => d.fix(format!("write `{known}`"), span, known),
            None => d.note(format!("items start with {}", KEYWORDS.map(tick).join(", "))),
        });
        self.cursor.bump();
        if self.cursor.at(Kind::Ident) && known.is_some() {
            let name = self.cursor.current();
            let name = self.cursor.token_text(name).to_owned();
            self.out.reported_names.insert(name);
        }
        reported
    }

    /// Docs and attributes with nothing behind them.
    pub(super) fn nothing_for(&mut self, before: &Before, what: &str) {
        self.cursor.no_docs(before, what);
        attrs::none(&mut self.cursor, &before.attributes, what);
    }
}

fn tick(word: &str) -> String {
    format!("`{word}`")
}
