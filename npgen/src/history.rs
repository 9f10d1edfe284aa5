//! Two versions of schemas, and what changed from one to the other: for `breaking`, for locks, and
//! for those who want it from a program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use protocol_schema::evolve::{self, Change, Level, RULES};
use protocol_schema::ir::Schema;
use protocol_schema::text::SourceMap;

use crate::compile::{self, Options};
use crate::failure::Failure;
use crate::files::{FileError, FileProblem, Source};
use crate::git::Revision;
use crate::json::Json;
use crate::load::{Disk, Library, Shelf, package_of};
use crate::pairs::pairs;
use crate::render::{Place, counted, place};
use crate::walk::{is_ignored, schemas_in, schemas_left_in};

/// What changed, and where.
#[derive(Clone)]
pub struct Changes {
    map: Arc<SourceMap>,
    list: Vec<Change>,
    /// The name of the new version where a change has no place in it.
    fallback: String,
    notes: Vec<String>,
    /// Whether the versions have a schema in common.
    compared: bool,
    /// The packages of the new version.
    packages: Vec<String>,
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}

impl Changes {
    /// Every change, by its place.
    #[must_use]
    pub fn list(&self) -> &[Change] {
        &self.list
    }

    /// What is to be known about which schema was compared with which, a sentence each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many changes of a level are not allowed.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.list.iter().filter(|change| change.rule.level == level && !change.allowed).count()
    }

    /// Whether a change breaks what is not allowed to break.
    #[must_use]
    pub fn is_break(&self) -> bool {
        self.count(Level::Break) > 0
    }

    /// Allows whatever one rule speaks of.
    #[must_use]
    pub fn allow(mut self, rule: evolve::RuleId) -> Self {
        for change in self.list.iter_mut().filter(|change| change.rule.id == rule) {
            change.allowed = true;
        }
        self
    }

    /// Where a change stands in the new version; in the old one if it is gone without a trace.
    #[must_use]
    pub fn place(&self, change: &Change) -> Option<Place> {
        place(&self.map, change.span)
    }

    /// Where it stood in the old version.
    #[must_use]
    pub fn old_place(&self, change: &Change) -> Option<Place> {
        place(&self.map, change.old)
    }

    /// One line for each change of at least a level; what is allowed counts as a note.
    #[must_use]
    pub fn render(&self, least: Level) -> String {
        let shown = self.list.iter().filter(|change| level(change) >= least);
        shown.map(|change| self.line(change)).collect()
    }

    fn line(&self, change: &Change) -> String {
        let place = self.place(change).map_or_else(
            || self.fallback.clone(),
            |place| format!("{}:{}:{}", place.source, place.line, place.column),
        );
        let rule = change.rule;
        let path =
            if change.path.is_empty() { String::new() } else { format!("{}: ", change.path) };
        let state = if change.allowed { " (allowed)" } else { "" };
        let mut line = format!(
            "{place}: {}[{}]{state} {path}{}: {}",
            level(change),
            rule.id,
            change.message,
            rule.effect
        );
        if rule.level > Level::Note && !change.allowed {
            let id = rule.id;
            line.push_str(&format!("; if it is meant: `--allow {id}` or `#[npgen::allow({id})]`"));
        }
        line + "\n"
    }

    /// All changes as a JSON array.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entry = |place: Option<Place>| match place {
            None => Json::Null,
            Some(place) => Json::Object(vec![
                ("file", Json::text(place.source)),
                ("line", number(place.line)),
                ("column", number(place.column)),
            ]),
        };
        let changes = self.list.iter().map(|change| {
            Json::Object(vec![
                ("rule", Json::text(change.rule.id.to_string())),
                ("name", Json::text(change.rule.name)),
                ("level", Json::text(change.rule.level.name())),
                ("allowed", Json::Bool(change.allowed)),
                ("path", Json::text(change.path.as_str())),
                ("message", Json::text(change.message.as_str())),
                ("effect", Json::text(change.rule.effect)),
                ("new", entry(self.place(change))),
                ("old", entry(self.old_place(change))),
            ])
        });
        Json::list(changes).render(true) + "\n"
    }

    /// `2 breaking changes, 1 warning`, or nothing.
    #[must_use]
    pub fn summary(&self) -> String {
        let parts = [(Level::Break, "breaking change"), (Level::Warning, "warning")];
        let parts = parts.map(|(level, what)| (self.count(level), what));
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        parts.map(|(count, what)| counted(*count, what)).collect::<Vec<_>>().join(", ")
    }
}

