//! Directories to the schemas in them. Never reads a schema.
//!
//! A walk goes into every folder but hidden ones and `target`, and leaves out what a file
//! `.npignore` on its way says: a name or a path in each line, `*` for any characters of a name,
//! `/` at the end for folders only, `#` for comments.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::files::{FileError, FileProblem};

const IGNORE: &str = ".npignore";

/// The schemas that paths stand for: a file stands for itself, whatever it is called, and a
/// directory for all `*.np` files in it, in the order of their names. Each file comes once, as it
/// is first named.
///
/// # Errors
///
/// A directory, or an ignore file in it, cannot be read, or there is no schema in it. A file that
/// is not there stands for itself all the same: whoever reads it tells.
pub fn schemas_in<I>(paths: I) -> Result<Vec<PathBuf>, FileError>
where
    I: IntoIterator,
    I::Item: AsRef<Path>,
{
    let mut all = Vec::new();
    for path in paths {
        let path = path.as_ref();
        let found = files_of(path)?;
        if found.is_empty() {
            return Err(FileError { path: path.to_owned(), problem: FileProblem::NoSchemas });
        }
        all.extend(found);
    }
    Ok(once(all))
}

/// The same, where a directory may have no schemas any more.
pub(crate) fn schemas_left_in(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FileError> {
    let mut all = Vec::new();
    for path in paths {
        all.extend(files_of(path)?);
    }
    Ok(once(all))
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    walk(path, &mut Vec::new(), &mut found)?;
    // `a.np` for what a walk calls `./a.np`.
    for file in &mut found {
        if let Ok(short) = file.strip_prefix(".") {
            *file = short.to_owned();
        }
    }
    Ok(found)
}

/// Each file by the first of its names.
fn once(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    files
}

/// Whether a walk through `root` would leave out `path`, a file below it that need not be there.
pub(crate) fn is_ignored(root: &Path, path: &Path) -> bool {
    let inside = path.strip_prefix(root).or_else(|_| path.strip_prefix("."));
    let inside = inside.unwrap_or(path);
    let mut ignored = Vec::new();
    let mut folder = root.to_owned();
    let count = inside.iter().count();
    for (index, name) in inside.iter().enumerate() {
        read_ignored(&folder, &mut ignored);
        folder.push(name);
        let is_folder = index + 1 < count;
        if is_left_out(&folder, is_folder, &ignored) {
            return true;
        }
    }
    false
}

fn read_ignored(folder: &Path, ignored: &mut Vec<Pattern>) {
    if let Ok(text) = fs::read_to_string(folder.join(IGNORE)) {
        ignored.extend(text.lines().filter_map(|line| Pattern::read(folder, line)));
    }
}

fn is_left_out(path: &Path, is_folder: bool, ignored: &[Pattern]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let hidden = name.starts_with('.') || is_folder && name == "target";
    hidden || ignored.iter().any(|pattern| pattern.matches(path, is_folder))
}

/// A line of an ignore file, with the folder it speaks of.
struct Pattern {
    folder: PathBuf,
    parts: Vec<String>,
    folders_only: bool,
}

impl Pattern {
    fn read(folder: &Path, line: &str) -> Option<Self> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let folders_only = line.ends_with('/');
        let parts = line.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(Self { folder: folder.to_owned(), parts, folders_only })
    }

    fn matches(&self, path: &Path, is_folder: bool) -> bool {
        if self.folders_only && !is_folder {
            return false;
        }
        let Ok(inside) = path.strip_prefix(&self.folder) else {
            return false;
        };
        let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
        // One name is left out at any depth, a path only where it starts.
        let names = match (self.parts.len(), names.split_last()) {
            (1, Some((last, _))) => std::slice::from_ref(last),
            _ => names.as_slice(),
        };
        names.len() == self.parts.len()
            && self.parts.iter().zip(names).all(|(part, name)| glob(part, name))
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn glob(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or("");
    }
    rest.ends_with(last)
}

fn walk(
    folder: &Path,
    ignored: &mut Vec<Pattern>,
    found: &mut Vec<PathBuf>,
) -> Result<(), FileError> {
    let fail = |error: std::io::Error| FileError {
        path: folder.to_owned(),
        problem: FileProblem::Unreadable(error.kind()),
    };
    let before = ignored.len();
    read_ignored(folder, ignored);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        entries.push(entry.map_err(fail)?.path());
    }
    entries.sort();
    for path in entries {
        let is_folder = path.is_dir() && !path.is_symlink();
        if is_left_out(&path, is_folder, ignored) {
            continue;
        }
        if is_folder {
            walk(&path, ignored, found)?;
        } else if path.extension().is_some_and(|extension| extension == "np") && !is_no_text(&path)
        {
            found.push(path);
        }
    }
    ignored.truncate(before);
    Ok(())
}

/// Whether something is known to be neither a file nor a link to one: to read a pipe is to wait for
/// somebody who writes.
fn is_no_text(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| !about.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, name, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "anything", true),
            ("*.np", "a.np", true),
            ("*.np", "a.np.lock", false),
            ("old_*_v*.np", "old_chat_v2.np", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_name_is_left_out_at_any_depth_and_a_path_where_it_starts() {
        let matches = |line: &str, path: &str, is_folder| {
            let pattern = Pattern::read(Path::new("s"), line).unwrap();
            pattern.matches(Path::new(path), is_folder)
        };
        assert!(matches("invalid/", "s/invalid", true));
        assert!(!matches("invalid/", "s/invalid", false));
        assert!(matches("a.np", "s/b/c/a.np", false));
        assert!(matches("b/*.np", "s/b/a.np", false));
        assert!(!matches("b/*.np", "s/c/b/a.np", false));
        assert!(!matches("a.np", "t/a.np", false));
        assert!(Pattern::read(Path::new("s"), "# a").is_none());
    }
}
