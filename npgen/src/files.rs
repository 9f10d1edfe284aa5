//! Sources in, generated files out; with `walk.rs`, which only lists directories, all that touches
//! a disk. Never prints.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::compile::Output;
use crate::failure::{Failure, StaleFile};

/// The largest source that is read, in bytes. A schema written by people stays far below.
pub const SOURCE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The text of one schema, with the name that diagnostics show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What diagnostics call it: the path as it was given, or something like `<stdin>`.
    pub name: String,
    /// The schema.
    pub text: String,
}

impl Source {
    /// A schema that is in memory already.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Reads a file. Its name is the path as given.
    ///
    /// # Errors
    ///
    /// The file is missing, is a directory, is not UTF-8, is larger than [`SOURCE_BYTES_MAX`],
    /// or cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let fail = |problem| FileError { path: path.to_owned(), problem };
        let metadata = fs::metadata(path).map_err(|e| fail(FileProblem::reading(&e)))?;
        if metadata.is_dir() {
            return Err(fail(FileProblem::Directory));
        }
        let file = File::open(path).map_err(|e| fail(FileProblem::reading(&e)))?;
        let text = read_text(file).map_err(fail)?;
        Ok(Self { name: path.display().to_string(), text })
    }

    /// Reads a stream to its end, such as the standard input.
    ///
    /// # Errors
    ///
    /// What comes is not UTF-8, is larger than [`SOURCE_BYTES_MAX`], or cannot be read.
    pub fn read_from(name: &str, stream: impl Read) -> Result<Self, FileError> {
        let text = read_text(stream)
            .map_err(|problem| FileError { path: PathBuf::from(name), problem })?;
        Ok(Self { name: name.to_owned(), text })
    }

    /// The last part of the name: what may be shown in a generated file, on any machine.
    pub(crate) fn file_name(&self) -> &str {
        Path::new(&self.name).file_name().and_then(|name| name.to_str()).unwrap_or(&self.name)
    }
}

/// A file that could not be read or written. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file, as it was named.
    pub path: PathBuf,
    /// What is the matter with it.
    pub problem: FileProblem,
}

/// What can be the matter with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileProblem {
    /// There is none of that name.
    Missing,
    /// The name is that of a directory.
    Directory,
    /// The bytes are not UTF-8 text; the first that is not stands at this line, counted from 1.
    NotUtf8 {
        /// The line.
        line: usize,
    },
    /// It is larger than [`SOURCE_BYTES_MAX`].
    TooLarge,
    /// It is a directory in which there is no schema, but for what is ignored.
    NoSchemas,
    /// The system refuses to hand it out.
    Unreadable(ErrorKind),
    /// The system refuses to take it, or to create its directory.
    Unwritable(ErrorKind),
}

impl FileProblem {
    fn reading(error: &io::Error) -> Self {
        if error.kind() == ErrorKind::NotFound {
            Self::Missing
        } else {
            Self::Unreadable(error.kind())
        }
    }
}

impl FileError {
    fn unwritable(path: &Path, error: &io::Error) -> Self {
        Self { path: path.to_owned(), problem: FileProblem::Unwritable(error.kind()) }
    }

