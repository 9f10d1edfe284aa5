//! The schemas of another revision, by way of the program `git`. Never changes a repository.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::{FileError, FileProblem};
use crate::load::Shelf;

/// Why a revision cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GitError {
    /// There is no program `git`.
    NoGit,
    /// The directory is in no repository.
    NoRepository {
        /// The directory.
        dir: PathBuf,
    },
    /// The repository has no such revision.
    NoRevision {
        /// What was given.
        revision: String,
    },
    /// Git refuses.
    Failed {
        /// What it says.
        message: String,
    },
}

impl GitError {
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoGit => Some("install git, or name a file or a directory with the old schemas"),
            Self::NoRepository { .. } => {
                Some("name a file or a directory with the old schemas instead of a revision")
            }
            Self::NoRevision { .. } => {
                Some("name a revision such as `main` or `HEAD~1`, a file, or a directory")
            }
            Self::Failed { .. } => None,
        }
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGit => f.write_str("the program `git` was not found"),
            Self::NoRepository { dir } => {
                let dir = dir.display();
                write!(f, "`{dir}` is in no git repository")
            }
            Self::NoRevision { revision } => {
                write!(f, "there is no file, no directory and no git revision `{revision}`")
            }
            Self::Failed { message } => write!(f, "git refuses: {message}"),
        }
    }
}

/// The files of one revision.
#[derive(Debug)]
pub(crate) struct Revision {
    top: PathBuf,
    name: String,
}

impl Revision {
    /// A revision of the repository that holds `dir`.
    pub(crate) fn open(dir: &Path, name: &str) -> Result<Self, GitError> {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        let no_repository = || GitError::NoRepository { dir: dir.to_owned() };
        let top = run(dir, &["rev-parse", "--show-toplevel"])?.ok_or_else(no_repository)?;
        let top = PathBuf::from(String::from_utf8_lossy(&top).trim_end_matches(['\n', '\r']));
        let tree = format!("{name}^{{tree}}");
        let known = run(&top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &tree])?;
        if known.is_none() {
            return Err(GitError::NoRevision { revision: name.to_owned() });
        }
        Ok(Self { top, name: name.to_owned() })
    }

    /// What a file of the revision is called in diagnostics.
    pub(crate) fn label(&self, path: &Path) -> String {
        let inside = self.inside(path).filter(|_| path.is_absolute());
        let path = inside.unwrap_or_else(|| path.display().to_string());
        format!("{}:{path}", self.name)
    }

    /// The schemas below a folder, or the file itself if it was one, by their paths.
    pub(crate) fn schemas_in(&self, path: &Path) -> Result<Vec<PathBuf>, GitError> {
        let Some(inside) = self.inside(path) else {
            return Err(GitError::NoRepository { dir: path.to_owned() });
        };
        let mut arguments = vec!["ls-tree", "-r", "-z", "--name-only", "--full-tree", &self.name];
        arguments.push("--");
        if !inside.is_empty() {
            arguments.push(&inside);
        }
        let Some(listed) = run(&self.top, &arguments)? else {
            return Ok(Vec::new());
        };
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let names = listed.split('\0').filter(|name| !name.is_empty());
        let below = names.filter_map(|name| {
            if name == inside {
                return Some(path.to_owned());
            }
            let rest = match inside.as_str() {
                "" => name,
                inside => name.strip_prefix(inside)?.strip_prefix('/')?,
            };
            let folder = if path == Path::new(".") { Path::new("") } else { path };
            rest.ends_with(".np").then(|| folder.join(rest))
        });
        Ok(below.collect())
    }

    /// The schemas of the whole revision in which a word stands.
    pub(crate) fn schemas_with(&self, word: &str) -> Result<Vec<PathBuf>, GitError> {
        let arguments = [
            "grep",
            "--no-color",
            "-l",
            "-z",
            "-F",
            "--full-name",
            "-e",
            word,
            &self.name,
            "--",
            "*.np",
        ];
        // Git ends with an error where there is none.
        let listed = run(&self.top, &arguments)?.unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let before = format!("{}:", self.name);
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let top = self.top.canonicalize().unwrap_or_else(|_| self.top.clone());
        let files = listed.split('\0').filter_map(|line| line.strip_prefix(&before));
        let files = files.map(|inside| {
            let path = top.join(inside);
            let short = here.as_ref().ok().and_then(|here| path.strip_prefix(here).ok());
            short.map_or_else(|| path.clone(), Path::to_owned)
        });
        Ok(files.collect())
    }

    /// A path as the repository calls it.
    fn inside(&self, path: &Path) -> Option<String> {
        let mut parts = Vec::new();
        let mut known =
            if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
        // What was deleted since has no real path, but a folder above it has.
        let real = loop {
            if let Ok(real) = known.canonicalize() {
                break real;
            }
            parts.push(known.file_name()?.to_owned());
            known = match known.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            };
        };
        let top = self.top.canonicalize().ok()?;
        let mut inside = real.strip_prefix(top).ok()?.to_owned();
        inside.extend(parts.iter().rev());
        let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
        Some(names.join("/"))
    }
}

impl Shelf for Revision {
    fn fetch(&self, path: &Path) -> Result<Option<String>, FileError> {
        let fail = |problem| FileError { path: PathBuf::from(self.label(path)), problem };
        let Some(inside) = self.inside(path) else {
            return Ok(None);
        };
        let object = format!("{}:{inside}", self.name);
        let bytes = run(&self.top, &["cat-file", "blob", &object])
            .map_err(|_| fail(FileProblem::Unreadable(ErrorKind::Other)))?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|error| {
            let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
            fail(FileProblem::NotUtf8 { line: 1 + good.filter(|byte| **byte == b'\n').count() })
        })
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.inside(path).map_or_else(|| path.to_owned(), PathBuf::from)
    }
}

/// What git prints; `None` if it ends with an error, which each caller knows the meaning of.
fn run(dir: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, GitError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                GitError::NoGit
            } else {
                GitError::Failed { message: error.kind().to_string() }
            }
        })?;
    Ok(output.status.success().then_some(output.stdout))
}
