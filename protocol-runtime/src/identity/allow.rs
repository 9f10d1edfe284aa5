//! The keys that may come in, with a name for each: a file that is read again when it has changed.
//!
//! A line is `key name`, and behind it `roles=a,b` and `not-after=2027-01-01T00:00:00Z` where they
//! are wanted. Blank lines say nothing, nor do comments, which begin with `#`.

use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::error::{FileError, FileProblem, LineProblem, NAME_BYTES_MAX, ROLES_MAX};
use super::file::{self, Kind};
use super::name::printable;
use crate::noise::PublicKey;
use crate::types::Timestamp;

/// The most bytes of an allow-list.
pub const ALLOW_LIST_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The most lines of an allow-list.
pub const ALLOW_LIST_LINES_MAX: usize = 65_536;

/// The keys that may come in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    entries: BTreeMap<PublicKey, Entry>,
}

/// One key that may come in. As text it is a line of an allow-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    key: PublicKey,
    name: String,
    roles: Vec<String>,
    not_after: Option<Timestamp>,
}

impl AllowList {
    /// Reads a file, which nobody but its owner may change. A list of nobody has a comment in it:
    /// an empty file is one that somebody is about to write.
    ///
    /// # Errors
    /// What is wrong with the file, and how to mend it.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        parse(path, &read(path)?)
    }

    /// Reads a list that is in memory already.
    ///
    /// # Errors
    /// [`FileProblem::Line`] names the first line that cannot be read; [`FileProblem::Empty`] and
    /// [`FileProblem::TooManyLines`] are for files, and hold here as well.
    pub fn from_text(text: &str) -> Result<Self, FileProblem> {
        if text.is_empty() {
            return Err(FileProblem::Empty);
        }
        file::check_lines(text, ALLOW_LIST_LINES_MAX)?;
        let mut lines: BTreeMap<PublicKey, usize> = BTreeMap::new();
        let mut entries = BTreeMap::new();
        for (line, content) in file::lines(text) {
            let fail = |problem| FileProblem::Line { line, problem };
            let entry = Entry::parse(content).map_err(fail)?;
            if let Some(first) = lines.insert(entry.key, line) {
                return Err(fail(LineProblem::Duplicate { first, what: "key" }));
            }
            entries.insert(entry.key, entry);
        }
        Ok(Self { entries })
    }

    /// The entry of a key, unless it has none or its time has passed.
    #[must_use]
    pub fn find(&self, key: &PublicKey, unix_ms: u64) -> Option<&Entry> {
        self.entries.get(key).filter(|entry| !entry.has_ended(unix_ms))
    }

    /// All entries, in the order of their keys, those included whose time has passed.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody may come in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Entry {
    /// An entry without roles and without an end.
    ///
    /// # Errors
    /// [`LineProblem::BadName`] when no entry can have that name.
    pub fn new(key: PublicKey, name: &str) -> Result<Self, LineProblem> {
        if !is_name(name) || name.starts_with('#') {
            return Err(LineProblem::BadName { name: printable(name) });
        }
        Ok(Self { key, name: name.to_owned(), roles: Vec::new(), not_after: None })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// What its holder is called. Several keys may have one name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its holder may do, in the words of the application; in the order of the file.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// The last point in time at which it may come in, if there is one.
    #[must_use]
    pub fn not_after(&self) -> Option<Timestamp> {
        self.not_after
    }

    fn has_ended(&self, unix_ms: u64) -> bool {
        let now = Timestamp::UNIX_EPOCH.checked_add(Duration::from_millis(unix_ms));
        self.not_after.is_some_and(|last| now.unwrap_or(Timestamp::MAX) > last)
    }

    fn parse(line: &str) -> Result<Self, LineProblem> {
        let mut words = line.split_whitespace();
        let key = words.next().unwrap_or_default().parse().map_err(LineProblem::Key)?;
        let mut entry = Self::new(key, words.next().ok_or(LineProblem::NoName)?)?;
        for word in words {
            match word.split_once('=') {
                Some(("roles", roles)) if entry.roles.is_empty() => {
                    entry.roles = parse_roles(roles)?;
                }
                Some(("not-after", text)) if entry.not_after.is_none() => {
                    let fail = |problem| LineProblem::NotAfter { text: printable(text), problem };
                    entry.not_after = Some(text.parse().map_err(fail)?);
                }
                _ => return Err(LineProblem::UnknownWord { word: printable(word) }),
            }
        }
        Ok(entry)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.name)?;
        if !self.roles.is_empty() {
            write!(f, " roles={}", self.roles.join(","))?;
        }
        self.not_after.map_or(Ok(()), |last| write!(f, " not-after={last}"))
    }
}

