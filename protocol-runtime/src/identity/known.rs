//! The servers that were trusted, each by the one key it showed or was said to have.
//!
//! A line of the file is `host:port key`. Blank lines, and comments, which begin with `#`, stay as
//! they are when others are added or taken out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::{FileError, FileProblem, LineProblem};
use super::file::{self, Kind, Lock, Pending};
use super::name::ServerName;
use crate::noise::PublicKey;

/// The most bytes of a file of known servers.
pub const KNOWN_SERVERS_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The most lines of a file of known servers.
pub const KNOWN_SERVERS_LINES_MAX: usize = 16_384;

/// The servers that were trusted, in a file that several processes may share.
///
/// Each call reads the file anew. What one process writes while another does is not lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownServers {
    path: PathBuf,
}

/// A server that was trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownServer {
    /// Which one.
    pub server: ServerName,
    /// The key it has.
    pub key: PublicKey,
}

/// Whether trusting a server changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trusted {
    /// It is known from now on.
    Now,
    /// It was known by this key already.
    Before,
}

impl KnownServers {
    /// The servers in a file, which need not exist; its directory must, for one to be written.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key of a server, if it is known.
    ///
    /// # Errors
    /// What is wrong with the file, and how to mend it.
    pub fn find(&self, server: &ServerName) -> Result<Option<PublicKey>, FileError> {
        Ok(self.read()?.found(server).map(|(_, key)| key))
    }

    /// All of them, in the order of the file.
    ///
    /// # Errors
    /// What is wrong with the file, and how to mend it.
    pub fn list(&self) -> Result<Vec<KnownServer>, FileError> {
        let mut lines: Vec<_> = self.read()?.servers.into_iter().collect();
        lines.sort_by_key(|(_, (line, _))| *line);
        Ok(lines.into_iter().map(|(server, (_, key))| KnownServer { server, key }).collect())
    }

    /// Writes down that a server has this key.
    ///
    /// # Errors
    /// [`FileProblem::OtherKey`] when it is known by another one, which stays; what is wrong with
    /// the file; [`FileProblem::Locked`] when another process keeps it.
    pub fn trust(&self, server: &ServerName, key: PublicKey) -> Result<Trusted, FileError> {
        let _lock = Lock::take(&self.path)?;
        let mut file = self.read()?;
        match file.found(server) {
            Some((_, known)) if known == key => return Ok(Trusted::Before),
            Some((_, known)) => {
                let server = server.to_string();
                return Err(self.fail(FileProblem::OtherKey { server, known, presented: key }));
            }
            None => {}
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            file.text.push('\n');
        }
        file.text.push_str(&format!("{server} {key}\n"));
        self.write(&file.text)?;
        Ok(Trusted::Now)
    }

    /// Takes a server out. Gives the key it had, or `None` if it was not known.
    ///
    /// # Errors
    /// What is wrong with the file; [`FileProblem::Locked`] when another process keeps it.
    pub fn forget(&self, server: &ServerName) -> Result<Option<PublicKey>, FileError> {
        if self.find(server)?.is_none() {
            return Ok(None);
        }
        let _lock = Lock::take(&self.path)?;
        let file = self.read()?;
        let Some((line, key)) = file.found(server) else { return Ok(None) };
        let others = file.text.split_inclusive('\n').zip(1..).filter(|(_, number)| *number != line);
        self.write(&others.map(|(text, _)| text).collect::<String>())?;
        Ok(Some(key))
    }

    fn read(&self) -> Result<Content, FileError> {
        match file::read(&self.path, Kind::List, KNOWN_SERVERS_BYTES_MAX) {
            Ok(text) => Content::parse(&text).map_err(|problem| self.fail(problem)),
            Err(error) if error.problem == FileProblem::Missing => Ok(Content::default()),
            Err(error) => Err(error),
        }
    }

    fn write(&self, text: &str) -> Result<(), FileError> {
        // Never more than would be read again.
        file::check_lines(text, KNOWN_SERVERS_LINES_MAX).map_err(|problem| self.fail(problem))?;
        if text.len() > KNOWN_SERVERS_BYTES_MAX {
            return Err(self.fail(FileProblem::TooLong { limit: KNOWN_SERVERS_BYTES_MAX }));
        }
        // Where the file is a link, what it leads to is replaced and the link stays.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        Pending::write(&target, text)?.replace()
    }

    fn fail(&self, problem: FileProblem) -> FileError {
        FileError::new(&self.path, problem)
    }
}

/// What a file says, and how.
#[derive(Default)]
struct Content {
    text: String,
    /// The line of each server, from 1, and its key.
    servers: BTreeMap<ServerName, (usize, PublicKey)>,
}

impl Content {
    fn parse(text: &str) -> Result<Self, FileProblem> {
        file::check_lines(text, KNOWN_SERVERS_LINES_MAX)?;
        let mut servers: BTreeMap<ServerName, (usize, PublicKey)> = BTreeMap::new();
        for (line, content) in file::lines(text) {
            let fail = |problem| FileProblem::Line { line, problem };
            let (server, key) = parse_line(content).map_err(fail)?;
            if let Some((first, _)) = servers.get(&server) {
                return Err(fail(LineProblem::Duplicate { first: *first, what: "server" }));
            }
            servers.insert(server, (line, key));
        }
        Ok(Self { text: text.to_owned(), servers })
    }

    fn found(&self, server: &ServerName) -> Option<(usize, PublicKey)> {
        self.servers.get(server).copied()
    }
}

fn parse_line(line: &str) -> Result<(ServerName, PublicKey), LineProblem> {
    let mut words = line.split_whitespace();
    let (Some(server), Some(key), None) = (words.next(), words.next(), words.next()) else {
        return Err(LineProblem::NotServerAndKey);
    };
    let server = server.parse().map_err(LineProblem::Server)?;
    Ok((server, key.parse().map_err(LineProblem::Key)?))
}