    /// How to mend it, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self.problem {
            FileProblem::Missing => {
                Some("create it, or mend the path; a relative one starts where npgen runs, in a build script at the root of the package".to_owned())
            }
            FileProblem::Directory => Some("name the `.np` files in it".to_owned()),
            FileProblem::NotUtf8 { .. } => Some("save it as UTF-8".to_owned()),
            FileProblem::TooLarge => Some("split it into several packages".to_owned()),
            FileProblem::NoSchemas => Some(
                "name the directory that has them; hidden folders, `target` and what a file \
                 `.npignore` names are left out"
                    .to_owned(),
            ),
            FileProblem::Unreadable(_) | FileProblem::Unwritable(_) => None,
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.problem {
            FileProblem::Missing => write!(f, "cannot read `{path}`: there is no such file"),
            FileProblem::Directory => write!(f, "cannot read `{path}`: it is a directory"),
            FileProblem::NotUtf8 { line } => {
                write!(f, "cannot read `{path}`: line {line} is not UTF-8 text")
            }
            FileProblem::TooLarge => {
                write!(f, "cannot read `{path}`: it is larger than {SOURCE_BYTES_MAX} bytes")
            }
            FileProblem::NoSchemas => write!(f, "there is no `.np` file in `{path}`"),
            FileProblem::Unreadable(kind) => write!(f, "cannot read `{path}`: {kind}"),
            FileProblem::Unwritable(kind) => write!(f, "cannot write `{path}`: {kind}"),
        }
    }
}

impl std::error::Error for FileError {}

impl Output {
    /// Writes each file into `dir`, which is created where needed. A file that holds the same
    /// text already is left alone, with its time of change.
    ///
    /// # Errors
    ///
    /// A file could not be written; those before it were.
    pub fn write_to(&self, dir: impl AsRef<Path>) -> Result<(), Failure> {
        for file in &self.files {
            write_if_changed(&dir.as_ref().join(&file.file_name), &file.text())
                .map_err(Failure::Write)?;
        }
        Ok(())
    }

    /// Compares each file with the one in `dir`, for generated code that is checked in. Line ends
    /// do not count.
    ///
    /// # Errors
    ///
    /// [`Failure::Stale`] names the files that differ or are missing.
    pub fn compare_with(&self, dir: impl AsRef<Path>) -> Result<(), Failure> {
        let stale = self.files.iter().filter_map(|file| {
            let path = dir.as_ref().join(&file.file_name);
            let stale = compare(&path, &file.text()).err()?;
            Some(StaleFile::new(path, stale))
        });
        let files: Vec<_> = stale.collect();
        if files.is_empty() { Ok(()) } else { Err(Failure::Stale { files }) }
    }
}

/// Writes `text` to `path` unless that is what stands there already; returns whether it wrote.
///
/// Directories are created. A reader sees the old text or the new, never a part: the text goes to
/// a temporary file beside it, which is then renamed. Links stay links, and who may read or write
/// the file stays as it is.
///
/// An error means that the system refuses; what stood there still stands.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<bool, FileError> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|e| FileError::unwritable(parent, &e))?;
    }
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&target).ok().map(|metadata| metadata.permissions());
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(FileError::unwritable(path, &ErrorKind::PermissionDenied.into()));
    }
    let temporary = temporary_beside(&target);
    let written =
        write_new(&temporary, text, permissions).and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|error| {
        // Best effort: it may never have been created, and the first error is the one to report.
        drop(fs::remove_file(&temporary));
        FileError::unwritable(path, &error)
    })?;
    Ok(true)
}

/// Whether `path` holds `text`; line ends do not count, since version control may rewrite them.
fn compare(path: &Path, text: &str) -> Result<(), Stale> {
    match fs::read_to_string(path) {
        Ok(old) if old.lines().eq(text.lines()) => Ok(()),
        Ok(_) => Err(Stale::Differs),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Stale::Missing),
        Err(_) => Err(Stale::Differs),
    }
}

/// How a generated file can be out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It has not been generated.
    Missing,
    /// It holds something else.
    Differs,
}

fn read_text(stream: impl Read) -> Result<String, FileProblem> {
    let mut bytes = Vec::new();
    stream
        .take(SOURCE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| FileProblem::reading(&e))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > SOURCE_BYTES_MAX) {
        return Err(FileProblem::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        FileProblem::NotUtf8 { line: 1 + good.filter(|byte| **byte == b'\n').count() }
    })
}

/// Two build scripts may write into one directory at a time, so the name is nobody else's.
fn temporary_beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".npgen-{}-{number}.tmp", std::process::id()))
}

fn write_new(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))
}