fn level(change: &Change) -> Level {
    if change.allowed { Level::Note } else { change.rule.level }
}

fn number(value: usize) -> Json {
    Json::Number(u64::try_from(value).unwrap_or(u64::MAX))
}

/// The rule with this id, such as `NPB101`.
#[must_use]
pub fn evolution_rule(id: &str) -> Option<&'static evolve::Rule> {
    RULES.iter().copied().find(|rule| rule.id.to_string().eq_ignore_ascii_case(id))
}

/// Compares schemas with an older version of them, package by package: a file, a directory, or a
/// git revision, in which a package may have stood at another path.
///
/// # Errors
///
/// One of the versions cannot be read or has mistakes, there is no such revision, or the versions
/// have no package in common.
pub fn breaking(against: &str, paths: &[PathBuf], options: &Options) -> Result<Changes, Failure> {
    let unreadable = |error| compile::unreadable(vec![error]);
    let path = Path::new(against);
    let changes = if path.exists() {
        let read = |files: Vec<PathBuf>| files.iter().map(Source::read).collect();
        let old = read(schemas_in([path]).map_err(unreadable)?);
        let new = read(schemas_in(paths).map_err(unreadable)?);
        compare(Version::disk(old), Version::disk(new), options)?
    } else {
        let new_files = schemas_left_in(paths).map_err(unreadable)?;
        since_revision(against, paths, &new_files, options)?
    };
    if changes.compared || changes.is_break() {
        return Ok(changes);
    }
    Err(Failure::NothingCompared { against: against.to_owned(), packages: changes.packages })
}

/// Compares schemas with what stood at their paths in a revision, or elsewhere if it was moved.
fn since_revision(
    against: &str,
    paths: &[PathBuf],
    new_files: &[PathBuf],
    options: &Options,
) -> Result<Changes, Failure> {
    let revision = |path: &Path| {
        let dir = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        Revision::open(dir, against).map_err(Failure::Git)
    };
    let mut old: Vec<Result<Source, FileError>> = Vec::new();
    let mut shelf = None;
    for path in paths {
        let revision = revision(path)?;
        let known: BTreeSet<PathBuf> =
            old.iter().flatten().map(|old| revision.identity(Path::new(&old.name))).collect();
        for file in revision.schemas_in(path).map_err(Failure::Git)? {
            if !is_ignored(path, &file) && !known.contains(&revision.identity(&file)) {
                old.push(fetch(&revision, file));
            }
        }
        shelf = Some(revision);
    }
    let Some(shelf) = shelf else {
        return compare(Version::disk(Vec::new()), Version::disk(Vec::new()), options);
    };
    // A file that was not there is new; one that is not here is gone.
    let known: BTreeSet<String> = old.iter().flatten().map(|old| old.name.clone()).collect();
    let gone = |path: &&PathBuf| path.exists() || !known.contains(&path.display().to_string());
    let new: Vec<_> = new_files.iter().filter(gone).map(Source::read).collect();
    let moved = moved(&shelf, &old, &new)?;
    let notes = moved.iter().map(|(package, old)| {
        let place = shelf.label(Path::new(&old.name));
        format!("the package `{package}` was elsewhere, and is compared with `{place}`")
    });
    let notes: Vec<String> = notes.collect();
    old.extend(moved.into_values().map(Ok));
    let old = Version { sources: old, shelf: &shelf, label: Some(&shelf) };
    let mut changes = compare(old, Version::disk(new), options)?;
    changes.notes.splice(0..0, notes);
    Ok(changes)
}

