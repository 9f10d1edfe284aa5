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
    Const, Item, Name, Payload, Protocol, Repr, ScalarEnum, ScalarVariant, Schema, Struct, Union,
    UnionVariant, Value, ValueKind,
};
use crate::span::Span;

use super::attrs::{self, Place};
use super::cursor::{Cursor, KEYWORDS, Parsed, Reported};
use super::lexer::{Kind, Lexed, Token};
use super::phrases::{Meta, doc_line};
use super::source::Places;
use super::tree::{AttrTree, ValueTreeKind};

/// The name the variants for what is not known have in `.np`.
const UNKNOWN: &str = "Unknown";

/// What a file was read as.
#[derive(Debug, Default)]
pub(super) struct Parse {
    pub(super) schema: Schema,
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
            let meta = self.cursor.meta();
            if matches!(self.package, Package::Awaited) && !self.cursor.at_word("package") {
                self.package = Package::Passed(first);
            }
            if self.cursor.at(Kind::End) {
                self.nothing_for(&meta, "the end of the file");
                return self.no_package();
            }
            self.damaged = false;
            match self.item(meta) {
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
        attrs::read(&mut self.cursor, Place::File, &attributes);
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

    fn item(&mut self, meta: Meta) -> Parsed<Option<Item>> {
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
            "package" => self.package(token, &meta).map(|()| None),
            "use" => self.import(token, &meta).map(|()| None),
            "const" => self.constant(meta).map(|item| Some(Item::Const(item))),
            "type" => self.alias(token).map(|()| None),
            "struct" => self.structure(meta).map(|item| Some(Item::Struct(item))),
            "enum" => self.enumeration(meta).map(Some),
            "flags" => self.flags(token).map(|()| None),
            "protocol" => self.protocol(meta).map(|item| Some(Item::Protocol(item))),
            word => Err(self.no_item(token, word)),
        }
    }

    fn package(&mut self, token: Token, meta: &Meta) -> Parsed<()> {
        self.nothing_for(meta, "the package");
        self.cursor.bump();
        let before = std::mem::replace(&mut self.package, Package::Seen);
        let path = self.cursor.path("the package, such as `acme::chat`")?;
        let span = self.cursor.span(token);
        if matches!(before, Package::Awaited) {
            self.out.schema.package = path.before;
            self.out.schema.package.push(path.last);
        } else {
            let message = "the package is said once, before everything but the docs of the file";
            self.cursor.error(codes::PACKAGE, span, message);
        }
        self.semicolon("the package")
    }

    /// Imports are read for the names they bring, and answered with "not supported yet".
    fn import(&mut self, token: Token, meta: &Meta) -> Parsed<()> {
        self.nothing_for(meta, "an import");
        self.cursor.bump();
        let mut last = self.cursor.name("a path")?;
        while self.cursor.eat(Kind::PathSep).is_some() {
            if self.cursor.eat(Kind::OpenBrace).is_some() {
                while self.cursor.eat(Kind::CloseBrace).is_none() {
                    let name = self.cursor.name("a name or `}`")?;
                    self.imported(name)?;
                    if self.cursor.eat(Kind::Comma).is_none() && !self.cursor.at(Kind::CloseBrace) {
                        return Err(self.cursor.expected("`,` or `}`"));
                    }
                }
                return self.import_end(token);
            }
            last = self.cursor.name("a name or `{`")?;
        }
        self.imported(last)?;
        self.import_end(token)
    }

    fn imported(&mut self, mut name: Name) -> Parsed<()> {
        if self.cursor.at_word("as") {
            self.cursor.bump();
            name = self.cursor.name("the name after `as`")?;
        }
        self.out.reported_names.insert(name.text);
        Ok(())
    }

    fn import_end(&mut self, token: Token) -> Parsed<()> {
        self.semicolon("the import")?;
        let span = self.cursor.span_from(token);
        self.cursor.unsupported(span, "imports are");
        Ok(())
    }

