//! What can be the matter with a file, with the mend.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::name::ServerNameError;
use super::state::OWN;
use crate::noise::{ParseKeyError, PemError, PublicKey};
use crate::types::ParseTimestampError;

/// A file or a directory that cannot be used as it is. What it held before, it holds still.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileError {
    /// Which one.
    pub path: PathBuf,
    /// What is the matter with it.
    pub problem: FileProblem,
}

/// What can be the matter with a file or a directory.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// There is none of that name.
    #[error("there is no such file")]
    Missing,
    /// There is no list of that name.
    #[error("there is no such list")]
    NoList,
    /// Something has that name already.
    #[error("it is there already")]
    Exists,
    /// A secret is not read through a link, which says nothing about the file it leads to.
    #[error("it is a symbolic link")]
    Symlink,
    /// It is a directory.
    #[error("it is a directory")]
    Directory,
    /// It is a pipe, a device or a socket.
    #[error("it is no regular file")]
    NotAFile,
    /// It should be a directory.
    #[error("it is no directory")]
    NotADirectory,
    /// Others than its owner can read a secret, or write to it.
    #[error("others than its owner can read or change it (mode {mode:04o})")]
    OpenToOthers {
        /// Its permissions.
        mode: u32,
    },
    /// Others than its owner can change what decides whom to trust.
    #[error("others than its owner can change it (mode {mode:04o})")]
    WritableByOthers {
        /// Its permissions.
        mode: u32,
    },
    /// Others than its owner can enter the state directory.
    #[error("others than its owner can enter this directory (mode {mode:04o})")]
    DirectoryOpenToOthers {
        /// Its permissions.
        mode: u32,
    },
    /// It is longer than any such file.
    #[error("it is longer than {limit} bytes")]
    TooLong {
        /// The most that is read.
        limit: usize,
    },
    /// It has more lines than are read.
    #[error("it has more than {limit} lines")]
    TooManyLines {
        /// The most that are read.
        limit: usize,
    },
    /// Its length changed while it was read.
    #[error("it was being written when it was read")]
    Changing,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is no UTF-8 text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// It is no key pair.
    #[error("{0}")]
    Keypair(PemError),
    /// It is no pre-shared key.
    #[error("{0}")]
    SharedKey(ParseKeyError),
    /// It is a key pair, and a pre-shared key is needed.
    #[error("it holds a key pair, not a pre-shared key")]
    NotShared,
    /// Its lines end as on Windows.
    #[error("it has carriage returns: the key is one line, ended by a line feed or by nothing")]
    CarriageReturn,
    /// Something follows the key.
    #[error("more follows the one line of the key")]
    Trailing,
    /// A line of it says nothing that can be understood.
    #[error("line {line}: {problem}")]
    Line {
        /// Which line, counted from 1.
        line: usize,
        /// What is the matter with it.
        problem: LineProblem,
    },
    /// The server is known by another key.
    #[error(
        "{server} is known there by the key {known} ({}), not {presented} ({})",
        known.fingerprint(),
        presented.fingerprint()
    )]
    OtherKey {
        /// The server.
        server: String,
        /// The key that was trusted.
        known: PublicKey,
        /// The key that is to be trusted now.
        presented: PublicKey,
    },
    /// Another process has been writing it for longer than writing takes.
    #[error("another process holds it locked")]
    Locked,
    /// The system has no randomness to make a key of.
    #[error("the system gave no randomness to make a key of")]
    NoRandomness,
    /// The system refuses to make a directory.
    #[error("this directory cannot be made: {0}")]
    NotMade(ErrorKind),
    /// The system refuses to hand it out.
    #[error("it cannot be read: {0}")]
    Read(ErrorKind),
    /// The system refuses to take it.
    #[error("it cannot be written: {0}")]
    Write(ErrorKind),
}

/// What can be the matter with a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// A line of known servers is a server and its key.
    #[error("a line here is `host:port key`, and nothing else")]
    NotServerAndKey,
    /// The server is not written as servers are.
    #[error("{0}")]
    Server(ServerNameError),
    /// The key is not written as keys are.
    #[error("{0}")]
    Key(ParseKeyError),
    /// The server, or the key, has a line already.
    #[error("line {first} speaks of the same {what}: delete one of them")]
    Duplicate {
        /// The line that comes first, counted from 1.
        first: usize,
        /// `server` or `key`.
        what: &'static str,
    },
    /// A key that may come in has no name.
    #[error("no name stands behind the key: write `key name`")]
    NoName,
    /// A name with characters that no name has, or a longer one.
    #[error(
        "`{name}` is no name: write 1 to {NAME_BYTES_MAX} bytes of printable characters, without spaces, `=` and `,`, \
         beginning with another than `#`"
    )]
    BadName {
        /// What was written, as one line.
        name: String,
    },
    /// A role that is no name, or more roles than anybody needs.
    #[error(
        "`roles={roles}`: write up to {ROLES_MAX} names, each once, with `,` between them and nothing else"
    )]
    BadRoles {
        /// What was written.
        roles: String,
    },
    /// The end of a key is no time.
    #[error("`not-after={text}`: {problem}")]
    NotAfter {
        /// What was written.
        text: String,
        /// What is the matter with it.
        problem: ParseTimestampError,
    },
    /// Something stands behind the name that is not understood, or is there twice.
    #[error(
        "`{word}` is not understood: behind the name come `roles=a,b` and `not-after=2027-01-01T00:00:00Z`, each at most once"
    )]
    UnknownWord {
        /// What was written.
        word: String,
    },
}

