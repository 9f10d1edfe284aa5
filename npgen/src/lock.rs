//! Locks: the canonical text of a schema in a file beside it, `chat.np.lock` for `chat.np`. With
//! `#![stable]` a schema is held to its lock.

use std::path::{Path, PathBuf};

use protocol_schema::canonical::canonical;
use protocol_schema::evolve::Level;
use protocol_schema::text::{self, SourceMap};

use crate::compile::{self, Options};
use crate::failure::Failure;
use crate::files::{FileError, FileProblem, Source, write_if_changed};
use crate::history::{Changes, Version, compare};
use crate::load::{Disk, Library};

/// What became of a lock.
#[derive(Clone, Debug)]
pub enum Locked {
    /// It is what it should be.
    Same,
    /// There is none.
    Missing,
    /// It is behind; what changed since breaks nothing.
    Behind(Changes),
    /// What changed since breaks something.
    Broken(Changes),
}

/// The lock of a schema file: `chat.np.lock` for `chat.np`.
#[must_use]
pub fn lock_path(schema: &Path) -> PathBuf {
    let mut name = schema.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// What the lock of a schema should say.
///
/// # Errors
///
/// The schema has mistakes.
pub fn lock_text(source: &Source, options: &Options) -> Result<String, Failure> {
    let mut map = SourceMap::new();
    let mut library = Library::new(&Disk, options.includes(), options.schemas());
    let name = |source: &Source| source.name.clone();
    let schemas = compile::load(&mut map, vec![Ok(source.clone())], &mut library, &name)?;
    Ok(schemas.iter().map(|(_, schema)| text::print(&canonical(schema, None))).collect())
}

/// Compares a schema with its lock.
///
/// # Errors
///
/// The schema or its lock cannot be read, or has mistakes.
pub fn check_lock(schema: &Path, options: &Options) -> Result<Locked, Failure> {
    let unreadable = |error| compile::unreadable(vec![error]);
    let source = Source::read(schema).map_err(unreadable)?;
    let wanted = lock_text(&source, options)?;
    let lock = match Source::read(lock_path(schema)) {
        Ok(lock) => lock,
        Err(FileError { problem: FileProblem::Missing, .. }) => return Ok(Locked::Missing),
        Err(error) => return Err(unreadable(error)),
    };
    if lock.text.lines().eq(wanted.lines()) {
        return Ok(Locked::Same);
    }
    let changes = compare(Version::disk(vec![Ok(lock)]), Version::disk(vec![Ok(source)]), options)?;
    Ok(if changes.is_break() { Locked::Broken(changes) } else { Locked::Behind(changes) })
}

/// Writes the lock of a schema, and returns what was there before. A lock that the schema breaks
/// is left alone unless `force` is set.
///
/// # Errors
///
/// The schema or its lock cannot be read or has mistakes, or the lock cannot be written.
pub fn write_lock(schema: &Path, force: bool, options: &Options) -> Result<Locked, Failure> {
    let before = check_lock(schema, options);
    // A lock that cannot be read any more is what `force` is for.
    let before = match before {
        Err(_) if force => Locked::Missing,
        before => before?,
    };
    if matches!(before, Locked::Broken(_)) && !force {
        return Ok(before);
    }
    let source = Source::read(schema).map_err(|error| compile::unreadable(vec![error]))?;
    let text = lock_text(&source, options)?;
    write_if_changed(&lock_path(schema), &text).map_err(Failure::Write)?;
    Ok(before)
}

/// Whether a schema is held to its lock: it says `#![stable]`.
///
/// # Errors
///
/// The schema cannot be read. Mistakes in it are not looked for.
pub fn is_stable(schema: &Path) -> Result<bool, Failure> {
    let source = Source::read(schema).map_err(|error| compile::unreadable(vec![error]))?;
    let mut map = SourceMap::new();
    let file = map.add(source.name, source.text);
    Ok(text::compile(&mut map, file).schema.stable.is_some())
}

impl Locked {
    /// The changes that break something or may, a line each.
    #[must_use]
    pub fn findings(&self) -> String {
        match self {
            Self::Same | Self::Missing => String::new(),
            Self::Behind(changes) | Self::Broken(changes) => changes.render(Level::Warning),
        }
    }
}
