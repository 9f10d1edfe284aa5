//! From the name of a package to its file. Reads through a [`Shelf`], so that the schemas of
//! another revision are found as those on the disk are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use protocol_schema::text::{FileId, SourceMap};

use crate::files::{FileError, FileProblem, Source};

/// The longest name of a package that is looked for: no longer one can be declared.
const PACKAGE_BYTES_MAX: usize = 255;

/// Where files are read from.
pub(crate) trait Shelf {
    /// The text of a file; `None` if there is no such file.
    fn fetch(&self, path: &Path) -> Result<Option<String>, FileError>;

    /// A path that is the same for all ways to name a file.
    fn identity(&self, path: &Path) -> PathBuf;
}

/// The files that are there now.
pub(crate) struct Disk;

impl Shelf for Disk {
    fn fetch(&self, path: &Path) -> Result<Option<String>, FileError> {
        match Source::read(path) {
            Ok(source) => Ok(Some(source.text)),
            Err(FileError { problem: FileProblem::Missing | FileProblem::Directory, .. }) => {
                Ok(None)
            }
            // No file can have such a name.
            Err(FileError {
                problem: FileProblem::Unreadable(ErrorKind::InvalidFilename), ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_owned())
    }
}

/// A directory in which packages are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Include {
    pub(crate) dir: PathBuf,
    /// Where the items of its packages stand in Rust, if that is one place.
    pub(crate) module: Option<String>,
}

/// The files of packages, each read once.
pub(crate) struct Library<'s> {
    shelf: &'s dyn Shelf,
    include: &'s [Include],
    schemas: &'s [PathBuf],
    /// Files that were named, by their package.
    named: BTreeMap<String, FileId>,
    loaded: BTreeMap<PathBuf, Option<FileId>>,
    /// Every file that was read for its package.
    pub(crate) read: BTreeSet<PathBuf>,
    /// What is there and cannot be read.
    pub(crate) unreadable: Vec<FileError>,
    /// Where the items of packages stand in Rust, as far as a directory says it.
    pub(crate) modules: BTreeMap<String, String>,
}

impl<'s> Library<'s> {
    pub(crate) fn new(
        shelf: &'s dyn Shelf,
        include: &'s [Include],
        schemas: &'s [PathBuf],
    ) -> Self {
        Self {
            shelf,
            include,
            schemas,
            named: BTreeMap::new(),
            loaded: BTreeMap::new(),
            read: BTreeSet::new(),
            unreadable: Vec::new(),
            modules: BTreeMap::new(),
        }
    }

    /// A file that was named stands for its package, wherever it is.
    pub(crate) fn add(&mut self, source: &Source, file: FileId) {
        if let Some(package) = package_of(&source.text) {
            self.named.entry(package).or_insert(file);
        }
    }

    /// The file of a package: among those that were named, beside `user`, which uses it, at the
    /// root of the packages that `user` is in, and in the directories that are included.
    pub(crate) fn find(
        &mut self,
        map: &mut SourceMap,
        user: &Source,
        package: &str,
    ) -> Option<FileId> {
        if let Some(file) = self.named.get(package) {
            return Some(*file);
        }
        for dir in folders(user) {
            if let Some(file) = self.find_in(map, &dir, package) {
                return Some(file);
            }
        }
        for include in self.include {
            if let Some(file) = self.find_in(map, &include.dir, package) {
                if let Some(module) = &include.module {
                    self.modules.insert(package.to_owned(), module.clone());
                }
                return Some(file);
            }
        }
        self.schemas.iter().find_map(|path| self.take(map, path, package))
    }

    fn find_in(&mut self, map: &mut SourceMap, dir: &Path, package: &str) -> Option<FileId> {
        if package.len() > PACKAGE_BYTES_MAX {
            return None;
        }
        let last = package.rsplit("::").next().unwrap_or(package);
        let names = [package.replace("::", "/"), package.replace("::", "."), last.to_owned()];
        let mut tried = BTreeSet::new();
        for name in names {
            let path = dir.join(format!("{name}.np"));
            if tried.insert(path.clone())
                && let Some(file) = self.take(map, &path, package)
            {
                return Some(file);
            }
        }
        None
    }

    /// The file at a path, if it is there and is that of the package.
    fn take(&mut self, map: &mut SourceMap, path: &Path, package: &str) -> Option<FileId> {
        let identity = self.shelf.identity(path);
        if let Some(known) = self.loaded.get(&identity) {
            return *known;
        }
        let text = match self.shelf.fetch(path) {
            Ok(text) => text,
            Err(error) => {
                self.unreadable.push(error);
                None
            }
        };
        let Some(text) = text else {
            self.loaded.insert(identity, None);
            return None;
        };
        // `common.np` may be that of another package of this name.
        let said = package_of(&text);
        if said.as_deref().is_some_and(|said| said != package) && !is_path_of(path, package) {
            return None;
        }
        let file = map.add(path.display().to_string(), text);
        self.read.insert(path.to_owned());
        self.loaded.insert(identity, Some(file));
        Some(file)
    }
}

/// Whether only that package can be meant by a path: more than its last name is in it.
fn is_path_of(path: &Path, package: &str) -> bool {
    let whole = package.replace("::", "/") + ".np";
    package.contains("::")
        && (path.ends_with(whole)
            || path.file_name().is_some_and(|name| *name == *(package.replace("::", ".") + ".np")))
}

/// The folder of a schema, and the one in which its package path starts: `schemas` for
/// `schemas/acme/chat.np` with `package acme::chat`.
fn folders(user: &Source) -> Vec<PathBuf> {
    let path = Path::new(&user.name);
    let Some(folder) = path.parent() else {
        return vec![PathBuf::new()];
    };
    let mut folders = vec![folder.to_owned()];
    let package = package_of(&user.text).unwrap_or_default();
    let mut names: Vec<&str> = package.split("::").collect();
    names.pop();
    if !names.is_empty() && folder.ends_with(names.iter().collect::<PathBuf>()) {
        folders.extend(folder.ancestors().nth(names.len()).map(Path::to_owned));
    }
    folders
}

/// The package that a schema says it is, as far as its first lines tell.
pub(crate) fn package_of(text: &str) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#!"))?;
    let (path, _) = first.strip_prefix("package")?.split_once(';')?;
    path.starts_with(char::is_whitespace).then(|| path.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_read_from_the_first_line_that_says_something() {
        assert_eq!(package_of("//! D.\n#![stable]\n\npackage a :: b; // c").unwrap(), "a::b");
        assert_eq!(package_of("package a::b;struct C {}").unwrap(), "a::b");
        assert_eq!(package_of("packages a;"), None);
        assert_eq!(package_of("struct A {}\npackage a;"), None);
        assert_eq!(package_of(""), None);
    }

    #[test]
    fn packages_are_looked_for_beside_a_file_and_where_its_own_path_starts() {
        let user = Source::new("schemas/acme/chat.np", "package acme::chat;");
        let expected = [PathBuf::from("schemas/acme"), PathBuf::from("schemas")];
        assert_eq!(folders(&user), expected);
        let user = Source::new("schemas/chat.np", "package acme::chat;");
        assert_eq!(folders(&user), [PathBuf::from("schemas")]);
        assert_eq!(folders(&Source::new("<stdin>", "package a;")), [PathBuf::new()]);
    }
}
