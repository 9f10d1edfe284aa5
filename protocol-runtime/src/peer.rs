//! Who is at the other end.

use crate::noise::PublicKey;

/// The other end of a connection, as the handshake left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    identity: Identity,
    transport: &'static str,
    address: String,
}

/// What the peer proved about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// Nothing: it may be anybody.
    Anonymous,
    /// That it holds the secret of this key. Whether that is a key to trust is for the
    /// application to say.
    StaticKey(PublicKey),
}

impl Peer {
    pub(crate) fn new(key: Option<PublicKey>, transport: &'static str, address: String) -> Self {
        let identity = key.map_or(Identity::Anonymous, Identity::StaticKey);
        Self { identity, transport, address }
    }

    /// What the peer proved about itself.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The key that the peer proved to hold, if it did.
    #[must_use]
    pub fn key(&self) -> Option<PublicKey> {
        match self.identity {
            Identity::Anonymous => None,
            Identity::StaticKey(key) => Some(key),
        }
    }

    /// What carries the connection: `tcp` or `mem`.
    #[must_use]
    pub fn transport(&self) -> &'static str {
        self.transport
    }

    /// Where the peer is: for a server where the connection came from, for a client where it
    /// went to. Not proven, and the same for many peers behind one gateway.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}
