//! Files read and written with care: what is read is short and nobody else's to change, and what
//! is written is there as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use super::error::{FileError, FileProblem};
use super::system;

/// What a file is to be kept from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// From being read: a secret. Links to it are refused.
    Secret,
    /// From being changed: a list that decides whom to trust.
    List,
}

/// The text of a file, which may have `limit` bytes; wiped when it is dropped.
pub(super) fn read(path: &Path, kind: Kind, limit: usize) -> Result<Zeroizing<String>, FileError> {
    let fail = |problem| FileError::new(path, problem);
    let mut options = OpenOptions::new();
    system::no_follow(options.read(true), kind == Kind::List);
    let file = options.open(path).map_err(|error| fail(why_not_opened(path, kind, &error)))?;
    let reading = |error: io::Error| fail(FileProblem::Read(error.kind()));
    let len = check(&file.metadata().map_err(reading)?, kind, limit).map_err(fail)?;
    let bytes = read_all(file, len).map_err(reading)?.ok_or_else(|| fail(FileProblem::Changing))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| fail(FileProblem::NotUtf8))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Judges a file by the handle it is read by, and gives its length: what has its name may be
/// another one by now.
fn check(metadata: &Metadata, kind: Kind, limit: usize) -> Result<usize, FileProblem> {
    check_type(metadata)?;
    if let Some(mode) = system::mode(metadata) {
        match kind {
            Kind::Secret if mode & 0o077 != 0 => return Err(FileProblem::OpenToOthers { mode }),
            Kind::List if mode & 0o022 != 0 => return Err(FileProblem::WritableByOthers { mode }),
            Kind::Secret | Kind::List => {}
        }
    }
    let len = usize::try_from(metadata.len()).ok().filter(|len| *len <= limit);
    len.ok_or(FileProblem::TooLong { limit })
}

fn check_type(metadata: &Metadata) -> Result<(), FileProblem> {
    if metadata.is_symlink() {
        return Err(FileProblem::Symlink);
    }
    if metadata.is_dir() {
        return Err(FileProblem::Directory);
    }
    if !metadata.is_file() {
        return Err(FileProblem::NotAFile);
    }
    Ok(())
}

/// All bytes, in one place in memory, as a buffer that grows leaves copies. `None` if there are
/// more or fewer than a moment ago: somebody is writing, and half of a text may say what the whole
/// does not.
pub(super) fn read_all(mut file: File, len: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(vec![0; len.saturating_add(1)]);
    let mut read = 0;
    while let Some(room) = bytes.get_mut(read..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(read);
    Ok((read == len).then_some(bytes))
}

fn why_not_opened(path: &Path, kind: Kind, error: &io::Error) -> FileProblem {
    let found = match kind {
        Kind::Secret => fs::symlink_metadata(path),
        Kind::List => fs::metadata(path),
    };
    match found {
        Ok(metadata) if metadata.is_symlink() => FileProblem::Symlink,
        Ok(metadata) if metadata.is_dir() => FileProblem::Directory,
        _ if error.kind() == ErrorKind::NotFound => FileProblem::Missing,
        _ => FileProblem::Read(error.kind()),
    }
}

/// A new text for a file, written to the disk beside it and in nobody's sight yet. Dropped without
/// more it is gone.
pub(super) struct Pending<'a> {
    text: &'a str,
    temporary: PathBuf,
    target: &'a Path,
}

impl<'a> Pending<'a> {
    /// Writes a text for `target`, for its owner alone.
    pub(super) fn write(target: &'a Path, text: &'a str) -> Result<Self, FileError> {
        let fail = |error: io::Error| FileError::writing(target, &error);
        let (temporary, mut file) = create_beside(target).map_err(fail)?;
        let pending = Self { text, temporary, target };
        write_all(&mut file, text).map_err(fail)?;
        Ok(pending)
    }

    /// Puts the text in the place of the file that is there, if one is. What is no file stays: a
    /// device that became one would be gone for all.
    pub(super) fn replace(self) -> Result<(), FileError> {
        if let Ok(found) = fs::symlink_metadata(self.target) {
            check_type(&found).map_err(|problem| FileError::new(self.target, problem))?;
        }
        let renamed = fs::rename(&self.temporary, self.target);
        self.finish(renamed)
    }

    /// Gives the text its name, unless something has that name already.
    pub(super) fn create(self) -> Result<(), FileError> {
        let linked = match fs::hard_link(&self.temporary, self.target) {
            // Not everywhere a file can have two names.
            Err(error) if error.kind() != ErrorKind::AlreadyExists => self.copy(),
            linked => linked,
        };
        self.finish(linked)
    }

    /// The same where files have one name only: others may see the file before it is whole.
    pub(super) fn copy(&self) -> io::Result<()> {
        let mut file = create_new(self.target)?;
        write_all(&mut file, self.text).inspect_err(|_| {
            // That it is gone again is best effort; the first error is the one to report.
            drop(fs::remove_file(self.target));
        })
    }

    fn finish(self, done: io::Result<()>) -> Result<(), FileError> {
        done.and_then(|()| system::sync_dir(directory(self.target))).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists {
                FileError::new(self.target, FileProblem::Exists)
            } else {
                FileError::writing(self.target, &error)
            }
        })
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        // Renamed it is gone already, and there is nobody to tell what else may be wrong.
        drop(fs::remove_file(&self.temporary));
    }
}

/// The directory that a file is in.
pub(super) fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_all(file: &mut File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    system::private(options.write(true).create_new(true)).open(path)
}

/// A file beside another, of a name that nobody has: not even a process of the same number in
/// another container, or one that was cut short.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const ATTEMPTS: u32 = 1_000;
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    for _ in 0..ATTEMPTS {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{number}.tmp", std::process::id()));
        let temporary = path.with_file_name(temporary);
        match create_new(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (temporary, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// The lines that say something, with their numbers from 1: all but blank ones and comments.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().zip(1..).map(|(line, number)| (number, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Whether a text has no more lines than that, those included that say nothing.
pub(super) fn check_lines(text: &str, limit: usize) -> Result<(), FileProblem> {
    if text.lines().nth(limit).is_some() {
        return Err(FileProblem::TooManyLines { limit });
    }
    Ok(())
}

/// The right to write one file, kept from other threads and processes until it is dropped.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for its turn; whoever has the lock writes one small file and is done.
    pub(super) fn take(path: &Path) -> Result<Self, FileError> {
        const ATTEMPTS: u32 = 1_000;
        Self::attempt(path, ATTEMPTS)
    }

    /// Asks so many times, some milliseconds apart.
    pub(super) fn attempt(path: &Path, attempts: u32) -> Result<Self, FileError> {
        const PAUSE: Duration = Duration::from_millis(5);
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        for _ in 0..attempts {
            match system::try_lock(&lock) {
                Ok(Some(file)) => return Ok(Self { _file: file }),
                Ok(None) => std::thread::sleep(PAUSE),
                Err(error) => return Err(FileError::writing(&lock, &error)),
            }
        }
        Err(FileError::new(&lock, FileProblem::Locked))
    }
}
