//! What one user of one machine keeps in files: the key pair that is an identity, pre-shared keys,
//! the servers that were trusted, and the keys that may come in.
//!
//! Files are checked through the handle they are read by, never by their name alone, and a secret
//! that others can read is not used. Whoever reads a file meanwhile sees the old text or the new.
//!
//! Nothing here opens a connection, decides whether to trust, reads a clock, or logs. It waits for
//! disks, and for other processes when servers are written down, so async code calls it where it
//! may block. Permissions are checked on Unix only: on Windows files are as private as the folder
//! they lie in, which `%LOCALAPPDATA%` is.

mod allow;
mod error;
mod file;
mod key_file;
mod known;
mod name;
mod state;
mod system;
#[cfg(test)]
mod tests;

pub use allow::{
    ALLOW_LIST_BYTES_MAX, ALLOW_LIST_LINES_MAX, AllowList, AllowListFile, Entry, Reload,
};
pub use error::{FileError, FileProblem, LineProblem};
pub use key_file::{KEY_FILE_BYTES_MAX, KeyFile, SharedKeyFile};
pub use known::{
    KNOWN_SERVERS_BYTES_MAX, KNOWN_SERVERS_LINES_MAX, KnownServer, KnownServers, Trusted,
};
pub use name::{ServerName, ServerNameError};
pub use state::{NoStateDir, StateDir};
