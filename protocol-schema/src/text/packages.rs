//! Reads a file and the packages it uses, each once.
//!
//! A package is read and checked on its own; what others use of it is copied into their schemas
//! ([`Foreign`]). Packages do not use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{self, codes};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{ArrayLen, Bound, Foreign, Item, Name, Schema, TypeKind, ValueKind};
use crate::span::Span;

use super::cursor::shorten;
use super::scope::{self, joined};
use super::walk::{Part, parts, parts_of};
use super::{FileId, Loader, SOURCE_BYTES_MAX, SourceMap, lexer, parser, place, resolve};

/// How long a chain of packages that use each other may be.
const CHAIN_MAX: usize = 32;

/// The packages of one compilation.
pub(super) struct Packages<'a, 'l> {
    map: &'a mut SourceMap,
    loader: &'a mut Loader<'l>,
    /// Those that are being read, the first one outermost.
    open: Vec<String>,
    /// Those that were read; `None` for what is not there, which was told.
    known: BTreeMap<String, Option<Package>>,
    /// What is to be said about other files than the first.
    others: Vec<Diagnostic>,
}

/// A package that was read.
pub(super) struct Package {
    schema: Schema,
    /// The places of its items, by name.
    names: BTreeMap<String, usize>,
}

impl Package {
    fn new(schema: Schema) -> Self {
        let names = schema.items.iter().enumerate();
        let names = names.map(|(at, item)| (item.name().text.clone(), at)).collect();
        Self { schema, names }
    }

    /// The item called `name`.
    pub(super) fn find(&self, name: &str) -> Option<&Item> {
        self.schema.items.get(*self.names.get(name)?)
    }

    /// What it has.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

/// Reads, resolves and checks a file and what it uses.
pub(super) fn compile(
    map: &mut SourceMap,
    file: FileId,
    loader: &mut Loader<'_>,
) -> (Schema, Vec<Diagnostic>) {
    let mut packages =
        Packages { map, loader, open: Vec::new(), known: BTreeMap::new(), others: Vec::new() };
    let (schema, mut diagnostics) = packages.read(file);
    diagnostics.append(&mut packages.others);
    (schema, diagnostics)
}

impl Packages<'_, '_> {
    fn read(&mut self, file: FileId) -> (Schema, Vec<Diagnostic>) {
        let mut places = self.map.places(file);
        let mut found = Diagnostics::new();
        let text = self.map.file(file).text.as_str();
        if text.len() > SOURCE_BYTES_MAX {
            let message =
                format!("the file has {} bytes, at most {SOURCE_BYTES_MAX} are read", text.len());
            let span = places.span(0, 0);
            found.push(Diagnostic::error(codes::SOURCE_TOO_LARGE, span, message));
            self.map.record(places);
            return (Schema::default(), self.finish(found));
        }
        let lexed = lexer::lex(text, &mut places, &mut found);
        let parser::Parse { mut schema, uses, damaged, mut reported_names } =
            parser::parse(text, lexed, &mut places, &mut found);
        // The packages that are read now note places of their own.
        self.map.record(places);
        let package = joined(&schema.package);
        self.open.push(package);
        scope::resolve(&mut schema, uses, self, &mut reported_names, &mut found);
        self.open.pop();
        resolve::hide(&mut schema, &reported_names);
        schema.foreign = self.foreign(&mut schema.items);
        check::readable(&mut schema, &damaged, &mut found);
        if !found.has_errors() {
            check::mark_plain(&mut schema);
        }
        (schema, self.finish(found))
    }

    /// What was found in one file, in the order of the file.
    fn finish(&self, found: Diagnostics) -> Vec<Diagnostic> {
        let more = found.more();
        let mut diagnostics = found.finish();
        diagnostics.sort_by_key(|found| (place(self.map, found.span), found.code));
        if let Some(last) = diagnostics.last().filter(|_| more > 0) {
            let message = format!("{more} more are not shown");
            diagnostics.push(Diagnostic::error(codes::TOO_MANY_MISTAKES, last.span, message));
        }
        diagnostics
    }

    /// A package that is used at `span`. Why there is none is told once.
    pub(super) fn load(
        &mut self,
        package: &str,
        span: Span,
        found: &mut Diagnostics,
    ) -> Option<&Package> {
        if !self.known.contains_key(package) {
            match self.probe(package, span, found) {
                Probe::Read | Probe::Told => {}
                Probe::Absent => {
                    self.known.insert(package.to_owned(), None);
                    found.push(absent(package, span));
                }
            }
        }
        self.known.get(package)?.as_ref()
    }

    /// Reads a package if it is there.
    pub(super) fn probe(&mut self, package: &str, span: Span, found: &mut Diagnostics) -> Probe {
        match self.known.get(package) {
            Some(Some(_)) => return Probe::Read,
            Some(None) => return Probe::Told,
            None => {}
        }
        let circle = self.open.iter().position(|open| open == package);
        let problem = if let Some(start) = circle {
            let way = self.open.get(start..).unwrap_or_default().join(" → ");
            Some(format!("packages use each other in a circle: {way} → {package}"))
        } else if self.open.len() >= CHAIN_MAX {
            Some(format!("packages use each other in a chain of more than {CHAIN_MAX}"))
        } else {
            None
        };
        if let Some(problem) = problem {
            self.known.insert(package.to_owned(), None);
            found.push(
                Diagnostic::error(codes::PACKAGE_CYCLE, span, problem)
                    .note("what both need can stand in a package that both use"),
            );
            return Probe::Told;
        }
        let Some(file) = (self.loader)(self.map, package) else {
            return Probe::Absent;
        };
        let (schema, mut diagnostics) = self.read(file);
        self.others.append(&mut diagnostics);
        let name = joined(&schema.package);
        if name != package && !name.is_empty() {
            let message = format!("the file for `{package}` is of the package `{name}`");
            let mut diagnostic = Diagnostic::error(codes::PACKAGE_NAME, span, message);
            if let Some(first) = schema.package.first() {
                diagnostic = diagnostic.also(first.span, "the package is said here");
            }
            found.push(diagnostic);
            self.known.insert(package.to_owned(), None);
            return Probe::Told;
        }
        // Without its name it is wrong in itself, which was told where it stands.
        self.known.insert(package.to_owned(), Some(Package::new(schema)));
        Probe::Read
    }