    fn constant(&mut self, meta: Meta) -> Parsed<Const> {
        attrs::read(&mut self.cursor, Place::Const, &meta.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the const")?;
        self.cursor.expect(Kind::Colon, "`:` and the type of the const")?;
        let ty = self.ty("the type of the const")?;
        self.cursor.expect(Kind::Equals, "`=` and the value of the const")?;
        let tree = self.cursor.value_tree()?;
        let kind = match tree.kind {
            ValueTreeKind::Int { magnitude, negative } => ValueKind::Int { magnitude, negative },
            ValueTreeKind::Float(value) => ValueKind::Float(value),
            ValueTreeKind::Str(value) => ValueKind::Str(value),
            ValueTreeKind::Bool(value) => ValueKind::Bool(value),
            ValueTreeKind::Bytes => self.no_value(tree.span, "a const of bytes is"),
            ValueTreeKind::Path => self.no_value(tree.span, "a const that names another one is"),
            ValueTreeKind::List => self.no_value(tree.span, "a const list is"),
        };
        self.semicolon("the const")?;
        Ok(Const {
            docs: meta.docs,
            name,
            ty,
            value: Value { kind, span: tree.span },
            meta: crate::ir::Meta::default(),
        })
    }

    fn no_value(&mut self, span: Span, what: &str) -> ValueKind {
        self.cursor.unsupported(span, what);
        self.damaged = true;
        ValueKind::Bool(false)
    }

    fn alias(&mut self, token: Token) -> Parsed<()> {
        self.cursor.bump();
        self.declared("the name of the alias")?;
        self.cursor.expect(Kind::Equals, "`=` and the type it stands for")?;
        self.cursor.type_tree("a type")?;
        self.semicolon("the alias")?;
        let span = self.cursor.span_from(token);
        self.cursor.unsupported(span, "type aliases are");
        Ok(())
    }

    fn flags(&mut self, token: Token) -> Parsed<()> {
        self.cursor.bump();
        self.declared("the name of the flags")?;
        let span = self.cursor.span_from(token);
        self.cursor.unsupported(span, "flags are");
        while !matches!(self.cursor.kind(), Kind::OpenBrace | Kind::End) && !self.cursor.at_item() {
            self.cursor.bump();
        }
        if self.cursor.at(Kind::OpenBrace) {
            self.cursor.skip_group();
        }
        Ok(())
    }

    fn structure(&mut self, meta: Meta) -> Parsed<Struct> {
        let meaning = attrs::read(&mut self.cursor, Place::Struct, &meta.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the struct")?;
        self.no_generics();
        if self.cursor.at(Kind::Semi) || self.cursor.at(Kind::OpenParen) {
            let token = self.cursor.current();
            let message = "a struct has named fields between `{` and `}`";
            return Err(self.cursor.syntax(token, message, |d| d));
        }
        let fields = self.list("the fields of the struct", Self::field)?;
        let (docs, derives) = (meta.docs, meaning.derives);
        Ok(Struct {
            docs,
            name,
            fixed: meaning.fixed,
            plain: false,
            fields,
            derives,
            meta: crate::ir::Meta::default(),
        })
    }

    fn enumeration(&mut self, meta: Meta) -> Parsed<Item> {
        let meaning = attrs::read(&mut self.cursor, Place::Enum, &meta.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the enum")?;
        self.no_generics();
        let repr = match self.cursor.eat(Kind::Colon) {
            Some(_) => Some(self.repr()?),
            None => None,
        };
        let variants = self.list("the variants of the enum", Self::variant)?;
        let (docs, derives) = (meta.docs, meaning.derives);
        let unknown = Name::new(UNKNOWN, Span::NONE);
        let Some(repr) = repr else {
            let error = meaning.error;
            return Ok(Item::Union(Union {
                docs,
                name,
                error,
                variants,
                unknown,
                closed: false,
                removed: Vec::new(),
                derives,
                meta: crate::ir::Meta::default(),
            }));
        };
        let is_error = |tree: &&AttrTree| tree.path.single().is_some_and(|n| n.text == "error");
        let error = meta.attributes.iter().filter(|_| meaning.error).find(is_error);
        if let Some(attribute) = error {
            let message = "an `#[error]` enum is a union, without `: u8` behind its name";
            self.cursor.error(codes::MISPLACED_ATTRIBUTE, attribute.span, message);
        }
        let variants = variants.into_iter().map(|variant| self.scalar(variant)).collect();
        Ok(Item::Scalar(ScalarEnum {
            docs,
            name,
            repr,
            variants,
            unknown,
            closed: false,
            removed: Vec::new(),
            derives,
            meta: crate::ir::Meta::default(),
        }))
    }

    fn repr(&mut self) -> Parsed<Repr> {
        let path = self.cursor.path("the type of the enum, such as `u8`")?;
        Ok(match path.text().as_str() {
            "u8" => Repr::U8,
            "u16" => Repr::U16,
            "u32" => Repr::U32,
            "u64" => Repr::U64,
            other => {
                let message = format!("a scalar enum is u8, u16, u32 or u64, not `{other}`");
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

    fn protocol(&mut self, meta: Meta) -> Parsed<Protocol> {
        let meaning = attrs::read(&mut self.cursor, Place::Protocol, &meta.attributes);
        self.cursor.bump();
        let name = self.declared("the name of the protocol")?;
        self.no_generics();
        let messages = self.list("the messages of the protocol", Self::message)?;
        Ok(Protocol {
            docs: meta.docs,
            name,
            version: meaning.version,
            min: meaning.min,
            messages,
            removed: Vec::new(),
            derives: meaning.derives,
            meta: crate::ir::Meta::default(),
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
    pub(super) fn nothing_for(&mut self, meta: &Meta, what: &str) {
        self.cursor.no_docs(meta, what);
        attrs::none(&mut self.cursor, &meta.attributes, what);
    }
}

fn tick(word: &str) -> String {
    format!("`{word}`")
}
