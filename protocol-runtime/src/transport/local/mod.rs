//! Local sockets: Unix domain sockets on Unix, named pipes on Windows, through one crate.
//!
//! The system says which process is at the other end, and both sides look before anything is read.
//! A file that is no socket, and a socket that somebody listens at, is never taken away.

#[cfg(unix)]
mod place;
#[cfg(all(test, unix))]
mod tests;
mod users;

use std::ffi::OsStr;
use std::io;

use interprocess::local_socket::tokio::Listener as Socket;
use interprocess::local_socket::tokio::Stream as Pipe;
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::traits::StreamCommon;
use interprocess::local_socket::{GenericFilePath, GenericNamespaced, ListenerOptions, Name};

#[cfg(unix)]
use self::place::Place;
pub use self::users::{LocalPeer, LocalUsers};
use super::{Address, Incoming, Stream};

/// What carries the bytes. On Unix it is taken out of its wrapper, which neither writes several pieces
/// at once nor shuts down one direction.
#[cfg(unix)]
pub(crate) type Bytes = tokio::net::UnixStream;
#[cfg(not(unix))]
pub(crate) type Bytes = Pipe;

/// A listening socket. Dropping it removes its path, if that is still its own.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: Socket,
    address: Address,
    from: String,
    #[cfg(unix)]
    _place: Option<Place>,
}

impl Listener {
    pub(super) async fn bind(name: &str, users: &LocalUsers) -> io::Result<Self> {
        let address = Address::Local { name: name.to_owned() };
        let from = address.to_string();
        #[cfg(unix)]
        {
            let (socket, place) = place::claim(name, users).await?;
            Ok(Self { socket, address, from, _place: place })
        }
        #[cfg(not(unix))]
        {
            let _by_the_pipe = users;
            let socket = options(name)?.create_tokio()?;
            Ok(Self { socket, address, from })
        }
    }

    pub(super) async fn accept(&mut self) -> io::Result<Incoming> {
        let pipe = self.socket.accept().await?;
        let local = Some(peer(&pipe)?);
        let stream = Stream::Local(bytes(pipe));
        Ok(Incoming { stream, from: self.from.clone(), ip: None, local })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }
}

/// Connects, if the system says that an allowed user listens there.
pub(super) async fn connect(name: &str, users: &LocalUsers) -> io::Result<(Bytes, LocalPeer)> {
    #[cfg(unix)]
    place::fits(name)?;
    let pipe = Pipe::connect(target(name)?).await.map_err(|error| explain(name, error))?;
    let server = peer(&pipe)?;
    if !users.allow(&server) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "the server runs as {server}, and {users} trusted: name that user with `.local_users(..)`"
            ),
        ));
    }
    Ok((bytes(pipe), server))
}

/// A path if it looks like one, and otherwise a name.
fn target(name: &str) -> io::Result<Name<'_>> {
    let text = OsStr::new(name);
    if is_path(name) {
        text.to_fs_name::<GenericFilePath>()
    } else {
        text.to_ns_name::<GenericNamespaced>()
    }
}

/// A word is a name that is nowhere on a disk; with a slash it is a path.
fn is_path(name: &str) -> bool {
    name.contains(['/', '\\'])
}

/// How a socket is made. What stands at its path is judged before, and removed by us alone.
fn options(name: &str) -> io::Result<ListenerOptions<'_>> {
    let at = target(name)?;
    Ok(ListenerOptions::new().name(at).reclaim_name(!is_path(name)).try_overwrite(false))
}

fn peer(pipe: &Pipe) -> io::Result<LocalPeer> {
    let known = pipe.peer_creds()?;
    let pid = known.pid().and_then(|pid| u32::try_from(pid).ok());
    #[cfg(unix)]
    let (uid, gid) = (known.euid(), known.egid());
    #[cfg(not(unix))]
    let (uid, gid) = (None, None);
    Ok(LocalPeer { uid, gid, pid })
}

#[cfg(unix)]
fn bytes(pipe: Pipe) -> Bytes {
    let Pipe::UdSocket(socket) = pipe;
    socket.into()
}

#[cfg(not(unix))]
fn bytes(pipe: Pipe) -> Bytes {
    pipe
}

/// What it means that there is no way to a socket, and what to do.
fn explain(name: &str, error: io::Error) -> io::Error {
    let known = [
        (io::ErrorKind::NotFound, "nothing is there: start the server before the client"),
        (
            io::ErrorKind::ConnectionRefused,
            if is_path(name) {
                "a socket is there, and nobody listens at it any more: start the server"
            } else {
                "nobody listens at that name: start the server"
            },
        ),
        (
            io::ErrorKind::PermissionDenied,
            "the socket, or a folder above it, belongs to another user: its server has to allow this one with `.local_users(..)`",
        ),
    ];
    match known.into_iter().find(|(kind, _)| *kind == error.kind()) {
        Some((kind, text)) => io::Error::new(kind, text),
        None => error,
    }
}
