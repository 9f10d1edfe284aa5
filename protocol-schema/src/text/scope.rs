//! What names mean in a file: imports, and paths to what other packages have.
//!
//! Afterwards each name that is of another package is a full path, and each of a std type is that
//! type; all others are as they were written, and mean something of the file or nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::codes;
use crate::check::vocabulary::{built_in_name, in_std, nearest, std_names};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{ArrayLen, Bound, ExternId, Name, Schema, TypeKind, Use, ValueKind};
use crate::span::Span;

use super::packages::{Packages, Probe};
use super::resolve::{REPORTED, UNKNOWABLE};
use super::tree::UseTree;
use super::walk::{Part, parts};

/// The package whose types are built in.
const STANDARD: &str = "std";

/// Names as one path.
pub(super) fn joined(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("::")
}

/// Finds what the file uses, and writes full paths. Imported names that mean nothing go to
/// `reported`.
pub(super) fn resolve(
    schema: &mut Schema,
    uses: Vec<UseTree>,
    packages: &mut Packages<'_, '_>,
    reported: &mut BTreeSet<String>,
    found: &mut Diagnostics,
) {
    let mut scope = Scope {
        package: schema.package.clone(),
        own: schema.items.iter().map(|item| item.name().text.clone()).collect(),
        locals: BTreeMap::new(),
        broken: BTreeSet::new(),
        packages,
        found,
    };
    for tree in uses {
        scope.import(tree, &mut schema.uses, reported);
    }
    parts(&mut schema.items, &mut |part| match part {
        Part::Type(ty) => {
            let span = ty.span;
            if let TypeKind::Named(name) = &ty.kind {
                if let Some(kind) = scope.ty(name, span) {
                    ty.kind = kind;
                }
            } else if let TypeKind::Array(_, ArrayLen::Const(name)) = &mut ty.kind {
                let parts = name.text.split("::");
                let mut names = parts.map(|part| Name::new(part, name.span)).collect();
                match scope.names(&mut names) {
                    Named::Known => name.text = joined(&names),
                    Named::Told => ty.kind = REPORTED,
                }
            } else if let Some(kind) = scope.shadowed(&ty.kind) {
                ty.kind = kind;
            }
        }
        Part::Bound(bound) => {
            if let Bound::Const(names) = bound
                && scope.names(names) == Named::Told
            {
                *bound = Bound::Extern(UNKNOWABLE);
            }
        }
        Part::Value(value) => {
            if let ValueKind::Path(names) = &mut value.kind
                && scope.names(names) == Named::Told
            {
                value.kind = ValueKind::Extern(ExternId(u32::MAX));
            }
        }
    });
}

/// What an imported name stands for.
enum Target {
    /// An item of another package.
    Item {
        package: Vec<Name>,
        name: Name,
    },
    Package(Vec<Name>),
}

#[derive(PartialEq, Eq)]
enum Named {
    /// Resolved, or as it was.
    Known,
    /// Nothing, and that was told.
    Told,
}

struct Scope<'a, 'p, 'l> {
    package: Vec<Name>,
    own: BTreeSet<String>,
    locals: BTreeMap<String, Target>,
    /// Names that were imported from what is not there, which was told.
    broken: BTreeSet<String>,
    packages: &'a mut Packages<'p, 'l>,
    found: &'a mut Diagnostics,
}

