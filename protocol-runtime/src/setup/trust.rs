//! Trust on first use: the first key that a server shows is written down, and from then on it is
//! the only one that this user takes from it.

use std::path::PathBuf;
use std::sync::Arc;

use super::secure::blocking;
use crate::driver::Gate;
use crate::error::{ChangedKey, Error};
use crate::identity::{FileError, FileProblem, KnownServers, ServerName, StateDir, Trusted};
use crate::noise::{NoiseError, PublicKey};
use crate::peer::{Grant, Peer};
use crate::session::ServerKey;

/// A server, and what is written down about it.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    servers: KnownServers,
    server: ServerName,
    /// The key it is known by.
    known: Option<PublicKey>,
    /// The directory, where `npctl` would not look by itself.
    elsewhere: Option<PathBuf>,
}

impl Trust {
    /// Looks a server up.
    pub(super) async fn find(state: StateDir, server: ServerName) -> Result<Self, Error> {
        let usual = StateDir::from_env().is_ok_and(|usual| usual == state);
        let elsewhere = (!usual).then(|| state.path().to_owned());
        let found = blocking(move || {
            let servers = state.servers()?;
            let known = servers.find(&server)?;
            Ok::<_, FileError>(Self { servers, server, known, elsewhere })
        });
        Ok(found.await??)
    }

    /// What is asked of the server.
    pub(super) fn server_key(&self) -> ServerKey {
        self.known.map_or(ServerKey::Unknown, ServerKey::Pinned)
    }

    /// Where the key has to be written down before anything of the server is believed.
    pub(crate) fn gate(&self) -> Option<Gate> {
        if self.known.is_some() {
            return None;
        }
        let trust = self.clone();
        Some(Arc::new(move |peer: Peer| {
            let trust = trust.clone();
            Box::pin(async move { trust.write_down(&peer).await.map_err(Some) })
        }))
    }

    /// The same failure, as somebody who never pinned a key understands it.
    pub(crate) fn explain(&self, error: Error) -> Error {
        if let Error::Handshake(NoiseError::PeerKeyMismatch { expected, presented }) = error {
            return self.changed(expected, presented);
        }
        error
    }

    async fn write_down(self, peer: &Peer) -> Result<Grant, Error> {
        let Some(key) = peer.key() else {
            return Err(Error::Internal("a server without a key"));
        };
        let trust = self.clone();
        let trusted = blocking(move || trust.servers.trust(&trust.server, key)).await?;
        match trusted {
            Ok(Trusted::Now) => self.log(key),
            Ok(Trusted::Before) => {}
            // Another process was first, and met somebody else.
            Err(FileError { problem: FileProblem::OtherKey { known, presented, .. }, .. }) => {
                return Err(self.changed(known, presented));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Grant::default())
    }

    fn log(&self, key: PublicKey) {
        let (server, file) = (&self.server, self.servers.path().display());
        let fingerprint = key.fingerprint();
        tracing::warn!(
            %server, %fingerprint, %key, %file,
            "first contact: the server is known by this key from now on"
        );
    }

    fn changed(&self, known: PublicKey, presented: PublicKey) -> Error {
        let path = self.servers.path().to_owned();
        let problem = FileProblem::OtherKey { server: self.server.to_string(), known, presented };
        let mut text = FileError { path, problem }.to_string();
        if let Some(dir) = &self.elsewhere {
            text.push_str(&format!(
                " (npctl finds this file with `--state-dir {}`)",
                dir.display()
            ));
        }
        Error::ServerKeyChanged(Box::new(ChangedKey { known, presented, text: text.into() }))
    }
}