/// The most bytes of a name in an allow-list, and of a role.
pub(super) const NAME_BYTES_MAX: usize = 128;

/// The most roles of one key.
pub(super) const ROLES_MAX: usize = 32;

impl FileError {
    pub(super) fn new(path: &Path, problem: FileProblem) -> Self {
        Self { path: path.to_owned(), problem }
    }

    pub(super) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::new(path, FileProblem::Write(error.kind()))
    }

    /// How to mend it, where that is not said already.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let path = self.path.display();
        Some(match &self.problem {
            FileProblem::Missing => {
                format!("mend the path, or create the file: `npctl key new {path}` makes a key pair, `npctl key shared {path}` a key for both sides")
            }
            FileProblem::NoList => {
                "mend the path, or write the file: a line for each key, as `npctl key show --allow NAME` prints it".to_owned()
            }
            FileProblem::Exists => "choose another name, or move it away; a key that is lost cannot be made again".to_owned(),
            FileProblem::Symlink => "name the file that it leads to".to_owned(),
            FileProblem::Directory | FileProblem::NotAFile => "name a file".to_owned(),
            FileProblem::NotADirectory => "name a directory".to_owned(),
            FileProblem::OpenToOthers { .. } => format!(
                "run `chmod 600 {path}`; if others had access to it, make a new key instead"
            ),
            FileProblem::WritableByOthers { .. } => format!("run `chmod go-w {path}`"),
            FileProblem::DirectoryOpenToOthers { .. } => format!("run `chmod 700 {path}`"),
            FileProblem::TooLong { .. } | FileProblem::NotUtf8 => {
                "check that it is the right file".to_owned()
            }
            FileProblem::TooManyLines { .. } => "delete lines that nobody needs".to_owned(),
            FileProblem::Empty => "write something into it; a comment, which begins with `#`, will do for a list without keys".to_owned(),
            FileProblem::Keypair(problem) => keypair_help(*problem, &self.path)?,
            FileProblem::SharedKey(_) | FileProblem::Trailing | FileProblem::NotShared => {
                "check that it is the right file; `npctl key shared FILE` makes a good one"
                    .to_owned()
            }
            FileProblem::CarriageReturn => without_carriage_returns(),
            FileProblem::OtherKey { server, .. } => format!(
                "if the server was given a new key, run `npctl key forget {server}`; if not, somebody stands in between"
            ),
            FileProblem::Locked => {
                "end the process that holds it; a lock ends with its process".to_owned()
            }
            FileProblem::NotMade(_) => format!("set {OWN} to a directory that can be written to"),
            FileProblem::Write(ErrorKind::NotFound) => "create its directory first".to_owned(),
            FileProblem::Write(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                format!("let this user write to its directory, or use another; {OWN} names the one of identities and known servers")
            }
            FileProblem::Read(ErrorKind::PermissionDenied) => {
                format!("see to it that this user may read it; if it is somebody else's state directory, set {OWN} to one of this user")
            }
            FileProblem::Changing => {
                "try again; write a new file beside it and rename that, and nobody sees a half"
                    .to_owned()
            }
            FileProblem::Line { .. } | FileProblem::NoRandomness | FileProblem::Read(_) | FileProblem::Write(_) => return None,
        })
    }
}

fn keypair_help(problem: PemError, path: &Path) -> Option<String> {
    Some(match problem {
        PemError::CarriageReturn => without_carriage_returns(),
        PemError::Trailing { .. } => "delete what follows that line".to_owned(),
        PemError::Encrypted => return None,
        // Nothing that somebody may still want is written over.
        PemError::Empty | PemError::ZeroSecret => {
            format!("`npctl key new {} --force` writes a new pair", path.display())
        }
        PemError::PublicKey
        | PemError::Begin
        | PemError::End
        | PemError::Length { .. }
        | PemError::Character
        | PemError::NotX25519 => {
            "check that it is the right file; `npctl key new FILE` makes a good one, and so does `openssl genpkey -algorithm X25519 -out FILE`".to_owned()
        }
    })
}

fn without_carriage_returns() -> String {
    "save it with the line ends of Unix, as `dos2unix` does".to_owned()
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path.display(), self.problem)?;
        self.help().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for FileError {}
