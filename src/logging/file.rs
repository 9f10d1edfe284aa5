//! A file that is put aside when it is large enough. What fails is tried again with the next lines, from
//! the opening of the file on, so that a disk that has room again, or a directory that is back, is used.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::sink::Target;

/// How often it is looked whether the file still has its name.
const LOOK: Duration = Duration::from_secs(1);

/// A log file.
pub(super) struct Rotating {
    path: PathBuf,
    /// From how many bytes on it is put aside; 0 for never.
    max: u64,
    /// How many that were put aside are kept.
    kept: u32,
    open: Option<Open>,
}

struct Open {
    file: File,
    len: u64,
    looked: Instant,
}

impl Rotating {
    /// Opens the file, to go on where it ends.
    pub(super) fn open(path: &Path, max: u64, kept: u32) -> io::Result<Self> {
        let mut file = Self { path: path.to_owned(), max, kept, open: None };
        file.opened()?;
        Ok(file)
    }

    /// The file, opened if it is not, or if its name has gone from it.
    fn opened(&mut self) -> io::Result<&mut Open> {
        if let Some(open) = &mut self.open
            && open.looked.elapsed() >= LOOK
        {
            open.looked = Instant::now();
            if !is_same(&open.file, &self.path) {
                self.open = None;
            }
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let file = options().open(&self.path)?;
                let len = file.metadata()?.len();
                Open { file, len, looked: Instant::now() }
            }
        };
        Ok(self.open.insert(open))
    }

    /// Puts the file aside, and each that was before one further.
    fn put_aside(&mut self) -> io::Result<()> {
        self.open = None;
        if self.kept == 0 {
            return fs::remove_file(&self.path);
        }
        for number in (1..self.kept).rev() {
            let (from, to) = (self.numbered(number), self.numbered(number.saturating_add(1)));
            match fs::rename(from, to) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        fs::rename(&self.path, self.numbered(1))
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = OsString::from(self.path.as_os_str());
        name.push(format!(".{number}"));
        name.into()
    }

    /// Writes some lines, all to one file, and none of them in part.
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let len = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let max = self.max;
        let full = |open: &Open| max > 0 && open.len > 0 && open.len.saturating_add(len) > max;
        if full(self.opened()?) {
            self.put_aside()?;
        }
        let open = self.opened()?;
        match open.file.write_all(lines) {
            Ok(()) => {
                open.len = open.len.saturating_add(len);
                Ok(())
            }
            Err(error) => {
                // Half a line would run into the next one; if it stays, that is the lesser harm.
                open.file.set_len(open.len).ok();
                self.open = None;
                Err(error)
            }
        }
    }
}

impl Target for Rotating {
    fn put(&mut self, lines: &[u8]) -> Result<(), (usize, io::Error)> {
        let mut written = 0_usize;
        while let Some(rest) = lines.get(written..).filter(|rest| !rest.is_empty()) {
            let some = self.fitting(rest);
            self.append(some).map_err(|error| (written, error))?;
            written = written.saturating_add(some.len());
        }
        Ok(())
    }

    fn name(&self) -> Option<String> {
        Some(self.path.display().to_string())
    }
}

impl Rotating {
    /// As many whole lines as fit into the file that is open or the next, and at least one.
    fn fitting<'a>(&self, lines: &'a [u8]) -> &'a [u8] {
        let len = self.open.as_ref().map_or(0, |open| open.len);
        if self.max == 0 {
            return lines;
        }
        let left = usize::try_from(self.max.saturating_sub(len)).unwrap_or(usize::MAX);
        let end_of_line = |line: &u8| *line == b'\n';
        let fits = lines.get(..left.min(lines.len())).unwrap_or(lines);
        let end = match fits.iter().rposition(end_of_line) {
            Some(end) => end,
            // The next line is for the next file.
            None => lines.iter().position(end_of_line).unwrap_or(lines.len()),
        };
        lines.get(..=end).unwrap_or(lines)
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    options
}

/// Whether the file is the one that has this name.
#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Whether there is a file with this name. Which one cannot be told here.
#[cfg(not(unix))]
fn is_same(_: &File, path: &Path) -> bool {
    path.exists()
}
