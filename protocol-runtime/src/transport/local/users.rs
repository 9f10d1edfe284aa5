//! Who is at the other end of a local socket, and who may be. Opens nothing.

use std::fmt;

/// The process at the other end of a local socket, as the system knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPeer {
    pub(super) uid: Option<u32>,
    pub(super) gid: Option<u32>,
    pub(super) pid: Option<u32>,
}

/// Which users of this machine may be at the other end of a local socket.
///
/// The system tells each side who the other is, and both look: a server closes connections of
/// users that are not among these before it reads anything, a client goes away from a server that one of
/// them did not start. Where the system has no user numbers, as on Windows, the permissions of the pipe
/// decide instead.
///
/// ```
/// use protocol_runtime::LocalUsers;
///
/// let usual = LocalUsers::same();
/// let with_the_proxy = LocalUsers::same().and([33]);
/// # assert_ne!(usual, with_the_proxy);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalUsers {
    who: Who,
    uids: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Same,
    Named,
    Any,
}

/// Whoever is that may do as it likes anyway.
const ROOT: u32 = 0;

impl LocalUsers {
    /// The user of this process, and root. This is the default, and the socket's mode is 0600.
    #[must_use]
    pub const fn same() -> Self {
        Self { who: Who::Same, uids: Vec::new() }
    }

    /// These users and nobody else, not even the one of this process. The socket's mode is 0666, as the
    /// system would let nobody else through.
    pub fn only(uids: impl IntoIterator<Item = u32>) -> Self {
        Self { who: Who::Named, uids: uids.into_iter().collect() }
    }

    /// All users of this machine. The socket's mode is 0666.
    #[must_use]
    pub const fn any() -> Self {
        Self { who: Who::Any, uids: Vec::new() }
    }

    /// These users as well. The socket's mode is 0666.
    #[must_use]
    pub fn and(mut self, uids: impl IntoIterator<Item = u32>) -> Self {
        self.uids.extend(uids);
        self
    }

    /// Whether this one may be there.
    pub(crate) fn allow(&self, peer: &LocalPeer) -> bool {
        match (self.who, peer.uid) {
            (Who::Any, _) => true,
            (_, None) => cfg!(not(unix)),
            (Who::Same, Some(uid)) if uid == ROOT || Some(uid) == own() => true,
            (Who::Same | Who::Named, Some(uid)) => self.uids.contains(&uid),
        }
    }

    /// Who may open the socket at all.
    #[cfg(unix)]
    pub(super) fn mode(&self) -> u16 {
        match self.who {
            Who::Same if self.uids.is_empty() => 0o600,
            Who::Same | Who::Named | Who::Any => 0o666,
        }
    }
}

impl Default for LocalUsers {
    fn default() -> Self {
        Self::same()
    }
}

impl LocalPeer {
    /// The number of its user, where the system has such numbers.
    #[must_use]
    pub const fn uid(&self) -> Option<u32> {
        self.uid
    }

    /// The number of its user's main group, where the system has such numbers.
    #[must_use]
    pub const fn gid(&self) -> Option<u32> {
        self.gid
    }

    /// The number of the process that connected, or started to listen. It may have ended since, and
    /// its number be another's.
    #[must_use]
    pub const fn pid(&self) -> Option<u32> {
        self.pid
    }
}

/// As logs have it.
impl fmt::Display for LocalPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.uid, self.pid) {
            (Some(uid), Some(pid)) => write!(f, "user {uid}, process {pid}"),
            (Some(uid), None) => write!(f, "user {uid}"),
            (None, Some(pid)) => write!(f, "process {pid}"),
            (None, None) => f.write_str("a process of this machine"),
        }
    }
}

/// As the subject of a sentence that goes on with "trusted" or "let in".
impl fmt::Display for LocalUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.who {
            Who::Any => return f.write_str("all users are"),
            Who::Same => match own() {
                Some(uid) => write!(f, "only user {uid} and root")?,
                None => f.write_str("only this user")?,
            },
            Who::Named => f.write_str("only those that are named")?,
        }
        for uid in &self.uids {
            write!(f, ", {uid}")?;
        }
        f.write_str(" are")
    }
}

#[cfg(unix)]
fn own() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn own() -> Option<u32> {
    None
}
