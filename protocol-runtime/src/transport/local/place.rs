//! The path of a Unix domain socket: taken if nothing is there or a socket that nobody listens at, and
//! given back when the server stops.
//!
//! Servers that start at once take turns by a lock on the folder, so that none takes away what another
//! has just made. Nobody outside needs to know of that lock, and no file is left of it.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use interprocess::local_socket::tokio::Listener as Socket;
use interprocess::os::unix::local_socket::ListenerOptionsExt;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use tokio::net::UnixStream;

use super::{LocalUsers, is_path, options};

/// The longest path, in octets; what the system's structure for it holds, without the final zero.
const LENGTH_MAX: usize =
    if cfg!(any(target_os = "linux", target_os = "android")) { 107 } else { 103 };
/// How long to wait for another server that starts in the same folder, and how often to look.
const TRIES: u32 = 40;
const TRY_EVERY: Duration = Duration::from_millis(50);

/// A path with our socket. Dropping it removes that, if nobody else has put something there.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// Nobody else's for as long as the socket is open.
    inode: (u64, u64),
}

impl Drop for Place {
    fn drop(&mut self) {
        match fs::symlink_metadata(&self.path) {
            Ok(found) if inode(&found) == self.inode => {
                if let Err(error) = fs::remove_file(&self.path) {
                    tracing::warn!(path = %self.path.display(), %error, "the socket stays behind");
                }
            }
            Ok(_) => tracing::info!(path = %self.path.display(), "something else is there by now"),
            Err(_) => {}
        }
    }
}

/// Listens at a path, or at a name that has none.
pub(super) async fn claim(name: &str, users: &LocalUsers) -> io::Result<(Socket, Option<Place>)> {
    fits(name)?;
    if !is_path(name) {
        return Ok((open(name, None).map_err(|error| taken(name, error))?, None));
    }
    // Whatever becomes of the working directory: it is this path that is given back.
    let path = std::path::absolute(name)?;
    let lock = lock(&path).await?;
    clear(name, &path).await?;
    let socket = open(name, Some(users.mode())).map_err(|error| taken(name, error))?;
    let inode = inode(&fs::symlink_metadata(&path)?);
    drop(lock);
    Ok((socket, Some(Place { path, inode })))
}

/// Whether the system takes a name of that length.
pub(super) fn fits(name: &str) -> io::Result<()> {
    if name.len() <= LENGTH_MAX {
        return Ok(());
    }
    let text = format!(
        "the path of a socket has at most {LENGTH_MAX} octets, and this one {}: take one in a folder nearer to the root",
        name.len()
    );
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

fn open(name: &str, mode: Option<u16>) -> io::Result<Socket> {
    let Some(mode) = mode else { return options(name)?.create_tokio() };
    let socket = match options(name)?.mode(mode.into()).create_tokio() {
        // Where a mode cannot be had before there is a path, it follows at once. Meanwhile those who
        // connect are judged all the same, by who they are.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => options(name)?.create_tokio(),
        socket => socket,
    }?;
    // The process's own mask may have taken something away.
    if fs::symlink_metadata(name)?.permissions().mode() & 0o777 != u32::from(mode) {
        fs::set_permissions(name, fs::Permissions::from_mode(mode.into()))?;
    }
    Ok(socket)
}

/// Makes room at the path, if only a socket that nobody listens at is in the way.
async fn clear(name: &str, path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !found.file_type().is_socket() {
        let text = "something that is no socket is there, and it is left alone: remove it, or take another path";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    match UnixStream::connect(name).await {
        // Only this says that nobody listens. A server that is too busy to answer, or that lets
        // nobody in, is one.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(_) | Err(_) => return Err(busy()),
    }
    tracing::info!(path = %path.display(), "a socket was left behind by a server that is gone");
    fs::remove_file(path)
}

/// Keeps others from starting in the same folder; `None` where that cannot be locked.
async fn lock(path: &Path) -> io::Result<Option<File>> {
    let parent = path.parent().unwrap_or(path);
    let folder = match File::open(parent) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = format!("the folder `{}` is not there: create it first", parent.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        // It may be for writing only.
        Err(_) => return Ok(None),
    };
    for _ in 0..TRIES {
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(folder)),
            Err(Errno::WOULDBLOCK | Errno::INTR) => pause().await,
            // Some file systems know no locks.
            Err(_) => return Ok(None),
        }
    }
    let text = format!("another process holds a lock on the folder `{}`", parent.display());
    Err(io::Error::new(io::ErrorKind::WouldBlock, text))
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no connection yet, whose timer it could be"
)]
async fn pause() {
    tokio::time::sleep(TRY_EVERY).await;
}

/// What it means that the system does not let us listen.
fn taken(name: &str, error: io::Error) -> io::Error {
    let kind = error.kind();
    if kind == io::ErrorKind::AddrInUse && is_path(name) {
        return busy();
    }
    if kind == io::ErrorKind::AddrInUse {
        return io::Error::new(kind, "another server listens at that name");
    }
    if kind == io::ErrorKind::PermissionDenied {
        return io::Error::new(
            kind,
            "this user may not create files in that folder: take another one",
        );
    }
    error
}

fn busy() -> io::Error {
    let text = "another server listens there: stop it first, or take another path";
    io::Error::new(io::ErrorKind::AddrInUse, text)
}

fn inode(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}