impl Scope<'_, '_, '_> {
    fn import(&mut self, tree: UseTree, uses: &mut Vec<Use>, reported: &mut BTreeSet<String>) {
        let (package, names) = match tree {
            UseTree::List { package, names } => (package, names),
            UseTree::Path { path, local } => match self.split(path) {
                Some((package, Some(name))) => (package, vec![(name, local)]),
                Some((package, None)) => {
                    reported.remove(&local.text);
                    let entry = Use { package: package.clone(), item: None, local: local.clone() };
                    uses.push(entry);
                    self.locals.entry(local.text).or_insert(Target::Package(package));
                    return;
                }
                None => {
                    self.broken.insert(local.text);
                    return;
                }
            },
        };
        for (name, local) in names {
            if !self.has(&package, &name) {
                self.broken.insert(local.text);
                continue;
            }
            reported.remove(&local.text);
            let (item, place) = (Some(name.clone()), local.clone());
            uses.push(Use { package: package.clone(), item, local: place });
            let target = Target::Item { package: package.clone(), name };
            self.locals.entry(local.text).or_insert(target);
        }
    }

    /// A path without braces: a package and an item of it, or a package. `None` if it is neither,
    /// which is told.
    fn split(&mut self, path: Vec<Name>) -> Option<(Vec<Name>, Option<Name>)> {
        let (last, before) = path.split_last()?;
        if before.is_empty() {
            let package = joined(&path);
            if package != STANDARD {
                self.packages.load(&package, last.span, self.found)?;
            }
            return Some((path, None));
        }
        let package = joined(before);
        if package != STANDARD && !self.is_own(before) {
            let holds = match self.packages.probe(&package, last.span, self.found) {
                Probe::Read => {
                    let known = self.packages.known(&package);
                    known.is_some_and(|known| known.find(&last.text).is_some())
                }
                Probe::Told => return None,
                Probe::Absent => false,
            };
            if !holds {
                match self.packages.probe(&joined(&path), last.span, self.found) {
                    Probe::Read => return Some((path, None)),
                    Probe::Told => return None,
                    // By custom, what starts with a small letter is a package.
                    Probe::Absent if last.text.starts_with(char::is_lowercase) => {
                        self.packages.load(&joined(&path), last.span, self.found);
                        return None;
                    }
                    Probe::Absent => {}
                }
            }
        }
        Some((before.to_vec(), Some(last.clone())))
    }

    /// Whether a package has an item; if not, that is told.
    fn has(&mut self, package: &[Name], name: &Name) -> bool {
        let path = joined(package);
        if path == STANDARD {
            let known = in_std(&name.text).is_some();
            if !known {
                let code = codes::UNKNOWN_IMPORT;
                self.found.push(unknown("import", code, &path, name, std_names()));
            }
            return known;
        }
        let span = package.last().map_or(name.span, |last| last.span);
        if self.is_own(package) {
            let message = format!("`{path}` is the package itself, which has no need to import");
            self.found.push(Diagnostic::error(codes::PACKAGE_CYCLE, span, message));
            return false;
        }
        let Some(known) = self.packages.load(&path, span, self.found) else {
            return false;
        };
        if known.find(&name.text).is_some() {
            return true;
        }
        let diagnostic = unknown("item", codes::UNKNOWN_IMPORT, &path, name, known.names());
        self.found.push(diagnostic);
        false
    }

    /// What the name of a built-in type means here, if not that type: what the file declares or
    /// imports under that name.
    fn shadowed(&self, kind: &TypeKind) -> Option<TypeKind> {
        let name = built_in_name(kind)?;
        if self.own.contains(name) {
            return Some(TypeKind::Named(name.to_owned()));
        }
        match self.locals.get(name)? {
            Target::Item { package, name } => Some(item(package, &name.text)),
            Target::Package(_) => None,
        }
    }

    /// What the name of a type means, if that is not what it says.
    fn ty(&mut self, name: &str, span: Span) -> Option<TypeKind> {
        if self.is_broken(name.split("::").next().unwrap_or(name)) {
            return None;
        }
        let Some((before, last)) = name.rsplit_once("::") else {
            return match self.locals.get(name).filter(|_| !self.own.contains(name))? {
                Target::Item { package, name } => Some(item(package, &name.text)),
                Target::Package(_) => None,
            };
        };
        let mut package: Vec<Name> = before.split("::").map(|part| Name::new(part, span)).collect();
        self.expand(&mut package);
        let path = joined(&package);
        if path == STANDARD {
            return Some(in_std(last).unwrap_or_else(|| {
                let last = Name::new(last, span);
                let found = unknown("type", codes::UNKNOWN_TYPE, &path, &last, std_names());
                self.found.push(whole(found, &path));
                REPORTED
            }));
        }
        if self.is_own(&package) {
            return Some(TypeKind::Named(last.to_owned()));
        }
        let Some(known) = self.packages.load(&path, span, self.found) else {
            return Some(REPORTED);
        };
        if known.find(last).is_some() {
            return Some(item(&package, last));
        }
        let last = Name::new(last, span);
        let found = unknown("type", codes::UNKNOWN_TYPE, &path, &last, known.names());
        self.found.push(whole(found, &path));
        Some(REPORTED)
    }

    /// A const, or an enum and its variant: with its full path, if it is of another package.
    fn names(&mut self, names: &mut Vec<Name>) -> Named {
        let Some(first) = names.first().cloned() else {
            return Named::Known;
        };
        if self.is_broken(&first.text) || self.own.contains(&first.text) && names.len() <= 2 {
            return Named::Known;
        }
        if let Some(Target::Item { package, name }) = self.locals.get(&first.text) {
            let place = |name: &Name| Name::new(name.text.clone(), first.span);
            names.splice(0..1, package.iter().chain([name]).map(place));
            return Named::Known;
        }
        self.expand(names);
        let Some((_, before)) = names.split_last().filter(|(_, before)| !before.is_empty()) else {
            return Named::Known;
        };
        if self.is_own(before) {
            names.drain(..before.len());
            return Named::Known;
        }
        let two = before.split_last().map(|(_, before)| before).filter(|two| !two.is_empty());
        if let Some(two) = two
            && self.is_own(two)
        {
            names.drain(..two.len());
            return Named::Known;
        }
        for package in [Some(before), two].into_iter().flatten() {
            match self.packages.probe(&joined(package), first.span, self.found) {
                Probe::Read => return Named::Known,
                Probe::Told => return Named::Told,
                Probe::Absent => {}
            }
        }
        let Some(two) = two else {
            // An enum of this file, perhaps, and perhaps misspelt.
            return Named::Known;
        };
        // By custom, what starts with a small letter is part of a package.
        let small = before.last().is_some_and(|last| last.text.starts_with(char::is_lowercase));
        self.packages.load(&joined(if small { before } else { two }), first.span, self.found);
        Named::Told
    }

    /// Whether all uses of a name are hidden, as nothing can be said of them.
    fn is_broken(&self, first: &str) -> bool {
        self.broken.contains(first) && !self.own.contains(first)
    }

    /// Writes the full path of an imported package at the start of a path.
    fn expand(&self, names: &mut Vec<Name>) {
        let first = names.first().cloned();
        if let Some(first) = first
            && let Some(Target::Package(package)) = self.locals.get(&first.text)
        {
            let place = |name: &Name| Name::new(name.text.clone(), first.span);
            names.splice(0..1, package.iter().map(place));
        }
    }

    fn is_own(&self, package: &[Name]) -> bool {
        let texts = package.iter().map(|name| &name.text);
        !package.is_empty() && texts.eq(self.package.iter().map(|name| &name.text))
    }
}

/// An item of another package, or of `std`, as a type.
fn item(package: &[Name], name: &str) -> TypeKind {
    let package = joined(package);
    let std = in_std(name).filter(|_| package == STANDARD);
    std.unwrap_or_else(|| TypeKind::Named(format!("{package}::{name}")))
}

fn unknown<'a>(
    what: &str,
    code: crate::diag::Code,
    package: &str,
    name: &Name,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let message = match what {
        "type" => format!("there is no type `{}` in `{package}`", name.text),
        _ => format!("there is no `{}` in `{package}`", name.text),
    };
    let diagnostic = Diagnostic::error(code, name.span, message);
    match nearest(&name.text, known) {
        Some(meant) => diagnostic.fix(format!("write `{meant}`"), name.span, meant),
        None => diagnostic,
    }
}

/// The mends of a name that is the end of a whole path.
fn whole(mut diagnostic: Diagnostic, package: &str) -> Diagnostic {
    for fix in &mut diagnostic.fixes {
        fix.replacement = format!("{package}::{}", fix.replacement);
    }
    diagnostic
}
