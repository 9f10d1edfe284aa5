//! The directory where a user's identity and the known servers are.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::error::{FileError, FileProblem};
use super::key_file::KeyFile;
use super::known::KnownServers;
use super::system;
use crate::noise::Keypair;

/// The variable that names the directory, before all others.
pub(super) const OWN: &str = "NETWORK_PROTOCOL_STATE_DIR";
const FOLDER: &str = "network-protocol";

/// The directory where a user's identity and the known servers are: `$NETWORK_PROTOCOL_STATE_DIR`,
/// or the folder `network-protocol` in `$XDG_STATE_HOME`, in `$HOME/.local/state`, or on Windows in
/// `%LOCALAPPDATA%`.
///
/// ```no_run
/// use protocol_runtime::identity::StateDir;
///
/// let state = StateDir::from_env()?;
/// println!("{}", state.keypair()?.public());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir(PathBuf);

/// No variable says where the state directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("nothing says where keys are kept: set {OWN} to a directory")]
pub struct NoStateDir;

impl StateDir {
    /// The directory that the environment names. It need not exist.
    ///
    /// # Errors
    /// [`NoStateDir`] when it names none.
    pub fn from_env() -> Result<Self, NoStateDir> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    pub(super) fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, NoStateDir> {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(own) = path(OWN) {
            return Ok(Self(own));
        }
        // A relative path in such a variable is not valid, and to be ignored, says the standard.
        let base = |name| path(name).filter(|path| path.is_absolute());
        let base = if cfg!(windows) {
            base("LOCALAPPDATA")
        } else {
            base("XDG_STATE_HOME").or_else(|| Some(base("HOME")?.join(".local/state")))
        };
        base.map(|base| Self(base.join(FOLDER))).ok_or(NoStateDir)
    }

    /// A directory of the caller's choice. It need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the identity is that programs have when nothing else was configured.
    #[must_use]
    pub fn identity(&self) -> PathBuf {
        self.0.join("identity")
    }

    /// Where a pre-shared key is, for those who have one and name no other place.
    #[must_use]
    pub fn shared_key(&self) -> PathBuf {
        self.0.join("shared_key")
    }

    /// Where the servers are that were trusted.
    #[must_use]
    pub fn known_servers(&self) -> PathBuf {
        self.0.join("known_servers")
    }

    /// Creates the directory for its owner alone, or sees that it is.
    ///
    /// # Errors
    /// [`FileProblem::DirectoryOpenToOthers`] when others may enter it, and what the system has
    /// against it.
    pub fn prepare(&self) -> Result<(), FileError> {
        let fail = |problem| FileError::new(&self.0, problem);
        system::create_dir(&self.0).map_err(|error| match fs::metadata(&self.0) {
            Ok(found) if !found.is_dir() => fail(FileProblem::NotADirectory),
            _ => fail(FileProblem::NotMade(error.kind())),
        })?;
        let found = system::open_dir(&self.0);
        let found = found.map_err(|error| fail(FileProblem::Read(error.kind())))?;
        match system::mode(&found) {
            Some(mode) if mode & 0o077 != 0 => {
                Err(fail(FileProblem::DirectoryOpenToOthers { mode }))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The identity, made now if there is none, and the directory with it.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare) and [`KeyFile::load_or_create`].
    pub fn keypair(&self) -> Result<Keypair, FileError> {
        self.prepare()?;
        KeyFile::load_or_create(&self.identity())
    }

    /// The servers that were trusted. The directory is made if it is not there, so that more can
    /// be.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn servers(&self) -> Result<KnownServers, FileError> {
        self.prepare()?;
        Ok(KnownServers::new(self.known_servers()))
    }
}