fn parse_roles(text: &str) -> Result<Vec<String>, LineProblem> {
    let mut roles: Vec<String> = Vec::new();
    for role in text.split(',') {
        let known = roles.iter().any(|earlier| earlier == role);
        if !is_name(role) || known || roles.len() == ROLES_MAX {
            return Err(LineProblem::BadRoles { roles: printable(text) });
        }
        roles.push(role.to_owned());
    }
    Ok(roles)
}

fn is_name(text: &str) -> bool {
    let good = |c: char| !c.is_whitespace() && !c.is_control() && c != '=' && c != ',';
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.chars().all(good)
}

/// An allow-list that follows its file.
///
/// Whoever edits the file should write a new one and rename it, as most editors do: of a file that
/// is written in place the half may be read, which is a list as well.
#[derive(Debug)]
pub struct AllowListFile {
    path: PathBuf,
    text: String,
    list: Arc<AllowList>,
    problem: Option<FileError>,
}

/// What became of a list when its file was looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// It is as it was, and so is what may be wrong with the file.
    Same,
    /// The file says something else now, or is good again: this is the list.
    New(Arc<AllowList>),
    /// The file cannot be used. The list stays as it was.
    Kept(FileError),
}

impl AllowListFile {
    /// Reads a file for the first time.
    ///
    /// # Errors
    /// As [`AllowList::load`]: there is no list to go on with.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        let text = read(&path)?;
        let list = Arc::new(parse(&path, &text)?);
        Ok(Self { path, text, list, problem: None })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last good list.
    #[must_use]
    pub fn list(&self) -> &Arc<AllowList> {
        &self.list
    }

    /// Looks at the file again, and says what is new: each problem once.
    ///
    /// It compares what the file holds, as its time and its length say little: an edit in the same
    /// tick of the clock may leave both as they were.
    pub fn reload(&mut self) -> Reload {
        let read = read(&self.path).and_then(|text| {
            let same = text == self.text;
            let list =
                if same { Arc::clone(&self.list) } else { Arc::new(parse(&self.path, &text)?) };
            Ok((same, text, list))
        });
        match read {
            Ok((same, text, list)) => {
                (self.text, self.list) = (text, list);
                match self.problem.take() {
                    None if same => Reload::Same,
                    None | Some(_) => Reload::New(Arc::clone(&self.list)),
                }
            }
            Err(error) if self.problem.as_ref() == Some(&error) => Reload::Same,
            Err(error) => {
                self.problem = Some(error.clone());
                Reload::Kept(error)
            }
        }
    }
}

fn read(path: &Path) -> Result<String, FileError> {
    let read = file::read(path, Kind::List, ALLOW_LIST_BYTES_MAX);
    let mut text = read.map_err(|error| {
        // No key pair is what helps here.
        let missing = error.problem == FileProblem::Missing;
        if missing { FileError::new(path, FileProblem::NoList) } else { error }
    })?;
    Ok(mem::take(&mut *text))
}

fn parse(path: &Path, text: &str) -> Result<AllowList, FileError> {
    AllowList::from_text(text).map_err(|problem| FileError::new(path, problem))
}
