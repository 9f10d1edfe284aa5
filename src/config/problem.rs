//! What can be wrong with a configuration. Each text names the key, the value, where it stands and
//! what is allowed instead; none holds the content of a key file.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A configuration that cannot be used, with everything that is wrong with it.
///
/// The configuration's author is at fault; nothing was opened or started with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be read, or not be written.
    #[error("cannot {} {}: {text}", if *.writing { "write" } else { "read" }, .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Whether it was to be written.
        writing: bool,
        /// What the system says.
        kind: io::ErrorKind,
        /// The same in words.
        text: String,
    },
    /// The text is no TOML.
    #[error("{origin} is no TOML: {text}")]
    Syntax {
        /// The file and line.
        origin: String,
        /// What is wrong there.
        text: String,
    },
    /// There is no such key.
    #[error("{key} ({origin}) is not known: {allowed}")]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it stands: file and line, or the name of a variable.
        origin: String,
        /// The keys there are.
        allowed: String,
    },
    /// A value of the wrong kind, or outside what is allowed.
    #[error("{key} is {value} ({origin}), it must be {allowed}")]
    BadValue {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// Where it stands: file and line, the name of a variable, or the program.
        origin: String,
        /// What is allowed.
        allowed: String,
    },
    /// Values that are good by themselves and not together, or not on this machine.
    #[error("{key} ({origin}): {text}")]
    Unusable {
        /// The key.
        key: String,
        /// Where it stands.
        origin: String,
        /// What is wrong, and what mends it.
        text: String,
    },
}

impl ConfigError {
    /// An error, if there are problems.
    pub(super) fn unless_none(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// All that is wrong, at least one thing.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for crate::Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(error.to_string().into())
    }
}
