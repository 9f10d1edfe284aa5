//! Which schema of an old version is which of a new one. Reads no file, and compares nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use protocol_schema::ir::Schema;

use crate::compile::package_path;
use crate::files::Source;

/// A schema with where it comes from.
pub(crate) type Known = (Source, Schema);

/// Two versions beside each other.
pub(crate) struct Pairs<'s> {
    /// The same schema, before and after.
    pub(crate) both: Vec<(&'s Schema, &'s Schema)>,
    /// What the new version does not have.
    pub(crate) gone: Vec<&'s Schema>,
    /// What the old version did not have.
    pub(crate) fresh: Vec<&'s Schema>,
    /// What is to be said about the choice, a sentence each.
    pub(crate) notes: Vec<String>,
}

/// By package; where several files are of one package, by their names, and then by what they
/// declare. The only one that is left of each is the same one as well, if there are no others or
/// if both have something in common.
pub(crate) fn pairs<'s>(old: &'s [Known], new: &'s [Known]) -> Pairs<'s> {
    let notes = [old, new].into_iter().flat_map(several_of_one).collect();
    let mut left = Left { old: old.iter().collect(), new: new.iter().collect(), both: Vec::new() };
    let same_package = |old: &Known, new: &Known| package_path(&old.1) == package_path(&new.1);
    left.pair(|old, new| usize::from(same_package(old, new) && old.0.name == new.0.name));
    left.pair(|old, new| {
        usize::from(same_package(old, new) && old.0.file_name() == new.0.file_name())
    });
    left.pair(|old, new| if same_package(old, new) { 1 + common_names(&old.1, &new.1) } else { 0 });
    left.pair(|old, new| usize::from(new.1.meta.was.as_ref() == Some(&package_path(&old.1))));
    if let ([before], [after]) = (left.old.as_slice(), left.new.as_slice())
        && (left.both.is_empty() || common_names(&before.1, &after.1) > 0)
    {
        left.pair(|_, _| 1);
    }
    let schemas = |known: Vec<&'s Known>| known.into_iter().map(|known| &known.1).collect();
    Pairs { both: left.both, gone: schemas(left.old), fresh: schemas(left.new), notes }
}

/// What has no partner yet.
struct Left<'s> {
    old: Vec<&'s Known>,
    new: Vec<&'s Known>,
    both: Vec<(&'s Schema, &'s Schema)>,
}

impl Left<'_> {
    /// Gives each new schema the old one that fits best; what does not fit at all is 0.
    fn pair(&mut self, fits: impl Fn(&Known, &Known) -> usize) {
        let Self { old, new, both } = self;
        new.retain(|new| {
            let ranked = old.iter().enumerate().map(|(at, old)| (fits(old, new), at));
            // Of those that fit alike the first.
            let best =
                ranked.filter(|(fit, _)| *fit > 0).max_by_key(|(fit, at)| (*fit, Reverse(*at)));
            let Some((_, at)) = best else {
                return true;
            };
            both.push((&old.remove(at).1, &new.1));
            false
        });
    }
}

fn common_names(old: &Schema, new: &Schema) -> usize {
    let names: BTreeSet<&str> = old.items.iter().map(|item| item.name().text.as_str()).collect();
    new.items.iter().filter(|item| names.contains(item.name().text.as_str())).count()
}

/// Says of each package of which there are several files that it is so.
fn several_of_one(version: &[Known]) -> Vec<String> {
    let mut files: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (source, schema) in version {
        files.entry(package_path(schema)).or_default().push(&source.name);
    }
    let several = files.into_iter().filter(|(_, names)| names.len() > 1);
    let told = several.map(|(package, names)| {
        let names = names.join("`, `");
        format!("several files are of the package `{package}`, and each is compared by itself: `{names}`")
    });
    told.collect()
}
