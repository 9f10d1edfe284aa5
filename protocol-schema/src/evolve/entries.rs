//! Numbers of lists: fields, variants, flags and messages alike.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::compare::{At, Compare};
use super::rules::{NUMBER_GONE, NUMBER_MOVED, NUMBER_REUSED};
use crate::ir::{Meta, Name, Number};

/// An entry of a list.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    pub(super) number: u32,
    pub(super) name: &'a Name,
    pub(super) meta: &'a Meta,
}

/// A list, of one version.
pub(super) struct Slots<'a> {
    pub(super) live: Vec<Slot<'a>>,
    pub(super) removed: BTreeSet<u32>,
}

impl<'a> Slots<'a> {
    pub(super) fn new(live: Vec<Slot<'a>>, removed: &[Number]) -> Self {
        Self { live, removed: removed.iter().map(|number| number.value).collect() }
    }

    fn by_number(&self) -> BTreeMap<u32, Slot<'a>> {
        self.live.iter().map(|slot| (slot.number, *slot)).collect()
    }
}

/// What is told of as having another number is not compared with what has its number now.
pub(super) fn is_moved<'a>(
    mut old: impl Iterator<Item = (&'a str, u32)>,
    mut new: impl Iterator<Item = (&'a str, u32)>,
    before: (&str, u32),
    after: (&str, u32),
) -> bool {
    let elsewhere =
        |(name, number): (&str, u32), entry: (&str, u32)| entry.0 == name && entry.1 != number;
    before.0 != after.0
        && (old.any(|entry| elsewhere(after, entry)) || new.any(|entry| elsewhere(before, entry)))
}

/// An entry in a sentence. What a variant or message carries in parentheses has no name.
pub(super) fn called(what: &str, name: &str) -> String {
    if name.is_empty() { "what it carries".to_owned() } else { format!("{what} `{name}`") }
}

/// What a list holds, and which rules speak of it.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// `field`.
    pub(super) what: &'static str,
    pub(super) added: &'static Rule,
    pub(super) removed: &'static Rule,
    pub(super) renamed: &'static Rule,
    /// Whether what is removed still takes up room on the wire.
    pub(super) keeps_room: bool,
}

impl<'a> Compare<'a> {
    /// Compares the numbers and names of a list.
    pub(super) fn numbers(&mut self, at: &At<'a>, kind: Kind, old: &Slots<'a>, new: &Slots<'a>) {
        let moved = self.moved(at, kind, old, new);
        let (before, after) = (old.by_number(), new.by_number());
        let what = kind.what;
        for (number, slot) in before.iter().filter(|(number, _)| !moved.contains(number)) {
            let (name, was) = (slot.name.text.as_str(), Some(slot.name.span));
            match after.get(number) {
                Some(is) => {
                    let named = !name.is_empty() && !is.name.text.is_empty();
                    if named && is.name.text != name {
                        let at = at.inside(&is.name.text, was, Some(is.name.span), Some(is.meta));
                        let message =
                            format!("{what} `{}` (@{number}) was called `{name}`", is.name.text);
                        self.report(&at, kind.renamed, message);
                    }
                }
                None if new.removed.contains(number) => {
                    let at = at.inside(name, was, None, None);
                    let message = format!("{} (@{number}) was removed", called(what, name));
                    self.report(&at, kind.removed, message);
                }
                None => {
                    let at = at.inside(name, was, None, None);
                    let entry = called(what, name);
                    let message = if name.is_empty() {
                        format!("{entry} is gone")
                    } else {
                        let rest = if kind.keeps_room { ": …" } else { "" };
                        format!(
                            "{entry} is gone, and its number @{number} with it; `@{number} _{rest}` keeps it"
                        )
                    };
                    self.report(&at, &NUMBER_GONE, message);
                }
            }
        }
        for number in old.removed.iter().filter(|number| !new.removed.contains(number)) {
            match after.get(number) {
                Some(is) => {
                    let at = at.inside(&is.name.text, None, Some(is.name.span), Some(is.meta));
                    let message = format!(
                        "{} has the number @{number}, which was removed",
                        called(what, &is.name.text)
                    );
                    self.report(&at, &NUMBER_REUSED, message);
                }
                None => {
                    let message =
                        format!("the removed {what} @{number} is gone, and its number with it");
                    self.report(at, &NUMBER_GONE, message);
                }
            }
        }
        for (number, slot) in &after {
            let known = before.contains_key(number) || old.removed.contains(number);
            if known || moved.contains(number) {
                continue;
            }
            let at = at.inside(&slot.name.text, None, Some(slot.name.span), Some(slot.meta));
            let message = format!("{} (@{number}) was added", called(what, &slot.name.text));
            self.report(&at, kind.added, message);
        }
        let gone = new.removed.iter().filter(|_| kind.keeps_room);
        for number in gone.filter(|number| !old.removed.contains(number)) {
            if !before.contains_key(number) {
                let message = format!("the removed {what} @{number} was added");
                self.report(at, kind.added, message);
            }
        }
    }

    /// Reports what has another number, and returns the numbers that have to do with it.
    fn moved(
        &mut self,
        at: &At<'a>,
        kind: Kind,
        old: &Slots<'a>,
        new: &Slots<'a>,
    ) -> BTreeSet<u32> {
        let names: BTreeMap<&str, Slot<'a>> =
            old.live.iter().map(|slot| (slot.name.text.as_str(), *slot)).collect();
        let mut moved = BTreeSet::new();
        for is in new.live.iter().filter(|slot| !slot.name.text.is_empty()) {
            let Some(was) = names.get(is.name.text.as_str()) else { continue };
            if was.number != is.number {
                moved.extend([was.number, is.number]);
                let (old, new) = (Some(was.name.span), Some(is.name.span));
                let at = at.inside(&is.name.text, old, new, Some(is.meta));
                let (what, name) = (kind.what, &is.name.text);
                let message =
                    format!("{what} `{name}` has the number @{}, had @{}", is.number, was.number);
                self.report(&at, &NUMBER_MOVED, message);
            }
        }
        moved
    }
}