fn fetch(revision: &Revision, file: PathBuf) -> Result<Source, FileError> {
    match revision.fetch(&file) {
        Ok(Some(text)) => Ok(Source::new(file.display().to_string(), text)),
        Ok(None) => Err(FileError { path: file, problem: FileProblem::Missing }),
        Err(error) => Err(error),
    }
}

/// Of packages that had no file at their path: the one that they had elsewhere in the revision.
fn moved(
    revision: &Revision,
    old: &[Result<Source, FileError>],
    new: &[Result<Source, FileError>],
) -> Result<BTreeMap<String, Source>, Failure> {
    let packages = |sources: &[Result<Source, FileError>]| -> BTreeSet<String> {
        sources.iter().flatten().filter_map(|source| package_of(&source.text)).collect()
    };
    let mut moved = BTreeMap::new();
    for package in packages(new).difference(&packages(old)) {
        let last = package.rsplit("::").next().unwrap_or(package);
        let mut files = revision.schemas_with(last).map_err(Failure::Git)?;
        // What is there no more was moved; anything else of this package may have been copied.
        files.sort_by_key(|file| file.exists());
        for file in files {
            if let Ok(source) = fetch(revision, file)
                && package_of(&source.text).as_ref() == Some(package)
            {
                moved.insert(package.clone(), source);
                break;
            }
        }
    }
    Ok(moved)
}

/// Schemas, and where those that they use are read from.
pub(crate) struct Version<'s> {
    pub(crate) sources: Vec<Result<Source, FileError>>,
    pub(crate) shelf: &'s dyn Shelf,
    label: Option<&'s Revision>,
}

impl Version<'_> {
    pub(crate) fn disk(sources: Vec<Result<Source, FileError>>) -> Self {
        Self { sources, shelf: &Disk, label: None }
    }
}

/// Compares two versions, package by package.
pub(crate) fn compare(
    old: Version<'_>,
    new: Version<'_>,
    options: &Options,
) -> Result<Changes, Failure> {
    let fallback = new.sources.iter().find_map(|source| source.as_ref().ok());
    let fallback = fallback.map_or_else(String::new, |source| source.name.clone());
    let mut map = SourceMap::new();
    let label = old.label;
    let renamed = move |source: &Source| match label {
        Some(revision) => revision.label(Path::new(&source.name)),
        None => source.name.clone(),
    };
    let mut old_library = Library::new(old.shelf, options.includes(), &[]);
    let old = compile::load(&mut map, old.sources, &mut old_library, &renamed)?;
    let mut new_library = Library::new(new.shelf, options.includes(), options.schemas());
    let name = |source: &Source| source.name.clone();
    let new = compile::load(&mut map, new.sources, &mut new_library, &name)?;
    static NOTHING: LazyLock<Schema> = LazyLock::new(Schema::default);
    let pairs = pairs(&old, &new);
    let compared = !pairs.both.is_empty();
    let gone = pairs.gone.into_iter().map(|before| (before, &*NOTHING));
    let fresh = pairs.fresh.into_iter().map(|after| (&*NOTHING, after));
    let mut list: Vec<Change> = Vec::new();
    for (old, new) in pairs.both.into_iter().chain(gone).chain(fresh) {
        list.extend(evolve::compare(old, new));
    }
    let packages = new.iter().map(|(_, schema)| compile::package_path(schema)).collect();
    let map = Arc::new(map);
    let key = |change: &Change| {
        let place = map.locate(change.span).map(|(file, range)| (file, range.start));
        (place.is_none(), place)
    };
    list.sort_by_key(key);
    // What several packages use is told once.
    let mut told = BTreeSet::new();
    list.retain(|change| {
        let place = map.locate(change.span).map(|(file, range)| (file, range.start));
        told.insert((change.rule.id, place, change.path.clone(), change.message.clone()))
    });
    Ok(Changes { map, list, fallback, notes: pairs.notes, compared, packages })
}
