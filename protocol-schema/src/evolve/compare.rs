//! Which item of the old schema is which of the new one, and what was found about them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::rules::{
    ITEM_ADDED, ITEM_REMOVED, ITEM_RENAMED, PACKAGE_RENAMED, PROTOCOL_REMOVED, PROTOCOL_RENAMED,
    RENAMED_WITH_WAS,
};
use super::values::meta;
use super::{Change, Level, Rule, allows};
use crate::check::index::{Index, joined};
use crate::ir::{Item, Meta, Schema};
use crate::span::Span;

/// How many pairs of items without a partner are tried: past that, too much has changed for anybody
/// to ask which of them is which.
const TWINS_MAX: usize = 10_000;

/// How far types of other names that stand for each other are followed. One chain of them may be as
/// long as a schema, and each step takes its part of the stack.
const FORMS_MAX: u32 = 64;

/// Compares whole schemas.
pub(super) fn run(old: &Schema, new: &Schema) -> Vec<Change> {
    let (old, new) = (Side::new(old), Side::new(new));
    let mut compare = Compare::new(&old, &new);
    compare.package();
    compare.by_name();
    compare.work();
    compare.protocols_left();
    compare.twins();
    compare.work();
    compare.items_left();
    compare.changes
}

/// One of the two schemas.
pub(super) struct Side<'a> {
    pub(super) schema: &'a Schema,
    pub(super) index: Index<'a>,
    package: String,
}

impl<'a> Side<'a> {
    fn new(schema: &'a Schema) -> Self {
        Self { schema, index: Index::of(schema), package: joined(&schema.package) }
    }

    /// An item of this package by its name alone, also where another package names it.
    pub(super) fn local<'n>(&self, name: &'n str) -> &'n str {
        match name.rsplit_once("::") {
            Some((package, last)) if package == self.package => last,
            _ => name,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Item> {
        self.index.get(name)
    }
}

/// Where a change is.
#[derive(Clone)]
pub(super) struct At<'a> {
    path: String,
    old: Span,
    new: Span,
    /// What stands beside the entry, its item and the file.
    metas: Vec<&'a Meta>,
}

impl<'a> At<'a> {
    /// Inside of this; what one side does not have is where that has the whole.
    pub(super) fn inside(
        &self,
        name: &str,
        old: Option<Span>,
        new: Option<Span>,
        meta: Option<&'a Meta>,
    ) -> Self {
        let dot = if self.path.is_empty() || name.is_empty() { "" } else { "." };
        let mut metas = self.metas.clone();
        metas.extend(meta);
        Self {
            path: format!("{}{dot}{name}", self.path),
            old: old.unwrap_or(self.old),
            new: new.unwrap_or(self.new),
            metas,
        }
    }
}

/// A comparison at work.
pub(super) struct Compare<'a> {
    pub(super) old: &'a Side<'a>,
    pub(super) new: &'a Side<'a>,
    /// What an item of the old schema is called in the new one.
    pairs: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    queue: VecDeque<(String, String)>,
    /// Types of different names: whether one may stand for the other. Those being looked at may.
    forms: BTreeMap<(String, String), bool>,
    /// How many of those are being looked at.
    depth: u32,
    changes: Vec<Change>,
}

impl<'a> Compare<'a> {
    fn new(old: &'a Side<'a>, new: &'a Side<'a>) -> Self {
        Self {
            old,
            new,
            pairs: BTreeMap::new(),
            taken: BTreeSet::new(),
            queue: VecDeque::new(),
            forms: BTreeMap::new(),
            depth: 0,
            changes: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, at: &At<'a>, rule: &'static Rule, message: impl Into<String>) {
        self.changes.push(Change {
            rule,
            path: at.path.clone(),
            message: message.into(),
            span: at.new,
            old: at.old,
            allowed: at.metas.iter().any(|meta| allows(meta, rule.id)),
        });
    }

    fn file(&self) -> At<'a> {
        let first = |schema: &Schema| schema.package.first().map_or(Span::NONE, |name| name.span);
        let (old, new) = (first(self.old.schema), first(self.new.schema));
        At { path: String::new(), old, new, metas: vec![&self.new.schema.meta] }
    }

