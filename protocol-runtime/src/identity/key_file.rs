//! Files of one secret: a key pair, or a pre-shared key.

use std::path::Path;

use zeroize::Zeroizing;

use super::error::{FileError, FileProblem};
use super::file::{self, Kind, Pending};
use crate::noise::{Keypair, PresharedKey};

/// The most bytes of a key file that are read. A good one has 119 of a pair, 45 of a shared key.
pub const KEY_FILE_BYTES_MAX: usize = 1_024;

/// A file with a key pair: PKCS#8 PEM as `openssl genpkey -algorithm X25519` writes it, readable
/// by its owner alone.
///
/// ```no_run
/// use protocol_runtime::identity::KeyFile;
///
/// let pair = KeyFile::load_or_create("/var/lib/logs/identity".as_ref())?;
/// println!("{}", pair.public());
/// # Ok::<(), protocol_runtime::identity::FileError>(())
/// ```
#[derive(Debug)]
pub enum KeyFile {}

impl KeyFile {
    /// Reads the pair. A file that group or others may read is refused, and so is a link: where a
    /// key has to be given to a process that way, read the text yourself, and take
    /// [`Keypair::from_pem`].
    ///
    /// # Errors
    /// What is wrong with the file, and how to mend it.
    pub fn load(path: &Path) -> Result<Keypair, FileError> {
        let text = file::read(path, Kind::Secret, KEY_FILE_BYTES_MAX)?;
        Keypair::from_pem(&text)
            .map_err(|problem| FileError::new(path, FileProblem::Keypair(problem)))
    }

    /// Writes the pair to a new file. It is there as a whole or not at all, and outlasts a loss of
    /// power.
    ///
    /// # Errors
    /// [`FileProblem::Exists`] when there is a file already, which stays as it is;
    /// [`FileProblem::Write`] when the system refuses.
    pub fn create(path: &Path, pair: &Keypair) -> Result<(), FileError> {
        Pending::write(path, &pair.to_pem())?.create()
    }

    /// Writes the pair in the place of a file that may be there. The old key is gone then, and
    /// with it the identity that others know.
    ///
    /// # Errors
    /// [`FileProblem::Symlink`], [`FileProblem::Directory`] and [`FileProblem::NotAFile`] when
    /// something else than a file is there, [`FileProblem::Write`] when the system refuses; what was
    /// there is still there.
    pub fn replace(path: &Path, pair: &Keypair) -> Result<(), FileError> {
        Pending::write(path, &pair.to_pem())?.replace()
    }

    /// Reads the pair, or makes one where there is no file. Processes that do so at once have the
    /// same pair in the end.
    ///
    /// # Errors
    /// As [`load`](Self::load) and [`create`](Self::create).
    pub fn load_or_create(path: &Path) -> Result<Keypair, FileError> {
        let missing = |error: &FileError| error.problem == FileProblem::Missing;
        match Self::load(path) {
            Err(error) if missing(&error) => {}
            loaded => return loaded,
        }
        let random = |_| FileError::new(path, FileProblem::NoRandomness);
        let pair = Keypair::generate().map_err(random)?;
        match Self::create(path, &pair) {
            Ok(()) => Ok(pair),
            Err(error) if error.problem == FileProblem::Exists => Self::load(path),
            Err(error) => Err(error),
        }
    }
}

/// A file with a pre-shared key: one line of base64, readable by its owner alone.
#[derive(Debug)]
pub enum SharedKeyFile {}

impl SharedKeyFile {
    /// Reads the key, under the conditions of [`KeyFile::load`].
    ///
    /// # Errors
    /// What is wrong with the file, and how to mend it.
    pub fn load(path: &Path) -> Result<PresharedKey, FileError> {
        let fail = |problem| FileError::new(path, problem);
        let text = file::read(path, Kind::Secret, KEY_FILE_BYTES_MAX)?;
        if text.is_empty() {
            return Err(fail(FileProblem::Empty));
        }
        if text.starts_with("-----BEGIN ") {
            return Err(fail(FileProblem::NotShared));
        }
        if text.contains('\r') {
            return Err(fail(FileProblem::CarriageReturn));
        }
        // Secrets that other programs put into files often come without the end of a line.
        let line = text.strip_suffix('\n').unwrap_or(&text);
        if line.contains('\n') {
            return Err(fail(FileProblem::Trailing));
        }
        PresharedKey::from_text(line).map_err(|problem| fail(FileProblem::SharedKey(problem)))
    }

    /// Writes the key to a new file.
    ///
    /// # Errors
    /// As [`KeyFile::create`].
    pub fn create(path: &Path, key: &PresharedKey) -> Result<(), FileError> {
        Pending::write(path, &line(key))?.create()
    }

    /// Writes the key in the place of a file that may be there.
    ///
    /// # Errors
    /// As [`KeyFile::replace`].
    pub fn replace(path: &Path, key: &PresharedKey) -> Result<(), FileError> {
        Pending::write(path, &line(key))?.replace()
    }
}

/// The text of the file, which is of its full size at once: what growing leaves behind would not
/// be wiped.
fn line(key: &PresharedKey) -> Zeroizing<String> {
    let text = key.to_text();
    let mut line = Zeroizing::new(String::with_capacity(text.len() + 1));
    line.push_str(&text);
    line.push('\n');
    line
}