    /// A package that was read.
    pub(super) fn known(&self, package: &str) -> Option<&Package> {
        self.known.get(package)?.as_ref()
    }

    /// The items of other packages that `items` reach.
    fn foreign(&self, items: &mut [Item]) -> Vec<Foreign> {
        let own: BTreeSet<String> = items.iter().map(|item| item.name().text.clone()).collect();
        let mut reached = Reached { known: &self.known, seen: BTreeSet::new(), list: Vec::new() };
        parts(items, &mut |part| reached.part(&part, &own));
        let mut next = 0;
        while let Some(foreign) = reached.list.get(next) {
            let mut item = foreign.item.clone();
            parts_of(&mut item, &mut |part| reached.part(&part, &BTreeSet::new()));
            next += 1;
        }
        reached.list
    }
}

/// Whether a package is there.
pub(super) enum Probe {
    Read,
    /// It is not, or of no use, and that was told.
    Told,
    Absent,
}

fn absent(package: &str, span: Span) -> Diagnostic {
    let message = format!("there is no package `{}`", shorten(package));
    let diagnostic = Diagnostic::error(codes::UNKNOWN_PACKAGE, span, message);
    match check::nearest(package, ["std"]) {
        Some(meant) => diagnostic.note(format!("perhaps `{meant}` is meant")),
        None => diagnostic
            .note("a package is looked for beside the file that uses it, and in the folders that are included"),
    }
}

/// The items of other packages that were reached so far.
struct Reached<'a> {
    known: &'a BTreeMap<String, Option<Package>>,
    seen: BTreeSet<String>,
    list: Vec<Foreign>,
}

impl<'a> Reached<'a> {
    fn package(&self, package: &str) -> Option<&'a Package> {
        self.known.get(package)?.as_ref()
    }

    fn part(&mut self, part: &Part<'_>, own: &BTreeSet<String>) {
        match part {
            Part::Type(ty) => {
                if let TypeKind::Named(name) = &ty.kind {
                    self.item(name);
                } else if let TypeKind::Array(_, ArrayLen::Const(name)) = &ty.kind {
                    self.item(&name.text);
                }
            }
            Part::Bound(Bound::Const(names)) => self.names(names, own),
            Part::Bound(Bound::Literal(..) | Bound::Extern(_)) => {}
            Part::Value(value) => {
                if let ValueKind::Path(names) = &value.kind {
                    self.names(names, own);
                }
            }
        }
    }

    /// A const, or an enum and its variant.
    fn names(&mut self, names: &[Name], own: &BTreeSet<String>) {
        if names.first().is_some_and(|first| names.len() <= 2 && own.contains(&first.text)) {
            return;
        }
        let all = joined(names);
        if self.exists(&all) {
            self.item(&all);
        } else if let Some((_, before)) = names.split_last() {
            self.item(&joined(before));
        }
    }

    fn exists(&self, path: &str) -> bool {
        path.rsplit_once("::").is_some_and(|(package, name)| {
            let package = self.package(package);
            package.is_some_and(|package| package.find(name).is_some())
        })
    }

    fn item(&mut self, path: &str) {
        let Some((package, name)) = path.rsplit_once("::") else {
            return;
        };
        if self.seen.contains(path) {
            return;
        }
        let Some(known) = self.package(package) else {
            return;
        };
        if let Some(item) = known.find(name) {
            self.seen.insert(path.to_owned());
            let item = qualified(item.clone(), known);
            self.list.push(Foreign { package: package.to_owned(), item });
        }
    }
}

/// An item with the full path of everything of its own package.
fn qualified(mut item: Item, package: &Package) -> Item {
    let (own, schema) = (&package.names, &package.schema);
    let package = joined(&schema.package);
    let full = |name: &mut String| {
        if own.contains_key(name.as_str()) {
            *name = format!("{package}::{name}");
        }
    };
    let full_names = |names: &mut Vec<Name>| {
        let first = names.first().filter(|first| own.contains_key(first.text.as_str()));
        if let Some(span) = first.map(|first| first.span)
            && names.len() <= 2
        {
            let before = schema.package.iter().map(|name| Name::new(name.text.clone(), span));
            names.splice(0..0, before);
        }
    };
    parts_of(&mut item, &mut |part| match part {
        Part::Type(ty) => {
            if let TypeKind::Named(name) = &mut ty.kind {
                full(name);
            } else if let TypeKind::Array(_, ArrayLen::Const(name)) = &mut ty.kind {
                full(&mut name.text);
            }
        }
        Part::Bound(Bound::Const(names)) => full_names(names),
        Part::Bound(Bound::Literal(..) | Bound::Extern(_)) => {}
        Part::Value(value) => {
            if let ValueKind::Path(names) = &mut value.kind {
                full_names(names);
            }
        }
    });
    item
}