    fn item_at(&self, old: Option<&Item>, new: Option<&'a Item>) -> At<'a> {
        let span = |item: Option<&Item>| item.map(|item| item.name().span);
        let name = new.or(old).map_or("", |item| item.name().text.as_str());
        let mut at = self.file().inside(name, span(old), span(new), new.map(meta));
        if old.is_none() {
            at.old = Span::NONE;
        }
        at
    }

    fn package(&mut self) {
        let (old, new) = (&self.old.package, &self.new.package);
        if old == new || old.is_empty() || new.is_empty() {
            return;
        }
        let message = format!("the package is `{new}`, was `{old}`");
        let said = self.new.schema.meta.was.as_ref() == Some(old) || self.protocols_were_of(old);
        let rule = if said { &RENAMED_WITH_WAS } else { &PACKAGE_RENAMED };
        self.report(&self.file(), rule, message);
    }

    /// Whether all protocols say that they were of a package.
    fn protocols_were_of(&self, package: &str) -> bool {
        let of = |was: &str| was.rsplit_once("::").is_some_and(|(before, _)| before == package);
        let own = self.new.index.own().iter();
        let protocols: Vec<_> =
            own.filter(|item| matches!(item, Item::Protocol(_))).map(|item| meta(item)).collect();
        !protocols.is_empty() && protocols.iter().all(|meta| meta.was.as_deref().is_some_and(of))
    }

    /// Items of one name are one item, and so are those that say what they were called.
    fn by_name(&mut self) {
        for item in self.new.index.own() {
            let name = item.name().text.as_str();
            if self.old.get(name).is_some() {
                self.pair(name, name);
                continue;
            }
            let was = meta(item).was.as_deref().map(|was| self.old.local(was).to_owned());
            let was = was.map(|was| match was.rsplit_once("::") {
                // Of the package as it was called.
                Some((package, last)) if package == self.old.package => last.to_owned(),
                _ => was,
            });
            let Some(was) =
                was.filter(|was| self.old.get(was).is_some() && self.new.get(was).is_none())
            else {
                continue;
            };
            self.pair(&was, name);
            let at = self.item_at(self.old.get(&was), Some(item));
            let rule =
                if matches!(item, Item::Protocol(_)) { &RENAMED_WITH_WAS } else { &ITEM_RENAMED };
            self.report(&at, rule, format!("`{name}` was called `{was}`"));
        }
    }

    /// From now on these are one item, which is compared in its turn.
    fn pair(&mut self, old: &str, new: &str) {
        self.pairs.insert(old.to_owned(), new.to_owned());
        self.taken.insert(new.to_owned());
        self.queue.push_back((old.to_owned(), new.to_owned()));
    }

    fn work(&mut self) {
        while let Some((old, new)) = self.queue.pop_front() {
            if let (Some(old), Some(new)) = (self.old.get(&old), self.new.get(&new)) {
                let at = self.item_at(Some(old), Some(new));
                self.item(&at, old, new);
            }
        }
    }

    /// Whether two named types may stand for each other; both are compared in their turn.
    pub(super) fn named(&mut self, at: &At<'a>, old: &str, new: &str) -> bool {
        let (old, new) = (self.old.local(old), self.new.local(new));
        if self.pairs.get(old).is_some_and(|paired| paired == new) {
            return true;
        }
        let free = !self.pairs.contains_key(old) && !self.taken.contains(new);
        if free && old == new {
            self.pair(old, new);
            return true;
        }
        if free && self.new.get(old).is_none() && self.old.get(new).is_none() {
            self.pair(old, new);
            let last = |name: &'_ str| name.rsplit("::").next().map(str::to_owned);
            if last(old) != last(new) {
                let at = self.item_at(self.old.get(old), self.new.get(new));
                self.report(&at, &ITEM_RENAMED, format!("`{new}` was called `{old}`"));
            }
            return true;
        }
        let same = self.same_form(old, new);
        if same {
            let message = format!("is `{new}`, was `{old}`, which has the same form");
            self.report(at, &super::rules::TYPE_REPLACED, message);
        }
        same
    }

    /// Whether one type may stand for another, whatever else becomes of them.
    fn same_form(&mut self, old: &str, new: &str) -> bool {
        let key = (old.to_owned(), new.to_owned());
        if let Some(known) = self.forms.get(&key) {
            return *known;
        }
        if self.depth >= FORMS_MAX {
            return false;
        }
        let mut alone = Compare::new(self.old, self.new);
        alone.depth = self.depth + 1;
        alone.forms = std::mem::take(&mut self.forms);
        alone.forms.insert(key.clone(), true);
        alone.pair(old, new);
        alone.work();
        let same = alone.changes.iter().all(|change| change.rule.level < Level::Break);
        self.forms = alone.forms;
        self.forms.insert(key, same);
        same
    }

    /// A protocol that is gone beside one that is new was renamed, if there is one of each.
    fn protocols_left(&mut self) {
        let is = |item: &&&Item| matches!(item, Item::Protocol(_));
        let old: Vec<&Item> = self.old_left().into_iter().filter(|item| is(&item)).collect();
        let new: Vec<&'a Item> = self.new_left().into_iter().filter(|item| is(&item)).collect();
        if let ([old], [new]) = (old.as_slice(), new.as_slice()) {
            let (was, name) = (old.name().text.clone(), new.name().text.clone());
            let at = self.item_at(Some(old), Some(new));
            let message = format!("protocol `{name}` was called `{was}`");
            self.report(&at, &PROTOCOL_RENAMED, message);
            self.pair(&was, &name);
        }
    }

    /// Types that nothing holds and that have another name, but are the same in all else.
    fn twins(&mut self) {
        if self.old_left().len().saturating_mul(self.new_left().len()) > TWINS_MAX {
            return;
        }
        for new in self.new_left() {
            let old = self.old_left().into_iter().find(|old| {
                std::mem::discriminant(*old) == std::mem::discriminant(new)
                    && !matches!(new, Item::Const(_) | Item::Alias(_) | Item::Protocol(_))
                    && self.is_twin(&old.name().text, &new.name().text)
            });
            if let Some(old) = old {
                let (was, name) = (old.name().text.clone(), new.name().text.clone());
                let at = self.item_at(Some(old), Some(new));
                self.report(&at, &ITEM_RENAMED, format!("`{name}` was called `{was}`"));
                self.pair(&was, &name);
            }
        }
    }

    fn is_twin(&self, old: &str, new: &str) -> bool {
        let mut alone = Compare::new(self.old, self.new);
        alone.pair(old, new);
        alone.work();
        alone.changes.is_empty()
    }

    fn items_left(&mut self) {
        for old in self.old_left() {
            let (rule, what) = if matches!(old, Item::Protocol(_)) {
                (&PROTOCOL_REMOVED, "protocol ")
            } else {
                (&ITEM_REMOVED, "")
            };
            let mut at = self.item_at(Some(old), None);
            at.new = Span::NONE;
            self.report(&at, rule, format!("{what}`{}` is gone", old.name().text));
        }
        for new in self.new_left() {
            let at = self.item_at(None, Some(new));
            self.report(&at, &ITEM_ADDED, format!("`{}` was added", new.name().text));
        }
    }

    fn old_left(&self) -> Vec<&'a Item> {
        let items = self.old.index.own().iter().copied();
        items.filter(|item| !self.pairs.contains_key(&item.name().text)).collect()
    }

    fn new_left(&self) -> Vec<&'a Item> {
        let items = self.new.index.own().iter().copied();
        items.filter(|item| !self.taken.contains(&item.name().text)).collect()
    }
}
